/*
 * Mounts below a root directory that someone else may have filled with symbolic links.
 *
 * A destination is a path inside the root, which is given as an open directory. It is resolved
 * once, by openat2 with RESOLVE_IN_ROOT, to a descriptor; the mount is moved onto that descriptor.
 * No path is looked up twice, so nothing that is changed meanwhile leads out of the root. A
 * destination that does not exist is made: a directory, or a file for a bind mount of what is no
 * directory.
 *
 * All functions return 0 or -errno with a sentence, allocate nothing and may be called between
 * clone and exec. Sources: fsopen(2), fsmount(2), open_tree(2), mount_setattr(2), openat2(2);
 * Linux 5.12, and before that, from 5.8 on, remount.h; stage.h for what they cannot say.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

struct kernel_mount_option {
    const char *name;
    const char *value; /* NULL: an option without "=" */
};

/* A new instance of a file system. */
struct kernel_mount {
    const char *fstype;
    const char *source; /* as mount(8) shows it; may be NULL */
    size_t options_count;
    const struct kernel_mount_option *options; /* the file system's own, such as "size=64k" */
    uint64_t attributes;                       /* MOUNT_ATTR_… */
    unsigned long flags;       /* MS_… of the file system that mount(2) alone knows: MS_I_VERSION */
    unsigned long propagation; /* MS_SHARED, …, perhaps with MS_REC; 0: as the parent's */
    bool refuses_symlinks;     /* no part of the destination may be a symbolic link */
    bool keeps_permissions;    /* a tmpfs: those of the directory that it covers */
    bool copies_contents;      /* it has at first what is in the directory that it covers */
};

/* MOUNT_ATTR_… that a mount gets and loses. */
struct kernel_mount_change {
    uint64_t set;
    uint64_t clear;
};

/* A part of the file system that is there, seen at a second place. */
struct kernel_bind {
    const char *source;             /* outside of the root; absolute */
    bool is_recursive;              /* with the mounts below it */
    struct kernel_mount_change own; /* of the mount at the destination */
    struct kernel_mount_change all; /* of that and all mounts below it; made before `own` */
    unsigned long propagation;      /* as above */
    bool refuses_symlinks;          /* as above */
};

/* Makes the mount of which `root_fd` shall be the root directory: a bind mount, with the mounts
 * below it, of the directory `path` onto itself. On success *ret_root_fd is the new mount's open
 * directory (O_PATH), owned by the caller. */
int kernel_mount_root(const char *path, int *ret_root_fd, struct err *err);

/* Mounts a new file system at `destination`. */
int kernel_mount_new(int root_fd, const char *destination, const struct kernel_mount *mount,
                     struct err *err);

/* Shows `bind->source` at `destination` as well. */
int kernel_mount_bind(int root_fd, const char *destination, const struct kernel_bind *bind,
                      struct err *err);

/* The same in two steps, which two processes may make. First a copy of the source that is mounted
 * nowhere; *ret_tree_fd belongs to the caller. It shares with outside what the source does, and its
 * ids can be mapped (kernel/idmap.h). */
int kernel_mount_copy(const struct kernel_bind *bind, int *ret_tree_fd, struct err *err);

/* Such a copy that shares nothing, but hears of what is mounted outside, where the source does. */
int kernel_mount_copy_as_slave(const struct kernel_bind *bind, int *ret_tree_fd, struct err *err);

/* Then the copy gets its attributes and comes to its place; `tree_fd` stays the caller's. */
int kernel_mount_attach(int root_fd, const char *destination, const struct kernel_bind *bind,
                        int tree_fd, struct err *err);

/* Changes the mount that is at `destination`, as `bind` says but for its source; where `options` is
 * not NULL, its file system first gets the options that are in there. */
int kernel_mount_alter(int root_fd, const char *destination, const struct kernel_bind *bind,
                       const struct kernel_mount *options, struct err *err);

/* Sets the propagation (MS_PRIVATE, …, perhaps with MS_REC) of the root mount. */
int kernel_mount_set_root_propagation(int root_fd, unsigned long propagation, struct err *err);

/* Sets the propagation (MS_PRIVATE or MS_SLAVE) of every mount of the calling process's mount
 * namespace, so that no mount which it makes is seen outside. */
int kernel_mount_set_namespace_propagation(unsigned long propagation, struct err *err);

/* Shows the device at `path` outside at the same path inside of the root, after making sure that it
 * is the device with these numbers: for those who may not make device nodes. */
int kernel_mount_device(int root_fd, const char *path, unsigned int major, unsigned int minor,
                        struct err *err);

/* Makes what is at `path`, with all mounts below it, read-only; a path that does not exist is no
 * error. What is no mount point becomes one. */
int kernel_mount_read_only(int root_fd, const char *path, struct err *err);

/* Makes the root mount itself read-only, and no mount below it. */
int kernel_mount_root_read_only(int root_fd, struct err *err);

/* Hides what is at `path`: under an empty read-only directory, or under /dev/null where it is no
 * directory. A path that does not exist is no error. *empty_fd is -1 at first; it keeps the empty
 * directory open for the next call, and belongs to the caller. */
int kernel_mount_mask(int root_fd, const char *path, int *empty_fd, struct err *err);
