/*
 * struct forwarder_latency: how long clients waited for answers, as a histogram with fixed bounds.
 * All zero is an empty one. Some nanoseconds for each answer.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define FORWARDER_LATENCY_BOUNDS 16

struct forwarder_latency {
    uint64_t counts[FORWARDER_LATENCY_BOUNDS + 1]; /* up to each bound and over the one before; the
                                                      last: over all */
    uint64_t sum_ns;
};

/* The bounds, in nanoseconds, in ascending order. */
extern const uint64_t forwarder_latency_bounds[FORWARDER_LATENCY_BOUNDS];

/* One answer. */
void forwarder_latency_add(struct forwarder_latency *latency, uint64_t waited_ns);
