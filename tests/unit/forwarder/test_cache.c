/* The cache by itself: what is put in comes out, aged, until its time is over or room is needed. */
#include "unit.h"

#include "base/cleanup.h"
#include "forwarder/core/cache.h"

#include <stdio.h>

#define NS_PER_S UINT64_C(1000000000)
#define BYTES FORWARDER_CACHE_BYTES_MIN

struct block {
    struct forwarder_cache cache;
    void *slab;
};

static void block_init(struct block *block, size_t bytes, uint32_t stale_s)
{
    struct forwarder_cache_config config = { .bytes = bytes, .stale_s = stale_s };

    block->slab = calloc(1, forwarder_cache_slab_bytes(&config) + 1);
    assert_non_null(block->slab);
    forwarder_cache_init(&block->cache, &config, block->slab);
}

static void block_done(struct block *block)
{
    free(block->slab);
}

static struct dns_name name_of(const char *text)
{
    struct dns_name name;

    assert_int_equal(dns_name_parse(bytes_of_text(text), &name).status, DNS_OK);
    return name;
}

/* The topic of a question for an address. */
static struct forwarder_topic topic_of(const char *name, uint16_t flags, bool dnssec_ok)
{
    struct forwarder_request request = { .flags = flags, .dnssec_ok = dnssec_ok };
    struct dns_question question = { .name = name_of(name), .type = 1, .class = 1 };
    struct forwarder_hash_key key = { { 1, 2 } };
    struct forwarder_topic topic;

    forwarder_topic_init(&topic, &request, &question, &key);
    return topic;
}

static struct forwarder_topic topic_number(unsigned int number)
{
    char name[32];

    (void)snprintf(name, sizeof(name), "n%u.example.test", number);
    return topic_of(name, 0, false);
}

/* An A record whose owner is the question. */
static const uint8_t record[] = { 0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1 };
static const uint16_t ttl_at[] = { 6 };

static struct forwarder_kept kept_for(uint32_t ttl_s)
{
    return (struct forwarder_kept){
        .ttl_s = ttl_s,
        .flags = DNS_FLAG_RA,
        .counts = { 0, 1, 0, 0 },
        .ttls_count = 1,
        .ttls = ttl_at,
        .records = bytes_of(record, sizeof(record)),
    };
}

static void what_is_kept_is_found_with_its_octets_and_less_ttl(void **state)
{
    CLEANUP(block_done) struct block block = { 0 };
    struct forwarder_topic topic = topic_of("example.test", 0, false);
    struct forwarder_topic same = topic_of("eXample.TEST", 0, false);
    struct forwarder_kept kept = kept_for(60);
    struct forwarder_cached cached = { 0 };
    uint8_t octets[64];
    struct byte_writer out = byte_writer_init(octets, sizeof(octets));

    (void)state;
    block_init(&block, BYTES, 0);
    assert_false(forwarder_cache_find(&block.cache, &topic, 0, &cached));
    assert_true(forwarder_cache_put(&block.cache, &topic, &kept, 5));
    assert_true(forwarder_cache_find(&block.cache, &same, 5 + 3 * NS_PER_S, &cached));
    assert_int_equal(cached.flags, DNS_FLAG_RA);
    assert_int_equal(cached.counts[DNS_ANSWER], 1);
    assert_int_equal(cached.age_s, 3);
    forwarder_cache_write(&block.cache, &cached, 30, &out);
    assert_int_equal(out.position, sizeof(record));
    assert_int_equal(octets[9], 57);
    octets[9] = 60;
    assert_memory_equal(octets, record, sizeof(record));
}

/* How many octets of a full cache each answer takes, all counted. */
static size_t octets_each(const struct forwarder_kept *kept)
{
    CLEANUP(block_done) struct block block = { 0 };
    unsigned int count = 0;

    block_init(&block, 1U << 20, 0);
    while (block.cache.evicted == 0) {
        struct forwarder_topic topic = topic_number(count);

        assert_true(forwarder_cache_put(&block.cache, &topic, kept, 0));
        count += 1;
    }
    return (1U << 20) / count;
}

static void an_address_takes_at_most_a_hundred_and_fifty_octets(void **state)
{
    struct forwarder_kept kept = kept_for(60);

    (void)state;
    assert_true(octets_each(&kept) <= 150);
}

static void a_large_answer_takes_at_most_one_and_a_half_of_its_message(void **state)
{
    static uint8_t const octets[40 * sizeof(record)] = { 0 };
    uint16_t ttls[40];
    struct forwarder_kept kept = kept_for(60);

    (void)state;
    for (uint16_t i = 0; i < 40; i++)
        ttls[i] = (uint16_t)(i * sizeof(record) + ttl_at[0]);
    kept.ttls = ttls;
    kept.ttls_count = 40;
    kept.records = bytes_of(octets, sizeof(octets));
    /* Header, n….example.test with type and class, records. */
    assert_true(octets_each(&kept) * 2 <= 3 * (12 + 24 + sizeof(octets)));
}

