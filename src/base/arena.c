/* Blocks in a list, filled from the front; nothing is freed before everything is. */
#include "base/arena.h"

#include "base/checked.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES ((size_t)16384)
#define ALIGNMENT _Alignof(max_align_t)

struct arena_block {
    struct arena_block *older;
    size_t size; /* octets in `room` */
    _Alignas(max_align_t) uint8_t room[];
};

struct arena arena_init(size_t bytes_max)
{
    return (struct arena){ .newest = NULL, .block_left = 0, .bytes_left = bytes_max };
}

void arena_done(struct arena *arena)
{
    struct arena_block *block = arena->newest;

    while (block != NULL) {
        struct arena_block *older = block->older;

        free(block);
        block = older;
    }
    *arena = (struct arena){ 0 };
}

static bool add_block(struct arena *arena, size_t size_min)
{
    size_t size = size_min > BLOCK_BYTES ? size_min : BLOCK_BYTES;
    size_t with_header;
    struct arena_block *block;

    if (!checked_add(size, sizeof(*block), &with_header))
        return false;
    block = malloc(with_header);
    if (block == NULL)
        return false;
    block->older = arena->newest;
    block->size = size;
    arena->newest = block;
    arena->block_left = size;
    return true;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    size_t rounded;
    void *given;

    if (!checked_add(size, ALIGNMENT - 1, &rounded))
        return NULL;
    rounded -= rounded % ALIGNMENT;
    if (rounded > arena->bytes_left)
        return NULL;
    if ((arena->newest == NULL || rounded > arena->block_left) && !add_block(arena, rounded))
        return NULL;
    given = arena->newest->room + (arena->newest->size - arena->block_left);
    arena->block_left -= rounded;
    arena->bytes_left -= rounded;
    memset(given, 0, rounded);
    return given;
}

void *arena_alloc_array(struct arena *arena, size_t count, size_t size)
{
    size_t total;

    if (!checked_multiply(count, size, &total))
        return NULL;
    return arena_alloc(arena, total);
}

char *arena_copy_bytes(struct arena *arena, struct bytes original)
{
    size_t with_end;
    char *copy;

    if (!checked_add(original.size, 1, &with_end))
        return NULL;
    copy = arena_alloc(arena, with_end);
    if (copy != NULL && original.size > 0)
        memcpy(copy, original.at, original.size);
    return copy;
}

char *arena_copy_text(struct arena *arena, const char *original)
{
    return arena_copy_bytes(arena, bytes_of_text(original));
}
