/*
 * What a witness knows of who may ask, and how often: its own reckoning, one bit and one query at a
 * time. What must be true of any history:
 *
 * - who may not ask gets REFUSED or silence, and nobody else does for that;
 * - a network gets no more answers over UDP than its rate allows since the beginning, and whoever
 * is cut or dropped belongs to one that has used up what it had;
 * - over its rate, exactly each so many-th query is cut.
 */
#pragma once

#include "forwarder/core/forwarder.h"
#include "fuzz/forwarder/witness_kept.h"
#include "fuzz/target.h"

#define WITNESS_NETWORKS_MAX 32

/* A network that asked, over UDP, while there was a limit. */
struct witness_network {
    struct forwarder_address first; /* the first of its addresses */
    uint64_t start_ns;              /* when that asked */
    uint64_t answered;
    uint64_t over; /* cut or dropped */
};

struct witness_admit {
    size_t count;
    struct witness_network networks[WITNESS_NETWORKS_MAX];
};

/* Whether two addresses have their first bits in common. */
static inline bool witness_same_bits(const uint8_t *a, const uint8_t *b, unsigned int bits)
{
    for (unsigned int i = 0; i < bits; i++)
        if (((a[i / 8] ^ b[i / 8]) >> (7 - i % 8) & 1) != 0)
            return false;
    return true;
}

/* Whether two addresses are of one network, of so many bits by kind of address. */
static inline bool witness_same_network(const struct forwarder_address *a,
                                        const struct forwarder_address *b, unsigned int bits_ipv4,
                                        unsigned int bits_ipv6)
{
    return a->size == b->size &&
           witness_same_bits(a->octets, b->octets, a->size == 4 ? bits_ipv4 : bits_ipv6);
}

/* Whether a client may ask. */
static inline bool witness_may_ask(const struct forwarder_config *config,
                                   const struct forwarder_address *client)
{
    int longest = -1;
    bool may_ask = config->access.count == 0;

    for (size_t i = 0; i < config->access.count; i++) {
        const struct forwarder_access_rule *rule = &config->access.rules[i];

        if (rule->network.size != client->size || rule->network.bits <= longest ||
            !witness_same_bits(rule->network.octets, client->octets, rule->network.bits))
            continue;
        longest = rule->network.bits;
        may_ask = rule->may_ask;
    }
    return may_ask;
}

/* The account of a client's network. */
static inline struct witness_network *witness_network_of(struct witness_admit *admit,
                                                         const struct forwarder_address *client,
                                                         uint64_t now_ns)
{
    struct witness_network *network = admit->networks;

    while (network < admit->networks + admit->count &&
           !witness_same_network(&network->first, client, 24, 56))
        network += 1;
    if (network == admit->networks + admit->count) {
        fuzz_require(admit->count < WITNESS_NETWORKS_MAX);
        *network = (struct witness_network){ .first = *client, .start_ns = now_ns };
        admit->count += 1;
    }
    return network;
}

/* How often a counter of these has counted. */
struct witness_turned_away {
    uint64_t refused; /* from an address that may not ask */
    uint64_t silent;  /* likewise, without an answer */
    uint64_t cut;     /* too often */
    uint64_t dropped; /* likewise, without an answer */
};

static inline struct witness_turned_away witness_turned_away_of(const struct forwarder *forwarder)
{
    const uint64_t *counters = forwarder->counters;

    return (struct witness_turned_away){ counters[FORWARDER_COUNT_queries_prohibited],
                                         counters[FORWARDER_COUNT_ignored_prohibited],
                                         counters[FORWARDER_COUNT_queries_slipped],
                                         counters[FORWARDER_COUNT_ignored_limited] };
}

/* A query over UDP was answered or not, where there is a limit. */
static inline void witness_check_rate(struct witness_admit *admit,
                                      const struct forwarder_rate_config *rate,
                                      const struct forwarder_address *client, uint64_t now_ns,
                                      const bool is_over[2])
{
    struct witness_network *network = witness_network_of(admit, client, now_ns);
    uint64_t had_ns = now_ns - network->start_ns + WITNESS_NS_PER_S;

    if (!is_over[0] && !is_over[1]) {
        network->answered += 1;
        fuzz_require(network->answered * WITNESS_NS_PER_S <= rate->per_s * had_ns);
        return;
    }
    network->over += 1;
    fuzz_require(network->answered >= rate->per_s);
    fuzz_require(is_over[0] == (rate->slip != 0 && network->over % rate->slip == 0));
}

/* Who sent a datagram. */
struct witness_asker {
    const struct forwarder_path *path;
    bool is_certain; /* to be where it says that it is */
    uint64_t now_ns; /* when it came */
};

/* A client's datagram that may be answered went in: says whether it must not get an answer. */
static inline bool witness_check_admitted(struct witness_admit *admit,
                                          const struct forwarder *forwarder,
                                          const struct witness_turned_away *before,
                                          const struct witness_asker *asker)
{
    struct witness_turned_away after = witness_turned_away_of(forwarder);
    bool may_ask = witness_may_ask(&forwarder->config, &asker->path->peer);
    bool is_over[2] = { after.cut > before->cut, after.dropped > before->dropped };
    bool is_silent = after.silent > before->silent;

    fuzz_require(!is_silent || (forwarder->config.access.is_silent && asker->path->stream == 0));
    if (!is_over[0] && !is_over[1])
        fuzz_require(may_ask == !(is_silent || after.refused > before->refused));
    if (forwarder->config.rate.per_s == 0 || asker->is_certain)
        fuzz_require(!is_over[0] && !is_over[1]);
    else if (!is_silent)
        witness_check_rate(admit, &forwarder->config.rate, &asker->path->peer, asker->now_ns,
                           is_over);
    return is_silent || is_over[1];
}
