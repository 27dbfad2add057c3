/*
 * Property: none holds. This target is that of building, over a codec that points to what a pointer
 * does not reach.
 *
 * Covers: src/dns/builder.c 10%
 *
 * Planted: src/dns/name_table.c
 *     if (end > POINTER_OFFSET_MAX)
 * becomes
 *     if (end > UINT16_MAX)
 */
#include "fuzz/dns/fuzz_builder.c"
