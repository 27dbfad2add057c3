/* A reply is written again with the records that answer the question, and nothing else. */
#include "forwarder/core/keep.h"

#include "base/require.h"
#include "dns/option.h"
#include "dns/rdata.h"
#include "dns/rrtype.h"

/* Of a record on the wire the TTL stands before RDLENGTH. */
#define TTL_BEFORE_RDATA 6
#define QUESTION_TAIL 4 /* type, class */
#define PLAIN_RECORD 12 /* a pointer, type, class, TTL, RDLENGTH */
/* With the top bit set a TTL counts as 0 (RFC 2181 section 8). */
#define TTL_S_MAX 0x7FFFFFFFU
#define KEPT_FLAGS (DNS_FLAG_RA | DNS_FLAG_AD)

/* A record that is being looked at. */
struct seen {
    struct dns_rr rr;
    struct dns_name owner;
    uint16_t covered; /* the type that an RRSIG covers, else its own */
};

struct reading {
    struct forwarder_keep *keep;
    const struct forwarder_keep_limits *limits;
    const struct dns_message *reply;
    struct dns_question question;
    struct dns_name target; /* where the chain has come to */
    size_t records_at;      /* where records begin */
    uint32_t ttl_s;         /* the least */
    uint16_t ttls_count;
    uint16_t counts[DNS_SECTIONS];
    bool has_alias;
    bool is_bad; /* not to be kept */
};

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static bool next_seen(struct dns_walk *walk, struct seen *seen)
{
    struct byte_reader rdata;

    if (!dns_walk_next(walk, &seen->rr))
        return false;
    seen->owner = dns_rr_owner(&seen->rr);
    seen->covered = seen->rr.type;
    rdata = seen->rr.rdata;
    if (seen->rr.type == DNS_TYPE_RRSIG)
        (void)read_u16_be(&rdata, &seen->covered);
    return true;
}

/* Whether a name is this one or below it. */
static bool is_at_or_below(const struct dns_name *name, const struct dns_name *above)
{
    struct dns_name end = { 0 };
    size_t at = 0;

    while (name->size - at > above->size)
        at += name->octets[at] + 1U;
    end.size = (uint8_t)(name->size - at);
    memcpy(end.octets, name->octets + at, end.size);
    return dns_name_equal(&end, above);
}

/* Writes a record with its TTL put between the limits. */
static void add(struct reading *reading, enum dns_section section, struct dns_rr rr)
{
    struct dns_builder *builder = &reading->keep->builder;
    struct byte_reader in = { .base = builder->out.base, .position = builder->out.position };
    size_t ttl_at;

    if (rr.ttl_s == 0 || rr.ttl_s > TTL_S_MAX || reading->ttls_count == FORWARDER_CACHE_TTLS_MAX)
        reading->is_bad = true;
    if (reading->is_bad)
        return;
    rr.ttl_s = least(rr.ttl_s, reading->limits->ttl_s_max);
    if (rr.ttl_s < reading->limits->ttl_s_min)
        rr.ttl_s = reading->limits->ttl_s_min;
    if (dns_builder_add_rr(builder, section, &rr).status != DNS_OK) {
        reading->is_bad = true;
        return;
    }
    in.end = builder->out.position;
    REQUIRE(dns_rr_read(&in, &rr).status == DNS_OK);
    ttl_at = rr.rdata.position - TTL_BEFORE_RDATA - reading->records_at;
    reading->keep->ttls[reading->ttls_count] = (uint16_t)ttl_at;
    reading->ttls_count += 1;
    reading->counts[section] += 1;
    reading->ttl_s = least(reading->ttl_s, rr.ttl_s);
}

/* What one pass over the answers found at one name. */
struct pass {
    bool has_answer;
    unsigned int aliases;
    struct dns_name alias; /* where the CNAME leads */
};

