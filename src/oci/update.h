/*
 * New limits for a container that is there: the table of resources.h, written to its cgroups.
 */
#pragma once

#include "oci/config.h"
#include "oci/resources.h"
#include "oci/state.h"

/* Sets those limits of `resources` that ask for something (device rules aside); the others stay as
 * they are. On failure -errno with a sentence that names the limit, and all limits are what they
 * were before; where one could not be set back, the sentence says so. */
int oci_update(const struct oci_state *state, const struct oci_resources *resources,
               const struct oci_host *host, struct arena *arena, struct err *err);

/* What has to be written to a file that has this content to have it so again, after `write` was
 * written to it: in the arena, or NULL without memory. Pure. */
const char *oci_update_undo(const struct oci_cgroup_write *write, struct bytes content,
                            struct arena *arena);
