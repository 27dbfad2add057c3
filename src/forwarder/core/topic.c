/* A topic is flat: one hash over its octets, one comparison. */
#include "forwarder/core/topic.h"

#include "base/require.h"
#include "forwarder/core/letters.h"

static uint8_t bits_of(const struct forwarder_request *request)
{
    bool cd = (request->flags & DNS_FLAG_CD) != 0;
    bool ad = (request->flags & DNS_FLAG_AD) != 0;

    return (uint8_t)((request->dnssec_ok ? FORWARDER_TOPIC_DO : 0) | (cd ? FORWARDER_TOPIC_CD : 0) |
                     (ad && !request->dnssec_ok ? FORWARDER_TOPIC_AD : 0));
}

void forwarder_topic_init(struct forwarder_topic *topic, const struct forwarder_request *request,
                          const struct dns_question *question, const struct forwarder_hash_key *key)
{
    size_t name_size = question->name.size;
    uint8_t *tail = topic->octets + name_size;

    REQUIRE(name_size <= DNS_NAME_SIZE_MAX);
    forwarder_letters_lower(topic->octets, question->name.octets, name_size);
    tail[0] = (uint8_t)(question->type >> 8);
    tail[1] = (uint8_t)question->type;
    tail[2] = (uint8_t)(question->class >> 8);
    tail[3] = (uint8_t)question->class;
    tail[4] = bits_of(request);
    topic->size = (uint16_t)(name_size + FORWARDER_TOPIC_TAIL);
    topic->hash = forwarder_hash(key, bytes_of(topic->octets, topic->size));
}
