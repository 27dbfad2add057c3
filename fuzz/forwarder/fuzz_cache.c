/*
 * Property: the cache gives for each topic the answer that was put last and no other, octet by
 * octet but for TTLs that are less by its age, as long as its time (and what is allowed for stale
 * ones) lasts and never longer; what it has forgotten before that, it had no room for. It never has
 * more octets than it may, and its account of entries and blocks is that of a plain list.
 *
 * The input is a history of steps: an octet says what happens and to which of some topics. There is
 * a crowd of other topics besides, which are put and looked for many at a time: so many that the
 * buckets of the index are split, and have more lines than one.
 *
 * Covers: src/forwarder/core/cache.c 90%, src/forwarder/core/blocks.c 90%,
 *         src/forwarder/core/hash.c 90%, src/forwarder/core/index.c 95%
 */
#include "forwarder/core/cache.h"
#include "fuzz/target.h"

#define TOPICS 32
#define CROWD 512
#define CROWD_AT_ONCE 64
#define NS_PER_S UINT64_C(1000000000)
#define STEPS_MAX 2000

/* What is known of a topic. */
struct known {
    struct forwarder_topic topic;
    struct dns_name name;
    bool is_there;
    bool is_failure;
    uint64_t at_ns;
    uint32_t ttl_s;
    size_t size;
    uint8_t records[FORWARDER_CACHE_BODY_MAX];
};

/* What is known of a topic in the crowd, whose answer is one TTL. */
struct member {
    bool is_there;
    uint8_t ttl_s;
    uint64_t at_ns;
};

struct history {
    struct byte_reader in;
    struct forwarder_hash_key key;
    bool has_one_bucket; /* all hashes are the same */
    struct forwarder_cache cache;
    void *slab;
    uint64_t now_ns;
    uint8_t filler;
    struct known known[TOPICS];
    struct member crowd[CROWD];
    uint32_t crowd_count; /* of those that are there */
    uint8_t out[FORWARDER_CACHE_BODY_MAX];
};

static uint8_t take(struct history *history)
{
    uint8_t octet = 0;

    (void)read_u8(&history->in, &octet);
    return octet;
}

/* Topic 2i has the name a.x…, and 2i + 1 that of which it is below, x…; they have many lengths,
 * since the hash of a name takes eight octets at a time, and then the rest. */
static void begin(struct history *history)
{
    uint8_t stale_s = take(history);
    struct forwarder_cache_config config = { FORWARDER_CACHE_BYTES_MIN, stale_s % 32U };

    history->key = (struct forwarder_hash_key){ { stale_s, 1 } };
    history->has_one_bucket = stale_s >= 128;
    for (uint8_t i = 0; i < TOPICS; i++) {
        uint8_t name[2 + 1 + TOPICS / 2 + 1] = { 1, 'a', (uint8_t)(1 + i / 2) };
        size_t start = i % 2 == 0 ? 0 : 2;
        size_t size = 3U + name[2] + 1U;
        struct dns_question question = { .type = 1, .class = 1 };
        struct forwarder_request request = { 0 };

        memset(name + 3, 'a' + i / 2, name[2]);
        question.name.size = (uint8_t)(size - start);
        memcpy(question.name.octets, name + start, size - start);
        forwarder_topic_init(&history->known[i].topic, &request, &question, &history->key);
        if (history->has_one_bucket)
            history->known[i].topic.hash = stale_s;
        history->known[i].name = question.name;
    }
    history->slab = calloc(1, forwarder_cache_slab_bytes(&config));
    fuzz_require(history->slab != NULL);
    forwarder_cache_init(&history->cache, &config, history->slab);
}

/* Puts an answer of the size and with the places of TTLs that the input says. */
static void step_put(struct history *history, struct known *known)
{
    uint16_t ttls[8];
    size_t size = ((size_t)take(history) << 8 | take(history)) % (FORWARDER_CACHE_BODY_MAX + 1);
    uint8_t ttl = take(history);
    struct forwarder_kept kept = {
        .ttl_s = 1 + ttl % 64U,
        .counts = { 0, 1, 2, 3 },
        .is_failure = ttl >= 192,
        .ttls = ttls,
        .ttls_count = (uint16_t)(size / 16 < 8 ? size / 16 : 8),
    };

    history->filler += 1;
    memset(known->records, history->filler, size);
    for (uint16_t i = 0; i < kept.ttls_count; i++) {
        ttls[i] = (uint16_t)(i * 16);
        memset(known->records + ttls[i], 0, 3);
        known->records[ttls[i] + 3] = (uint8_t)kept.ttl_s;
    }
    kept.records = bytes_of(known->records, size);
    known->is_there = forwarder_cache_put(&history->cache, &known->topic, &kept, history->now_ns);
    known->is_failure = kept.is_failure;
    known->at_ns = history->now_ns;
    known->ttl_s = kept.ttl_s;
    known->size = size;
}

