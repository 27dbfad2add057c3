/*
 * Building. What is written between names is copied in one piece; names go through the table of
 * those that were written (dns/name_table.h). An entry is counted when it is whole;
 * a count has numbers enough, since no entry has fewer than five of 65,535 octets.
 */
#include "dns/builder.h"

#include "base/require.h"
#include "dns/code.h"
#include "dns/field_check.h"
#include "dns/name_table_write.h"
#include "dns/octets.h"
#include "dns/rdata_shape.h"
#include "dns/rrtype.h"

#define FLAGS_AT 2       /* in the header */
#define COUNTS_AT 4      /* likewise */
#define RR_FIXED_SIZE 10 /* type, class, TTL, RDLENGTH */

static inline void put_u16_be(uint8_t *to, unsigned int value)
{
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

void dns_builder_init(struct dns_builder *builder, void *block, size_t capacity,
                      const struct dns_header *header)
{
    REQUIRE(capacity >= DNS_HEADER_SIZE);
    if (capacity > DNS_MESSAGE_SIZE_MAX)
        capacity = DNS_MESSAGE_SIZE_MAX;
    builder->out = byte_writer_init(block, capacity);
    memset(builder->counts, 0, sizeof(builder->counts));
    builder->section = DNS_QUESTION;
    dns_name_table_init(&builder->names, header->id);
    put_u16_be(builder->out.base, header->id);
    put_u16_be(builder->out.base + FLAGS_AT, header->flags);
    builder->out.position = DNS_HEADER_SIZE;
}

void dns_builder_extend(struct dns_builder *builder, struct dns_name_table_label *labels,
                        size_t max)
{
    REQUIRE(builder->out.position == DNS_HEADER_SIZE);
    dns_name_table_extend(&builder->names, labels, max);
}

void dns_builder_set_source(struct dns_builder *builder, struct bytes source)
{
    dns_name_table_trust(&builder->names, source);
}

struct dns_builder_mark dns_builder_mark(const struct dns_builder *builder)
{
    struct dns_builder_mark mark = { .position = builder->out.position,
                                     .labels_count = builder->names.count,
                                     .section = builder->section };

    memcpy(mark.counts, builder->counts, sizeof(mark.counts));
    return mark;
}

/* Forgets octets and labels behind a point. */
static void cut(struct dns_builder *builder, size_t position, unsigned int labels_count)
{
    byte_writer_rollback(&builder->out, position);
    dns_name_table_rollback(&builder->names, labels_count, position);
}

void dns_builder_rollback(struct dns_builder *builder, const struct dns_builder_mark *mark)
{
    cut(builder, mark->position, mark->labels_count);
    memcpy(builder->counts, mark->counts, sizeof(builder->counts));
    builder->section = mark->section;
}

struct dns_verdict dns_builder_add_question(struct dns_builder *builder,
                                            const struct dns_question *question)
{
    struct byte_writer *out = &builder->out;
    struct byte_reader name = dns_name_reader(&question->name);
    unsigned int labels_count = builder->names.count;
    size_t start = out->position;
    size_t at;

    REQUIRE(builder->section == DNS_QUESTION);
    if (dns_name_table_write(&builder->names, &name, out, &at).status != DNS_OK)
        return dns_refuse(DNS_NO_ROOM, start);
    if (!write_u16_be(out, question->type) || !write_u16_be(out, question->class)) {
        cut(builder, start, labels_count);
        return dns_refuse(DNS_NO_ROOM, start);
    }
    if (at != 0)
        dns_name_table_relate(&builder->names, at, question->name.octets, question->name.size);
    builder->counts[DNS_QUESTION]++;
    return dns_accept();
}

/* Copies what stands from `from` up to in's cursor. */
static inline bool copy_run(const struct byte_reader *in, size_t from, struct byte_writer *out)
{
    size_t size = in->position - from;

    if (byte_writer_left(out) < size)
        return false;
    if (size > 0) /* an empty input has no base to count from */
        dns_octets_copy(out->base + out->position, in->base + from, size);
    out->position += size;
    return true;
}

/* Writes a name that may be compressed where it stands and is not to be here. */
static __attribute__((noinline)) struct dns_verdict copy_old_name(struct byte_reader *in,
                                                                  struct byte_writer *out)
{
    struct dns_name name;
    struct dns_verdict verdict = dns_name_read(in, &name);

    if (verdict.status == DNS_OK && !write_bytes(out, dns_name_bytes(&name)))
        return dns_refuse(DNS_NO_ROOM, out->position);
    return verdict;
}

/* A name in RDATA that is written anew. */
static inline struct dns_verdict write_rdata_name(struct dns_builder *builder,
                                                  enum dns_field_kind kind, struct byte_reader *in)
{
    size_t at;

    if (kind == DNS_FIELD_NAME_OLD)
        return copy_old_name(in, &builder->out);
    return dns_name_table_write(&builder->names, in, &builder->out, &at);
}

/* Writes the fields of RDATA behind those of fixed size in front. `in` is behind these, too;
 * `start`: where RDATA begins. */
static struct dns_verdict write_shaped(struct dns_builder *builder,
                                       const struct dns_rdata_shape *shape, struct byte_reader in,
                                       size_t start)
{
    size_t run = start; /* what is not written yet begins here */

    for (unsigned int i = in.position == start ? 0 : shape->lead_count; i < shape->count; i++) {
        enum dns_field_kind kind = shape->kinds[i];
        enum dns_status status;

        if (kind == DNS_FIELD_NAME_SHORT || kind == DNS_FIELD_NAME_OLD) {
            struct dns_verdict verdict;

            if (!copy_run(&in, run, &builder->out))
                return dns_refuse(DNS_NO_ROOM, builder->out.position);
            verdict = write_rdata_name(builder, kind, &in);
            if (verdict.status != DNS_OK)
                return verdict;
            run = in.position;
            continue;
        }
        status = dns_field_check(kind, &in, start);
        if (status != DNS_OK)
            return dns_refuse(status, in.position);
    }
    if (!byte_reader_is_done(&in))
        return dns_refuse(DNS_RDATA_TRAILING, in.position);
    if (!copy_run(&in, run, &builder->out))
        return dns_refuse(DNS_NO_ROOM, builder->out.position);
    return dns_accept();
}

/* Writes RDATA, which is checked on the way. */
static inline struct dns_verdict write_fields(struct dns_builder *builder, const struct dns_rr *rr)
{
    const struct dns_rdata_shape *shape = &dns_rdata_shapes[dns_rrtype_row(rr->type, rr->class)];
    struct byte_reader in = rr->rdata;
    size_t start = in.position;
    size_t size = byte_reader_left(&in);

    /* Unless it is to be said which of them is cut. */
    if (size >= shape->lead_octets)
        in.position += shape->lead_octets;
    if (size != shape->lead_octets || shape->lead_count != shape->count)
        return write_shaped(builder, shape, in, start);
    /* Most records by far: fields of fixed size alone. */
    if (!copy_run(&in, start, &builder->out))
        return dns_refuse(DNS_NO_ROOM, builder->out.position);
    return dns_accept();
}

/* Writes all behind the owner. */
static inline struct dns_verdict write_rest(struct dns_builder *builder, const struct dns_rr *rr)
{
    struct byte_writer *out = &builder->out;
    uint8_t *fixed = out->base + out->position;
    struct dns_verdict verdict = dns_accept();
    bool left_out = byte_reader_is_done(&rr->rdata) &&
                    (rr->class == DNS_CLASS_ANY || rr->class == DNS_CLASS_NONE);

    if (byte_writer_left(out) < RR_FIXED_SIZE)
        return dns_refuse(DNS_NO_ROOM, out->position);
    out->position += RR_FIXED_SIZE;
    put_u16_be(fixed, rr->type);
    put_u16_be(fixed + 2, rr->class);
    put_u16_be(fixed + 4, rr->ttl_s >> 16);
    put_u16_be(fixed + 6, rr->ttl_s);
    if (!left_out)
        verdict = write_fields(builder, rr);
    put_u16_be(fixed + 8, (unsigned int)(out->base + out->position - fixed) - RR_FIXED_SIZE);
    return verdict;
}

/* An owner that is not among the last ones. */
static __attribute__((noinline)) struct dns_verdict write_owner(struct dns_builder *builder,
                                                                const struct dns_rr *rr)
{
    struct byte_reader owner = rr->owner;
    size_t at;

    dns_name_table_pay(&builder->names, RR_FIXED_SIZE + byte_reader_left(&rr->rdata));
    return dns_name_table_write(&builder->names, &owner, &builder->out, &at);
}

/* Takes back what was written of a record, and says why. */
static __attribute__((noinline)) struct dns_verdict refuse_entry(struct dns_builder *builder,
                                                                 size_t start,
                                                                 unsigned int labels_count,
                                                                 struct dns_verdict verdict)
{
    cut(builder, start, labels_count);
    return verdict.status == DNS_NO_ROOM ? dns_refuse(DNS_NO_ROOM, start) : verdict;
}

struct dns_verdict dns_builder_add_rr(struct dns_builder *builder, enum dns_section section,
                                      const struct dns_rr *rr)
{
    struct byte_writer *out = &builder->out;
    unsigned int labels_count = builder->names.count;
    size_t start = out->position;
    size_t at = dns_name_table_recent(&builder->names, &rr->owner, out);
    struct dns_verdict verdict = dns_accept();

    REQUIRE(section != DNS_QUESTION);
    REQUIRE(section >= builder->section);
    if (at == 0)
        verdict = write_owner(builder, rr);
    else if (!write_u16_be(out, (uint16_t)(0xC000U | at)))
        verdict = dns_refuse(DNS_NO_ROOM, start);
    if (verdict.status == DNS_OK)
        verdict = write_rest(builder, rr);
    if (verdict.status != DNS_OK)
        return refuse_entry(builder, start, labels_count, verdict);
    builder->section = section;
    builder->counts[section]++;
    return dns_accept();
}

struct dns_verdict dns_builder_add_edns(struct dns_builder *builder, const struct dns_edns *edns)
{
    struct dns_rr rr = dns_edns_rr(edns);

    return dns_builder_add_rr(builder, DNS_ADDITIONAL, &rr);
}

bool dns_builder_reserve(struct dns_builder *builder, size_t size)
{
    if (byte_writer_left(&builder->out) < size)
        return false;
    builder->out.capacity -= size;
    return true;
}

void dns_builder_release(struct dns_builder *builder, size_t size)
{
    builder->out.capacity += size;
}

void dns_builder_set_flags(struct dns_builder *builder, uint16_t flags)
{
    put_u16_be(builder->out.base + FLAGS_AT, flags);
}

struct bytes dns_builder_finish(struct dns_builder *builder)
{
    for (size_t i = 0; i < DNS_SECTIONS; i++)
        put_u16_be(builder->out.base + COUNTS_AT + 2 * i, builder->counts[i]);
    return byte_writer_written(&builder->out);
}
