/*
 * A container's processes as a whole, by its cgroups: they stand still and go on again (pause and
 * resume), get a signal together, are listed. Errors are 0 or -errno with a sentence.
 *
 * A container has no cgroup of its own where its caller can make none, or wants none: then there is
 * a sentence.
 */
#pragma once

#include "kernel/cgroup_processes.h"
#include "oci/state.h"

/* A quota of processor time keeps those from running which have to come to a stop. */
#define OCI_FREEZE_DEADLINE_MS 10000

/* Lets all processes of the container stand still, or none. */
int oci_freeze_begin(const struct oci_state *state, struct err *err);

/* Lets them go on; where they do not stand still that is no error. */
int oci_freeze_end(const struct oci_state *state, struct err *err);

/* Whether they have been made to stand still. */
int oci_freeze_is_on(const struct oci_state *state, bool *ret_is_on, struct err *err);

/* Sends a signal to all processes of the container. */
int oci_kill_all(const struct oci_state *state, int signal, struct arena *arena, struct err *err);

/* Ends all processes that are in a cgroup which was made for the container, and for nobody else;
 * *ret_is_any: there were some. */
int oci_kill_own(const struct oci_state *state, struct arena *arena, bool *ret_is_any,
                 struct err *err);

/* All processes of the container, as seen outside; in the arena. */
int oci_list_processes(const struct oci_state *state, struct arena *arena,
                       struct kernel_pids *ret_pids, struct err *err);
