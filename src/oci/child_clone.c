/* How the container's process is born: as a copy of the runtime, or in its memory. */
#include "oci/child.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/require.h"
#include "kernel/namespace.h"
#include "kernel/self_map.h"

#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the process is born with. */
struct birth {
    const struct oci_child *child;
    int cgroup_fd;
    int net_fd;  /* of the network namespace that it is in, or -1, as the next one */
    int home_fd; /* of the runtime's */
};

static const struct oci_step *find_clone(const struct oci_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->steps[i].kind == OCI_STEP_CLONE)
            return &plan->steps[i];
    }
    UNREACHABLE();
}

bool oci_child_has_joiner(const struct oci_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (oci_step_actor(plan->steps[i].kind) == OCI_JOINER)
            return true;
    }
    return false;
}

static void live(const void *argument)
{
    const struct birth *birth = argument;
    const int ways_out[] = { birth->cgroup_fd, birth->net_fd, birth->home_fd };

    for (size_t i = 0; i < sizeof(ways_out) / sizeof(ways_out[0]); i++) {
        if (ways_out[i] >= 0)
            (void)close(ways_out[i]);
    }
    oci_child_run(birth->child);
}

/* Whoever could look into the process could look into the runtime, whose memory it has: a process
 * of the same user, once it has given up rights, in a container that sees those of the host. */
static pid_t clone_in_memory(const struct kernel_clone *how, const struct birth *birth,
                             struct err *err)
{
    bool was_hidden = kernel_process_is_hidden();
    pid_t pid;

    if (geteuid() == 0 && kernel_process_hide(err) < 0)
        return err->number;
    pid = kernel_namespace_vfork(how, live, birth, err);
    if (!was_hidden)
        kernel_process_show();
    return pid;
}

/* The network namespace that has been made meanwhile, where there is one and the container's is to
 * belong to the runtime's user namespace; else -1. */
static int take_net(const struct oci_child *child, const struct oci_step *step)
{
    uint64_t flags = step->clone.flags & (CLONE_NEWNET | CLONE_NEWUSER);

    return child->net_early != NULL && flags == CLONE_NEWNET
               ? kernel_net_early_take(child->net_early)
               : -1;
}

static pid_t bear(const struct oci_child *child, const struct oci_step *step,
                  const struct kernel_clone *how, const struct birth *birth, struct err *err)
{
    pid_t pid;

    if (step->clone.is_vfork && !child->is_among_threads)
        return clone_in_memory(how, birth, err);
    pid = kernel_namespace_clone(how, err);
    if (pid == 0) {
        kernel_self_map_in(false);
        live(birth);
    }
    return pid;
}

/* Who cannot go back makes nothing. */
static pid_t go_home(pid_t pid, int home_fd, struct err *err)
{
    struct err why = { 0 };

    if (home_fd < 0 || kernel_namespace_enter(home_fd, CLONE_NEWNET, &why) == 0)
        return pid;
    if (pid > 0) {
        (void)kill(pid, SIGKILL);
        (void)waitpid(pid, NULL, __WALL);
    }
    *err = why;
    return err->number;
}

pid_t oci_child_clone(const struct oci_child *child, uint64_t more_flags, struct err *err)
{
    const struct oci_step *step = find_clone(child->plan);
    CLEANUP(fd_close) int net_fd = take_net(child, step);
    CLEANUP(fd_close) int home_fd = -1;
    struct kernel_clone how = {
        .flags = step->clone.flags | more_flags,
        .cgroup_fd = step->clone.slot == OCI_SLOT_NONE ? -1 : child->slots[step->clone.slot],
    };
    struct birth birth = { .child = child, .cgroup_fd = how.cgroup_fd, .net_fd = net_fd };
    struct err ignored = { 0 };
    pid_t pid;

    /* It is born there, since from then on others look for it there. */
    if (net_fd >= 0 && kernel_namespace_visit_net(net_fd, &home_fd, &ignored) == 0)
        how.flags &= ~(uint64_t)CLONE_NEWNET;
    birth.home_fd = home_fd;
    pid = go_home(bear(child, step, &how, &birth, err), home_fd, err);
    return pid < 0 ? err_prefix(err, "%s", step->field) : pid;
}
