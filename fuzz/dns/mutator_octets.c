/* Changes of a message in place: one number is changed, or one thing broken. */
#include "dns/code.h"
#include "dns/rdata.h"
#include "fuzz/dns/mutator_parts.h"

/* The message that is changed, and what was read of it. */
struct change {
    struct dns_maker *maker;
    struct dns_entries entries;
    const struct dns_entry *entry; /* one of them */
    bool is_record;
};

static uint8_t *octet_at(struct change *change, size_t at)
{
    return &change->maker->out.base[at];
}

static unsigned int number_at(struct change *change, size_t at)
{
    const uint8_t *octets = octet_at(change, at);

    return (unsigned int)octets[0] << 8 | octets[1];
}

static void put_number(struct change *change, size_t at, unsigned int number)
{
    byte_writer_patch_u16_be(&change->maker->out, at, (uint16_t)number);
}

/* Where the pointer of a name that begins at `at` stands; 0: it has none. */
static size_t pointer_of(struct change *change, size_t at)
{
    size_t size = change->maker->out.position;

    while (at < size && *octet_at(change, at) != 0 && *octet_at(change, at) < 0x40)
        at += 1U + *octet_at(change, at);
    return at + 1 < size && *octet_at(change, at) >= 0xC0 ? at : 0;
}

/* A name of the entry: its owner, or one in its RDATA. */
static size_t pick_name(struct change *change)
{
    struct byte_reader in = byte_reader_init(change->entries.wire);
    size_t chosen = change->entry->start;
    size_t names = 1;
    struct dns_rdata fields;
    struct dns_value value;
    struct dns_rr rr;

    in.position = change->entry->start;
    if (!change->is_record || dns_rr_read(&in, &rr).status != DNS_OK)
        return chosen;
    fields = dns_rdata_of(&rr);
    while (dns_rdata_next(&fields, &value)) {
        enum dns_field_kind kind = value.field->kind;

        if (kind < DNS_FIELD_NAME_SHORT || kind > DNS_FIELD_NAME_PLAIN)
            continue;
        if (dns_random_one_in(&change->maker->random, ++names))
            chosen = value.octets.position;
    }
    return chosen;
}

/* Makes a pointer lead to another name, or anywhere. */
static void redirect(struct change *change)
{
    struct dns_random *random = &change->maker->random;
    size_t name = pick_name(change);
    size_t pointer = pointer_of(change, name);
    size_t target = change->entries.entries[dns_random_below(random, change->entries.count)].start;

    if (pointer == 0)
        return;
    switch (dns_random_below(random, 8)) {
    case 0:
        target = pointer;
        break;
    case 1:
        target = name;
        break;
    case 2:
        target = dns_random_below(random, DNS_HEADER_SIZE);
        break;
    case 3:
        target = pointer + 1 + dns_random_below(random, 64);
        break;
    case 4:
        target = dns_random_below(random, pointer);
        break;
    default:
        break;
    }
    put_number(change, pointer, 0xC000U | (unsigned int)(target & 0x3FFFU));
}

/* A label of a name becomes of another length, or of another type. */
static void break_label(struct change *change)
{
    struct dns_random *random = &change->maker->random;
    static const uint8_t lengths[] = { 0, 1, 62, 63, 64, 127, 128, 191, 192, 255 };
    uint8_t *label = octet_at(change, pick_name(change));

    if (dns_random_one_in(random, 2))
        *label = (uint8_t)(*label + (dns_random_one_in(random, 2) ? 1 : -1));
    else
        *label = DNS_RANDOM_OF(random, lengths);
}

static void change_rdlength(struct change *change)
{
    struct dns_random *random = &change->maker->random;
    size_t at = change->entry->fixed + 8;
    unsigned int length;

    if (!change->is_record)
        return;
    length = number_at(change, at);
    switch (dns_random_below(random, 4)) {
    case 0:
        length = dns_pick_number(change->maker, 16);
        break;
    case 1:
        length += (unsigned int)dns_random_below(random, 12);
        break;
    default:
        length += dns_random_one_in(random, 2) ? 1U : 0xFFFFU;
        break;
    }
    put_number(change, at, length);
}

static void change_count(struct change *change)
{
    struct dns_random *random = &change->maker->random;
    size_t at = 4 + 2 * dns_random_below(random, DNS_SECTIONS);
    unsigned int step = dns_random_one_in(random, 2) ? 1U : 0xFFFFU;

    put_number(change, at,
               dns_random_one_in(random, 4) ? dns_pick_number(change->maker, 16)
                                            : number_at(change, at) + step);
}

