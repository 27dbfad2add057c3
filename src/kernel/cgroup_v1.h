/*
 * cgroup v1: a hierarchy for each controller. A process enters by writing to the file `tasks`.
 *
 * It does so itself, through a descriptor that was opened outside of the container: the kernel then
 * takes no lock that waits for all CPUs, as it does when one process moves another (a figure of
 * many milliseconds). Errors are 0 or -errno with a sentence. Nothing allocates.
 */
#pragma once

#include "base/err.h"
#include "base/text.h"
#include "kernel/device_filter.h"

/* Opens the cgroup at `path` for kernel_cgroup_v1_enter(). */
int kernel_cgroup_v1_open(const char *path, int *ret_fd, struct err *err);

/* Moves the calling process, which must have one thread, into the cgroup. May be called between
 * clone and exec. */
int kernel_cgroup_v1_enter(int fd, struct err *err);

/* Gives a cgroup of the controller cpuset, and those above it up to `top`, the top of the
 * hierarchy, the processors and memory nodes of its parent where it has none: without them no
 * process can enter it. */
int kernel_cgroup_v1_inherit(const char *top, const char *path, struct err *err);

/* Appends the rule as devices.allow and devices.deny want it, e.g. "c 1:3 rwm". False where it does
 * not fit. Pure. */
bool kernel_cgroup_v1_device_rule(const struct kernel_device_rule *rule, struct text *ret_text);