static void check_records(struct history *history, struct known *known,
                          const struct forwarder_cached *cached)
{
    struct byte_writer out = byte_writer_init(history->out, sizeof(history->out));

    fuzz_require(cached->counts[1] == 1 && cached->counts[2] == 2 && cached->counts[3] == 3);
    fuzz_require(cached->records_size == known->size);
    forwarder_cache_write(&history->cache, cached, 30, &out);
    fuzz_require(out.position == known->size);
    for (size_t i = 0; i < 8 && (i + 1) * 16 <= known->size; i++) {
        uint8_t *ttl = history->out + i * 16;

        fuzz_require(ttl[3] == (cached->is_stale ? 30 : known->ttl_s - cached->age_s));
        ttl[3] = (uint8_t)known->ttl_s;
    }
    fuzz_require(memcmp(history->out, known->records, known->size) == 0);
}

static void step_find(struct history *history, struct known *known)
{
    uint64_t age_s = (history->now_ns - known->at_ns) / NS_PER_S;
    uint64_t end_s =
        known->ttl_s + (known->is_failure ? UINT64_C(0) : history->cache.config.stale_s);
    struct forwarder_cached cached;
    bool is_found = forwarder_cache_find(&history->cache, &known->topic, history->now_ns, &cached);

    if (!is_found) {
        fuzz_require(!known->is_there || age_s >= end_s || history->cache.evicted > 0);
        known->is_there = false;
        return;
    }
    fuzz_require(known->is_there);
    fuzz_require(age_s < end_s);
    fuzz_require(cached.is_stale == (age_s >= known->ttl_s));
    fuzz_require(cached.age_s == age_s);
    fuzz_require(cached.is_failure == known->is_failure);
    check_records(history, known, &cached);
    if (cached.is_stale)
        forwarder_cache_rest(&history->cache, &cached, 3);
}

/* The topic of a member of the crowd: no other has a name that begins with a figure. */
static struct forwarder_topic topic_of(const struct history *history, size_t number)
{
    struct forwarder_request request = { 0 };
    struct dns_question question = {
        .name = { .size = 5,
                  .octets = { 3, '0', (uint8_t)('a' + number % 23),
                              (uint8_t)('a' + number / 23) } },
        .type = 1,
        .class = 1,
    };
    struct forwarder_topic topic;

    forwarder_topic_init(&topic, &request, &question, &history->key);
    if (history->has_one_bucket)
        topic.hash = history->key.halves[0];
    return topic;
}

/* Whose topic this is: a member's number, or CROWD for nobody's. */
static size_t member_of(const struct forwarder_topic *topic)
{
    if (topic->octets[0] != 3 || topic->octets[1] != '0')
        return CROWD;
    return (size_t)(topic->octets[2] - 'a') + 23 * (size_t)(topic->octets[3] - 'a');
}

static void set_there(struct history *history, struct member *member, bool is_there)
{
    history->crowd_count -= member->is_there;
    history->crowd_count += is_there;
    member->is_there = is_there;
}

/* One of the crowd gets an answer. */
static void put_member(struct history *history, size_t number, uint8_t how)
{
    struct member *member = &history->crowd[number];
    struct forwarder_topic topic = topic_of(history, number);
    uint8_t record[4] = { 0, 0, 0, (uint8_t)(1 + (number + how) % 64) };
    uint16_t ttl_at = 0;
    struct forwarder_kept kept = {
        .ttl_s = record[3],
        .counts = { 0, 1, 2, 3 },
        .ttls = &ttl_at,
        .ttls_count = 1,
        .records = bytes_of(record, sizeof(record)),
    };

    fuzz_require(forwarder_cache_put(&history->cache, &topic, &kept, history->now_ns));
    member->at_ns = history->now_ns;
    member->ttl_s = record[3];
    set_there(history, member, true);
}

static void check_member(struct history *history, const struct member *member,
                         const struct forwarder_cached *cached)
{
    struct byte_writer out = byte_writer_init(history->out, sizeof(history->out));

    fuzz_require(member->is_there && cached->records_size == 4 && cached->ttl_s == member->ttl_s);
    fuzz_require(cached->age_s == (history->now_ns - member->at_ns) / NS_PER_S);
    forwarder_cache_write(&history->cache, cached, 30, &out);
    fuzz_require(out.position == 4 && history->out[0] + history->out[1] + history->out[2] == 0);
    fuzz_require(history->out[3] == (cached->is_stale ? 30 : member->ttl_s - cached->age_s));
}

