/*
 * A new file system by mount(2), for what fsconfig(2) cannot say: a value of more than 255 octets
 * (the many lower directories of an overlay), and flags such as MS_I_VERSION.
 *
 * mount(2) wants a path. So it mounts on a stage: a small file system that no path leads to, as it
 * lies over the root of the mount namespace, where nobody but this process can change anything.
 *
 * 0 or -errno with a sentence; allocates nothing; may be called between clone and exec, by a
 * process that has a mount namespace of its own which shares nothing with others.
 */
#pragma once

#include "kernel/mount.h"

#include <sys/types.h>

/* Whether the mount needs it. */
bool kernel_stage_is_needed(const struct kernel_mount *mount);

/* Makes the file system, without attributes of the mount, mounted nowhere; *ret_mount_fd is the
 * caller's. `mode`, where it is not NULL, is an option more: the permissions of its root. */
int kernel_stage_make(const struct kernel_mount *mount, const char *mode, int *ret_mount_fd,
                      struct err *err);
