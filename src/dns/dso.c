/* TLVs of stateful operations: where they may stand, and what they may hold. */
#include "dns/dso.h"

#include "base/require.h"
#include "dns/dso_read.h"
#include "dns/field_check.h"
#include "dns/rdata.h"

#define INTERVAL_MS_MIN 10000 /* RFC 8490 section 6.5.2 */
#define PUSH_SIZE_MAX 16382   /* of a whole message: RFC 8765 section 6.3.1 */
#define TTL_MAX_S 0x7FFFFFFFU

/* Where a TLV may stand (RFC 8490 section 8.2). */
enum place {
    OF_REQUEST = 1, /* the first, which says what the message is */
    OF_UNIDIRECTIONAL = 2,
    ADDITIONAL = 4, /* behind the first of either */
    FIRST_OF_RESPONSE = 8,
    LATER_OF_RESPONSE = 16,
};

struct row {
    uint16_t type;
    unsigned int places;
    const char *name;
    /* Moves over octets that are right; on refusal, to what is wrong. */
    enum dns_status (*check)(struct byte_reader *in, enum dns_dso_kind kind);
};

enum dns_dso_kind dns_dso_kind_of(const struct dns_header *header)
{
    if (dns_header_has(header, DNS_FLAG_QR))
        return DNS_DSO_RESPONSE;
    return header->id == 0 ? DNS_DSO_UNIDIRECTIONAL : DNS_DSO_REQUEST;
}

struct byte_reader dns_dso_tlvs(const struct dns_message *message)
{
    struct byte_reader in = byte_reader_init(message->wire);

    in.position = dns_message_is_dso(message) ? DNS_HEADER_SIZE : in.end;
    return in;
}

bool dns_dso_next(struct byte_reader *tlvs, struct dns_dso_tlv *ret_tlv)
{
    struct byte_reader at = *tlvs;
    struct dns_dso_tlv tlv;
    uint16_t size;

    if (!(read_u16_be(&at, &tlv.type) && read_u16_be(&at, &size) &&
          byte_reader_split(&at, size, &tlv.octets)))
        return false;
    *tlvs = at;
    *ret_tlv = tlv;
    return true;
}

/* DNS_OK, or that the size is wrong. */
static enum dns_status size_is(const struct byte_reader *in, size_t size)
{
    return byte_reader_left(in) == size ? DNS_OK : DNS_DSO_SIZE;
}

/* What a server says is never less than ten seconds; what a client asks for may be anything. */
static enum dns_status check_keepalive(struct byte_reader *in, enum dns_dso_kind kind)
{
    uint32_t interval_ms = 0;

    if (size_is(in, 8) != DNS_OK)
        return DNS_DSO_SIZE;
    (void)read_skip(in, 4);
    if (kind == DNS_DSO_REQUEST)
        return DNS_OK;
    (void)read_u32_be(in, &interval_ms);
    if (interval_ms >= INTERVAL_MS_MIN)
        return DNS_OK;
    in->position -= sizeof(interval_ms);
    return DNS_DSO_VALUE;
}

static enum dns_status check_delay(struct byte_reader *in, enum dns_dso_kind kind)
{
    (void)kind;
    return size_is(in, 4);
}

/* Any octets MUST be accepted (RFC 8490 section 7.3). */
static enum dns_status check_padding(struct byte_reader *in, enum dns_dso_kind kind)
{
    (void)in;
    (void)kind;
    return DNS_OK;
}

/* In a response it is to be ignored (RFC 8765 section 6.2.2). */
static enum dns_status check_question(struct byte_reader *in, enum dns_dso_kind kind)
{
    enum dns_status status;

    if (kind == DNS_DSO_RESPONSE)
        return DNS_OK;
    status = dns_field_check_name(DNS_FIELD_NAME_PLAIN, in);
    return status == DNS_OK ? size_is(in, 4) : status;
}

static enum dns_status check_id(struct byte_reader *in, enum dns_dso_kind kind)
{
    (void)kind;
    return size_is(in, 2);
}

static bool is_any(const struct dns_rr *rr)
{
    return rr->type == DNS_TYPE_ANY || rr->class == DNS_CLASS_ANY;
}

/* Whether PUSH compresses names in RDATA of this type though other messages may not (RFC 6762
 * section 18.14): that is left to who reads it. */
static bool is_compressed(uint16_t type)
{
    return type == DNS_TYPE_DNAME || type == DNS_TYPE_KX || type == DNS_TYPE_NSEC;
}

/* A record that is added or removed, or what is removed of a name. */
static enum dns_status check_change(struct byte_reader *in)
{
    struct byte_reader owner = *in;
    struct dns_rr rr;
    struct dns_verdict verdict = dns_rr_read(in, &rr);

    if (verdict.status == DNS_OK && rr.ttl_s == DNS_DSO_TTL_REMOVE_ALL)
        verdict.status = byte_reader_is_done(&rr.rdata) ? DNS_OK : DNS_DSO_VALUE;
    else if (verdict.status == DNS_OK && rr.ttl_s > TTL_MAX_S && rr.ttl_s != DNS_DSO_TTL_REMOVE)
        return DNS_OK;
    else if (verdict.status == DNS_OK && is_any(&rr))
        verdict.status = DNS_DSO_VALUE;
    else if (verdict.status == DNS_OK && !is_compressed(rr.type))
        verdict = dns_rdata_check(&rr);
    if (verdict.status == DNS_DSO_VALUE)
        verdict.offset = owner.position;
    if (verdict.status != DNS_OK)
        in->position = verdict.offset;
    return verdict.status;
}

