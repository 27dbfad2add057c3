/* Messages: the framing is checked once, and then sections are walked without surprise. */
#include "dns/message.h"

#include "base/require.h"
#include "dns/code.h"
#include "dns/rdata.h"
#include "dns/rrtype.h"

/* The place of a record in its message. */
struct place {
    enum dns_section section;
    bool is_last; /* of its section */
};

/* OPT: once, in the additional section, owned by the root (RFC 6891 section 6.1.1), which may be a
 * pointer to a root. */
static enum dns_status check_opt(const struct dns_message *message, const struct dns_rr *rr,
                                 struct place place)
{
    struct byte_reader owner = rr->owner;
    size_t owner_size = 0;

    if (place.section != DNS_ADDITIONAL)
        return DNS_OPT_SECTION;
    if (message->opt_at != 0)
        return DNS_OPT_TWICE;
    (void)dns_name_skip(&owner, &owner_size);
    return owner_size == 1 ? DNS_OK : DNS_OPT_OWNER;
}

/* The types whose records have a place of their own. */
static enum dns_status check_place(struct dns_message *message, const struct dns_rr *rr,
                                   struct place place)
{
    if (rr->type == DNS_TYPE_OPT) {
        enum dns_status status = check_opt(message, rr, place);

        message->opt_at = rr->owner.position;
        return status;
    }
    /* RFC 8945 section 5.2. */
    if (rr->type == DNS_TYPE_TSIG && !(place.section == DNS_ADDITIONAL && place.is_last))
        return DNS_TSIG_PLACE;
    return DNS_OK;
}

static struct dns_verdict read_questions(struct dns_message *message, struct byte_reader *in)
{
    unsigned int count = message->header.counts[DNS_QUESTION];

    /* RFC 9619: more than one question in a query is a format error. */
    if (count > 1 && dns_header_opcode(&message->header) == DNS_OPCODE_QUERY)
        return dns_refuse(DNS_QUESTION_COUNT, 4);
    message->section_at[DNS_QUESTION] = in->position;
    for (unsigned int i = 0; i < count; i++) {
        struct dns_question question;
        struct dns_verdict verdict = dns_question_read(in, &question);

        if (verdict.status != DNS_OK)
            return verdict;
    }
    return dns_accept();
}

static struct dns_verdict read_records(struct dns_message *message, enum dns_section section,
                                       struct byte_reader *in)
{
    unsigned int count = message->header.counts[section];

    message->section_at[section] = in->position;
    for (unsigned int i = 0; i < count; i++) {
        struct dns_rr rr;
        struct dns_verdict verdict = dns_rr_read(in, &rr);
        enum dns_status status;

        if (verdict.status != DNS_OK)
            return verdict;
        status = check_place(message, &rr, (struct place){ section, i + 1 == count });
        if (status != DNS_OK)
            return dns_refuse(status, rr.owner.position);
    }
    return dns_accept();
}

struct dns_verdict dns_message_read(struct bytes wire, struct dns_message *ret_message)
{
    struct dns_message message = { .wire = wire };
    struct byte_reader in = byte_reader_init(wire);
    struct dns_verdict verdict = dns_header_read(&in, &message.header);

    if (wire.size > DNS_MESSAGE_SIZE_MAX)
        return dns_refuse(DNS_MESSAGE_SIZE, DNS_MESSAGE_SIZE_MAX);
    if (verdict.status == DNS_OK)
        verdict = read_questions(&message, &in);
    for (unsigned int i = DNS_ANSWER; i <= DNS_ADDITIONAL && verdict.status == DNS_OK; i++)
        verdict = read_records(&message, (enum dns_section)i, &in);
    if (verdict.status != DNS_OK)
        return verdict;
    if (!byte_reader_is_done(&in))
        return dns_refuse(DNS_TRAILING_OCTETS, in.position);
    *ret_message = message;
    return dns_accept();
}

struct dns_verdict dns_message_check_rdata(const struct dns_message *message)
{
    for (unsigned int i = DNS_ANSWER; i <= DNS_ADDITIONAL; i++) {
        struct dns_walk walk = dns_message_section(message, (enum dns_section)i);
        struct dns_rr rr;

        while (dns_walk_next(&walk, &rr)) {
            struct dns_verdict verdict = dns_rdata_check(&rr);

            if (verdict.status != DNS_OK)
                return verdict;
        }
    }
    return dns_accept();
}

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
    struct dns_verdict verdict;

    if (walk->left == 0)
        return false;
    verdict = dns_rr_read(&walk->in, ret_rr);
    REQUIRE(verdict.status == DNS_OK);
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
