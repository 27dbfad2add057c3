/*
 * A whole message as text, put together from what dns/text.h prints: for tests of reading it back.
 * Never fails: a property that does not hold ends the process.
 */
#pragma once

#include "dns/code.h"
#include "dns/rrtype.h"
#include "dns/text.h"
#include "fuzz/target.h"

/* Room for the text of a message of `size` octets: three names of 1,005 characters in a record of
 * 16 octets take most for each. */
static inline size_t fuzz_printed_room(size_t size)
{
    return 200 * size + 8192;
}

static inline void fuzz_print(bool complete)
{
    fuzz_require(complete);
}

/* Whether OPT stands where it is not said: last, or in front of a TSIG that is. */
static inline bool fuzz_is_usual_opt(struct dns_walk walk)
{
    struct dns_rr rr;

    return !dns_walk_next(&walk, &rr) || (walk.left == 0 && rr.type == DNS_TYPE_TSIG);
}

static inline void fuzz_print_section(const struct dns_message *message, enum dns_section section,
                                      struct text *text)
{
    static const char *const titles[DNS_SECTIONS] = { "", "ANSWER", "AUTHORITY", "ADDITIONAL" };
    struct dns_walk walk = dns_message_section(message, section);
    struct dns_rr rr;

    fuzz_print(text_append(text, "\n;; ") && text_append(text, titles[section]) &&
               text_append(text, " SECTION:\n"));
    while (dns_walk_next(&walk, &rr)) {
        if (message->opt_at == 0 || rr.owner.position != message->opt_at)
            fuzz_print(dns_rr_format(&rr, text) && text_append_char(text, '\n'));
        else if (!fuzz_is_usual_opt(walk))
            fuzz_print(text_append(text, ";; OPT\n"));
    }
}

/* Appends a message, both of whose verdicts are DNS_OK. */
static inline void fuzz_print_message(const struct dns_message *message, struct text *text)
{
    struct byte_reader questions = dns_message_questions(message);
    struct dns_question question;
    struct dns_edns edns;

    fuzz_print(dns_header_format(message, text) && text_append_char(text, '\n'));
    if (dns_message_edns(message, &edns))
        fuzz_print(text_append(text, "\n;; OPT PSEUDOSECTION:\n") && dns_edns_format(&edns, text) &&
                   text_append_char(text, '\n'));
    fuzz_print(text_append(text, "\n;; QUESTION SECTION:\n"));
    while (dns_question_read(&questions, &question).status == DNS_OK)
        fuzz_print(text_append_char(text, ';') && dns_question_format(&question, text) &&
                   text_append_char(text, '\n'));
    for (unsigned int i = DNS_ANSWER; i <= DNS_ADDITIONAL; i++)
        fuzz_print_section(message, (enum dns_section)i, text);
}
