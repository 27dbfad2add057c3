/* Another size while queries wait, and answers are kept. */
#include "fixture.h"

/* A fixture with a cache. */
static struct forwarder_config begin(struct fixture *fixture, uint32_t queries_max)
{
    struct forwarder_config config = fixture_config(fixture, queries_max);

    config.client_queries_max = queries_max;
    config.cache.bytes = FORWARDER_CACHE_BYTES_MIN;
    config.keep = (struct forwarder_keep_limits){ 0, 600, 600, 5 };
    fixture_begin(fixture, &config);
    return config;
}

/* Goes on in another size; gives the slab before, which is to be freed. */
static void *resize(struct fixture *fixture, struct forwarder_config *config, uint32_t queries_max,
                    size_t cache_bytes)
{
    void *before = fixture->slab;

    config->queries_max = queries_max;
    config->waiters_max = 2 * queries_max;
    config->cache.bytes = cache_bytes;
    assert_true(forwarder_has_other_size(&fixture->forwarder, config));
    assert_true(forwarder_can_resize(&fixture->forwarder, config));
    fixture->slab = calloc(1, forwarder_resize_bytes(&fixture->forwarder, config));
    assert_non_null(fixture->slab);
    forwarder_resize(&fixture->forwarder, config, fixture->slab);
    assert_false(forwarder_has_other_size(&fixture->forwarder, config));
    assert_true(forwarder_reconfigure(&fixture->forwarder, config));
    return before;
}

/* Moves all that is to be moved, and frees where it was. */
static void settle(struct fixture *fixture, void *before)
{
    while (forwarder_move_answers(&fixture->forwarder, 1, fixture->now_ns)) {
    }
    free(before);
}

/* Where a query went, and under what id. */
struct sent {
    struct forwarder_path path;
    uint16_t id;
};

static struct sent ask(struct fixture *fixture, unsigned int number)
{
    struct fixture_message query = fixture_query_number(fixture, number);
    struct forwarder_path path = fixture_ask(fixture, &query).path;

    return (struct sent){ path, fixture_header(fixture->batch->at[0].payload).id };
}

static void reply(struct fixture *fixture, const struct sent *sent, unsigned int number)
{
    struct fixture_message message = fixture_query_number(fixture, number);

    message.id = sent->id;
    message.flags = DNS_FLAG_QR | DNS_FLAG_RD | DNS_FLAG_RA;
    message.type = DNS_TYPE_A;
    fixture_receive(fixture, &sent->path, fixture_build(fixture, &message));
}

/* Gives the cache a TXT record of a number's name. */
static void keep(struct fixture *fixture, unsigned int number)
{
    struct fixture_message query = fixture_query_number(fixture, number);
    struct forwarder_path path;

    query.type = DNS_TYPE_TXT;
    path = fixture_ask(fixture, &query).path;
    query.id = fixture_header(fixture->batch->at[0].payload).id;
    query.flags = DNS_FLAG_QR | DNS_FLAG_RD | DNS_FLAG_RA;
    query.records = 1;
    fixture_receive(fixture, &path, fixture_build(fixture, &query));
}

/* Whether the cache answers for a number's name. */
static bool is_kept(struct fixture *fixture, unsigned int number)
{
    uint64_t cached = fixture_count(fixture, FORWARDER_COUNT_queries_cached);
    struct fixture_message query = fixture_query_number(fixture, number);
    struct forwarder_path client = fixture_client(100);

    query.type = DNS_TYPE_TXT;
    fixture_receive(fixture, &client, fixture_build(fixture, &query));
    return fixture_count(fixture, FORWARDER_COUNT_queries_cached) == cached + 1;
}

static void queries_that_wait_are_answered_whatever_the_size_becomes(void **state)
{
    static const uint32_t sizes[] = { 64, 8, 3, 1, 1000 };
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config;
    struct sent sent[8];

    (void)state;
    config = begin(&fixture, 16);
    for (unsigned int i = 0; i < 8; i++)
        sent[i] = ask(&fixture, i);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        settle(&fixture, resize(&fixture, &config, sizes[i], FORWARDER_CACHE_BYTES_MIN));
        assert_int_equal(forwarder_waiting(&fixture.forwarder), 8);
        assert_int_equal(forwarder_clients_waiting(&fixture.forwarder), 8);
    }
    for (unsigned int i = 0; i < 8; i++) {
        reply(&fixture, &sent[i], i);
        assert_int_equal(fixture_answer(&fixture, 100).header.id, i);
    }
    assert_int_equal(forwarder_waiting(&fixture.forwarder), 0);
}

