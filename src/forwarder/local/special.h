/*
 * Names that are special: zones that are answered here unless the administrator wants otherwise,
 * since nobody else knows them, and whoever is asked learns what he should not.
 *
 *     localhost                              RFC 6761 section 6.3   the addresses of loopback
 *     test, home.arpa                        RFC 6761, RFC 8375     empty zones
 *     invalid, onion                         RFC 6761, RFC 7686     do not exist
 *     resolver.arpa                          RFC 9462 section 4     exists, without records
 *     reverse zones of addresses that are    RFC 6303, RFC 7793     empty zones
 *     private, of this machine, examples …
 *
 * Loopback's own addresses have names (PTR). One thread.
 */
#pragma once

#include "forwarder/local/build.h"

struct forwarder_special {
    bool forwards_private; /* the reverse zones of private addresses (RFC 1918, RFC 6598, RFC 4193)
                              and of those of a link (RFC 3927, RFC 4291) are not special */
    const struct dns_name *forwarded; /* these names, and those below, are not special */
    size_t forwarded_count;
};

/* Adds them. FORWARDER_BUILD_LOCALHOST where localhost shall be forwarded. */
enum forwarder_build_status forwarder_build_special(struct forwarder_build *build,
                                                    const struct forwarder_special *special);
