/*
 * Notice of processes of a cgroup that the kernel ends for want of memory: an eventfd of the v1
 * controller memory, or of v2 its file memory.events, which inotify watches.
 *
 *     CLEANUP(kernel_cgroup_oom_close) struct kernel_cgroup_oom oom = KERNEL_CGROUP_OOM_CLOSED;
 *
 *     number = kernel_cgroup_oom_open(path, &oom, &err);
 *     …                               // poll oom.fd for POLLIN
 *     count = kernel_cgroup_oom_take(&oom);
 *
 * Errors are 0 or -errno with a sentence.
 */
#pragma once

#include "base/err.h"

#include <limits.h>
#include <stdint.h>

struct kernel_cgroup_oom {
    int fd;
    char file[PATH_MAX]; /* v2: memory.events; v1: "" */
    uint64_t seen;       /* v2: what it said last */
};

#define KERNEL_CGROUP_OOM_CLOSED { .fd = -1 }

/* Begins to listen at the cgroup's directory. -ENOENT: the cgroup is of no controller memory. */
int kernel_cgroup_oom_open(const char *path, struct kernel_cgroup_oom *ret_oom, struct err *err);

/* How many there were since the last time: 0 where something else has happened. Does not wait. */
uint64_t kernel_cgroup_oom_take(struct kernel_cgroup_oom *oom);

/* Safe twice. Fits CLEANUP. */
void kernel_cgroup_oom_close(struct kernel_cgroup_oom *oom);
