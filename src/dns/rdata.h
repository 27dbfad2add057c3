/*
 * RDATA: one loop over the fields that the record's row in rrtype.def lists.
 *
 *     struct dns_rdata fields = dns_rdata_of(&rr);
 *     struct dns_value value;
 *     while (dns_rdata_next(&fields, &value))
 *         … value.field->name, value.octets …
 *     if (fields.verdict.status != DNS_OK)
 *         … RDATA is not what its type has …
 *
 * A type without a row has one field, all of RDATA (RFC 3597). RDATA without an octet has no fields
 * in the classes ANY and NONE, where an update leaves it out (RFC 2136 sections 2.4 and 2.5).
 * Pure; any thread; views live as long as the message.
 */
#pragma once

#include "base/text.h"
#include "dns/rr.h"
#include "dns/rrtype.h"

/* One field of one record. `octets` is a reader over the whole message that is limited to what the
 * field takes here: of a compressed name, the labels and the pointer that stand here. */
struct dns_value {
    const struct dns_field *field;
    struct byte_reader octets;
    size_t rdata_start; /* where RDATA begins, since a field may depend on one before it */
};

/* Where a walk over the fields is. */
struct dns_rdata {
    struct byte_reader in;         /* what is left of RDATA */
    size_t start;                  /* where RDATA begins */
    const struct dns_field *field; /* the next one */
    unsigned int fields_left;
    struct dns_verdict verdict; /* the refusal that ended the walk, or DNS_OK */
};

/* A walk at the first field. */
struct dns_rdata dns_rdata_of(const struct dns_rr *rr);

/* The next field, checked. False at the end, or where the RDATA is wrong: fields->verdict says
 * which, and then *ret_value is untouched. */
bool dns_rdata_next(struct dns_rdata *fields, struct dns_value *ret_value);

/* The octets of a value as they are written without compression, and `canonical`: for signing,
 * names in small letters where their type has them so (RFC 4034 section 6.2, RFC 6840 section 5.1).
 * A view of the message, or of *name, which the caller keeps for it. */
struct bytes dns_value_octets(const struct dns_value *value, bool canonical, struct dns_name *name);

/* Whether the RDATA is what its type has: all fields there and right, and nothing behind them. */
struct dns_verdict dns_rdata_check(const struct dns_rr *rr);

/* Writes RDATA (without RDLENGTH), names uncompressed; `canonical`: as for signing, names in small
 * letters (RFC 4034 section 6.2). DNS_NO_ROOM where it does not fit; on refusal nothing is
 * written. */
struct dns_verdict dns_rdata_write(const struct dns_rr *rr, bool canonical,
                                   struct byte_writer *out);

/* The canonical order of two records' RDATA (RFC 4034 section 6.3), less than, equal to or greater
 * than 0. Both must have been checked with DNS_OK. */
int dns_rdata_compare(const struct dns_rr *a, const struct dns_rr *b);

/* Appends RDATA as text, fields with spaces between; RDATA that has no row, or is not what its row
 * says, in the form of RFC 3597 section 5 (`\# 4 0a000001`). Whatever it appends can be read again
 * by dns_rdata_parse(). False, and nothing appended, where there is no room (DNS_RDATA_TEXT_MAX
 * always is). */
bool dns_rdata_format(const struct dns_rr *rr, struct text *text);

/* Room for any RDATA as text, with the final NUL: most by far takes a bitmap of all types, with up
 * to ten letters and a space for each of them; no other field takes more than six for an octet. */
#define DNS_RDATA_TEXT_MAX (11 * 65536 + 2048)
