/* Answers out of struct forwarder_local: what is found becomes records, and those a message. */
#include "forwarder/core/inside.h"

#include "base/require.h"
#include "dns/builder.h"
#include "dns/option.h"
#include "dns/rrtype.h"

/* An OPT record with its options: what is kept free for it. */
#define OPT_BYTES_MAX (FORWARDER_OPT_BYTES + FORWARDER_OPTIONS_BYTES)
/* The RDATA of a SOA record of ours: two names and five numbers. */
#define SOA_BYTES_MAX (DNS_NAME_SIZE_MAX + 16 + 20)

/* An answer that is being made. */
struct making {
    const struct forwarder_local *local;
    const struct forwarder_asked *asked;
    struct forwarder_local_found found;
    struct dns_builder builder;
    struct dns_name name; /* what records are of: that of the question, or where aliases led */
    bool has_room;        /* all that was to be added was */
    unsigned int count;   /* of records in the answer section */
    enum dns_rcode rcode;
    unsigned int flags;
    bool is_blocked;
};

static void add(struct making *making, enum dns_section section, const struct dns_name *owner,
                struct dns_rr rr)
{
    rr.owner = dns_name_reader(owner);
    if (dns_builder_add_rr(&making->builder, section, &rr).status != DNS_OK)
        making->has_room = false;
    making->count += section == DNS_ANSWER;
}

/* Adds a record of some octets to the answer, if its type is asked for. */
static void add_answer(struct making *making, uint16_t type, uint32_t ttl_s, struct bytes rdata)
{
    uint16_t wanted = making->asked->question.type;
    struct dns_rr rr = {
        .type = type,
        .class = DNS_CLASS_IN,
        .ttl_s = ttl_s,
        .rdata = byte_reader_init(rdata),
    };

    if (type == wanted || wanted == DNS_TYPE_ANY)
        add(making, DNS_ANSWER, &making->name, rr);
}

/* The name of the zone that the answer is of: an ending of the name. */
static struct dns_name zone_of(const struct making *making)
{
    struct dns_name zone = { .size = (uint8_t)(making->name.size - making->found.zone_at) };

    memcpy(zone.octets, making->name.octets + making->found.zone_at, zone.size);
    return zone;
}

/* The SOA record of a zone of ours (RFC 6303 section 3), for the answer or to say for how long
 * nothing is there. */
static void add_soa(struct making *making, enum dns_section section)
{
    static const uint8_t nobody[] = "\6nobody\7invalid";
    uint8_t octets[SOA_BYTES_MAX];
    struct byte_writer out = byte_writer_init(octets, sizeof(octets));
    struct dns_name zone = zone_of(making);
    struct dns_rr rr = {
        .type = DNS_TYPE_SOA,
        .class = DNS_CLASS_IN,
        .ttl_s = making->found.ttl_s,
    };

    REQUIRE(write_bytes(&out, dns_name_bytes(&zone)));
    REQUIRE(write_bytes(&out, bytes_of(nobody, sizeof(nobody))));
    REQUIRE(write_u32_be(&out, 1));
    REQUIRE(write_u32_be(&out, 3600));
    REQUIRE(write_u32_be(&out, 1200));
    REQUIRE(write_u32_be(&out, 604800));
    REQUIRE(write_u32_be(&out, making->found.ttl_s));
    rr.rdata = byte_reader_init(byte_writer_written(&out));
    add(making, section, &zone, rr);
}

/* Adds those of the records at a name that are asked for; gives the place of an alias, or 0. */
static uint32_t add_records(struct making *making, uint32_t first)
{
    uint32_t alias = 0;

    for (uint32_t place = first; place != 0;) {
        struct forwarder_local_record record = forwarder_local_record(making->local, place);

        if (record.type == DNS_TYPE_CNAME)
            alias = place;
        add_answer(making, record.type, record.ttl_s, record.rdata);
        place = record.next;
    }
    return alias;
}

/* Adds an alias, and goes on at the name that it leads to. */
static void follow(struct making *making, uint32_t alias)
{
    struct forwarder_local_record record = forwarder_local_record(making->local, alias);
    struct dns_rr rr = {
        .type = record.type,
        .class = DNS_CLASS_IN,
        .ttl_s = record.ttl_s,
        .rdata = byte_reader_init(record.rdata),
    };

    struct dns_name lower;

    add(making, DNS_ANSWER, &making->name, rr);
    making->count -= 1; /* it is no record of the type */
    making->name.size = (uint8_t)record.rdata.size;
    memcpy(making->name.octets, record.rdata.at, record.rdata.size);
    lower = making->name;
    dns_name_lower(&lower);
    making->found = forwarder_local_find(making->local, dns_name_bytes(&lower));
}

