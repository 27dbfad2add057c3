/*
 * A keyed hash (SipHash-1-3): whoever does not know the key cannot choose octets that fall together
 * (J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF"). Pure; any thread.
 */
#pragma once

#include "base/bytes.h"

struct forwarder_hash_key {
    uint64_t halves[2]; /* random, and a secret */
};

/* 64 bits that depend on all octets and the key. */
uint64_t forwarder_hash(const struct forwarder_hash_key *key, struct bytes octets);
