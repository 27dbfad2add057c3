/*
 * Property: none holds. This target is that of the cost of a message, over a codec without the
 * limit of steps: many names with long endings, each of which is followed (CVE-2024-8508).
 *
 * Covers: src/dns/message_read.c 10%
 *
 * Mutator: dns
 *
 * Planted: src/dns/name_memo.c
 *     if (follow.steps > memo->steps_left) {
 * becomes
 *     if (follow.steps > DNS_MESSAGE_SIZE_MAX) {
 */
#include "fuzz/dns/fuzz_cost.c"