static void change_flags(struct change *change)
{
    unsigned int flags = number_at(change, 2);
    unsigned int opcode = dns_pick_number(change->maker, 4);

    if (dns_random_one_in(&change->maker->random, 2))
        put_number(change, 2, flags ^ 1U << dns_random_below(&change->maker->random, 16));
    else
        put_number(change, 2, dns_flags_of(flags, opcode, flags & 15U));
}

/* The type of a record, whose RDATA stays; its class; or its TTL. */
static void change_fixed(struct change *change)
{
    static const uint16_t classes[] = { 1, 3, 4, 254, 255, 0, 65535 };
    struct dns_random *random = &change->maker->random;
    size_t at = change->entry->fixed;

    switch (dns_random_below(random, change->is_record ? 3 : 2)) {
    case 0:
        put_number(change, at, dns_pick_type(change->maker));
        break;
    case 1:
        put_number(change, at + 2, DNS_RANDOM_OF(random, classes));
        break;
    default:
        put_number(change, at + 4 + 2 * dns_random_below(random, 2),
                   dns_pick_number(change->maker, 16));
        break;
    }
}

/* An octet of RDATA, or of the entry. */
static void change_octet(struct change *change)
{
    struct dns_random *random = &change->maker->random;
    size_t start = change->is_record ? change->entry->fixed + 10 : change->entry->start;
    size_t at = start + dns_random_below(random, change->entry->end - start);

    if (at >= change->maker->out.position)
        return;
    if (dns_random_one_in(random, 2))
        *octet_at(change, at) ^= (uint8_t)(1U << dns_random_below(random, 8));
    else
        *octet_at(change, at) = (uint8_t)dns_pick_number(change->maker, 8);
}

/* RDATA becomes larger or smaller, and RDLENGTH says so. */
static void resize_rdata(struct change *change)
{
    struct byte_writer *out = &change->maker->out;
    struct dns_random *random = &change->maker->random;
    size_t rdata = change->entry->fixed + 10;
    size_t size = change->entry->end - rdata;
    size_t at = rdata + dns_random_below(random, size + 1);
    size_t after = out->position - at;
    size_t step = 1 + dns_random_below(random, dns_random_one_in(random, 4) ? 300 : 4);

    if (!change->is_record)
        return;
    if (dns_random_one_in(random, 2)) {
        step = step < byte_writer_left(out) ? step : byte_writer_left(out);
        step = size + step <= UINT16_MAX ? step : 0;
        memmove(out->base + at + step, out->base + at, after);
        memset(out->base + at, (int)dns_pick_number(change->maker, 8), step);
        out->position += step;
        size += step;
    } else {
        size_t left = change->entry->end - at;

        step = step < left ? step : left;
        memmove(out->base + at, out->base + at + step, after - step);
        out->position -= step;
        size -= step;
    }
    put_number(change, change->entry->fixed + 8, (unsigned int)size);
}

static void change_end(struct change *change)
{
    struct byte_writer *out = &change->maker->out;
    struct dns_random *random = &change->maker->random;

    if (dns_random_one_in(random, 2))
        dns_put_octets(change->maker, dns_pick_size(change->maker, 0, 16));
    else
        out->position -= dns_random_below(random, out->position - DNS_HEADER_SIZE + 1);
}

/* What needs an entry, and then what any message has. */
static void (*const changes[])(struct change *change) = {
    redirect,    redirect,     change_octet, change_octet, resize_rdata, change_rdlength,
    break_label, change_fixed, change_fixed, change_flags, change_count, change_end,
};

#define FIRST_OF_ANY 9

void dns_mutate_octets(struct dns_maker *maker)
{
    struct change change = { .maker = maker };
    size_t count = sizeof(changes) / sizeof(changes[0]);
    size_t first;

    if (!dns_entries_read(byte_writer_written(&maker->out), &change.entries))
        return;
    first = change.entries.count == 0 ? FIRST_OF_ANY : 0;
    change.entry = &change.entries.entries[dns_random_below(&maker->random, change.entries.count)];
    change.is_record = change.entry->section != DNS_QUESTION;
    changes[first + dns_random_below(&maker->random, count - first)](&change);
}