static void each_second_of_age_counts_and_at_the_end_it_is_gone(void **state)
{
    CLEANUP(block_done) struct block block = { 0 };
    struct forwarder_topic topic = topic_of("example.test", 0, false);
    struct forwarder_kept kept = kept_for(60);
    struct forwarder_cached cached = { 0 };

    (void)state;
    block_init(&block, BYTES, 0);
    assert_true(forwarder_cache_put(&block.cache, &topic, &kept, 7));
    assert_true(forwarder_cache_find(&block.cache, &topic, 7 + 60 * NS_PER_S - 1, &cached));
    assert_int_equal(cached.age_s, 59);
    assert_true(cached.is_worn);
    assert_false(forwarder_cache_find(&block.cache, &topic, 7 + 60 * NS_PER_S, &cached));
    assert_int_equal(block.cache.entries, 0);
    assert_int_equal(block.cache.blocks.used, 0);
}

static void a_stale_entry_is_found_as_long_as_it_may_with_the_ttl_that_is_asked_for(void **state)
{
    CLEANUP(block_done) struct block block = { 0 };
    struct forwarder_topic topic = topic_of("example.test", 0, false);
    struct forwarder_kept kept = kept_for(60);
    struct forwarder_cached cached = { 0 };
    uint8_t octets[64];
    struct byte_writer out = byte_writer_init(octets, sizeof(octets));

    (void)state;
    block_init(&block, BYTES, 10);
    assert_true(forwarder_cache_put(&block.cache, &topic, &kept, 0));
    assert_true(forwarder_cache_find(&block.cache, &topic, 69 * NS_PER_S, &cached));
    assert_true(cached.is_stale);
    assert_false(cached.is_resting);
    forwarder_cache_write(&block.cache, &cached, 30, &out);
    assert_int_equal(octets[9], 30);
    assert_false(forwarder_cache_find(&block.cache, &topic, 70 * NS_PER_S, &cached));
}

static void a_stale_entry_rests_after_a_failure(void **state)
{
    CLEANUP(block_done) struct block block = { 0 };
    struct forwarder_topic topic = topic_of("example.test", 0, false);
    struct forwarder_kept kept = kept_for(60);
    struct forwarder_cached cached = { 0 };

    (void)state;
    block_init(&block, BYTES, 100);
    assert_true(forwarder_cache_put(&block.cache, &topic, &kept, 0));
    assert_true(forwarder_cache_find(&block.cache, &topic, 61 * NS_PER_S, &cached));
    forwarder_cache_rest(&block.cache, &cached, 30);
    assert_true(forwarder_cache_find(&block.cache, &topic, 90 * NS_PER_S, &cached));
    assert_true(cached.is_resting);
    assert_true(cached.is_failing);
    assert_true(forwarder_cache_find(&block.cache, &topic, 91 * NS_PER_S, &cached));
    assert_false(cached.is_resting);
    assert_true(cached.is_failing);
    assert_true(forwarder_cache_find(&block.cache, &topic, 115 * NS_PER_S, &cached));
    assert_true(cached.is_failing);
    assert_true(forwarder_cache_find(&block.cache, &topic, 116 * NS_PER_S, &cached));
    assert_false(cached.is_failing);
}

static void a_failure_is_never_stale(void **state)
{
    CLEANUP(block_done) struct block block = { 0 };
    struct forwarder_topic topic = topic_of("example.test", 0, false);
    struct forwarder_kept kept = { .ttl_s = 5, .flags = 2, .is_failure = true };
    struct forwarder_cached cached = { 0 };

    (void)state;
    block_init(&block, BYTES, 100);
    assert_true(forwarder_cache_put(&block.cache, &topic, &kept, 0));
    assert_true(forwarder_cache_find(&block.cache, &topic, 4 * NS_PER_S, &cached));
    assert_true(cached.is_failure);
    assert_false(forwarder_cache_find(&block.cache, &topic, 5 * NS_PER_S, &cached));
}

static void do_cd_and_ad_are_kept_apart(void **state)
{
    static const struct {
        uint16_t flags;
        bool dnssec_ok;
    } rows[] = {
        { 0, false },          { DNS_FLAG_CD, false }, { 0, true },
        { DNS_FLAG_CD, true }, { DNS_FLAG_AD, false }, { DNS_FLAG_AD | DNS_FLAG_CD, false }
    };
    CLEANUP(block_done) struct block block = { 0 };
    struct forwarder_kept kept = kept_for(60);
    struct forwarder_cached cached = { 0 };
    struct forwarder_topic topic;

    (void)state;
    block_init(&block, BYTES, 0);
    for (size_t i = 0; i < ROWS(rows); i++) {
        topic = topic_of("example.test", rows[i].flags, rows[i].dnssec_ok);
        assert_false(forwarder_cache_find(&block.cache, &topic, 0, &cached));
        assert_true(forwarder_cache_put(&block.cache, &topic, &kept, 0));
        assert_true(forwarder_cache_find(&block.cache, &topic, 0, &cached));
    }
    topic = topic_of("example.test", DNS_FLAG_AD, true);
    assert_true(forwarder_cache_find(&block.cache, &topic, 0, &cached));
}

