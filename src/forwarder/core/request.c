/* A client's query: first whether it may be answered at all, then what it asks for. */
#include "forwarder/core/request.h"

#include "base/require.h"
#include "dns/builder.h"
#include "dns/message.h"
#include "dns/octets.h"
#include "dns/option.h"
#include "dns/rrtype.h"

/* What is passed on of a header's flags, */
#define PASSED_FLAGS (unsigned int)(DNS_FLAG_RD | DNS_FLAG_AD | DNS_FLAG_CD)
/* in the first and the second of their octets. */
#define PASSED_HIGH (PASSED_FLAGS >> 8)
#define PASSED_LOW (PASSED_FLAGS & 0xFFU)
#define QUESTION_BYTES_MIN 5 /* the root, type, class */

static bool is_transfer(uint16_t type)
{
    return type == DNS_TYPE_AXFR || type == DNS_TYPE_IXFR;
}

/* What EDNS says of the answer that the client wants. */
static void read_edns(const struct dns_edns *edns, struct forwarder_request *request)
{
    struct dns_edns_option padding;

    request->has_edns = true;
    request->has_padding = dns_edns_find_option(edns, DNS_OPTION_PADDING, &padding);
    request->dnssec_ok = (edns->flags & DNS_EDNS_DO) != 0;
    if (edns->udp_size > FORWARDER_UDP_BYTES_PLAIN)
        request->answer_bytes_max = edns->udp_size;
}

/* Whether there is nothing but EDNS: a client may ask for a cookie alone (RFC 7873 section 5.4). */
static bool has_no_records(const struct dns_message *message)
{
    return message->header.counts[DNS_ANSWER] == 0 && message->header.counts[DNS_AUTHORITY] == 0 &&
           message->header.counts[DNS_ADDITIONAL] == 1 &&
           dns_message_check_rdata(message).status == DNS_OK;
}

/* The verdict on a message whose framing is right. */
static enum forwarder_verdict judge(const struct dns_message *message,
                                    struct forwarder_request *request,
                                    struct dns_question *ret_question)
{
    struct dns_question question;
    struct dns_edns edns = { 0 };

    if (dns_message_edns(message, &edns))
        read_edns(&edns, request);
    if (dns_header_opcode(&message->header) != DNS_OPCODE_QUERY)
        return FORWARDER_NOTIMP;
    if (edns.version != 0)
        return FORWARDER_BADVERS;
    forwarder_cookie_find(message, &request->cookie);
    if (message->header.counts[DNS_QUESTION] == 0 && request->cookie.size > 0 &&
        has_no_records(message))
        return FORWARDER_COOKIE;
    if (message->header.counts[DNS_QUESTION] != 1 || !dns_message_question(message, &question))
        return FORWARDER_FORMERR;
    if (is_transfer(question.type))
        return FORWARDER_REFUSED;
    if (message->header.counts[DNS_ANSWER] != 0 || message->header.counts[DNS_AUTHORITY] != 0)
        return FORWARDER_FORMERR;
    if (dns_message_check_rdata(message).status != DNS_OK)
        return FORWARDER_FORMERR;
    *ret_question = question;
    return FORWARDER_FORWARD;
}

/* What a header asks for, of a client of which nothing else is known yet. */
static struct forwarder_request begin(uint16_t id, unsigned int flags)
{
    return (struct forwarder_request){
        .id = id,
        .flags = (uint16_t)(flags & PASSED_FLAGS),
        .answer_bytes_max = FORWARDER_UDP_BYTES_PLAIN,
    };
}

static inline unsigned int u16_at(const uint8_t *octets)
{
    return (unsigned int)octets[0] << 8 | octets[1];
}

/* The octets of a name without pointers that begins here; 0 where there is none. */
static size_t plain_name_size(const uint8_t *name, size_t left)
{
    size_t at = 0;

    while (at < left && name[at] != 0) {
        if (name[at] > DNS_LABEL_SIZE_MAX)
            return 0;
        at += name[at] + (size_t)1;
    }
    return at < left && at < DNS_NAME_SIZE_MAX ? at + 1 : 0;
}

/* The OPT record that a query ends with, where that is plain: of the root, of version 0 and without
 * options. */
static bool read_plain_opt(const uint8_t *opt, size_t size, struct forwarder_request *request)
{
    struct dns_edns edns = { 0 };

    if (size != FORWARDER_OPT_BYTES || opt[0] != 0 || u16_at(opt + 1) != DNS_TYPE_OPT ||
        opt[6] != edns.version || u16_at(opt + 9) != 0)
        return false;
    edns.udp_size = (uint16_t)u16_at(opt + 3);
    edns.flags = (uint16_t)u16_at(opt + 7);
    read_edns(&edns, request);
    return true;
}

