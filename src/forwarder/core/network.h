/*
 * struct forwarder_network: all addresses that begin with the same bits, as in 192.0.2.0/24.
 *
 * Pure; any thread. RFC 4632, RFC 4291 section 2.3.
 */
#pragma once

#include "forwarder/core/datagram.h"

struct forwarder_network {
    uint8_t octets[16]; /* network order; 0 behind the prefix */
    uint8_t size;       /* of an address in it: 4, 16, or 0: the network of what is no address */
    uint8_t bits;       /* that all of them have: at most 8 * size */
};

/* How many bits make a network, for each kind of address. */
struct forwarder_network_bits {
    uint8_t ipv4; /* at most 32 */
    uint8_t ipv6; /* at most 128 */
};

/* The network of an address. */
struct forwarder_network forwarder_network_of(const struct forwarder_address *address,
                                              struct forwarder_network_bits bits);

/* Whether the address is in the network. */
bool forwarder_network_has(const struct forwarder_network *network,
                           const struct forwarder_address *address);

/* Whether both are the same. */
bool forwarder_network_equal(const struct forwarder_network *a, const struct forwarder_network *b);

/* The octets that tell networks apart, for a hash. */
static inline struct bytes forwarder_network_bytes(const struct forwarder_network *network)
{
    _Static_assert(sizeof(*network) == 18, "there is no padding");
    return bytes_of((const uint8_t *)network, sizeof(*network));
}
