/*
 * Names of every shape: labels, and then the root or a pointer to a place where a name stands. A
 * place remembers how large the name from there on is, so that what is put together is right.
 */
#include "fuzz/dns/maker.h"

#include "dns/header.h"

#define POINTER 0xC000U
#define POINTER_MAX 0x3FFFU

/* Steps that may be asked for: below what a message may (DNS_POINTER_STEPS). */
#define STEPS_FREE 512
#define STEPS_PER_OCTET 2

/* The labels of a name in front of its root or its pointer. */
struct labels {
    size_t size;
    uint8_t octets[DNS_NAME_SIZE_MAX];
};

static void add_label(struct labels *labels, size_t room, struct bytes label)
{
    if (labels->size + 1 + label.size > room)
        return;
    labels->octets[labels->size] = (uint8_t)label.size;
    memcpy(&labels->octets[labels->size + 1], label.at, label.size);
    labels->size += 1 + label.size;
}

static void add_words(struct dns_maker *maker, struct labels *labels, size_t room)
{
    static const char *const words[] = {
        "a",       "b",    "www",  "example",       "test", "mail",       "EXAMPLE", "eXaMple",
        "ns1",     "_tcp", "_443", "xn--bcher-kva", "*",    "0",          "127",     "arpa",
        "in-addr", "ip6",  "com",  "net",           "a.b",  "with space", "_dns-sd", "\\",
        "\"",      "@",    "$",
    };
    size_t count = 1 + dns_random_below(&maker->random, 3);

    for (size_t i = 0; i < count; i++)
        add_label(labels, room, bytes_of_text(DNS_RANDOM_OF(&maker->random, words)));
}

/* Labels of `size` octets, as many as there is room for; the last one takes what is left. */
static void add_all(struct dns_maker *maker, struct labels *labels, size_t room, size_t size)
{
    bool is_odd = dns_random_one_in(&maker->random, 2);

    while (room - labels->size >= 2) {
        uint8_t label[DNS_LABEL_SIZE_MAX];
        size_t left = room - labels->size - 1;
        size_t taken = left < size ? left : size;

        /* One octet is no label. */
        if (left - taken == 1 && taken > 1)
            taken--;
        for (size_t i = 0; i < taken; i++)
            label[i] = is_odd ? (uint8_t)dns_random_next(&maker->random) : 'x';
        add_label(labels, room, bytes_of(label, taken));
    }
}

/* One label of any octets: zeroes, dots, above 127, upper case. */
static void add_odd(struct dns_maker *maker, struct labels *labels, size_t room, size_t size)
{
    uint8_t label[DNS_LABEL_SIZE_MAX];

    for (size_t i = 0; i < size; i++)
        label[i] = (uint8_t)dns_random_next(&maker->random);
    if (dns_random_one_in(&maker->random, 2))
        label[0] = 0;
    add_label(labels, room, bytes_of(label, size));
}

/* Labels of at most `room` octets together. */
static void pick_labels(struct dns_maker *maker, struct labels *labels, size_t room)
{
    labels->size = 0;
    switch (dns_random_below(&maker->random, 20)) {
    case 0:
    case 1:
        break;
    case 2:
        add_all(maker, labels, room, DNS_LABEL_SIZE_MAX);
        break;
    case 3:
        add_all(maker, labels, room, 1);
        break;
    case 4:
        add_odd(maker, labels, room, DNS_LABEL_SIZE_MAX);
        break;
    case 5:
    case 6:
        add_odd(maker, labels, room, 1 + dns_random_below(&maker->random, DNS_LABEL_SIZE_MAX));
        break;
    default:
        add_words(maker, labels, room);
        break;
    }
}

static void remember(struct dns_maker *maker, struct dns_place place)
{
    unsigned int at = maker->places_count;

    if (at == DNS_PLACES_MAX)
        at = (unsigned int)dns_random_below(&maker->random, DNS_PLACES_MAX);
    else
        maker->places_count++;
    maker->places[at] = place;
}

/* The places of a name that begins at `start`: each of its labels, and its pointer. */
static void remember_labels(struct dns_maker *maker, size_t start, const struct labels *labels,
                            const struct dns_place *tail)
{
    unsigned int hops = tail == NULL ? 0 : tail->hops + 1U;
    unsigned int steps = tail == NULL ? 0 : tail->steps + 1U;
    size_t tail_size = tail == NULL ? 1 : tail->size;
    unsigned int count = 0;

    for (size_t at = 0; at < labels->size; at += 1U + labels->octets[at])
        count++;
    for (size_t at = 0; at <= labels->size; at += 1U + labels->octets[at], count--) {
        bool is_end = at == labels->size;

        if (start + at <= POINTER_MAX && !maker->is_full)
            remember(maker, (struct dns_place){
                                .at = (uint16_t)(start + at),
                                .size = (uint8_t)(labels->size - at + tail_size),
                                .hops = (uint8_t)hops,
                                .steps = (uint8_t)(steps + count),
                            });
        if (is_end)
            break;
    }
}

static void put_labels(struct dns_maker *maker, const struct labels *labels,
                       const struct dns_place *tail)
{
    size_t start = maker->out.position;

    dns_put_bytes(maker, bytes_of(labels->octets, labels->size));
    if (tail == NULL) {
        dns_put_u8(maker, 0);
    } else {
        maker->steps += labels->size + tail->steps + 1U;
        dns_put_u16(maker, POINTER | tail->at);
    }
    remember_labels(maker, start, labels, tail);
}

