/*
 * What a forwarder counts, as one list: for SIGUSR1, for the control socket and for metrics.
 */
#pragma once

#include "operate/report.h"

/* A number's name. */
struct operate_statistic {
    const char *name; /* small letters, digits and underscores */
    const char *text; /* what it is: no full stop */
    bool is_now;      /* it goes up and down; else it only grows */
};

/* The number in a place of a report's statistics, less than OPERATE_STATISTICS (REQUIRE): the
 * core's counters, and then those of the loop around it. */
struct operate_statistic operate_statistic_at(size_t place);

/* The place of the number with this name, which there is (REQUIRE). */
size_t operate_statistic_find(const char *name);

/* Whether several forwarders of one configuration have the same, so that it is not to be added. */
bool operate_statistic_is_common(size_t place);

/* What a loop has counted, in the thread of the loop. */
void operate_statistics_take(const struct forwarder_loop *loop,
                             uint64_t ret_values[static OPERATE_STATISTICS]);
