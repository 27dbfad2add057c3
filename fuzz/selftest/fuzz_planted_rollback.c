/*
 * Property: none holds. This target is that of building, over a codec that takes back octets and
 * leaves their names in its table.
 *
 * Covers: src/dns/name_table.c 10%
 *
 * Planted: src/dns/builder.c
 *     dns_name_table_rollback(&builder->names, labels_count, position);
 * becomes
 *     (void)labels_count;
 */
#include "fuzz/dns/fuzz_builder.c"