static void with_more_waiting_than_may_one_more_is_one_too_many(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config;
    struct forwarder_path client = fixture_client(101);
    struct fixture_message query;
    struct sent sent[3];

    (void)state;
    config = begin(&fixture, 16);
    for (unsigned int i = 0; i < 3; i++)
        sent[i] = ask(&fixture, i);
    settle(&fixture, resize(&fixture, &config, 1, FORWARDER_CACHE_BYTES_MIN));
    query = fixture_query_number(&fixture, 3);
    fixture_receive(&fixture, &client, fixture_build(&fixture, &query));
    assert_int_equal(fixture_answer(&fixture, 101).header.flags & 15, DNS_RCODE_SERVFAIL);
    for (unsigned int i = 0; i < 3; i++)
        reply(&fixture, &sent[i], i);
    (void)ask(&fixture, 4);
    assert_int_equal(forwarder_waiting(&fixture.forwarder), 1);
}

static void a_query_keeps_its_time_and_who_joins_it(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config;
    struct forwarder_path client = fixture_client(101);
    struct fixture_message query;
    uint64_t deadline_ns;

    (void)state;
    config = begin(&fixture, 16);
    (void)ask(&fixture, 1);
    deadline_ns = forwarder_deadline_ns(&fixture.forwarder);
    settle(&fixture, resize(&fixture, &config, 32, FORWARDER_CACHE_BYTES_MIN));
    assert_int_equal(forwarder_deadline_ns(&fixture.forwarder), deadline_ns);
    query = fixture_query_number(&fixture, 1);
    fixture_receive(&fixture, &client, fixture_build(&fixture, &query));
    assert_int_equal(fixture.batch->count, 0);
    assert_int_equal(forwarder_waiting(&fixture.forwarder), 1);
    assert_int_equal(forwarder_clients_waiting(&fixture.forwarder), 2);
    while (forwarder_waiting(&fixture.forwarder) > 0)
        fixture_wait(&fixture, FIXTURE_ATTEMPT_NS);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_answers_timed_out), 2);
}

static void a_client_has_as_many_places_as_before(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config;
    struct forwarder_path client = fixture_client(100);
    struct fixture_message query;

    (void)state;
    config = begin(&fixture, 16);
    (void)ask(&fixture, 1);
    (void)ask(&fixture, 2);
    config.client_queries_max = 2;
    settle(&fixture, resize(&fixture, &config, 32, FORWARDER_CACHE_BYTES_MIN));
    query = fixture_query_number(&fixture, 3);
    fixture_receive(&fixture, &client, fixture_build(&fixture, &query));
    assert_int_equal(fixture_answer(&fixture, 100).header.flags & 15, DNS_RCODE_SERVFAIL);
}

static void replies_are_found_when_the_number_of_streams_changes(void **state)
{
    static const uint32_t sizes[][2] = { { 16, 3 * FORWARDER_IDS_USED_MAX },
                                         { 3 * FORWARDER_IDS_USED_MAX, 16 } };

    (void)state;
    for (size_t row = 0; row < 2; row++) {
        CLEANUP(fixture_done) struct fixture fixture;
        struct forwarder_config config = begin(&fixture, sizes[row][0]);
        struct sent sent[8];
        void *before;

        for (unsigned int i = 0; i < 8; i++) {
            fixture.now_ns += 1; /* each on a lane of its own */
            sent[i] = ask(&fixture, i);
        }
        before = resize(&fixture, &config, sizes[row][1], FORWARDER_CACHE_BYTES_MIN);
        settle(&fixture, before);
        config.queries_max = sizes[row][0];
        reply(&fixture, &sent[0], 0);
        (void)fixture_answer(&fixture, 100);
        assert_false(forwarder_can_resize(&fixture.forwarder, &config));
        for (unsigned int i = 1; i < 8; i++) {
            reply(&fixture, &sent[i], i);
            (void)fixture_answer(&fixture, 100);
        }
        assert_true(forwarder_can_resize(&fixture.forwarder, &config));
    }
}

static void a_query_on_a_stream_is_answered_there_and_hears_of_its_end(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config = fixture_config(&fixture, 3 * FORWARDER_IDS_USED_MAX);
    struct sent sent[2];

    (void)state;
    config.transports[0] = FORWARDER_OVER_TCP;
    config.upstreams_count = 1;
    fixture_begin(&fixture, &config);
    for (unsigned int i = 0; i < 2; i++) {
        do {
            fixture.now_ns += 1;
            sent[i] = ask(&fixture, i);
            if (sent[i].path.socket != 2)
                reply(&fixture, &sent[i], i);
        } while (sent[i].path.socket != 2);
    }
    settle(&fixture, resize(&fixture, &config, 4, 0));
    reply(&fixture, &sent[0], 0);
    (void)fixture_answer(&fixture, 100);
    forwarder_batch_clear(fixture.batch);
    forwarder_fail(&fixture.forwarder, &(struct forwarder_failure){ 2, true, true }, fixture.now_ns,
                   fixture.batch);
    assert_int_equal(fixture.batch->count, 1);
    assert_int_equal(fixture_header(fixture.batch->at[0].payload).id, sent[1].id);
    sent[1].path = fixture.batch->at[0].path;
    reply(&fixture, &sent[1], 1);
    (void)fixture_answer(&fixture, 100);
}