static enum dns_status check_changes(struct byte_reader *in, enum dns_dso_kind kind)
{
    enum dns_status status = DNS_OK;

    (void)kind;
    if (byte_reader_is_done(in) || in->end > PUSH_SIZE_MAX)
        return DNS_DSO_SIZE;
    while (status == DNS_OK && !byte_reader_is_done(in))
        status = check_change(in);
    return status;
}

static bool read_reconfirm(struct byte_reader *in, struct dns_rr *ret_rr)
{
    struct dns_rr rr = { .owner = *in };

    if (dns_field_check_name(DNS_FIELD_NAME_PLAIN, in) != DNS_OK || !read_u16_be(in, &rr.type) ||
        !read_u16_be(in, &rr.class))
        return false;
    rr.rdata = *in;
    *ret_rr = rr;
    return true;
}

static enum dns_status check_record(struct byte_reader *in, enum dns_dso_kind kind)
{
    struct byte_reader start = *in;
    struct dns_verdict verdict;
    struct dns_rr rr;

    (void)kind;
    if (!read_reconfirm(in, &rr)) {
        *in = start;
        return DNS_DSO_SIZE;
    }
    if (is_any(&rr)) {
        *in = start;
        return DNS_DSO_VALUE;
    }
    verdict = dns_rdata_check(&rr);
    in->position = verdict.status == DNS_OK ? in->end : verdict.offset;
    return verdict.status;
}

#define DSO(id, name, type, source, places, shape) { (type), (places), (name), check_##shape },
static const struct row rows[] = {
#include "dns/dso.def"
};
#undef DSO

static const struct row *row_of(uint16_t type)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].type == type)
            return &rows[i];
    }
    return NULL;
}

const char *dns_dso_name(uint16_t type)
{
    const struct row *row = row_of(type);

    return row == NULL ? NULL : row->name;
}

struct dns_verdict dns_dso_check(const struct dns_dso_tlv *tlv, enum dns_dso_kind kind)
{
    const struct row *row = row_of(tlv->type);
    struct byte_reader in = tlv->octets;
    enum dns_status status = row == NULL ? DNS_OK : row->check(&in, kind);

    return status == DNS_OK ? dns_accept() : dns_refuse(status, in.position);
}

bool dns_dso_keepalive_read(const struct dns_dso_tlv *tlv, struct dns_dso_keepalive *ret_keepalive)
{
    struct byte_reader in = tlv->octets;

    REQUIRE(tlv->type == DNS_DSO_KEEPALIVE);
    return size_is(&in, 8) == DNS_OK && read_u32_be(&in, &ret_keepalive->inactivity_ms) &&
           read_u32_be(&in, &ret_keepalive->interval_ms);
}

bool dns_dso_reconfirm_read(const struct dns_dso_tlv *tlv, struct dns_rr *ret_rr)
{
    struct byte_reader in = tlv->octets;

    REQUIRE(tlv->type == DNS_DSO_RECONFIRM);
    return read_reconfirm(&in, ret_rr);
}

/* The place of the first TLV, or of another. */
static enum place place_of(enum dns_dso_kind kind, bool is_first)
{
    static const enum place places[][2] = {
        [DNS_DSO_REQUEST] = { ADDITIONAL, OF_REQUEST },
        [DNS_DSO_UNIDIRECTIONAL] = { ADDITIONAL, OF_UNIDIRECTIONAL },
        [DNS_DSO_RESPONSE] = { LATER_OF_RESPONSE, FIRST_OF_RESPONSE },
    };

    return places[kind][is_first];
}

/* The second verdict: of each TLV where it stands, and then what it holds. */
static struct dns_verdict check_tlvs(const struct dns_message *message)
{
    enum dns_dso_kind kind = dns_dso_kind_of(&message->header);
    struct byte_reader in = dns_dso_tlvs(message);
    struct dns_verdict verdict = dns_accept();
    size_t at = in.position;
    struct dns_dso_tlv tlv;

    for (; verdict.status == DNS_OK && dns_dso_next(&in, &tlv); at = in.position) {
        const struct row *row = row_of(tlv.type);
        enum place place = place_of(kind, at == DNS_HEADER_SIZE);

        if (row != NULL && (row->places & (unsigned int)place) == 0)
            return dns_refuse(DNS_DSO_PLACE, at);
        verdict = dns_dso_check(&tlv, kind);
    }
    return verdict;
}

struct dns_verdict dns_dso_read(struct dns_message *message)
{
    const struct dns_header *header = &message->header;
    struct byte_reader in = dns_dso_tlvs(message);
    struct dns_dso_tlv tlv;

    for (size_t i = 0; i < DNS_SECTIONS; i++)
        message->section_at[i] = DNS_HEADER_SIZE;
    if (dns_header_has(header, DNS_FLAG_QR) && header->id == 0)
        return dns_refuse(DNS_DSO_ID, 0);
    /* A response may have none. */
    if (!dns_header_has(header, DNS_FLAG_QR) && byte_reader_is_done(&in))
        return dns_refuse(DNS_DSO_TRUNCATED, in.position);
    while (dns_dso_next(&in, &tlv)) {
    }
    if (!byte_reader_is_done(&in))
        return dns_refuse(DNS_DSO_TRUNCATED, in.position);
    message->rdata = check_tlvs(message);
    return dns_accept();
}
