/* An answer is put together as a message again, and read as one: so there is one printer. */
#include "operate/dump.h"

#include "base/clock.h"
#include "base/require.h"
#include "base/text_format.h"
#include "dns/rrtype.h"
#include "dns/text.h"
#include "forwarder/core/answer.h"
#include "forwarder/core/store.h"

#include <stdlib.h>

struct operate_dump {
    struct forwarder *forwarder;
    enum operate_dump_form form;
    uint64_t answers;
    bool is_walking;
    const uint8_t *blocks; /* of the cache that is walked over */
    bool is_begun;
    struct forwarder_store_writer writer;
    uint8_t wire[FORWARDER_STORE_RECORD_MAX]; /* a message, or a record of the file around it */
    char line[DNS_PART_TEXT_MAX];
};

struct operate_dump *operate_dump_new(struct forwarder *forwarder, enum operate_dump_form form)
{
    struct operate_dump *dump = malloc(sizeof(*dump));

    if (dump == NULL)
        return NULL;
    dump->forwarder = forwarder;
    dump->form = form;
    dump->answers = 0;
    dump->is_begun = false;
    dump->is_walking = false;
    return dump;
}

void operate_dump_free(struct operate_dump *dump)
{
    free(dump);
}

/* The answer as a message. */
static struct bytes write_message(struct operate_dump *dump, const struct forwarder_topic *topic,
                                  const struct forwarder_cached *cached)
{
    struct byte_writer out = byte_writer_init(dump->wire, sizeof(dump->wire));
    struct dns_header header = { .flags = (uint16_t)(DNS_FLAG_QR | cached->flags) };

    memcpy(header.counts, cached->counts, sizeof(header.counts));
    header.counts[DNS_QUESTION] = 1;
    REQUIRE(dns_header_write(&out, &header));
    REQUIRE(write_bytes(&out, forwarder_topic_question(topic)));
    forwarder_cache_write(&dump->forwarder->cache, cached, FORWARDER_STALE_TTL_S, &out);
    return byte_writer_written(&out);
}

/* The comment above an answer. */
static bool put_title(struct operate_dump *dump, const struct dns_message *message,
                      const struct forwarder_topic *topic, const struct forwarder_cached *cached,
                      struct operate_buffer *out)
{
    static const struct {
        unsigned int bit;
        const char *word;
    } bits[] = { { FORWARDER_TOPIC_DO, ", with DO" },
                 { FORWARDER_TOPIC_CD, ", with CD" },
                 { FORWARDER_TOPIC_AD, ", with AD" } };
    struct text line = text_init(dump->line, sizeof(dump->line));
    struct dns_question question;

    REQUIRE(dns_message_question(message, &question));
    (void)text_append(&line, "; ");
    (void)dns_question_format(&question, &line);
    (void)text_append(&line, ": ");
    (void)dns_rcode_format(dns_message_rcode(message), &line);
    if (cached->is_stale)
        (void)text_format(&line, ", stale for %u s", cached->age_s - cached->ttl_s);
    else
        (void)text_format(&line, ", %u s old, good for %u s more", cached->age_s,
                          cached->ttl_s - cached->age_s);
    for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
        if ((forwarder_topic_bits(topic) & bits[i].bit) != 0)
            (void)text_append(&line, bits[i].word);
    (void)text_append_char(&line, '\n');
    return operate_buffer_append(out, text_bytes(&line));
}

/* The records of one section, as lines that begin with `start`. */
static bool put_records(struct operate_dump *dump, const struct dns_message *message,
                        enum dns_section section, const char *start, struct operate_buffer *out)
{
    struct dns_walk walk = dns_message_section(message, section);
    struct dns_rr rr;

    while (dns_walk_next(&walk, &rr)) {
        struct text line = text_init(dump->line, sizeof(dump->line));

        (void)text_append(&line, start);
        (void)dns_rr_format(&rr, &line);
        (void)text_append_char(&line, '\n');
        if (!operate_buffer_append(out, text_bytes(&line)))
            return false;
    }
    return true;
}

static bool put_answer(struct operate_dump *dump, const struct forwarder_topic *topic,
                       const struct forwarder_cached *cached, struct operate_buffer *out)
{
    struct dns_message message;

    REQUIRE(dns_message_read(write_message(dump, topic, cached), &message).status == DNS_OK);
    dump->answers += 1;
    return put_title(dump, &message, topic, cached, out) &&
           put_records(dump, &message, DNS_ANSWER, "", out) &&
           put_records(dump, &message, DNS_AUTHORITY, "; ", out);
}

/* A record of the file, or its end where `topic` is NULL. */
static bool put_record(struct operate_dump *dump, const struct forwarder_topic *topic,
                       const struct forwarder_cached *cached, struct operate_buffer *out)
{
    struct byte_writer record = byte_writer_init(dump->wire, sizeof(dump->wire));

    if (!dump->is_begun)
        forwarder_store_begin(&dump->writer, clock_wall_s(), &record);
    dump->is_begun = true;
    if (!operate_buffer_append(out, byte_writer_written(&record)))
        return false;
    record.position = 0;
    if (topic == NULL)
        forwarder_store_end(&dump->writer, &record);
    else
        forwarder_store_add(&dump->writer, &dump->forwarder->cache, topic, cached, &record);
    return operate_buffer_append(out, byte_writer_written(&record));
}

static bool put(struct operate_dump *dump, const struct forwarder_topic *topic,
                const struct forwarder_cached *cached, struct operate_buffer *out)
{
    return dump->form == OPERATE_DUMP_STORE ? put_record(dump, topic, cached, out)
                                            : put_answer(dump, topic, cached, out);
}

/* What comes behind the last answer. */
static void put_end(struct operate_dump *dump, struct operate_buffer *out)
{
    if (dump->form == OPERATE_DUMP_STORE)
        (void)put_record(dump, NULL, NULL, out);
    else
        (void)operate_buffer_format(out, "; end: %lu answers\n", (unsigned long)dump->answers);
}

static void begin(struct operate_dump *dump, uint64_t now_ns)
{
    forwarder_cache_walk_begin(&dump->forwarder->cache, now_ns);
    dump->blocks = dump->forwarder->cache.blocks.base;
    dump->is_walking = true;
}

bool operate_dump_next(struct operate_dump *dump, uint64_t now_ns, size_t size,
                       struct operate_buffer *out)
{
    struct forwarder_cache *cache = &dump->forwarder->cache;
    struct forwarder_topic topic;
    struct forwarder_cached cached;

    if (!dump->is_walking && forwarder_is_moving(dump->forwarder))
        return true;
    if (!dump->is_walking)
        begin(dump, now_ns);
    if (dump->blocks != cache->blocks.base)
        return false;
    while (out->size < size) {
        if (!forwarder_cache_walk_next(cache, now_ns, &topic, &cached)) {
            put_end(dump, out);
            return false;
        }
        if (topic.size == 0)
            return true;
        if (!put(dump, &topic, &cached, out))
            return false;
    }
    return true;
}