/* Whether a name may point to this place. */
static bool may_follow(const struct dns_maker *maker, const struct dns_place *place)
{
    return place->hops < DNS_NAME_HOPS_MAX &&
           maker->steps + place->steps + DNS_NAME_SIZE_MAX <
               STEPS_FREE + STEPS_PER_OCTET * maker->out.position;
}

static void put_wrong_size(struct dns_maker *maker, size_t label_size)
{
    struct labels labels = { .size = 0 };

    add_all(maker, &labels, DNS_NAME_SIZE_MAX, label_size);
    dns_put_bytes(maker, bytes_of(labels.octets, labels.size));
    /* Of labels of one octet, 127 take 254. */
    if (labels.size < DNS_NAME_SIZE_MAX)
        dns_put_u16(maker, 0x0178);
    dns_put_u8(maker, 0);
}

static void put_wrong_name(struct dns_maker *maker, enum dns_name_rule rule,
                           enum dns_name_wrong wrong)
{
    size_t at = maker->out.position;
    size_t ahead = 1 + dns_random_below(&maker->random, 40);

    switch (wrong) {
    case DNS_WRONG_LABEL_01:
        dns_put_u16(maker, 0x4000U + (unsigned int)dns_random_below(&maker->random, 0x4000));
        dns_put_u8(maker, 0);
        break;
    case DNS_WRONG_LABEL_10:
        dns_put_u16(maker, 0x8000U + (unsigned int)dns_random_below(&maker->random, 0x4000));
        dns_put_u8(maker, 0);
        break;
    case DNS_WRONG_SIZE:
        put_wrong_size(maker, DNS_LABEL_SIZE_MAX);
        break;
    case DNS_WRONG_LABELS:
        put_wrong_size(maker, 1);
        break;
    case DNS_WRONG_POINTER:
        if (rule == DNS_NAME_WHOLE && maker->places_count > 0)
            at = maker->places[dns_random_below(&maker->random, maker->places_count)].at;
        dns_put_u16(maker, POINTER | (unsigned int)(at & POINTER_MAX));
        break;
    case DNS_WRONG_FORWARD:
        dns_put_u16(maker, POINTER | (unsigned int)((at + ahead) & POINTER_MAX));
        break;
    case DNS_WRONG_HEADER:
        dns_put_u16(maker,
                    POINTER | (unsigned int)dns_random_below(&maker->random, DNS_HEADER_SIZE));
        break;
    case DNS_WRONG_CUT:
        dns_put_u16(maker, 0x0578);
        maker->rdata_ends = true;
        break;
    case DNS_NAME_RIGHT:
    case DNS_WRONG_NAMES:
        break;
    }
}

void dns_make_name(struct dns_maker *maker, enum dns_name_rule rule, enum dns_name_wrong wrong)
{
    struct dns_place tail = { .at = 0 };
    struct labels labels;

    if (wrong != DNS_NAME_RIGHT) {
        put_wrong_name(maker, rule, wrong);
        return;
    }
    if (rule == DNS_NAME_ANYHOW && maker->places_count > 0 &&
        !dns_random_one_in(&maker->random, 3)) {
        tail = maker->places[dns_random_below(&maker->random, maker->places_count)];
        if (!may_follow(maker, &tail))
            tail.at = 0;
    }
    pick_labels(maker, &labels, DNS_NAME_SIZE_MAX - (tail.at == 0 ? 1U : tail.size));
    put_labels(maker, &labels, tail.at == 0 ? NULL : &tail);
}

/* Whether the place holds just these octets of a name; `base` is the message. */
static bool is_name_at(const struct dns_maker *maker, const struct dns_place *place,
                       struct bytes name)
{
    struct byte_reader in = byte_reader_init(byte_writer_written(&maker->out));
    struct dns_name there;

    in.position = place->at;
    return place->size == name.size && dns_name_read(&in, &there).status == DNS_OK &&
           bytes_equal(dns_name_bytes(&there), name);
}

void dns_put_name(struct dns_maker *maker, enum dns_name_rule rule, const struct dns_name *name)
{
    const struct dns_place *tail = NULL;
    struct labels labels = { .size = 0 };

    while (tail == NULL && name->octets[labels.size] != 0) {
        struct bytes rest = bytes_of(name->octets + labels.size, name->size - labels.size);

        for (unsigned int i = 0; rule == DNS_NAME_ANYHOW && i < maker->places_count; i++) {
            const struct dns_place *place = &maker->places[i];

            if (may_follow(maker, place) && is_name_at(maker, place, rest))
                tail = place;
        }
        if (tail == NULL)
            labels.size += 1U + name->octets[labels.size];
    }
    memcpy(labels.octets, name->octets, labels.size);
    put_labels(maker, &labels, tail);
}

void dns_put_ladder(struct dns_maker *maker, struct dns_place place, unsigned int hops)
{
    for (unsigned int i = 0; i < hops; i++) {
        size_t at = maker->out.position;

        dns_put_u16(maker, POINTER | place.at);
        if (maker->is_full || at > POINTER_MAX)
            return;
        place.at = (uint16_t)at;
        place.hops++;
        place.steps++;
        if (i + 1 == hops || dns_random_one_in(&maker->random, 16))
            remember(maker, place);
    }
}
