/*
 * An answer is relayed by copying: compression pointers, types that we have never heard of, and the
 * order of the records stay as they are. What has to change has a fixed size and is patched.
 */
#include "forwarder/core/answer.h"

#include "base/require.h"
#include "dns/option.h"
#include "dns/response.h"
#include "dns/rrtype.h"
#include "forwarder/core/datagram.h"

/* Before RDATA stand class (2 octets), TTL (4) and RDLENGTH (2). EDNS keeps the payload size in the
 * class, and rcode_high, version and flags in the TTL (RFC 6891 section 6.1.3). */
#define OPT_SIZE_BEFORE_RDATA 8
#define OPT_VERSION_BEFORE_RDATA 5
#define OPT_FLAGS_BEFORE_RDATA 4
/* A response without records still says these of where it comes from. */
#define KEPT_WHEN_CUT (DNS_FLAG_AA | DNS_FLAG_RA | DNS_FLAG_AD)

/* What an answer with so many records in its first section says of us. Without records, AA and RA
 * glibc takes it for that of a server which knows nothing, whatever else it says. */
static unsigned int offered(uint16_t answers, unsigned int flags)
{
    return answers == 0 && (flags & DNS_FLAG_AA) == 0 ? DNS_FLAG_RA : 0;
}

static void write_response(const struct forwarder_request *request, struct bytes query,
                           struct dns_response response, struct byte_writer *out)
{
    response.edns = request->has_edns ? response.edns : NULL;
    REQUIRE(dns_response_write(query, &response, out));
    dns_header_patch_id(out->base, out->position, request->id);
}

struct dns_edns forwarder_answer_edns(const struct forwarder_request *request,
                                      const struct forwarder_error *error,
                                      uint8_t block[FORWARDER_OPTIONS_BYTES])
{
    struct dns_edns edns = forwarder_request_edns(request);
    struct byte_writer options = byte_writer_init(block, FORWARDER_OPTIONS_BYTES);
    struct dns_extended_error extended = { .code = error->code };
    struct dns_edns_option cookie = {
        DNS_OPTION_COOKIE,
        bytes_of(request->cookie.octets, request->cookie.size),
    };

    if (error->is_there)
        REQUIRE(dns_extended_error_write(&extended, &options));
    if (request->cookie.size > 0)
        REQUIRE(dns_option_write(&cookie, &options));
    edns.options = byte_writer_written(&options);
    return edns;
}

void forwarder_answer_write(const struct forwarder_request *request, struct bytes query,
                            const struct forwarder_own *own, struct byte_writer *out)
{
    uint8_t block[FORWARDER_OPTIONS_BYTES];
    struct forwarder_error options = { own->has_error, (uint16_t)own->error };
    struct dns_edns edns = forwarder_answer_edns(request, &options, block);
    /* An answer to what asked for recursion says that there is some: the upstream's. */
    struct dns_response response = { .rcode = own->rcode, .flags = DNS_FLAG_RA, .edns = &edns };

    response.flags |= own->is_cut ? DNS_FLAG_TC : 0;
    write_response(request, query, response, out);
}

bool forwarder_answer_matches(struct bytes question, struct bytes reply)
{
    struct byte_reader in = byte_reader_init(reply);
    struct dns_header header = { 0 };

    REQUIRE(dns_header_read(&in, &header).status == DNS_OK);
    return dns_header_has(&header, DNS_FLAG_QR) && dns_header_opcode(&header) == DNS_OPCODE_QUERY &&
           header.counts[DNS_QUESTION] == 1 &&
           bytes_has_prefix(bytes_of(reply.at + in.position, byte_reader_left(&in)), question);
}

/* Where a reply's OPT record stands; all 0 where there is none. */
struct opt_place {
    size_t start;
    size_t rdata;
    size_t end;
};

static struct opt_place find_opt(const struct dns_message *reply)
{
    struct byte_reader in = byte_reader_init(reply->wire);
    struct dns_rr opt;

    if (reply->opt_at == 0)
        return (struct opt_place){ 0 };
    REQUIRE(read_skip(&in, reply->opt_at));
    REQUIRE(dns_rr_read(&in, &opt).status == DNS_OK);
    return (struct opt_place){ reply->opt_at, opt.rdata.position, in.position };
}

/* Options that speak of one hop, which is not the client's. */
static bool is_of_hop(uint16_t code)
{
    return code == DNS_OPTION_COOKIE || code == DNS_OPTION_TCP_KEEPALIVE ||
           code == DNS_OPTION_PADDING;
}

/* The options of a reply's OPT record. */
static struct bytes options_of(const struct dns_message *reply)
{
    struct dns_edns edns = { 0 };

    (void)dns_message_edns(reply, &edns);
    return edns.options;
}

