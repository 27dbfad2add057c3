/*
 * The floor of building: one pass by hand that writes the same octets from the same records, and
 * makes the checks that the builder makes: room in the block, labels and sizes of names, every
 * known RDATA looked into, the order of sections. It knows the types of the benchmark's messages
 * alone, gives no reason of a refusal and undoes nothing, and has no limit of steps: it remembers
 * up to a hundred labels or so, all within reach of a pointer. Not for use: for comparison.
 */
#include "build.h"
#include "floor_rdata.h"

#include <stdlib.h>

#define PLACES 256U

struct place {
    uint16_t at;   /* 0: free */
    uint16_t hash; /* of the name from the label at `at` on */
};

/* The message so far. */
struct written {
    uint8_t *out;
    uint8_t *at;
    uint8_t *end;
    size_t owner; /* where the last owner stands */
    enum dns_section section;
    unsigned int counts[DNS_SECTIONS];
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

/* Whether the name of `size` octets is what stands at `at` in the message. */
static inline bool same_name(const uint8_t *out, size_t at, const uint8_t *name, size_t size)
{
    const uint8_t *end = name + size;

    while (name < end && name[0] != 0) {
        size_t label = 1U + name[0];

        if (out[at] != name[0] || label > (size_t)(end - name) ||
            !same_label(out + at, name, label))
            return false;
        name += label;
        at += label;
        if (out[at] >= 0xC0)
            at = (size_t)(out[at] & 0x3F) << 8 | out[at + 1];
    }
    return name < end && out[at] == 0;
}

static inline bool has_room(const struct written *written, size_t size)
{
    return (size_t)(written->end - written->at) >= size;
}

static inline void put_u16(struct written *written, unsigned int value)
{
    written->at[0] = (uint8_t)(value >> 8);
    written->at[1] = (uint8_t)value;
    written->at += 2;
}

static inline bool put_octets(struct written *written, const uint8_t *from, size_t size)
{
    if (!has_room(written, size))
        return false;
    memcpy(written->at, from, size);
    written->at += size;
    return true;
}

/* Finds the name with this hash, or the free place for it. */
static inline struct place *find(struct written *written, const uint8_t *name, size_t size,
                                 unsigned int hash)
{
    struct place *place = &written->places[hash % PLACES];

    while (place->at != 0 &&
           (place->hash != hash || !same_name(written->out, place->at, name, size)))
        place = &written->places[(size_t)(place - written->places + 1) % PLACES];
    return place;
}

/* Writes the first octets of a name, and a pointer to where the others are. */
static inline bool put_pointer(struct written *written, const uint8_t *name, size_t size,
                               size_t target)
{
    if (!has_room(written, size + 2))
        return false;
    (void)put_octets(written, name, size);
    put_u16(written, 0xC000U | (unsigned int)target);
    return true;
}

/* Writes the name that begins `in`, moves `in` behind it, and gives where it stands. */
static bool put_name(struct written *written, struct bytes *in, size_t *ret_at)
{
    const uint8_t *name = in->at;
    const uint8_t *labels[128];
    uint16_t hashes[128];
    unsigned int count = 0;
    uint64_t hash = 0;
    size_t size = 0;
    size_t start = (size_t)(written->at - written->out);

    for (; size < in->size && size < 255 && name[size] != 0; size += 1U + name[size]) {
        if (name[size] >= 64)
            return false;
        labels[count++] = name + size;
    }
    if (size >= in->size || size >= 255)
        return false;
    *in = bytes_of(name + size + 1, in->size - size - 1);
    *ret_at = start;
    for (unsigned int i = count; i > 0; i--) {
        hash = hash_label(hash, labels[i - 1], 1U + labels[i - 1][0]);
        hashes[i - 1] = (uint16_t)(hash >> 16);
    }
    for (unsigned int i = 0; i < count; i++) {
        size_t before = (size_t)(labels[i] - name);
        struct place *place = find(written, labels[i], size + 1 - before, hashes[i]);

        if (place->at != 0) {
            *ret_at = i == 0 ? place->at : start;
            return put_pointer(written, name, before, place->at);
        }
        *place = (struct place){ (uint16_t)(start + before), hashes[i] };
    }
    return put_octets(written, name, size + 1);
}

static inline bool put_owner(struct written *written, const struct dns_name *name)
{
    struct bytes octets = dns_name_bytes(name);

    if (written->owner != 0 && same_name(written->out, written->owner, octets.at, octets.size))
        return put_pointer(written, NULL, 0, written->owner);
    return put_name(written, &octets, &written->owner);
}

/* A number of octets, a number of names, and octets up to the end. */
static inline bool put_names(struct written *written, struct bytes in, size_t before,
                             unsigned int names, size_t behind)
{
    size_t at;

    if (in.size < before || !put_octets(written, in.at, before))
        return false;
    in = bytes_of(in.at + before, in.size - before);
    for (; names > 0; names--) {
        if (!put_name(written, &in, &at))
            return false;
    }
    return in.size == behind && put_octets(written, in.at, behind);
}

static inline bool put_rdata(struct written *written, const struct build_record *record)
{
    struct pass pass = { .at = record->rdata.at, .size = record->rdata.size };

    switch (record->type) {
    case 2: /* NS */
    case 5: /* CNAME */
        return put_names(written, record->rdata, 0, 1, 0);
    case 15: /* MX */
        return put_names(written, record->rdata, 2, 1, 0);
    case 6: /* SOA */
        return put_names(written, record->rdata, 0, 2, 20);
    default:
        return pass_rdata(&pass, record->type, pass.size) &&
               put_octets(written, record->rdata.at, record->rdata.size);
    }
}

static inline bool put_record(struct written *written, const struct build_record *record)
{
    uint8_t *fixed;

    if (record->section < written->section || written->counts[record->section]++ == UINT16_MAX)
        return false;
    written->section = record->section;
    if (!put_owner(written, &record->owner) || !has_room(written, 10))
        return false;
    put_u16(written, record->type);
    put_u16(written, record->class);
    put_u16(written, record->ttl_s >> 16);
    put_u16(written, record->ttl_s & 0xFFFF);
    fixed = written->at;
    written->at += 2;
    if (!put_rdata(written, record))
        return false;
    fixed[0] = (uint8_t)((size_t)(written->at - fixed - 2) >> 8);
    fixed[1] = (uint8_t)(written->at - fixed - 2);
    return true;
}

static inline bool put_question(struct written *written, const struct dns_question *question)
{
    struct bytes name = dns_name_bytes(&question->name);

    if (!put_name(written, &name, &written->owner) || !has_room(written, 4))
        return false;
    put_u16(written, question->type);
    put_u16(written, question->class);
    written->counts[DNS_QUESTION]++;
    return true;
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
    struct written written;
    size_t size;

    memset(&written, 0, sizeof(written));
    written.out = mine->block;
    written.at = written.out;
    written.end = written.out + DNS_MESSAGE_SIZE_MAX;
    put_u16(&written, list->header.id);
    put_u16(&written, list->header.flags);
    written.at += 2 * (size_t)DNS_SECTIONS;
    if (!put_question(&written, &list->question))
        return 0;
    for (size_t i = 0; i < list->count; i++) {
        if (!put_record(&written, &list->records[i]))
            return 0;
    }
    size = (size_t)(written.at - written.out);
    written.at = written.out + 4;
    for (unsigned int i = 0; i < DNS_SECTIONS; i++)
        put_u16(&written, written.counts[i]);
    return size;
}

struct bytes subject_wire(void *prepared, size_t size)
{
    return bytes_of(((struct prepared *)prepared)->block, size);
}
