/* Prefixes of addresses, of which each half is a number. */
#include "forwarder/core/network.h"

#include <string.h>

#define WORD sizeof(uint64_t)

/* Half an address as a number, the most significant octet first. */
static inline uint64_t word_at(const uint8_t octets[WORD])
{
    return (uint64_t)octets[0] << 56 | (uint64_t)octets[1] << 48 | (uint64_t)octets[2] << 40 |
           (uint64_t)octets[3] << 32 | (uint64_t)octets[4] << 24 | (uint64_t)octets[5] << 16 |
           (uint64_t)octets[6] << 8 | (uint64_t)octets[7];
}

static inline void put_word(uint64_t word, uint8_t octets[WORD])
{
    for (unsigned int i = 0; i < WORD; i++)
        octets[i] = (uint8_t)(word >> (56 - 8 * i));
}

/* The bits of half an address that are among its first `bits`; `from`: of this half's first. */
static inline uint64_t mask_of(unsigned int bits, unsigned int from)
{
    if (bits <= from)
        return 0;
    return bits - from >= 64 ? UINT64_MAX : ~(UINT64_MAX >> (bits - from));
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

    put_word(word_at(address->octets) & mask_of(network.bits, 0), network.octets);
    put_word(word_at(address->octets + WORD) & mask_of(network.bits, 64), network.octets + WORD);
    return network;
}

bool forwarder_network_has(const struct forwarder_network *network,
                           const struct forwarder_address *address)
{
    uint64_t first = word_at(network->octets) ^ word_at(address->octets);
    uint64_t last = word_at(network->octets + WORD) ^ word_at(address->octets + WORD);

    return network->size == address->size && (first & mask_of(network->bits, 0)) == 0 &&
           (last & mask_of(network->bits, 64)) == 0;
}

bool forwarder_network_equal(const struct forwarder_network *a, const struct forwarder_network *b)
{
    return a->size == b->size && a->bits == b->bits && memcmp(a->octets, b->octets, a->size) == 0;
}
