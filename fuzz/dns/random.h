/*
 * A small generator of numbers for tests: the same seed gives the same numbers on every machine.
 * Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (SplitMix64), 2014. Not
 * for secrets.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dns_random {
    uint64_t state;
};

/* Any 64 bits. */
static inline uint64_t dns_random_next(struct dns_random *random)
{
    uint64_t value = random->state += 0x9E3779B97F4A7C15U;

    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9U;
    value = (value ^ value >> 27) * 0x94D049BB133111EBU;
    return value ^ value >> 31;
}

/* A number below `count`; 0 where `count` is 0. */
static inline size_t dns_random_below(struct dns_random *random, size_t count)
{
    uint64_t value = dns_random_next(random);

    return count == 0 ? 0 : (size_t)(value % count);
}

/* True once in `count` times. */
static inline bool dns_random_one_in(struct dns_random *random, size_t count)
{
    return dns_random_below(random, count) == 0;
}

/* One of the elements of an array. */
#define DNS_RANDOM_OF(random, array)                                                               \
    ((array)[dns_random_below((random), sizeof(array) / sizeof((array)[0]))])
