/*
 * What a forwarder counts, as one list: for SIGUSR1, for the control socket and for metrics.
 * The thread of the loop.
 */
#pragma once

#include "forwarder/io/loop.h"

/* One number. */
struct operate_statistic {
    const char *name; /* small letters, digits and underscores */
    const char *text; /* what it is: no full stop */
    uint64_t value;
    bool is_now; /* it goes up and down; else it only grows */
};

/* How an upstream does, in one word: unknown (nothing came of it so far), up, failing (the last
 * query got no answer), down (it is left out). */
const char *operate_upstream_state(const struct forwarder_upstream *upstream, uint64_t now_ns);

/* Calls `visit` for each number, in an order that does not change. */
void operate_statistics_each(const struct forwarder_loop *loop,
                             void (*visit)(void *owner, const struct operate_statistic *statistic),
                             void *owner);
