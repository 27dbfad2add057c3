/*
 * struct image_directory: the tree (image/tree.h) that is a real directory.
 *
 * Nothing outside the directory is ever touched, whatever the layer says: each operation opens the
 * directory of its path with openat2 (image/beneath.h: beneath the root, through no symbolic link,
 * over no mount point), and does its work in there with a single component, which is created anew
 * (O_EXCL, mkdirat, symlinkat, linkat without following) and given its attributes through its own
 * descriptor.
 *
 * Order of calls: image_directory_init(), the tree's operations (image/layer.h calls them),
 * image_directory_done().
 */
#pragma once

#include "image/path.h"
#include "image/tree.h"

enum image_owners {
    IMAGE_OWNERS_KEEP, /* files belong to whom the layer says: for root */
    IMAGE_OWNERS_OURS, /* files belong to the user who runs us: for all others */
};

struct image_directory {
    struct image_tree tree; /* hand this to image_layer_apply() */
    int root_fd;
    enum image_owners owners;
    /* The directory of the last path, kept open since most entries are in the same one as the entry
     * before. Forgotten when any directory is removed. -1: none. */
    int parent_fd;
    char parent[IMAGE_PATH_MAX + 1];
    /* The file that was begun, in the directory above; -1: none. */
    int file_fd;
    char file_name[IMAGE_NAME_MAX + 1];
};

/* A tree in the directory `root_fd`, which stays the caller's and must stay open. No other process
 * should write in it meanwhile: that could not lead us out of it, but could change what we make. */
void image_directory_init(struct image_directory *directory, int root_fd, enum image_owners owners);

/* Closes what the tree holds, and removes a file that was begun and not finished. Safe twice. Fits
 * CLEANUP. */
void image_directory_done(struct image_directory *directory);