/* Whether a record of the answer is a part of the chain at this name. */
static bool is_wanted(const struct reading *reading, const struct seen *seen)
{
    if (seen->rr.class != reading->question.class)
        return false;
    if (seen->covered == DNS_TYPE_DNAME && seen->owner.size < reading->target.size)
        return is_at_or_below(&reading->target, &seen->owner);
    return (seen->covered == reading->question.type || seen->covered == DNS_TYPE_CNAME) &&
           dns_name_equal(&seen->owner, &reading->target);
}

/* Takes the records at the name that the chain has come to. */
static struct pass take_name(struct reading *reading)
{
    struct dns_walk walk = dns_message_section(reading->reply, DNS_ANSWER);
    struct pass pass = { 0 };
    struct seen seen;

    while (!reading->is_bad && next_seen(&walk, &seen)) {
        struct byte_reader rdata = seen.rr.rdata;

        if (!is_wanted(reading, &seen))
            continue;
        if (seen.rr.type == reading->question.type &&
            dns_name_equal(&seen.owner, &reading->target)) {
            pass.has_answer = true;
        } else if (seen.rr.type == DNS_TYPE_CNAME) {
            pass.aliases += 1;
            REQUIRE(dns_name_read(&rdata, &pass.alias).status == DNS_OK);
        }
        add(reading, DNS_ANSWER, seen.rr);
    }
    return pass;
}

/* Follows the chain to its end; gives whether the type is there. */
static bool take_chain(struct reading *reading)
{
    for (int i = 0; i <= FORWARDER_KEEP_ALIASES_MAX; i++) {
        struct pass pass = take_name(reading);

        if (pass.has_answer || pass.aliases == 0) {
            reading->is_bad = reading->is_bad || pass.aliases > 0;
            return pass.has_answer;
        }
        if (pass.aliases > 1)
            break;
        reading->has_alias = true;
        reading->target = pass.alias;
    }
    reading->is_bad = true;
    return false;
}

static bool is_denial(uint16_t type)
{
    return type == DNS_TYPE_NSEC || type == DNS_TYPE_NSEC3;
}

/* Whether the authority section shows that something is not there: what a positive answer from a
 * wildcard needs, and belongs to a zone that we do not know. */
static bool has_denial(const struct reading *reading)
{
    struct dns_walk walk = dns_message_section(reading->reply, DNS_AUTHORITY);
    struct dns_rr rr;

    while (dns_walk_next(&walk, &rr))
        if (is_denial(rr.type))
            return true;
    return false;
}

/* Finds the SOA record of a zone that the end of the chain lies in. */
static bool find_soa(const struct reading *reading, struct seen *ret_soa)
{
    struct dns_walk walk = dns_message_section(reading->reply, DNS_AUTHORITY);
    struct seen seen;

    while (next_seen(&walk, &seen)) {
        if (seen.rr.type == DNS_TYPE_SOA && seen.rr.class == reading->question.class &&
            is_at_or_below(&reading->target, &seen.owner)) {
            *ret_soa = seen;
            return true;
        }
    }
    return false;
}

/* For how long an SOA record says that something is not there. */
static uint32_t negative_ttl(const struct reading *reading, const struct dns_rr *soa)
{
    struct byte_reader minimum;
    uint32_t minimum_s = 0;

    if (soa->ttl_s > TTL_S_MAX)
        return 0;
    REQUIRE(byte_reader_at(&soa->rdata, soa->rdata.end - sizeof(minimum_s), &minimum));
    REQUIRE(read_u32_be(&minimum, &minimum_s));
    return least(least(soa->ttl_s, minimum_s), reading->limits->negative_ttl_s_max);
}

/* Takes what shows that nothing is there. */
static void take_negative(struct reading *reading)
{
    struct dns_walk walk = dns_message_section(reading->reply, DNS_AUTHORITY);
    bool has_soa = false;
    struct seen soa;
    struct seen seen;

    if (!find_soa(reading, &soa)) {
        reading->is_bad = true;
        return;
    }
    while (!reading->is_bad && next_seen(&walk, &seen)) {
        bool is_soa = seen.covered == DNS_TYPE_SOA && dns_name_equal(&seen.owner, &soa.owner);

        if (seen.rr.class != reading->question.class ||
            (!is_soa && !(is_denial(seen.covered) && is_at_or_below(&seen.owner, &soa.owner))))
            continue;
        if (seen.rr.type == DNS_TYPE_SOA) {
            reading->is_bad = has_soa;
            has_soa = true;
            seen.rr.ttl_s = negative_ttl(reading, &seen.rr);
        }
        add(reading, DNS_AUTHORITY, seen.rr);
    }
}