/* One of the crowd is looked for. */
static void find_member(struct history *history, size_t number)
{
    struct member *member = &history->crowd[number];
    struct forwarder_topic topic = topic_of(history, number);
    uint64_t age_s = (history->now_ns - member->at_ns) / NS_PER_S;
    bool is_over = age_s >= member->ttl_s + history->cache.config.stale_s;
    struct forwarder_cached cached;

    forwarder_cache_fetch_bucket(&history->cache, &topic);
    forwarder_cache_fetch_entry(&history->cache, &topic);
    if (forwarder_cache_find(&history->cache, &topic, history->now_ns, &cached)) {
        fuzz_require(!is_over);
        check_member(history, member, &cached);
        return;
    }
    fuzz_require(!member->is_there || is_over || history->cache.evicted > 0);
    set_there(history, member, false);
}

/* Some of the crowd get an answer, or are looked for. */
static void step_crowd(struct history *history, size_t first, bool is_put)
{
    uint8_t how = take(history);

    for (size_t i = 0; i <= how % CROWD_AT_ONCE; i++) {
        if (is_put)
            put_member(history, (first + i) % CROWD, how);
        else
            find_member(history, (first + i) % CROWD);
    }
}

/* A name, or it and all below it, is flushed. */
static void step_flush(struct history *history, struct known *known, bool is_tree)
{
    uint32_t before = history->cache.entries;
    uint32_t removed = is_tree ? forwarder_cache_flush_tree(&history->cache, &known->name)
                               : forwarder_cache_flush_name(&history->cache, &known->name);
    size_t place = (size_t)(known - history->known);

    fuzz_require(removed == before - history->cache.entries);
    known->is_there = false;
    if (is_tree && place % 2 == 1)
        history->known[place - 1].is_there = false;
}

/* A walk comes to every entry once that can still be found, the oldest first. */
static void check_walk(struct history *history)
{
    struct forwarder_topic topic;
    struct forwarder_cached cached;
    uint32_t seen = 0;
    uint64_t last_ns = 0;
    uint64_t at_ns;

    forwarder_cache_walk_begin(&history->cache, history->now_ns);
    while (forwarder_cache_walk_next(&history->cache, history->now_ns, &topic, &cached)) {
        size_t i = 0;

        if (topic.size == 0)
            continue;
        while (i < TOPICS && !bytes_equal(forwarder_topic_bytes(&topic),
                                          forwarder_topic_bytes(&history->known[i].topic)))
            i += 1;
        if (i < TOPICS) {
            fuzz_require(history->known[i].is_there);
            at_ns = history->known[i].at_ns;
            check_records(history, &history->known[i], &cached);
        } else {
            fuzz_require(member_of(&topic) < CROWD);
            at_ns = history->crowd[member_of(&topic)].at_ns;
            check_member(history, &history->crowd[member_of(&topic)], &cached);
        }
        fuzz_require(at_ns >= last_ns);
        last_ns = at_ns;
        seen += 1;
    }
    fuzz_require(seen <= history->cache.entries);
}

static void check_account(const struct history *history)
{
    uint32_t there = history->crowd_count;

    for (size_t i = 0; i < TOPICS; i++)
        there += history->known[i].is_there;
    fuzz_require(history->cache.entries <= there);
    fuzz_require(history->cache.evicted > 0 || history->cache.entries == there);
    fuzz_require((size_t)history->cache.blocks.used * FORWARDER_BLOCK_BYTES <=
                 history->cache.config.bytes);
    fuzz_require((history->cache.entries == 0) == (history->cache.blocks.used == 0));
}

static void step(struct history *history, uint8_t octet)
{
    struct known *known = &history->known[octet / 8];

    switch (octet % 8) {
    case 0:
        step_put(history, known);
        break;
    case 1:
        step_crowd(history, octet / 8U * (CROWD / TOPICS), true);
        break;
    case 2:
        step_find(history, known);
        break;
    case 3:
        step_crowd(history, octet / 8U * (CROWD / TOPICS), false);
        break;
    case 4:
    case 5:
        history->now_ns += octet / 8U * NS_PER_S / 2;
        break;
    case 6:
        step_flush(history, known, false);
        break;
    default:
        step_flush(history, known, true);
        break;
    }
    check_account(history);
}

FUZZ_TARGET(input)
{
    struct history *history = calloc(1, sizeof(*history));

    fuzz_require(history != NULL);
    history->in = byte_reader_init(input);
    begin(history);
    for (int i = 0; i < STEPS_MAX && !byte_reader_is_done(&history->in); i++)
        step(history, take(history));
    check_walk(history);
    fuzz_require(forwarder_cache_flush_all(&history->cache) <= TOPICS + CROWD);
    fuzz_require(history->cache.blocks.used == 0 && history->cache.entries == 0);
    free(history->slab);
    free(history);
}
