/*
 * Another program on its way into a container that runs: what oci/exec.h plans, from the name of
 * the container on.
 *
 *     struct oci_joining joining = { .root = "/run/cupel-oci", .target_fd = -1 };
 *
 *     number = oci_state_read(joining.root, "web", &arena, &joining.state, &err);
 *     if (number == 0)
 *         number = oci_joining_open(&joining, &err);
 *     if (number == 0)
 *         number = oci_joining_read(&joining, &process, &arena, &err);
 *     if (number == 0)
 *         change(&joining.config.process);
 *     if (number == 0)
 *         number = oci_joining_plan(&joining, &arena, &err);
 *     options.target_fd = joining.target_fd;
 *     if (number == 0)
 *         number = oci_run(&joining.plan, &options, &status, &err); // or oci_launch()
 *     oci_joining_close(&joining);
 *
 * Errors are 0 or -errno with a sentence. Any thread.
 */
#pragma once

#include "oci/exec.h"

struct oci_joining {
    const char *root; /* where the container is known: oci/state.h */
    struct oci_state state;
    int target_fd;   /* of the container's first process; -1 until it is opened */
    bool is_relayed; /* see struct oci_plan_request, as the next one */
    unsigned int preserved_fds;
    const char *cgroup; /* below the container's, that the program is in; NULL: that of its first */
    struct oci_config config; /* everything in the arena; `plan` points into the rest of it */
    struct oci_host host;
    struct oci_plan plan;
};

/* What is to be executed, as JSON. */
struct oci_joining_process {
    struct bytes json; /* an object as `process` of a config.json; of size 0: the container's own */
    const char *name;  /* what sentences call it */
};

/* Opens the container, which must have a process. -ESRCH: it has none. */
int oci_joining_open(struct oci_joining *joining, struct err *err);

/* Reads the config that the container was made of, with this process. */
int oci_joining_read(struct oci_joining *joining, const struct oci_joining_process *process,
                     struct arena *arena, struct err *err);

/* Looks at the system, and makes the plan. */
int oci_joining_plan(struct oci_joining *joining, struct arena *arena, struct err *err);

/* Closes it. Fits CLEANUP. */
void oci_joining_close(struct oci_joining *joining);
