/* What is known of a container as JSON, for those who come later and for those who ask now. */
#include "oci/state.h"

#include "base/cleanup.h"
#include "oci/annotations.h"
#include "oci/json_text.h"
#include "oci/resctrl.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>

static int no_memory(struct err *err)
{
    return err_system(err, ENOMEM, "the state of a container");
}

/* NULL, and no key of the state, where they are not known. */
static json_t *inodes_json(const struct oci_state *state)
{
    json_t *list = state->cgroup_inodes == NULL ? NULL : json_array();

    for (size_t i = 0; list != NULL && i < state->cgroups.count; i++)
        (void)json_array_append_new(list, json_integer((json_int_t)state->cgroup_inodes[i]));
    return list;
}

static json_t *texts_json(const struct oci_texts *texts)
{
    json_t *list = json_array();

    for (size_t i = 0; i < texts->count; i++)
        (void)json_array_append_new(list, json_string(texts->at[i]));
    return list;
}

/* Whose unit it is; NULL where there is none. */
static const char *unit_owner(const struct oci_state *state)
{
    return state->unit.name == NULL ? NULL : state->unit.is_user ? "user" : "system";
}

int oci_state_document(const struct oci_state *state, char **ret_text, struct err *err)
{
    json_t *json = json_pack(
        "{ss ss si sI ss* ss ss ss so so* so* ss* ss*}", "ociVersion", OCI_VERSION, "id", state->id,
        "pid", (int)state->pid, "startTicks", (json_int_t)state->start_ticks, "boot", state->boot,
        "bundle", state->bundle, "rootfs", state->rootfs, "created", state->created, "cgroups",
        texts_json(&state->cgroups), "cgroupInodes", inodes_json(state), "resctrl",
        state->groups.count == 0 ? NULL : texts_json(&state->groups), "unit", state->unit.name,
        "systemd", unit_owner(state));
    char *text = json == NULL ? NULL : json_dumps(json, JSON_INDENT(1));

    json_decref(json);
    if (text == NULL)
        return no_memory(err);
    *ret_text = text;
    return 0;
}

/* Copies a text of the JSON object into the arena; NULL where it is none. */
static const char *get_text(const json_t *json, const char *key, struct arena *arena)
{
    const char *text = json_string_value(json_object_get(json, key));

    return text == NULL ? NULL : arena_copy_text(arena, text);
}

/* One for each of `count` cgroups; NULL where they are not known, or without memory. */
static const uint64_t *get_inodes(const json_t *list, size_t count, struct arena *arena)
{
    uint64_t *inodes = json_array_size(list) == count && count > 0
                           ? arena_alloc_array(arena, count, sizeof(*inodes))
                           : NULL;

    for (size_t i = 0; inodes != NULL && i < count; i++)
        inodes[i] = (uint64_t)json_integer_value(json_array_get(list, i));
    return inodes;
}

static int damaged(const struct oci_state *state, struct err *err)
{
    return err_set(err, -EINVAL, "the state of '%s' is damaged", state->id);
}

/* The groups of resctrl: none, or directories below its own. */
static int fill_groups(const json_t *list, struct arena *arena, struct oci_state *state,
                       struct err *err)
{
    static const char top[] = KERNEL_RESCTRL_ROOT "/";
    const char **groups = arena_alloc_array(arena, OCI_RESCTRL_GROUPS, sizeof(*groups));
    size_t count = json_array_size(list);

    if (groups == NULL)
        return no_memory(err);
    if (count > OCI_RESCTRL_GROUPS)
        return damaged(state, err);
    for (size_t i = 0; i < count; i++) {
        const char *path = json_string_value(json_array_get(list, i));

        if (path == NULL || strncmp(path, top, sizeof(top) - 1) != 0 || strlen(path) >= PATH_MAX)
            return damaged(state, err);
        groups[i] = arena_copy_text(arena, path);
        if (groups[i] == NULL)
            return no_memory(err);
    }
    state->groups = (struct oci_texts){ .count = count, .at = groups };
    return 0;
}

/* The directories of the cgroups: absolute paths, no more than a plan makes. */
static int fill_cgroups(const json_t *list, struct arena *arena, struct oci_state *state,
                        struct err *err)
{
    const char **cgroups = arena_alloc_array(arena, OCI_SLOTS, sizeof(*cgroups));
    size_t count = json_array_size(list);

