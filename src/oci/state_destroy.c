/* The end of a container, and of its cgroups as far as they are its. */
#include "oci/state.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "kernel/cgroup.h"
#include "kernel/process.h"
#include "oci/freeze.h"
#include "oci/resctrl.h"

#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#define CLAIM_TRIES_MAX 40
#define CLAIM_PAUSE_NS 5000000 /* 5 ms: all tries together take a fifth of a second */

/* Removes a cgroup of which it is not known whether the container's runtime had made it: if it did,
 * the process that it may have begun notices by itself that the runtime has gone. */
static int remove_if_empty(const char *path, struct err *err)
{
    const struct timespec pause = { .tv_nsec = CLAIM_PAUSE_NS };

    for (int i = 0; i < CLAIM_TRIES_MAX; i++) {
        if (rmdir(path) == 0 || errno == ENOENT)
            return 0;
        if (errno != EBUSY)
            return err_system(err, errno, "remove the cgroup '%s'", path);
        (void)nanosleep(&pause, NULL);
    }
    return 0;
}

/* Ends what is in the index-th cgroup of the container, and removes it, unless it is or may be
 * another's, or its own runtime is there to do it. */
static int remove_cgroup(const struct oci_state *state, size_t index, struct err *err)
{
    CLEANUP(fd_close) int claim_fd = -1;
    const struct timespec pause = { .tv_nsec = CLAIM_PAUSE_NS };
    const char *path = state->cgroups.at[index];
    int number = kernel_cgroup_claim(path, &claim_fd, err);
    uint64_t inode = 0;

    /* The child of a runtime that was killed may not have noticed so far. */
    for (int i = 0; number == -EEXIST && i < CLAIM_TRIES_MAX; i++) {
        (void)nanosleep(&pause, NULL);
        number = kernel_cgroup_claim(path, &claim_fd, err);
    }
    if (number == -ENOENT || number == -EEXIST)
        return 0;
    if (number == 0 && state->cgroup_inodes == NULL)
        return remove_if_empty(path, err);
    if (number == 0)
        number = kernel_cgroup_find_inode(path, &inode, err);
    if (number < 0)
        return number;
    return inode == state->cgroup_inodes[index] ? kernel_cgroup_remove(path, 1, err) : 0;
}

const char *oci_state_find_own_cgroup(const struct oci_state *state)
{
    bool is_known = state->cgroup_inodes != NULL && oci_state_is_of_this_boot(state);
    struct err ignored;

    for (size_t i = 0; is_known && i < state->cgroups.count; i++) {
        uint64_t inode = 0;

        if (kernel_cgroup_find_inode(state->cgroups.at[i], &inode, &ignored) == 0 &&
            inode == state->cgroup_inodes[i])
            return state->cgroups.at[i];
    }
    return NULL;
}

int oci_state_destroy(const char *root, const struct oci_state *state, struct err *err)
{
    CLEANUP(fd_close) int pidfd = oci_state_open_process(state, err);
    /* And its unit then, too. */
    bool is_own = oci_state_find_own_cgroup(state) != NULL;

    if (pidfd < 0 && pidfd != -ESRCH)
        return pidfd;
    if (pidfd >= 0 && (kernel_process_signal(pidfd, SIGKILL, err) < 0 ||
                       oci_freeze_end(state, err) < 0 || kernel_process_await_end(pidfd, err) < 0))
        return err->number;
    for (size_t i = oci_state_is_of_this_boot(state) ? state->cgroups.count : 0; i > 0; i--) {
        if (remove_cgroup(state, i - 1, err) < 0)
            return err->number;
    }
    if (state->unit.name != NULL && oci_scope_end(&state->unit, is_own, err) < 0)
        return err->number;
    if (oci_state_is_of_this_boot(state) && oci_resctrl_remove(&state->groups, err) < 0)
        return err->number;
    return oci_state_remove(root, state->id, err);
}

int oci_state_forget_cgroup(const char *path, struct err *err)
{
    CLEANUP(fd_close) int claim_fd = -1;
    int number = kernel_cgroup_claim(path, &claim_fd, err);

    if (number == -ENOENT || number == -EEXIST)
        return 0;
    if (number == 0 && rmdir(path) < 0 && errno != ENOENT && errno != EBUSY)
        number = err_system(err, errno, "remove the cgroup '%s'", path);
    return number;
}
