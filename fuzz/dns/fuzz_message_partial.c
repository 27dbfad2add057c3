/*
 * Property: of a message that is accepted, reading what can be read gives the same as reading it;
 * of one that is refused, it gives the same refusal, and entries that follow one another from the
 * header on, are all readable and printable, lie inside the input, and end where what is left
 * begins. What is given counts no more than the message says, and where all that it says is given,
 * the refusal is not about an entry that cannot be read. All that holds for each beginning of the
 * input as well (when it is replayed).
 *
 * Covers: src/dns/message_partial.c 98%
 */
#include "dns/message_partial.h"
#include "dns/rrtype.h"
#include "dns/text.h"
#include "fuzz/dns/room.h"
#include "fuzz/target.h"

static void require_accepted(const struct dns_message_partial *partial,
                             const struct dns_message *message)
{
    const struct dns_message *given = &partial->message;

    fuzz_require(given->wire.at == message->wire.at && given->wire.size == message->wire.size);
    fuzz_require(memcmp(&given->header, &message->header, sizeof(given->header)) == 0);
    fuzz_require(memcmp(&partial->header, &message->header, sizeof(partial->header)) == 0);
    fuzz_require(memcmp(given->section_at, message->section_at, sizeof(given->section_at)) == 0);
    fuzz_require(given->opt_at == message->opt_at);
    fuzz_require(given->rdata.status == message->rdata.status);
    fuzz_require(given->rdata.offset == message->rdata.offset);
    fuzz_require(partial->has_header && partial->left.size == 0);
}

/* Walks all that is given; where it ends. */
static size_t walk(const struct dns_message *message, char *block)
{
    struct byte_reader questions = dns_message_questions(message);
    enum dns_status rdata = DNS_OK;
    struct dns_question question;
    unsigned int count = 0;
    size_t at;

    while (dns_question_read(&questions, &question).status == DNS_OK)
        count++;
    fuzz_require(count == message->header.counts[DNS_QUESTION]);
    fuzz_require(byte_reader_is_done(&questions));
    at = questions.position;
    for (unsigned int i = DNS_ANSWER; i <= DNS_ADDITIONAL; i++) {
        struct dns_walk records = dns_message_section(message, (enum dns_section)i);
        struct dns_rr rr;

        fuzz_require(message->section_at[i] == at);
        while (dns_walk_next(&records, &rr)) {
            struct text text = text_init(block, DNS_PART_TEXT_MAX);

            fuzz_require(rr.owner.position == at && rr.rdata.end <= message->wire.size);
            fuzz_require(dns_rr_format(&rr, &text));
            if (rdata == DNS_OK)
                rdata = dns_rdata_check(&rr).status;
            at = rr.rdata.end;
        }
    }
    fuzz_require(rdata == message->rdata.status);
    return at;
}

static void require_refused(const struct dns_message_partial *partial, struct bytes input,
                            char *block)
{
    struct text text = text_init(block, DNS_PART_TEXT_MAX);
    bool has_all = partial->has_header;
    struct dns_edns edns;
    size_t end;

    if (!partial->has_header) {
        fuzz_require(input.size < DNS_HEADER_SIZE);
        fuzz_require(bytes_equal(partial->left, input));
    }
    for (unsigned int i = 0; i < DNS_SECTIONS; i++) {
        uint16_t given = partial->message.header.counts[i];

        fuzz_require(given <= partial->header.counts[i]);
        fuzz_require(has_all || i == 0 || given == 0);
        has_all = has_all && given == partial->header.counts[i];
    }
    fuzz_require(partial->message.wire.size <= input.size);
    end = walk(&partial->message, block);
    fuzz_require(partial->left.at == input.at + end || partial->left.size == 0);
    fuzz_require(end + partial->left.size == input.size);
    fuzz_require(dns_header_format(&partial->message, &text));
    fuzz_require(dns_message_edns(&partial->message, &edns) == (partial->message.opt_at != 0));
    if (has_all && partial->left.size > 0)
        fuzz_require(partial->framing.status != DNS_RR_TRUNCATED);
}

static void check(struct bytes input, char *block)
{
    struct dns_message_partial partial;
    struct dns_message message;
    struct dns_verdict verdict = dns_message_read(input, &message);

    dns_message_read_partial(input, &partial);
    fuzz_require(partial.framing.status == verdict.status);
    fuzz_require(partial.framing.offset == verdict.offset);
    if (verdict.status == DNS_OK)
        require_accepted(&partial, &message);
    else
        require_refused(&partial, input, block);
}

FUZZ_TARGET(input)
{
    char *block = fuzz_block(DNS_PART_TEXT_MAX);

    for (size_t size = fuzz_is_thorough(input.size) ? 0 : input.size; size <= input.size; size++)
        check(bytes_of(input.at, size), block);
    free(block);
}
