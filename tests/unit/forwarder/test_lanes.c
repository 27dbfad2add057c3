/* How many ports queries leave from. */
#include "fixture.h"

#define LANES 256

/* The lane of a query that is asked now. */
static unsigned int lane_of(struct fixture *fixture, unsigned int number)
{
    struct fixture_message query = fixture_query_number(fixture, number);
    struct forwarder_datagram sent = fixture_ask(fixture, &query);

    return sent.path.socket % LANES;
}

static void begin(struct fixture *fixture)
{
    struct forwarder_config config = fixture_config(fixture, 4096);

    config.lanes = LANES;
    fixture_begin(fixture, &config);
}

/* How many lanes so many queries, each so long after the one before, leave from. */
static size_t count_lanes(struct fixture *fixture, unsigned int first, size_t queries, uint64_t ns)
{
    bool is_used[LANES] = { false };
    size_t count = 0;

    for (unsigned int i = 0; i < queries; i++) {
        unsigned int lane = lane_of(fixture, first + i);

        fixture->now_ns += ns;
        count += !is_used[lane];
        is_used[lane] = true;
    }
    return count;
}

static void three_hundred_queries_leave_from_all_ports(void **state)
{
    static const uint64_t distances_ns[] = { 0, 1000000, 100000000 };

    (void)state;
    for (size_t i = 0; i < ROWS(distances_ns); i++) {
        CLEANUP(fixture_done) struct fixture fixture;

        begin(&fixture);
        assert_int_equal(count_lanes(&fixture, 0, 300, distances_ns[i]), LANES);
    }
}

static void of_more_at_once_sixty_four_leave_together(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    size_t count;

    (void)state;
    begin(&fixture);
    (void)count_lanes(&fixture, 0, FORWARDER_SPREAD_QUERIES, 0);
    count = count_lanes(&fixture, 1000, 10 * (size_t)FORWARDER_MOMENT_QUERIES, 0);
    assert_in_range(count, 10, 20); /* one whose id is taken leaves from another */
    fixture.now_ns += 100 * FORWARDER_SPREAD_NS;
    count = count_lanes(&fixture, 3000, 100, 0); /* each has its own again, perhaps of two rounds */
    assert_in_range(count, 80, 100);
    assert_in_range(count_lanes(&fixture, 4000, FORWARDER_MOMENT_QUERIES, 0), 1, 5);
}

/* Nobody who does not see them can tell which comes next. */
static void the_order_of_ports_is_another_each_time(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    unsigned int first[LANES];
    size_t same = 0;

    (void)state;
    begin(&fixture);
    for (unsigned int i = 0; i < LANES; i++) {
        first[i] = lane_of(&fixture, i);
        fixture.now_ns += FORWARDER_SPREAD_NS;
    }
    for (unsigned int i = 0; i < LANES; i++) {
        same += lane_of(&fixture, LANES + i) == first[i];
        fixture.now_ns += FORWARDER_SPREAD_NS;
    }
    assert_true(same < 10); /* one is to be expected */
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(three_hundred_queries_leave_from_all_ports),
    cmocka_unit_test(of_more_at_once_sixty_four_leave_together),
    cmocka_unit_test(the_order_of_ports_is_another_each_time),
};

RUN_TESTS(tests)
