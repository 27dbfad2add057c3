/*
 * Property: none holds. This target is that of round trips, over a codec that shows a backslash as
 * it is, so that what follows it is taken for escaped.
 *
 * Covers: src/dns/rdata.c 10%
 *
 * Mutator: dns
 *
 * Planted: src/dns/quote.c
 *     ~UINT64_C(0) >> 1 & ~BIT('\\') },
 * becomes
 *     ~UINT64_C(0) >> 1 },
 */
#include "fuzz/dns/fuzz_round_trip.c"
