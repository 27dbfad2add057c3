/*
 * cgroup v2: one hierarchy, in which each cgroup says which controllers those below it have. A
 * process begins in its cgroup (clone3 with CLONE_INTO_CGROUP), so it is never seen outside of it.
 *
 * Errors are 0 or -errno with a sentence. Nothing allocates. Source: Linux
 * Documentation/admin-guide/cgroup-v2.rst, "Controlling Controllers".
 */
#pragma once

#include "base/err.h"

/* Opens the cgroup at `path` for clone3. */
int kernel_cgroup_v2_open(const char *path, int *ret_fd, struct err *err);

/* Gives the cgroups below `path` the controllers ("+memory +pids"); those that they have already
 * need no rights. */
int kernel_cgroup_v2_enable(const char *path, const char *controllers, struct err *err);

/* As kernel_cgroup_v2_enable(), for those of the controllers that can be given. */
void kernel_cgroup_v2_offer(const char *path, const char *controllers);