/* Records at the name, or at the end of aliases, which are all local. */
static void answer_records(struct making *making)
{
    for (int i = 0; i <= FORWARDER_LOCAL_ALIASES_MAX; i++) {
        unsigned int before = making->count;
        uint32_t alias = add_records(making, making->found.records);

        if (making->count != before)
            return;
        if (alias == 0)
            break;
        follow(making, alias);
    }
    add_soa(making, DNS_AUTHORITY);
}

static void answer_apex(struct making *making)
{
    struct dns_name zone = zone_of(making);
    uint16_t type = making->asked->question.type;

    if (type == DNS_TYPE_SOA || type == DNS_TYPE_ANY)
        add_soa(making, DNS_ANSWER);
    add_answer(making, DNS_TYPE_NS, making->found.ttl_s, dns_name_bytes(&zone));
    if (making->count == 0)
        add_soa(making, DNS_AUTHORITY);
}

/* One address of either kind; what else is asked for is not there. */
static void answer_addresses(struct making *making, const uint8_t ipv4[4], const uint8_t ipv6[16])
{
    add_answer(making, DNS_TYPE_A, making->found.ttl_s, bytes_of(ipv4, 4));
    add_answer(making, DNS_TYPE_AAAA, making->found.ttl_s, bytes_of(ipv6, 16));
    if (making->count == 0)
        add_soa(making, DNS_AUTHORITY);
}

static void answer_loopback(struct making *making)
{
    static const uint8_t ipv4[4] = { 127, 0, 0, 1 };
    static const uint8_t ipv6[16] = { [15] = 1 };

    answer_addresses(making, ipv4, ipv6);
}

static void answer_blocked(struct making *making)
{
    static const uint8_t zeroes[16] = { 0 };

    making->flags = DNS_FLAG_RA;
    switch (making->local->options.block_answer) {
    case FORWARDER_BLOCK_NULL:
        answer_addresses(making, zeroes, zeroes);
        break;
    case FORWARDER_BLOCK_REFUSED:
        making->rcode = DNS_RCODE_REFUSED;
        break;
    case FORWARDER_BLOCK_NXDOMAIN:
        making->rcode = DNS_RCODE_NXDOMAIN;
        add_soa(making, DNS_AUTHORITY);
        break;
    }
}

/* That there is no answer to this kind of question (RFC 8482 section 4.2). */
static void answer_any(struct making *making)
{
    static const uint8_t rdata[] = "\7RFC8482";
    struct dns_rr rr = {
        .type = DNS_TYPE_HINFO,
        .class = DNS_CLASS_IN,
        .ttl_s = FORWARDER_LOCAL_ANY_TTL_S,
        .rdata = byte_reader_init(bytes_of(rdata, sizeof(rdata))),
    };

    making->flags = DNS_FLAG_RA;
    add(making, DNS_ANSWER, &making->name, rr);
}

/* Fills the sections. */
static void answer_found(struct making *making)
{
    switch (making->found.kind) {
    case FORWARDER_LOCAL_RECORDS:
        answer_records(making);
        break;
    case FORWARDER_LOCAL_APEX:
        answer_apex(making);
        break;
    case FORWARDER_LOCAL_NODATA:
        add_soa(making, DNS_AUTHORITY);
        break;
    case FORWARDER_LOCAL_MISSING:
        making->rcode = DNS_RCODE_NXDOMAIN;
        add_soa(making, DNS_AUTHORITY);
        break;
    case FORWARDER_LOCAL_LOOPBACK:
        answer_loopback(making);
        break;
    case FORWARDER_LOCAL_BLOCKED:
        answer_blocked(making);
        break;
    case FORWARDER_LOCAL_NONE:
        UNREACHABLE();
    }
}

/* A text about the server, in the class of its own. */
static void answer_text(struct making *making, struct bytes text)
{
    uint8_t rdata[FORWARDER_LOCAL_TEXT_MAX + 1] = { (uint8_t)text.size };
    struct dns_rr rr = { .type = DNS_TYPE_TXT, .class = DNS_CLASS_CH };

    memcpy(rdata + 1, text.at, text.size);
    rr.rdata = byte_reader_init(bytes_of(rdata, text.size + 1));
    add(making, DNS_ANSWER, &making->name, rr);
}

