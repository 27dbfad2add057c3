/*
 * Seccomp: which system calls a process may make, as rules, and as the filter that the kernel runs.
 *
 *     struct kernel_seccomp_program program = { 0 };
 *
 *     if (kernel_seccomp_compile(&rules, &program, &err) < 0) …
 *     // in the process: kernel_seccomp_load(&program, &err)
 *     kernel_seccomp_done(&program);
 *
 * Errors are 0 or -errno with a sentence. Sources: seccomp(2), libseccomp.
 */
#pragma once

#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KERNEL_SECCOMP_ARGS 6 /* a system call has so many arguments */

/* What a condition compares an argument with. */
struct kernel_seccomp_condition {
    unsigned int index; /* of the argument, below KERNEL_SECCOMP_ARGS */
    int op;             /* kernel_seccomp_op_find() */
    uint64_t value;     /* MASKED_EQ: the mask */
    uint64_t value_two; /* MASKED_EQ: what is left under the mask */
};

/* What happens at system calls of these names. Conditions hold all together, but for several of one
 * argument, of which each makes a rule of its own. A name that this libseccomp does not know is
 * passed over: the kernel may be older than the rules. */
struct kernel_seccomp_rule {
    const char *const *names;
    size_t names_count;
    uint32_t action; /* kernel_seccomp_action_find() */
    const struct kernel_seccomp_condition *conditions;
    size_t conditions_count;
};

struct kernel_seccomp {
    uint32_t default_action;
    const uint32_t *architectures; /* beside the machine's own */
    size_t architectures_count;
    const struct kernel_seccomp_rule *rules;
    size_t rules_count;
    unsigned int flags; /* kernel_seccomp_flag_find(), or'ed */
};

/* A filter, as BPF. */
struct kernel_seccomp_program {
    void *instructions; /* struct sock_filter; kernel_seccomp_done() frees them */
    unsigned short count;
    unsigned int flags;
};

/* The number of "SCMP_ACT_ERRNO" and its like, with the errno that goes with ERRNO and TRACE;
 * false: there is no such action. Pure. */
bool kernel_seccomp_action_find(const char *name, uint16_t number, uint32_t *ret_action);

/* Whether an action needs somebody who listens: SCMP_ACT_NOTIFY. Pure. */
bool kernel_seccomp_action_notifies(uint32_t action);

/* Likewise for a comparison, "SCMP_CMP_EQ" and its like. Pure. */
bool kernel_seccomp_op_find(const char *name, int *ret_op);

/* Likewise for a machine, "SCMP_ARCH_X86_64" and its like. Pure. */
bool kernel_seccomp_architecture_find(const char *name, uint32_t *ret_architecture);

/* Likewise for a flag, "SECCOMP_FILTER_FLAG_LOG" and its like. Pure. */
bool kernel_seccomp_flag_find(const char *name, unsigned int *ret_flag);

/* The kinds of words. */
enum kernel_seccomp_words {
    KERNEL_SECCOMP_ACTIONS,
    KERNEL_SECCOMP_OPS,
    KERNEL_SECCOMP_ARCHITECTURES,
    KERNEL_SECCOMP_FLAGS,
};

/* The words of one kind, from the first (0) on; NULL past the last. Pure. */
const char *kernel_seccomp_word(enum kernel_seccomp_words kind, size_t index);

/* Appends an action, "SCMP_ACT_ERRNO(1)"; false, and some of it appended, where it does not fit.
 * Pure. */
bool kernel_seccomp_action_format(uint32_t action, struct text *text);

/* Likewise a rule: "SCMP_ACT_ALLOW read write", "SCMP_ACT_ALLOW personality if 0 EQ 8". Pure. */
bool kernel_seccomp_rule_format(const struct kernel_seccomp_rule *rule, struct text *text);

/* Makes the filter. Where the default action is the errno EPERM, calls that are newer than all that
 * the rules name get ENOSYS: see kernel/seccomp_newer.h. -EINVAL: these rules contradict each
 * other, or are more than a filter holds (4,096 system calls, counted once for each name and, where
 * several are of one argument, each condition). */
int kernel_seccomp_compile(const struct kernel_seccomp *rules,
                           struct kernel_seccomp_program *ret_program, struct err *err);

/* From now on the filter decides on the process's system calls. Needs no_new_privs, or
 * CAP_SYS_ADMIN in the process's user namespace. Nothing allocates: it may be called between clone
 * and exec. */
int kernel_seccomp_load(const struct kernel_seccomp_program *program, struct err *err);

/* Which number the next descriptor that the process opens will have; for the next function. */
int kernel_seccomp_listener_foresee(int *ret_number, struct err *err);

/* As kernel_seccomp_load(), and makes the descriptor on which somebody hears of the calls that
 * SCMP_ACT_NOTIFY is for. It closes itself at exec. Since such a process may not be able to say
 * which number it has, that is foreseen, and another takes it (kernel/handover.h). */
int kernel_seccomp_load_with_listener(const struct kernel_seccomp_program *program,
                                      struct err *err);

/* Frees the instructions. */
void kernel_seccomp_done(struct kernel_seccomp_program *program);
