/*
 * Building a message into a block of the caller's, with name compression.
 *
 *     struct dns_builder builder;
 *     dns_builder_init(&builder, block, sizeof(block), &header);
 *     verdict = dns_builder_add_question(&builder, &question);
 *     verdict = dns_builder_add_rr(&builder, DNS_ANSWER, &rr);
 *     struct bytes wire = dns_builder_finish(&builder);
 *
 * Sections are filled in their order (REQUIRE). Each add writes a whole entry, or refuses
 * (DNS_NO_ROOM, or what is wrong with the record) and changes nothing. Names are compressed against
 * all names before them, exactly (upper and lower case differ, so that each keeps its case), in
 * owners and in those RDATA fields where RFC 3597 section 4 allows it: each has a pointer for its
 * longest ending that stands before it, within the limits of dns/name_table.h. Time is linear in
 * the octets that are given and written.
 *
 * The builder is plain storage of less than 2 KiB; the block must outlive it. For messages of
 * many names, dns_builder_extend() gives it more room to remember them. Pure; one thread.
 */
#pragma once

#include "dns/edns.h"
#include "dns/header.h"
#include "dns/name_table.h"
#include "dns/question.h"
#include "dns/rr.h"

struct dns_builder {
    struct byte_writer out;
    uint16_t counts[DNS_SECTIONS];
    enum dns_section section; /* the one that is being filled */
    struct dns_name_table names;
};

/* A state of a builder to go back to. */
struct dns_builder_mark {
    size_t position;
    unsigned int labels_count;
    uint16_t counts[DNS_SECTIONS];
    enum dns_section section;
};

/* Begins a message in the `capacity` (at least 12: REQUIRE; what is above 65,535 is not used)
 * octets at `block` with this header; its counts are taken from what is added. The caller keeps the
 * block. */
void dns_builder_init(struct dns_builder *builder, void *block, size_t capacity,
                      const struct dns_header *header);

/* Gives the builder, to which nothing was added yet (REQUIRE), room to remember `max` labels (at
 * least 16: REQUIRE) instead of DNS_NAME_TABLE_LABELS; DNS_NAME_TABLE_LABELS_MAX suffices for any
 * message. The caller keeps it for as long as the builder is used. */
void dns_builder_extend(struct dns_builder *builder, struct dns_name_table_label *labels,
                        size_t max);

/* Says that records to come stand in this message, which dns_message_read() has accepted and whose
 * octets do not change while the builder is used: names in it are then known by their offset. Saves
 * time, changes nothing else. */
void dns_builder_set_source(struct dns_builder *builder, struct bytes source);

/* Adds a question. */
struct dns_verdict dns_builder_add_question(struct dns_builder *builder,
                                            const struct dns_question *question);

/* Adds a record to a section (any but DNS_QUESTION). It may stand in another message, or be put
 * together: see dns/rr.h. A refusal's offset is that in the record's own input; for DNS_NO_ROOM it
 * is the size of the message so far. */
struct dns_verdict dns_builder_add_rr(struct dns_builder *builder, enum dns_section section,
                                      const struct dns_rr *rr);

/* Adds an OPT record to the additional section. */
struct dns_verdict dns_builder_add_edns(struct dns_builder *builder, const struct dns_edns *edns);

/* Keeps `size` octets at the end of the block free for what must fit later (an OPT record); false
 * where they are not there. dns_builder_release() gives them back. */
bool dns_builder_reserve(struct dns_builder *builder, size_t size);

/* Gives back octets that were reserved. */
void dns_builder_release(struct dns_builder *builder, size_t size);

/* Changes the flags of the header. */
void dns_builder_set_flags(struct dns_builder *builder, uint16_t flags);

/* The state to go back to. */
struct dns_builder_mark dns_builder_mark(const struct dns_builder *builder);

/* Goes back to a state that it had before: what came after is forgotten, in time that is linear in
 * the labels of it. */
void dns_builder_rollback(struct dns_builder *builder, const struct dns_builder_mark *mark);

/* Writes the counts, and gives the message as a view of the caller's block. More may be added, and
 * then this called again. */
struct bytes dns_builder_finish(struct dns_builder *builder);