    if (cgroups == NULL)
        return no_memory(err);
    if (count > OCI_SLOTS)
        return damaged(state, err);
    for (size_t i = 0; i < count; i++) {
        const char *path = json_string_value(json_array_get(list, i));

        if (path == NULL || path[0] != '/' || strlen(path) >= PATH_MAX)
            return damaged(state, err);
        cgroups[i] = arena_copy_text(arena, path);
        if (cgroups[i] == NULL)
            return no_memory(err);
    }
    state->cgroups = (struct oci_texts){ .count = count, .at = cgroups };
    return 0;
}

/* The name of a unit, and whose it is: both or none. */
static int fill_unit(const json_t *json, struct arena *arena, struct oci_state *state,
                     struct err *err)
{
    const char *owner = json_string_value(json_object_get(json, "systemd"));

    state->unit.name = get_text(json, "unit", arena);
    state->unit.is_user = owner != NULL && strcmp(owner, "user") == 0;
    if (state->unit.name == NULL && owner == NULL)
        return 0;
    if (state->unit.name == NULL || owner == NULL || state->unit.name[0] == '\0' ||
        state->unit.name[0] == '-' || strlen(state->unit.name) > OCI_UNIT_MAX ||
        strchr(state->unit.name, '/') != NULL)
        return damaged(state, err);
    return state->unit.is_user || strcmp(owner, "system") == 0 ? 0 : damaged(state, err);
}

static int fill(const json_t *json, struct arena *arena, struct oci_state *state, struct err *err)
{
    json_int_t pid = json_integer_value(json_object_get(json, "pid"));

    state->start_ticks = (uint64_t)json_integer_value(json_object_get(json, "startTicks"));
    state->boot = get_text(json, "boot", arena);
    state->bundle = get_text(json, "bundle", arena);
    state->rootfs = get_text(json, "rootfs", arena);
    state->created = get_text(json, "created", arena);
    if (pid < 0 || pid > INT_MAX || state->bundle == NULL || state->rootfs == NULL ||
        state->created == NULL)
        return damaged(state, err);
    state->pid = (pid_t)pid;
    if (fill_cgroups(json_object_get(json, "cgroups"), arena, state, err) < 0 ||
        fill_groups(json_object_get(json, "resctrl"), arena, state, err) < 0 ||
        fill_unit(json, arena, state, err) < 0)
        return err->number;
    state->cgroup_inodes =
        get_inodes(json_object_get(json, "cgroupInodes"), state->cgroups.count, arena);
    return 0;
}

int oci_state_parse(struct bytes json, const char *id, struct arena *arena,
                    struct oci_state *ret_state, struct err *err)
{
    json_t *document = json_loadb((const char *)json.at, json.size, JSON_REJECT_DUPLICATES, NULL);
    struct oci_state state = { .id = id };
    int number = fill(document, arena, &state, err);

    json_decref(document);
    if (number == 0)
        *ret_state = state;
    return number;
}

int oci_state_format(const struct oci_state *state, bool is_line, struct arena *arena,
                     struct bytes *ret_json, struct err *err)
{
    /* runtime.md#state: the process id must be there while it runs, and may be 0 afterwards. */
    int pid = oci_status_has_process(state->status) ? (int)state->pid : 0;
    /* In runc's order, which callers without a parser look for. */
    json_t *json =
        json_pack("{ss ss si ss ss* ss* ss*}", "ociVersion", OCI_VERSION, "id", state->id, "pid",
                  pid, "status", oci_status_name(state->status), "bundle", state->bundle, "rootfs",
                  state->rootfs, "created", state->created);
    CLEANUP(oci_json_text_free) char *text = NULL;
    struct bytes all;
    char *copy = NULL;

    if (json != NULL && state->owner != NULL)
        (void)json_object_set_new(json, "owner", json_string(state->owner));
    if (json != NULL && state->annotations != NULL && state->annotations->count > 0)
        (void)json_object_set_new(json, "annotations", oci_annotations_json(state->annotations));
    if (json != NULL)
        text = json_dumps(json, is_line ? JSON_COMPACT : JSON_INDENT(2));
    json_decref(json);
    if (text != NULL) {
        all = bytes_of_text(text);
        copy = arena_copy_bytes(arena, all);
    }
    if (copy == NULL)
        return no_memory(err);
    *ret_json = bytes_of(copy, all.size);
    return 0;
}

const char *oci_status_name(enum oci_status status)
{
    static const char *const names[] = {
        [OCI_CREATING] = "creating", [OCI_CREATED] = "created", [OCI_RUNNING] = "running",
        [OCI_PAUSED] = "paused",     [OCI_STOPPED] = "stopped",
    };

    return names[status];
}

bool oci_status_has_process(enum oci_status status)
{
    return status == OCI_CREATED || status == OCI_RUNNING || status == OCI_PAUSED;
}
