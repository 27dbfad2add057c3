/*
 * What a witness remembers of replies, and whether an answer from the cache can be from one of
 * them: same question, every record in it with what is left of its TTL, and nothing older than
 * that, or stale as far as the configuration allows.
 */
#pragma once

#include "dns/option.h"
#include "dns/rdata.h"
#include "dns/rrtype.h"
#include "forwarder/core/forwarder.h"
#include "fuzz/target.h"

#define WITNESS_REPLIES_MAX 4096
#define WITNESS_NS_PER_S UINT64_C(1000000000)

/* What tells questions apart, for the cache. */
struct witness_topic {
    size_t size;
    uint8_t octets[DNS_NAME_SIZE_MAX + 4]; /* the question's, in small letters */
    uint16_t flags;                        /* RD, AD, CD */
    bool dnssec_ok;
};

struct witness_reply {
    struct witness_topic topic;
    uint64_t at_ns;
    uint32_t failure_ttl_s; /* 0: it is no failure */
    size_t size;            /* 0: nobody answered at all */
    uint8_t *octets;
};

struct witness_replies {
    size_t count;
    struct witness_reply at[WITNESS_REPLIES_MAX];
};

/* The topic of a question's octets. */
static inline struct witness_topic witness_topic_of(struct bytes question, uint16_t flags,
                                                    bool dnssec_ok)
{
    struct witness_topic topic = { .size = question.size, .flags = flags, .dnssec_ok = dnssec_ok };

    fuzz_require(question.size <= sizeof(topic.octets));
    for (size_t i = 0; i < question.size; i++) {
        bool is_upper = question.at[i] >= 'A' && question.at[i] <= 'Z' && i + 4 < question.size;

        topic.octets[i] = (uint8_t)(question.at[i] + (is_upper ? 'a' - 'A' : 0));
    }
    return topic;
}

static inline bool witness_same_question(const struct witness_topic *a,
                                         const struct witness_topic *b)
{
    return a->size == b->size && memcmp(a->octets, b->octets, a->size) == 0;
}

/* Whether the cache may answer one with what was said to the other. */
static inline bool witness_same_topic(const struct witness_topic *a, const struct witness_topic *b)
{
    uint16_t differs = a->flags ^ b->flags;

    return witness_same_question(a, b) && a->dnssec_ok == b->dnssec_ok &&
           (differs & DNS_FLAG_CD) == 0 && (a->dnssec_ok || (differs & DNS_FLAG_AD) == 0);
}

/* Remembers a reply that was taken; or, of size 0, that nobody answered. */
static inline void witness_remember(struct witness_replies *replies,
                                    const struct witness_topic *topic, struct bytes wire,
                                    uint64_t now_ns, uint32_t failure_ttl_s)
{
    struct witness_reply *reply = &replies->at[replies->count];

    fuzz_require(replies->count < WITNESS_REPLIES_MAX);
    *reply = (struct witness_reply){ .topic = *topic, .at_ns = now_ns, .size = wire.size };
    reply->failure_ttl_s = failure_ttl_s;
    if (wire.size > 0) {
        reply->octets = malloc(wire.size);
        fuzz_require(reply->octets != NULL);
        memcpy(reply->octets, wire.at, wire.size);
    }
    replies->count += 1;
}

static inline void witness_replies_done(struct witness_replies *replies)
{
    for (size_t i = 0; i < replies->count; i++)
        free(replies->at[i].octets);
}

static inline uint32_t witness_least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* For how long a record of a reply is good. */
static inline uint32_t witness_ttl(const struct forwarder_keep_limits *limits,
                                   enum dns_section section, const struct dns_rr *rr)
{
    uint32_t ttl_s = rr->ttl_s;
    uint32_t minimum_s = 0;
    struct byte_reader minimum;

    if (ttl_s == 0 || ttl_s > INT32_MAX)
        return 0;
    if (section == DNS_AUTHORITY && rr->type == DNS_TYPE_SOA) {
        fuzz_require(byte_reader_at(&rr->rdata, rr->rdata.end - 4, &minimum));
        fuzz_require(read_u32_be(&minimum, &minimum_s));
        ttl_s = witness_least(witness_least(ttl_s, minimum_s), limits->negative_ttl_s_max);
        if (ttl_s == 0)
            return 0;
    }
    ttl_s = witness_least(ttl_s, limits->ttl_s_max);
    return ttl_s < limits->ttl_s_min ? limits->ttl_s_min : ttl_s;
}

/* How old an answer may be, and what its TTLs then say. */
struct witness_age {
    const struct forwarder_config *config;
    uint64_t age_s;
    bool is_stale;
};

