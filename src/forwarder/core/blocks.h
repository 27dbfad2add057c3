/*
 * struct forwarder_blocks: blocks of 64 octets, a line of the processor's cache each, out of a
 * fixed number of them. A block is known by its number, from 1 on, and begins with the number of
 * the one that follows it in its chain, or 0.
 *
 * Those that were never used are taken in order, so that memory is touched from its start on; those
 * of a chain that is given back are taken next, in the order of the chain. Storage is the caller's.
 * Pure; one thread at a time.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define FORWARDER_BLOCK_BYTES 64

struct forwarder_blocks {
    uint8_t *base;
    uint32_t max;
    uint32_t used;       /* now */
    uint32_t touched;    /* blocks from here on were never used */
    uint32_t first_free; /* a block that was given back, or 0 */
};

/* So many blocks, all free, in storage that is aligned for any object. The caller keeps it. */
struct forwarder_blocks forwarder_blocks_init(void *storage, uint32_t max);

/* A block's octets. */
static inline uint8_t *forwarder_blocks_at(const struct forwarder_blocks *blocks, uint32_t block)
{
    return blocks->base + (size_t)(block - 1) * FORWARDER_BLOCK_BYTES;
}

/* The number of the block that follows one in its chain. */
static inline uint32_t *forwarder_blocks_next(const struct forwarder_blocks *blocks, uint32_t block)
{
    return (uint32_t *)(void *)forwarder_blocks_at(blocks, block);
}

/* Takes a block, of which there is one (REQUIRE). None follows it; its other octets are what they
 * were. */
uint32_t forwarder_blocks_take(struct forwarder_blocks *blocks);

/* Gives back a chain of blocks. */
void forwarder_blocks_give(struct forwarder_blocks *blocks, uint32_t first);
