/*
 * What mount_setattr(2) of Linux 5.12 does, with the calls of older kernels. They change nothing
 * that is not attached, and one mount at a time: whoever has the new call does better with it.
 *
 * `mount_fd` is open at the root of a mount of the calling process's mount namespace, below its
 * root directory; /proc is mounted. The functions return 0 or -errno with a sentence, allocate
 * nothing and may be called between clone and exec. Source: mount(2), "Remounting an existing
 * mount" and "Changing the propagation type of an existing mount"; Linux 5.8.
 */
#pragma once

#include "kernel/mount.h"

/* Changes the attributes of a mount and, if `is_recursive`, of all mounts below it that a path
 * leads to; one that another mount lies over is left as it is. An attribute that the kernel can't
 * give in this way is -EOPNOTSUPP. After a failure some of them may have been changed. */
int kernel_remount(int mount_fd, bool is_recursive, struct kernel_mount_change change,
                   struct err *err);

/* Sets a mount's propagation: MS_SHARED, …, with MS_REC also of all mounts below it. */
int kernel_remount_propagation(int mount_fd, unsigned long propagation, struct err *err);
