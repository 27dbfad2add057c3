/*
 * struct forwarder_names: a set of many names in few octets. Each stands once, behind an octet of
 * flags, in one row of entries; a table of open addressing finds the entry by a keyed hash, and the
 * whole name is compared, so that nothing is found that is not there, and nobody without the key
 * can choose names that fall together.
 *
 *     entry: flags, the name in small letters on the wire, and with FORWARDER_NAME_LOCAL the kind
 *            of its zone (one octet) and the place of its records (four, of this machine)
 *
 * A name of 18 octets takes 19, and 11 of the table. It is made by local/build.h, and does not
 * change afterwards. Pure; any thread.
 */
#pragma once

#include "dns/name.h"
#include "forwarder/core/hash.h"

/* What is known of a name. */
enum forwarder_name_flag {
    FORWARDER_NAME_BLOCKED = 1,       /* it is blocked, */
    FORWARDER_NAME_BLOCKED_BELOW = 2, /* and so are those below it */
    FORWARDER_NAME_ALLOWED = 4,       /* it is allowed, */
    FORWARDER_NAME_ALLOWED_BELOW = 8, /* and so are those below it */
    FORWARDER_NAME_LOCAL = 16,        /* it is answered here, or one below it is */
    FORWARDER_NAME_WILDCARD = 32,     /* with a star before it, it has records */
};

struct forwarder_name_slot {
    uint32_t mark;  /* the upper half of the hash, which says where the search begins */
    uint32_t entry; /* its place in the entries; 0: the slot is free */
};

struct forwarder_names {
    struct forwarder_hash_key key;
    const struct forwarder_name_slot *slots;
    uint32_t slots_count;   /* 0: there are no names */
    const uint8_t *entries; /* with DNS_NAME_SIZE_MAX octets behind the last; the first is unused */
    uint64_t depths;        /* bit n: there is a name of n labels; 63: of 63 or more */
    uint64_t tops;          /* forwarder_names_top() of all names: what else ends is not there */
};

/* The bit of `depths` for a name of so many labels. */
static inline uint64_t forwarder_names_depth(unsigned int labels)
{
    return UINT64_C(1) << (labels < 63 ? labels : 63U);
}

/* The bit of `tops` for a name whose last label, in small letters, stands here with its length. */
static inline uint64_t forwarder_names_top(const uint8_t *label)
{
    return UINT64_C(1) << (label[0] + 5U * label[1] + 11U * label[label[0]]) % 64;
}

/* The mark of a name on the wire, in small letters. */
static inline uint32_t forwarder_names_mark(const struct forwarder_names *names, struct bytes lower)
{
    return (uint32_t)(forwarder_hash(&names->key, lower) >> 32);
}

/* The slot where a search for this mark begins; slots_count is more than 0. Slots are in the order
 * of their marks, but for those that found theirs taken. */
static inline uint32_t forwarder_names_first_slot(uint32_t mark, uint32_t slots_count)
{
    return (uint32_t)((uint64_t)mark * slots_count >> 32);
}

/* The place of a name's entry, 0 where there is none. `lower` is a whole name on the wire, in small
 * letters. */
uint32_t forwarder_names_find(const struct forwarder_names *names, struct bytes lower);

/* The octets of an entry's name. */
struct bytes forwarder_names_name(const struct forwarder_names *names, uint32_t entry);
