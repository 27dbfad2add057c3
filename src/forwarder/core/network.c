/* Prefixes of addresses: whole octets, and what is left of one. */
#include "forwarder/core/network.h"

#include <string.h>

/* Octet `place` of an address, of which the first `bits` bits count. */
static uint8_t masked(uint8_t octet, size_t place, unsigned int bits)
{
    unsigned int left = bits > 8 * place ? bits - (unsigned int)(8 * place) : 0;

    return left >= 8 ? octet : (uint8_t)(octet & ~(0xFFU >> left));
}

struct forwarder_network forwarder_network_of(const struct forwarder_address *address,
                                              struct forwarder_network_bits bits)
{
    struct forwarder_network network = {
        .size = address->size,
        .bits = address->size == 0   ? 0
                : address->size == 4 ? bits.ipv4
                                     : bits.ipv6,
    };

    for (size_t i = 0; i < address->size; i++)
        network.octets[i] = masked(address->octets[i], i, network.bits);
    return network;
}

bool forwarder_network_has(const struct forwarder_network *network,
                           const struct forwarder_address *address)
{
    size_t whole = network->bits / 8U;

    return network->size == address->size && memcmp(network->octets, address->octets, whole) == 0 &&
           (network->bits % 8U == 0 ||
            network->octets[whole] == masked(address->octets[whole], whole, network->bits));
}

bool forwarder_network_equal(const struct forwarder_network *a, const struct forwarder_network *b)
{
    return a->size == b->size && a->bits == b->bits && memcmp(a->octets, b->octets, a->size) == 0;
}
