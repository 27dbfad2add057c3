/*
 * Paths inside a root directory that someone else may have filled with symbolic links.
 *
 * Every path is resolved by the kernel in one call, as if the directory were "/" (openat2 with
 * RESOLVE_IN_ROOT): neither "..", nor a link, nor something that is renamed meanwhile leads out of
 * it, and magic links (those of /proc/<pid>/) are refused. What is found is a descriptor; no path
 * is looked up twice.
 *
 * All functions return 0 or -errno with a sentence, allocate nothing and may be called between
 * clone and exec. Source: openat2(2), Linux 5.6.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

#include <fcntl.h>
#include <sys/types.h>

/* Opens what is at `path` inside the directory `root_fd`, with `flags` of open(2) (O_CLOEXEC is
 * added). On success *ret_fd belongs to the caller. */
int kernel_root_open(int root_fd, const char *path, uint64_t flags, int *ret_fd, struct err *err);

/* Opens the directory at `path` (O_PATH), and makes it and those above it where they are missing,
 * with permissions 0755; where a link leads to what is not there, it is made there. On success
 * *ret_fd belongs to the caller. */
int kernel_root_make_directory(int root_fd, const char *path, int *ret_fd, struct err *err);

/* Opens what is at `path` (O_PATH) if it is no directory, and makes an empty file, and the
 * directories above it, where nothing is there, or where a link leads to nothing (what it has made
 * may be open for reading). On success *ret_fd belongs to the caller. */
int kernel_root_make_file(int root_fd, const char *path, int *ret_fd, struct err *err);

/* As kernel_root_make_directory(), but no part of `path` may be a symbolic link. */
int kernel_root_make_real_directory(int root_fd, const char *path, int *ret_fd, struct err *err);

/* Opens the directory that `path` is in (O_PATH), made where it is missing. On success *ret_fd
 * belongs to the caller. -EINVAL: `path` does not name what could be in one. */
int kernel_root_make_parent(int root_fd, const char *path, int *ret_fd, struct err *err);

/* A device node: type and permissions as for mknod(2). */
struct kernel_node {
    mode_t mode;
    unsigned int major;
    unsigned int minor;
    uid_t uid;
    gid_t gid;
};

/* Makes a device node or FIFO in the directory `parent_fd`, of kernel_root_make_parent() for this
 * path. One that is there already with the same type and numbers is left as it is; anything else
 * that is there is -EEXIST. The process's umask must be 0. */
int kernel_root_make_node(int parent_fd, const char *path, const struct kernel_node *node,
                          struct err *err);

/* Makes a symbolic link to `target`, likewise; what is at `path` already is left as it is. */
int kernel_root_make_symlink(int parent_fd, const char *path, const char *target, struct err *err);

/* Makes the directory the root of the calling process's mount namespace, with nothing of the old
 * root left in it, and its working directory. The directory must be a mount's root. Source:
 * pivot_root(2), "pivot_root(".", ".")". */
int kernel_root_pivot(int root_fd, struct err *err);

/* Puts the root of what is mounted over the root directory in the place of that, which it closes.
 */
int kernel_root_climb(int *root_fd, struct err *err);

/* Makes the open directory the calling process's root, and its working directory. */
int kernel_root_enter(int root_fd, struct err *err);

/* As kernel_root_pivot(), for a process that has left a mount namespace for a copy of it
 * (kernel_namespace_copy_mounts()), and goes back to that, which `namespace_fd` is open at. Of what
 * has been mounted in the copy, all that is below the root directory goes along, as mounts of no
 * namespace: nobody can name them but those whose root they are, nothing leads out of them by "..",
 * and they are gone with the last who uses them. Source: open_tree(2), OPEN_TREE_CLONE. */
int kernel_root_take_home(int root_fd, int namespace_fd, struct err *err);
