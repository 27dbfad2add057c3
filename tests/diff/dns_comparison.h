/*
 * Between the parts of a comparison with a peer: dns_peer_compare.c, which finds what differs, and
 * dns_peer_refusal.c, which finds for what record or cause a peer refuses a message that we accept.
 * One thread.
 */
#pragma once

#include "diff/dns_peer.h"

/* Which view of a bench. */
enum { DIFF_OURS, DIFF_THEIRS, DIFF_OTHER };

/* What is being compared. */
struct diff_comparison {
    struct diff_bench *bench;
    struct diff_findings *findings;
    const char *kind; /* in place of record and others; NULL: their own */
};

/* A word of the table. */
struct diff_word {
    char at[32];
};

/* A message that we accept and the peer refuses. */
struct diff_refusal {
    const char *kind;   /* of the difference that is found */
    const char *reason; /* the peer's; text of a view */
    struct bytes wire;
};

/* Adds a difference, unless there is one in the same words, or no room: NULL. */
struct diff_finding *diff_add(struct diff_comparison *comparison, const char *kind,
                              const char *ours, const char *theirs);

/* The line of a record of which there is a difference: DIFF_SHOWN_MAX octets. NULL: of nothing. */
void diff_print_entry(char *line, const struct diff_entry *entry);

/* A column that is a number of 16 bits. */
uint16_t diff_number_of(const char *column);

/* The mnemonic of a type. */
struct diff_word diff_type_word(uint16_t type);

/* How we read a record: the mnemonic of its row, OPAQUE, or EMPTY, as only an update has it. */
struct diff_word diff_reading_of(const struct diff_entry *entry);

/* The peer's view, in this place of the bench. A crash, a hang and an answer of another form are
 * differences of their own, and there is no view: false. */
bool diff_view_theirs(struct diff_comparison *comparison, struct bytes wire, int place);

/* Finds a record of ours that they refuse even alone, or else one of a type that we take as opaque
 * in its class, and without whose type they accept the message; false where there is none. */
bool diff_find_refused(struct diff_comparison *comparison, const struct diff_view *ours,
                       struct diff_refusal refusal);

/* What they may refuse where no record is to blame. Static text. */
const char *diff_find_cause(struct diff_comparison *comparison, struct bytes wire);
