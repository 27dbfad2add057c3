/* Messages that have been read (dns/message_read.c): sections are walked without surprise. */
#include "dns/message.h"

#include "base/require.h"

struct byte_reader dns_message_questions(const struct dns_message *message)
{
    struct byte_reader in = byte_reader_init(message->wire);

    in.position = message->section_at[DNS_QUESTION];
    in.end = message->section_at[DNS_ANSWER];
    return in;
}

bool dns_message_question(const struct dns_message *message, struct dns_question *ret_question)
{
    struct byte_reader in = dns_message_questions(message);

    return message->header.counts[DNS_QUESTION] > 0 &&
           dns_question_read(&in, ret_question).status == DNS_OK;
}

struct dns_walk dns_message_section(const struct dns_message *message, enum dns_section section)
{
    struct byte_reader in = byte_reader_init(message->wire);

    REQUIRE(section != DNS_QUESTION);
    in.position = message->section_at[section];
    return (struct dns_walk){ .in = in, .left = message->header.counts[section] };
}

bool dns_walk_next(struct dns_walk *walk, struct dns_rr *ret_rr)
{
    struct byte_reader *in = &walk->in;
    struct dns_rr rr = { .owner = *in };
    uint16_t length;
    bool ok;

    if (walk->left == 0)
        return false;
    /* The owner was followed when the message was read. Once more for each record that points to
     * one long name would not be linear. */
    while (in->base[in->position] != 0 && in->base[in->position] <= DNS_LABEL_SIZE_MAX)
        in->position += 1U + in->base[in->position];
    in->position += in->base[in->position] == 0 ? 1 : 2;
    ok = read_u16_be(in, &rr.type) && read_u16_be(in, &rr.class) && read_u32_be(in, &rr.ttl_s) &&
         read_u16_be(in, &length) && byte_reader_split(in, length, &rr.rdata);
    REQUIRE(ok);
    *ret_rr = rr;
    walk->left--;
    return true;
}

bool dns_message_edns(const struct dns_message *message, struct dns_edns *ret_edns)
{
    struct byte_reader in = byte_reader_init(message->wire);
    struct dns_verdict verdict;
    struct dns_rr rr;

    if (message->opt_at == 0)
        return false;
    in.position = message->opt_at;
    verdict = dns_rr_read(&in, &rr);
    REQUIRE(verdict.status == DNS_OK);
    *ret_edns = dns_edns_of(&rr);
    return true;
}

unsigned int dns_message_rcode(const struct dns_message *message)
{
    unsigned int rcode = dns_header_rcode(&message->header);
    struct dns_edns edns;

    if (dns_message_edns(message, &edns))
        rcode |= (unsigned int)edns.rcode_high << 4;
    return rcode;
}