/* Most queries are a header, one question and at most a plain OPT record, with nothing strange in
 * any of them. What the codec and judge() say of such a query is known at once. False, and nothing
 * said, of any other. */
static bool read_plain(struct bytes payload, struct forwarder_request *ret_request,
                       struct dns_question *ret_question)
{
    const uint8_t *at = payload.at;
    struct forwarder_request request;
    const uint8_t *behind;
    size_t size;
    size_t left;

    if (payload.size < DNS_HEADER_SIZE + QUESTION_BYTES_MIN || (at[2] & ~PASSED_HIGH) != 0 ||
        (at[3] & ~PASSED_LOW) != 0 || u16_at(at + 4) != 1 || u16_at(at + 6) != 0 ||
        u16_at(at + 8) != 0 || u16_at(at + 10) > 1)
        return false;
    left = payload.size - DNS_HEADER_SIZE;
    size = plain_name_size(at + DNS_HEADER_SIZE, left);
    if (size == 0 || left - size < 4)
        return false;
    left -= size + 4;
    behind = at + DNS_HEADER_SIZE + size;
    request = begin((uint16_t)u16_at(at), u16_at(at + 2));
    if (is_transfer((uint16_t)u16_at(behind)) ||
        (u16_at(at + 10) == 0 ? left != 0 : !read_plain_opt(behind + 4, left, &request)))
        return false;
    *ret_request = request;
    dns_octets_copy(ret_question->name.octets, at + DNS_HEADER_SIZE, size);
    ret_question->name.size = (uint8_t)size;
    ret_question->type = (uint16_t)u16_at(behind);
    ret_question->class = (uint16_t)u16_at(behind + 2);
    return true;
}

/* A message of stateful operations without an id may not be answered (RFC 8490 section 5.5). */
static bool is_one_way(const struct dns_header *header)
{
    return dns_header_opcode(header) == DNS_OPCODE_DSO && header->id == 0;
}

enum forwarder_verdict forwarder_request_read(struct bytes payload,
                                              struct forwarder_request *ret_request,
                                              struct dns_question *ret_question)
{
    return read_plain(payload, ret_request, ret_question)
               ? FORWARDER_FORWARD
               : forwarder_request_read_any(payload, ret_request, ret_question);
}

enum forwarder_verdict forwarder_request_read_any(struct bytes payload,
                                                  struct forwarder_request *ret_request,
                                                  struct dns_question *ret_question)
{
    struct byte_reader in = byte_reader_init(payload);
    struct dns_header header;
    struct dns_message message;

    if (dns_header_read(&in, &header).status != DNS_OK)
        return FORWARDER_IGNORE_SHORT;
    if (dns_header_has(&header, DNS_FLAG_QR) || is_one_way(&header))
        return FORWARDER_IGNORE_RESPONSE;
    *ret_request = begin(header.id, header.flags);
    if (dns_message_read(payload, &message).status == DNS_OK)
        return judge(&message, ret_request, ret_question);
    /* The opcode says how to read the rest, so one that we do not know comes first. */
    if (dns_header_opcode(&header) != DNS_OPCODE_QUERY)
        return FORWARDER_NOTIMP;
    return FORWARDER_FORMERR;
}

struct dns_edns forwarder_request_edns(const struct forwarder_request *request)
{
    return (struct dns_edns){
        .udp_size = FORWARDER_UDP_BYTES,
        .flags = request->dnssec_ok ? DNS_EDNS_DO : 0,
    };
}

/* A question and an OPT record (RFC 6891 section 6.1.2), of which no name can be compressed. */
uint16_t forwarder_request_write(const struct forwarder_request *request,
                                 const struct dns_question *question, uint16_t id,
                                 uint8_t ret_wire[FORWARDER_QUERY_BYTES_MAX])
{
    const struct dns_header header = { .id = id,
                                       .flags = request->flags,
                                       .counts = { [DNS_QUESTION] = 1, [DNS_ADDITIONAL] = 1 } };
    const struct dns_edns edns = forwarder_request_edns(request);
    struct byte_writer out = byte_writer_init(ret_wire, FORWARDER_QUERY_BYTES_MAX);
    bool fits = dns_header_write(&out, &header) &&
                write_bytes(&out, dns_name_bytes(&question->name)) &&
                write_u16_be(&out, question->type) && write_u16_be(&out, question->class) &&
                write_u8(&out, 0) && write_u16_be(&out, DNS_TYPE_OPT) &&
                write_u16_be(&out, edns.udp_size) && write_u16_be(&out, 0) &&
                write_u16_be(&out, edns.flags) && write_u16_be(&out, 0);

    REQUIRE(fits);
    return (uint16_t)out.position;
}
