/* A hash table of networks whose entries live as long as somebody of theirs waits. */
#include "forwarder/core/shares.h"

#include "base/require.h"

const struct forwarder_network_bits forwarder_shares_bits = { .ipv4 = 32, .ipv6 = 56 };

uint32_t forwarder_shares_buckets(uint32_t count_max)
{
    uint32_t buckets = 1;

    while (buckets < count_max)
        buckets *= 2;
    return buckets;
}

struct forwarder_shares forwarder_shares_init(struct forwarder_share *at, uint32_t *buckets,
                                              uint32_t count_max,
                                              const struct forwarder_hash_key *key)
{
    return (struct forwarder_shares){
        .key = key,
        .at = at,
        .buckets = buckets,
        .buckets_mask = forwarder_shares_buckets(count_max) - 1,
        .count_max = count_max,
    };
}

static uint32_t *bucket_of(const struct forwarder_shares *shares,
                           const struct forwarder_network *network)
{
    uint64_t hash = forwarder_hash(shares->key, forwarder_network_bytes(network));

    return &shares->buckets[hash & shares->buckets_mask];
}

static uint32_t new_number(struct forwarder_shares *shares)
{
    uint32_t number = shares->first_free;

    if (number != 0) {
        shares->first_free = shares->at[number - 1].next;
        return number;
    }
    REQUIRE(shares->touched < shares->count_max);
    shares->touched += 1;
    return shares->touched;
}

/* One more of the network of this number, if it may have it. */
static uint32_t take_more(struct forwarder_shares *shares, uint32_t number, uint32_t most)
{
    if (shares->at[number - 1].count >= most)
        return 0;
    shares->at[number - 1].count += 1;
    return number;
}

uint32_t forwarder_shares_take(struct forwarder_shares *shares,
                               const struct forwarder_network *network, uint32_t most)
{
    uint32_t number = shares->last;
    uint32_t *bucket;

    /* Those of one network come together; a place that was given back counts nobody. */
    if (number != 0 && shares->at[number - 1].count > 0 &&
        forwarder_network_equal(&shares->at[number - 1].network, network))
        return take_more(shares, number, most);
    bucket = bucket_of(shares, network);
    number = *bucket;
    while (number != 0 && !forwarder_network_equal(&shares->at[number - 1].network, network))
        number = shares->at[number - 1].next;
    if (number == 0 && most > 0) {
        number = new_number(shares);
        shares->at[number - 1] = (struct forwarder_share){ .network = *network, .next = *bucket };
        *bucket = number;
    }
    shares->last = number;
    return number == 0 ? 0 : take_more(shares, number, most);
}

void forwarder_shares_give(struct forwarder_shares *shares, uint32_t number)
{
    struct forwarder_share *share = &shares->at[number - 1];
    uint32_t *place;

    REQUIRE(share->count > 0);
    share->count -= 1;
    if (share->count > 0)
        return;
    place = bucket_of(shares, &share->network);
    while (*place != number)
        place = &shares->at[*place - 1].next;
    *place = share->next;
    share->next = shares->first_free;
    shares->first_free = number;
}
