/* Entries as chains of blocks, a hash table of their first ones, and the list that SIEVE walks. */
#include "forwarder/core/cache.h"

#include "base/prefetch.h"
#include "base/require.h"
#include "dns/octets.h"
#include "forwarder/core/letters.h"

#define NS_PER_S UINT64_C(1000000000)
/* The smallest entry has two blocks, so there are at most half as many entries. */
#define BLOCKS_PER_BUCKET 2
/* What an entry may take at most: an eighth of the cache. */
#define SHARE 8
#define WORN_TTL_S_MIN 10

enum entry_bit { ENTRY_ASKED = 1, ENTRY_FAILURE = 2, ENTRY_ERROR = 4, ENTRY_ALIAS = 8 };

/* The first octets of an entry's first block; every block begins with the number of the next. */
struct entry {
    uint32_t next_block;
    uint32_t chain; /* the next entry of its bucket */
    uint32_t newer;
    uint32_t older;
    uint64_t kept_ns;
    uint32_t hash;
    uint32_t ttl_s;
    uint32_t rests_until_s; /* by its age */
    uint16_t flags;
    uint16_t counts[DNS_SECTIONS - 1];
    uint16_t ttls_count;
    uint16_t records_size;
    uint16_t topic_size;
    uint16_t error;
    uint8_t bits;
};

_Static_assert(sizeof(struct entry) < FORWARDER_CACHE_BLOCK, "an entry begins in one block");

/* A place in the octets of an entry. */
struct place {
    uint32_t block;
    size_t at; /* in the block */
};

static uint8_t *block_at(const struct forwarder_cache *cache, uint32_t block)
{
    return cache->blocks + (size_t)(block - 1) * FORWARDER_CACHE_BLOCK;
}

static struct entry *entry_at(const struct forwarder_cache *cache, uint32_t number)
{
    return (struct entry *)(void *)block_at(cache, number);
}

static uint32_t *next_of(const struct forwarder_cache *cache, uint32_t block)
{
    return (uint32_t *)(void *)block_at(cache, block);
}

/* The next octets of an entry that stand in one block: at least one, at most `size`. */
static uint8_t *take_run(const struct forwarder_cache *cache, struct place *place, size_t size,
                         size_t *ret_size)
{
    uint8_t *at;

    if (place->at == FORWARDER_CACHE_BLOCK) {
        place->block = *next_of(cache, place->block);
        place->at = sizeof(uint32_t);
    }
    at = block_at(cache, place->block) + place->at;
    if (size > FORWARDER_CACHE_BLOCK - place->at)
        size = FORWARDER_CACHE_BLOCK - place->at;
    place->at += size;
    *ret_size = size;
    return at;
}

static void put_octets(const struct forwarder_cache *cache, struct place *place,
                       struct bytes octets)
{
    for (size_t done = 0, size; done < octets.size; done += size) {
        uint8_t *run = take_run(cache, place, octets.size - done, &size);

        dns_octets_copy(run, octets.at + done, size);
    }
}

static void get_octets(const struct forwarder_cache *cache, struct place *place, uint8_t *to,
                       size_t total)
{
    for (size_t done = 0, size; done < total; done += size) {
        const uint8_t *run = take_run(cache, place, total - done, &size);

        dns_octets_copy(to + done, run, size);
    }
}

static void skip_octets(const struct forwarder_cache *cache, struct place *place, size_t total)
{
    for (size_t done = 0, size; done < total; done += size)
        (void)take_run(cache, place, total - done, &size);
}

static bool has_octets(const struct forwarder_cache *cache, struct place *place,
                       struct bytes octets)
{
    for (size_t done = 0, size; done < octets.size; done += size) {
        const uint8_t *run = take_run(cache, place, octets.size - done, &size);

        if (!dns_octets_same(run, octets.at + done, size))
            return false;
    }
    return true;
}

static struct place start_of(uint32_t number)
{
    return (struct place){ number, sizeof(struct entry) };
}

/* How the storage is shared out. */
struct shares {
    uint32_t blocks;
    size_t buckets;
};

