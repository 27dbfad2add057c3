/*
 * What is done with the table of names that were written, dns/name_table.h. Pure; one thread.
 */
#pragma once

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "base/bytes.h"
#include "dns/name_table.h"
#include "dns/octets.h"
#include "dns/status.h"

#define DNS_NAME_TABLE_FACTOR 0x9E3779B97F4A7C15U /* odd, and its bits have no pattern */

/* An empty table, whose hashes are keyed with the seed. */
void dns_name_table_init(struct dns_name_table *table, uint16_t seed);

/* Gives the table, which must be empty (REQUIRE), room for `max` labels, 16 (REQUIRE) to
 * DNS_NAME_TABLE_LABELS_MAX (what is more is not used). The caller keeps it for as long as the
 * table is used. */
void dns_name_table_extend(struct dns_name_table *table, struct dns_name_table_label *labels,
                           size_t max);

/* Says that names whose base is this message's first octet stand in it; it has been read with
 * DNS_OK and does not change while the table is used: what was written from there once is known by
 * its offset. */
void dns_name_table_trust(struct dns_name_table *table, struct bytes source);

/* Says that a name of `size` octets, which came from elsewhere, was written at `at` (not 0). If it
 * is that of the source's first question as well, it is known as such. */
void dns_name_table_relate(struct dns_name_table *table, size_t at, const uint8_t *name,
                           size_t size);

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
