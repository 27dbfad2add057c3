/*
 * A container in the making, from the moment in which its name is taken to that in which its
 * program waits to be started, or ends.
 *
 *     struct oci_making making = { .listener = &listener, .prepared = &prepared, .arena = &arena };
 *
 *     oci_making_set_root(&making, "/run/cupel-oci");
 *     number = oci_making_create(&making, &err); // or oci_making_run()
 *
 * Whether it succeeds or fails, the signals of the calling thread are as before. Errors are 0 or
 * -errno with a sentence.
 */
#pragma once

#include "oci/execute.h"
#include "oci/listener.h"
#include "oci/prepared.h"

struct oci_making {
    const char *root;                    /* where containers are known: oci/state.h */
    const char *filters;                 /* a directory beside them, for compiled filters */
    const struct oci_listener *listener; /* hears of hooks that fail */
    const struct oci_prepared *prepared;
    struct arena *arena;
    const struct oci_trace *trace; /* or NULL */
    int console_fd;                /* see struct oci_run_options, as the next five */
    int relay_fd;
    const int *streams;
    const int *preserved;
    struct kernel_net_early *net_early;
    bool is_among_threads; /* of oci_making_create() alone */
    int (*on_created)(void *owner, pid_t pid, int pidfd, struct err *err);
    /* Called when what is known of the container is written: see struct oci_run_options. */
    int (*on_started)(void *owner, pid_t pid, struct err *err);
    void *owner;      /* of both */
    int claim_fd;     /* of oci_state_claim(), once the name is taken */
    const char *boot; /* see struct oci_state, as the next one; NULL until it is known */
    const uint64_t *cgroup_inodes;
    bool is_kept; /* its cgroups and what is known of it stay when it has ended, for a removal */
    bool is_left; /* set where something of the container could not be removed */
};

/* Sets where containers are known; the text stays the caller's. */
void oci_making_set_root(struct oci_making *making, const char *root);

/* Makes a container that waits to be started; its plan has a gate. On failure its name is free
 * again, unless something is left. */
int oci_making_create(struct oci_making *making, struct err *err);

/* Makes a container, runs its program to its end, see oci_run(), and makes its name free again,
 * unless something is left or the container is kept. */
int oci_making_run(struct oci_making *making, int *ret_status, struct err *err);
