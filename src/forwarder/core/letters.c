/*
 * ASCII alone has case in names (RFC 4343). Eight octets are looked at together, the first of them
 * in the lowest bits. Where there are eight or more, the last eight overlap those before them, and
 * what is done to an octet twice is the same; fewer are done one by one.
 */
#include "forwarder/core/letters.h"

#include "base/require.h"
#include "dns/octets.h"
#include "forwarder/core/hash.h"

#define CASE_BIT 0x20U
#define WORD sizeof(uint64_t)

static inline void store(uint64_t word, uint8_t octets[WORD])
{
    for (unsigned int i = 0; i < WORD; i++)
        octets[i] = (uint8_t)(word >> 8 * i);
}

/* Where the octets behind `at`, which has been done, begin. */
static inline size_t step(size_t at, size_t size)
{
    return at + 2 * WORD <= size || at + WORD == size ? at + WORD : size - WORD;
}

/* The top bit of each octet, that of the first as the lowest. */
static inline unsigned int gather(uint64_t word)
{
    return (unsigned int)((word >> 7) * UINT64_C(0x0102040810204080) >> 56);
}

/* The reverse: the top bits of eight octets. */
static inline uint64_t spread(unsigned int bits)
{
    uint64_t each = DNS_OCTETS_EACH(bits & 0xFFU) & UINT64_C(0x8040201008040201);

    return (each + DNS_OCTETS_EACH(0x7F)) & DNS_OCTETS_EACH(0x80);
}

static bool is_upper(uint8_t octet)
{
    return (unsigned int)octet - 'A' < 26;
}

static bool is_letter(uint8_t octet)
{
    return (octet | CASE_BIT) - (unsigned int)'a' < 26;
}

struct forwarder_letters forwarder_letters_read(struct bytes name)
{
    struct forwarder_letters letters = { { 0 } };

    REQUIRE(name.size <= DNS_NAME_SIZE_MAX);
    for (size_t at = 0; name.size >= WORD && at < name.size; at = step(at, name.size)) {
        uint64_t word = forwarder_hash_word(name.at + at);
        unsigned int upper = gather(dns_octets_between(word, 'A', 'Z')) << at % 8;

        letters.upper[at / 8] |= (uint8_t)upper;
        letters.upper[at / 8 + 1] |= (uint8_t)(upper >> 8);
    }
    for (size_t i = 0; name.size < WORD && i < name.size; i++)
        letters.upper[0] |= (uint8_t)(is_upper(name.at[i]) << i);
    return letters;
}

void forwarder_letters_write(const struct forwarder_letters *letters, uint8_t *name, size_t size)
{
    REQUIRE(size <= DNS_NAME_SIZE_MAX);
    for (size_t at = 0; size >= WORD && at < size; at = step(at, size)) {
        uint64_t word = forwarder_hash_word(name + at);
        unsigned int bits = letters->upper[at / 8] | (unsigned int)letters->upper[at / 8 + 1] << 8;
        uint64_t letter = dns_octets_between(word | DNS_OCTETS_EACH(CASE_BIT), 'a', 'z') >> 2;

        store((word | letter) ^ (spread(bits >> at % 8) >> 2 & letter), name + at);
    }
    for (size_t i = 0; size < WORD && i < size; i++) {
        bool upper = (letters->upper[0] >> i & 1U) != 0;

        if (is_letter(name[i]))
            name[i] = (uint8_t)((name[i] | CASE_BIT) ^ (upper ? CASE_BIT : 0));
    }
}

void forwarder_letters_lower(uint8_t *ret_lower, const uint8_t *name, size_t size)
{
    for (size_t at = 0; size >= WORD && at < size; at = step(at, size))
        store(dns_octets_lower(forwarder_hash_word(name + at)), ret_lower + at);
    for (size_t i = 0; size < WORD && i < size; i++)
        ret_lower[i] = (uint8_t)(name[i] | (is_upper(name[i]) ? CASE_BIT : 0));
}
