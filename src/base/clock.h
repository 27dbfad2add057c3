/*
 * The system's clocks, for the layers that may look at it; pure layers get the time from
 * their caller.
 */
#pragma once

#include <stdint.h>

/* Nanoseconds since some fixed moment, never going backwards. Any thread; cannot fail on Linux. */
uint64_t clock_monotonic_ns(void);

/* The time of day, in seconds since 1970, as this machine has it. Any thread. */
uint64_t clock_wall_s(void);
