/*
 * Property: whatever octets a shard leaves as its report, its supervisor reads numbers of at most
 * as many upstreams as there can be, which are the octets' own; adds them to those of others
 * without regard to what they are; and keeps, when the shard is gone, what only grows. Left once
 * more, they are read as the same.
 *
 * Covers: src/operate/report.c 70%
 */
#include "fuzz/target.h"
#include "operate/report.h"
#include "operate/statistics.h"

#include <string.h>

static void check_sum(const struct operate_report *report, const struct operate_report *sum)
{
    for (size_t i = 0; i < OPERATE_STATISTICS; i++) {
        uint64_t value = report->statistics[i];

        fuzz_require(sum->statistics[i] ==
                     (operate_statistic_is_common(i) ? value : value + value));
    }
    fuzz_require(sum->upstreams_count == report->upstreams_count);
    for (size_t i = 0; i < sum->upstreams_count; i++) {
        const char *state = operate_upstream_state(&sum->upstreams[i], 1);

        fuzz_require(state[0] >= 'a' && state[0] <= 'z');
        fuzz_require(sum->upstreams[i].queries ==
                     report->upstreams[i].queries + report->upstreams[i].queries);
    }
}

/* Of upstreams that are not there nothing is left. */
static void check_again(const struct operate_report *report)
{
    struct operate_report left = { 0 };
    struct operate_report again;
    size_t size = offsetof(struct operate_report, upstreams) +
                  (size_t)report->upstreams_count * sizeof(report->upstreams[0]);

    operate_report_publish(report, &left);
    operate_report_read(&left, &again);
    fuzz_require(memcmp(&again, report, size) == 0);
}

FUZZ_TARGET(input)
{
    struct operate_report shared = { 0 };
    struct operate_report report;
    struct operate_report sum = { 0 };
    size_t size = input.size < sizeof(shared) ? input.size : sizeof(shared);

    if (size > 0)
        memcpy(&shared, input.at, size);
    operate_report_read(&shared, &report);
    fuzz_require(report.upstreams_count <= FORWARDER_UPSTREAMS_MAX);
    fuzz_require(memcmp(report.statistics, shared.statistics, sizeof(report.statistics)) == 0);
    operate_report_add(&sum, &report);
    operate_report_add(&sum, &report);
    check_sum(&report, &sum);
    check_again(&report);
    operate_report_end(&sum);
    for (size_t i = 0; i < OPERATE_STATISTICS; i++)
        fuzz_require(!operate_statistic_at(i).is_now || sum.statistics[i] == 0);
}
