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
    struct byte_writer out = byte_writer_init(topic->octets, sizeof(topic->octets));

    forwarder_letters_lower(topic->octets, question->name.octets, question->name.size);
    out.position = question->name.size;
    REQUIRE(write_u16_be(&out, question->type));
    REQUIRE(write_u16_be(&out, question->class));
    REQUIRE(write_u8(&out, bits_of(request)));
    topic->size = (uint16_t)out.position;
    topic->hash = forwarder_hash(key, byte_writer_written(&out));
}