/* How many octets the options have that go on to the client; `out`, if there is one, gets them. */
static size_t pass_options(const struct dns_message *reply, struct byte_writer *out)
{
    struct bytes options = options_of(reply);
    struct dns_edns_option option;
    size_t size = 0;

    while (dns_edns_next_option(&options, &option)) {
        if (is_of_hop(option.code))
            continue;
        size += (size_t)4 + option.octets.size;
        if (out != NULL)
            REQUIRE(dns_option_write(&option, out));
    }
    return size;
}

/* Whether the reply's OPT record is its last, so that it may have another size. */
static bool is_opt_last(const struct dns_message *reply, struct opt_place opt)
{
    return opt.end == reply->wire.size;
}

void forwarder_answer_pad(const struct forwarder_request *request,
                          const struct forwarder_path *path, struct byte_writer *out)
{
    struct dns_message answer;
    struct opt_place opt;

    if (!request->has_padding || !path->is_private ||
        dns_message_read(byte_writer_written(out), &answer).status != DNS_OK)
        return;
    opt = find_opt(&answer);
    if (!is_opt_last(&answer, opt) ||
        !dns_padding_write(out->position, FORWARDER_PADDED_ANSWER, out))
        return;
    byte_writer_patch_u16_be(out, opt.rdata - 2, (uint16_t)(out->position - opt.rdata));
}

/* Whether the client can be given the reply at all. An OPT record that nobody asked for is cut off,
 * which would change what it says if it held a part of the response code or records followed; and
 * one before other records keeps its size. */
static bool can_relay(const struct forwarder_request *request, const struct dns_message *reply,
                      struct opt_place opt)
{
    if (opt.end == 0)
        return true;
    if (request->has_edns)
        return is_opt_last(reply, opt) ||
               (request->cookie.size == 0 && pass_options(reply, NULL) == opt.end - opt.rdata);
    return is_opt_last(reply, opt) && dns_message_rcode(reply) <= 15;
}

/* Our OPT record as it stands on the wire. */
static void write_opt(const struct dns_edns *edns, struct byte_writer *out)
{
    REQUIRE(write_u8(out, 0));
    REQUIRE(write_u16_be(out, DNS_TYPE_OPT));
    REQUIRE(write_u16_be(out, edns->udp_size));
    REQUIRE(write_u8(out, edns->rcode_high));
    REQUIRE(write_u8(out, edns->version));
    REQUIRE(write_u16_be(out, edns->flags));
    REQUIRE(write_u16_be(out, (uint16_t)edns->options.size));
    REQUIRE(write_bytes(out, edns->options));
}

/* Makes EDNS in the copy of a reply ours, where records follow it. */
static void patch_edns(const struct forwarder_request *request, struct opt_place opt,
                       struct byte_writer *out)
{
    struct dns_edns edns = forwarder_request_edns(request);

    byte_writer_patch_u16_be(out, opt.rdata - OPT_SIZE_BEFORE_RDATA, edns.udp_size);
    out->base[opt.rdata - OPT_VERSION_BEFORE_RDATA] = edns.version;
    byte_writer_patch_u16_be(out, opt.rdata - OPT_FLAGS_BEFORE_RDATA, edns.flags);
}

/* What a client is told that asked for DNSSEC where the upstream answered without EDNS, and so
 * without that. */
static struct forwarder_error missing_dnssec(const struct forwarder_request *request,
                                             const struct dns_message *reply)
{
    return (struct forwarder_error){ request->dnssec_ok && reply->opt_at == 0,
                                     DNS_EDE_NOT_SUPPORTED };
}

/* Writes our EDNS at the end of a reply: with its part of the response code, the options that go
 * on, and our cookie. */
static void write_last_edns(const struct forwarder_request *request,
                            const struct dns_message *reply, struct byte_writer *out)
{
    struct forwarder_error error = missing_dnssec(request, reply);
    uint8_t block[FORWARDER_OPTIONS_BYTES];
    struct dns_edns edns = forwarder_answer_edns(request, &error, block);
    size_t size_at;

    edns.rcode_high = (uint8_t)(dns_message_rcode(reply) >> 4);
    write_opt(&edns, out);
    size_at = out->position - edns.options.size - 2;
    (void)pass_options(reply, out);
    byte_writer_patch_u16_be(out, size_at, (uint16_t)(out->position - size_at - 2));
}

/* Writes the reply, which fits, with what has to change in it. */
static void write_relayed(const struct forwarder_request *request, const struct dns_message *reply,
                          struct opt_place opt, struct byte_writer *out)
{
    struct byte_writer front = { 0 };
    struct dns_header header = reply->header;
    struct bytes kept = reply->wire;

    header.id = request->id;
    header.flags &= (uint16_t)~(unsigned int)(DNS_FLAG_Z | DNS_FLAG_CD);
    header.flags |= request->flags & DNS_FLAG_CD; /* RFC 4035 section 3.2.2 */
    if (is_opt_last(reply, opt)) {
        kept.size = opt.start;
        header.counts[DNS_ADDITIONAL] -= 1;
    }
    if (request->has_edns && (opt.end == 0 || is_opt_last(reply, opt)))
        header.counts[DNS_ADDITIONAL] += 1;
    REQUIRE(write_bytes(out, kept));
    front = byte_writer_init(out->base, DNS_HEADER_SIZE);
    REQUIRE(dns_header_write(&front, &header));
    if (opt.end != 0 && !is_opt_last(reply, opt))
        patch_edns(request, opt, out);
    else if (request->has_edns)
        write_last_edns(request, reply, out);
}

