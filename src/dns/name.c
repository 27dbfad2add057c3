/*
 * Domain names. Reading is in two steps: check, which follows the name once and only counts, and
 * copy, which then needs no more care.
 */
#include "dns/name.h"

#include "dns/header.h"
#include "dns/octets.h"

#define POINTER_BITS 0xC0U /* the two bits that make a length octet the first of a pointer */

/* A name that is being followed through a message. */
struct follow {
    size_t at;   /* the next length octet or pointer */
    size_t run;  /* where the run of labels began */
    size_t end;  /* where the run must be over */
    size_t next; /* what stands behind the name in its own place; 0 until a pointer is met */
    unsigned int hops;
};

/* What it means that a run is longer than it may be. */
static inline enum dns_status past_end(const struct follow *name)
{
    return name->hops == 0 ? DNS_NAME_TRUNCATED : DNS_NAME_OVERLAP;
}

/* What a pointer does to the walk: the next run is where it leads, and ends before this one. */
static inline enum dns_status follow_pointer(const uint8_t *base, struct follow *name)
{
    size_t target;

    if (name->end - name->at < 2)
        return past_end(name);
    target = (base[name->at] & ~POINTER_BITS) << 8 | base[name->at + 1];
    if (target >= name->run)
        return DNS_POINTER_NOT_BACKWARD;
    if (target < DNS_HEADER_SIZE)
        return DNS_POINTER_TO_HEADER;
    if (name->hops++ == DNS_NAME_HOPS_MAX)
        return DNS_POINTER_HOPS;
    if (name->next == 0)
        name->next = name->at + 2;
    name->end = name->run;
    name->run = target;
    name->at = target;
    return DNS_OK;
}

/* Follows the name at in's cursor to its root. */
static inline struct dns_verdict name_check(const struct byte_reader *in, size_t *ret_next,
                                            size_t *ret_size)
{
    const uint8_t *base = in->base;
    struct follow name = { .at = in->position, .run = in->position, .end = in->end };
    size_t size = 1;

    for (;;) {
        unsigned int length;

        if (name.at >= name.end)
            return dns_refuse(past_end(&name), name.at);
        length = base[name.at];
        if (length == 0)
            break;
        if (length <= DNS_LABEL_SIZE_MAX) {
            if (name.end - name.at <= length)
                return dns_refuse(past_end(&name), name.at);
            size += 1 + length;
            if (size > DNS_NAME_SIZE_MAX)
                return dns_refuse(DNS_NAME_SIZE, name.at);
            name.at += 1 + length;
        } else if (length < POINTER_BITS) {
            return dns_refuse(DNS_LABEL_TYPE, name.at);
        } else {
            enum dns_status status = follow_pointer(base, &name);

            if (status != DNS_OK)
                return dns_refuse(status, name.at);
        }
    }
    *ret_next = name.next != 0 ? name.next : name.at + 1;
    *ret_size = size;
    return dns_accept();
}

/* Copies the name at `at`, which has been checked and has `size` octets. */
static void name_copy(const uint8_t *base, size_t at, size_t size, struct dns_name *ret_name)
{
    size_t filled = 0;

    while (filled < size) {
        unsigned int length = base[at];

        if (length >= POINTER_BITS) {
            at = (length & ~POINTER_BITS) << 8 | base[at + 1];
            continue;
        }
        memcpy(&ret_name->octets[filled], &base[at], 1 + length);
        filled += 1 + length;
        at += 1 + length;
    }
    ret_name->size = (uint8_t)size;
}

struct dns_verdict dns_name_read(struct byte_reader *in, struct dns_name *ret_name)
{
    size_t next;
    size_t size;
    struct dns_verdict verdict = name_check(in, &next, &size);

    if (verdict.status != DNS_OK)
        return verdict;
    if (next - in->position == size) { /* without a pointer */
        dns_octets_copy(ret_name->octets, in->base + in->position, size);
        ret_name->size = (uint8_t)size;
    } else {
        name_copy(in->base, in->position, size, ret_name);
    }
    in->position = next;
    return dns_accept();
}

struct dns_verdict dns_name_skip(struct byte_reader *in, size_t *ret_size)
{
    size_t next;
    struct dns_verdict verdict = name_check(in, &next, ret_size);

    if (verdict.status == DNS_OK)
        in->position = next;
    return verdict;
}

bool dns_name_is_compressed(struct byte_reader in)
{
    uint8_t length = 0;

    while (read_u8(&in, &length) && length != 0 && length <= DNS_LABEL_SIZE_MAX &&
           read_skip(&in, length))
        continue;
    return length >= POINTER_BITS;
}

static inline uint8_t lower(uint8_t octet)
{
    return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet + ('a' - 'A')) : octet;
}

/* Compares as strings of octets, case ignored, a prefix before what it begins. */
static int compare_octets(struct bytes a, struct bytes b)
{
    size_t common = a.size < b.size ? a.size : b.size;

    for (size_t i = 0; i < common; i++) {
        int difference = lower(a.at[i]) - lower(b.at[i]);

        if (difference != 0)
            return difference;
    }
    return (a.size > b.size) - (a.size < b.size);
}

bool dns_label_equal(const uint8_t *a, const uint8_t *b)
{
    return a[0] == b[0] && dns_octets_alike(a + 1, b + 1, a[0]);
}

bool dns_name_equal(const struct dns_name *a, const struct dns_name *b)
{
    /* Length octets are at most 63, below any letter, so they need no care. */
    return a->size == b->size && dns_octets_alike(a->octets, b->octets, a->size);
}

/* Where each label of a name begins. */
struct label_starts {
    unsigned int count;
    uint8_t at[DNS_NAME_LABELS_MAX];
};

static void find_labels(const struct dns_name *name, struct label_starts *ret_labels)
{
    unsigned int count = 0;

    for (unsigned int at = 0; name->octets[at] != 0; at += 1U + name->octets[at])
        ret_labels->at[count++] = (uint8_t)at;
    ret_labels->count = count;
}

static struct bytes label_at(const struct dns_name *name, uint8_t start)
{
    return bytes_of(&name->octets[start + 1U], name->octets[start]);
}

int dns_name_compare(const struct dns_name *a, const struct dns_name *b)
{
    struct label_starts in_a;
    struct label_starts in_b;

    find_labels(a, &in_a);
    find_labels(b, &in_b);
    for (unsigned int i = 1; i <= in_a.count && i <= in_b.count; i++) {
        int order = compare_octets(label_at(a, in_a.at[in_a.count - i]),
                                   label_at(b, in_b.at[in_b.count - i]));

        if (order != 0)
            return order;
    }
    return (in_a.count > in_b.count) - (in_a.count < in_b.count);
}

void dns_name_lower(struct dns_name *name)
{
    for (unsigned int i = 0; i < name->size; i++)
        name->octets[i] = lower(name->octets[i]);
}

unsigned int dns_name_labels(const struct dns_name *name)
{
    struct label_starts labels;

    find_labels(name, &labels);
    return labels.count;
}
