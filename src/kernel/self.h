/*
 * The file of the program that the calling process executes, out of reach of whoever is given a
 * look at the process.
 *
 * A process that is about to become a container's program can be looked at from inside of the
 * container: through /proc/<pid>/exe its file can be opened there, and, where the container's root
 * is root, be written to once nobody executes it any more (CVE-2019-5736). So the program executes
 * itself anew, from a read-only mount of its file that is mounted nowhere, or, for those who may
 * not mount, from a sealed copy in memory.
 *
 * Sources: open_tree(2), mount_setattr(2), memfd_create(2), execveat(2).
 */
#pragma once

#include "base/err.h"

/* Returns 0 in a process whose program cannot be written to through it: because it has executed
 * itself anew, with these arguments and the same environment, or because the file cannot be written
 * to anyway. Else -errno with a sentence. Call it first of all: what the process has done until
 * then is done again, and descriptors without O_CLOEXEC stay open. */
int kernel_self_protect(char *const *argv, struct err *err);
