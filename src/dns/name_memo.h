/*
 * Names that were followed already: what makes one pass over a message fast, and linear.
 *
 * Most names of a message end with a pointer to where many others point. The memo keeps, for some
 * of these targets, what follows from them; the next name that leads there is then known to be well
 * formed without being followed again. What is not kept is followed, and the steps of that are
 * counted: a message may ask for DNS_NAME_STEPS_PER_OCTET steps for each of its octets, which no
 * message does that was made to say something, so that time is linear in its size.
 *
 * A memo serves one pass over one message, forwards. Pure; one thread.
 */
#pragma once

#include "base/byte_reader.h"
#include "dns/name.h"

#define DNS_NAME_PLACES 64U
#define DNS_NAME_STEPS_PER_OCTET 4
#define DNS_NAME_STEPS_FREE 1024

/* A target of pointers, in the place of its offset modulo DNS_NAME_PLACES. */
struct dns_name_place {
    uint16_t at;
    uint16_t size; /* octets of the name from here on, uncompressed, with the root's */
    uint16_t hops; /* pointers that are followed from here on */
    uint16_t span; /* octets that stand here, up to and with the root's or the first pointer's */
};

/* Where a run of labels begins, and where it must be over. Here and below, offsets are from the
 * first octet of the message. */
struct dns_name_run {
    size_t start;
    size_t end;
};

struct dns_name_memo {
    uint64_t filled; /* a bit for each place that something was put into; the others are garbage */
    size_t steps_left; /* labels and pointers that may still be followed */
    struct dns_name_place places[DNS_NAME_PLACES];
};

/* An empty memo for a message of `size` octets. Its places are not touched: most messages are so
 * small that to clear them would be the greater part of the work. */
static inline void dns_name_memo_init(struct dns_name_memo *memo, size_t size)
{
    memo->filled = 0;
    memo->steps_left = DNS_NAME_STEPS_PER_OCTET * size + DNS_NAME_STEPS_FREE;
}

/* What is kept of a target, which may be used from the run at `start`; NULL: nothing. */
static inline const struct dns_name_place *dns_name_memo_find(const struct dns_name_memo *memo,
                                                              size_t target, size_t start)
{
    const struct dns_name_place *place = &memo->places[target % DNS_NAME_PLACES];
    bool is_filled = (memo->filled >> target % DNS_NAME_PLACES & 1U) != 0;

    return is_filled && place->at == target && target + place->span <= start ? place : NULL;
}

/* The rest of dns_name_memo_skip() for a name that has `size` octets up to the pointer at `at`, and
 * whose target is not kept. */
size_t dns_name_memo_follow(struct dns_name_memo *memo, const uint8_t *base,
                            struct dns_name_run name, size_t at, size_t size);

/* The offset behind the name that begins with the run in the message at `base`: where
 * dns_name_skip() would move a reader. 0 where the name is not well formed, or where no step is
 * left: dns_name_skip() tells which. */
static inline size_t dns_name_memo_skip(struct dns_name_memo *memo, const uint8_t *base,
                                        struct dns_name_run name)
{
    size_t at = name.start;
    size_t size = 0;

    while (at < name.end) {
        unsigned int length = base[at];
        const struct dns_name_place *place;
        size_t target;

        if (length == 0)
            return at + 1;
        if (length <= DNS_LABEL_SIZE_MAX) {
            size += 1 + length;
            at += 1 + length;
            if (size >= DNS_NAME_SIZE_MAX)
                return 0;
            continue;
        }
        if (length < 0xC0 || name.end - at < 2)
            return 0;
        target = (size_t)(length & 0x3F) << 8 | base[at + 1];
        place = dns_name_memo_find(memo, target, name.start);
        if (place == NULL || size + place->size > DNS_NAME_SIZE_MAX ||
            place->hops >= DNS_NAME_HOPS_MAX)
            return dns_name_memo_follow(memo, base, name, at, size);
        return at + 2;
    }
    return 0;
}
