/*
 * Records and RDATA from text: lines of a zone file.
 *
 *     struct dns_scan scan = dns_scan_init(text);
 *     struct dns_rr_defaults defaults = { .origin = &origin, .class = DNS_CLASS_IN };
 *     struct dns_rr_text record;
 *     verdict = dns_rr_parse(&scan, &defaults, &out, &record);
 *     struct dns_rr rr = dns_rr_of_text(&record);
 *
 * Any type can be read in the form of RFC 3597 section 5 too (`\# 4 0a000001`), and then is checked
 * as what it is; in the classes ANY and NONE, where an update leaves RDATA out, it may be left out
 * here too. Escapes, quotes, comments, and parentheses over several lines: RFC 1035
 * section 5.1. Offsets of refusals are those in the text. Pure; any thread; nothing is allocated.
 */
#pragma once

#include "base/byte_writer.h"
#include "dns/rdata.h"
#include "dns/scan.h"

/* What a line of text leaves unsaid. */
struct dns_rr_defaults {
    const struct dns_name *origin; /* behind names without a final dot; NULL: the root */
    const struct dns_name *owner;  /* of a line that begins with a blank; NULL: there is none */
    uint32_t ttl_s;                /* where the line says none */
    uint16_t class;                /* likewise */
};

/* A record that was read. */
struct dns_rr_text {
    struct dns_name owner;
    uint32_t ttl_s;
    uint16_t type;
    uint16_t class;
    bool has_ttl;       /* the line said it; else it is the default */
    struct bytes rdata; /* a view of the block that the caller gave */
};

/* What RDATA is of, and how names in it are read. */
struct dns_rdata_form {
    uint16_t type;
    uint16_t class;
    const struct dns_name *origin; /* NULL: the root */
};

/* Reads the rest of the line as RDATA, appends it to `out`, names uncompressed, and moves to the
 * next line. What is written is what its type has: dns_rdata_check(). On refusal nothing is
 * written, and the scan is not moved. */
struct dns_verdict dns_rdata_parse(struct dns_scan *scan, const struct dns_rdata_form *form,
                                   struct byte_writer *out);

/* Reads a line: OWNER [TTL] [CLASS] TYPE RDATA, with TTL and class in any order, and TTL in seconds
 * or with units (1h30m); moves to the next line. RDATA goes to `out`, whose block the record then
 * looks at. On refusal nothing is changed. */
struct dns_verdict dns_rr_parse(struct dns_scan *scan, const struct dns_rr_defaults *defaults,
                                struct byte_writer *out, struct dns_rr_text *ret_record);

/* The record as one for writing or printing; valid as long as *record and its RDATA are. */
struct dns_rr dns_rr_of_text(const struct dns_rr_text *record);
