/*
 * Property: none holds. This target is that beside ldns, over a codec that takes a second OPT
 * record for one like others: what it says of the message is not what ldns says.
 *
 * Covers: src/dns/rdata.c 10%
 *
 * Mutator: dns
 * Peer: ldns
 *
 * Planted: src/dns/message_read.c
 *     if (pass->message.opt_at != 0)
 * becomes
 *     if (pass->message.opt_at == 1)
 */
#include "fuzz/dns/fuzz_ldns.c"
