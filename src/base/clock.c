/* CLOCK_MONOTONIC as one number. */
#include "base/clock.h"

#include "base/require.h"

#include <time.h>

uint64_t clock_monotonic_ns(void)
{
    struct timespec now = { 0 };

    REQUIRE(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

uint64_t clock_wall_s(void)
{
    struct timespec now = { 0 };

    REQUIRE(clock_gettime(CLOCK_REALTIME, &now) == 0);
    return now.tv_sec > 0 ? (uint64_t)now.tv_sec : 0;
}
