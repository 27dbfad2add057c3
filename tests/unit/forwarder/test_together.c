/* Queries that are received together get what they would get one after another. */
#include "fixture.h"

#define QUERIES 14

static void begin(struct fixture *fixture)
{
    struct forwarder_config config = fixture_config(fixture, 8);

    config.cache = (struct forwarder_cache_config){ FORWARDER_CACHE_BYTES_MIN, 0 };
    config.keep = (struct forwarder_keep_limits){ 0, 86400, 3600, 5 };
    config.rate =
        (struct forwarder_rate_config){ .per_s = 9, .window_s = 1, .slip = 2, .may_begin = true };
    fixture_begin(fixture, &config);
}

/* The answers to the first two numbers are in the cache. */
static void fill(struct fixture *fixture)
{
    for (unsigned int number = 1; number <= 2; number++) {
        struct fixture_message query = fixture_query_number(fixture, number);
        struct forwarder_datagram sent;
        struct forwarder_path path;

        query.type = DNS_TYPE_TXT;
        sent = fixture_ask(fixture, &query);
        path = sent.path;
        query.id = fixture_header(sent.payload).id;
        query.flags = DNS_FLAG_QR | DNS_FLAG_RD | DNS_FLAG_RA;
        query.records = 1;
        fixture_receive(fixture, &path, fixture_build(fixture, &query));
    }
    forwarder_batch_clear(fixture->batch);
}

/* Query `i` of the test, whose octets go to `block`: for the cache, for upstreams, for both the
 * same twice, and not well-formed. */
static struct forwarder_datagram query_of(struct fixture *fixture, unsigned int i,
                                          uint8_t block[512])
{
    static const unsigned int numbers[QUERIES] = { 1, 2, 3, 3, 1, 4, 1, 5, 4, 2, 2, 1, 6, 7 };
    struct fixture_message query = fixture_query_number(fixture, numbers[i]);
    struct forwarder_datagram datagram = { .path = fixture_client((uint8_t)(100 + i)) };

    query.id = (uint16_t)(1000 + i);
    query.type = DNS_TYPE_TXT;
    query.udp_size = i % 2 == 0 ? 0 : 1232;
    datagram.payload = fixture_build(fixture, &query);
    memcpy(block, datagram.payload.at, datagram.payload.size);
    datagram.payload.at = block;
    datagram.payload.size -= i == 6; /* cut */
    return datagram;
}

static void assert_same_batch(const struct forwarder_batch *a, const struct forwarder_batch *b)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        assert_true(bytes_equal(a->at[i].payload, b->at[i].payload));
        assert_int_equal(a->at[i].path.side, b->at[i].path.side);
        assert_int_equal(a->at[i].path.socket, b->at[i].path.socket);
        assert_true(forwarder_address_equal(&a->at[i].path.peer, &b->at[i].path.peer));
        assert_int_equal(a->at[i].source, b->at[i].source);
        assert_int_equal(a->at[i].since_ns, b->at[i].since_ns);
    }
}

static void so_many_at_once(size_t count)
{
    uint8_t blocks[QUERIES][512];
    CLEANUP(fixture_done) struct fixture one;
    CLEANUP(fixture_done) struct fixture other;
    struct forwarder_datagram queries[QUERIES];

    begin(&one);
    begin(&other);
    fill(&one);
    fill(&other);
    for (unsigned int i = 0; i < count; i++)
        queries[i] = query_of(&one, i, blocks[i]);
    for (size_t i = 0; i < count; i++)
        forwarder_receive(&one.forwarder, &queries[i], one.now_ns, one.batch);
    forwarder_receive_queries(&other.forwarder, queries, count, other.now_ns, other.batch);
    assert_same_batch(one.batch, other.batch);
    assert_memory_equal(one.forwarder.counters, other.forwarder.counters,
                        sizeof(one.forwarder.counters));
    assert_int_equal(forwarder_waiting(&one.forwarder), forwarder_waiting(&other.forwarder));
}

static void queries_that_come_together_get_what_each_would_get(void **state)
{
    (void)state;
    for (size_t count = 0; count <= QUERIES; count++)
        so_many_at_once(count);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(queries_that_come_together_get_what_each_would_get),
};

RUN_TESTS(tests)
