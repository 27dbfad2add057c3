/*
 * Control groups: directories below /sys/fs/cgroup. What both versions share is here; what they do
 * differently is in cgroup_v1.h and cgroup_v2.h.
 *
 * A `path` is the absolute path of a cgroup's directory. Errors are 0 or -errno with a sentence.
 * Nothing allocates. Source: Linux Documentation/admin-guide/cgroup-v1 and cgroup-v2.rst.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

/* Makes the cgroup, and those above it that are missing. *ret_levels says how many were made: 0
 * when it was there. On failure none of them is left. */
int kernel_cgroup_make(const char *path, unsigned int *ret_levels, struct err *err);

/* Takes the cgroup for the caller alone, as long as *ret_fd is open: -EEXIST where another has done
 * so. Processes that are in it, or come into it, do not matter to that. */
int kernel_cgroup_claim(const char *path, int *ret_fd, struct err *err);

/* By what a cgroup is known from another that has its path later: its inode number, which no other
 * of its hierarchy gets as long as the system runs (64 bits, from Linux 5.5 on). */
int kernel_cgroup_find_inode(const char *path, uint64_t *ret_inode, struct err *err);

/* Writes one of a cgroup's files, which `path` names in full. */
int kernel_cgroup_write(const char *path, const char *value, struct err *err);

/* What is written to a file of a cgroup. */
struct kernel_cgroup_value {
    const char *path; /* of the file, in full */
    const char *value;
    const char *other_path; /* where the kernel has no such file: this one; NULL: none */
    const char *other_value;
    bool is_optional; /* having none of these files is no failure */
};

/* Writes it. -ENOENT: the kernel has no such file. */
int kernel_cgroup_write_value(const struct kernel_cgroup_value *value, struct err *err);

/* Whether a process is in the cgroup itself. */
int kernel_cgroup_is_populated(const char *path, bool *ret_populated, struct err *err);

/* Ends all processes in the cgroup and below it, then removes what is below it
 * (kernel/cgroup_tree.h), it, and those above it: `levels` in all. One of those that has got other
 * members meanwhile is left, and is no error if it is not the first. */
int kernel_cgroup_remove(const char *path, unsigned int levels, struct err *err);
