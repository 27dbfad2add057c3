/*
 * Property: none holds. This target is that of round trips, over a codec that takes RDATA which
 * ends an octet behind the message (CVE-2020-25108).
 *
 * Covers: src/dns/rdata.c 10%
 *
 * Mutator: dns
 *
 * Planted: src/dns/message_read.c
 *     if (end > pass->size)
 * becomes
 *     if (end > pass->size + 1)
 */
#include "fuzz/dns/fuzz_round_trip.c"
