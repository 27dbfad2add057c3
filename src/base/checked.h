/*
 * Arithmetic on lengths from outside: each function gives false, and leaves the result alone, where
 * the exact result does not fit. Pure; any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* *ret_sum = a + b. */
static inline bool checked_add(size_t a, size_t b, size_t *ret_sum)
{
    size_t sum;

    if (__builtin_add_overflow(a, b, &sum))
        return false;
    *ret_sum = sum;
    return true;
}

/* *ret_difference = a - b. */
static inline bool checked_subtract(size_t a, size_t b, size_t *ret_difference)
{
    size_t difference;

    if (__builtin_sub_overflow(a, b, &difference))
        return false;
    *ret_difference = difference;
    return true;
}

/* *ret_product = a * b. */
static inline bool checked_multiply(size_t a, size_t b, size_t *ret_product)
{
    size_t product;

    if (__builtin_mul_overflow(a, b, &product))
        return false;
    *ret_product = product;
    return true;
}

/* *ret_sum = a + b, for offsets and sizes of 64 bits (file sizes, times in ns). */
static inline bool checked_add_u64(uint64_t a, uint64_t b, uint64_t *ret_sum)
{
    uint64_t sum;

    if (__builtin_add_overflow(a, b, &sum))
        return false;
    *ret_sum = sum;
    return true;
}
