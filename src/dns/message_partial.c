/*
 * Reading what can be read. The refusal is that of dns_message_read(), since there is one opinion
 * on what is wrong; then the entries are read one by one until that fails.
 */
#include "dns/message_partial.h"

#include "base/require.h"
#include "dns/rdata.h"
#include "dns/rrtype.h"

/* Questions up to the first that cannot be read; whether all were. */
static bool read_questions(struct byte_reader *in, struct dns_message_partial *partial)
{
    struct dns_question question;
    unsigned int wanted = partial->header.counts[DNS_QUESTION];
    unsigned int count = 0;

    while (count < wanted && dns_question_read(in, &question).status == DNS_OK)
        count++;
    partial->message.header.counts[DNS_QUESTION] = (uint16_t)count;
    return count == wanted;
}

/* Keeps the place of an OPT record, and the second verdict. */
static void note_record(struct dns_message_partial *partial, enum dns_section section,
                        const struct dns_rr *rr)
{
    struct dns_message *message = &partial->message;

    if (rr->type == DNS_TYPE_OPT && section == DNS_ADDITIONAL && message->opt_at == 0 &&
        dns_rr_owner(rr).size == 1)
        message->opt_at = rr->owner.position;
    if (message->rdata.status == DNS_OK)
        message->rdata = dns_rdata_check(rr);
}

static bool read_records(struct byte_reader *in, enum dns_section section,
                         struct dns_message_partial *partial)
{
    unsigned int wanted = partial->header.counts[section];
    unsigned int count = 0;
    struct dns_rr rr;

    /* Names that take too many steps would take them again here. */
    while (count < wanted &&
           !(partial->framing.status == DNS_POINTER_STEPS &&
             in->position >= partial->framing.offset) &&
           dns_rr_read(in, &rr).status == DNS_OK) {
        note_record(partial, section, &rr);
        count++;
    }
    partial->message.header.counts[section] = (uint16_t)count;
    return count == wanted;
}

static __attribute__((noinline)) void read_entries(struct byte_reader *in,
                                                   struct dns_message_partial *partial)
{
    struct dns_message *message = &partial->message;
    bool goes_on = true;

    for (unsigned int i = DNS_QUESTION; i <= DNS_ADDITIONAL; i++) {
        message->section_at[i] = in->position;
        message->header.counts[i] = 0;
        if (!goes_on)
            continue;
        goes_on = i == DNS_QUESTION ? read_questions(in, partial)
                                    : read_records(in, (enum dns_section)i, partial);
    }
}

void dns_message_read_partial(struct bytes wire, struct dns_message_partial *ret_partial)
{
    struct dns_message_partial partial = { .message = { .wire = wire } };
    struct byte_reader in = byte_reader_init(wire);
    size_t last = wire.size;

    partial.framing = dns_message_read(wire, &partial.message);
    if (partial.framing.status == DNS_OK) {
        partial.has_header = true;
        partial.header = partial.message.header;
    } else {
        if (wire.size > DNS_MESSAGE_SIZE_MAX)
            in.end = DNS_MESSAGE_SIZE_MAX;
        partial.message.wire.size = in.end;
        partial.has_header = dns_header_read(&in, &partial.header).status == DNS_OK;
        partial.message.header = partial.header;
        read_entries(&in, &partial);
        last = in.position;
    }
    REQUIRE(bytes_from(wire, last, &partial.left));
    *ret_partial = partial;
}
