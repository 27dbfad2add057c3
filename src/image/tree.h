/*
 * struct image_tree: what a layer is written into, as the few operations that a layer needs.
 *
 * The layer (image/layer.h) decides what is to be done; a tree does it and never leaves its root.
 * There are two: image/directory.h, a real directory, and a model in memory with which the fuzz
 * target compares it.
 *
 * The contract of every operation:
 *   - a `path` is clean (image/path.h), and never names something outside the root;
 *   - each directory on the way to the path's last component must be a real directory: a symbolic
 *     link there is an error (-ELOOP or -ENOTDIR), it is never followed;
 *   - the last component is never followed either: what stands there is replaced, not written to;
 *   - 0 or -errno with a sentence; what failed has changed nothing, or has removed what stood
 * there. One thread at a time.
 */
#pragma once

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

#include <sys/types.h>

/* An extended attribute. The value may hold any octets. */
struct image_xattr {
    const char *name;
    struct bytes value;
};

#define IMAGE_XATTRS_MAX 32

/* What a file has beside its content. */
struct image_attributes {
    mode_t mode; /* the permission bits, 07777 at most */
    uid_t uid;   /* owner; a tree may have to leave it alone (rootless) */
    gid_t gid;
    int64_t modified_s; /* since 1970 */
    uint32_t modified_ns;
    const struct image_xattr *xattrs;
    size_t xattrs_count; /* IMAGE_XATTRS_MAX at most */
};

/* A name in a directory, and the next one: a list in no order, without "." and "..". */
struct image_name {
    struct image_name *next;
    const char *at;
};

enum image_found {
    IMAGE_FOUND_NOTHING,   /* the directory is new */
    IMAGE_FOUND_DIRECTORY, /* it was there */
};

struct image_tree;

/* What enter_directory found. */
struct image_entered {
    enum image_found found;
    struct image_attributes had; /* where a directory was found; without xattrs */
};

struct image_tree_operations {
    /* Sees to it that a directory is at `path` in which we may write, whatever its mode will be in
     * the end. What is there and is no directory is replaced where `replace` says so, else it is
     * -ENOTDIR. The root ("") is always there. */
    int (*enter_directory)(struct image_tree *tree, const char *path, bool replace,
                           struct image_entered *ret_entered, struct err *err);
    /* Gives a directory its attributes. Nothing happens where `path` is no directory any more. */
    int (*finish_directory)(struct image_tree *tree, const char *path,
                            const struct image_attributes *attributes, struct err *err);

    /* A file comes in three steps: begin; writes in any order, holes read as zeroes; finish with
     * its size. One file at a time. After a failure, or instead of finishing, abandon_file removes
     * it again. */
    int (*begin_file)(struct image_tree *tree, const char *path, struct err *err);
    int (*write_file)(struct image_tree *tree, uint64_t offset, struct bytes content,
                      struct err *err);
    int (*finish_file)(struct image_tree *tree, uint64_t size,
                       const struct image_attributes *attributes, struct err *err);
    void (*abandon_file)(struct image_tree *tree);

    /* A symbolic link whose text is `target`, whatever that says. */
    int (*make_symlink)(struct image_tree *tree, const char *path, const char *target,
                        const struct image_attributes *attributes, struct err *err);
    /* A further name for what `existing` (a clean path, no directory) names. */
    int (*make_hard_link)(struct image_tree *tree, const char *path, const char *existing,
                          struct err *err);
    int (*make_fifo)(struct image_tree *tree, const char *path,
                     const struct image_attributes *attributes, struct err *err);

    /* Removes what is at `path` (not the root) and, if it is a directory, all below it. No error
     * where nothing is there. */
    int (*remove)(struct image_tree *tree, const char *path, struct err *err);
    /* The names in the directory at `path`, in the arena; none (NULL) where it is no directory. */
    int (*list)(struct image_tree *tree, const char *path, struct arena *arena,
                struct image_name **ret_names, struct err *err);
};

struct image_tree {
    const struct image_tree_operations *operations;
};
