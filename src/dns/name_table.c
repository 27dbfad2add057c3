/*
 * Names that were written. Most names of a message are short, and most of their labels too: so
 * octets are hashed, compared and copied in words of eight, the last of which overlaps the one
 * before it, and a name that is uncompressed where it stands is not copied before it is written.
 */
#include "dns/name_table_write.h"

#include "base/require.h"
#include "dns/header.h"
#include "dns/name.h"
#include "dns/octets.h"

#define POINTER 0xC000U
#define POINTER_BITS 0xC0U
#define POINTER_OFFSET_MAX 0x3FFFU
#define CHAINS_MIN 16U

/* A name that is to be written: where its labels stand. */
struct labels {
    const uint8_t *base; /* offsets count from here */
    unsigned int count;
    unsigned int size; /* of the name without the root's octet */
    bool is_whole;     /* the labels stand one behind the other */
    struct {
        uint16_t at;
        uint16_t hash; /* of the name from this label on */
    } of[DNS_NAME_LABELS_MAX];
};

static inline uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * DNS_NAME_TABLE_FACTOR;
    return hash ^ hash >> 32;
}

/* The hash of a name, from that of the name behind its first label; `size`: with the length. */
static inline uint64_t hash_label(uint64_t hash, const uint8_t *label, size_t size)
{
    if (size < sizeof(uint64_t))
        return mix(hash, dns_octets_few(label, size));
    for (size_t at = 0; at + sizeof(uint64_t) < size; at += sizeof(uint64_t))
        hash = mix(hash, dns_octets_word(&label[at]));
    return mix(hash, dns_octets_word(&label[size - sizeof(uint64_t)]));
}

static inline struct dns_name_table_label *labels_of(struct dns_name_table *table)
{
    return table->given != NULL ? table->given : table->own;
}

/* Empties as many chains as are in use. */
static void clear_chains(struct dns_name_table *table)
{
    struct dns_name_table_label *labels = labels_of(table);

    for (unsigned int i = 0; i < table->chains; i++)
        labels[i].head = 0;
}

void dns_name_table_init(struct dns_name_table *table, uint16_t seed)
{
    table->given = NULL;
    table->count = 0;
    table->max = DNS_NAME_TABLE_LABELS;
    table->chains = CHAINS_MIN;
    table->gaps = 0;
    table->seed = seed;
    table->steps_left = DNS_NAME_TABLE_STEPS_FREE;
    table->source = NULL;
    table->recent_set = 0;
    clear_chains(table);
}

void dns_name_table_extend(struct dns_name_table *table, struct dns_name_table_label *labels,
                           size_t max)
{
    REQUIRE(table->count == 0);
    REQUIRE(max >= CHAINS_MIN);
    table->given = labels;
    table->max = max < DNS_NAME_TABLE_LABELS_MAX ? (unsigned int)max : DNS_NAME_TABLE_LABELS_MAX;
    table->chains = CHAINS_MIN;
    clear_chains(table);
}

void dns_name_table_trust(struct dns_name_table *table, struct bytes source)
{
    table->source = source.at;
    table->source_size = (unsigned int)source.size;
    memset(table->sources, 0, sizeof(table->sources));
}

static inline void set_source(struct dns_name_table *table, size_t from, size_t at)
{
    table->sources[from % DNS_NAME_TABLE_SOURCES] =
        (struct dns_name_table_source){ (uint16_t)from, (uint16_t)at };
}

void dns_name_table_relate(struct dns_name_table *table, size_t at, const uint8_t *name,
                           size_t size)
{
    const size_t from = DNS_HEADER_SIZE;

    if (table->source != NULL && table->source_size >= from + size &&
        dns_octets_same(table->source + from, name, size))
        set_source(table, from, at);
}

/* Finds the labels of a name that is uncompressed where it stands. False: it is not, or is wrong.
 */
