/* Framing is looked at before anything is done; contents as those of an upstream's reply. */
#include "forwarder/core/store.h"

#include "base/require.h"
#include "dns/message.h"
#include "dns/option.h"
#include "dns/rrtype.h"
#include "forwarder/core/letters.h"

#include <limits.h>

#define NS_PER_S UINT64_C(1000000000)
#define VERSION 1
/* Bits and age stand before the message. */
#define RECORD_FRONT 5
#define ERROR_OPTION_BYTES 6

static const uint8_t magic[8] = { 'C', 'U', 'P', 'E', 'L', 'D', 'N', 'S' };

static bool write_u64(struct byte_writer *out, uint64_t value)
{
    return write_u32_be(out, (uint32_t)(value >> 32)) && write_u32_be(out, (uint32_t)value);
}

static bool read_u64(struct byte_reader *in, uint64_t *ret_value)
{
    uint32_t high = 0;
    uint32_t low = 0;

    if (!read_u32_be(in, &high) || !read_u32_be(in, &low))
        return false;
    *ret_value = (uint64_t)high << 32 | low;
    return true;
}

/* The hash of all records so far, and one more. */
static uint64_t chain(uint64_t hash, struct bytes record)
{
    struct forwarder_hash_key key = { .halves = { hash, record.size } };

    return forwarder_hash(&key, record);
}

void forwarder_store_begin(struct forwarder_store_writer *writer, uint64_t wall_s,
                           struct byte_writer *out)
{
    *writer = (struct forwarder_store_writer){ 0 };
    REQUIRE(write_bytes(out, bytes_of(magic, sizeof(magic))));
    REQUIRE(write_u32_be(out, VERSION));
    REQUIRE(write_u64(out, wall_s));
    writer->hash = chain(0, byte_writer_written(out));
}

/* An OPT record that says the extended error. */
static void write_error(uint16_t error, struct byte_writer *out)
{
    struct dns_extended_error extended = { .code = error };

    REQUIRE(write_u8(out, 0));
    REQUIRE(write_u16_be(out, DNS_TYPE_OPT));
    REQUIRE(write_u16_be(out, FORWARDER_UDP_BYTES));
    REQUIRE(write_u32_be(out, 0));
    REQUIRE(write_u16_be(out, ERROR_OPTION_BYTES));
    REQUIRE(dns_extended_error_write(&extended, out));
}

void forwarder_store_add(struct forwarder_store_writer *writer, const struct forwarder_cache *cache,
                         const struct forwarder_topic *topic, const struct forwarder_cached *cached,
                         struct byte_writer *out)
{
    struct forwarder_cached young = *cached;
    size_t start = out->position;
    struct dns_header header = {
        .flags = (uint16_t)(DNS_FLAG_QR | DNS_FLAG_RD | cached->flags),
    };

    if (cached->is_failure)
        return;
    young.age_s = 0;
    young.is_stale = false;
    memcpy(header.counts, cached->counts, sizeof(header.counts));
    header.counts[DNS_QUESTION] = 1;
    header.counts[DNS_ADDITIONAL] += cached->has_error;
    REQUIRE(write_u16_be(out, 0));
    REQUIRE(write_u8(out, forwarder_topic_bits(topic)));
    REQUIRE(write_u32_be(out, cached->age_s));
    REQUIRE(dns_header_write(out, &header));
    REQUIRE(write_bytes(out, forwarder_topic_question(topic)));
    forwarder_cache_write(cache, &young, 0, out);
    if (cached->has_error)
        write_error(cached->error, out);
    byte_writer_patch_u16_be(out, start, (uint16_t)(out->position - start - 2));
    writer->hash = chain(writer->hash, bytes_of(out->base + start, out->position - start));
    writer->count += 1;
}

void forwarder_store_end(const struct forwarder_store_writer *writer, struct byte_writer *out)
{
    REQUIRE(write_u16_be(out, 0));
    REQUIRE(write_u32_be(out, writer->count));
    REQUIRE(write_u64(out, writer->hash));
}

