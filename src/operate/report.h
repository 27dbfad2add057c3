/*
 * struct operate_report: all that a forwarder counts, as numbers alone, so that those of several
 * can be added, and one process can leave them where another reads them.
 *
 *     operate_report_take(loop, &report)                      in the loop's thread
 *     operate_report_publish(&report, shared)                 into memory that another reads,
 *     operate_report_read(shared, &report)                    in the other process, at any time
 *     operate_report_add(&sum, &report)                       for each of them
 *
 * Whoever reads what another left believes nothing but that it is numbers: names are the reader's
 * own, and counts of things are limited. Each number is read whole; those of one moment may be
 * beside those of the next.
 */
#pragma once

#include "forwarder/io/loop.h"

/* What is counted beside the core's counters: the rows of statistics.c. */
#define OPERATE_LOOP_STATISTICS 30
#define OPERATE_STATISTICS (FORWARDER_COUNTERS + OPERATE_LOOP_STATISTICS)

/* How an upstream does; times are of the monotonic clock, which all processes share. */
struct operate_report_upstream {
    uint64_t queries;
    uint64_t replies;
    uint64_t timeouts;
    uint64_t smoothed_ns;    /* 0: no round trip was measured */
    uint64_t strikes;        /* queries in a row without an answer */
    uint64_t down_until_ns;  /* it is left out until then */
    uint64_t plain_until_ns; /* it is asked without EDNS until then */
};

/* All of it is uint64_t. */
struct operate_report {
    uint64_t generation;                     /* how often the configuration has changed */
    uint64_t statistics[OPERATE_STATISTICS]; /* in the order of operate_statistic_at() */
    struct forwarder_latency latencies[FORWARDER_SOURCES];
    uint64_t upstreams_count;
    struct operate_report_upstream upstreams[FORWARDER_UPSTREAMS_MAX]; /* in the configuration's
                                                                          order */
};

/* What a loop has counted so far. */
void operate_report_take(const struct forwarder_loop *loop, struct operate_report *ret_report);

/* Leaves a report for others, of whose upstreams there are at most FORWARDER_UPSTREAMS_MAX. */
void operate_report_publish(const struct operate_report *report, struct operate_report *shared);

/* Reads what somebody left, who may go on leaving numbers meanwhile. */
void operate_report_read(const struct operate_report *shared, struct operate_report *ret_report);

/* Adds a report to a sum. What each has of the same, such as local names, is the most that one has.
 * An upstream's round trip is the mean of all replies; it is down where it is so for all who have
 * asked it. Upstreams are those of one configuration, in its order. */
void operate_report_add(struct operate_report *sum, const struct operate_report *report);

/* Leaves of a report what only grows: what somebody who is gone had counted. */
void operate_report_end(struct operate_report *report);

/* How an upstream does, in one word: unknown (nothing came of it so far), up, failing (the last
 * query got no answer), down (it is left out). */
const char *operate_upstream_state(const struct operate_report_upstream *upstream, uint64_t now_ns);
