/*
 * Work, counted and not timed: how many basic blocks of the codec were executed. A target whose
 * first comment has a line `Counts: blocks` has src/dns compiled into it with a call at each of its
 * blocks (-fsanitize-coverage=trace-pc), which the linker leads here (--wrap, since libFuzzer has a
 * function of that name, too). The same input gives the same count every time; what is copied or
 * compared by libc counts as nothing. One thread.
 */
#pragma once

#include <stddef.h>

/* The compiler's call has no argument: the count can be nowhere but here. */
static size_t *const fuzz_blocks = &(size_t){ 0 };

/* Called at each block; the name is the linker's. */
void __wrap___sanitizer_cov_trace_pc(void); /* NOLINT(bugprone-reserved-identifier) */
void __wrap___sanitizer_cov_trace_pc(void)  /* NOLINT(bugprone-reserved-identifier) */
{
    (*fuzz_blocks)++;
}