/* The next record's contents; false at the end, or where there is no whole record. */
static bool next_record(struct byte_reader *in, struct bytes *ret_record)
{
    uint16_t size = 0;

    return read_u16_be(in, &size) && size > RECORD_FRONT && read_bytes(in, size, ret_record);
}

/* Whether what stands behind the last record is the end that was written. */
static bool is_end(struct byte_reader in, const struct forwarder_store_check *check)
{
    uint32_t said = 0;
    uint64_t said_hash = 0;
    uint16_t mark = 1;

    return read_u16_be(&in, &mark) && mark == 0 && read_u32_be(&in, &said) &&
           read_u64(&in, &said_hash) && byte_reader_is_done(&in) && said == check->count &&
           said_hash == check->hash;
}

/* Reads the header. */
static enum forwarder_store_verdict read_header(struct byte_reader *in, uint64_t *ret_written_s)
{
    struct bytes front = { 0 };
    uint32_t version = 0;

    if (!read_bytes(in, sizeof(magic), &front) ||
        !bytes_equal(front, bytes_of(magic, sizeof(magic))))
        return FORWARDER_STORE_NONE;
    if (!read_u32_be(in, &version) || !read_u64(in, ret_written_s))
        return FORWARDER_STORE_DAMAGED;
    return version == VERSION ? FORWARDER_STORE_OK : FORWARDER_STORE_VERSION;
}

void forwarder_store_check_begin(struct forwarder_store_check *check, struct bytes content)
{
    *check = (struct forwarder_store_check){ .in = byte_reader_init(content) };
    check->verdict = read_header(&check->in, &check->written_s);
    check->next = check->in;
    if (check->verdict == FORWARDER_STORE_OK)
        check->hash = chain(0, bytes_of(content.at, FORWARDER_STORE_HEADER_BYTES));
}

bool forwarder_store_check_next(struct forwarder_store_check *check, unsigned int records_max)
{
    struct byte_reader in = check->next;
    struct bytes record;

    if (check->verdict != FORWARDER_STORE_OK)
        return false;
    for (unsigned int i = 0; i < records_max; i++) {
        if (!next_record(&in, &record)) {
            check->verdict =
                is_end(check->next, check) ? FORWARDER_STORE_OK : FORWARDER_STORE_DAMAGED;
            return false;
        }
        check->hash = chain(check->hash, bytes_of(record.at - 2, record.size + 2));
        check->count += 1;
        check->next = in;
    }
    return true;
}

void forwarder_store_check_end(const struct forwarder_store_check *check, uint64_t wall_s,
                               struct forwarder_store_reader *ret_reader)
{
    REQUIRE(check->verdict == FORWARDER_STORE_OK);
    *ret_reader = (struct forwarder_store_reader){
        .in = check->in,
        .passed_s = wall_s > check->written_s ? wall_s - check->written_s : 0,
    };
}

enum forwarder_store_verdict forwarder_store_open(struct forwarder_store_reader *reader,
                                                  struct bytes content, uint64_t wall_s)
{
    struct forwarder_store_check check;

    forwarder_store_check_begin(&check, content);
    while (forwarder_store_check_next(&check, UINT_MAX)) {
    }
    if (check.verdict == FORWARDER_STORE_OK)
        forwarder_store_check_end(&check, wall_s, reader);
    return check.verdict;
}

/* The topic of a message's question. */
static bool read_topic(const struct dns_message *message, uint8_t bits,
                       const struct forwarder_hash_key *key, struct forwarder_topic *topic)
{
    struct forwarder_request request = { .dnssec_ok = (bits & FORWARDER_TOPIC_DO) != 0 };
    struct dns_question question;

    if ((bits & FORWARDER_TOPIC_CD) != 0)
        request.flags |= DNS_FLAG_CD;
    if ((bits & FORWARDER_TOPIC_AD) != 0)
        request.flags |= DNS_FLAG_AD;
    if (message->header.counts[DNS_QUESTION] != 1 || !dns_message_question(message, &question))
        return false;
    forwarder_topic_init(topic, &request, &question, key);
    return forwarder_topic_bits(topic) == bits;
}

