/*
 * How the row of a type is found without a call, for the pass over a whole message. Pure; any
 * thread; part of the codec, not of its users' face.
 */
#pragma once

#include "dns/code.h"
#include "dns/rrtype.h"

/* The row of each type: first of the types below DNS_TYPES_LOW, then of the few from DNS_TYPES_HIGH
 * on. Row 0 is that of opaque RDATA. */
#define DNS_TYPES_LOW 265
#define DNS_TYPES_HIGH 32768
#define DNS_TYPES_HIGH_COUNT 2
extern const uint8_t dns_rrtype_rows[DNS_TYPES_LOW + DNS_TYPES_HIGH_COUNT];

/* By row: its shape, and whether it is for class IN alone. */
extern const struct dns_rdata_shape dns_rdata_shapes[];
extern const bool dns_rrtype_only_in[];

/* The row of a type in a class. */
static inline unsigned int dns_rrtype_row(uint16_t type, uint16_t class)
{
    unsigned int row = 0;

    if (type < DNS_TYPES_LOW)
        row = dns_rrtype_rows[type];
    else if (type >= DNS_TYPES_HIGH && type < DNS_TYPES_HIGH + DNS_TYPES_HIGH_COUNT)
        row = dns_rrtype_rows[type - DNS_TYPES_HIGH + DNS_TYPES_LOW];
    /* An update names a record that is to go by class NONE (RFC 2136 section 2.5.4). */
    if (class != DNS_CLASS_IN && class != DNS_CLASS_NONE && dns_rrtype_only_in[row])
        return 0;
    return row;
}