/* The most octets that the answer may have. */
static size_t answer_limit(const struct forwarder_request *request, const struct byte_writer *out)
{
    size_t room = byte_writer_left(out);

    return request->answer_bytes_max < room ? request->answer_bytes_max : room;
}

/* How many octets the answer has if the whole reply is passed on. */
static size_t relayed_size(const struct forwarder_request *request, const struct dns_message *reply,
                           struct opt_place opt)
{
    size_t size = is_opt_last(reply, opt) ? opt.start : reply->wire.size;

    if (!request->has_edns || (opt.end != 0 && !is_opt_last(reply, opt)))
        return size;
    size += FORWARDER_OPT_BYTES + pass_options(reply, NULL);
    size += missing_dnssec(request, reply).is_there ? FORWARDER_ERROR_BYTES : 0;
    return request->cookie.size > 0 ? size + 4 + request->cookie.size : size;
}

/* Writes that the answer is too large, with no records. */
static void write_cut(const struct forwarder_request *request, struct bytes query,
                      enum dns_rcode rcode, unsigned int flags, struct byte_writer *out)
{
    static const struct forwarder_error no_error = { 0 };
    uint8_t block[FORWARDER_OPTIONS_BYTES];
    struct dns_edns edns = forwarder_answer_edns(request, &no_error, block);
    struct dns_response cut = { .rcode = rcode, .flags = DNS_FLAG_TC | flags, .edns = &edns };

    cut.flags |= offered(0, flags);
    write_response(request, query, cut, out);
}

enum forwarder_relayed forwarder_answer_relay(const struct forwarder_request *request,
                                              struct bytes query, const struct dns_message *reply,
                                              struct byte_writer *out)
{
    struct opt_place opt = find_opt(reply);

    if (!can_relay(request, reply, opt))
        return FORWARDER_UNRELAYABLE;
    if (relayed_size(request, reply, opt) <= answer_limit(request, out)) {
        write_relayed(request, reply, opt, out);
        return FORWARDER_RELAYED;
    }
    write_cut(request, query, (enum dns_rcode)dns_message_rcode(reply),
              reply->header.flags & KEPT_WHEN_CUT, out);
    return FORWARDER_TRUNCATED;
}

/* What is said of why a cached answer is as it is. */
static struct forwarder_error cached_error(const struct forwarder_cached *cached)
{
    bool is_missing = cached->flags % 16U == DNS_RCODE_NXDOMAIN;

    if (cached->is_stale)
        return (struct forwarder_error){ true, is_missing ? DNS_EDE_STALE_NXDOMAIN
                                                          : DNS_EDE_STALE_ANSWER };
    if (cached->has_error)
        return (struct forwarder_error){ true, cached->error };
    return (struct forwarder_error){ cached->is_failure, DNS_EDE_CACHED_ERROR };
}

enum forwarder_relayed forwarder_answer_cached(const struct forwarder_request *request,
                                               struct bytes question,
                                               const struct forwarder_cache *cache,
                                               const struct forwarder_cached *cached,
                                               struct byte_writer *out)
{
    uint8_t block[FORWARDER_OPTIONS_BYTES];
    struct forwarder_error options = cached_error(cached);
    struct dns_edns edns = { 0 };
    struct dns_header header = {
        .id = request->id,
        .flags = (uint16_t)(DNS_FLAG_QR | (request->flags & (DNS_FLAG_RD | DNS_FLAG_CD)) |
                            cached->flags),
    };
    size_t size = DNS_HEADER_SIZE + question.size + cached->records_size;
    bool is_whole;

    if (request->has_edns) {
        edns = forwarder_answer_edns(request, &options, block);
        size += FORWARDER_OPT_BYTES + edns.options.size;
    }
    is_whole = size <= answer_limit(request, out);
    memcpy(header.counts, cached->counts, sizeof(header.counts));
    if (!is_whole) {
        memset(header.counts, 0, sizeof(header.counts));
        header.flags |= DNS_FLAG_TC;
    }
    header.flags |= (uint16_t)offered(header.counts[DNS_ANSWER], header.flags);
    header.counts[DNS_QUESTION] = 1;
    header.counts[DNS_ADDITIONAL] += request->has_edns;
    REQUIRE(dns_header_write(out, &header));
    REQUIRE(write_bytes(out, question));
    if (is_whole)
        forwarder_cache_write(cache, cached, FORWARDER_STALE_TTL_S, out);
    if (request->has_edns)
        write_opt(&edns, out);
    return is_whole ? FORWARDER_RELAYED : FORWARDER_TRUNCATED;
}
