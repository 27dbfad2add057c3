/*
 * linux.resources as what is written to which files of cgroups: the one table of all limits, for
 * the plan of a new container and for an update of one that runs.
 *
 * A controller is looked for among the v1 hierarchies of the machine first, then in the tree of
 * cgroup v2 (so it is with a hybrid layout, in which each controller is in one of both). Pure; any
 * thread. Source: runtime-spec config-linux.md#control-groups; Linux
 * Documentation/admin-guide/cgroup-v1 and cgroup-v2.rst.
 */
#pragma once

#include "oci/plan.h"

/* A file of the container's cgroup, and what is written to it. */
struct oci_cgroup_write {
    const char *field;      /* the JSON path that asks for it */
    const char *controller; /* whose file it is; "" for one of cgroup v2 itself */
    bool is_v2;
    const char *file;
    const char *value;
    const char *other_file; /* where the kernel has no `file`: this one instead; NULL: none */
    const char *other_value;
    bool is_optional; /* no file, no limit, and no failure */
    /* Of a file with a line for each of several things (devices, …): what the line of this one
     * begins with, and what is written where there was none. NULL: the file holds one value. */
    const char *key;
    const char *none;
};

struct oci_cgroup_writes {
    size_t count;
    const struct oci_cgroup_write *at;
};

struct oci_resources_request {
    const struct oci_resources *resources;
    const struct oci_host *host;
    bool is_update;        /* values that are not asked for may have been set before */
    const char *quota_now; /* cpu.max of cgroup v2 has it beside the period; NULL: "max" */
};

/* Where a controller is on this machine. */
struct oci_controller {
    bool is_v2;
    const char
        *hierarchy; /* the directory in /sys/fs/cgroup; "" for the tree that is that itself */
};

/* Looks for a controller by its names in v1 and v2, either of which may be NULL. False where this
 * machine does not have it, or not for the caller. */
bool oci_controller_find(const struct oci_host *host, const char *v1_name, const char *v2_name,
                         struct oci_controller *ret_controller);

/* Whether a list "a,b" or "a b" has the word. */
bool oci_list_has(const char *list, const char *word);

/* What is written, in this order; none for resources that ask for nothing (device rules are not
 * among them). -EINVAL with a sentence that begins with the JSON path for a value that cannot be,
 * and for one that this machine has no controller for. */
int oci_resources_compile(const struct oci_resources_request *request, struct arena *arena,
                          struct oci_cgroup_writes *ret_writes, struct err *err);

/* cpu.weight of cgroup v2 (1 to 10000) for cpu.shares of v1 (2 to 262144): the quadratic curve in
 * the logarithms that takes 2 to 1, 1024 to 100 and 262144 to 10000, as runc 1.3.2 and crun 1.23
 * do.
 */
unsigned int oci_weight_of_shares(int64_t shares);

/* io.weight of cgroup v2 (1 to 10000) for blkio.weight of v1 (10 to 1000): a straight line. */
unsigned int oci_io_weight(int64_t weight);