static struct shares shares_of(const struct forwarder_cache_config *config)
{
    size_t per_bucket = BLOCKS_PER_BUCKET * FORWARDER_CACHE_BLOCK + sizeof(uint32_t);
    struct shares shares = { .buckets = 1 };

    if (config->bytes == 0)
        return (struct shares){ 0 };
    REQUIRE(config->bytes >= FORWARDER_CACHE_BYTES_MIN);
    REQUIRE(config->bytes <= FORWARDER_CACHE_BYTES_MAX);
    while (shares.buckets * 2 <= config->bytes / per_bucket)
        shares.buckets *= 2;
    shares.blocks =
        (uint32_t)((config->bytes - shares.buckets * sizeof(uint32_t)) / FORWARDER_CACHE_BLOCK);
    return shares;
}

size_t forwarder_cache_slab_bytes(const struct forwarder_cache_config *config)
{
    struct shares shares = shares_of(config);

    return (size_t)shares.blocks * FORWARDER_CACHE_BLOCK + shares.buckets * sizeof(uint32_t);
}

struct bytes forwarder_cache_table(const struct forwarder_cache *cache)
{
    if (cache->blocks_max == 0)
        return (struct bytes){ 0 };
    return bytes_of((const uint8_t *)cache->buckets,
                    ((size_t)cache->buckets_mask + 1) * sizeof(*cache->buckets));
}

void forwarder_cache_init(struct forwarder_cache *cache,
                          const struct forwarder_cache_config *config, void *slab)
{
    struct shares shares = shares_of(config);
    uint8_t *base = slab;

    *cache = (struct forwarder_cache){ .config = *config };
    if (shares.blocks == 0)
        return;
    cache->blocks = base;
    cache->buckets = (void *)(base + (size_t)shares.blocks * FORWARDER_CACHE_BLOCK);
    cache->buckets_mask = shares.buckets - 1;
    cache->blocks_max = shares.blocks;
}

/* Takes a block, of which there is one. */
static uint32_t take_block(struct forwarder_cache *cache)
{
    uint32_t block = cache->first_free;

    if (block != 0) {
        cache->first_free = *next_of(cache, block);
    } else {
        REQUIRE(cache->touched < cache->blocks_max);
        cache->touched += 1;
        block = cache->touched;
    }
    cache->blocks_used += 1;
    *next_of(cache, block) = 0;
    return block;
}

/* Gives back a chain of blocks. */
static void give_blocks(struct forwarder_cache *cache, uint32_t first)
{
    while (first != 0) {
        uint32_t next = *next_of(cache, first);

        *next_of(cache, first) = cache->first_free;
        cache->first_free = first;
        cache->blocks_used -= 1;
        first = next;
    }
}

static uint32_t *bucket_of(const struct forwarder_cache *cache, uint32_t hash)
{
    return &cache->buckets[hash & cache->buckets_mask];
}

static void leave_list(struct forwarder_cache *cache, uint32_t number)
{
    const struct entry *entry = entry_at(cache, number);

    if (cache->hand == number)
        cache->hand = entry->newer;
    if (cache->walk == number)
        cache->walk = entry->newer;
    if (entry->newer != 0)
        entry_at(cache, entry->newer)->older = entry->older;
    else
        cache->newest = entry->older;
    if (entry->older != 0)
        entry_at(cache, entry->older)->newer = entry->newer;
    else
        cache->oldest = entry->newer;
}

static void join_list(struct forwarder_cache *cache, uint32_t number)
{
    entry_at(cache, number)->older = cache->newest;
    if (cache->newest != 0)
        entry_at(cache, cache->newest)->newer = number;
    else
        cache->oldest = number;
    cache->newest = number;
}

static void remove_entry(struct forwarder_cache *cache, uint32_t number)
{
    const struct entry *entry = entry_at(cache, number);
    uint32_t *link = bucket_of(cache, entry->hash);

    while (*link != number) {
        REQUIRE(*link != 0);
        link = &entry_at(cache, *link)->chain;
    }
    *link = entry->chain;
    leave_list(cache, number);
    give_blocks(cache, number);
    cache->entries -= 1;
}

