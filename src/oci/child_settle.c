/* The descriptors of a child at its birth. */
#include "oci/child.h"

#include "kernel/process.h"
#include "oci/container.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define FIRST (STDERR_FILENO + 1)

struct oci_child oci_child_of(const struct oci_plan *plan, const struct oci_run_options *options)
{
    struct oci_child child = {
        .plan = plan,
        .trace = options->trace,
        .channel_fd = -1,
        .runtime_fd = -1,
        .gate_fd = -1,
        .target_fd = options->target_fd,
        .console_fd = options->console_fd,
        .streams = options->streams,
        .preserved = options->preserved,
        .is_among_threads = options->is_among_threads,
        .net_early = options->net_early,
    };

    for (size_t i = 0; i < OCI_SLOTS; i++) {
        child.slots[i] = -1;
        child.claims[i] = -1;
    }
    for (size_t i = 0; i < OCI_SOURCES; i++)
        child.sources[i] = -1;
    return child;
}

int oci_child_settle(const struct oci_child *child, struct err *err)
{
    /* While these copies were open, the end of the runtime would not be noticed. */
    (void)close(child->runtime_fd);
    for (size_t i = 0; i < OCI_SLOTS; i++) {
        if (child->claims[i] >= 0)
            (void)close(child->claims[i]);
    }
    if (child->streams != NULL && kernel_process_set_streams(child->streams, err) < 0)
        return err->number;
    /* What another thread makes at the same time must not be held open here: its channel, whose end
     * tells that its program runs, its claims, its mounts. */
    return child->is_among_threads ? oci_child_close_others(child, err) : 0;
}

int oci_joiner_settle(struct oci_child *child, struct err *err)
{
    if (oci_child_settle(child, err) < 0 ||
        (!child->is_among_threads && oci_child_close_others(child, err) < 0))
        return err->number;
    /* The child, which is born of this process, has no need of that any more. */
    child->streams = NULL;
    child->net_early = NULL; /* this is a copy, in which nothing becomes ready */
    child->is_among_threads = false;
    child->runtime_fd = -1;
    for (size_t i = 0; i < OCI_SLOTS; i++)
        child->claims[i] = -1;
    return 0;
}

unsigned int oci_child_count_preserved(const struct oci_plan *plan)
{
    unsigned int count = 0;

    for (size_t i = 0; i < plan->count; i++) {
        if (plan->steps[i].kind == OCI_STEP_CLOSE)
            count += (unsigned int)plan->steps[i].preserved;
    }
    return count;
}

int oci_child_close_all_but(const int *preserved, unsigned int count, int *own, size_t own_count,
                            struct err *err)
{
    int fds[OCI_PRESERVED_MAX + OCI_OWN_MAX];

    if (preserved == NULL)
        return kernel_process_close_all_but(FIRST + (int)count, own, own_count, err);
    memcpy(fds, preserved, count * sizeof(*fds));
    memcpy(fds + count, own, own_count * sizeof(*fds));
    if (kernel_process_close_all_but(FIRST, fds, count + own_count, err) < 0)
        return err->number;
    memcpy(own, fds + count, own_count * sizeof(*own));
    for (int i = 0; i < (int)count; i++) {
        if (fcntl(FIRST + i, F_SETFD, 0) < 0)
            return err_system(err, errno, "leave descriptor %d open", FIRST + i);
    }
    return 0;
}
