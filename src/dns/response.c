/* Responses of our own. */
#include "dns/response.h"

#include "base/require.h"
#include "dns/dso.h"
#include "dns/rdata.h"
#include "dns/rrtype.h"

/* What a response takes over from its query's flags. */
#define KEPT_FLAGS ((unsigned int)DNS_FLAG_RD | (unsigned int)DNS_FLAG_CD)

/* Writes the first question, where there is one that can be read, and counts it. */
static bool write_first_question(struct byte_reader in, struct dns_header *header,
                                 struct byte_writer *out)
{
    struct dns_question question;

    if (header->counts[DNS_QUESTION] == 0 || dns_question_read(&in, &question).status != DNS_OK) {
        header->counts[DNS_QUESTION] = 0;
        return true;
    }
    header->counts[DNS_QUESTION] = 1;
    return write_bytes(out, dns_name_bytes(&question.name)) && write_u16_be(out, question.type) &&
           write_u16_be(out, question.class);
}

/* Writes the OPT record, where there is to be one, and counts it. */
static bool write_edns(const struct dns_response *response, struct dns_header *header,
                       struct byte_writer *out)
{
    struct dns_edns edns;
    struct dns_rr rr;

    header->counts[DNS_ADDITIONAL] = response->edns != NULL ? 1 : 0;
    if (response->edns == NULL)
        return true;
    edns = *response->edns;
    edns.rcode_high = (uint8_t)((unsigned int)response->rcode >> 4);
    rr = dns_edns_rr(&edns);
    return dns_rdata_check(&rr).status == DNS_OK && write_u8(out, 0) &&
           write_u16_be(out, rr.type) && write_u16_be(out, rr.class) &&
           write_u32_be(out, rr.ttl_s) && write_u16_be(out, (uint16_t)edns.options.size) &&
           write_bytes(out, edns.options);
}

/* Whether a query of stateful operations can be answered so: its response has neither question nor
 * OPT (RFC 8490 section 5.4), and one without an id waits for none (section 5.5). */
static bool is_answerable(const struct dns_header *query, const struct dns_response *response)
{
    return dns_header_opcode(query) != DNS_OPCODE_DSO || (query->id != 0 && response->rcode < 16);
}

/* Question and OPT. */
static bool write_entries(struct byte_reader in, const struct dns_response *response,
                          struct dns_header *header, struct byte_writer *out)
{
    header->counts[DNS_ANSWER] = 0;
    header->counts[DNS_AUTHORITY] = 0;
    if (dns_header_opcode(header) != DNS_OPCODE_DSO)
        return write_first_question(in, header, out) && write_edns(response, header, out);
    header->counts[DNS_QUESTION] = 0;
    header->counts[DNS_ADDITIONAL] = 0;
    return true;
}

bool dns_response_write(struct bytes query, const struct dns_response *response,
                        struct byte_writer *out)
{
    struct byte_reader in = byte_reader_init(query);
    struct byte_writer at = *out;
    struct dns_header header;
    unsigned int flags;

    REQUIRE(response->rcode < 16 || response->edns != NULL);
    if (dns_header_read(&in, &header).status != DNS_OK || dns_header_has(&header, DNS_FLAG_QR) ||
        out->capacity < DNS_HEADER_SIZE || !is_answerable(&header, response))
        return false;
    flags = (header.flags & KEPT_FLAGS) | (unsigned int)DNS_FLAG_QR | response->flags;
    header.flags = dns_flags_of(flags, dns_header_opcode(&header), response->rcode);
    at.position = DNS_HEADER_SIZE; /* the header comes last: it counts what is there */
    if (!write_entries(in, response, &header, &at))
        return false;
    (void)dns_header_write(out, &header);
    out->position = at.position;
    return true;
}

/* Looking at owners takes at most so many labels for each octet of the response. */
#define STEPS_PER_OCTET 4

/* A response that is being written again, as far as it fits. */
struct cut {
    struct dns_builder *builder;
    enum dns_cut at;
    size_t steps_left;             /* labels that may still be compared */
    struct dns_builder_mark whole; /* the end of the last RRset that is whole */
    struct byte_reader owner;      /* of the record before this one, in the same section */
    uint16_t type;
    uint16_t class;
};

/* Where the name at the cursor goes on: behind a pointer, or where it is. The name has been read.
 */
