/* Words to numbers, and four system calls that the C library has no functions for. */
#include "kernel/scheduling.h"

#include <errno.h>
#include <linux/ioprio.h>
#include <linux/mempolicy.h>
#include <linux/sched.h>
#include <linux/sched/types.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Of kernels that are newer than the headers of Debian 12. */
#define MODE_WEIGHTED_INTERLEAVE 6

struct word {
    const char *name;
    uint32_t number;
};

/* SCHED_ISO is a number that no kernel has a policy for. */
static const struct word policies[] = {
    { "SCHED_OTHER", SCHED_NORMAL }, { "SCHED_FIFO", SCHED_FIFO },
    { "SCHED_RR", SCHED_RR },        { "SCHED_BATCH", SCHED_BATCH },
    { "SCHED_IDLE", SCHED_IDLE },    { "SCHED_DEADLINE", SCHED_DEADLINE },
};

static const struct word flags[] = {
    { "SCHED_FLAG_RESET_ON_FORK", SCHED_FLAG_RESET_ON_FORK },
    { "SCHED_FLAG_RECLAIM", SCHED_FLAG_RECLAIM },
    { "SCHED_FLAG_DL_OVERRUN", SCHED_FLAG_DL_OVERRUN },
    { "SCHED_FLAG_KEEP_POLICY", SCHED_FLAG_KEEP_POLICY },
    { "SCHED_FLAG_KEEP_PARAMS", SCHED_FLAG_KEEP_PARAMS },
    { "SCHED_FLAG_UTIL_CLAMP_MIN", SCHED_FLAG_UTIL_CLAMP_MIN },
    { "SCHED_FLAG_UTIL_CLAMP_MAX", SCHED_FLAG_UTIL_CLAMP_MAX },
};

static const struct word io_classes[] = {
    { "IOPRIO_CLASS_RT", IOPRIO_CLASS_RT },
    { "IOPRIO_CLASS_BE", IOPRIO_CLASS_BE },
    { "IOPRIO_CLASS_IDLE", IOPRIO_CLASS_IDLE },
};

static const struct word memory_modes[] = {
    { "MPOL_DEFAULT", MPOL_DEFAULT },
    { "MPOL_BIND", MPOL_BIND },
    { "MPOL_INTERLEAVE", MPOL_INTERLEAVE },
    { "MPOL_WEIGHTED_INTERLEAVE", MODE_WEIGHTED_INTERLEAVE },
    { "MPOL_PREFERRED", MPOL_PREFERRED },
    { "MPOL_PREFERRED_MANY", MPOL_PREFERRED_MANY },
    { "MPOL_LOCAL", MPOL_LOCAL },
};

static const struct word memory_flags[] = {
    { "MPOL_F_NUMA_BALANCING", MPOL_F_NUMA_BALANCING },
    { "MPOL_F_RELATIVE_NODES", MPOL_F_RELATIVE_NODES },
    { "MPOL_F_STATIC_NODES", MPOL_F_STATIC_NODES },
};

static bool find(const struct word *words, size_t count, const char *name, uint32_t *ret_number)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i].name, name) == 0) {
            *ret_number = words[i].number;
            return true;
        }
    }
    return false;
}

bool kernel_scheduling_policy_find(const char *name, uint32_t *ret_policy)
{
    return find(policies, COUNT(policies), name, ret_policy);
}

bool kernel_scheduling_flag_find(const char *name, uint32_t *ret_flag)
{
    return find(flags, COUNT(flags), name, ret_flag);
}

bool kernel_scheduling_io_class_find(const char *name, uint32_t *ret_class)
{
    return find(io_classes, COUNT(io_classes), name, ret_class);
}

bool kernel_scheduling_memory_mode_find(const char *name, uint32_t *ret_mode)
{
    return find(memory_modes, COUNT(memory_modes), name, ret_mode);
}

bool kernel_scheduling_memory_flag_find(const char *name, uint32_t *ret_flag)
{
    return find(memory_flags, COUNT(memory_flags), name, ret_flag);
}

