/*
 * struct operate_local: a stream socket in the file system, for its owner and root alone.
 */
#pragma once

#include "base/err.h"

#include <sys/types.h>

/* The longest path that the kernel takes for one, with the final NUL. */
#define OPERATE_LOCAL_PATH_MAX 108

struct operate_local {
    int fd; /* -1: none */
    char path[OPERATE_LOCAL_PATH_MAX];
    dev_t device; /* which file it is */
    ino_t inode;
};

/* Whether a path can be that of a socket: 0, or -ENAMETOOLONG with a sentence. */
int operate_local_check(const char *path, struct err *err);

/* Listens at a path, mode 0600. A socket that nobody listens on is removed first; -EADDRINUSE where
 * somebody does, -EEXIST where it is no socket. */
int operate_local_listen(const char *path, struct operate_local *ret_local, struct err *err);

/* The next connection, which does not block, of whoever may; or -errno: -EPERM for another user's,
 * which is closed. */
int operate_local_accept(const struct operate_local *local);

/* Closes it, and removes the file if it is still that socket; safe on one with -1. */
void operate_local_close(struct operate_local *local);

/* Connects to one; blocking, with a limit of so many seconds for each read and write. */
int operate_local_connect(const char *path, unsigned int timeout_s, int *ret_fd, struct err *err);
