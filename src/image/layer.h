/*
 * Applying a layer: a (compressed) tar of changes, written over what the layers below have left.
 *
 * Can a layer write outside its target? Three files answer, in this order:
 *   image/entry.c      each member's path is made clean, or the layer is refused: no "..", nothing
 *                      absolute; a whiteout only ever speaks of a named thing in its own directory
 *   image/layer.c      decides what is done, in terms of clean paths only; limits, order, whiteouts
 *   image/directory.c  does it: the kernel (openat2) keeps every operation beneath the target and
 *                      off symbolic links; nothing is ever opened for writing that it did not
 *                      create itself; attributes are set through the descriptor of what was made
 *
 * Rules where tools differ: a path through a symbolic link is refused. Device nodes and sockets are
 * left out (a container's devices are its runtime's affair), for root and all others alike. A
 * whiteout hides what lower layers left and nothing of its own layer, wherever in the tar it
 * stands. Directories that are only implied get mode 0755, owner 0:0 and the time 0.
 */
#pragma once

#include "image/stream.h"
#include "image/tree.h"

/* Who wants to know how far something has got, and may stop it. */
struct image_watch {
    bool (*tell)(void *caller, uint64_t bytes_done); /* false: stop; NULL: nobody watches */
    void *caller;
};

/* Sensible limits; a caller may set others. */
#define IMAGE_LAYER_BYTES_MAX ((uint64_t)64 << 30)
#define IMAGE_LAYER_ENTRIES_MAX ((uint64_t)4 << 20)

struct image_layer {
    struct image_source source;
    struct image_digest diff_id; /* what the tar must hash to; all zeroes: anything */
    uint64_t bytes_max;          /* of the tar, and of all its files together (holes count) */
    uint64_t entries_max;
    struct image_watch watch; /* told of the octets of the tar */
};

struct image_layer_result {
    struct image_digest diff_id;
    uint64_t bytes;    /* of the tar */
    uint64_t entries;  /* how many members it has */
    uint64_t left_out; /* how many of them were device nodes, sockets or reserved names */
};

/* Reads the layer once and applies it to the tree. On failure (-EINVAL for what a layer may not
 * say, -EFBIG for a limit, -ECANCELED where the watch stopped it, or what the system said) the
 * sentence names the entry; the tree then holds whole entries of the layer, or none of one, and the
 * caller throws it away. Changes the thread's locale while it runs. Source: OCI image-spec
 * layer.md#applying-changesets. */
int image_layer_apply(const struct image_layer *layer, struct image_tree *tree,
                      struct image_layer_result *ret_result, struct err *err);
