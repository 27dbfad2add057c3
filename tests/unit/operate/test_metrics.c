/* What a forwarder counts, as text for Prometheus, and its histogram. */
#include "operate/metrics.h"

#include "operate/statistics.h"
#include "unit.h"

static void a_wait_counts_under_the_first_bound_that_is_not_less(void **state)
{
    static const struct {
        const char *label;
        uint64_t waited_ns;
        size_t bucket;
    } rows[] = {
        { "nothing", 0, 0 },
        { "the first bound", 10000, 0 },
        { "one more", 10001, 1 },
        { "a millisecond", 1000000, 6 },
        { "the last bound", 2000000000, FORWARDER_LATENCY_BOUNDS - 1 },
        { "longer than all", 2000000001, FORWARDER_LATENCY_BOUNDS },
        { "for ever", UINT64_MAX, FORWARDER_LATENCY_BOUNDS },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct forwarder_latency latency = { 0 };

        forwarder_latency_add(&latency, rows[i].waited_ns);
        assert_row(rows[i].label, latency.counts[rows[i].bucket] == 1);
        assert_row(rows[i].label, latency.sum_ns == rows[i].waited_ns);
    }
    for (size_t i = 1; i < FORWARDER_LATENCY_BOUNDS; i++)
        assert_true(forwarder_latency_bounds[i - 1] < forwarder_latency_bounds[i]);
}

static void an_upstream_has_one_state(void **state)
{
    static const struct {
        const char *state;
        struct operate_report_upstream upstream;
    } rows[] = {
        { "unknown", { .queries = 3 } },
        { "up", { .replies = 1 } },
        { "up", { .replies = 1, .down_until_ns = 6 } },
        { "failing", { .replies = 1, .strikes = 1 } },
        { "failing", { .strikes = 2, .down_until_ns = 6 } },
        { "down", { .replies = 1, .strikes = 3, .down_until_ns = 7 } },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        assert_string_equal(operate_upstream_state(&rows[i].upstream, 6), rows[i].state);
}

static void a_buffer_keeps_to_its_maximum(void **state)
{
    struct operate_buffer buffer = { .max = 2000 };
    char block[1500] = { 0 };

    (void)state;
    assert_true(operate_buffer_append(&buffer, bytes_of(block, sizeof(block))));
    assert_false(operate_buffer_append(&buffer, bytes_of(block, 501)));
    assert_true(buffer.is_cut);
    assert_int_equal(buffer.size, 1500);
    assert_true(operate_buffer_format(&buffer, "%d%s", 12, "a"));
    operate_buffer_take(&buffer, 1500);
    assert_int_equal(buffer.size, 3);
    assert_memory_equal(buffer.at, "12a", 3);
    operate_buffer_done(&buffer);
    assert_int_equal(buffer.size, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_wait_counts_under_the_first_bound_that_is_not_less),
    cmocka_unit_test(an_upstream_has_one_state),
    cmocka_unit_test(a_buffer_keeps_to_its_maximum),
};

RUN_TESTS(tests)
