/* Each step of the search halves the bounds that are left, without a branch. */
#include "forwarder/io/latency.h"

#define US UINT64_C(1000)
#define MS (1000 * US)

const uint64_t forwarder_latency_bounds[FORWARDER_LATENCY_BOUNDS] = {
    10 * US, 25 * US, 50 * US, 100 * US, 250 * US, 500 * US, 1 * MS,   2500 * US,
    5 * MS,  10 * MS, 25 * MS, 50 * MS,  100 * MS, 250 * MS, 500 * MS, 2000 * MS,
};

void forwarder_latency_add(struct forwarder_latency *latency, uint64_t waited_ns)
{
    size_t bucket = 0;

    for (size_t step = FORWARDER_LATENCY_BOUNDS / 2; step > 0; step /= 2)
        bucket += waited_ns > forwarder_latency_bounds[bucket + step - 1] ? step : 0;
    bucket += waited_ns > forwarder_latency_bounds[bucket];
    latency->counts[bucket] += 1;
    latency->sum_ns += waited_ns;
}