/* Makes the hand choose one that leaves. */
static void evict(struct forwarder_cache *cache)
{
    uint32_t number = cache->hand != 0 ? cache->hand : cache->oldest;

    for (int i = 0; i < FORWARDER_CACHE_HAND_STEPS_MAX; i++) {
        struct entry *entry = entry_at(cache, number);

        if ((entry->bits & ENTRY_ASKED) == 0)
            break;
        entry->bits &= (uint8_t)~(unsigned int)ENTRY_ASKED;
        number = entry->newer != 0 ? entry->newer : cache->oldest;
    }
    cache->hand = number;
    remove_entry(cache, number);
    cache->evicted += 1;
}

/* The entry for a topic, and what stands behind its topic; 0 where there is none. */
static uint32_t find_number(const struct forwarder_cache *cache,
                            const struct forwarder_topic *topic, struct place *ret_body)
{
    uint32_t hash = (uint32_t)topic->hash;
    uint32_t number = cache->blocks_max == 0 ? 0 : *bucket_of(cache, hash);

    while (number != 0) {
        const struct entry *entry = entry_at(cache, number);

        *ret_body = start_of(number);
        if (entry->hash == hash && entry->topic_size == topic->size &&
            has_octets(cache, ret_body, forwarder_topic_bytes(topic)))
            return number;
        number = entry->chain;
    }
    return 0;
}

void forwarder_cache_fetch_bucket(const struct forwarder_cache *cache,
                                  const struct forwarder_topic *topic)
{
    if (cache->blocks_max != 0)
        prefetch(bucket_of(cache, (uint32_t)topic->hash));
}

void forwarder_cache_fetch_entry(const struct forwarder_cache *cache,
                                 const struct forwarder_topic *topic)
{
    uint32_t number = cache->blocks_max == 0 ? 0 : *bucket_of(cache, (uint32_t)topic->hash);

    if (number == 0)
        return;
    /* Most entries have two blocks, one behind the other. */
    prefetch(block_at(cache, number));
    prefetch(block_at(cache, number) + FORWARDER_CACHE_BLOCK);
}

/* How many blocks an entry takes. */
static size_t blocks_for(const struct forwarder_topic *topic, const struct forwarder_kept *kept)
{
    size_t first = FORWARDER_CACHE_BLOCK - sizeof(struct entry);
    size_t others = FORWARDER_CACHE_BLOCK - sizeof(uint32_t);
    size_t octets = topic->size + kept->ttls_count * sizeof(uint16_t) + kept->records.size;

    return octets <= first ? 1 : 1 + (octets - first + others - 1) / others;
}

/* A chain of so many blocks, for which there is room. */
static uint32_t take_chain(struct forwarder_cache *cache, size_t count)
{
    uint32_t first = take_block(cache);
    uint32_t last = first;

    for (size_t i = 1; i < count; i++) {
        uint32_t block = take_block(cache);

        *next_of(cache, last) = block;
        last = block;
    }
    return first;
}

static void fill_entry(struct forwarder_cache *cache, uint32_t number,
                       const struct forwarder_topic *topic, const struct forwarder_kept *kept)
{
    struct entry *entry = entry_at(cache, number);
    struct place place = start_of(number);

    *entry = (struct entry){
        .next_block = entry->next_block,
        .hash = (uint32_t)topic->hash,
        .ttl_s = kept->ttl_s,
        .flags = kept->flags,
        .ttls_count = kept->ttls_count,
        .records_size = (uint16_t)kept->records.size,
        .topic_size = topic->size,
        .error = kept->error,
        .bits =
            (uint8_t)((kept->is_failure ? ENTRY_FAILURE : 0) | (kept->has_error ? ENTRY_ERROR : 0) |
                      (kept->has_alias ? ENTRY_ALIAS : 0)),
    };
    memcpy(entry->counts, kept->counts + 1, sizeof(entry->counts));
    put_octets(cache, &place, forwarder_topic_bytes(topic));
    put_octets(cache, &place, bytes_of(kept->ttls, kept->ttls_count * sizeof(uint16_t)));
    put_octets(cache, &place, kept->records);
}

