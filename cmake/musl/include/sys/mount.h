/* With what musl's lacks of Linux 5.2 and later, as glibc 2.36 has it: the calls are the system's.
 */
#pragma once

#include_next <sys/mount.h>

#include <linux/mount.h>
#include <stddef.h>

/* open_tree(2). */
int open_tree(int directory, const char *path, unsigned int flags);

/* move_mount(2). */
int move_mount(int from, const char *from_path, int to, const char *to_path, unsigned int flags);

/* mount_setattr(2). */
int mount_setattr(int directory, const char *path, unsigned int flags,
                  struct mount_attr *attributes, size_t size);

/* fsopen(2). */
int fsopen(const char *type, unsigned int flags);

/* fspick(2). */
int fspick(int directory, const char *path, unsigned int flags);

/* fsconfig(2). */
int fsconfig(int fd, unsigned int command, const char *key, const void *value, int number);

/* fsmount(2). */
int fsmount(int fd, unsigned int flags, unsigned int attributes);
