/*
 * A keyed hash (SipHash-1-3): whoever does not know the key cannot choose octets that fall together
 * (J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF"). Pure; any thread.
 */
#pragma once

#include "base/bytes.h"

struct forwarder_hash_key {
    uint64_t halves[2]; /* random, and a secret */
};

/* Eight octets as a number, the least significant first: on most machines they are one. */
static inline uint64_t forwarder_hash_word(const uint8_t octets[8])
{
    return (uint64_t)octets[0] | (uint64_t)octets[1] << 8 | (uint64_t)octets[2] << 16 |
           (uint64_t)octets[3] << 24 | (uint64_t)octets[4] << 32 | (uint64_t)octets[5] << 40 |
           (uint64_t)octets[6] << 48 | (uint64_t)octets[7] << 56;
}

/* 64 bits that depend on all octets and the key. */
uint64_t forwarder_hash(const struct forwarder_hash_key *key, struct bytes octets);

/* Likewise with twice as many rounds (SipHash-2-4): for what others see. The halves of the key are
 * its octets with the least significant first. */
uint64_t forwarder_hash_strong(const struct forwarder_hash_key *key, struct bytes octets);
