/*
 * The mutator as libFuzzer wants it: one change in three is left to libFuzzer itself; where
 * CUPEL_NO_MUTATOR is in the environment, all. Where the
 * engine passes a pointer and a size, struct bytes stands here: the calling conventions of x86-64
 * and AArch64 pass both in the same two registers.
 */
#include "fuzz/dns/mutator.h"

#include <stdlib.h>

/* The block that the engine has for the result. */
struct room {
    uint8_t *at;
    size_t size;
};

_Static_assert(sizeof(struct bytes) == 2 * sizeof(void *), "a pointer and a size");

/* The words of libFuzzer. */
size_t LLVMFuzzerMutate(uint8_t *block, size_t size, size_t capacity);
size_t LLVMFuzzerCustomMutator(uint8_t *block, size_t size, size_t capacity, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(struct bytes first, struct bytes second, struct room room,
                                 unsigned int seed);

size_t LLVMFuzzerCustomMutator(uint8_t *block, size_t size, size_t capacity, unsigned int seed)
{
    uint8_t *before = NULL;

    if (seed % 3 != 0 && getenv("CUPEL_NO_MUTATOR") == NULL)
        before = malloc(size == 0 ? 1 : size);
    if (before == NULL)
        return LLVMFuzzerMutate(block, size, capacity);
    memcpy(before, block, size);
    size = dns_mutate(seed, bytes_of(before, size), bytes_of(NULL, 0), block, capacity);
    free(before);
    return size;
}

size_t LLVMFuzzerCustomCrossOver(struct bytes first, struct bytes second, struct room room,
                                 unsigned int seed)
{
    if (getenv("CUPEL_NO_MUTATOR") != NULL)
        return 0;
    return dns_mutate(seed, first, second, room.at, room.size);
}
