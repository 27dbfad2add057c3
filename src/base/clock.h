/*
 * The system's monotonic clock, for the layers that may look at it; pure layers get the time from
 * their caller.
 */
#pragma once

#include <stdint.h>

/* Nanoseconds since some fixed moment, never going backwards. Any thread; cannot fail on Linux. */
uint64_t clock_monotonic_ns(void);
