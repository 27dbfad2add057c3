/*
 * Octets in presentation form: `\X` for a character that would mean something else, `\DDD` (three
 * decimal digits) for an octet that is no printable ASCII. RFC 1035 section 5.1. Pure; any thread.
 */
#pragma once

#include "base/byte_reader.h"
#include "base/text.h"

/* Where the octets stand, which decides what must be led by a backslash. */
enum dns_quote {
    DNS_QUOTE_LABEL,  /* in a name: space and  " $ ( ) . ; @ \  mean something */
    DNS_QUOTE_STRING, /* between quotes: only  " and \  do */
};

/* Appends the octets; false, and nothing appended, where there is no room. */
bool dns_quote_append(struct text *text, struct bytes octets, enum dns_quote where);

/* Reads one octet, as itself or escaped. False, and nothing changed, at the end of the input and
 * where a backslash is followed by nothing, or by a number that is not three digits up to 255. */
bool dns_quote_read(struct byte_reader *in, uint8_t *ret_octet);
