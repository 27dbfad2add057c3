/*
 * The words of zone text: what stands between blanks, with quotes, escapes, comments and
 * parentheses, inside which the end of a line is a blank.
 *
 *     struct dns_scan scan = dns_scan_init(text);
 *     while (dns_scan_next(&scan) == DNS_OK)
 *         … scan.word, scan.is_quoted …
 *
 * Escapes stay in the word as they are: dns/quote.h reads them. Offsets are those of the whole
 * text. Pure; any thread; views live as long as the text. RFC 1035 section 5.1.
 */
#pragma once

#include "base/byte_reader.h"
#include "dns/status.h"

struct dns_scan {
    struct byte_reader in;   /* what is left of the text */
    unsigned int depth;      /* parentheses that are open */
    struct byte_reader word; /* the last word, without the quotes around it */
    bool is_quoted;          /* it stood between quotes */
};

/* A scan at the start of a text. */
struct dns_scan dns_scan_init(struct bytes text);

/* The next word of the line. DNS_TEXT_MISSING at its end; or what is wrong, with the cursor at it.
 * Then the last word is still there. */
enum dns_status dns_scan_next(struct dns_scan *scan);

/* Whether the line has no other word; a wrong parenthesis counts as one. */
bool dns_scan_is_done(const struct dns_scan *scan);

/* Moves past the end of a line that has no other word: what follows is the next line. DNS_OK,
 * DNS_TEXT_TRAILING where there is a word, or what else is wrong, with the cursor at it. */
enum dns_status dns_scan_end(struct dns_scan *scan);
