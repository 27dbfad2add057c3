/*
 * The container's side of the execution of a plan: the steps of the joiner and of the child. Both
 * run between clone and exec: no allocation, no locks, no look-ups of names.
 */
#pragma once

#include "oci/channel.h"
#include "oci/execute.h"
#include "oci/trace.h"

#define OCI_OWN_MAX 2 /* descriptors of a child that outlive OCI_STEP_CLOSE */

/* What the runtime hands over with the clone. */
struct oci_child {
    const struct oci_plan *plan;
    const struct oci_trace *trace; /* or NULL */
    int channel_fd;                /* the child's end */
    int runtime_fd;                /* the runtime's end, which only the runtime may hold */
    int claims[OCI_SLOTS];         /* what the runtime alone holds of cgroups, or -1 */
    int slots[OCI_SLOTS];          /* open cgroups, or -1 */
    int sources[OCI_SOURCES];      /* mounts of OCI_STEP_SOURCE, or -1 */
    int target_fd;                 /* whose namespaces are joined, or -1 */
    int console_fd;                /* where a terminal is sent, or -1 */
    int gate_fd;                   /* see oci/gate.h; -1: there is none */
    const int *streams;            /* see struct oci_run_options, as the next three */
    const int *preserved;
    bool is_among_threads;
    struct kernel_net_early *net_early;
    uint64_t ignored_signals;             /* kernel_process_ignored_signals() of the runtime */
    struct kernel_seccomp_program filter; /* of OCI_STEP_SECCOMP_COMPILE */
};

/* One that has no descriptors so far but those of the options. Pure. */
struct oci_child oci_child_of(const struct oci_plan *plan, const struct oci_run_options *options);

/* Performs the child's steps, and becomes the program; says so, or why not, on the channel. */
_Noreturn void oci_child_run(const struct oci_child *child);

/* The first that the child does: it lets go of what the runtime alone may hold, takes the streams
 * that are wanted and, born of a process with several threads, closes what those have open. 0, or
 * -errno with a sentence. */
int oci_child_settle(const struct oci_child *child, struct err *err);

/* The same in the joiner, whose child then is settled: it closes all that the child has no use for,
 * such as what the runtime's caller has open. Processes of the container see the child as soon as
 * it is there, and those with CAP_SYS_PTRACE all that it has open. */
int oci_joiner_settle(struct oci_child *child, struct err *err);

/* Closes all descriptors but the standard ones, those that are preserved, and those of `child`. */
int oci_child_close_others(const struct oci_child *child, struct err *err);

/* How many descriptors a plan leaves the program beside the standard ones. */
unsigned int oci_child_count_preserved(const struct oci_plan *plan);

/* Puts what is preserved from 3 on, as the program has it, and behind that `own` descriptors, which
 * get other numbers; all others are closed. `preserved` may be NULL: it is there already. */
int oci_child_close_all_but(const int *preserved, unsigned int count, int *own, size_t own_count,
                            struct err *err);

/* Writes to a file of the calling process in /proc, as OWN_WRITE and SELF_WRITE do. */
int oci_child_write_own(const struct oci_step_process_file *file, struct err *err);

/* Tells the runtime what went wrong at a step, and ends the process. */
_Noreturn void oci_child_give_up(int channel_fd, const struct oci_step *step,
                                 const struct err *err);

/* Performs the joiner's steps, clones the child, and tells its process id on the channel. */
_Noreturn void oci_joiner_run(struct oci_child *child);

/* Whether there is a step that the joiner performs. Pure. */
bool oci_child_has_joiner(const struct oci_plan *plan);

/* Clones the child of the plan's OCI_STEP_CLONE, with `more_flags`; in the child it does not
 * return. Gives the process id, or -errno with a sentence. */
pid_t oci_child_clone(const struct oci_child *child, uint64_t more_flags, struct err *err);
