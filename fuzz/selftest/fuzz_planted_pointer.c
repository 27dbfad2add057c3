/*
 * Property: none holds. This target is that of round trips, over a codec that asks whether a
 * pointer leads behind itself and not whether it leads back (CVE-2017-9345), and trusts in that.
 *
 * Covers: src/dns/message_read.c 10%
 *
 * Mutator: dns
 *
 * Planted: src/dns/name.c
 *     if (target >= name->run)
 * becomes
 *     if (target > name->at)
 *     name->end = name->run;
 * becomes
 *     ;
 *     if (name->hops++ == DNS_NAME_HOPS_MAX)
 * becomes
 *     if (name->hops++ == ~0U)
 */
#include "fuzz/dns/fuzz_round_trip.c"
