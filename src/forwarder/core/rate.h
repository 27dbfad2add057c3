/*
 * struct forwarder_rate: how many answers a second a network gets over UDP, where the address of
 * who asks may be forged, so that what we answer harms somebody else.
 *
 * Each network has a balance of answers: it grows by `per_s` a second, up to one second's worth;
 * each query takes one off, also those that get no answer, down to `window_s` seconds' worth. Below
 * zero a query is dropped, but for each `slip`-th, which gets an answer without records that says
 * to ask over TCP: who is really there comes back with an address that is not forged. This is
 * response rate limiting as BIND, NSD and Knot have it, counted for all that a network asks.
 *
 * The table has a fixed size: eight places for all networks whose keyed hash leads there, of which
 * that with the best balance makes room for another. A network that makes room begins anew. Storage
 * is the caller's. Times are nanoseconds of a clock that does not go back. Pure; one thread.
 */
#pragma once

#include "forwarder/core/hash.h"
#include "forwarder/core/network.h"

#define FORWARDER_RATE_PER_S_MAX 1000000
#define FORWARDER_RATE_WINDOW_S_MAX 3600
#define FORWARDER_RATE_PLACES 8
#define FORWARDER_RATE_SETS 8192

/* A network is what one who forges addresses would aim at: BIND's sizes. */
extern const struct forwarder_network_bits forwarder_rate_bits;

struct forwarder_rate_config {
    uint32_t per_s;    /* 0: no limit; at most FORWARDER_RATE_PER_S_MAX */
    uint32_t window_s; /* 1 to FORWARDER_RATE_WINDOW_S_MAX */
    uint32_t slip;     /* 0: all are dropped; 1: none is; 2: every other */
    bool may_begin;    /* a limit may come later: there is a table, though per_s is 0 */
};

struct forwarder_rate_place {
    uint64_t tag;    /* the network's hash; 0: nobody's */
    int64_t balance; /* in thousand-millionths of an answer */
    uint64_t at_ns;  /* when it was so */
    uint64_t over;   /* queries below zero */
};

struct forwarder_rate {
    struct forwarder_rate_config config;
    const struct forwarder_hash_key *key;
    struct forwarder_rate_place *places; /* FORWARDER_RATE_SETS times FORWARDER_RATE_PLACES */
};

enum forwarder_rate_says {
    FORWARDER_RATE_ANSWER, /* as it should be answered */
    FORWARDER_RATE_CUT,    /* with TC and no records */
    FORWARDER_RATE_DROP,
};

/* How many octets the table has. */
size_t forwarder_rate_slab_bytes(const struct forwarder_rate_config *config);

/* Nobody has asked yet. The slab has forwarder_rate_slab_bytes() octets, all zero; the caller keeps
 * it, and the key. */
struct forwarder_rate forwarder_rate_init(const struct forwarder_rate_config *config,
                                          const struct forwarder_hash_key *key, void *slab);

/* Goes on in another slab of the same size, all zero, with the accounts that there are. */
void forwarder_rate_move(struct forwarder_rate *rate, void *slab);

/* Goes on with another limit, where there is a table: all accounts begin anew. Where it is the same
 * they go on. */
void forwarder_rate_change(struct forwarder_rate *rate, const struct forwarder_rate_config *config);

/* A query came from the client over UDP. */
enum forwarder_rate_says forwarder_rate_take(struct forwarder_rate *rate,
                                             const struct forwarder_address *client,
                                             uint64_t now_ns);
