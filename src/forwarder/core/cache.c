/* Entries as chains of blocks, an index of their first ones, and the list that SIEVE walks. */
#include "forwarder/core/cache.h"

#include "base/prefetch.h"
#include "base/require.h"
#include "dns/octets.h"
#include "forwarder/core/letters.h"

#define NS_PER_S UINT64_C(1000000000)
/* An address of a name as most are. */
#define BLOCKS_OF_ENTRY 2
/* What an entry may take at most: an eighth of the cache. */
#define SHARE 8
#define WORN_TTL_S_MIN 10

enum entry_bit { ENTRY_ASKED = 1, ENTRY_FAILURE = 2, ENTRY_ERROR = 4, ENTRY_ALIAS = 8 };

/* The first octets of an entry's first block. */
struct entry {
    uint32_t next_block;
    uint32_t newer;
    uint32_t older;
    uint32_t hash;
    uint64_t kept_ns;
    uint32_t ttl_s;
    uint32_t rests_until_s; /* by its age */
    uint16_t flags;
    uint16_t counts[DNS_SECTIONS - 1];
    uint16_t ttls_count;
    uint16_t records_size;
    uint16_t error;
    uint8_t name_size; /* of its topic, which has FORWARDER_TOPIC_TAIL octets more */
    uint8_t bits;
};

_Static_assert(sizeof(struct entry) < FORWARDER_BLOCK_BYTES, "an entry begins in one block");
_Static_assert(DNS_NAME_SIZE_MAX <= UINT8_MAX, "the size of a name is one octet");

/* A place in the octets of an entry. */
struct place {
    uint32_t block;
    size_t at; /* in the block */
};

static struct entry *entry_at(const struct forwarder_cache *cache, uint32_t number)
{
    return (struct entry *)(void *)forwarder_blocks_at(&cache->blocks, number);
}

static size_t topic_size_of(const struct entry *entry)
{
    return entry->name_size + (size_t)FORWARDER_TOPIC_TAIL;
}

