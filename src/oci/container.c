/* Each call looks for the container, whether it is in the right state, and has the parts of this
 * layer do the rest. */
#include "oci/container.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "kernel/self.h"
#include "oci/calling.h"
#include "oci/ending.h"
#include "oci/freeze.h"
#include "oci/update.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>

_Static_assert(OCI_PATH_ROOM == PATH_MAX, "a path of the system's fits");

int oci_program_protect(char *const *argv, struct err *err)
{
    return kernel_self_protect(argv, err);
}

/* A container that there is. */
static int find(const struct oci_runtime *runtime, const char *id, struct arena *arena,
                struct oci_state *ret_state, struct err *err)
{
    if (oci_calling_check_root(runtime->root, err) < 0)
        return err->number;
    return oci_state_read(runtime->root, id, arena, ret_state, err);
}

static int check_status(const struct oci_state *state, enum oci_status wanted, struct err *err)
{
    if (state->status == wanted)
        return 0;
    return err_set(err, -EBUSY, "the container '%s' is %s, and not %s", state->id,
                   oci_status_name(state->status), oci_status_name(wanted));
}

int oci_container_start(const struct oci_runtime *runtime, const char *id, struct err *err)
{
    CLEANUP(oci_calling_end) struct oci_calling calling = oci_calling_begin();
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_state state;

    if (oci_calling_find(runtime, id, &arena, &state, err) < 0 ||
        check_status(&state, OCI_CREATED, err) < 0)
        return err->number;
    return oci_start_created(&runtime->listener, runtime->root, id, err);
}

/* A container without a pid namespace of its own does not end with its first process: SIGKILL is
 * for all, and for what the first has left. */
static int kill_it(const struct oci_runtime *runtime, const struct oci_state *state, int signal,
                   struct arena *arena, struct err *err)
{
    const struct oci_namespace *pids;
    struct oci_config config;
    bool is_any = false;

    if (signal == SIGKILL) {
        if (oci_read_kept(runtime->root, state->id, arena, &config, err) < 0)
            return err->number;
        pids = &config.namespaces[OCI_NAMESPACE_PID];
        if (!(pids->is_wanted && pids->path == NULL) &&
            oci_kill_own(state, arena, &is_any, err) < 0)
            return err->number;
    }
    return is_any ? 0 : oci_state_kill(state, signal, err);
}

int oci_container_kill(const struct oci_runtime *runtime, const char *id, int signal, bool to_all,
                       struct err *err)
{
    CLEANUP(oci_calling_end) struct oci_calling calling = oci_calling_begin();
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_state state;
    int number = oci_calling_find(runtime, id, &arena, &state, err);

    if (number == 0)
        number = to_all ? oci_kill_all(&state, signal, &arena, err)
                        : kill_it(runtime, &state, signal, &arena, err);
    /* With cgroup v1 what stands still does not even die. */
    if (number == 0 && signal == SIGKILL && state.status == OCI_PAUSED)
        number = oci_freeze_end(&state, err);
    return number;
}

int oci_container_delete(const struct oci_runtime *runtime, const char *id, bool is_forced,
                         struct err *err)
{
    CLEANUP(oci_calling_end) struct oci_calling calling = oci_calling_begin();
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_state state;

    if (find(runtime, id, &arena, &state, err) < 0)
        return err->number;
    if (!is_forced && state.status != OCI_STOPPED && state.status != OCI_CREATED)
        return err_set(err, -EBUSY, "the container '%s' is %s", id, oci_status_name(state.status));
    return oci_remove(&runtime->listener, runtime->root, &state, err);
}

int oci_container_pause(const struct oci_runtime *runtime, const char *id, struct err *err)
{
    CLEANUP(oci_calling_end) struct oci_calling calling = oci_calling_begin();
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_state state;

    if (oci_calling_find(runtime, id, &arena, &state, err) < 0 ||
        check_status(&state, OCI_RUNNING, err) < 0)
        return err->number;
    return oci_freeze_begin(&state, err);
}

