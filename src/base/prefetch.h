/*
 * prefetch(): the processor begins to fetch what will be looked at soon, and goes on meanwhile.
 * What is not in its caches takes as long as some hundred instructions; so whoever knows early
 * where he will look says so. Nothing else changes, whatever the address is. C has no word for it.
 */
#pragma once

/* Begins to fetch the line that holds the octet at `at`, to be read. */
static inline void prefetch(const void *at)
{
    __builtin_prefetch(at);
}
