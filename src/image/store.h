/*
 * struct image_store: where images are kept.
 *
 *     <store>/oci-layout, index.json   an OCI image layout: which images there are
 *             blobs/sha256/<digest>    manifests, configs, layers as they came
 *             unpacked/<digest>/       the root file system of the image with that manifest
 *             staging/<name>/          what is being fetched; belongs to the process that locks it
 *             containers/              the engine's
 *
 * Everything is made in staging/, synced, and moved to its place by rename while the store is
 * locked; index.json is written last. So whatever stops a pull, an image is there as a whole or not
 * at all; what it leaves in staging/ the next pull removes. The store belongs to one user and is
 * closed to all others (0700): it holds set-user-id programs of the images.
 *
 * Order of calls: image_store_open(); to read: image_store_list(), image_store_use(); to write:
 * image_store_create(), image_staging_open(), image_store_lock(), …; image_store_close(). One
 * thread; many processes may use a store at once. Source of the layout: OCI image-spec
 * image-layout.md.
 */
#pragma once

#include "base/fd.h"
#include "image/directory.h"
#include "image/index.h"

#include <limits.h>

/* The most that the list of images takes, and the largest index.json. */
#define IMAGE_STORE_ARENA_BYTES ((size_t)32 << 20)

struct image_store {
    char path[PATH_MAX];
    int root_fd;     /* -1: there is no such directory (yet) */
    int blobs_fd;    /* blobs/sha256 */
    int unpacked_fd; /* unpacked */
    int staging_fd;  /* staging */
    enum image_owners owners;
};

/* What a variable for a store holds before it is opened. */
#define IMAGE_STORE_CLOSED { .root_fd = -1, .blobs_fd = -1, .unpacked_fd = -1, .staging_fd = -1 }

/* Opens the store at `path` (absolute). Nothing is made: where there is no store it is open and
 * empty. A directory that belongs to somebody else, or that others may write in, is refused. */
int image_store_open(struct image_store *store, const char *path, struct err *err);

/* Makes the store where there is none, with the directories above it. */
int image_store_create(struct image_store *store, struct err *err);

/* Closes it. Safe twice. Fits CLEANUP. */
void image_store_close(struct image_store *store);

/* Waits until no other process has the store locked, and locks it. Unlocked by
 * image_store_unlock() or image_store_close(). The store must have been created (REQUIRE). */
int image_store_lock(struct image_store *store, struct err *err);

/* Ends the lock. Without effect where there is none. */
void image_store_unlock(struct image_store *store);

/* The images that the store has. */
int image_store_list(const struct image_store *store, struct arena *arena,
                     struct image_records *ret_records, struct err *err);

/* Makes `records` the images that the store has, then removes all blobs and unpacked images that
 * none of them needs. The store must be locked by the caller. */
int image_store_replace_list(struct image_store *store, const struct image_records *records,
                             struct err *err);

/* Takes a name (with its defaults written out) off the list, and removes what only it needed. The
 * store is locked meanwhile. -ENOENT where there is no such name, -EBUSY where a container uses the
 * image and it has no other name. */
int image_store_remove(struct image_store *store, const char *reference, struct err *err);

/* Removes all blobs and unpacked images that no image of the list needs, except what is in use. The
 * store must be locked by the caller. */
int image_store_collect(struct image_store *store, struct err *err);

/* Reads a document (a manifest or config), and checks its digest. */
int image_store_read(const struct image_store *store, const struct image_digest *digest,
                     struct arena *arena, struct bytes *ret_json, struct err *err);

/* An image of the store: what to unpack and what to run. */
struct image_stored {
    struct image_record record;
    struct image_manifest manifest;
    struct image_config config;
};

/* Finds an image by its name (with its defaults written out) and reads its documents; texts and
 * lists live in the arena (IMAGE_STORE_ARENA_BYTES). -ENOENT where the store has none of that
 * name. */
int image_store_find(const struct image_store *store, const char *reference, struct arena *arena,
                     struct image_stored *ret_stored, struct err *err);

/* Opens an image's unpacked root file system, to be read only. As long as the descriptor (or a
 * copy of it) is open, the image cannot be removed. */
int image_store_use(const struct image_store *store, const struct image_digest *manifest,
                    int *ret_fd, struct err *err);

/* Whether a container uses the unpacked image now. */
bool image_store_is_in_use(const struct image_store *store, const struct image_digest *manifest);

/* A place of one process's own in staging/. */
struct image_staging {
    const struct image_store *store;
    char name[40];
    int fd; /* -1: none */
};

/* Makes one, after removing those that dead processes have left. The store must be created and not
 * locked by the caller. */
int image_staging_open(struct image_store *store, struct image_staging *ret_staging,
                       struct err *err);

/* Removes it with all that is still in it. Safe twice. Fits CLEANUP. */
void image_staging_done(struct image_staging *staging);
