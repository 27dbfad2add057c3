/* What a container uses: its processes, the figures of its cgroups, want of memory. */
#include "oci/container.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "oci/calling.h"
#include "oci/freeze.h"
#include "oci/stats.h"

#include <errno.h>
#include <string.h>

/* One that has a process. */
static int find_running(const struct oci_runtime *runtime, const char *id, struct arena *arena,
                        struct oci_state *ret_state, struct err *err)
{
    if (oci_calling_find(runtime, id, arena, ret_state, err) < 0)
        return err->number;
    if (oci_status_has_process(ret_state->status))
        return 0;
    return err_set(err, -EBUSY, "the container '%s' is %s", id, oci_status_name(ret_state->status));
}

int oci_container_ps(const struct oci_runtime *runtime, const char *id, oci_process_visit visit,
                     void *owner, struct err *err)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_calling calling = oci_calling_begin();
    struct kernel_pids pids = { 0 };
    struct oci_state state;
    int number = oci_calling_find(runtime, id, &arena, &state, err);

    if (number == 0 && state.status != OCI_STOPPED)
        number = oci_list_processes(&state, &arena, &pids, err);
    oci_calling_end(&calling);
    if (number < 0)
        return number;
    for (size_t i = 0; i < pids.count; i++)
        visit(owner, pids.at[i]);
    return 0;
}

int oci_container_stats(const struct oci_runtime *runtime, const char *id, char **ret_json,
                        struct err *err)
{
    CLEANUP(oci_calling_end) struct oci_calling calling = oci_calling_begin();
    CLEANUP(arena_done) struct arena arena = arena_init(2 * OCI_ARENA_BYTES);
    struct oci_state state;
    struct bytes json;
    char *text;

    if (find_running(runtime, id, &arena, &state, err) < 0 ||
        oci_stats_format(&state, &arena, &json, err) < 0)
        return err->number;
    text = strndup((const char *)json.at, json.size);
    if (text == NULL)
        return err_system(err, ENOMEM, "what a container uses");
    *ret_json = text;
    return 0;
}

int oci_oom_open(const struct oci_runtime *runtime, const char *id, struct oci_oom_watch *ret_watch,
                 struct err *err)
{
    CLEANUP(oci_calling_end) struct oci_calling calling = oci_calling_begin();
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    CLEANUP(kernel_cgroup_oom_close) struct kernel_cgroup_oom oom = KERNEL_CGROUP_OOM_CLOSED;
    struct oci_state state;
    struct text file;

    if (find_running(runtime, id, &arena, &state, err) < 0 || oci_oom_listen(&state, &oom, err) < 0)
        return err->number;
    *ret_watch = (struct oci_oom_watch){ .fd = oom.fd, .seen = oom.seen };
    file = text_init(ret_watch->file, sizeof(ret_watch->file));
    (void)text_append(&file, oom.file); /* which is no longer */
    oom.fd = -1;
    return 0;
}

unsigned long long oci_oom_take(struct oci_oom_watch *watch)
{
    struct kernel_cgroup_oom oom = { .fd = watch->fd, .seen = watch->seen };
    struct text file = text_init(oom.file, sizeof(oom.file));
    uint64_t count;

    (void)text_append(&file, watch->file);
    count = kernel_cgroup_oom_take(&oom);
    watch->seen = oom.seen;
    return count;
}

void oci_oom_close(struct oci_oom_watch *watch)
{
    fd_close(&watch->fd);
}
