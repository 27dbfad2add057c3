/*
 * struct image_entry: one member of a layer's tar, checked: what has got this far has a clean path
 * and attributes that Linux knows. Reading it decides nothing about the tree; image/layer.c does.
 */
#pragma once

#include "image/path.h"
#include "image/tree.h"

enum image_entry_kind {
    IMAGE_ENTRY_DIRECTORY,
    IMAGE_ENTRY_FILE,
    IMAGE_ENTRY_SYMLINK,
    IMAGE_ENTRY_HARD_LINK,
    IMAGE_ENTRY_FIFO,
    IMAGE_ENTRY_DEVICE,         /* a device node or socket: left out */
    IMAGE_ENTRY_WHITEOUT,       /* hides `path` of the layers below */
    IMAGE_ENTRY_OPAQUE,         /* hides all in the directory `path` of the layers below */
    IMAGE_ENTRY_WHITEOUT_OTHER, /* a name that old tools reserve: left out */
};

struct image_entry {
    enum image_entry_kind kind;
    char path[IMAGE_PATH_MAX + 1]; /* clean; "" is the root */
    char link[IMAGE_PATH_MAX + 1]; /* a symbolic link's text, or a hard link's clean path */
    uint64_t size;                 /* of a file */
    struct image_attributes attributes;
    struct image_xattr xattrs[IMAGE_XATTRS_MAX]; /* where attributes.xattrs points */
};

struct archive_entry;

/* Reads a member. Owners, times and names out of range, names that lead up or bear ".wh." in the
 * middle, and too many extended attributes are -EINVAL with a sentence; *ret_entry is in no
 * particular state then. Extended attributes are views that live as long as `member`; those which
 * an image may not bring (all but user.* and security.capability, and user.overlay.*, which would
 * speak to overlayfs) are left out. Source: OCI image-spec layer.md. */
int image_entry_read(struct archive_entry *member, struct image_entry *ret_entry, struct err *err);
