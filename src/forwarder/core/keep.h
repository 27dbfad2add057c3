/*
 * What of an upstream's reply is worth keeping, and for how long.
 *
 * Of a reply to a query with RD those records are kept that answer its question, and no others: the
 * records of the type at the name, or at the end of a chain of CNAME records that begins there (at
 * most FORWARDER_KEEP_ALIASES_MAX of them), with the DNAME records that make them and the RRSIG
 * records that cover them; or, where nothing is at its end, the SOA record of a zone that the end
 * lies in, with NSEC, NSEC3 and RRSIG records of that zone (RFC 2308 section 5). SERVFAIL, REFUSED
 * and the like are kept as a failure, for a short while (RFC 9520). Never kept: what is truncated,
 * has a TTL of 0, or is not all there.
 *
 * TTLs: each is put between ttl_s_min and ttl_s_max; the SOA's is the least of its own, of its
 * MINIMUM and of negative_ttl_s_max; the answer's is the least of its records'. Pure; any thread.
 */
#pragma once

#include "dns/builder.h"
#include "dns/message.h"
#include "forwarder/core/cache.h"

#define FORWARDER_KEEP_ALIASES_MAX 16

struct forwarder_keep_limits {
    uint32_t ttl_s_min;
    uint32_t ttl_s_max; /* at least 1, and at least ttl_s_min */
    uint32_t negative_ttl_s_max;
    uint32_t failure_ttl_s; /* RFC 9520 section 3.2: 1 to 300 */
};

/* Working storage, whose contents do not matter; some KiB. */
struct forwarder_keep {
    struct dns_builder builder;
    uint16_t ttls[FORWARDER_CACHE_TTLS_MAX];
    uint8_t wire[DNS_HEADER_SIZE + DNS_NAME_SIZE_MAX + 4 + FORWARDER_CACHE_BODY_MAX];
};

/* What is to be kept of a reply that is well-formed in framing and RDATA and has one question.
 * False, and *ret_kept untouched, where it is nothing. Views of *ret_kept are of *keep. */
bool forwarder_keep_read(struct forwarder_keep *keep, const struct forwarder_keep_limits *limits,
                         const struct dns_message *reply, struct forwarder_kept *ret_kept);

/* The same without its short way for plain answers: tests hold both against each other. */
bool forwarder_keep_read_any(struct forwarder_keep *keep,
                             const struct forwarder_keep_limits *limits,
                             const struct dns_message *reply, struct forwarder_kept *ret_kept);

/* What is kept where nobody answered at all, with the extended error to give: for one second, so
 * that all is well soon after the network is. */
struct forwarder_kept forwarder_keep_nothing(enum dns_ede error);
