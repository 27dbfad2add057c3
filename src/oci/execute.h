/*
 * Performs a plan: makes the container, starts its program, waits for the end, removes what it
 * made.
 *
 *     struct oci_host host;
 *     struct oci_plan plan;
 *     int status;
 *
 *     struct oci_plan_request request = { .config = &config, .host = &host, .id = "web",
 *                                         .bundle = "/srv/web", .has_hook = true };
 *     struct oci_run_options options = { .on_created = attach_network, .owner = &network };
 *
 *     number = oci_host_read(&arena, &host, &err);
 *     if (number == 0)
 *         number = oci_plan_make(&request, &arena, &plan, &err);
 *     if (number == 0)
 *         number = oci_run(&plan, &options, &status, &err); // status: what to exit with
 *
 * The container inherits standard input, output and error of the caller and no other descriptor.
 * It leads a session of its own. While it runs, every signal that reaches the calling process
 * (but SIGCHLD, SIGKILL and SIGSTOP) is passed on to it. oci_run() blocks all signals of the
 * calling thread meanwhile and restores them. Other children of the caller are left alone.
 *
 * Call it from a process with one thread, but for is_among_threads. Whether it succeeds or fails,
 * at its end no process, mount, cgroup or namespace of the container is left, but those that
 * existed before, and what the system did not remove, see ret_is_left.
 */
#pragma once

#include "kernel/net_early.h"
#include "oci/trace.h"

#include <sys/types.h>

/* A cgroup that was made for a container, and was not there before. */
struct oci_made_cgroup {
    const char *path;    /* of the plan */
    uint64_t inode;      /* kernel_cgroup_find_inode() */
    unsigned int levels; /* how many directories were made: it, and those above it */
};

struct oci_made_cgroups {
    size_t count;
    const struct oci_made_cgroup *at; /* in the order of the plan */
};

struct oci_run_options {
    /* Called when all cgroups are there, and no process so far: from then on, what is left of the
     * container should this process be killed is known by them. On failure as on_created. May be
     * NULL. */
    int (*on_cgroups)(void *owner, struct oci_made_cgroups cgroups, struct err *err);
    /* The socket over which the container's process sends its terminal, of a plan with has_console;
     * else 0. And where this process is who takes that: the other end of it, so that what is typed
     * here goes there (oci/relay.h, in oci_run()); else 0. */
    int console_fd;
    int relay_fd;
    /* The process whose namespaces are joined, of a plan of oci_exec_plan_make(); else 0. */
    int target_fd;
    /* Called by oci_run() in the calling process, when the container's namespaces exist (and its
     * ids are mapped) and its program does not run yet; the program starts when this returns 0.
     * The mounts of the container may be in the making meanwhile. `pid` is the container's first
     * process as the caller sees it; `pidfd` is valid during the call. On failure, -errno with a
     * sentence: the container is taken down and oci_run() fails with that. NULL: no hook; else the
     * plan must have been requested with has_hook. */
    int (*on_created)(void *owner, pid_t pid, int pidfd, struct err *err);
    void *owner;
    /* Called when the program has been started (the exec succeeded) or waits for that, e.g. to
     * write a pid file. On failure as on_created. May be NULL. */
    int (*on_started)(void *owner, pid_t pid, struct err *err);
    /* KERNEL_STREAMS descriptors that the program has as standard input, output and error; NULL:
     * those of the caller. */
    const int *streams;
    /* Descriptors that the program has from 3 on, as many as the plan says that it preserves; NULL:
     * those that the caller has there. Not for a plan whose process begins in the caller's memory.
     */
    const int *preserved;
    /* The calling process may have other threads, which do such things, too: their descriptors are
     * kept from the container from the beginning, and the action of SIGCHLD, which must not be to
     * ignore it, is left as it is. For oci_create() and oci_launch(). */
    bool is_among_threads;
    /* A directory for compiled filters (kernel/seccomp_cache.h), or NULL. */
    const char *filters;
    /* Where oci_run() fails, and this is not NULL, it is set to what shells, docker and podman exit
     * with: 127 when the program is not there, 126 when it cannot be executed, 125 for all else. */
    int *ret_failure_status;
    /* Where oci_run() succeeds, its cgroups stay as they are, for oci_state_destroy(). */
    bool is_kept;
    /* If not NULL: set to whether something of the container could not be removed, in which case
     * oci_run() fails. What is known of the container is what it can still be removed by. */
    bool *ret_is_left;
    /* A network namespace that may be there by the time that one is needed; NULL: none. */
    struct kernel_net_early *net_early;
    /* If not NULL: of this plan, and told when each step begins and ends. */
    const struct oci_trace *trace;
};

/* Makes the container, runs its program to its end and cleans up. On success *ret_status is the
 * program's exit status, or 128 + n when signal n ended it. Where the container could not be made
 * or its program not be started: -errno with a sentence that begins with the place in config.json,
 * and *ret_status is untouched. */
int oci_run(const struct oci_plan *plan, const struct oci_run_options *options, int *ret_status,
            struct err *err);

/* Starts the program, as oci_run(), and leaves it running: its process is a child of the caller,
 * which whoever inherits it waits for. For plans of oci_exec_plan_make(). */
int oci_launch(const struct oci_plan *plan, const struct oci_run_options *options, struct err *err);

/* Makes the container up to the exec of its program, which waits at the gate (oci/gate.h) that
 * `gate_fd` is of; the plan must have been requested with has_gate. `on_started` is called before
 * it goes there. On success the container is on its own: its process is a child of the caller,
 * which whoever inherits it waits for, and oci_state_destroy() removes its cgroups. On failure as
 * oci_run(). */
int oci_create(const struct oci_plan *plan, const struct oci_run_options *options, int gate_fd,
               struct err *err);
