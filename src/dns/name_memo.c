/* The slow half of a memo: a name is followed, and its first target is kept. */
#include "dns/name_memo.h"

#include "dns/header.h"

/* A name that is being followed from its first pointer on. */
struct follow {
    size_t at;    /* the pointer that is followed now */
    size_t start; /* where the run of labels before it began */
    size_t size;  /* octets so far, without the root's */
    unsigned int hops;
    size_t steps; /* labels and pointers */
    size_t span;  /* of the first target's run; 0 until that is over */
};

static inline size_t target_of(const uint8_t *pointer)
{
    return (size_t)(pointer[0] & 0x3FU) << 8 | pointer[1];
}

/* Moves over the labels of the run at `target`; true where they end, in time, with the root's octet
 * or a pointer. */
static inline bool follow_run(const uint8_t *base, struct follow *name, size_t target)
{
    size_t at = target;
    size_t end = name->start; /* runs lead strictly backward */
    size_t size = name->size;
    unsigned int length = 0;

    for (; at < end; at += 1 + length) {
        length = base[at];
        if (length == 0 || length > DNS_LABEL_SIZE_MAX)
            break;
        size += 1 + length;
        if (size >= DNS_NAME_SIZE_MAX)
            return false;
        name->steps++;
    }
    if (at >= end || (length != 0 && (length < 0xC0 || end - at < 2)))
        return false;
    if (name->span == 0)
        name->span = at + (length == 0 ? 1 : 2) - target;
    name->at = at;
    name->start = target;
    name->size = size;
    return true;
}

size_t dns_name_memo_follow(struct dns_name_memo *memo, const uint8_t *base,
                            struct dns_name_run name, size_t at, size_t size)
{
    struct follow follow = { .at = at, .start = name.start, .size = size };
    size_t first = target_of(base + at);
    const struct dns_name_place *place = NULL;

    do {
        size_t target = target_of(base + follow.at);

        if (target >= follow.start || target < DNS_HEADER_SIZE || follow.hops >= DNS_NAME_HOPS_MAX)
            return 0;
        follow.hops++;
        follow.steps++;
        place = dns_name_memo_find(memo, target, follow.start);
        if (place != NULL)
            break;
        if (!follow_run(base, &follow, target))
            return 0;
    } while (base[follow.at] != 0);
    follow.size += place != NULL ? place->size : 1;
    follow.hops += place != NULL ? place->hops : 0;
    if (follow.size > DNS_NAME_SIZE_MAX || follow.hops > DNS_NAME_HOPS_MAX)
        return 0;
    if (follow.steps > memo->steps_left) {
        memo->steps_left = 0;
        return 0;
    }
    memo->steps_left -= follow.steps;
    memo->filled |= UINT64_C(1) << first % DNS_NAME_PLACES;
    memo->places[first % DNS_NAME_PLACES] = (struct dns_name_place){
        .at = (uint16_t)first,
        .size = (uint16_t)(follow.size - size),
        .hops = (uint16_t)(follow.hops - 1),
        .span = (uint16_t)follow.span,
    };
    return at + 2;
}
