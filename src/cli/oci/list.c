/* cupel-oci list: the containers that there are. */
#include "base/cleanup.h"
#include "cli/document.h"
#include "cli/oci/oci.h"
#include "oci/state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_row(const struct oci_state *state)
{
    bool has_process = oci_status_has_process(state->status);

    printf("%-24s %-8d %-9s %-30s %-21s %s\n", state->id, has_process ? (int)state->pid : 0,
           oci_status_name(state->status), state->bundle == NULL ? "" : state->bundle,
           state->created == NULL ? "" : state->created, state->owner);
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* By name. */
static int sort(struct oci_texts *ids, struct arena *arena, struct err *err)
{
    const char **at = arena_alloc_array(arena, ids->count, sizeof(*at));

    if (at == NULL)
        return err_system(err, ENOMEM, "sort the containers");
    for (size_t i = 0; i < ids->count; i++)
        at[i] = ids->at[i];
    qsort(at, ids->count, sizeof(*at), compare);
    ids->at = at;
    return 0;
}

/* One entry; a container that has been removed meanwhile is passed over. */
static int print_one(const char *root, const char *id, const struct oci_list_options *options,
                     bool is_first, struct err *err)
{
    CLEANUP(arena_done) struct arena arena = arena_init(2 * OCI_ARENA_BYTES);
    struct oci_config config;
    struct oci_state state;
    struct bytes json;
    int number = oci_state_read(root, id, &arena, &state, err);

    if (number == -ENOENT)
        return 0;
    if (number < 0)
        return number;
    if (oci_subordinate_caller(&arena, &state.owner, err) < 0)
        return err->number;
    if (options->quiet) {
        printf("%s\n", id);
    } else if (strcmp(options->format, "table") == 0) {
        print_row(&state);
    } else {
        if (oci_read_kept(root, id, &arena, &config, err) == 0)
            state.annotations = &config.annotations;
        if (oci_state_format(&state, true, &arena, &json, err) < 0)
            return err->number;
        printf("%s%.*s", is_first ? "" : ",", (int)json.size, (const char *)json.at);
    }
    return 0;
}

int oci_list_command(const void *globals, const void *options, struct cli_operands operands)
{
    const struct oci_list_options *list = options;
    bool is_json = !list->quiet && strcmp(list->format, "json") == 0;
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_texts ids;
    struct err err = { 0 };
    const char *root;

    (void)operands;
    if (oci_root_find(globals, &arena, &root, &err) < 0 ||
        oci_state_list(root, &arena, &ids, &err) < 0 || sort(&ids, &arena, &err) < 0)
        return oci_fail(globals, &err, 1);
    if (is_json)
        printf("[");
    else if (!list->quiet)
        printf("%-24s %-8s %-9s %-30s %-21s %s\n", "ID", "PID", "STATUS", "BUNDLE", "CREATED",
               "OWNER");
    for (size_t i = 0; i < ids.count; i++) {
        if (print_one(root, ids.at[i], list, i == 0, &err) < 0)
            return oci_fail(globals, &err, 1);
    }
    if (is_json)
        printf("]\n");
    return cli_printed(stdout);
}