static void answers_are_found_before_and_after_they_are_moved(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config;
    void *before;

    (void)state;
    config = begin(&fixture, 16);
    for (unsigned int i = 0; i < 10; i++)
        keep(&fixture, i);
    before = resize(&fixture, &config, 16, 4 * FORWARDER_CACHE_BYTES_MIN);
    assert_true(forwarder_is_moving(&fixture.forwarder));
    assert_false(forwarder_can_resize(&fixture.forwarder, &config));
    assert_int_equal(fixture.forwarder.cache.entries, 0);
    assert_true(is_kept(&fixture, 7)); /* moved, since it is asked for */
    assert_int_equal(fixture.forwarder.cache.entries, 1);
    assert_true(forwarder_move_answers(&fixture.forwarder, 5, fixture.now_ns));
    assert_int_equal(fixture.forwarder.cache.entries, 6);
    settle(&fixture, before);
    assert_int_equal(fixture.forwarder.cache.entries, 10);
    for (unsigned int i = 0; i < 10; i++)
        assert_true(is_kept(&fixture, i));
    assert_false(is_kept(&fixture, 10));
}

static void an_answer_is_good_for_as_long_as_before_it_was_moved(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config;

    (void)state;
    config = begin(&fixture, 16);
    keep(&fixture, 1); /* for a minute */
    fixture.now_ns += UINT64_C(10900000000);
    settle(&fixture, resize(&fixture, &config, 16, 2 * FORWARDER_CACHE_BYTES_MIN));
    fixture.now_ns += UINT64_C(49099999999);
    assert_true(is_kept(&fixture, 1));
    fixture.now_ns += 1;
    assert_false(is_kept(&fixture, 1));
}

static void a_smaller_cache_keeps_what_came_last(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config;
    unsigned int kept = 0;

    (void)state;
    config = begin(&fixture, 16);
    settle(&fixture, resize(&fixture, &config, 16, 8 * FORWARDER_CACHE_BYTES_MIN));
    for (unsigned int i = 0; i < 2000; i++)
        keep(&fixture, i);
    assert_int_equal(fixture.forwarder.cache.entries, 2000);
    settle(&fixture, resize(&fixture, &config, 16, FORWARDER_CACHE_BYTES_MIN));
    assert_true(fixture.forwarder.cache.entries > 100);
    assert_true(fixture.forwarder.cache.evicted > 1000);
    kept = fixture.forwarder.cache.entries;
    assert_true(is_kept(&fixture, 1999));
    assert_true(is_kept(&fixture, 2000 - kept + 1));
    assert_false(is_kept(&fixture, 0));
}

static void without_a_cache_nothing_is_moved(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config;
    void *before;

    (void)state;
    config = begin(&fixture, 16);
    keep(&fixture, 1);
    before = resize(&fixture, &config, 16, 0);
    assert_false(forwarder_is_moving(&fixture.forwarder));
    free(before);
    assert_false(is_kept(&fixture, 1));
    free(resize(&fixture, &config, 16, FORWARDER_CACHE_BYTES_MIN));
    keep(&fixture, 2);
    assert_true(is_kept(&fixture, 2));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(queries_that_wait_are_answered_whatever_the_size_becomes),
    cmocka_unit_test(with_more_waiting_than_may_one_more_is_one_too_many),
    cmocka_unit_test(a_query_keeps_its_time_and_who_joins_it),
    cmocka_unit_test(a_client_has_as_many_places_as_before),
    cmocka_unit_test(replies_are_found_when_the_number_of_streams_changes),
    cmocka_unit_test(a_query_on_a_stream_is_answered_there_and_hears_of_its_end),
    cmocka_unit_test(answers_are_found_before_and_after_they_are_moved),
    cmocka_unit_test(an_answer_is_good_for_as_long_as_before_it_was_moved),
    cmocka_unit_test(a_smaller_cache_keeps_what_came_last),
    cmocka_unit_test(without_a_cache_nothing_is_moved),
};

RUN_TESTS(tests)
