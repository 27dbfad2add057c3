/*
 * What is below a cgroup: those that a container has made for itself. And a mark on those that a
 * runtime has made, as opposed to an administrator.
 *
 * A `path` is the absolute path of a cgroup's directory. Errors are 0 or -errno with a sentence.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>

/* How deep, and how many. */
#define KERNEL_CGROUP_DEPTH_MAX 128
#define KERNEL_CGROUP_BELOW_MAX 65536

/* One attempt to remove all cgroups below this one; what is in those that cannot be removed is
 * ended, so that the next attempt may succeed. No link is followed, nor another file system
 * entered. -EBUSY: some are left; -E2BIG: there are more, or deeper ones, than the limits say. */
int kernel_cgroup_remove_below(const char *path, struct err *err);

/* Sends SIGKILL to every process in the cgroup itself, as far as one read shows them. */
void kernel_cgroup_kill_some(const char *path);

/* Marks a cgroup as made by a runtime for a container alone: an attribute of its directory, as far
 * as the kernel has such (xattr(7): trusted for root, user for others). */
void kernel_cgroup_mark(const char *path);

/* Whether it is marked: by root, or by the caller, whose own it is. What another user may have put
 * there does not count. */
bool kernel_cgroup_is_marked(const char *path);
