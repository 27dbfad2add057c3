/*
 * The claim on a cgroup that was made for a container: it may be what a runtime that was killed has
 * left of a container of the same name, or another's that has just made it.
 */
#pragma once

#include "oci/execute.h"

/* Claims a cgroup that has just been made, or was there and has nothing in it: that is made anew,
 * and made->levels says so. *ret_fd is the claim, see kernel_cgroup_claim(). -EEXIST: it is another
 * container's. */
int oci_made_cgroup_claim(struct oci_made_cgroup *made, int *ret_fd, struct err *err);
