/*
 * The claim on a cgroup that was made for a container: it may be what a runtime that was killed has
 * left of a container of the same name, or another's that has just made it.
 */
#pragma once

#include "oci/execute.h"

/* Makes the cgroup made->path, if it is not there, and claims it: *claim_fd, which the caller
 * closes, is the claim (kernel_cgroup_claim()). One that was there and that a container has left is
 * made anew. made->levels says how many were made; with 0, which is possible where it may be
 * shared, it is none of the container's. -EEXIST: it is another container's. On failure nothing is
 * left, but where the number of what was made could not be found: then made->levels is not 0. */
int oci_made_cgroup_make(bool may_be_shared, struct oci_made_cgroup *made, int *claim_fd,
                         struct err *err);

/* Takes the cgroup at->path of a scope, whose name no other has: made by systemd, or made now. It
 * is then the next of those that were made. */
int oci_made_cgroup_adopt(struct oci_made_cgroup *made, size_t *count, struct err *err);
