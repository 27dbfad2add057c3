/*
 * Counting instructions: a program that valgrind's callgrind runs does one thing over and over as
 * it would for a time, but a fixed number of times, and the counter is on for that alone. Where
 * valgrind's header was not installed there is no counter, and programs only take times.
 */
#pragma once

#include <stdbool.h>

#define INSTRUCTIONS_CALLS 16U

#if __has_include(<valgrind/callgrind.h>)

#include <valgrind/callgrind.h>

/* Whether the counter is there. */
static inline bool instructions_are_counted(void)
{
    return RUNNING_ON_VALGRIND != 0;
}

static inline void instructions_begin(void)
{
    CALLGRIND_ZERO_STATS;
    CALLGRIND_TOGGLE_COLLECT;
}

/* Writes what was counted to callgrind's file, behind what stands there. */
static inline void instructions_end(void)
{
    CALLGRIND_TOGGLE_COLLECT;
    CALLGRIND_DUMP_STATS;
}

#else

static inline bool instructions_are_counted(void)
{
    return false;
}

static inline void instructions_begin(void)
{
}

static inline void instructions_end(void)
{
}

#endif
