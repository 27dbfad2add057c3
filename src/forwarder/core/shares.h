/*
 * struct forwarder_shares: how many clients of each network wait, exactly.
 *
 *     struct forwarder_network network = forwarder_network_of(&client, forwarder_shares_bits);
 *     uint32_t number = forwarder_shares_take(&shares, &network, most);
 *     if (number == 0)
 *         … this network has as many as it may …
 *     else
 *         … later: forwarder_shares_give(&shares, number)
 *
 * A network is a place in an array, found by a keyed hash, while one of its clients waits. Storage
 * is the caller's. Pure; one thread at a time.
 */
#pragma once

#include "forwarder/core/hash.h"
#include "forwarder/core/network.h"

/* A client is an address of IPv4, or what one site has of IPv6 (RFC 6177). */
extern const struct forwarder_network_bits forwarder_shares_bits;

struct forwarder_share {
    struct forwarder_network network;
    uint32_t count; /* that wait */
    uint32_t next;  /* in its bucket or in the list of free ones: number, 0 at the end */
};

struct forwarder_shares {
    const struct forwarder_hash_key *key;
    struct forwarder_share *at; /* count_max of them */
    uint32_t *buckets;          /* a power of two of them: number of the first */
    uint32_t buckets_mask;
    uint32_t count_max;
    uint32_t touched;    /* from here on never used */
    uint32_t first_free; /* 0 where none was given back */
    uint32_t last;       /* the number that was asked for last; 0: none */
};

/* How many buckets shares for `count_max` clients want. */
uint32_t forwarder_shares_buckets(uint32_t count_max);

/* Nobody, in room for `count_max` networks and as many buckets as they want, which are zero. The
 * caller keeps both, and the key. */
struct forwarder_shares forwarder_shares_init(struct forwarder_share *at, uint32_t *buckets,
                                              uint32_t count_max,
                                              const struct forwarder_hash_key *key);

/* One more of a network waits: gives its number, from 1 on; or 0 where `most` of it do already. As
 * many as `count_max` may wait in all (REQUIRE). */
uint32_t forwarder_shares_take(struct forwarder_shares *shares,
                               const struct forwarder_network *network, uint32_t most);

/* One of the network with this number waits no more. */
void forwarder_shares_give(struct forwarder_shares *shares, uint32_t number);
