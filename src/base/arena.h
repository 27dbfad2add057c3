/*
 * struct arena: memory for one document (a config.json, a manifest), freed at once.
 *
 * Order of calls: arena_init() with a limit, arena_alloc() and arena_copy…() while the document is
 * read, arena_done() when nothing points into it any more. What it gives is zeroed, aligned for any
 * object, and stays where it is until arena_done(). The limit counts all that was asked for, so a
 * hostile document cannot take more. One thread at a time. Not for use between clone and exec.
 */
#pragma once

#include "base/bytes.h"

struct arena_block;

struct arena {
    struct arena_block *newest;
    size_t block_left; /* octets of the newest block that are still free */
    size_t bytes_left; /* octets that may still be asked for */
};

/* An empty arena that will give at most `bytes_max` octets. Allocates nothing yet. */
struct arena arena_init(size_t bytes_max);

/* Frees all that the arena gave. Safe twice, and on a zeroed arena. Fits CLEANUP. */
void arena_done(struct arena *arena);

/* `size` zeroed octets; NULL where the limit is reached or the system has no memory. */
void *arena_alloc(struct arena *arena, size_t size);

/* `count` zeroed objects of `size` octets each; NULL as arena_alloc(), and where the product does
 * not fit. */
void *arena_alloc_array(struct arena *arena, size_t count, size_t size);

/* A copy of the octets with a NUL after them; NULL as arena_alloc(). */
char *arena_copy_bytes(struct arena *arena, struct bytes original);

/* A copy of a C string; NULL as arena_alloc(). */
char *arena_copy_text(struct arena *arena, const char *original);
