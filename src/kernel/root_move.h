/*
 * A new root without pivot_root(2), which the kernel refuses where the old root is that of an
 * initramfs (a machine that runs from memory).
 *
 * The directory's mount is moved over "/", and becomes the root of the calling process. What was
 * mounted before is still there below it, out of reach of paths, but not gone: so every whole proc
 * and sysfs of outside is unmounted first, or hidden where that is not allowed, since as long as
 * one can be found in the namespace, the kernel lets others be mounted that hide nothing. Use
 * kernel_root_pivot() wherever it works.
 *
 * Allocates nothing; may be called between clone and exec. Sources: mount(2) (MS_MOVE), chroot(2),
 * fs/namespace.c of Linux (mount_too_revealing).
 */
#pragma once

#include "base/err.h"

/* As kernel_root_pivot(). Nothing that is mounted may be shared with another namespace. */
int kernel_root_move(int root_fd, struct err *err);
