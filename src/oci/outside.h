/*
 * Steps that the runtime performs for the container's process, of which they know the id and no
 * more: what it may not do itself.
 */
#pragma once

#include "oci/step.h"

/* Performs PROCESS_WRITE, ID_MAP, NET_DEVICE, RESCTRL_ENTER, SCHEDULER or IO_PRIORITY for the
 * process `pid`, which /proc shows as `proc_pid`. 0, or -errno with a sentence. */
int oci_outside_perform(const struct oci_step *step, pid_t pid, pid_t proc_pid, struct err *err);
