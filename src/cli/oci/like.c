/* Containers by a regular expression, as crun has it. */
#include "base/cleanup.h"
#include "cli/oci/oci.h"

#include <errno.h>
#include <regex.h>

static int find_like(const struct oci_globals *globals, const regex_t *expression,
                     struct arena *arena, struct oci_texts *ret_ids, struct err *err)
{
    struct oci_texts all;
    const char **ids;
    const char *root;
    size_t count = 0;

    if (oci_root_find(globals, arena, &root, err) < 0 || oci_state_list(root, arena, &all, err) < 0)
        return err->number;
    ids = arena_alloc_array(arena, all.count + 1, sizeof(*ids));
    if (ids == NULL)
        return err_system(err, ENOMEM, "look for containers");
    for (size_t i = 0; i < all.count; i++) {
        if (regexec(expression, all.at[i], 0, NULL, 0) == 0)
            ids[count++] = all.at[i];
    }
    *ret_ids = (struct oci_texts){ .count = count, .at = ids };
    return 0;
}

int oci_for_each_like(const struct oci_globals *globals, const char *expression,
                      int (*apply)(void *owner, const char *id, struct err *err), void *owner)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_texts ids = { 0 };
    struct err err = { 0 };
    regex_t compiled;
    int status = 0;
    int number;

    if (regcomp(&compiled, expression, REG_EXTENDED | REG_NOSUB) != 0) {
        (void)err_set(&err, -EINVAL, "option '--regex': '%s' is no regular expression", expression);
        return oci_fail(globals, &err, 1);
    }
    number = find_like(globals, &compiled, &arena, &ids, &err);
    regfree(&compiled);
    if (number < 0)
        return oci_fail(globals, &err, 1);
    for (size_t i = 0; i < ids.count; i++) {
        if (apply(owner, ids.at[i], &err) < 0)
            status = oci_fail(globals, &err, 1);
    }
    return status;
}
