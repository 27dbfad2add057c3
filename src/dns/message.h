/*
 * A message: an index into its octets.
 *
 * dns_message_read() checks the framing (header, counts, every owner name, lengths, the places of
 * OPT and TSIG, no octets left over) and remembers where the sections begin; nothing is copied or
 * allocated. dns_message_check_rdata() gives the second verdict, on the contents of all RDATA. A
 * program that answers questions wants both; one that passes messages on may want the first alone.
 *
 *     struct dns_message message;
 *     struct dns_verdict verdict = dns_message_read(wire, &message);
 *     if (verdict.status != DNS_OK)
 *         …
 *     struct dns_walk answers = dns_message_section(&message, DNS_ANSWER);
 *     struct dns_rr rr;
 *     while (dns_walk_next(&answers, &rr))
 *         …
 *
 * A message of the opcode DSO has TLVs instead of sections, which then are empty: dns/dso.h. If it
 * counts questions or records it is read as any other, and the second verdict refuses it.
 *
 * The message lives as long as the caller keeps its octets, unchanged. Time is linear in its size:
 * to read it takes one pass, and at most 4 steps for each octet and 1,024 more (a step is a label
 * or a pointer of a name that is looked at elsewhere than where it stands; what asks for more is
 * refused with DNS_POINTER_STEPS); to walk an accepted message and read each name of it takes at
 * most DNS_WALK_STEPS_PER_OCTET. Pure; any thread. RFC 1035 section 4.
 */
#pragma once

#include "dns/edns.h"
#include "dns/header.h"
#include "dns/question.h"
#include "dns/rr.h"

/* 254 steps a name, and at most three names in the sixteen octets of a MINFO record. */
#define DNS_WALK_STEPS_PER_OCTET 48

struct dns_message {
    struct bytes wire;
    struct dns_header header;
    size_t section_at[DNS_SECTIONS]; /* offset of the first entry of each section */
    size_t opt_at;                   /* offset of the OPT record; 0: there is none */
    struct dns_verdict rdata;        /* the second verdict: dns_message_check_rdata() */
};

/* Records of one section that are still to come. */
struct dns_walk {
    struct byte_reader in;
    unsigned int left;
};

/* Reads a message of at most 65,535 octets: the framing verdict. What is refused, with the RFC and
 * what other software does: docs/dns-strictness.md. *ret_message is untouched on refusal. */
struct dns_verdict dns_message_read(struct bytes wire, struct dns_message *ret_message);

/* The second verdict: the RDATA of each record that has a row in rrtype.def. The first refusal. */
struct dns_verdict dns_message_check_rdata(const struct dns_message *message);

/* The first question; false, and *ret_question untouched, where there is none. */
bool dns_message_question(const struct dns_message *message, struct dns_question *ret_question);

/* The questions, one after another, each read with dns_question_read(): header.counts[0] of them.
 * The reader is limited to the section. */
struct byte_reader dns_message_questions(const struct dns_message *message);

/* A walk over the records of a section (any but DNS_QUESTION: REQUIRE). */
struct dns_walk dns_message_section(const struct dns_message *message, enum dns_section section);

/* The next record; false after the last. */
bool dns_walk_next(struct dns_walk *walk, struct dns_rr *ret_rr);

/* What the OPT record says; false, and *ret_edns untouched, where there is none. */
bool dns_message_edns(const struct dns_message *message, struct dns_edns *ret_edns);

/* The whole response code: four bits of the header, and eight of EDNS where it is there. */
unsigned int dns_message_rcode(const struct dns_message *message);