static void a_new_answer_takes_the_place_of_the_old_one(void **state)
{
    CLEANUP(block_done) struct block block = { 0 };
    struct forwarder_topic topic = topic_of("example.test", 0, false);
    struct forwarder_kept kept = kept_for(60);
    struct forwarder_cached cached = { 0 };
    uint32_t used;

    (void)state;
    block_init(&block, BYTES, 0);
    assert_true(forwarder_cache_put(&block.cache, &topic, &kept, 0));
    used = block.cache.blocks.used;
    assert_true(forwarder_cache_put(&block.cache, &topic, &kept, 50 * NS_PER_S));
    assert_true(forwarder_cache_find(&block.cache, &topic, 70 * NS_PER_S, &cached));
    assert_int_equal(cached.age_s, 20);
    assert_int_equal(block.cache.entries, 1);
    assert_int_equal(block.cache.blocks.used, used);
}

static void what_is_asked_for_again_survives_a_scan(void **state)
{
    CLEANUP(block_done) struct block block = { 0 };
    struct forwarder_kept kept = kept_for(60);
    struct forwarder_cached cached = { 0 };
    unsigned int found = 0;

    (void)state;
    block_init(&block, BYTES, 0);
    for (unsigned int i = 0; i < 100; i++) {
        struct forwarder_topic topic = topic_number(i);

        assert_true(forwarder_cache_put(&block.cache, &topic, &kept, 0));
    }
    for (unsigned int i = 1000; i < 11000; i++) {
        struct forwarder_topic popular = topic_number(i % 100);
        struct forwarder_topic topic = topic_number(i);

        if (forwarder_cache_find(&block.cache, &popular, 0, &cached))
            found += 1;
        else
            assert_true(forwarder_cache_put(&block.cache, &popular, &kept, 0));
        assert_true(forwarder_cache_put(&block.cache, &topic, &kept, 0));
    }
    assert_true(block.cache.evicted > 9000);
    assert_true(found > 9800);
}

static void a_full_cache_has_no_more_octets_than_it_may(void **state)
{
    CLEANUP(block_done) struct block block = { 0 };
    static uint8_t const octets[4000] = { 0 };

    (void)state;
    block_init(&block, BYTES, 0);
    assert_true(forwarder_cache_slab_bytes(&block.cache.config) <= BYTES);
    for (unsigned int i = 0; i < 5000; i++) {
        struct forwarder_topic topic = topic_number(i);
        struct forwarder_kept kept = { .ttl_s = 9, .records = bytes_of(octets, i * 37 % 4000) };

        assert_true(forwarder_cache_put(&block.cache, &topic, &kept, 0));
        assert_true((size_t)block.cache.blocks.used * FORWARDER_BLOCK_BYTES <= BYTES);
    }
    assert_true(block.cache.entries > 10);
}

static void what_would_take_more_than_an_eighth_is_not_kept(void **state)
{
    CLEANUP(block_done) struct block block = { 0 };
    static const uint8_t octets[FORWARDER_CACHE_BODY_MAX] = { 0 };
    struct forwarder_topic topic = topic_of("example.test", 0, false);
    struct forwarder_kept kept = { .ttl_s = 9, .records = bytes_of(octets, sizeof(octets)) };

    (void)state;
    block_init(&block, BYTES, 0);
    assert_false(forwarder_cache_put(&block.cache, &topic, &kept, 0));
    assert_int_equal(block.cache.blocks.used, 0);
}

static void a_cache_of_no_octets_keeps_nothing(void **state)
{
    CLEANUP(block_done) struct block block = { 0 };
    struct forwarder_topic topic = topic_of("example.test", 0, false);
    struct forwarder_kept kept = kept_for(60);
    struct forwarder_cached cached = { 0 };

    (void)state;
    block_init(&block, 0, 0);
    assert_int_equal(forwarder_cache_slab_bytes(&block.cache.config), 0);
    assert_false(forwarder_cache_put(&block.cache, &topic, &kept, 0));
    assert_false(forwarder_cache_find(&block.cache, &topic, 0, &cached));
}