/* Begins an answer, with room kept for EDNS. */
static void begin(struct making *making, const struct forwarder_local *local,
                  const struct forwarder_asked *asked, struct byte_writer *out)
{
    struct dns_header header = { .id = asked->request.id };
    size_t room = byte_writer_left(out);

    room = asked->request.answer_bytes_max < room ? asked->request.answer_bytes_max : room;
    making->local = local;
    making->asked = asked;
    making->has_room = true;
    making->count = 0;
    making->rcode = DNS_RCODE_NOERROR;
    making->name = making->asked->question.name;
    making->flags = DNS_FLAG_RA | DNS_FLAG_AA;
    dns_builder_init(&making->builder, out->base, room, &header);
    REQUIRE(dns_builder_reserve(&making->builder, OPT_BYTES_MAX));
    REQUIRE(dns_builder_add_question(&making->builder, &making->asked->question).status == DNS_OK);
}

static void add_edns(struct making *making)
{
    struct forwarder_error error = { making->is_blocked, DNS_EDE_BLOCKED };
    uint8_t block[FORWARDER_OPTIONS_BYTES];
    struct dns_edns edns = forwarder_answer_edns(&making->asked->request, &error, block);

    dns_builder_release(&making->builder, OPT_BYTES_MAX);
    if (making->asked->request.has_edns)
        REQUIRE(dns_builder_add_edns(&making->builder, &edns).status == DNS_OK);
}

/* Ends an answer: what does not fit is left out, all of it. */
static void end(struct forwarder *forwarder, struct making *making,
                const struct dns_builder_mark *empty, struct byte_writer *out)
{
    unsigned int kept = making->asked->request.flags & (DNS_FLAG_RD | DNS_FLAG_CD);

    if (!making->has_room) {
        dns_builder_rollback(&making->builder, empty);
        making->flags |= DNS_FLAG_TC;
        forwarder_count(forwarder, FORWARDER_COUNT_local_truncated);
    }
    add_edns(making);
    dns_builder_set_flags(&making->builder, (uint16_t)(DNS_FLAG_QR | kept | making->flags |
                                                       (unsigned int)making->rcode));
    out->position = dns_builder_finish(&making->builder).size;
}

/* The name that is asked for, in small letters. */
static struct bytes lower_name(const struct forwarder_asked *asked)
{
    return bytes_of(asked->topic.octets, asked->question.name.size);
}