static inline bool walk_whole(const struct byte_reader *in, struct labels *labels)
{
    const uint8_t *base = in->base + in->position;
    size_t left = byte_reader_left(in);
    size_t limit = left < DNS_NAME_SIZE_MAX ? left : DNS_NAME_SIZE_MAX;
    unsigned int count = 0;
    unsigned int at = 0;
    unsigned int length = 0;

    for (; at < limit; at += 1 + length) {
        length = base[at];
        if (length - 1 > DNS_LABEL_SIZE_MAX - 1)
            break;
        labels->of[count++].at = (uint16_t)at;
    }
    labels->base = base;
    labels->count = count;
    labels->size = at;
    labels->is_whole = true;
    return at < limit && length == 0;
}

/* The same for any name. Moves over it. */
static __attribute__((noinline)) struct dns_verdict walk_any(struct byte_reader *in,
                                                             struct labels *labels)
{
    const uint8_t *base = in->base;
    size_t at = in->position;
    unsigned int count = 0;
    size_t size;
    struct dns_verdict verdict;

    if (at > DNS_MESSAGE_SIZE_MAX)
        return dns_refuse(DNS_MESSAGE_SIZE, at);
    verdict = dns_name_skip(in, &size);
    if (verdict.status != DNS_OK)
        return verdict;
    while (base[at] != 0) {
        if (base[at] >= POINTER_BITS) {
            at = (base[at] & ~POINTER_BITS) << 8 | base[at + 1];
            continue;
        }
        labels->of[count++].at = (uint16_t)at;
        at += 1U + base[at];
    }
    labels->base = base;
    labels->count = count;
    labels->size = (unsigned int)size - 1;
    labels->is_whole = false;
    return dns_accept();
}

/* Where the name goes on behind a label that was written, when that ends at `end`; 0: it is over.
 */
static inline size_t follow(const uint8_t *message, size_t end)
{
    unsigned int length = message[end];

    if (length >= POINTER_BITS)
        return (size_t)(length & ~POINTER_BITS) << 8 | message[end + 1];
    return length == 0 ? 0 : end;
}

/* How many labels from the i-th on are the same as those of the name that was written at `at`, and
 * one more if they are all there and that name is over as well. */
static inline unsigned int count_same(const uint8_t *message, size_t at, const struct labels *name,
                                      unsigned int i)
{
    unsigned int count = 0;

    for (; i < name->count; i++, count++) {
        const uint8_t *label = name->base + name->of[i].at;
        size_t size = 1U + label[0];

        if (at == 0 || message[at] != label[0] || !dns_octets_same(&message[at], label, size))
            return count;
        at = follow(message, at + size);
    }
    return at == 0 ? count + 1 : count;
}

/* Finds the hashes of all endings. */
static inline void hash_name(const struct dns_name_table *table, struct labels *name)
{
    uint64_t hash = table->seed;

    for (unsigned int i = name->count; i > 0; i--) {
        const uint8_t *label = name->base + name->of[i - 1].at;

        hash = hash_label(hash, label, 1U + label[0]);
        name->of[i - 1].hash = (uint16_t)(hash >> 16);
    }
}

static inline void spend(struct dns_name_table *table, size_t steps)
{
    table->steps_left -= steps < table->steps_left ? steps : table->steps_left;
}

/* Where the labels from the i-th on were written; 0: nowhere. */
static inline size_t find_ending(struct dns_name_table *table, const uint8_t *message,
                                 const struct labels *name, unsigned int i)
{
    const struct dns_name_table_label *labels = labels_of(table);
    unsigned int hash = name->of[i].hash;
    unsigned int link = labels[hash & (table->chains - 1)].head;

    for (; link != 0; link = labels[link - 1].next) {
        const struct dns_name_table_label *label = &labels[link - 1];
        unsigned int same;

        if (table->steps_left == 0) {
            table->gaps++;
            return 0;
        }
        table->steps_left--;
        if (label->hash != hash)
            continue;
        same = count_same(message, label->at, name, i);
        if (same > name->count - i)
            return label->at;
        spend(table, same);
    }
    return 0;
}

static inline void link_label(struct dns_name_table *table, unsigned int index)
{
    struct dns_name_table_label *labels = labels_of(table);
    struct dns_name_table_label *chain = &labels[labels[index].hash & (table->chains - 1)];

    labels[index].next = chain->head;
    chain->head = (uint16_t)(index + 1);
}