static bool read_one(const struct forwarder_store_reader *reader, struct bytes record,
                     const struct forwarder_store_target *target, uint64_t now_ns)
{
    struct byte_reader in = byte_reader_init(record);
    struct forwarder_topic topic;
    struct forwarder_kept kept;
    struct dns_message message;
    uint32_t age_s = 0;
    uint8_t bits = 0;
    uint64_t past_s;

    if (!read_u8(&in, &bits) || !read_u32_be(&in, &age_s) ||
        dns_message_read(byte_reader_rest(&in), &message).status != DNS_OK ||
        dns_message_check_rdata(&message).status != DNS_OK ||
        !read_topic(&message, bits, target->hash_key, &topic) ||
        !forwarder_keep_read(target->keep, target->limits, &message, &kept) || kept.is_failure)
        return false;
    past_s = age_s + reader->passed_s;
    if (past_s >= (uint64_t)kept.ttl_s + target->cache->config.stale_s)
        return false;
    return forwarder_cache_put(target->cache, &topic, &kept, now_ns - past_s * NS_PER_S);
}

bool forwarder_store_read(struct forwarder_store_reader *reader,
                          const struct forwarder_store_target *target, unsigned int records_max,
                          uint64_t now_ns)
{
    struct bytes record;

    for (unsigned int i = 0; i < records_max; i++) {
        if (!next_record(&reader->in, &record))
            return false;
        if (read_one(reader, record, target, now_ns))
            reader->kept += 1;
        else
            reader->left_out += 1;
    }
    return true;
}

/* Looks at what comes next in a file. */
static void look_ahead(struct forwarder_store_part *part)
{
    struct byte_reader in;
    uint32_t age_s = 0;
    uint8_t bits = 0;

    part->record = (struct bytes){ 0 };
    if (!next_record(&part->reader.in, &part->record))
        return;
    in = byte_reader_init(part->record);
    REQUIRE(read_u8(&in, &bits));
    REQUIRE(read_u32_be(&in, &age_s));
    part->past_s = age_s + part->reader.passed_s;
}

void forwarder_store_merge_begin(struct forwarder_store_merge *merge, uint64_t wall_s,
                                 struct byte_writer *out)
{
    merge->count = 0;
    forwarder_store_begin(&merge->writer, wall_s, out);
}

void forwarder_store_merge_add(struct forwarder_store_merge *merge,
                               const struct forwarder_store_reader *reader)
{
    REQUIRE(merge->count < FORWARDER_STORE_PARTS_MAX);
    merge->parts[merge->count] = (struct forwarder_store_part){ .reader = *reader };
    look_ahead(&merge->parts[merge->count]);
    merge->count += 1;
}

bool forwarder_store_merge_next(struct forwarder_store_merge *merge, struct byte_writer *out)
{
    struct forwarder_store_part *oldest = NULL;
    size_t start = out->position;

    for (size_t i = 0; i < merge->count; i++) {
        struct forwarder_store_part *part = &merge->parts[i];

        if (part->record.size > 0 && (oldest == NULL || part->past_s > oldest->past_s))
            oldest = part;
    }
    if (oldest == NULL)
        return false;
    REQUIRE(write_u16_be(out, (uint16_t)oldest->record.size));
    REQUIRE(write_u8(out, oldest->record.at[0]));
    REQUIRE(write_u32_be(out, oldest->past_s < UINT32_MAX ? (uint32_t)oldest->past_s : UINT32_MAX));
    REQUIRE(write_bytes(
        out, bytes_of(oldest->record.at + RECORD_FRONT, oldest->record.size - RECORD_FRONT)));
    merge->writer.hash =
        chain(merge->writer.hash, bytes_of(out->base + start, out->position - start));
    merge->writer.count += 1;
    look_ahead(oldest);
    return true;
}
