/*
 * Messages from text: what dig prints, and what the functions of dns/text.h do.
 *
 *     ;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 43981
 *     ;; flags: rd ad; QUERY: 1, ANSWER: 0, AUTHORITY: 0, ADDITIONAL: 1
 *     ;; OPT PSEUDOSECTION:
 *     ; EDNS: version: 0, flags: do; udp: 1232
 *     ;; QUESTION SECTION:
 *     ;example.test.  IN  A
 *
 * A text may hold several messages, each of which begins with its ->>HEADER<<- line:
 *
 *     struct dns_message_text reader;
 *     dns_message_text_init(&reader, text, scratch);
 *     for (;;) {
 *         struct byte_writer out = byte_writer_init(block, sizeof(block));
 *         if (!dns_message_text_next(&reader, &out, &wire))
 *             break;
 *         …
 *     }
 *     if (reader.verdict.status != DNS_OK)
 *         … a line is refused, at reader.verdict.offset …
 *
 * What the header leaves out is QUERY, NOERROR, 0, and no flag. Messages of stateful operations
 * (dns/dso.h) are not read, and are refused by their opcode. Counts are not looked at: they
 * follow from what is there. The headings of sections are those of queries and of updates (RFC 2136
 * section 2), in their order; one without entries may be left out. A question is NAME [CLASS] TYPE
 * behind one semicolon; a record is a line of a zone file (dns/rr_text.h) with its owner and TTL,
 * over several lines where it has parentheses. OPT stands in its PSEUDOSECTION (dns/edns_text.h),
 * and in the message before a final TSIG, or else last; the line `;; OPT` in the additional section
 * says another place. TSIG and SIG(0) may stand in PSEUDOSECTIONs of theirs, too. All other lines
 * that begin with a semicolon are comments.
 *
 * What is given is accepted by dns_message_read() and dns_message_check_rdata(). Time is linear in
 * the size of the text. Pure; one thread; nothing is allocated.
 */
#pragma once

#include "dns/builder.h"
#include "dns/rr_text.h"

/* Scratch that suffices for any message: its options of EDNS, and the RDATA of one record. */
#define DNS_MESSAGE_TEXT_SCRATCH ((size_t)2 * 65536)

struct dns_message_text {
    struct dns_scan scan;                /* what is left of the text, from the start of a line on */
    struct byte_writer scratch;          /* the caller's */
    struct dns_name_table_label *labels; /* the caller's room for compression, or NULL */
    size_t labels_max;
    struct dns_verdict verdict; /* the refusal that ended the reading, or DNS_OK */
    /* What is being read: a message, and a question or a record of it. */
    struct dns_builder builder;
    struct dns_question question;
    struct dns_rr_text record;
};

/* A reader at the start of a text. `scratch` is an empty writer over a block of the caller's
 * (DNS_MESSAGE_TEXT_SCRATCH is always enough) that is written over by each call. The caller keeps
 * text and block for as long as the reader is used. */
void dns_message_text_init(struct dns_message_text *reader, struct bytes text,
                           struct byte_writer scratch);

/* Gives room for compression, as dns_builder_extend() has it. */
void dns_message_text_extend(struct dns_message_text *reader, struct dns_name_table_label *labels,
                             size_t max);

/* Reads the next message, compresses its names as the builder does (dns/builder.h), and appends it
 * to `out`, whose block *ret_wire then looks at. False at the end of the text, or where a line is
 * refused: reader->verdict says which, with the offset in the text. Then *ret_wire and `out` are
 * unchanged, and the same answer is given again. A text without a message is refused
 * (DNS_TEXT_HEADER). */
bool dns_message_text_next(struct dns_message_text *reader, struct byte_writer *out,
                           struct bytes *ret_wire);
