/*
 * The steps of the runtime and of the child that need nothing but their values.
 */
#pragma once

#include "oci/step.h"

/* Performs CGROUP_ENABLE, CGROUP_OFFER, CGROUP_INHERIT, CGROUP_WRITE, CGROUP_DEVICES,
 * RUNTIME_AFFINITY, AFFINITY, HOME or STREAMS, which is for these `streams`
 * (kernel_process_give_pipes()); no other. 0 or -errno with a sentence. */
int oci_plain_step_perform(const struct oci_step *step, const int *streams, struct err *err);
