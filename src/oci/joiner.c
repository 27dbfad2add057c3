/* What a process gives up before it enters anything of a container, what it enters then, and the
 * process that it makes there. */
#include "oci/child.h"

#include "kernel/namespace.h"
#include "kernel/process.h"
#include "oci/container.h"

#include <sched.h>
#include <string.h>
#include <unistd.h>

/* The channel, the gate, the console, and whose namespaces are joined. */
#define SINGLE 4

int oci_child_close_others(const struct oci_child *child, struct err *err)
{
    int kept[SINGLE + OCI_SLOTS + OCI_SOURCES + OCI_PRESERVED_MAX] = {
        child->channel_fd, child->gate_fd, child->console_fd, child->target_fd
    };
    unsigned int preserved = oci_child_count_preserved(child->plan);
    size_t count = SINGLE + OCI_SLOTS + OCI_SOURCES;
    int first = STDERR_FILENO + 1;

    memcpy(kept + SINGLE, child->slots, sizeof(child->slots));
    memcpy(kept + SINGLE + OCI_SLOTS, child->sources, sizeof(child->sources));
    if (child->preserved == NULL) {
        first += (int)preserved;
    } else {
        memcpy(kept + count, child->preserved, preserved * sizeof(*kept));
        count += preserved;
    }
    return kernel_process_close_others(first, kept, count, err);
}

/* A step of the joiner; those of others are none of it. */
static int join(const struct oci_child *child, const struct oci_step *step, struct err *err)
{
    switch ((int)step->kind) {
    case OCI_STEP_SELF_WRITE:
        return oci_child_write_own(&step->process_file, err);
    case OCI_STEP_JOINER_LABEL:
        return kernel_label_set_exec(step->label.kind, step->label.label, err);
    case OCI_STEP_HIDE:
        return kernel_process_hide(err);
    case OCI_STEP_PROCESS_JOIN:
        return kernel_namespace_join_process(child->target_fd, (int)step->clone.flags, err);
    case OCI_STEP_NAMESPACE_JOIN:
        return kernel_namespace_join(step->namespace.path, step->namespace.flag, err);
    default:
        return 0;
    }
}

_Noreturn void oci_joiner_run(struct oci_child *child)
{
    struct oci_record record = { .kind = OCI_RECORD_PID };

    if (oci_joiner_settle(child, &record.err) < 0)
        oci_child_give_up(child->channel_fd, child->plan->steps, &record.err);
    for (size_t i = 0; i < child->plan->count; i++) {
        const struct oci_step *step = &child->plan->steps[i];

        if (oci_step_actor(step->kind) != OCI_JOINER)
            continue;
        oci_trace_begin(child->trace, i);
        if (join(child, step, &record.err) < 0)
            oci_child_give_up(child->channel_fd, step, &record.err);
        oci_trace_end(child->trace, i);
    }
    /* A brother and not a child, so that the runtime can wait for it. */
    record.pid = oci_child_clone(child, CLONE_PARENT, &record.err);
    record.kind = record.pid < 0 ? OCI_RECORD_FAILED : record.kind;
    (void)oci_channel_say(child->channel_fd, &record);
    _exit(record.pid < 0 ? 1 : 0);
}
