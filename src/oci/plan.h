/*
 * struct oci_plan: all that the kernel is asked to do for a container, as an ordered list of typed
 * steps. oci_plan_make() computes it from a config and from facts about the machine, without any
 * I/O; oci/execute.h performs it; oci_plan_format() shows it to a person or a program.
 *
 * The order of the steps is the order in time. A step is performed by one of three processes:
 *   runtime  the caller of oci_run(), which stays outside of the container;
 *   joiner   a short-lived process that enters the namespaces which are joined by path, and clones
 *            the container from within them; there is none when nothing is joined;
 *   child    the container's first process, from OCI_STEP_CLONE until it becomes the program that
 *            the config names. It allocates nothing, reads no JSON and looks up no names.
 * After OCI_STEP_CLONE the runtime and the child go through their own steps at the same time and
 * meet at the OCI_STEP_AWAIT_… steps.
 *
 * A plan lives in the arena that it was made in, and points into the texts of its config. Pure; any
 * thread.
 */
#pragma once

#include "oci/config.h"
#include "oci/listener.h"
#include "oci/scope.h"
#include "oci/status.h"
#include "oci/step.h"

#define OCI_STEPS_MAX 20000

/* What the plan needs to know about the machine and the caller; oci_host_read() finds it out. */
struct oci_host {
    struct oci_caller caller;
    unsigned int cap_last; /* the highest capability that the kernel knows */
    enum oci_cgroup_layout {
        OCI_CGROUP_NONE,    /* no cgroup file system in /sys/fs/cgroup */
        OCI_CGROUP_V1,      /* a hierarchy for each controller in /sys/fs/cgroup/<controller> */
        OCI_CGROUP_UNIFIED, /* cgroup v2 in /sys/fs/cgroup */
    } cgroup_layout;
    struct oci_id_ranges subordinate_uids; /* of a user; of root none, who needs none */
    struct oci_id_ranges subordinate_gids;
    bool has_apparmor;
    bool has_selinux;
    bool has_resctrl;
    /* V1: each hierarchy that is mounted, by the name of its directory in /sys/fs/cgroup ("pids",
     * "cpu,cpuacct", "unified"), and the caller's own cgroup in it. UNIFIED: one, named "". */
    struct oci_pairs hierarchies;
    /* The controllers, with spaces between them, that a cgroup of the caller's can have in the tree
     * of cgroup v2, which with the layout V1 is the hierarchy "unified"; NULL: not known (all), or
     * with V1 none. */
    const char *controllers;
    /* The caller may make a cgroup, and put a process into it, where that of a container is that
     * its config does not name. */
    bool can_make_cgroup;
};

/* What is to be planned. */
struct oci_plan_request {
    const struct oci_config *config;
    const struct oci_host *host;
    const char *id;           /* the container's name: oci_id_check() */
    const char *bundle;       /* absolute path that relative paths of the config start from */
    bool ends_with_caller;    /* the container is killed when oci_run()'s caller is */
    bool ends_without_cgroup; /* the same where it has no cgroup by which a removal could find it */
    bool has_hook;            /* oci_run()'s caller does something before the program starts */
    bool has_console;         /* somebody takes the terminal that the program may want */
    bool is_relayed;          /* oci_run()'s caller is who takes it: oci/relay.h */
    bool has_gate;            /* the program waits until it is started: oci_create(), oci/gate.h */
    bool keeps_keyring; /* the session keyring is the caller's own, and none of the container's */
    const struct oci_systemd *systemd; /* who makes the cgroup; NULL: the runtime itself */
    bool without_cgroup; /* nobody does: linux.cgroupsPath and linux.resources ask for nothing */
    bool without_pivot;  /* the new root is made as kernel/root_move.h does */
    /* How many of the caller's descriptors, from 3 on, the program has as well; all are open. */
    unsigned int preserved_fds;
};

struct oci_plan {
    const struct oci_step *steps;
    size_t count;
    struct oci_texts warnings; /* of what the config asks for and does not get, a sentence each */
};

/* Whether `id` can name a container: 1 to 128 letters, digits and "_+-.", beginning with a letter
 * or digit. 0, or -EINVAL with a sentence. */
int oci_id_check(const char *id, struct err *err);

/* Finds out the facts about this machine and the calling process; lists and texts live in the
 * arena. */
int oci_host_read(struct arena *arena, struct oci_host *ret_host, struct err *err);

/* Computes the plan. -EINVAL, with one sentence that begins with the config's JSON path, for what
 * cannot be or is not done on this host; *ret_plan is then untouched. */
int oci_plan_make(const struct oci_plan_request *request, struct arena *arena,
                  struct oci_plan *ret_plan, struct err *err);

/* Tells the listener the warnings. `name` is what they call the config. */
void oci_plan_warn(const struct oci_plan *plan, const struct oci_listener *listener,
                   const char *name);

/* The plan as text, a line a step: number, process, step, arguments, and the place in config.json
 * that asks for it. With `as_json`, a JSON array with an object a step. In the arena. */
int oci_plan_format(const struct oci_plan *plan, bool as_json, struct arena *arena,
                    struct bytes *ret_text, struct err *err);
