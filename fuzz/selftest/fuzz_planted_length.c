/*
 * Property: none holds. This target is that of building, over a codec that writes a name where
 * there is room for its labels alone: the answer of a server that is off by two (CVE-2017-14491).
 *
 * Covers: src/dns/builder.c 10%
 *
 * Planted: src/dns/name_table.c
 *     size + (target != 0 ? 2 : 1))
 * becomes
 *     size)
 */
#include "fuzz/dns/fuzz_builder.c"