int oci_container_resume(const struct oci_runtime *runtime, const char *id, struct err *err)
{
    CLEANUP(oci_calling_end) struct oci_calling calling = oci_calling_begin();
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_state state;

    if (oci_calling_find(runtime, id, &arena, &state, err) < 0 ||
        check_status(&state, OCI_PAUSED, err) < 0)
        return err->number;
    return oci_freeze_end(&state, err);
}

int oci_container_update(const struct oci_runtime *runtime, const char *id, const char *resources,
                         struct err *err)
{
    CLEANUP(oci_calling_end) struct oci_calling calling = oci_calling_begin();
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_resources limits = { 0 };
    struct oci_state state;
    struct oci_host host;

    if (oci_resources_parse(bytes_of_text(resources), &arena, &limits, err) < 0)
        return err_prefix(err, "the resources");
    if (oci_calling_find(runtime, id, &arena, &state, err) < 0)
        return err->number;
    if (!oci_status_has_process(state.status))
        return err_set(err, -EBUSY, "the container '%s' is %s", id, oci_status_name(state.status));
    if (oci_host_read(&arena, &host, err) < 0)
        return err->number;
    return oci_update(&state, &limits, &host, &arena, err);
}

/* Copies a text that may be NULL; what is longer than any path of the system is cut. */
static void copy(const char *text, char *ret_copy, size_t room)
{
    struct text copied = text_init(ret_copy, room);

    if (text != NULL)
        (void)text_append_bytes(&copied, bytes_of(text, strnlen(text, room - 1)));
}

int oci_container_read(const struct oci_runtime *runtime, const char *id,
                       struct oci_container_state *ret_state, struct err *err)
{
    CLEANUP(oci_calling_end) struct oci_calling calling = oci_calling_begin();
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_state state;

    if (find(runtime, id, &arena, &state, err) < 0)
        return err->number;
    *ret_state = (struct oci_container_state){
        .status = state.status,
        .pid = oci_status_has_process(state.status) ? state.pid : 0,
    };
    copy(state.id, ret_state->id, sizeof(ret_state->id));
    copy(state.bundle, ret_state->bundle, sizeof(ret_state->bundle));
    copy(state.rootfs, ret_state->rootfs, sizeof(ret_state->rootfs));
    copy(state.created, ret_state->created, sizeof(ret_state->created));
    return 0;
}

int oci_container_format(const struct oci_runtime *runtime, const char *id, char **ret_json,
                         struct err *err)
{
    CLEANUP(oci_calling_end) struct oci_calling calling = oci_calling_begin();
    CLEANUP(arena_done) struct arena arena = arena_init(2 * OCI_ARENA_BYTES);
    struct oci_config config;
    struct oci_state state;
    struct err ignored;
    struct bytes json;
    char *text;

    if (find(runtime, id, &arena, &state, err) < 0)
        return err->number;
    if (oci_read_kept(runtime->root, id, &arena, &config, &ignored) == 0)
        state.annotations = &config.annotations;
    if (oci_state_format(&state, false, &arena, &json, err) < 0)
        return err->number;
    text = strndup((const char *)json.at, json.size);
    if (text == NULL)
        return err_system(err, ENOMEM, "the state of a container");
    *ret_json = text;
    return 0;
}

int oci_container_list(const struct oci_runtime *runtime, oci_container_visit visit, void *owner,
                       struct err *err)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_texts ids = { 0 };
    struct oci_calling calling = oci_calling_begin();
    int number = oci_calling_check_root(runtime->root, err);

    if (number == 0)
        number = oci_state_list(runtime->root, &arena, &ids, err);
    oci_calling_end(&calling);
    if (number < 0)
        return number;
    for (size_t i = 0; i < ids.count; i++)
        visit(owner, ids.at[i]);
    return 0;
}
