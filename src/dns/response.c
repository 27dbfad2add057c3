/* Responses of our own. */
#include "dns/response.h"

#include "base/require.h"
#include "dns/rrtype.h"

/* What a response takes over from its query's flags. */
#define KEPT_FLAGS ((unsigned int)DNS_FLAG_RD | (unsigned int)DNS_FLAG_CD)

/* Adds the first question, where there is one that can be read. */
static struct dns_verdict add_first_question(struct dns_builder *builder,
                                             const struct dns_header *query, struct byte_reader in)
{
    struct dns_question question;

    if (query->counts[DNS_QUESTION] == 0 || dns_question_read(&in, &question).status != DNS_OK)
        return dns_accept();
    return dns_builder_add_question(builder, &question);
}

static struct dns_verdict add_edns(struct dns_builder *builder, const struct dns_response *response)
{
    struct dns_edns edns;

    if (response->edns == NULL)
        return dns_accept();
    edns = *response->edns;
    edns.rcode_high = (uint8_t)((unsigned int)response->rcode >> 4);
    return dns_builder_add_edns(builder, &edns);
}

bool dns_response_write(struct bytes query, const struct dns_response *response,
                        struct byte_writer *out)
{
    struct byte_reader in = byte_reader_init(query);
    struct dns_builder builder;
    struct dns_header header;
    unsigned int flags;

    REQUIRE(response->rcode < 16 || response->edns != NULL);
    if (dns_header_read(&in, &header).status != DNS_OK || dns_header_has(&header, DNS_FLAG_QR) ||
        out->capacity < DNS_HEADER_SIZE)
        return false;
    flags = (header.flags & KEPT_FLAGS) | (unsigned int)DNS_FLAG_QR | response->flags;
    header.flags = dns_flags_of(flags, dns_header_opcode(&header), response->rcode);
    dns_builder_init(&builder, out->base, out->capacity, &header);
    if (add_first_question(&builder, &header, in).status != DNS_OK ||
        add_edns(&builder, response).status != DNS_OK)
        return false;
    out->position = dns_builder_finish(&builder).size;
    return true;
}

/* A response that is being written again, RRset by RRset. */
struct cut {
    struct dns_builder builder;
    struct dns_builder_mark rrset; /* where the RRset began that is being written */
    struct dns_rr last;            /* the record before this one, in the same section */
};

static bool same_rrset(const struct dns_rr *a, const struct dns_rr *b)
{
    struct dns_name owner_a;
    struct dns_name owner_b;

    if (a->type != b->type || a->class != b->class)
        return false;
    owner_a = dns_rr_owner(a);
    owner_b = dns_rr_owner(b);
    return dns_name_equal(&owner_a, &owner_b);
}

/* Writes the records of a section as far as whole RRsets fit; DNS_NO_ROOM: not all did. OPT comes
 * at the end, and TSIG goes: it signs another message. */
static struct dns_verdict cut_section(struct cut *cut, const struct dns_message *response,
                                      enum dns_section section)
{
    struct dns_walk walk = dns_message_section(response, section);
    bool is_first = true;
    struct dns_rr rr;

    while (dns_walk_next(&walk, &rr)) {
        struct dns_verdict verdict;

        if (rr.type == DNS_TYPE_OPT || rr.type == DNS_TYPE_TSIG)
            continue;
        if (is_first || !same_rrset(&cut->last, &rr))
            cut->rrset = dns_builder_mark(&cut->builder);
        is_first = false;
        cut->last = rr;
        verdict = dns_builder_add_rr(&cut->builder, section, &rr);
        if (verdict.status == DNS_NO_ROOM)
            dns_builder_rollback(&cut->builder, &cut->rrset);
        if (verdict.status != DNS_OK)
            return verdict;
    }
    return dns_accept();
}

/* The octets of an OPT record: a root owner, the fixed fields, and the options. */
static size_t edns_size(const struct dns_edns *edns)
{
    return 1 + 10 + edns->options.size;
}

/* The sections in their order, until one does not fit whole. */
static struct dns_verdict cut_sections(struct cut *cut, const struct dns_message *response)
{
    struct dns_verdict verdict = dns_accept();

    for (unsigned int i = DNS_ANSWER; i <= DNS_ADDITIONAL && verdict.status == DNS_OK; i++) {
        verdict = cut_section(cut, response, (enum dns_section)i);
        if (verdict.status == DNS_NO_ROOM && i != DNS_ADDITIONAL)
            dns_builder_set_flags(&cut->builder,
                                  (uint16_t)(response->header.flags | (unsigned int)DNS_FLAG_TC));
    }
    return verdict.status == DNS_NO_ROOM ? dns_accept() : verdict;
}

struct dns_verdict dns_response_truncate(const struct dns_message *response,
                                         struct byte_writer *out)
{
    struct cut cut;
    struct dns_edns edns;
    struct dns_question question;
    struct dns_verdict verdict = dns_accept();
    bool has_edns = dns_message_edns(response, &edns);
    size_t reserved = has_edns ? edns_size(&edns) : 0;

    if (out->capacity < DNS_HEADER_SIZE + reserved)
        return dns_refuse(DNS_NO_ROOM, 0);
    dns_builder_init(&cut.builder, out->base, out->capacity, &response->header);
    (void)dns_builder_reserve(&cut.builder, reserved);
    if (dns_message_question(response, &question))
        verdict = dns_builder_add_question(&cut.builder, &question);
    if (verdict.status == DNS_OK)
        verdict = cut_sections(&cut, response);
    dns_builder_release(&cut.builder, reserved);
    if (verdict.status == DNS_OK && has_edns)
        verdict = dns_builder_add_edns(&cut.builder, &edns);
    if (verdict.status == DNS_OK)
        out->position = dns_builder_finish(&cut.builder).size;
    return verdict;
}
