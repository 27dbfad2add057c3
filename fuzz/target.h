/*
 * The form of every fuzz target:
 *
 *     FUZZ_TARGET(input)
 *     {
 *         …
 *         fuzz_require(either refused and unchanged, or reads back the same);
 *     }
 *
 * One source serves libFuzzer and AFL++ (both call LLVMFuzzerTestOneInput, AFL++ in persistent
 * mode) and replay.c, which reads files. `input` is a struct bytes of a heap block that has exactly
 * its size, so that a sanitizer sees the first octet past it.
 */
#pragma once

#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* The entry that the engines call; gives 0 (keep the input), or -1 (do not keep it). */
int LLVMFuzzerTestOneInput(const uint8_t *start, size_t size);

/* Defined by replay.c alone: whether the inputs are files that are replayed, each once, and not an
 * engine's, of which it wants thousands a second. For what is worth doing but slow. */
bool fuzz_is_replay(void) __attribute__((weak));

/* Ends the process when the target's property does not hold, saying which. */
#define fuzz_require(condition)                                                                    \
    ((condition) ? (void)0 : fuzz_property_failed(__FILE__, __LINE__, #condition))

static inline _Noreturn void fuzz_property_failed(const char *file, int line, const char *condition)
{
    (void)fprintf(stderr, "%s:%d: the property does not hold: %s\n", file, line, condition);
    abort();
}

/* A block of exactly this size on the heap, so that a sanitizer sees the first octet past it; from
 * malloc(), and the caller's to free. */
static inline void *fuzz_block(size_t size)
{
    void *block = malloc(size == 0 ? 1 : size);

    fuzz_require(block != NULL);
    return block;
}

#define FUZZ_TARGET(input)                                                                         \
    static void fuzz_target_run(struct bytes input);                                               \
    int LLVMFuzzerTestOneInput(const uint8_t *start, size_t size)                                  \
    {                                                                                              \
        uint8_t *block = malloc(size == 0 ? 1 : size);                                             \
                                                                                                   \
        if (block == NULL)                                                                         \
            return -1;                                                                             \
        if (size > 0)                                                                              \
            memcpy(block, start, size);                                                            \
        fuzz_target_run(bytes_of(block, size));                                                    \
        free(block);                                                                               \
        return 0;                                                                                  \
    }                                                                                              \
    static void fuzz_target_run(struct bytes input)