/* Chains stay short: there are about as many as labels. */
static __attribute__((noinline)) void double_chains(struct dns_name_table *table)
{
    table->chains *= 2;
    clear_chains(table);
    for (unsigned int i = 0; i < table->count; i++)
        link_label(table, i);
}

/* Remembers the first `count` labels of a name, which were written at `start` and end at `end`. */
static __attribute__((noinline)) void
remember(struct dns_name_table *table, const struct labels *name, unsigned int count, size_t end)
{
    while (count > 0) {
        struct dns_name_table_label *label;

        count--;
        end -= 1U + name->base[name->of[count].at];
        if (end > POINTER_OFFSET_MAX)
            continue;
        if (table->count == table->max) {
            table->gaps++;
            return;
        }
        if (table->count == table->chains && 2 * table->chains <= table->max)
            double_chains(table);
        label = &labels_of(table)[table->count];
        label->at = (uint16_t)end;
        label->hash = name->of[count].hash;
        link_label(table, table->count++);
    }
}

/* The octets of the first `count` labels. */
static inline size_t size_of(const struct labels *name, unsigned int count)
{
    size_t size = 0;

    if (count == name->count)
        return name->size;
    if (name->is_whole)
        return name->of[count].at;
    for (unsigned int i = 0; i < count; i++)
        size += 1U + name->base[name->of[i].at];
    return size;
}

/* Copies labels that do not stand one behind the other. */
static __attribute__((noinline)) void copy_labels(const struct labels *name, unsigned int count,
                                                  uint8_t *to)
{
    for (unsigned int i = 0; i < count; i++) {
        const uint8_t *label = name->base + name->of[i].at;

        memcpy(to, label, 1U + label[0]);
        to += 1U + label[0];
    }
}

/* Writes the first `count` labels, and a pointer to `target`, or the root where that is 0. */
static inline bool write_labels(const struct labels *name, unsigned int count, size_t target,
                                struct byte_writer *out)
{
    size_t size = size_of(name, count);
    uint8_t *to = out->base + out->position;

    if (byte_writer_left(out) < size + (target != 0 ? 2 : 1))
        return false;
    if (name->is_whole)
        dns_octets_copy(to, name->base, size);
    else
        copy_labels(name, count, to);
    to += size;
    if (target != 0)
        *to++ = (uint8_t)(POINTER_BITS | target >> 8);
    *to++ = (uint8_t)target;
    out->position = (size_t)(to - out->base);
    return true;
}

/* Where the name at the cursor begins in the source; 0: it does not stand there. */
static inline size_t source_of(const struct dns_name_table *table, const struct byte_reader *in)
{
    const uint8_t *octets = in->base + in->position;

    if (in->base != table->source || byte_reader_left(in) < 2)
        return 0;
    if (octets[0] >= POINTER_BITS)
        return (size_t)(octets[0] & ~POINTER_BITS) << 8 | octets[1];
    return in->position <= POINTER_OFFSET_MAX ? in->position : 0;
}

/* Where the name was written, if it is nothing but a pointer in the source; 0: it is not known. */
static inline size_t find_source(const struct dns_name_table *table, size_t from,
                                 const struct byte_reader *in)
{
    const struct dns_name_table_source *source = &table->sources[from % DNS_NAME_TABLE_SOURCES];

    if (from == 0 || source->from != from || in->base[in->position] < POINTER_BITS)
        return 0;
    return source->at;
}

/* Looks for the longest ending that is known: how many labels come before it, and in *ret_target
 * where it stands, or 0. */
static __attribute__((noinline)) unsigned int find_longest(struct dns_name_table *table,
                                                           const uint8_t *message,
                                                           struct labels *name, size_t *ret_target)
{
    hash_name(table, name);
    for (unsigned int i = 0; i < name->count; i++) {
        *ret_target = find_ending(table, message, name, i);
        if (*ret_target != 0)
            return i;
    }
    return name->count;
}

