/*
 * Opening and removing things below a directory, so that nothing in that directory can lead us out
 * of it: no symbolic link, no "..", no mount point. The kernel holds these rules (openat2, Linux
 * 5.6); without openat2 the functions fail with -ENOSYS and do nothing. Any thread.
 */
#pragma once

#include "base/err.h"

#include <dirent.h>

/* Opens `path` (relative, or "" for the directory itself) below `dir_fd` with open(2)'s `flags`, to
 * which O_CLOEXEC and O_NOFOLLOW are added. A symbolic link anywhere in the path is -ELOOP, a mount
 * point on the way or at its end -EXDEV, a way out of the directory -EXDEV. Gives a descriptor that
 * the caller owns, or -errno. Source: openat2(2), RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS,
 * RESOLVE_NO_XDEV. */
int beneath_open(int dir_fd, const char *path, int flags);

/* Gives the directory that `fd` is (it may be O_PATH) the permission bits `mode`. 0 or -errno.
 * Goes through /proc/self/fd, which names the very inode. */
int beneath_set_mode(int fd, unsigned int mode);

/* Removes `name` (one component) from the directory `dir_fd`, and all below it where it is a
 * directory, however deep, readable or not; uses two descriptors and no recursion. A mount point in
 * it is -EXDEV and stays, as does what has not been removed by then. No error where nothing is
 * there. */
int beneath_remove(int dir_fd, const char *name, struct err *err);

/* Removes all that is in the directory `dir_fd`, in the manner of beneath_remove(). */
int beneath_clear(int dir_fd, struct err *err);

/* Lists the open directory `dir_fd` (not O_PATH) through a descriptor of its own. NULL, with errno,
 * on failure. The caller closes the listing. */
DIR *beneath_list_open(int dir_fd);

/* The next name but "." and "..", valid until the next call; NULL at the end, where errno is 0, or
 * on failure, where it is not. */
const char *beneath_list_next(DIR *listing);

/* Closes the listing in the variable, if there is one, and keeps errno. Fits CLEANUP. */
void beneath_list_close(DIR **listing);
