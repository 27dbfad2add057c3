/*
 * Shares of caches and of memory's bandwidth, by Intel RDT and its like: groups of tasks below
 * /sys/fs/resctrl, whose file `schemata` has a line for each resource ("L3:0=7f0;1=1f").
 *
 * Errors are 0 or -errno with a sentence, with the kernel's own words where it left some. Source:
 * Linux Documentation/filesystems/resctrl.rst.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

#include <stdbool.h>
#include <sys/types.h>

#define KERNEL_RESCTRL_ROOT "/sys/fs/resctrl"

struct kernel_resctrl_group {
    const char *path;     /* absolute */
    const char *schemata; /* lines, each with its end; NULL: none */
    bool must_be_new;
    bool must_be_there;
};

/* Whether it is mounted. */
bool kernel_resctrl_is_there(void);

/* Makes the group where it is not there, and writes its schemata; those of one that is there must
 * say the same. -EEXIST, -ENOENT: it must be new, or there. On failure nothing new is left. */
int kernel_resctrl_make(const struct kernel_resctrl_group *group, struct err *err);

/* Puts a process into the group, and with it what that will make. */
int kernel_resctrl_enter(const char *path, pid_t pid, struct err *err);

/* Removes a group; what is in it goes to the one above. One that is not there is no error. */
int kernel_resctrl_remove(const char *path, struct err *err);

/* Whether the content of a file `schemata` says all that the lines say. Pure. */
bool kernel_resctrl_has(struct bytes content, const char *lines);
