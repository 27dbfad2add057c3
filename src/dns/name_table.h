/*
 * Names that were written to a message, and where: what compression needs.
 *
 * A name is written with a pointer for the longest ending of it that stands in the message already
 * (RFC 1035 section 4.1.4). The table keeps, for each label that was written, where it stands and a
 * hash of the name that begins there. A new name is hashed from its end, so that one pass gives the
 * hashes of all its endings; these are looked for from the longest on, and what is found is
 * compared with what stands in the message, since hashes may agree by accident or by intent. Before
 * all that, a name is compared with the last one that began with the same octets: most names of a
 * message have been in it before.
 *
 * Limits, past which a message grows but nothing fails:
 * - a pointer reaches the first 16,384 octets;
 * - the table remembers DNS_NAME_TABLE_LABELS labels, or as many as the caller gives it room for;
 * - looking takes at most DNS_NAME_TABLE_STEPS_PER_OCTET steps (a label that is walked or compared,
 *   or a link of a chain) for each octet that is given, above DNS_NAME_TABLE_STEPS_FREE. Whoever
 *   chooses labels whose hashes agree, or names that are long behind short pointers, has no more
 *   of anybody's time than that. Hashes are keyed with the message's id, so who does not know it
 *   cannot choose such labels beforehand.
 * `gaps` counts where one of the latter two had an effect; as long as it is 0, no pointer that was
 * possible has been missed.
 *
 * Chains are in the order in which labels came, so going back to an earlier state takes out the
 * last ones and needs no search. This is its storage, which is a part of the builder; what is done
 * with it: dns/name_table_write.h.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define DNS_NAME_TABLE_LABELS 128 /* a table remembers without more room: messages of some KiB */
#define DNS_NAME_TABLE_LABELS_MAX 8192 /* enough for any message */
#define DNS_NAME_TABLE_STEPS_PER_OCTET 3
#define DNS_NAME_TABLE_STEPS_FREE 1024
#define DNS_NAME_TABLE_RECENT 64U
#define DNS_NAME_TABLE_RUNS 4
#define DNS_NAME_TABLE_SOURCES 64U

/* A label that was written. `head` has nothing to do with it: it belongs to this place of the
 * array, which has one chain too. Links are numbers of labels from 1 on; 0: the end. */
struct dns_name_table_label {
    uint16_t at;   /* its offset in the message */
    uint16_t hash; /* of the name that begins with it */
    uint16_t next; /* the label before it in its chain */
    uint16_t head; /* the last label of this place's chain */
};

/* Where a name of the source was written. */
struct dns_name_table_source {
    uint16_t from; /* its offset in the source; 0: nothing is kept here */
    uint16_t at;   /* and in the message */
};

/* A whole name that was written lately: its runs of labels, each of which ends with a pointer to
 * the next one or with the root. */
struct dns_name_table_recent {
    uint16_t at;
    uint8_t runs[DNS_NAME_TABLE_RUNS]; /* octets of labels; 0: there are no more */
};

struct dns_name_table {
    struct dns_name_table_label *given; /* the caller's room for labels; NULL: own */
    unsigned int count;                 /* labels that are remembered */
    unsigned int max;                   /* and how many can be */
    unsigned int chains;                /* a power of two, at most max */
    unsigned int gaps;
    unsigned int seed;
    unsigned int source_size; /* in octets */
    size_t steps_left;
    uint64_t recent_set; /* a bit for each place of `recent` that is in use */
    struct dns_name_table_recent recent[DNS_NAME_TABLE_RECENT];
    const uint8_t *source; /* the first octet of a message that stays as it is, or NULL */
    struct dns_name_table_source sources[DNS_NAME_TABLE_SOURCES];
    struct dns_name_table_label own[DNS_NAME_TABLE_LABELS];
};
