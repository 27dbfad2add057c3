/* A list of what was given back, and a mark up to which blocks were used at all. */
#include "forwarder/core/blocks.h"

#include "base/require.h"

struct forwarder_blocks forwarder_blocks_init(void *storage, uint32_t max)
{
    return (struct forwarder_blocks){ .base = storage, .max = max };
}

uint32_t forwarder_blocks_take(struct forwarder_blocks *blocks)
{
    uint32_t block = blocks->first_free;

    if (block != 0) {
        blocks->first_free = *forwarder_blocks_next(blocks, block);
    } else {
        REQUIRE(blocks->touched < blocks->max);
        blocks->touched += 1;
        block = blocks->touched;
    }
    blocks->used += 1;
    *forwarder_blocks_next(blocks, block) = 0;
    return block;
}

void forwarder_blocks_give(struct forwarder_blocks *blocks, uint32_t first)
{
    uint32_t last = first;

    if (first == 0)
        return;
    for (blocks->used -= 1; *forwarder_blocks_next(blocks, last) != 0; blocks->used -= 1)
        last = *forwarder_blocks_next(blocks, last);
    *forwarder_blocks_next(blocks, last) = blocks->first_free;
    blocks->first_free = first;
}
