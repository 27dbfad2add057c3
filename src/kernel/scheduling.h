/*
 * How the kernel shares processors, disks and memory nodes between a process and others: policies
 * and priorities of processors and of I/O, memory nodes, and the machine that it takes this one
 * for.
 *
 * Words are those of the kernel's headers. Errors are 0 or -errno with a sentence. Nothing
 * allocates; all may be called between clone and exec. Sources: sched_setattr(2), ioprio_set(2),
 * set_mempolicy(2), personality(2).
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

#include <stdbool.h>
#include <sys/types.h>

struct kernel_scheduler {
    uint32_t policy; /* kernel_scheduling_policy_find() */
    uint64_t flags;  /* kernel_scheduling_flag_find(), or'ed */
    int32_t nice;
    uint32_t priority;
    uint64_t runtime_ns; /* the last three: of SCHED_DEADLINE alone */
    uint64_t deadline_ns;
    uint64_t period_ns;
};

struct kernel_io_priority {
    uint32_t class_number; /* kernel_scheduling_io_class_find() */
    uint32_t level;        /* 0, the most, to 7 */
};

/* Sets of processors or of memory nodes, by their numbers. */
#define KERNEL_SET_BITS 1024

struct kernel_set {
    uint64_t bits[KERNEL_SET_BITS / 64];
};

struct kernel_memory_policy {
    uint32_t mode;  /* kernel_scheduling_memory_mode_find() */
    uint32_t flags; /* kernel_scheduling_memory_flag_find(), or'ed */
    struct kernel_set nodes;
};

/* The number of "SCHED_FIFO" and its like; false: there is no such word. Pure. */
bool kernel_scheduling_policy_find(const char *name, uint32_t *ret_policy);

/* Likewise of "SCHED_FLAG_RECLAIM". Pure. */
bool kernel_scheduling_flag_find(const char *name, uint32_t *ret_flag);

/* Likewise of "IOPRIO_CLASS_BE". Pure. */
bool kernel_scheduling_io_class_find(const char *name, uint32_t *ret_class);

/* Likewise of "MPOL_BIND". Pure. */
bool kernel_scheduling_memory_mode_find(const char *name, uint32_t *ret_mode);

/* Likewise of "MPOL_F_STATIC_NODES". Pure. */
bool kernel_scheduling_memory_flag_find(const char *name, uint32_t *ret_flag);

/* The words for modes and for flags of memory policies, from the first (0) on; NULL past the last.
 * Pure. */
const char *kernel_scheduling_memory_mode(size_t index);

/* Likewise. Pure. */
const char *kernel_scheduling_memory_flag(size_t index);

/* Reads "0-3,7"; false, and nothing changed, for what is no such list or has numbers of
 * KERNEL_SET_BITS or more. Pure. */
bool kernel_set_parse(const char *text, struct kernel_set *ret_set);

/* Whether nothing is in it. Pure. */
bool kernel_set_is_empty(const struct kernel_set *set);

/* Sets the policy of a process. */
int kernel_scheduling_set(pid_t pid, const struct kernel_scheduler *scheduler, struct err *err);

/* Sets the I/O priority of a process. */
int kernel_scheduling_set_io(pid_t pid, const struct kernel_io_priority *priority, struct err *err);

/* Sets which processors the calling process may run on; at least one of them must be there. */
int kernel_scheduling_set_affinity(const struct kernel_set *set, struct err *err);

/* Which processors that are. */
int kernel_scheduling_get_affinity(struct kernel_set *ret_set, struct err *err);

/* Sets which nodes the calling process's memory is of. */
int kernel_scheduling_set_memory(const struct kernel_memory_policy *policy, struct err *err);

/* The calling process takes the machine for another: PER_LINUX or PER_LINUX32. */
int kernel_scheduling_set_personality(unsigned long domain, struct err *err);
