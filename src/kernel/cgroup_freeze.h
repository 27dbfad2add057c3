/*
 * All processes of a cgroup, and of those below it, stand still: the freezer of cgroup v1
 * (freezer.state), and cgroup.freeze of v2. Which of the two a directory is of, its files tell.
 *
 * Errors are 0 or -errno with a sentence. Nothing allocates. Source: Linux Documentation/
 * admin-guide/cgroup-v1/freezer-subsystem.rst and cgroup-v2.rst.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>

/* Whether the cgroup at `path` can be frozen: it is of v2, or of the hierarchy of v1's freezer. One
 * that is not there cannot. */
int kernel_cgroup_can_freeze(const char *path, bool *ret_can, struct err *err);

/* Whether it has been frozen itself (and not by one above it); false for one that is not there. */
int kernel_cgroup_is_frozen(const char *path, bool *ret_frozen, struct err *err);

/* Freezes it, and waits for all its processes to stand still. Where they do not within
 * `deadline_ms`, they go on, and it is -ETIMEDOUT. */
int kernel_cgroup_freeze(const char *path, unsigned int deadline_ms, struct err *err);

/* Lets it go on; one that is not frozen is no error. */
int kernel_cgroup_thaw(const char *path, struct err *err);