static void a_name_or_a_tree_can_be_flushed(void **state)
{
    static const char *const names[] = { "test", "a.test", "b.a.test", "aa.test", "a.other" };
    CLEANUP(block_done) struct block block = { 0 };
    struct forwarder_kept kept = kept_for(60);
    struct forwarder_cached cached = { 0 };
    struct dns_name name = name_of("A.test");
    struct forwarder_topic topic;

    (void)state;
    block_init(&block, BYTES, 0);
    for (size_t i = 0; i < ROWS(names); i++) {
        topic = topic_of(names[i], 0, i % 2 == 1);
        assert_true(forwarder_cache_put(&block.cache, &topic, &kept, 0));
    }
    assert_int_equal(forwarder_cache_flush_name(&block.cache, &name), 1);
    assert_int_equal(forwarder_cache_flush_tree(&block.cache, &name), 1);
    assert_int_equal(block.cache.entries, 3);
    topic = topic_of("aa.test", 0, true);
    assert_true(forwarder_cache_find(&block.cache, &topic, 0, &cached));
    name = dns_name_root();
    assert_int_equal(forwarder_cache_flush_tree(&block.cache, &name), 3);
    assert_int_equal(block.cache.blocks.used, 0);
}

static void a_walk_goes_on_while_entries_leave_and_come(void **state)
{
    CLEANUP(block_done) struct block block = { 0 };
    struct forwarder_kept kept = kept_for(60);
    struct forwarder_topic topic;
    struct forwarder_cached cached;
    unsigned int seen = 0;

    (void)state;
    block_init(&block, BYTES, 0);
    for (unsigned int i = 0; i < 6; i++) {
        topic = topic_number(i);
        assert_true(forwarder_cache_put(&block.cache, &topic, &kept, i * NS_PER_S));
    }
    forwarder_cache_walk_begin(&block.cache, 10 * NS_PER_S);
    while (forwarder_cache_walk_next(&block.cache, 12 * NS_PER_S, &topic, &cached)) {
        struct dns_name next = name_of("n1.example.test");
        struct forwarder_topic late = topic_number(100 + seen);
        struct forwarder_topic expected = topic_number(seen == 0 ? 0 : seen + 1);

        assert_true(bytes_equal(forwarder_topic_bytes(&topic), forwarder_topic_bytes(&expected)));
        assert_int_equal(cached.ttl_s, 60);
        (void)forwarder_cache_flush_name(&block.cache, &next);
        assert_true(forwarder_cache_put(&block.cache, &late, &kept, 11 * NS_PER_S));
        seen += 1;
    }
    assert_int_equal(seen, 5);
    assert_int_equal(forwarder_cache_flush_all(&block.cache), 10);
    assert_int_equal(block.cache.blocks.used, 0);
}

static void siphash_depends_on_its_key_and_on_every_octet(void **state)
{
    struct forwarder_hash_key key = { { 1, 2 } };
    struct forwarder_hash_key other = { { 1, 3 } };
    uint8_t octets[32] = { 0 };
    uint64_t first = forwarder_hash(&key, bytes_of(octets, sizeof(octets)));

    (void)state;
    assert_true(forwarder_hash(&other, bytes_of(octets, sizeof(octets))) != first);
    assert_true(forwarder_hash(&key, bytes_of(octets, sizeof(octets) - 1)) != first);
    for (size_t i = 0; i < sizeof(octets); i++) {
        octets[i] = 1;
        assert_true(forwarder_hash(&key, bytes_of(octets, sizeof(octets))) != first);
        octets[i] = 0;
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_kept_is_found_with_its_octets_and_less_ttl),
    cmocka_unit_test(an_address_takes_at_most_a_hundred_and_fifty_octets),
    cmocka_unit_test(a_large_answer_takes_at_most_one_and_a_half_of_its_message),
    cmocka_unit_test(each_second_of_age_counts_and_at_the_end_it_is_gone),
    cmocka_unit_test(a_stale_entry_is_found_as_long_as_it_may_with_the_ttl_that_is_asked_for),
    cmocka_unit_test(a_stale_entry_rests_after_a_failure),
    cmocka_unit_test(a_failure_is_never_stale),
    cmocka_unit_test(do_cd_and_ad_are_kept_apart),
    cmocka_unit_test(a_new_answer_takes_the_place_of_the_old_one),
    cmocka_unit_test(what_is_asked_for_again_survives_a_scan),
    cmocka_unit_test(a_full_cache_has_no_more_octets_than_it_may),
    cmocka_unit_test(what_would_take_more_than_an_eighth_is_not_kept),
    cmocka_unit_test(a_cache_of_no_octets_keeps_nothing),
    cmocka_unit_test(a_name_or_a_tree_can_be_flushed),
    cmocka_unit_test(a_walk_goes_on_while_entries_leave_and_come),
    cmocka_unit_test(siphash_depends_on_its_key_and_on_every_octet),
};
RUN_TESTS(tests)
