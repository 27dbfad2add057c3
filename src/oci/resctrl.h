/*
 * The groups of resctrl that go with a container (kernel/resctrl.h): one of its name where the
 * config names no class of service, and that of its monitoring.
 */
#pragma once

#include "oci/plan.h"

#define OCI_RESCTRL_GROUPS 2

/* Those that a plan makes; the list lives in the arena, its texts in the plan. */
int oci_resctrl_find(const struct oci_plan *plan, struct arena *arena, struct oci_texts *ret_groups,
                     struct err *err);

/* Those that have been made. */
struct oci_made_groups {
    size_t count;
    const char *at[OCI_RESCTRL_GROUPS];
};

/* Performs RESCTRL_MAKE; what goes with the container is added to those that have been made. */
int oci_resctrl_make(const struct oci_step_resctrl *step, struct oci_made_groups *made,
                     struct err *err);

/* Removes them, the last first. 0, or -errno with a sentence about the first that stays. */
int oci_resctrl_remove(const struct oci_texts *groups, struct err *err);
