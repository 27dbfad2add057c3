/*
 * The processes of a cgroup and of all cgroups below it, in v1 and v2. Processes come and go while
 * they are listed. Errors are 0 or -errno with a sentence.
 */
#pragma once

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

#include <sys/types.h>

#define KERNEL_CGROUP_PIDS_MAX 65536

struct kernel_pids {
    size_t count;
    const pid_t *at;
};

/* Reads one cgroup.procs: a number a line. Numbers that are no process ids, and 0, which stands for
 * a process of another pid namespace, are passed over; a last line without its end, too. How many
 * were found is given, of which the first `capacity` are stored. Pure. */
size_t kernel_cgroup_pids_parse(struct bytes content, pid_t *ret_pids, size_t capacity);

/* Lists them, in no particular order; -E2BIG: more than KERNEL_CGROUP_PIDS_MAX. */
int kernel_cgroup_list(const char *path, struct arena *arena, struct kernel_pids *ret_pids,
                       struct err *err);

/* Sends all of them a signal. Where the kernel can kill a cgroup at once (v2, from 5.14 on), that
 * is how SIGKILL is done. */
int kernel_cgroup_signal(const char *path, int signal, struct arena *arena, struct err *err);