/* What the class CH has a text for (RFC 4892); size 0: nothing. */
static struct bytes text_about(const struct forwarder_local *local,
                               const struct forwarder_asked *asked)
{
    static const struct {
        struct bytes name;
        bool is_version;
    } rows[] = {
        { { (const uint8_t *)"\7version\4bind", 14 }, true },
        { { (const uint8_t *)"\7version\6server", 16 }, true },
        { { (const uint8_t *)"\2id\6server", 11 }, false },
        { { (const uint8_t *)"\10hostname\4bind", 15 }, false },
    };
    const struct forwarder_local_options *options = &local->options;
    struct bytes lower = lower_name(asked);

    if (asked->question.type != DNS_TYPE_TXT && asked->question.type != DNS_TYPE_ANY)
        return bytes_of(NULL, 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (bytes_equal(rows[i].name, lower))
            return rows[i].is_version ? bytes_of(options->version, options->version_size)
                                      : bytes_of(options->identity, options->identity_size);
    return bytes_of(NULL, 0);
}

/* Whether a question is one for the zone above, which knows whether the zone is signed: the zones
 * below arpa are there (RFC 8375 section 4), the others are not. */
static bool is_for_parent(const struct forwarder_asked *asked, struct forwarder_local_found found)
{
    return found.kind == FORWARDER_LOCAL_APEX && asked->question.type == DNS_TYPE_DS &&
           dns_name_labels(&asked->question.name) > 1;
}

/* What a question is answered with. */
static enum forwarder_verdict choose(const struct forwarder_local *local,
                                     const struct forwarder_asked *asked,
                                     struct forwarder_local_found *ret_found)
{
    const struct dns_question *question = &asked->question;
    struct forwarder_local_found found;
    bool is_any = question->type == DNS_TYPE_ANY && !local->options.forwards_any;

    if (question->class == DNS_CLASS_CH)
        return text_about(local, asked).size > 0 ? FORWARDER_CHAOS : FORWARDER_CHAOS_REFUSED;
    if (question->class != DNS_CLASS_IN && question->class != DNS_CLASS_ANY)
        return FORWARDER_FORWARD;
    found = forwarder_local_find(local, lower_name(asked));
    *ret_found = found;
    if (found.kind == FORWARDER_LOCAL_BLOCKED)
        return FORWARDER_BLOCKED;
    if (is_any && found.kind != FORWARDER_LOCAL_NODATA && found.kind != FORWARDER_LOCAL_MISSING)
        return FORWARDER_ANY;
    if (found.kind == FORWARDER_LOCAL_NONE || is_for_parent(asked, found))
        return FORWARDER_FORWARD;
    return FORWARDER_LOCAL;
}

/* Sends the answer that was chosen. */
static void answer(struct forwarder *forwarder, const struct forwarder_asked *asked,
                   enum forwarder_verdict verdict, struct forwarder_local_found found,
                   struct forwarder_batch *batch)
{
    struct byte_writer out = forwarder_batch_writer(batch, asked->client);
    struct dns_builder_mark empty;
    struct making making;

    begin(&making, forwarder->local, asked, &out);
    empty = dns_builder_mark(&making.builder);
    making.found = found;
    making.is_blocked = verdict == FORWARDER_BLOCKED;
    if (verdict == FORWARDER_CHAOS)
        answer_text(&making, text_about(forwarder->local, asked));
    else if (verdict == FORWARDER_ANY)
        answer_any(&making);
    else
        answer_found(&making);
    end(forwarder, &making, &empty, &out);
    forwarder_answer_pad(&asked->request, asked->client, &out);
    forwarder_batch_add(batch, asked->client, &out);
    forwarder_batch_mark(batch, FORWARDER_FROM_HERE, forwarder->now_ns);
}

static struct forwarder_local_found find_name(const struct forwarder *forwarder,
                                              const struct dns_name *name)
{
    struct dns_name lower = *name;

    dns_name_lower(&lower);
    return forwarder_local_find(forwarder->local, dns_name_bytes(&lower));
}

/* Whether there is an alias among the answers: in most there is none. */
static bool has_alias(const struct dns_message *answer)
{
    struct dns_walk walk = dns_message_section(answer, DNS_ANSWER);
    struct dns_rr rr = { 0 };

    while (rr.type != DNS_TYPE_CNAME && dns_walk_next(&walk, &rr))
        continue;
    return rr.type == DNS_TYPE_CNAME;
}

bool forwarder_is_alias_blocked(const struct forwarder *forwarder, const struct dns_message *answer)
{
    struct dns_walk walk = dns_message_section(answer, DNS_ANSWER);
    bool is_blocked = false;
    struct dns_question question;
    struct dns_rr rr;

    if (forwarder->local == NULL || !has_alias(answer) ||
        !dns_message_question(answer, &question) || question.class != DNS_CLASS_IN)
        return false;
    while (!is_blocked && dns_walk_next(&walk, &rr)) {
        struct dns_name alias;

        if (rr.type == DNS_TYPE_CNAME && rr.class == DNS_CLASS_IN &&
            dns_name_read(&rr.rdata, &alias).status == DNS_OK)
            is_blocked = find_name(forwarder, &alias).kind == FORWARDER_LOCAL_BLOCKED;
    }
    return is_blocked && !find_name(forwarder, &question.name).is_exempt;
}

void forwarder_answer_blocked(struct forwarder *forwarder, const struct forwarder_asked *asked,
                              struct forwarder_batch *batch)
{
    struct forwarder_local_found found = {
        .kind = FORWARDER_LOCAL_BLOCKED,
        .ttl_s = FORWARDER_LOCAL_TTL_S,
    };

    answer(forwarder, asked, FORWARDER_BLOCKED, found, batch);
}

enum forwarder_verdict forwarder_answer_local(struct forwarder *forwarder,
                                              const struct forwarder_asked *asked,
                                              struct forwarder_batch *batch)
{
    struct forwarder_local_found found = { 0 };
    enum forwarder_verdict verdict;

    if (forwarder->local == NULL)
        return FORWARDER_FORWARD;
    verdict = choose(forwarder->local, asked, &found);
    if (found.is_allowed)
        forwarder_count(forwarder, FORWARDER_COUNT_queries_allowed);
    if (verdict != FORWARDER_FORWARD && verdict != FORWARDER_CHAOS_REFUSED)
        answer(forwarder, asked, verdict, found, batch);
    return verdict;
}
