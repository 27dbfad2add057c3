/*
 * Reading a message: one pass, in which framing and RDATA are checked together. The framing's first
 * refusal ends the pass; that of RDATA is kept beside the message, and the pass goes on.
 */
#include "dns/dso.h"
#include "dns/dso_read.h"
#include "dns/field_check.h"
#include "dns/message.h"
#include "dns/name_memo.h"
#include "dns/rdata_shape.h"

#define QUESTION_FIXED_SIZE 4 /* type, class */
#define RR_FIXED_SIZE 10      /* type, class, TTL, RDLENGTH */
#define CLASS_AT 2
#define RDLENGTH_AT 8

/*
 * The pass. Functions that move over something take the offset where it begins and give the offset
 * behind it; or they give 0, which is never behind anything, and leave why in `refusal`.
 */
struct pass {
    const uint8_t *base;
    size_t size;
    struct dns_verdict refusal;
    struct dns_name_memo memo;
    struct dns_message message;
};

static inline unsigned int u16_at(const uint8_t *octets)
{
    return (unsigned int)octets[0] << 8 | octets[1];
}

static inline struct byte_reader reader_of(const struct pass *pass, size_t at, size_t end)
{
    return (struct byte_reader){ .base = pass->base, .position = at, .end = end };
}

/* Seldom: what leads here is kept out of the way of the rest. */
static __attribute__((noinline, cold)) size_t refuse(struct pass *pass, enum dns_status status,
                                                     size_t at)
{
    pass->refusal = dns_refuse(status, at);
    return 0;
}

/* A name that the memo did not let pass: what is wrong with it, if anything is. */
static __attribute__((noinline, cold)) size_t skip_doubtful_name(struct pass *pass, size_t at,
                                                                 size_t end)
{
    struct byte_reader in = reader_of(pass, at, end);
    size_t size;

    pass->refusal = dns_name_skip(&in, &size);
    if (pass->refusal.status != DNS_OK)
        return 0;
    return pass->memo.steps_left > 0 ? in.position : refuse(pass, DNS_POINTER_STEPS, at);
}

static inline size_t skip_name(struct pass *pass, size_t at, size_t end)
{
    size_t next = dns_name_memo_skip(&pass->memo, pass->base, (struct dns_name_run){ at, end });

    return next != 0 ? next : skip_doubtful_name(pass, at, end);
}

/* A field whose kind neither has a fixed size nor may be a compressed name; `start`: of RDATA. */
static inline size_t skip_shaped(struct pass *pass, enum dns_field_kind kind, size_t start,
                                 struct byte_reader in)
{
    enum dns_status status = dns_field_check(kind, &in, start);

    return status == DNS_OK ? in.position : refuse(pass, status, in.position);
}

/* The fields of RDATA, from `start` to `end`, which they must fill. */
static inline size_t skip_fields(struct pass *pass, const struct dns_rdata_shape *shape,
                                 size_t start, size_t end)
{
    /* Fields of fixed size in front are one step, unless it is to be said which of them is cut. */
    bool is_cut = end - start < shape->lead_octets;
    size_t at = is_cut ? start : start + shape->lead_octets;

    for (unsigned int i = is_cut ? 0 : shape->lead_count; i < shape->count; i++) {
        enum dns_field_kind kind = shape->kinds[i];
        size_t next = 0;

        if (kind < DNS_FIELD_NAME_SHORT) {
            if (end - at < dns_field_octets[kind])
                return refuse(pass, DNS_RDATA_TRUNCATED, at);
            at += dns_field_octets[kind];
            continue;
        }
        if (kind <= DNS_FIELD_NAME_OLD)
            next = skip_name(pass, at, end);
        else if (kind <= DNS_FIELD_NAME_PLAIN)
            next = dns_field_skip_labels(pass->base, at, end);
        if (next == 0 && kind > DNS_FIELD_NAME_OLD)
            next = skip_shaped(pass, kind, start, reader_of(pass, at, end));
        at = next;
        if (at == 0)
            return 0;
    }
    return at == end ? end : refuse(pass, DNS_RDATA_TRAILING, at);
}

/* Whether the name (checked before) is the root, or a pointer to one. */
static inline bool is_root(const struct pass *pass, size_t at)
{
    struct byte_reader in = reader_of(pass, at, pass->size);
    size_t size = 0;

    if (pass->base[at] == 0)
        return true;
    (void)dns_name_skip(&in, &size);
    return size == 1;
}

/* A record whose type has a place of its own; `left`: how many its section has from it on. */
static __attribute__((noinline)) size_t check_place(struct pass *pass, size_t at, unsigned int type,
                                                    unsigned int left)
{
    bool is_additional = pass->message.section_at[DNS_ADDITIONAL] != 0;

    /* RFC 8945 section 5.2. */
    if (type == DNS_TYPE_TSIG)
        return is_additional && left == 1 ? at : refuse(pass, DNS_TSIG_PLACE, at);
    /* RFC 6891 section 6.1.1; the owner may be a pointer to a root. */
    if (!is_additional)
        return refuse(pass, DNS_OPT_SECTION, at);
    if (pass->message.opt_at != 0)
        return refuse(pass, DNS_OPT_TWICE, at);
    pass->message.opt_at = at;
    return is_root(pass, at) ? at : refuse(pass, DNS_OPT_OWNER, at);
}

