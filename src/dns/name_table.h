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
 * last ones and needs no search. Pure; one thread.
 */
#pragma once

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "dns/octets.h"
#include "dns/status.h"

#define DNS_NAME_TABLE_LABELS 128 /* a table remembers without more room: messages of some KiB */
#define DNS_NAME_TABLE_LABELS_MAX 8192 /* enough for any message */
#define DNS_NAME_TABLE_STEPS_PER_OCTET 3
#define DNS_NAME_TABLE_STEPS_FREE 1024
#define DNS_NAME_TABLE_RECENT 64U
#define DNS_NAME_TABLE_RUNS 4
#define DNS_NAME_TABLE_SOURCES 64U
#define DNS_NAME_TABLE_FACTOR 0x9E3779B97F4A7C15U /* odd, and its bits have no pattern */

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
    size_t steps_left;
    uint64_t recent_set; /* a bit for each place of `recent` that is in use */
    struct dns_name_table_recent recent[DNS_NAME_TABLE_RECENT];
    const uint8_t *source; /* the first octet of a message that stays as it is, or NULL */
    struct dns_name_table_source sources[DNS_NAME_TABLE_SOURCES];
    struct dns_name_table_label own[DNS_NAME_TABLE_LABELS];
};

/* An empty table, whose hashes are keyed with the seed. */
void dns_name_table_init(struct dns_name_table *table, uint16_t seed);

/* Gives the table, which must be empty (REQUIRE), room for `max` labels, 16 (REQUIRE) to
 * DNS_NAME_TABLE_LABELS_MAX (what is more is not used). The caller keeps it for as long as the
 * table is used. */
void dns_name_table_extend(struct dns_name_table *table, struct dns_name_table_label *labels,
                           size_t max);

/* Says that names with this `base` stand in a message that has been read with DNS_OK and does not
 * change while the table is used: what was written from there once is known by its offset. */
void dns_name_table_trust(struct dns_name_table *table, const uint8_t *base);

/* Allows the steps that `octets` octets of input pay for. */
static inline void dns_name_table_pay(struct dns_name_table *table, size_t octets)
{
    table->steps_left += DNS_NAME_TABLE_STEPS_PER_OCTET * octets;
}

/* The place for a name among the recent ones, by the octets with which it begins. */
static inline unsigned int dns_name_table_place(const struct byte_reader *in)
{
    const uint8_t *octets = in->base + in->position;
    size_t left = byte_reader_left(in);
    uint64_t word = 0;

    if (left >= sizeof(word))
        word = dns_octets_word(octets);
    else if (left > 0)
        word = dns_octets_few(octets, left);
    return (unsigned int)(word * DNS_NAME_TABLE_FACTOR >> 58) % DNS_NAME_TABLE_RECENT;
}

/* Where the name at the cursor was written, if it stands uncompressed there and was written lately;
 * 0: it must be looked for. The message is what `out` has. */
static inline size_t dns_name_table_recent(const struct dns_name_table *table,
                                           const struct byte_reader *in,
                                           const struct byte_writer *out)
{
    unsigned int place = dns_name_table_place(in);
    const struct dns_name_table_recent *recent = &table->recent[place];
    const uint8_t *octets = in->base + in->position;
    size_t left = byte_reader_left(in);
    size_t at = recent->at;

    if ((table->recent_set >> place & 1) == 0)
        return 0;
    for (unsigned int i = 0; i < DNS_NAME_TABLE_RUNS; i++) {
        size_t run = recent->runs[i];

        if (left <= run || run == 0 || !dns_octets_same(octets, &out->base[at], run))
            return 0;
        octets += run;
        left -= run;
        at += run;
        if (out->base[at] == 0)
            return octets[0] == 0 ? recent->at : 0;
        at = (size_t)(out->base[at] & 0x3F) << 8 | out->base[at + 1];
    }
    return 0;
}

/* Reads the name at in's cursor, moves the cursor past the octets that stand there, and writes the
 * name. *ret_at: where a pointer to it may lead from now on, or 0. `out` is the writer of the whole
 * message. DNS_NO_ROOM with the offset in `out`; other refusals as of dns_name_read(). On refusal
 * `in` and `out` are as they were. */
struct dns_verdict dns_name_table_write(struct dns_name_table *table, struct byte_reader *in,
                                        struct byte_writer *out, size_t *ret_at);

/* Forgets all labels but the first `count`; the message is cut at `position`. */
void dns_name_table_rollback(struct dns_name_table *table, unsigned int count, size_t position);
