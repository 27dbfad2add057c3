/*
 * struct forwarder_entropy: unpredictable numbers from the kernel, drawn in small batches. One
 * thread.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* 4 KiB, so that a query that is passed on, which takes some five, costs a hundredth of a system
 * call. All zero: none drawn yet. */
#define FORWARDER_ENTROPY_NUMBERS 512

struct forwarder_entropy {
    size_t left;
    uint64_t numbers[FORWARDER_ENTROPY_NUMBERS];
};

/* 64 random bits; `source` is a struct forwarder_entropy. Fits forwarder_random_next. */
uint64_t forwarder_entropy_next(void *source);
