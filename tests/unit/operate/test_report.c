/* What several forwarders have counted, added up and left for others. */
#include "unit.h"

#include "operate/report.h"
#include "operate/statistics.h"

#include <stdlib.h>
#include <string.h>

/* The place of a number. */
static size_t place_of(const char *name)
{
    size_t place = 0;

    while (strcmp(operate_statistic_at(place).name, name) != 0)
        place += 1;
    return place;
}

static void each_number_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < OPERATE_STATISTICS; i++) {
        assert_int_equal(place_of(operate_statistic_at(i).name), i);
        assert_true(operate_statistic_at(i).text[0] != '\0');
    }
}

static void numbers_are_added_but_for_what_all_have(void **state)
{
    struct operate_report sum = { 0 };
    struct operate_report part = { 0 };

    (void)state;
    for (size_t i = 0; i < OPERATE_STATISTICS; i++)
        part.statistics[i] = i + 1;
    part.latencies[1].counts[3] = 7;
    part.latencies[1].sum_ns = 70;
    for (int i = 0; i < 3; i++)
        operate_report_add(&sum, &part);
    for (size_t i = 0; i < OPERATE_STATISTICS; i++)
        assert_row(operate_statistic_at(i).name,
                   sum.statistics[i] == (operate_statistic_is_common(i) ? i + 1 : 3 * (i + 1)));
    assert_true(operate_statistic_is_common(place_of("local_names")));
    assert_int_equal(sum.latencies[1].counts[3], 21);
    assert_int_equal(sum.latencies[1].sum_ns, 210);
    assert_int_equal(sum.upstreams_count, 0);
}

static void an_upstream_is_down_where_all_say_so(void **state)
{
    static const struct {
        const char *label;
        struct operate_report_upstream parts[3];
        const char *state; /* at 100 */
        uint64_t smoothed_ns;
    } rows[] = {
        { "nobody has asked", { { 0 } }, "unknown", 0 },
        { "one has", { { 0 }, { .replies = 1, .smoothed_ns = 5 } }, "up", 5 },
        { "one of two says it is down",
          { { .replies = 2, .smoothed_ns = 5, .strikes = 3, .down_until_ns = 200 },
            { .replies = 1, .smoothed_ns = 8 } },
          "up",
          6 },
        { "both do",
          { { .replies = 1, .smoothed_ns = 4, .strikes = 3, .down_until_ns = 200 },
            { .strikes = 4, .down_until_ns = 150 } },
          "down",
          4 },
        { "the only one who has asked does",
          { { .strikes = 3, .down_until_ns = 200, .timeouts = 3 }, { 0 }, { 0 } },
          "down",
          0 },
        { "it is failing for all",
          { { .strikes = 1, .replies = 1 }, { .strikes = 2 } },
          "failing",
          0 },
        { "all are dead, and had replies", { { .replies = 4 }, { .replies = 3 } }, "up", 0 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct operate_report sum = { 0 };

        for (size_t part = 0; part < 3; part++) {
            struct operate_report report = { .upstreams_count = 1 };

            report.upstreams[0] = rows[i].parts[part];
            operate_report_add(&sum, &report);
        }
        assert_int_equal(sum.upstreams_count, 1);
        assert_string_equal(operate_upstream_state(&sum.upstreams[0], 100), rows[i].state);
        assert_row(rows[i].label, sum.upstreams[0].smoothed_ns == rows[i].smoothed_ns);
    }
}

static void what_is_left_of_one_that_is_gone_only_grows(void **state)
{
    struct operate_report report = { .upstreams_count = 1 };

    (void)state;
    for (size_t i = 0; i < OPERATE_STATISTICS; i++)
        report.statistics[i] = 9;
    report.upstreams[0] = (struct operate_report_upstream){ 1, 2, 3, 4, 5, 6, 7 };
    operate_report_end(&report);
    for (size_t i = 0; i < OPERATE_STATISTICS; i++)
        assert_row(operate_statistic_at(i).name,
                   report.statistics[i] == (operate_statistic_at(i).is_now ? 0 : 9));
    assert_int_equal(report.upstreams[0].queries, 1);
    assert_int_equal(report.upstreams[0].replies, 2);
    assert_int_equal(report.upstreams[0].timeouts, 3);
    assert_int_equal(report.upstreams[0].smoothed_ns, 0);
    assert_int_equal(report.upstreams[0].strikes, 0);
    assert_int_equal(report.upstreams[0].down_until_ns, 0);
    assert_int_equal(report.upstreams[0].plain_until_ns, 0);
}

/* Whatever somebody leaves, who may be anybody, is numbers. */
static void what_is_left_is_read_within_limits(void **state)
{
    struct operate_report *shared = malloc(sizeof(*shared));
    struct operate_report report = { 0 };
    struct operate_report sum = { 0 };

    (void)state;
    assert_non_null(shared);
    for (unsigned int octet = 0; octet < 256; octet += 51) {
        memset(shared, (int)octet, sizeof(*shared));
        operate_report_read(shared, &report);
        assert_true(report.upstreams_count <= FORWARDER_UPSTREAMS_MAX);
        operate_report_add(&sum, &report);
        operate_report_end(&report);
        assert_true(sum.upstreams_count <= FORWARDER_UPSTREAMS_MAX);
        (void)operate_upstream_state(&sum.upstreams[0], 1);
    }
    memset(shared, 0, sizeof(*shared));
    memset(&report, 0, sizeof(report));
    for (size_t i = 0; i < OPERATE_STATISTICS; i++)
        report.statistics[i] = 1000 + i;
    report.upstreams_count = 3;
    report.upstreams[2].plain_until_ns = 77;
    operate_report_publish(&report, shared);
    memset(&sum, 0, sizeof(sum));
    operate_report_read(shared, &sum);
    assert_memory_equal(&sum, &report, sizeof(report));
    free(shared);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_number_has_a_name_of_its_own),
    cmocka_unit_test(numbers_are_added_but_for_what_all_have),
    cmocka_unit_test(an_upstream_is_down_where_all_say_so),
    cmocka_unit_test(what_is_left_of_one_that_is_gone_only_grows),
    cmocka_unit_test(what_is_left_is_read_within_limits),
};

RUN_TESTS(tests)
