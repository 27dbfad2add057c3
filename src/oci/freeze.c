/* The one cgroup of a container that can do it. */
#include "oci/freeze.h"

#include "kernel/cgroup_freeze.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

/* The cgroup that can be frozen; *ret_path is NULL where there is none. */
static int find_freezer(const struct oci_state *state, const char **ret_path, struct err *err)
{
    *ret_path = NULL;
    for (size_t i = 0; i < state->cgroups.count && *ret_path == NULL; i++) {
        bool can = false;

        if (kernel_cgroup_can_freeze(state->cgroups.at[i], &can, err) < 0)
            return err->number;
        if (can)
            *ret_path = state->cgroups.at[i];
    }
    return 0;
}

/* A cgroup that has all processes: each of them has. NULL: there is none. */
static const char *find_any(const struct oci_state *state)
{
    for (size_t i = 0; i < state->cgroups.count; i++) {
        if (access(state->cgroups.at[i], F_OK) == 0)
            return state->cgroups.at[i];
    }
    return NULL;
}

int oci_freeze_begin(const struct oci_state *state, struct err *err)
{
    const char *path;

    if (find_freezer(state, &path, err) < 0)
        return err->number;
    if (path == NULL)
        return err_set(err, -ENOTSUP,
                       "the container '%s' has no cgroup of its own that can be frozen; who "
                       "made it could make none, or was told not to",
                       state->id);
    return kernel_cgroup_freeze(path, OCI_FREEZE_DEADLINE_MS, err);
}

int oci_freeze_end(const struct oci_state *state, struct err *err)
{
    const char *path;

    if (find_freezer(state, &path, err) < 0)
        return err->number;
    return path == NULL ? 0 : kernel_cgroup_thaw(path, err);
}

int oci_freeze_is_on(const struct oci_state *state, bool *ret_is_on, struct err *err)
{
    const char *path;
    bool is_on = false;

    if (find_freezer(state, &path, err) < 0 ||
        (path != NULL && kernel_cgroup_is_frozen(path, &is_on, err) < 0))
        return err->number;
    *ret_is_on = is_on;
    return 0;
}

static int no_cgroup(const struct oci_state *state, struct err *err)
{
    return err_set(err, -ENOTSUP,
                   "the container '%s' has no cgroup of its own, by which its processes are known; "
                   "who made it could make none, or was told not to",
                   state->id);
}

/* A signal to all that is in a cgroup of the container's; with cgroup v1 what stands still does not
 * even die. */
static int signal_in(const struct oci_state *state, const char *path, int signal,
                     struct arena *arena, struct err *err)
{
    if (kernel_cgroup_signal(path, signal, arena, err) < 0)
        return err->number;
    return signal == SIGKILL ? oci_freeze_end(state, err) : 0;
}

int oci_kill_all(const struct oci_state *state, int signal, struct arena *arena, struct err *err)
{
    const char *path = find_any(state);

    if (path == NULL && state->status == OCI_STOPPED)
        return 0;
    if (path == NULL)
        return no_cgroup(state, err);
    return signal_in(state, path, signal, arena, err);
}

int oci_kill_own(const struct oci_state *state, struct arena *arena, bool *ret_is_any,
                 struct err *err)
{
    const char *path = oci_state_find_own_cgroup(state);
    struct kernel_pids pids = { 0 };

    if (path != NULL && (kernel_cgroup_list(path, arena, &pids, err) < 0 ||
                         (pids.count > 0 && signal_in(state, path, SIGKILL, arena, err) < 0)))
        return err->number;
    *ret_is_any = pids.count > 0;
    return 0;
}

int oci_list_processes(const struct oci_state *state, struct arena *arena,
                       struct kernel_pids *ret_pids, struct err *err)
{
    const char *path = find_any(state);

    return path == NULL ? no_cgroup(state, err) : kernel_cgroup_list(path, arena, ret_pids, err);
}
