/* The descriptors of a child at its birth. */
#include "oci/child.h"

#include "kernel/process.h"

#include <unistd.h>

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
        .is_among_threads = options->is_among_threads,
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
    child->is_among_threads = false;
    child->runtime_fd = -1;
    for (size_t i = 0; i < OCI_SLOTS; i++)
        child->claims[i] = -1;
    return 0;
}
