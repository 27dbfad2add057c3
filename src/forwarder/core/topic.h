/*
 * struct forwarder_topic: what two questions have in common that get the same answer: the name but
 * for its case, type and class, and what the client says of DNSSEC (DO, CD, and AD where there is
 * no DO, which says the same: RFC 6840 section 5.7). The cache and the queries that wait are found
 * by it.
 *
 * Pure; any thread.
 */
#pragma once

#include "forwarder/core/hash.h"
#include "forwarder/core/request.h"

/* Type, class and bits stand behind the name. */
#define FORWARDER_TOPIC_TAIL 5
#define FORWARDER_TOPIC_BYTES_MAX (DNS_NAME_SIZE_MAX + FORWARDER_TOPIC_TAIL)

/* What the client says of DNSSEC. */
enum forwarder_topic_bit { FORWARDER_TOPIC_DO = 1, FORWARDER_TOPIC_CD = 2, FORWARDER_TOPIC_AD = 4 };

struct forwarder_topic {
    uint64_t hash;
    uint16_t size;
    uint8_t octets[FORWARDER_TOPIC_BYTES_MAX]; /* name in small letters, type, class, bits */
};

/* The topic of a question of a request's; the key is the same for all that are compared. */
void forwarder_topic_init(struct forwarder_topic *topic, const struct forwarder_request *request,
                          const struct dns_question *question,
                          const struct forwarder_hash_key *key);

/* The octets that tell topics apart. */
static inline struct bytes forwarder_topic_bytes(const struct forwarder_topic *topic)
{
    return bytes_of(topic->octets, topic->size);
}

/* The question: name, type and class as on the wire. */
static inline struct bytes forwarder_topic_question(const struct forwarder_topic *topic)
{
    return bytes_of(topic->octets, topic->size - (size_t)1);
}

/* Its bits: enum forwarder_topic_bit. */
static inline uint8_t forwarder_topic_bits(const struct forwarder_topic *topic)
{
    return topic->octets[topic->size - 1];
}

/* Whether both are the same. */
static inline bool forwarder_topic_equal(const struct forwarder_topic *a,
                                         const struct forwarder_topic *b)
{
    return a->hash == b->hash && bytes_equal(forwarder_topic_bytes(a), forwarder_topic_bytes(b));
}
