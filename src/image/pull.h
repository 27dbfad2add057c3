/*
 * Pulling: from a reference to an image in the store, whole or not at all.
 */
#pragma once

#include "image/registry.h"
#include "image/store.h"

enum image_stage {
    IMAGE_STAGE_ASK,    /* octets of a manifest or config */
    IMAGE_STAGE_FETCH,  /* octets of a layer's blob */
    IMAGE_STAGE_UNPACK, /* octets of a layer's tar */
};

struct image_progress {
    enum image_stage stage;
    size_t layer; /* from 0, the lowest first; this and the rest not while asking */
    size_t layers_count;
    uint64_t bytes_done;
    uint64_t bytes_total;              /* 0: not known */
    const struct image_digest *digest; /* the layer's */
};

/* Hears of progress, often; false stops the pull. */
typedef bool image_progress_tell(void *caller, const struct image_progress *progress);

struct image_pull {
    const struct image_reference *reference;
    bool trusts_anyone;        /* certificates are not checked, plain HTTP is all right */
    uint64_t bytes_max;        /* of the unpacked image */
    image_progress_tell *tell; /* may be NULL */
    void *caller;
};

struct image_pulled {
    struct image_digest manifest; /* the image's digest */
    size_t layers_count;
    size_t layers_fetched; /* those that were not in the store */
    uint64_t left_out;     /* device nodes and such that were not unpacked */
};

/* Fetches, checks, unpacks, and enters the image into the store's list under its reference. What
 * the store has already is not fetched again. On failure the store has no more than it had before,
 * and the sentence says what failed: the registry, a document of the image, a layer's entry, or the
 * store. The store must be open; it is created when the registry has given a manifest. */
int image_pull(struct image_store *store, const struct image_pull *pull,
               struct image_pulled *ret_pulled, struct err *err);
