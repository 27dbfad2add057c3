/* One token bucket for each network, in a table whose sets are searched from end to end. */
#include "forwarder/core/rate.h"

#define ONE_ANSWER INT64_C(1000000000)
#define NS_PER_S UINT64_C(1000000000)
#define TABLE_BYTES                                                                                \
    (sizeof(struct forwarder_rate_place) * FORWARDER_RATE_SETS * FORWARDER_RATE_PLACES)

const struct forwarder_network_bits forwarder_rate_bits = { .ipv4 = 24, .ipv6 = 56 };

size_t forwarder_rate_slab_bytes(const struct forwarder_rate_config *config)
{
    return config->per_s == 0 && !config->may_begin ? 0 : TABLE_BYTES;
}

struct forwarder_rate forwarder_rate_init(const struct forwarder_rate_config *config,
                                          const struct forwarder_hash_key *key, void *slab)
{
    return (struct forwarder_rate){ .config = *config, .key = key, .places = slab };
}

void forwarder_rate_move(struct forwarder_rate *rate, void *slab)
{
    /* A table that was never used stays so: its pages are not there yet. */
    if (rate->config.per_s != 0)
        memcpy(slab, rate->places, TABLE_BYTES);
    rate->places = slab;
}

void forwarder_rate_change(struct forwarder_rate *rate, const struct forwarder_rate_config *config)
{
    /* A table that was never used stays so: its pages are not there yet. */
    if (rate->config.per_s != 0 && rate->config.per_s != config->per_s)
        memset(rate->places, 0, TABLE_BYTES);
    rate->config = *config;
}

/* The balance by now. A nanosecond at one answer a second is a thousand-millionth of an answer. */
static int64_t balance_at(const struct forwarder_rate *rate,
                          const struct forwarder_rate_place *place, uint64_t now_ns)
{
    int64_t most = rate->config.per_s * ONE_ANSWER;
    uint64_t longest_ns = (rate->config.window_s + UINT64_C(1)) * NS_PER_S;
    uint64_t passed_ns = now_ns - place->at_ns;
    int64_t balance = most;

    if (place->tag != 0 && passed_ns < longest_ns)
        balance = place->balance + (int64_t)(passed_ns * rate->config.per_s);
    return balance < most ? balance : most;
}

/* The network's place; if it has none, that which is worth the least. */
static struct forwarder_rate_place *find_place(const struct forwarder_rate *rate, uint64_t tag,
                                               uint64_t now_ns)
{
    struct forwarder_rate_place *set =
        &rate->places[tag % FORWARDER_RATE_SETS * FORWARDER_RATE_PLACES];
    struct forwarder_rate_place *best = set;

    for (size_t i = 0; i < FORWARDER_RATE_PLACES; i++) {
        if (set[i].tag == tag)
            return &set[i];
        if (balance_at(rate, &set[i], now_ns) > balance_at(rate, best, now_ns))
            best = &set[i];
    }
    *best = (struct forwarder_rate_place){ 0 };
    return best;
}

enum forwarder_rate_says forwarder_rate_take(struct forwarder_rate *rate,
                                             const struct forwarder_address *client,
                                             uint64_t now_ns)
{
    int64_t least = -(int64_t)rate->config.window_s * rate->config.per_s * ONE_ANSWER;
    struct forwarder_rate_place *place;
    struct forwarder_network network;
    uint64_t tag;

    if (rate->config.per_s == 0)
        return FORWARDER_RATE_ANSWER;
    network = forwarder_network_of(client, forwarder_rate_bits);
    tag = forwarder_hash(rate->key, forwarder_network_bytes(&network)) | 1U << 31;
    place = find_place(rate, tag, now_ns);
    place->balance = balance_at(rate, place, now_ns) - ONE_ANSWER;
    place->tag = tag;
    place->at_ns = now_ns;
    if (place->balance >= 0)
        return FORWARDER_RATE_ANSWER;
    if (place->balance < least)
        place->balance = least;
    place->over += 1;
    return rate->config.slip != 0 && place->over % rate->config.slip == 0 ? FORWARDER_RATE_CUT
                                                                          : FORWARDER_RATE_DROP;
}
