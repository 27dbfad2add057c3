/*
 * Zone text: a master file, record after record.
 *
 *     struct dns_zone_text zone;
 *     dns_zone_text_init(&zone, text, &origin);
 *     struct dns_rr_text record;
 *     for (;;) {
 *         struct byte_writer out = byte_writer_init(block, sizeof(block));
 *         if (!dns_zone_text_next(&zone, &out, &record))
 *             break;
 *         …
 *     }
 *     if (zone.verdict.status != DNS_OK)
 *         … a line is refused, at zone.verdict.offset …
 *
 * A line is empty, a directive ($ORIGIN, $TTL), or a record: see dns/rr_text.h. What a record does
 * not say is carried from the lines before it: the owner and the class are the last ones; the TTL
 * is that of $TTL or, where there was none, the last one that was said (RFC 2308 section 4, RFC
 * 1035 section 5.1). A SOA that says none, before any was said, has its own minimum as its TTL, and
 * so have those that follow it, as in the files that RFC 1035 had in mind; any other record is
 * refused then. $INCLUDE is refused: this text stands for itself, and whoever has files puts them
 * together.
 *
 * The reader lives in the caller's storage and looks at the text, which outlives it. Time is linear
 * in the size of the text. Pure; one thread; nothing is allocated.
 */
#pragma once

#include "dns/rr_text.h"

struct dns_zone_text {
    struct dns_scan scan;
    struct dns_name origin;
    struct dns_rr_text last; /* the last record, whose owner one without an owner has */
    bool has_owner;          /* there was one */
    bool has_ttl;            /* ttl_s is what a record without one has */
    bool has_ttl_directive;  /* it is that of $TTL, and records do not change it */
    uint32_t ttl_s;
    uint16_t class;             /* IN until a record says another */
    struct dns_verdict verdict; /* the refusal that ended the reading, or DNS_OK */
};

/* A reader at the start of a text. `origin`: that of the zone, until $ORIGIN says another; NULL is
 * the root. */
void dns_zone_text_init(struct dns_zone_text *zone, struct bytes text,
                        const struct dns_name *origin);

/* The next record; its RDATA is appended to `out`, whose block the record then looks at. False at
 * the end, or where a line is refused: zone->verdict says which, with the offset in the text. Then
 * *ret_record and `out` are unchanged, and the same answer is given again. */
bool dns_zone_text_next(struct dns_zone_text *zone, struct byte_writer *out,
                        struct dns_rr_text *ret_record);
