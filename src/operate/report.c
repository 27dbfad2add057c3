/* A report is words of 64 bits, which no processor that we know reads in halves. */
#include "operate/report.h"

#include "operate/statistics.h"

#include <stdatomic.h>
#include <string.h>

#define WORDS (sizeof(struct operate_report) / sizeof(uint64_t))

_Static_assert(sizeof(struct operate_report) % sizeof(uint64_t) == 0, "words and nothing else");
_Static_assert(sizeof(_Atomic uint64_t) == sizeof(uint64_t), "a word is written whole");

static void take_upstreams(const struct forwarder *core, struct operate_report *report)
{
    report->upstreams_count = core->members.count;
    for (size_t i = 0; i < core->members.count; i++) {
        const struct forwarder_upstream *upstream = &core->upstreams[core->members.at[i]];

        report->upstreams[i] = (struct operate_report_upstream){
            .queries = upstream->queries,
            .replies = upstream->replies,
            .timeouts = upstream->timeouts,
            .smoothed_ns = upstream->smoothed_ns,
            .strikes = upstream->strikes,
            .down_until_ns = upstream->down_until_ns,
            .plain_until_ns =
                upstream->edns.is_dropped ? UINT64_MAX : upstream->edns.plain_until_ns,
        };
    }
}

void operate_report_take(const struct forwarder_loop *loop, struct operate_report *ret_report)
{
    ret_report->generation = 0;
    operate_statistics_take(loop, ret_report->statistics);
    memcpy(ret_report->latencies, forwarder_loop_latencies(loop), sizeof(ret_report->latencies));
    take_upstreams(forwarder_loop_view(loop), ret_report);
}

/* The words up to the last upstream that there is. */
static size_t words_of(const struct operate_report *report)
{
    size_t upstreams = (size_t)report->upstreams_count;

    return (offsetof(struct operate_report, upstreams) +
            upstreams * sizeof(struct operate_report_upstream)) /
           sizeof(uint64_t);
}

void operate_report_publish(const struct operate_report *report, struct operate_report *shared)
{
    const uint64_t *from = (const uint64_t *)(const void *)report;
    _Atomic uint64_t *to = (_Atomic uint64_t *)(void *)shared;

    for (size_t i = 0; i < words_of(report); i++)
        atomic_store_explicit(&to[i], from[i], memory_order_relaxed);
}

void operate_report_read(const struct operate_report *shared, struct operate_report *ret_report)
{
    const _Atomic uint64_t *from = (const _Atomic uint64_t *)(const void *)shared;
    uint64_t *to = (uint64_t *)(void *)ret_report;

    for (size_t i = 0; i < WORDS; i++)
        to[i] = atomic_load_explicit(&from[i], memory_order_relaxed);
    if (ret_report->upstreams_count > FORWARDER_UPSTREAMS_MAX)
        ret_report->upstreams_count = FORWARDER_UPSTREAMS_MAX;
}

/* The mean of two round trips, each of so many replies. */
static uint64_t mean(const struct operate_report_upstream *a,
                     const struct operate_report_upstream *b)
{
    double replies;
    double ret;

    if (a->smoothed_ns == 0 || b->smoothed_ns == 0)
        return a->smoothed_ns | b->smoothed_ns;
    replies = (double)a->replies + (double)b->replies;
    if (replies < 1)
        return a->smoothed_ns;
    ret = ((double)a->smoothed_ns * (double)a->replies +
           (double)b->smoothed_ns * (double)b->replies) /
          replies;
    return ret < 0x1p64 ? (uint64_t)ret : UINT64_MAX;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t most(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* How it does, as those say who have asked it since the start or lately. */
static void add_upstream(struct operate_report_upstream *sum,
                         const struct operate_report_upstream *part)
{
    bool knows = part->smoothed_ns != 0 || part->strikes != 0 || part->down_until_ns != 0;
    bool is_first = sum->smoothed_ns == 0 && sum->strikes == 0 && sum->down_until_ns == 0;

    sum->smoothed_ns = mean(sum, part);
    if (knows) {
        sum->strikes = is_first ? part->strikes : least(sum->strikes, part->strikes);
        sum->down_until_ns =
            is_first ? part->down_until_ns : least(sum->down_until_ns, part->down_until_ns);
    }
    sum->plain_until_ns = most(sum->plain_until_ns, part->plain_until_ns);
    sum->queries += part->queries;
    sum->replies += part->replies;
    sum->timeouts += part->timeouts;
}

void operate_report_add(struct operate_report *sum, const struct operate_report *report)
{
    for (size_t i = 0; i < OPERATE_STATISTICS; i++) {
        uint64_t *value = &sum->statistics[i];

        *value = operate_statistic_is_common(i) ? most(*value, report->statistics[i])
                                                : *value + report->statistics[i];
    }
    for (size_t i = 0; i < FORWARDER_SOURCES; i++) {
        for (size_t bucket = 0; bucket <= FORWARDER_LATENCY_BOUNDS; bucket++)
            sum->latencies[i].counts[bucket] += report->latencies[i].counts[bucket];
        sum->latencies[i].sum_ns += report->latencies[i].sum_ns;
    }
    sum->upstreams_count = most(sum->upstreams_count, report->upstreams_count);
    for (size_t i = 0; i < report->upstreams_count && i < FORWARDER_UPSTREAMS_MAX; i++)
        add_upstream(&sum->upstreams[i], &report->upstreams[i]);
}

void operate_report_end(struct operate_report *report)
{
    for (size_t i = 0; i < OPERATE_STATISTICS; i++)
        if (operate_statistic_at(i).is_now)
            report->statistics[i] = 0;
    for (size_t i = 0; i < FORWARDER_UPSTREAMS_MAX; i++)
        report->upstreams[i] = (struct operate_report_upstream){
            .queries = report->upstreams[i].queries,
            .replies = report->upstreams[i].replies,
            .timeouts = report->upstreams[i].timeouts,
        };
}

const char *operate_upstream_state(const struct operate_report_upstream *upstream, uint64_t now_ns)
{
    if (upstream->down_until_ns > now_ns)
        return "down";
    if (upstream->strikes > 0)
        return "failing";
    return upstream->replies > 0 ? "up" : "unknown";
}
