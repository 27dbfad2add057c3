/*
 * EDNS: what the OPT record means. RFC 6891. Pure; any thread.
 */
#pragma once

#include "dns/rr.h"

#define DNS_EDNS_DO 0x8000 /* of `flags`: DNSSEC records are wanted (RFC 3225) */
#define DNS_EDNS_CO 0x4000 /* and denial of existence may be compact (RFC 9824 section 5) */

struct dns_edns {
    uint16_t udp_size;    /* octets of UDP payload that the sender can receive */
    uint8_t rcode_high;   /* the upper eight bits of the response code */
    uint8_t version;      /* 0 */
    uint16_t flags;       /* DNS_EDNS_DO and DNS_EDNS_CO, and bits without a meaning */
    struct bytes options; /* (code, length, octets) one after another; a view of the message */
};

/* One option of EDNS. */
struct dns_edns_option {
    uint16_t code;
    struct bytes octets; /* a view of the message */
};

/* The meaning of an OPT record (rr->type must be DNS_TYPE_OPT: REQUIRE). Options are not checked
 * here: dns_rdata_check() does, and dns/option.h reads them one by one. */
struct dns_edns dns_edns_of(const struct dns_rr *rr);

/* The other way round: a record that says it. Its RDATA is `options`, and lives as long. */
struct dns_rr dns_edns_rr(const struct dns_edns *edns);

/* The next option; false at the end, or where what is left is no whole option (then `options` is
 * not empty, and neither it nor *ret_option is changed). */
bool dns_edns_next_option(struct bytes *options, struct dns_edns_option *ret_option);