/* The second verdict is kept, and no more RDATA is looked at. */
static inline void check_rdata(struct pass *pass, const uint8_t *fixed, size_t start, size_t end)
{
    uint16_t class = (uint16_t)u16_at(fixed + CLASS_AT);
    unsigned int row = dns_rrtype_row((uint16_t)u16_at(fixed), class);
    const struct dns_rdata_shape *shape = &dns_rdata_shapes[row];

    /* Most records by far: fields of fixed size alone. */
    if (end - start == shape->lead_octets && shape->lead_count == shape->count)
        return;
    /* An update leaves RDATA out in these classes (RFC 2136 sections 2.4 and 2.5). */
    if (start == end && (class == DNS_CLASS_ANY || class == DNS_CLASS_NONE))
        return;
    if (skip_fields(pass, shape, start, end) == 0)
        pass->message.rdata = pass->refusal;
}

static inline size_t skip_record(struct pass *pass, size_t owner, unsigned int left)
{
    const uint8_t *fixed;
    unsigned int type;
    size_t at;
    size_t start;
    size_t end;

    if (owner == pass->size)
        return refuse(pass, DNS_RR_TRUNCATED, owner);
    at = skip_name(pass, owner, pass->size);
    if (at == 0)
        return 0;
    if (pass->size - at < RR_FIXED_SIZE)
        return refuse(pass, DNS_RR_TRUNCATED, at);
    fixed = pass->base + at;
    type = u16_at(fixed);
    start = at + RR_FIXED_SIZE;
    end = start + u16_at(fixed + RDLENGTH_AT);
    if (end > pass->size)
        return refuse(pass, DNS_RDLENGTH_PAST_END, at + RDLENGTH_AT);
    if ((type == DNS_TYPE_OPT || type == DNS_TYPE_TSIG) &&
        check_place(pass, owner, type, left) == 0)
        return 0;
    if (pass->message.rdata.status == DNS_OK)
        check_rdata(pass, fixed, start, end);
    return end;
}

static size_t skip_section(struct pass *pass, size_t at, enum dns_section section)
{
    pass->message.section_at[section] = at;
    for (unsigned int left = pass->message.header.counts[section]; left > 0 && at != 0; left--)
        at = skip_record(pass, at, left);
    return at;
}

static size_t skip_questions(struct pass *pass, size_t at)
{
    unsigned int count = pass->message.header.counts[DNS_QUESTION];

    /* RFC 9619: more than one question in a query is a format error. */
    if (count > 1 && dns_header_opcode(&pass->message.header) == DNS_OPCODE_QUERY)
        return refuse(pass, DNS_QUESTION_COUNT, sizeof(uint16_t[2]));
    pass->message.section_at[DNS_QUESTION] = at;
    for (; count > 0; count--) {
        if (at == pass->size)
            return refuse(pass, DNS_QUESTION_TRUNCATED, at);
        at = skip_name(pass, at, pass->size);
        if (at == 0)
            return 0;
        if (pass->size - at < QUESTION_FIXED_SIZE)
            return refuse(pass, DNS_QUESTION_TRUNCATED, at);
        at += QUESTION_FIXED_SIZE;
    }
    return at;
}

static inline struct dns_header header_of(const uint8_t *octets)
{
    return (struct dns_header){
        .id = (uint16_t)u16_at(octets),
        .flags = (uint16_t)u16_at(octets + 2),
        .counts = { (uint16_t)u16_at(octets + 4), (uint16_t)u16_at(octets + 6),
                    (uint16_t)u16_at(octets + 8), (uint16_t)u16_at(octets + 10) },
    };
}

/* The second verdict on a message of stateful operations that has sections. */
static __attribute__((noinline, cold)) struct dns_verdict
refuse_counts(const struct dns_header *header)
{
    size_t i = DNS_QUESTION;

    while (header->counts[i] == 0)
        i++;
    return dns_refuse(DNS_DSO_COUNT, sizeof(uint16_t) * (2 + i));
}

/* A message that has TLVs instead of sections. */
static __attribute__((noinline, cold)) struct dns_verdict read_dso(struct dns_message *message,
                                                                   struct dns_message *ret_message)
{
    struct dns_verdict verdict = dns_dso_read(message);

    if (verdict.status == DNS_OK)
        *ret_message = *message;
    return verdict;
}

struct dns_verdict dns_message_read(struct bytes wire, struct dns_message *ret_message)
{
    struct pass pass;
    size_t at;

    if (wire.size > DNS_MESSAGE_SIZE_MAX)
        return dns_refuse(DNS_MESSAGE_SIZE, DNS_MESSAGE_SIZE_MAX);
    if (wire.size < DNS_HEADER_SIZE)
        return dns_refuse(DNS_HEADER_TRUNCATED, wire.size);
    pass.base = wire.at;
    pass.size = wire.size;
    pass.message = (struct dns_message){ .wire = wire, .header = header_of(wire.at) };
    if (dns_message_is_dso(&pass.message))
        return read_dso(&pass.message, ret_message);
    if (dns_header_opcode(&pass.message.header) == DNS_OPCODE_DSO)
        pass.message.rdata = refuse_counts(&pass.message.header);
    dns_name_memo_init(&pass.memo, wire.size);
    at = skip_questions(&pass, DNS_HEADER_SIZE);
    for (unsigned int i = DNS_ANSWER; i <= DNS_ADDITIONAL && at != 0; i++)
        at = skip_section(&pass, at, (enum dns_section)i);
    if (at != 0 && at != wire.size)
        at = refuse(&pass, DNS_TRAILING_OCTETS, at);
    if (at == 0)
        return pass.refusal;
    *ret_message = pass.message;
    return dns_accept();
}

struct dns_verdict dns_message_check_rdata(const struct dns_message *message)
{
    return message->rdata;
}
