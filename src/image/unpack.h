/*
 * Unpacking: all layers of an image, one over the other, into a directory.
 */
#pragma once

#include "image/directory.h"
#include "image/layer.h"
#include "image/manifest.h"

struct image_unpack {
    int blobs_fd; /* a directory that has each layer under its digest */
    const struct image_manifest *manifest;
    const struct image_config *config; /* with as many diff_ids as the manifest has layers */
    enum image_owners owners;
    uint64_t bytes_max;                        /* of all layers together */
    void (*begin)(void *caller, size_t layer); /* hears of each layer; may be NULL */
    struct image_watch watch; /* told of the octets of each layer; `caller` is for both */
};

struct image_unpacked {
    uint64_t bytes;    /* of all layers' tars */
    uint64_t left_out; /* members that were left out; see image/layer.h */
};

/* Unpacks the image into the directory `root_fd`, which is empty, and open to all (0755) where the
 * image does not say otherwise. Errors as image_layer_apply(), with the layer's digest; the
 * directory is then in no particular state, and the caller throws it away. */
int image_unpack(const struct image_unpack *request, int root_fd,
                 struct image_unpacked *ret_unpacked, struct err *err);
