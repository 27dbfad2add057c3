/* SipHash with one round for each eight octets and three at the end. */
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

static inline void absorb(struct state *s, uint64_t word)
{
    s->v[3] ^= word;
    mix(s);
    s->v[0] ^= word;
}

uint64_t forwarder_hash(const struct forwarder_hash_key *key, struct bytes octets)
{
    struct state s = { { key->halves[0] ^ UINT64_C(0x736f6d6570736575),
                         key->halves[1] ^ UINT64_C(0x646f72616e646f6d),
                         key->halves[0] ^ UINT64_C(0x6c7967656e657261),
                         key->halves[1] ^ UINT64_C(0x7465646279746573) } };
    uint64_t last = (uint64_t)octets.size << 56;
    uint64_t word;
    size_t done = 0;

    for (; octets.size - done >= sizeof(word); done += sizeof(word)) {
        memcpy(&word, octets.at + done, sizeof(word));
        absorb(&s, word);
    }
    for (size_t i = 0; done + i < octets.size; i++)
        last |= (uint64_t)octets.at[done + i] << 8 * i;
    absorb(&s, last);
    s.v[2] ^= 0xFF;
    mix(&s);
    mix(&s);
    mix(&s);
    return s.v[0] ^ s.v[1] ^ s.v[2] ^ s.v[3];
}