/* An extended error of the upstream's. */
static void read_error(const struct dns_message *reply, struct forwarder_kept *kept)
{
    struct dns_edns edns;
    struct dns_edns_option option;
    struct dns_extended_error error;

    if (!dns_message_edns(reply, &edns) || !dns_edns_find_option(&edns, DNS_OPTION_EDE, &option) ||
        dns_extended_error_read(&option, &error) != DNS_OK)
        return;
    kept->has_error = true;
    kept->error = error.code;
}

static void begin(struct reading *reading)
{
    struct dns_builder *builder = &reading->keep->builder;
    struct dns_header header = { 0 };

    dns_builder_init(builder, reading->keep->wire, sizeof(reading->keep->wire), &header);
    dns_builder_set_source(builder, reading->reply->wire);
    REQUIRE(dns_builder_add_question(builder, &reading->question).status == DNS_OK);
    reading->records_at = builder->out.position;
    reading->ttl_s = UINT32_MAX;
    reading->target = reading->question.name;
}

static bool keep_answer(struct reading *reading, struct forwarder_kept *kept)
{
    bool has_answer;

    begin(reading);
    has_answer = take_chain(reading);
    if (has_answer && (has_denial(reading) || kept->flags % 16U == DNS_RCODE_NXDOMAIN))
        return false;
    if (!has_answer)
        take_negative(reading);
    if (reading->is_bad)
        return false;
    kept->ttl_s = reading->ttl_s;
    kept->has_alias = reading->has_alias || reading->question.type == DNS_TYPE_CNAME;
    memcpy(kept->counts, reading->counts, sizeof(kept->counts));
    kept->ttls_count = reading->ttls_count;
    kept->ttls = reading->keep->ttls;
    kept->records = bytes_of(reading->keep->wire + reading->records_at,
                             reading->keep->builder.out.position - reading->records_at);
    return true;
}

static inline unsigned int u16_at(const uint8_t *octets)
{
    return (unsigned int)octets[0] << 8 | octets[1];
}

/* The TTL of a plain record, put between the limits: an address, of so many octets, of the name
 * that is asked for, to which a pointer leads; 0 where it is another, or good for no time. */
static uint32_t plain_ttl(const struct forwarder_keep_limits *limits, const uint8_t *record,
                          const uint8_t *question_tail, size_t size)
{
    uint32_t ttl_s = (uint32_t)u16_at(record + 6) << 16 | u16_at(record + 8);

    if (u16_at(record) != (0xC000U | DNS_HEADER_SIZE) ||
        memcmp(record + 2, question_tail, 4) != 0 || u16_at(record + 10) != size || ttl_s == 0 ||
        ttl_s > TTL_S_MAX)
        return 0;
    ttl_s = least(ttl_s, limits->ttl_s_max);
    return ttl_s < limits->ttl_s_min ? limits->ttl_s_min : ttl_s;
}

/* The octets of the addresses that are asked for; 0 where it is not for addresses. */
static size_t address_size(const uint8_t *question_tail)
{
    unsigned int type = u16_at(question_tail);

    if (u16_at(question_tail + 2) != DNS_CLASS_IN)
        return 0;
    return type == DNS_TYPE_A ? 4 : type == DNS_TYPE_AAAA ? 16 : 0;
}

/* Most answers are addresses of the name that is asked for, and nothing else: those are kept as
 * they stand. False, and nothing said, of any other. */
