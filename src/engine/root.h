/*
 * A container's own root file system: all that its image has, and what it writes itself.
 *
 * Where the kernel allows it, overlayfs shows the unpacked image below a directory of the
 * container's, in a mount namespace that this process makes for itself: nothing of it is seen
 * outside, and it is gone with the process, however that ends. A plain user gets a user namespace
 * as well, in which its own id stands for itself (Linux 5.11). Where overlayfs cannot be had, the
 * image is unpacked once more, for the container alone.
 *
 * Order of calls: engine_root_open(), then the container runs, engine_root_close(). The calling
 * process has one thread; its namespaces stay changed.
 */
#pragma once

#include "engine/container.h"

struct engine_root {
    char path[PATH_MAX]; /* the root directory, for a config's root.path */
    int fd;              /* the same, open */
    int image_fd;        /* the unpacked image, which so cannot be removed */
    bool is_mounted;
};

/* Makes the root file system of a container from an image of the store. */
int engine_root_open(const struct image_store *store, const struct image_stored *image,
                     const struct engine_container *container, struct engine_root *ret_root,
                     struct err *err);

/* Takes the overlay away again; what the container wrote stays in its place. Safe twice. Fits
 * CLEANUP. */
void engine_root_close(struct engine_root *root);
