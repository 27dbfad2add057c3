/*
 * Service parameters: the rest of the RDATA of SVCB and HTTPS. RFC 9460 sections 2.2, 7 and 8; RFC
 * 9461 (dohpath), RFC 9540 (ohttp). Pure; any thread.
 */
#pragma once

#include "base/byte_reader.h"
#include "dns/status.h"

/* The keys that have a meaning here; others hold any octets. */
enum dns_param_key {
    DNS_PARAM_MANDATORY,
    DNS_PARAM_ALPN,
    DNS_PARAM_NO_DEFAULT_ALPN,
    DNS_PARAM_PORT,
    DNS_PARAM_IPV4HINT,
    DNS_PARAM_ECH,
    DNS_PARAM_IPV6HINT,
    DNS_PARAM_DOHPATH,
    DNS_PARAM_OHTTP,
    DNS_PARAMS_KNOWN, /* how many there are */
};

/* One parameter. */
struct dns_param {
    uint16_t key;
    struct bytes value; /* a view of the message */
};

/* The parameter at the cursor, whatever it holds. False, and nothing changed, where there is no
 * whole one. */
bool dns_param_read(struct byte_reader *in, struct dns_param *ret_param);

/* Moves over all parameters up to the end of the reader: keys rise, each value is one that its key
 * may have, what is mandatory is there. On refusal the cursor is at the parameter that is wrong. */
enum dns_status dns_params_check(struct byte_reader *in);
