/*
 * A scope of systemd: the container's cgroup where systemd makes it (--systemd-cgroup), and not the
 * runtime itself. What is asked of systemd goes by a helper program, cupel-oci-systemd, so that
 * nobody else pays for libsystemd; it is looked for beside this program, then where it is
 * installed.
 *
 * Order of calls: oci_systemd_read() before a plan is made; oci_scope_start() with the container's
 * process, which waits; at the end oci_scope_end(). Errors are 0 or -errno with a sentence.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <sys/types.h>

#define OCI_UNIT_MAX 255 /* characters of a unit's name, which is a file's as well */

/* The systemd that the caller has: that of the machine for root, else that of the user. */
struct oci_systemd {
    bool is_user;
    bool is_unified;         /* it has cgroup v2 alone */
    const char *cgroup;      /* where its units are, absolute in the hierarchies; "" at the top */
    const char *controllers; /* of a user's, as in struct oci_host; NULL: not known */
};

/* A unit, and whose. */
struct oci_unit {
    const char *name; /* NULL: none */
    bool is_user;
};

struct oci_step_scope {
    struct oci_unit unit;
    const char *path;        /* its cgroup, in the hierarchies of which systemd has it */
    char *const *properties; /* words as in units/property.h; ends with NULL */
};

/* Whether this program was built with it, and the helper is there. */
bool oci_scope_is_offered(void);

/* Remembers where the helper is, in an environment variable, for a process that executes itself
 * anew from another place. */
void oci_scope_remember(void);

/* Finds out what systemd there is; texts live in the arena. With a sentence that names the option
 * where there is none, or no helper. */
int oci_systemd_read(struct arena *arena, struct oci_systemd *ret_systemd, struct err *err);

/* Has systemd make the scope and put the process into it. On failure there is none, or it ends with
 * the process. */
int oci_scope_start(const struct oci_step_scope *scope, pid_t pid, struct err *err);

/* Whether the process is where the plan has its cgroup. */
int oci_scope_check(const struct oci_step_scope *scope, pid_t pid, struct err *err);

/* Gives the unit other properties. */
int oci_scope_set(const struct oci_unit *unit, char *const *properties, struct err *err);

/* Stops the unit, if it is still the container's; else lets systemd forget it, if it failed. */
int oci_scope_end(const struct oci_unit *unit, bool is_own, struct err *err);
