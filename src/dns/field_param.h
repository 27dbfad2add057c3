/*
 * Service parameters: the rest of the RDATA of SVCB and HTTPS. RFC 9460 sections 2.2, 7 and 8; RFC
 * 9848 (ech), RFC 9461 (dohpath), RFC 9540 (ohttp), draft-ietf-tls-key-share-prediction-04
 * (tls-supported-groups), RFC 9953 (docpath), draft-ietf-intarea-proxy-config-13 (pvd). Pure; any
 * thread.
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
    DNS_PARAM_TLS_SUPPORTED_GROUPS,
    DNS_PARAM_DOCPATH,
    DNS_PARAM_PVD,
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

/* Moves over all parameters up to the end of the reader: keys rise, and each value is one that its
 * key may have; and in a service (`priority` is not 0) what is mandatory is there, and alpn beside
 * no-default-alpn. An alias has no use for its parameters (RFC 9460 section 2.4.2), and so they
 * need not go together. On refusal the cursor is at the parameter that is wrong. */
enum dns_status dns_params_check(uint16_t priority, struct byte_reader *in);