static inline size_t name_at(const struct byte_reader *in, size_t at)
{
    while (in->base[at] > DNS_LABEL_SIZE_MAX)
        at = (size_t)(in->base[at] & 0x3F) << 8 | in->base[at + 1];
    return at;
}

/* Whether two owners of one message are the same name. When there is no step left, they count as
 * the same: then what is cut is cut at another RRset, and no more. */
static bool same_owner(struct cut *cut, const struct byte_reader *other)
{
    const uint8_t *base = other->base;
    size_t a = name_at(other, cut->owner.position);
    size_t b = name_at(other, other->position);

    while (a != b && cut->steps_left > 0) {
        size_t size = 1U + base[a];

        cut->steps_left--;
        if (!dns_label_equal(&base[a], &base[b]))
            return false;
        if (size == 1)
            return true;
        a = name_at(other, a + size);
        b = name_at(other, b + size);
    }
    return true;
}

/* Whether a record begins another RRset than that of the record before it. */
static bool begins_rrset(struct cut *cut, const struct dns_rr *rr)
{
    return cut->owner.base == NULL || cut->type != rr->type || cut->class != rr->class ||
           !same_owner(cut, &rr->owner);
}

/* Writes the records of a section as far as they fit; DNS_NO_ROOM: not all did. OPT comes at the
 * end, and TSIG goes: it signs another message. */
static struct dns_verdict cut_section(struct cut *cut, const struct dns_message *response,
                                      enum dns_section section)
{
    struct dns_walk walk = dns_message_section(response, section);
    struct dns_rr rr;

    cut->owner.base = NULL;
    while (dns_walk_next(&walk, &rr)) {
        struct dns_verdict verdict;

        if (rr.type == DNS_TYPE_OPT || rr.type == DNS_TYPE_TSIG)
            continue;
        if (cut->at == DNS_CUT_RR || begins_rrset(cut, &rr))
            cut->whole = dns_builder_mark(cut->builder);
        cut->owner = rr.owner;
        cut->type = rr.type;
        cut->class = rr.class;
        verdict = dns_builder_add_rr(cut->builder, section, &rr);
        if (verdict.status == DNS_NO_ROOM)
            dns_builder_rollback(cut->builder, &cut->whole);
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
            dns_builder_set_flags(cut->builder,
                                  (uint16_t)(response->header.flags | (unsigned int)DNS_FLAG_TC));
    }
    return verdict.status == DNS_NO_ROOM ? dns_accept() : verdict;
}

static struct dns_verdict add_first_question(struct dns_builder *builder,
                                             const struct dns_message *response)
{
    struct dns_question question;

    return dns_message_question(response, &question) ? dns_builder_add_question(builder, &question)
                                                     : dns_accept();
}

/* A message of stateful operations: all of it, or nothing. */
static struct dns_verdict copy_whole(const struct dns_message *response, struct byte_writer *out)
{
    struct dns_verdict verdict = dns_message_check_rdata(response);

    if (verdict.status != DNS_OK)
        return verdict;
    return write_bytes(out, response->wire) ? dns_accept() : dns_refuse(DNS_NO_ROOM, 0);
}

struct dns_verdict dns_response_truncate(const struct dns_message *response, enum dns_cut at,
                                         struct dns_builder *builder, struct byte_writer *out)
{
    struct cut cut = {
        .builder = builder,
        .at = at,
        .steps_left = STEPS_PER_OCTET * response->wire.size,
    };
    struct dns_edns edns;
    struct dns_verdict verdict;
    bool has_edns = dns_message_edns(response, &edns);
    size_t reserved = has_edns ? edns_size(&edns) : 0;

    if (dns_header_opcode(&response->header) == DNS_OPCODE_DSO)
        return copy_whole(response, out);
    if (out->capacity < DNS_HEADER_SIZE + reserved)
        return dns_refuse(DNS_NO_ROOM, 0);
    dns_builder_init(builder, out->base, out->capacity, &response->header);
    (void)dns_builder_reserve(builder, reserved);
    dns_builder_set_source(builder, response->wire);
    verdict = add_first_question(builder, response);
    if (verdict.status == DNS_OK)
        verdict = cut_sections(&cut, response);
    dns_builder_release(builder, reserved);
    if (verdict.status == DNS_OK && has_edns)
        verdict = dns_builder_add_edns(builder, &edns);
    if (verdict.status == DNS_OK)
        out->position = dns_builder_finish(builder).size;
    return verdict;
}