/* The short way of plain answers keeps what the general one does. */
static inline void witness_check_keep(const struct forwarder_keep_limits *limits,
                                      const struct dns_message *reply)
{
    struct forwarder_keep keeps[2];
    struct forwarder_kept kept[2] = { { 0 }, { 0 } };
    bool is_kept = forwarder_keep_read(&keeps[0], limits, reply, &kept[0]);

    fuzz_require(forwarder_keep_read_any(&keeps[1], limits, reply, &kept[1]) == is_kept);
    fuzz_require(kept[0].ttl_s == kept[1].ttl_s);
    fuzz_require(kept[0].flags == kept[1].flags);
    fuzz_require(memcmp(kept[0].counts, kept[1].counts, sizeof(kept[0].counts)) == 0);
    fuzz_require(kept[0].has_error == kept[1].has_error);
    fuzz_require(kept[0].error == kept[1].error);
    fuzz_require(kept[0].is_failure == kept[1].is_failure);
    fuzz_require(kept[0].has_alias == kept[1].has_alias);
    fuzz_require(kept[0].ttls_count == kept[1].ttls_count);
    fuzz_require(kept[0].ttls_count == 0 ||
                 memcmp(kept[0].ttls, kept[1].ttls, sizeof(uint16_t) * kept[0].ttls_count) == 0);
    fuzz_require(bytes_equal(kept[0].records, kept[1].records));
}

/* Whether the section of the reply has the record, with this much left of its TTL. */
static inline bool witness_has_record(const struct witness_age *age,
                                      const struct dns_message *reply, enum dns_section section,
                                      const struct dns_rr *wanted)
{
    struct dns_walk walk = dns_message_section(reply, section);
    struct dns_name owner = dns_rr_owner(wanted);
    struct dns_rr rr;

    while (dns_walk_next(&walk, &rr)) {
        struct dns_name name = dns_rr_owner(&rr);
        uint32_t ttl_s = witness_ttl(&age->config->keep, section, &rr);
        bool is_fresh = age->age_s < ttl_s && wanted->ttl_s == ttl_s - age->age_s;
        bool is_stale = age->is_stale && wanted->ttl_s == 30 && ttl_s > 0 &&
                        age->age_s < (uint64_t)ttl_s + age->config->cache.stale_s;

        if (rr.type == wanted->type && rr.class == wanted->class && dns_name_equal(&name, &owner) &&
            dns_rdata_compare(&rr, wanted) == 0 && (age->is_stale ? is_stale : is_fresh))
            return true;
    }
    return false;
}

static inline bool witness_has_section(const struct witness_age *age,
                                       const struct dns_message *reply,
                                       const struct dns_message *answer, enum dns_section section)
{
    struct dns_walk walk = dns_message_section(answer, section);
    struct dns_rr rr;

    while (dns_walk_next(&walk, &rr))
        if (!witness_has_record(age, reply, section, &rr))
            return false;
    return true;
}

/* Whether an answer from the cache can be from this reply. */
static inline bool witness_is_from(const struct witness_age *age, const struct witness_reply *reply,
                                   const struct dns_message *answer)
{
    unsigned int rcode = dns_message_rcode(answer);
    struct dns_message message;

    if (reply->failure_ttl_s != 0 && age->age_s >= reply->failure_ttl_s)
        return false;
    if (reply->size == 0)
        return rcode == DNS_RCODE_SERVFAIL;
    fuzz_require(dns_message_read(bytes_of(reply->octets, reply->size), &message).status == DNS_OK);
    if (dns_message_rcode(&message) != rcode || dns_header_has(&message.header, DNS_FLAG_TC))
        return false;
    if (reply->failure_ttl_s != 0)
        return answer->header.counts[DNS_ANSWER] == 0;
    return witness_has_section(age, &message, answer, DNS_ANSWER) &&
           witness_has_section(age, &message, answer, DNS_AUTHORITY);
}

/* An answer came from the cache: from a reply to the same question. */
static inline void witness_check_kept(const struct witness_replies *replies,
                                      const struct witness_topic *topic, struct witness_age *age,
                                      uint64_t now_ns, const struct dns_message *answer)
{
    bool is_from = false;

    for (size_t i = replies->count; i > 0 && !is_from; i--) {
        const struct witness_reply *reply = &replies->at[i - 1];

        age->age_s = (now_ns - reply->at_ns) / WITNESS_NS_PER_S;
        is_from = witness_same_topic(&reply->topic, topic) &&
                  (reply->topic.flags & DNS_FLAG_RD) != 0 && witness_is_from(age, reply, answer);
    }
    fuzz_require(is_from);
    fuzz_require(dns_header_has(&answer->header, DNS_FLAG_TC) ||
                 answer->header.counts[DNS_ANSWER] + answer->header.counts[DNS_AUTHORITY] > 0 ||
                 dns_message_rcode(answer) == DNS_RCODE_SERVFAIL ||
                 dns_message_rcode(answer) == DNS_RCODE_REFUSED);
    fuzz_require(!dns_header_has(&answer->header, DNS_FLAG_AA));
}
