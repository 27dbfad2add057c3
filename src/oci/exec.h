/*
 * Another program in a container that runs: its plan (oci/plan.h), which joins instead of making.
 *
 *     request = (struct oci_exec_request){ .config = &config, .host = &host, .id = state.id,
 *                                          .bundle = state.bundle };
 *     number = oci_exec_find_cgroups(&request, &state, target_fd, &arena, &err);
 *     if (number == 0)
 *         number = oci_exec_plan_make(&request, &arena, &plan, &err);
 *     options.target_fd = target_fd; // oci_state_open_process()
 *     if (number == 0)
 *         number = oci_run(&plan, &options, &status, &err); // or oci_launch()
 *
 * The joiner hides from the container's processes, then enters all of its namespaces at once by a
 * descriptor of its first process, whose number nobody else can have got meanwhile; the child is
 * born in the container's cgroup. It closes all descriptors of outside before it enters the working
 * directory, which must be inside of the root. From there on the plan is that of the container's
 * own program.
 */
#pragma once

#include "oci/plan.h"
#include "oci/state.h"

struct oci_exec_request {
    const struct oci_config *config; /* the container's, with the `process` that is wanted */
    const struct oci_host *host;
    const char *id;     /* the container's name */
    const char *bundle; /* absolute path */
    bool has_console;   /* see struct oci_plan_request, as the next two */
    bool is_relayed;
    unsigned int preserved_fds;
    const char *below;        /* a cgroup below those, for oci_exec_find_cgroups(); or NULL */
    struct oci_texts cgroups; /* the directories of the cgroups that the program is in */
};

/* Fills in the cgroups of a request, whose host is known: those of a container that runs, as they
 * are now; on v2 that of its first process, which it may have moved further down. `target_fd` is of
 * that process. The list lives in the arena. */
int oci_exec_find_cgroups(struct oci_exec_request *request, const struct oci_state *state,
                          int target_fd, struct arena *arena, struct err *err);

/* Computes the plan. Pure. -EINVAL, with a sentence that begins with the config's JSON path, for
 * what cannot be; *ret_plan is then untouched. */
int oci_exec_plan_make(const struct oci_exec_request *request, struct arena *arena,
                       struct oci_plan *ret_plan, struct err *err);