/* The next octets of an entry that stand in one block: at least one, at most `size`. */
static uint8_t *take_run(const struct forwarder_cache *cache, struct place *place, size_t size,
                         size_t *ret_size)
{
    uint8_t *at;

    if (place->at == FORWARDER_BLOCK_BYTES) {
        place->block = *forwarder_blocks_next(&cache->blocks, place->block);
        place->at = sizeof(uint32_t);
    }
    at = forwarder_blocks_at(&cache->blocks, place->block) + place->at;
    if (size > FORWARDER_BLOCK_BYTES - place->at)
        size = FORWARDER_BLOCK_BYTES - place->at;
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

/* How the storage is shared out: the index is full when the blocks are, where entries are as most
 * are. */
struct shares {
    uint32_t blocks;
    uint32_t buckets;
};

static struct shares shares_of(const struct forwarder_cache_config *config)
{
    size_t blocks = config->bytes / FORWARDER_BLOCK_BYTES;
    size_t per_bucket = BLOCKS_OF_ENTRY * FORWARDER_INDEX_FILL + 1;
    struct shares shares = { 0 };

    if (config->bytes == 0)
        return shares;
    REQUIRE(config->bytes >= FORWARDER_CACHE_BYTES_MIN);
    REQUIRE(config->bytes <= FORWARDER_CACHE_BYTES_MAX);
    shares.buckets = forwarder_index_buckets(blocks / per_bucket);
    shares.blocks = (uint32_t)(blocks - shares.buckets);
    return shares;
}

size_t forwarder_cache_slab_bytes(const struct forwarder_cache_config *config)
{
    struct shares shares = shares_of(config);

    return ((size_t)shares.blocks + shares.buckets) * FORWARDER_BLOCK_BYTES;
}

struct forwarder_cache_parts forwarder_cache_parts(const struct forwarder_cache *cache)
{
    struct shares shares = shares_of(&cache->config);

    return (struct forwarder_cache_parts){
        .blocks = bytes_of(cache->blocks.base, (size_t)shares.blocks * FORWARDER_BLOCK_BYTES),
        .index = bytes_of((const uint8_t *)cache->index.buckets,
                          (size_t)shares.buckets * FORWARDER_BLOCK_BYTES),
    };
}

void forwarder_cache_init(struct forwarder_cache *cache,
                          const struct forwarder_cache_config *config, void *slab)
{
    struct shares shares = shares_of(config);
    uint8_t *base = slab;

    *cache = (struct forwarder_cache){ .config = *config };
    if (shares.blocks == 0)
        return;
    cache->blocks = forwarder_blocks_init(base, shares.blocks);
    cache->index =
        forwarder_index_init(base + (size_t)shares.blocks * FORWARDER_BLOCK_BYTES, shares.buckets);
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
    forwarder_index_remove(&cache->index, &cache->blocks, entry_at(cache, number)->hash, number);
    leave_list(cache, number);
    forwarder_blocks_give(&cache->blocks, number);
    cache->entries -= 1;
}

/* Fetches the two blocks that most entries have, one behind the other. */
static void fetch(const struct forwarder_cache *cache, uint32_t number)
{
    const uint8_t *first = forwarder_blocks_at(&cache->blocks, number);

    prefetch(first);
    prefetch(first + FORWARDER_BLOCK_BYTES);
}

/* Fetches what it takes to let the next one leave: of the entry that the hand comes to, which was
 * fetched when the one before left, the bucket; and the entry that follows. */
static void fetch_next(const struct forwarder_cache *cache)
{
    uint32_t number = cache->hand != 0 ? cache->hand : cache->oldest;

    if (number == 0)
        return;
    prefetch(forwarder_index_bucket(&cache->index, entry_at(cache, number)->hash));
    if (entry_at(cache, number)->newer != 0)
        fetch(cache, entry_at(cache, number)->newer);
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
    fetch_next(cache);
}

/* The entry for a topic, and what stands behind its topic; 0 where there is none. */
static uint32_t find_number(const struct forwarder_cache *cache,
                            const struct forwarder_topic *topic, struct place *ret_body)
{
    struct forwarder_index_look look;
    uint32_t number;

    if (cache->blocks.max == 0)
        return 0;
    look = forwarder_index_look(&cache->index, (uint32_t)topic->hash);
    while (number = forwarder_index_next(&look, &cache->blocks), number != 0) {
        *ret_body = start_of(number);
        if (topic_size_of(entry_at(cache, number)) == topic->size &&
            has_octets(cache, ret_body, forwarder_topic_bytes(topic)))
            return number;
    }
    return 0;
}

void forwarder_cache_fetch_bucket(const struct forwarder_cache *cache,
                                  const struct forwarder_topic *topic)
{
    if (cache->blocks.max != 0)
        prefetch(forwarder_index_bucket(&cache->index, (uint32_t)topic->hash));
}

void forwarder_cache_fetch_entry(const struct forwarder_cache *cache,
                                 const struct forwarder_topic *topic)
{
    uint32_t number =
        cache->blocks.max == 0 ? 0 : forwarder_index_guess(&cache->index, (uint32_t)topic->hash);

    if (number != 0)
        fetch(cache, number);
}

/* How many blocks an entry takes. */
static size_t blocks_for(const struct forwarder_topic *topic, const struct forwarder_kept *kept)
{
    size_t first = FORWARDER_BLOCK_BYTES - sizeof(struct entry);
    size_t others = FORWARDER_BLOCK_BYTES - sizeof(uint32_t);
    size_t octets = topic->size + kept->ttls_count * sizeof(uint16_t) + kept->records.size;

    return octets <= first ? 1 : 1 + (octets - first + others - 1) / others;
}

/* A chain of so many blocks, for which there is room. */
static uint32_t take_chain(struct forwarder_cache *cache, size_t count)
{
    uint32_t first = forwarder_blocks_take(&cache->blocks);
    uint32_t last = first;

    for (size_t i = 1; i < count; i++) {
        uint32_t block = forwarder_blocks_take(&cache->blocks);

        *forwarder_blocks_next(&cache->blocks, last) = block;
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
        .name_size = (uint8_t)(topic->size - FORWARDER_TOPIC_TAIL),
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

    REQUIRE(kept->ttl_s > 0);
    if (number != 0)
        remove_entry(cache, number);
    if (blocks > cache->blocks.max / SHARE || kept->ttls_count > FORWARDER_CACHE_TTLS_MAX ||
        kept->records.size > FORWARDER_CACHE_BODY_MAX)
        return false;
    /* One more is for the index. */
    while (cache->blocks.max - cache->blocks.used < blocks + 1)
        evict(cache);
    number = take_chain(cache, blocks);
    fill_entry(cache, number, topic, kept);
    entry_at(cache, number)->kept_ns = now_ns;
    forwarder_index_add(&cache->index, &cache->blocks, (uint32_t)topic->hash, number);
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
        .is_failing = is_stale && entry->rests_until_s != 0 &&
                      age_s < (uint64_t)entry->rests_until_s + FORWARDER_CACHE_FAILING_S,
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
    if ((entry_at(cache, number)->bits & ENTRY_ASKED) == 0)
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

        get_octets(cache, &place, topic, topic_size_of(entry));
        if (is_in(bytes_of(topic, topic_size_of(entry) - (size_t)FORWARDER_TOPIC_TAIL),
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
        get_octets(cache, &place, ret_topic->octets, topic_size_of(entry));
        ret_cached->body_block = place.block;
        ret_cached->body_at = (uint8_t)place.at;
        ret_topic->size = (uint16_t)topic_size_of(entry);
        ret_topic->hash = entry->hash;
        break;
    }
    return true;
}