/* Writes a name whose labels were found; false: there is no room. */
static inline bool write_name(struct dns_name_table *table, struct labels *name,
                              struct byte_writer *out, size_t *ret_at)
{
    size_t start = out->position;
    size_t target = 0;
    unsigned int count = name->count;
    bool can_look = table->steps_left >= count;

    if (can_look) {
        table->steps_left -= count;
        count = find_longest(table, out->base, name, &target);
    } else {
        table->gaps++;
    }
    if (!write_labels(name, count, target, out))
        return false;
    if (can_look && count > 0)
        remember(table, name, count, out->position - (target != 0 ? 2 : 1));
    if (count > 0)
        target = start <= POINTER_OFFSET_MAX ? start : 0;
    *ret_at = target;
    return true;
}

/* Writes a name of which nothing is known beforehand. */
static __attribute__((noinline)) struct dns_verdict write_any(struct dns_name_table *table,
                                                              struct byte_reader *in,
                                                              struct byte_writer *out,
                                                              size_t *ret_at)
{
    size_t before = in->position;
    struct labels name;

    if (walk_whole(in, &name)) {
        in->position += name.size + 1;
    } else {
        struct dns_verdict verdict = walk_any(in, &name);

        if (verdict.status != DNS_OK)
            return verdict;
    }
    dns_name_table_pay(table, in->position - before);
    if (!write_name(table, &name, out, ret_at)) {
        in->position = before;
        return dns_refuse(DNS_NO_ROOM, out->position);
    }
    return dns_accept();
}

/* Remembers the name that stands at `at` as a recent one. */
static inline void set_recent(struct dns_name_table *table, unsigned int place,
                              const uint8_t *message, size_t at)
{
    struct dns_name_table_recent *recent = &table->recent[place];

    table->recent_set |= UINT64_C(1) << place;
    *recent = (struct dns_name_table_recent){ .at = (uint16_t)at };
    for (unsigned int i = 0; i < DNS_NAME_TABLE_RUNS; i++) {
        size_t start = at;

        while (message[at] != 0 && message[at] < POINTER_BITS)
            at += 1U + message[at];
        recent->runs[i] = (uint8_t)(at - start);
        if (message[at] == 0)
            return;
        at = (size_t)(message[at] & ~POINTER_BITS) << 8 | message[at + 1];
    }
}

struct dns_verdict dns_name_table_write(struct dns_name_table *table, struct byte_reader *in,
                                        struct byte_writer *out, size_t *ret_at)
{
    unsigned int place = dns_name_table_place(in);
    size_t from = 0;
    struct dns_verdict verdict;

    if (!byte_reader_is_done(in) && in->base[in->position] == 0 && write_u8(out, 0)) {
        in->position++;
        *ret_at = 0;
        return dns_accept();
    }
    if (table->source != NULL) {
        from = source_of(table, in);
        *ret_at = find_source(table, from, in);
        if (*ret_at != 0 && write_u16_be(out, (uint16_t)(POINTER | *ret_at))) {
            in->position += 2;
            return dns_accept();
        }
    }
    verdict = write_any(table, in, out, ret_at);
    if (verdict.status != DNS_OK || *ret_at == 0)
        return verdict;
    set_recent(table, place, out->base, *ret_at);
    if (from != 0)
        set_source(table, from, *ret_at);
    return verdict;
}

void dns_name_table_rollback(struct dns_name_table *table, unsigned int count, size_t position)
{
    struct dns_name_table_label *labels = labels_of(table);

    while (table->count > count) {
        const struct dns_name_table_label *label = &labels[--table->count];

        labels[label->hash & (table->chains - 1)].head = label->next;
    }
    for (unsigned int i = 0; i < DNS_NAME_TABLE_RECENT; i++) {
        uint64_t bit = UINT64_C(1) << i;

        if ((table->recent_set & bit) != 0 && table->recent[i].at >= position)
            table->recent_set &= ~bit;
    }
    for (unsigned int i = 0; table->source != NULL && i < DNS_NAME_TABLE_SOURCES; i++) {
        if (table->sources[i].at >= position)
            table->sources[i] = (struct dns_name_table_source){ 0 };
    }
}
