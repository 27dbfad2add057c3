/* SipHash: so many rounds for each eight octets, and others at the end. */
#include "forwarder/core/hash.h"

struct state {
    uint64_t v[4];
};

static uint64_t rotate(uint64_t value, unsigned int bits)
{
    return value << bits | value >> (64U - bits);
}

static inline void mix(struct state *s)
{
    s->v[0] += s->v[1];
    s->v[2] += s->v[3];
    s->v[1] = rotate(s->v[1], 13) ^ s->v[0];
    s->v[3] = rotate(s->v[3], 16) ^ s->v[2];
    s->v[0] = rotate(s->v[0], 32) + s->v[3];
    s->v[2] += s->v[1];
    s->v[3] = rotate(s->v[3], 21) ^ s->v[0];
    s->v[1] = rotate(s->v[1], 17) ^ s->v[2];
    s->v[2] = rotate(s->v[2], 32);
}

static inline void absorb(struct state *s, uint64_t word, unsigned int rounds)
{
    s->v[3] ^= word;
    for (unsigned int i = 0; i < rounds; i++)
        mix(s);
    s->v[0] ^= word;
}

/* Four octets as a number, the least significant first. */
static inline uint64_t read_half(const uint8_t octets[4])
{
    return (uint32_t)octets[0] | (uint32_t)octets[1] << 8 | (uint32_t)octets[2] << 16 |
           (uint32_t)octets[3] << 24;
}

/* Fewer than eight octets as a number, the least significant first: some of them twice. */
static inline uint64_t read_few(const uint8_t *octets, size_t size)
{
    uint64_t value = 0;

    if (size >= 4)
        return read_half(octets) | read_half(octets + size - 4) << 8 * (size - 4);
    if (size > 0)
        value = (uint64_t)octets[0] | (uint64_t)octets[size / 2] << 8 * (size / 2) |
                (uint64_t)octets[size - 1] << 8 * (size - 1);
    return value;
}

/* Numbers of rounds that are known here become straight code. */
static inline uint64_t hash(const struct forwarder_hash_key *key, struct bytes octets,
                            unsigned int rounds, unsigned int last_rounds)
{
    struct state s = { { key->halves[0] ^ UINT64_C(0x736f6d6570736575),
                         key->halves[1] ^ UINT64_C(0x646f72616e646f6d),
                         key->halves[0] ^ UINT64_C(0x6c7967656e657261),
                         key->halves[1] ^ UINT64_C(0x7465646279746573) } };
    uint64_t last;
    uint64_t word;
    size_t done = 0;

    for (; octets.size - done >= sizeof(word); done += sizeof(word)) {
        word = forwarder_hash_word(octets.at + done);
        absorb(&s, word, rounds);
    }
    last = read_few(octets.at + done, octets.size - done);
    absorb(&s, last | (uint64_t)octets.size << 56, rounds);
    s.v[2] ^= 0xFF;
    for (unsigned int i = 0; i < last_rounds; i++)
        mix(&s);
    return s.v[0] ^ s.v[1] ^ s.v[2] ^ s.v[3];
}

uint64_t forwarder_hash(const struct forwarder_hash_key *key, struct bytes octets)
{
    return hash(key, octets, 1, 3);
}

uint64_t forwarder_hash_strong(const struct forwarder_hash_key *key, struct bytes octets)
{
    return hash(key, octets, 2, 4);
}
