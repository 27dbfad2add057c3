/*
 * Landlock: what of the file system a process may use from now on, as places and what may be done
 * below each; of all else it may use what it has open.
 *
 *     static const struct kernel_landlock_place places[] = { { "/etc/x", KERNEL_LANDLOCK_READ } };
 *     int number = kernel_landlock_enter(places, 1, &err);
 *     if (number == -ENOSYS) … the kernel has no Landlock …
 *
 * Errors are 0 or -errno with a sentence. Sources: landlock(7), landlock_create_ruleset(2),
 * landlock_add_rule(2), landlock_restrict_self(2).
 */
#pragma once

#include "base/err.h"

#include <stddef.h>

enum kernel_landlock_access {
    KERNEL_LANDLOCK_READ,   /* read files and directories */
    KERNEL_LANDLOCK_CHANGE, /* and write, make and remove files and sockets */
};

/* A directory and all below it, or a file. One that is not there is passed over. */
struct kernel_landlock_place {
    const char *path;
    enum kernel_landlock_access access;
};

/* The kernel's version of Landlock; 0 where it has none, or none that is on. */
int kernel_landlock_version(void);

/* From now on the process, and what it clones or executes, may use these places alone; there is no
 * way back. Needs no_new_privs, or CAP_SYS_ADMIN in the process's user namespace. -ENOSYS: the
 * kernel has no Landlock that is on. */
int kernel_landlock_enter(const struct kernel_landlock_place *places, size_t count,
                          struct err *err);
