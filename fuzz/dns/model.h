/*
 * A message that is being built, told in the simplest way: a list of its entries, names whole; and
 * beside it the octets that a naive builder makes of them, which looks for the longest ending of
 * each name among all labels that it has written, one after another. What dns/builder.h builds is
 * held against both.
 *
 * The naive builder takes quadratic time: `looks` counts the labels that it has compared, and
 * whoever uses it stops where that is enough. A model owns what it holds on the heap. One thread.
 */
#pragma once

#include "dns/header.h"
#include "dns/question.h"
#include "dns/rr.h"

/* A question (no TTL, no RDATA) or a record. */
struct dns_model_entry {
    enum dns_section section;
    struct dns_name owner;
    uint16_t type;
    uint16_t class;
    uint32_t ttl_s;
    size_t rdata_at; /* in `plain` */
    size_t rdata_size;
};

/* A state to go back to. */
struct dns_model_mark {
    size_t position;
    unsigned int labels_count;
    unsigned int count;
    size_t plain_size;
};

struct dns_model {
    unsigned int count;
    unsigned int room;
    struct dns_model_entry *entries;
    size_t plain_size;
    size_t plain_room;
    uint8_t *plain; /* RDATA of all entries, names uncompressed */

    bool is_naive;          /* octets are written, too */
    struct byte_writer out; /* the naive builder's; its capacity may be changed */
    unsigned int labels_count;
    unsigned int labels_room;
    uint16_t *labels; /* where labels stand that a pointer reaches */
    size_t looks;
};

/* An empty message of at most `capacity` octets (12 to 65,535). */
struct dns_model dns_model_init(size_t capacity, const struct dns_header *header);

/* Frees what it holds; safe twice. */
void dns_model_done(struct dns_model *model);

/* Adds a question; false, and nothing changed, where the naive builder has no room for it. */
bool dns_model_add_question(struct dns_model *model, const struct dns_question *question);

/* Adds a record whose RDATA is right, likewise. */
bool dns_model_add_rr(struct dns_model *model, enum dns_section section, const struct dns_rr *rr);

/* The state to go back to. */
struct dns_model_mark dns_model_mark(const struct dns_model *model);

/* Goes back to a state that it had before. */
void dns_model_rollback(struct dns_model *model, const struct dns_model_mark *mark);

/* How many entries a section has. */
unsigned int dns_model_count(const struct dns_model *model, enum dns_section section);

/* What the naive builder has written, with these flags and the counts. */
struct bytes dns_model_finish(struct dns_model *model, uint16_t flags);
