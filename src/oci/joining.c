/* The container's state, its kept config, this machine, the plan. */
#include "oci/joining.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "oci/kept.h"

#include <errno.h>

int oci_joining_open(struct oci_joining *joining, struct err *err)
{
    const struct oci_state *state = &joining->state;

    if (!oci_status_has_process(state->status))
        return err_set(err, -ESRCH, "the container '%s' is %s, and nothing can be executed in it",
                       state->id, oci_status_name(state->status));
    joining->target_fd = oci_state_open_process(state, err);
    return joining->target_fd < 0 ? joining->target_fd : 0;
}

int oci_joining_read(struct oci_joining *joining, const struct oci_joining_process *process,
                     struct arena *arena, struct err *err)
{
    const char *id = joining->state.id;
    CLEANUP(fd_close) int directory_fd = oci_state_open(joining->root, id, err);
    struct bytes config;

    if (directory_fd < 0 || oci_kept_load(directory_fd, arena, &config, err) < 0)
        return err->number;
    if (oci_config_parse_exec(config, process->json, arena, &joining->config, err) < 0)
        return process->json.size == 0 ? err_prefix(err, "the config of '%s'", id)
                                       : err_prefix(err, "%s", process->name);
    return 0;
}

int oci_joining_plan(struct oci_joining *joining, struct arena *arena, struct err *err)
{
    struct oci_exec_request request = { .config = &joining->config,
                                        .host = &joining->host,
                                        .id = joining->state.id,
                                        .bundle = joining->state.bundle,
                                        .has_console = true,
                                        .is_relayed = joining->is_relayed,
                                        .preserved_fds = joining->preserved_fds,
                                        .below = joining->cgroup };

    if (oci_host_read(arena, &joining->host, err) < 0 ||
        oci_exec_find_cgroups(&request, &joining->state, joining->target_fd, arena, err) < 0)
        return err->number;
    return oci_exec_plan_make(&request, arena, &joining->plan, err);
}

void oci_joining_close(struct oci_joining *joining)
{
    fd_close(&joining->target_fd);
}
