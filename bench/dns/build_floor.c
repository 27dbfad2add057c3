/*
 * The floor of building: one pass by hand that writes the same octets from the same records. It
 * trusts all that holds for the benchmark's messages: the block is large enough, names and RDATA
 * are well formed, there are fewer than a hundred labels, all within reach of a pointer, and no
 * other type has a name to compress than those it knows. Not for use: for comparison.
 */
#include "build.h"

#include <stdlib.h>

#define PLACES 256U

struct place {
    uint16_t at;   /* 0: free */
    uint16_t hash; /* of the name from the label at `at` on */
};

struct pass {
    uint8_t *out;
    uint8_t *at;
    size_t owner; /* where the last owner stands */
    struct place places[PLACES];
};

struct prepared {
    const struct build_list *list;
    uint8_t *block;
};

static inline uint64_t load64(const uint8_t *at)
{
    uint64_t value;

    memcpy(&value, at, sizeof(value));
    return value;
}

static inline uint32_t load32(const uint8_t *at)
{
    uint32_t value;

    memcpy(&value, at, sizeof(value));
    return value;
}

/* A label of less than eight octets, with its length, as one number. */
static inline uint64_t load_few(const uint8_t *at, size_t size)
{
    if (size >= 4)
        return load32(at) | (uint64_t)load32(at + size - 4) << 32;
    return at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[size - 1] << 16;
}

static inline uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * 0x9E3779B97F4A7C15U;
    return hash ^ hash >> 32;
}

static inline uint64_t hash_label(uint64_t hash, const uint8_t *at, size_t size)
{
    if (size < 8)
        return mix(hash, load_few(at, size));
    for (size_t i = 0; i + 8 < size; i += 8)
        hash = mix(hash, load64(at + i));
    return mix(hash, load64(at + size - 8));
}

static inline bool same_label(const uint8_t *a, const uint8_t *b, size_t size)
{
    if (size < 8)
        return load_few(a, size) == load_few(b, size);
    for (size_t i = 0; i + 8 < size; i += 8) {
        if (load64(a + i) != load64(b + i))
            return false;
    }
    return load64(a + size - 8) == load64(b + size - 8);
}

/* Whether `name` is what stands at `at` in the message. */
static inline bool same_name(const uint8_t *out, size_t at, const uint8_t *name)
{
    while (name[0] != 0) {
        size_t size = 1U + name[0];

        if (out[at] != name[0] || !same_label(out + at, name, size))
            return false;
        name += size;
        at += size;
        if (out[at] >= 0xC0)
            at = (size_t)(out[at] & 0x3F) << 8 | out[at + 1];
    }
    return out[at] == 0;
}

static inline void put_u16(struct pass *pass, unsigned int value)
{
    pass->at[0] = (uint8_t)(value >> 8);
    pass->at[1] = (uint8_t)value;
    pass->at += 2;
}

static inline void put_octets(struct pass *pass, const uint8_t *from, size_t size)
{
    memcpy(pass->at, from, size);
    pass->at += size;
}

/* Finds the name with this hash, or the free place for it. */
static inline struct place *find(struct pass *pass, const uint8_t *name, unsigned int hash)
{
    struct place *place = &pass->places[hash % PLACES];

    while (place->at != 0 && (place->hash != hash || !same_name(pass->out, place->at, name)))
        place = &pass->places[(size_t)(place - pass->places + 1) % PLACES];
    return place;
}

/* Writes a name and gives where it stands. */
static size_t put_name(struct pass *pass, const uint8_t *name)
{
    const uint8_t *labels[128];
    uint16_t hashes[128];
    unsigned int count = 0;
    uint64_t hash = 0;
    size_t start = (size_t)(pass->at - pass->out);

    if (name[0] == 0) {
        *pass->at++ = 0;
        return 0;
    }
    for (const uint8_t *at = name; at[0] != 0; at += 1U + at[0])
        labels[count++] = at;
    for (unsigned int i = count; i > 0; i--) {
        hash = hash_label(hash, labels[i - 1], 1U + labels[i - 1][0]);
        hashes[i - 1] = (uint16_t)(hash >> 16);
    }
    for (unsigned int i = 0; i < count; i++) {
        struct place *place = find(pass, labels[i], hashes[i]);

        if (place->at != 0) {
            put_octets(pass, name, (size_t)(labels[i] - name));
            put_u16(pass, 0xC000U | place->at);
            return i == 0 ? place->at : start;
        }
        *place = (struct place){ (uint16_t)(start + (size_t)(labels[i] - name)), hashes[i] };
    }
    put_octets(pass, name, (size_t)(labels[count - 1] - name) + 2U + labels[count - 1][0]);
    return start;
}

static inline void put_owner(struct pass *pass, const uint8_t *name)
{
    if (pass->owner != 0 && same_name(pass->out, pass->owner, name)) {
        put_u16(pass, 0xC000U | (unsigned int)pass->owner);
        return;
    }
    pass->owner = put_name(pass, name);
}

static inline void put_rdata(struct pass *pass, const struct build_record *record)
{
    const uint8_t *rdata = record->rdata.at;

    switch (record->type) {
    case 2: /* NS */
    case 5: /* CNAME */
        put_name(pass, rdata);
        return;
    case 15: /* MX */
        put_octets(pass, rdata, 2);
        put_name(pass, rdata + 2);
        return;
    case 6: /* SOA */
        put_name(pass, rdata);
        while (*rdata != 0)
            rdata += 1U + *rdata;
        put_name(pass, ++rdata);
        put_octets(pass, record->rdata.at + record->rdata.size - 20, 20);
        return;
    default:
        put_octets(pass, rdata, record->rdata.size);
    }
}

void *subject_prepare(const struct build_list *list, uint8_t *block)
{
    struct prepared *prepared = malloc(sizeof(*prepared));

    if (prepared != NULL)
        *prepared = (struct prepared){ list, block };
    return prepared;
}

size_t subject_build(void *prepared)
{
    const struct prepared *mine = prepared;
    const struct build_list *list = mine->list;
    struct pass pass;

    pass.out = mine->block;
    pass.at = pass.out;
    memset(pass.places, 0, sizeof(pass.places));
    put_u16(&pass, list->header.id);
    put_u16(&pass, list->header.flags);
    for (unsigned int i = 0; i < DNS_SECTIONS; i++)
        put_u16(&pass, list->header.counts[i]);
    pass.owner = put_name(&pass, list->question.name.octets);
    put_u16(&pass, list->question.type);
    put_u16(&pass, list->question.class);
    for (size_t i = 0; i < list->count; i++) {
        const struct build_record *record = &list->records[i];
        uint8_t *length;

        put_owner(&pass, record->owner.octets);
        put_u16(&pass, record->type);
        put_u16(&pass, record->class);
        put_u16(&pass, record->ttl_s >> 16);
        put_u16(&pass, record->ttl_s & 0xFFFF);
        length = pass.at;
        pass.at += 2;
        put_rdata(&pass, record);
        length[0] = (uint8_t)((size_t)(pass.at - length - 2) >> 8);
        length[1] = (uint8_t)(pass.at - length - 2);
    }
    return (size_t)(pass.at - pass.out);
}

struct bytes subject_wire(void *prepared, size_t size)
{
    return bytes_of(((struct prepared *)prepared)->block, size);
}