const char *kernel_scheduling_memory_mode(size_t index)
{
    return index < COUNT(memory_modes) ? memory_modes[index].name : NULL;
}

const char *kernel_scheduling_memory_flag(size_t index)
{
    return index < COUNT(memory_flags) ? memory_flags[index].name : NULL;
}

/* Takes a number below KERNEL_SET_BITS off the text. */
static bool take_number(const char **at, unsigned int *ret_number)
{
    unsigned int number = 0;
    size_t digits = 0;

    for (; **at >= '0' && **at <= '9'; (*at)++, digits++) {
        number = number * 10 + (unsigned int)(**at - '0');
        if (number >= KERNEL_SET_BITS)
            return false;
    }
    *ret_number = number;
    return digits > 0;
}

bool kernel_set_parse(const char *text, struct kernel_set *ret_set)
{
    struct kernel_set set = { 0 };
    const char *at = text;

    while (true) {
        unsigned int first;
        unsigned int last;

        if (!take_number(&at, &first))
            return false;
        last = first;
        if (*at == '-') {
            at++;
            if (!take_number(&at, &last) || last < first)
                return false;
        }
        for (unsigned int i = first; i <= last; i++)
            set.bits[i / 64] |= UINT64_C(1) << (i % 64);
        if (*at == '\0')
            break;
        if (*at++ != ',')
            return false;
    }
    *ret_set = set;
    return true;
}

bool kernel_set_is_empty(const struct kernel_set *set)
{
    for (size_t i = 0; i < COUNT(set->bits); i++) {
        if (set->bits[i] != 0)
            return false;
    }
    return true;
}

int kernel_scheduling_set(pid_t pid, const struct kernel_scheduler *scheduler, struct err *err)
{
    const struct sched_attr attributes = {
        .size = sizeof(attributes),
        .sched_policy = scheduler->policy,
        .sched_flags = scheduler->flags,
        .sched_nice = scheduler->nice,
        .sched_priority = scheduler->priority,
        .sched_runtime = scheduler->runtime_ns,
        .sched_deadline = scheduler->deadline_ns,
        .sched_period = scheduler->period_ns,
    };

    if (syscall(SYS_sched_setattr, pid, &attributes, 0) < 0)
        return err_system(err, errno, "set the scheduling policy");
    return 0;
}

int kernel_scheduling_set_io(pid_t pid, const struct kernel_io_priority *priority, struct err *err)
{
    const unsigned int value =
        priority->class_number << IOPRIO_CLASS_SHIFT | (priority->level & IOPRIO_PRIO_MASK);

    if (syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, pid, value) < 0)
        return err_system(err, errno, "set the I/O priority");
    return 0;
}

int kernel_scheduling_set_affinity(const struct kernel_set *set, struct err *err)
{
    if (syscall(SYS_sched_setaffinity, 0, sizeof(set->bits), set->bits) < 0)
        return err_system(err, errno, "set the processors");
    return 0;
}

int kernel_scheduling_get_affinity(struct kernel_set *ret_set, struct err *err)
{
    struct kernel_set set = { 0 };

    if (syscall(SYS_sched_getaffinity, 0, sizeof(set.bits), set.bits) < 0)
        return err_system(err, errno, "look for the processors");
    *ret_set = set;
    return 0;
}

int kernel_scheduling_set_memory(const struct kernel_memory_policy *policy, struct err *err)
{
    bool is_empty = kernel_set_is_empty(&policy->nodes);

    /* The kernel looks at one bit less than it is told of. */
    if (syscall(SYS_set_mempolicy, policy->mode | policy->flags,
                is_empty ? NULL : policy->nodes.bits, is_empty ? 0 : KERNEL_SET_BITS + 1) < 0)
        return err_system(err, errno, "set the memory policy");
    return 0;
}

int kernel_scheduling_set_personality(unsigned long domain, struct err *err)
{
    if (personality(domain) < 0)
        return err_system(err, errno, "set the personality");
    return 0;
}