bool forwarder_cache_put(struct forwarder_cache *cache, const struct forwarder_topic *topic,
                         const struct forwarder_kept *kept, uint64_t now_ns)
{
    size_t blocks = blocks_for(topic, kept);
    struct place body;
    uint32_t number = find_number(cache, topic, &body);
    uint32_t *bucket;

    REQUIRE(kept->ttl_s > 0);
    if (number != 0)
        remove_entry(cache, number);
    if (blocks > cache->blocks_max / SHARE || kept->ttls_count > FORWARDER_CACHE_TTLS_MAX ||
        kept->records.size > FORWARDER_CACHE_BODY_MAX)
        return false;
    while (cache->blocks_max - cache->blocks_used < blocks)
        evict(cache);
    number = take_chain(cache, blocks);
    fill_entry(cache, number, topic, kept);
    entry_at(cache, number)->kept_ns = now_ns;
    bucket = bucket_of(cache, (uint32_t)topic->hash);
    entry_at(cache, number)->chain = *bucket;
    *bucket = number;
    join_list(cache, number);
    cache->entries += 1;
    return true;
}

/* What an entry is like now; false where its time is wholly over. */
static bool look_at(const struct forwarder_cache *cache, uint32_t number, struct place body,
                    uint64_t now_ns, struct forwarder_cached *ret_cached)
{
    const struct entry *entry = entry_at(cache, number);
    uint64_t age_s = (now_ns - entry->kept_ns) / NS_PER_S;
    bool is_stale = age_s >= entry->ttl_s;

    if (is_stale &&
        ((entry->bits & ENTRY_FAILURE) != 0 || age_s - entry->ttl_s >= cache->config.stale_s))
        return false;
    *ret_cached = (struct forwarder_cached){
        .entry = number,
        .body_block = body.block,
        .body_at = (uint8_t)body.at,
        .kept_ns = entry->kept_ns,
        .age_s = (uint32_t)age_s,
        .ttl_s = entry->ttl_s,
        .is_stale = is_stale,
        .is_resting = is_stale && age_s < entry->rests_until_s,
        .is_worn = entry->ttl_s >= WORN_TTL_S_MIN && age_s >= entry->ttl_s - entry->ttl_s / 10,
        .is_failure = (entry->bits & ENTRY_FAILURE) != 0,
        .has_alias = (entry->bits & ENTRY_ALIAS) != 0,
        .has_error = (entry->bits & ENTRY_ERROR) != 0,
        .error = entry->error,
        .flags = entry->flags,
        .records_size = entry->records_size,
    };
    memcpy(ret_cached->counts + 1, entry->counts, sizeof(entry->counts));
    return true;
}

bool forwarder_cache_find(struct forwarder_cache *cache, const struct forwarder_topic *topic,
                          uint64_t now_ns, struct forwarder_cached *ret_cached)
{
    struct place body;
    uint32_t number = find_number(cache, topic, &body);

    if (number == 0)
        return false;
    if (!look_at(cache, number, body, now_ns, ret_cached)) {
        remove_entry(cache, number);
        return false;
    }
    entry_at(cache, number)->bits |= ENTRY_ASKED;
    return true;
}

/* Makes a TTL less by the age. */
static void age_ttl(uint8_t *ttl, const struct forwarder_cached *cached, uint32_t stale_ttl_s)
{
    uint32_t value =
        (uint32_t)ttl[0] << 24 | (uint32_t)ttl[1] << 16 | (uint32_t)ttl[2] << 8 | ttl[3];

    value = cached->is_stale ? stale_ttl_s : value - cached->age_s;
    ttl[0] = (uint8_t)(value >> 24);
    ttl[1] = (uint8_t)(value >> 16);
    ttl[2] = (uint8_t)(value >> 8);
    ttl[3] = (uint8_t)value;
}

void forwarder_cache_write(const struct forwarder_cache *cache,
                           const struct forwarder_cached *cached, uint32_t stale_ttl_s,
                           struct byte_writer *out)
{
    const struct entry *entry = entry_at(cache, cached->entry);
    uint8_t *records = out->base + out->position;
    struct place ttls = { cached->body_block, cached->body_at };
    struct place place = ttls;