static bool keep_plain(struct forwarder_keep *keep, const struct forwarder_keep_limits *limits,
                       const struct dns_message *reply, struct forwarder_kept *kept)
{
    size_t at = reply->section_at[DNS_ANSWER];
    size_t size = reply->section_at[DNS_AUTHORITY] - at;
    const uint8_t *question_tail = reply->wire.at + at - QUESTION_TAIL;
    size_t address = address_size(question_tail);
    size_t record = PLAIN_RECORD + address;
    uint16_t count = reply->header.counts[DNS_ANSWER];
    uint32_t ttl_s = UINT32_MAX;

    if (address == 0 || count == 0 || count > FORWARDER_CACHE_TTLS_MAX || size != count * record ||
        size > FORWARDER_CACHE_BODY_MAX || reply->header.counts[DNS_AUTHORITY] != 0 ||
        at <= DNS_HEADER_SIZE + 1 + QUESTION_TAIL)
        return false;
    memcpy(keep->wire, reply->wire.at + at, size);
    for (size_t i = 0; i < count; i++) {
        struct byte_writer ttl = byte_writer_init(keep->wire + i * record + 6, sizeof(ttl_s));
        uint32_t own_s = plain_ttl(limits, keep->wire + i * record, question_tail, address);

        if (own_s == 0)
            return false;
        REQUIRE(write_u32_be(&ttl, own_s));
        keep->ttls[i] = (uint16_t)(i * record + 6);
        ttl_s = least(ttl_s, own_s);
    }
    kept->ttl_s = ttl_s;
    kept->counts[DNS_ANSWER] = count;
    kept->ttls_count = count;
    kept->ttls = keep->ttls;
    kept->records = bytes_of(keep->wire, size);
    return true;
}

/* Whatever else is worth keeping. */
static bool keep_any(struct forwarder_keep *keep, const struct forwarder_keep_limits *limits,
                     const struct dns_message *reply, struct forwarder_kept *kept)
{
    struct reading reading = { .keep = keep, .limits = limits, .reply = reply };

    return dns_message_question(reply, &reading.question) &&
           reading.question.type != DNS_TYPE_ANY &&
           (kept->is_failure || keep_answer(&reading, kept));
}

/* What is kept of a reply, by its short way where it is plain and that is allowed. */
static bool keep_reply(struct forwarder_keep *keep, const struct forwarder_keep_limits *limits,
                       const struct dns_message *reply, bool may_be_plain,
                       struct forwarder_kept *ret_kept)
{
    unsigned int rcode = dns_message_rcode(reply);
    struct forwarder_kept kept = {
        .flags = (uint16_t)((reply->header.flags & KEPT_FLAGS) | (rcode & 15U)),
        .ttl_s = limits->failure_ttl_s,
        .is_failure = rcode == DNS_RCODE_SERVFAIL || rcode == DNS_RCODE_REFUSED,
    };

    if (dns_header_has(&reply->header, DNS_FLAG_TC) ||
        (!kept.is_failure && rcode != DNS_RCODE_NOERROR && rcode != DNS_RCODE_NXDOMAIN))
        return false;
    if ((!may_be_plain || rcode != DNS_RCODE_NOERROR || !keep_plain(keep, limits, reply, &kept)) &&
        !keep_any(keep, limits, reply, &kept))
        return false;
    read_error(reply, &kept);
    *ret_kept = kept;
    return true;
}

bool forwarder_keep_read(struct forwarder_keep *keep, const struct forwarder_keep_limits *limits,
                         const struct dns_message *reply, struct forwarder_kept *ret_kept)
{
    return keep_reply(keep, limits, reply, true, ret_kept);
}

bool forwarder_keep_read_any(struct forwarder_keep *keep,
                             const struct forwarder_keep_limits *limits,
                             const struct dns_message *reply, struct forwarder_kept *ret_kept)
{
    return keep_reply(keep, limits, reply, false, ret_kept);
}

struct forwarder_kept forwarder_keep_nothing(enum dns_ede error)
{
    return (struct forwarder_kept){
        .ttl_s = 1,
        .flags = (uint16_t)((unsigned int)DNS_FLAG_RA | (unsigned int)DNS_RCODE_SERVFAIL),
        .has_error = true,
        .error = (uint16_t)error,
        .is_failure = true,
    };
}
