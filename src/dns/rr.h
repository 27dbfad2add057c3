/*
 * A resource record: where its parts stand. RFC 1035 section 4.1.3.
 *
 * `owner` and `rdata` are readers over the whole message, since names in them may point back into
 * it; so a record is valid for as long as the message's octets are. A record can also be put
 * together from a name (dns_name_reader) and octets of RDATA without compression
 * (byte_reader_init), for writing. Pure; any thread.
 */
#pragma once

#include "base/byte_reader.h"
#include "dns/name.h"
#include "dns/status.h"

struct dns_rr {
    struct byte_reader owner; /* stands at the owner name, which has been checked */
    uint16_t type;
    uint16_t class;
    uint32_t ttl_s;
    struct byte_reader rdata; /* RDLENGTH octets; not checked: see dns/rdata.h */
};

/* Reads the record at the cursor: its owner, its fixed fields, and that RDLENGTH octets are there.
 * On refusal neither `in` nor *ret_rr is changed. */
struct dns_verdict dns_rr_read(struct byte_reader *in, struct dns_rr *ret_rr);

/* The owner, uncompressed. */
struct dns_name dns_rr_owner(const struct dns_rr *rr);