    REQUIRE(byte_writer_left(out) >= entry->records_size);
    skip_octets(cache, &place, entry->ttls_count * sizeof(uint16_t));
    get_octets(cache, &place, records, entry->records_size);
    out->position += entry->records_size;
    for (size_t i = 0; i < entry->ttls_count; i++) {
        uint16_t at = 0;

        get_octets(cache, &ttls, (uint8_t *)&at, sizeof(at));
        REQUIRE(at + sizeof(uint32_t) <= entry->records_size);
        age_ttl(records + at, cached, stale_ttl_s);
    }
}

void forwarder_cache_rest(struct forwarder_cache *cache, const struct forwarder_cached *cached,
                          uint32_t rest_s)
{
    entry_at(cache, cached->entry)->rests_until_s = cached->age_s + rest_s;
}

/* Whether a name is `tree` or, if that is asked for, below it; both in small letters. */
static bool is_in(struct bytes name, struct bytes tree, bool with_below)
{
    size_t at = 0;

    if (!with_below)
        return bytes_equal(name, tree);
    while (name.size - at > tree.size)
        at += name.at[at] + 1U;
    return name.size - at == tree.size && memcmp(name.at + at, tree.at, tree.size) == 0;
}

static uint32_t flush(struct forwarder_cache *cache, const struct dns_name *name, bool with_below)
{
    uint8_t lower[DNS_NAME_SIZE_MAX];
    uint8_t topic[FORWARDER_TOPIC_BYTES_MAX];
    uint32_t removed = 0;
    uint32_t number = cache->oldest;

    forwarder_letters_lower(lower, name->octets, name->size);
    while (number != 0) {
        const struct entry *entry = entry_at(cache, number);
        struct place place = start_of(number);
        uint32_t newer = entry->newer;

        get_octets(cache, &place, topic, entry->topic_size);
        if (is_in(bytes_of(topic, entry->topic_size - (size_t)FORWARDER_TOPIC_TAIL),
                  bytes_of(lower, name->size), with_below)) {
            remove_entry(cache, number);
            removed += 1;
        }
        number = newer;
    }
    return removed;
}

uint32_t forwarder_cache_flush_name(struct forwarder_cache *cache, const struct dns_name *name)
{
    return flush(cache, name, false);
}

uint32_t forwarder_cache_flush_tree(struct forwarder_cache *cache, const struct dns_name *name)
{
    return flush(cache, name, true);
}

uint32_t forwarder_cache_flush_all(struct forwarder_cache *cache)
{
    uint32_t removed = cache->entries;

    while (cache->oldest != 0)
        remove_entry(cache, cache->oldest);
    return removed;
}

void forwarder_cache_walk_begin(struct forwarder_cache *cache, uint64_t now_ns)
{
    cache->walk = cache->oldest;
    cache->walk_ns = now_ns;
}

/* Whether an entry came after the walk began. Times may have gone through zero: what is read from a
 * file was kept before the clock began. */
static bool is_after(const struct entry *entry, uint64_t walk_ns)
{
    return (int64_t)(entry->kept_ns - walk_ns) > 0;
}

bool forwarder_cache_walk_next(struct forwarder_cache *cache, uint64_t now_ns,
                               struct forwarder_topic *ret_topic,
                               struct forwarder_cached *ret_cached)
{
    ret_topic->size = 0;
    for (int i = 0; i < FORWARDER_CACHE_WALK_STEPS_MAX; i++) {
        uint32_t number = cache->walk;
        struct place place = start_of(number);
        const struct entry *entry;

        if (number == 0 || is_after(entry_at(cache, number), cache->walk_ns))
            return false;
        entry = entry_at(cache, number);
        cache->walk = entry->newer;
        if (!look_at(cache, number, place, now_ns, ret_cached))
            continue;
        get_octets(cache, &place, ret_topic->octets, entry->topic_size);
        ret_cached->body_block = place.block;
        ret_cached->body_at = (uint8_t)place.at;
        ret_topic->size = entry->topic_size;
        ret_topic->hash = entry->hash;
        break;
    }
    return true;
}
