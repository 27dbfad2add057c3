/* What a process gives up before it enters anything of a container. */
#include "oci/child.h"

#include "kernel/process.h"

#include <string.h>
#include <unistd.h>

/* The channel, the gate, the console, and whose namespaces are joined. */
#define SINGLE 4

int oci_child_close_others(const struct oci_child *child, struct err *err)
{
    int kept[SINGLE + OCI_SLOTS + OCI_SOURCES] = { child->channel_fd, child->gate_fd,
                                                   child->console_fd, child->target_fd };
    int first = STDERR_FILENO + 1;

    memcpy(kept + SINGLE, child->slots, sizeof(child->slots));
    memcpy(kept + SINGLE + OCI_SLOTS, child->sources, sizeof(child->sources));
    for (size_t i = 0; i < child->plan->count; i++) {
        if (child->plan->steps[i].kind == OCI_STEP_CLOSE)
            first += (int)child->plan->steps[i].preserved;
    }
    return kernel_process_close_others(first, kept, sizeof(kept) / sizeof(kept[0]), err);
}
