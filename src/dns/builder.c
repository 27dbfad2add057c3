/*
 * Building. The names that were written form a tree that grows from the root: each remembered label
 * knows the offset of the label after it. A new name is looked up label by label from its end, and
 * what the tree does not know yet is written and then remembered. So each look-up compares one
 * label, and the longest known ending is found without trying shorter ones.
 */
#include "dns/builder.h"

#include "base/require.h"
#include "dns/rdata.h"
#include "dns/rrtype.h"

#define POINTER 0xC000U
#define POINTER_OFFSET_MAX 0x3FFF
#define PROBES_MAX 16 /* places to look at before a label counts as unknown */

/* The labels of a name, from the first to the last. */
struct labels {
    unsigned int count;
    struct bytes at[DNS_NAME_LABELS_MAX]; /* each with its length octet */
};

static void split(const struct dns_name *name, struct labels *ret_labels)
{
    unsigned int count = 0;
    unsigned int at = 0;

    while (name->octets[at] != 0) {
        size_t size = 1U + name->octets[at];

        ret_labels->at[count++] = bytes_of(&name->octets[at], size);
        at += (unsigned int)size;
    }
    ret_labels->count = count;
}

/* The place where the search for a label begins. */
static unsigned int first_place(struct bytes label, uint16_t parent)
{
    uint32_t hash = 2166136261U ^ parent; /* FNV-1a */

    for (size_t i = 0; i < label.size; i++)
        hash = (hash ^ label.at[i]) * 16777619U;
    return (hash ^ hash >> 16) % DNS_BUILDER_PLACES;
}

/* Whether this very label with this parent was remembered at a place. */
static bool holds(const struct dns_builder *builder, const struct dns_builder_label *place,
                  struct bytes label, uint16_t parent)
{
    return place->parent == parent && builder->out.base[place->at] == label.at[0] &&
           memcmp(&builder->out.base[place->at], label.at, label.size) == 0;
}

/* The offset of a label that was written before; 0: it is not known. */
static uint16_t find_label(const struct dns_builder *builder, struct bytes label, uint16_t parent)
{
    unsigned int start = first_place(label, parent);

    for (unsigned int i = 0; i < PROBES_MAX; i++) {
        const struct dns_builder_label *place = &builder->labels[(start + i) % DNS_BUILDER_PLACES];

        if (place->at == 0)
            return 0;
        if (holds(builder, place, label, parent))
            return place->at;
    }
    return 0;
}

/* Remembers a label that stands at `at`, if there is a place for it. */
static bool remember(struct dns_builder *builder, struct bytes label, size_t at, uint16_t parent)
{
    unsigned int start = first_place(label, parent);

    if (at > POINTER_OFFSET_MAX || builder->labels_count == DNS_BUILDER_LABELS_MAX)
        return false;
    for (unsigned int i = 0; i < PROBES_MAX; i++) {
        struct dns_builder_label *place = &builder->labels[(start + i) % DNS_BUILDER_PLACES];

        if (place->at == 0) {
            *place = (struct dns_builder_label){ .at = (uint16_t)at, .parent = parent };
            builder->labels_count++;
            return true;
        }
    }
    return false;
}

/* Writes a name, with a pointer for the longest ending that is known. */
static bool write_name(struct dns_builder *builder, const struct dns_name *name)
{
    struct byte_writer *out = &builder->out;
    size_t end; /* of the labels that were written */
    struct labels labels;
    unsigned int unknown;
    uint16_t parent = 0;

    split(name, &labels);
    for (unknown = labels.count; unknown > 0; unknown--) {
        uint16_t at = find_label(builder, labels.at[unknown - 1], parent);

        if (at == 0)
            break;
        parent = at;
    }
    for (unsigned int i = 0; i < unknown; i++) {
        if (!write_bytes(out, labels.at[i]))
            return false;
    }
    end = out->position;
    if (!(parent != 0 ? write_u16_be(out, (uint16_t)(POINTER | parent)) : write_u8(out, 0)))
        return false;
    while (unknown > 0) {
        struct bytes label = labels.at[--unknown];

        end -= label.size;
        if (!remember(builder, label, end, parent))
            break; /* those before it would have no parent */
        parent = (uint16_t)end;
    }
    return true;
}

void dns_builder_init(struct dns_builder *builder, void *block, size_t capacity,
                      const struct dns_header *header)
{
    REQUIRE(capacity >= DNS_HEADER_SIZE);
    if (capacity > DNS_MESSAGE_SIZE_MAX)
        capacity = DNS_MESSAGE_SIZE_MAX;
    *builder = (struct dns_builder){ .out = byte_writer_init(block, capacity) };
    (void)dns_header_write(&builder->out, header);
}

struct dns_builder_mark dns_builder_mark(const struct dns_builder *builder)
{
    struct dns_builder_mark mark = { .position = builder->out.position,
                                     .section = builder->section };

    memcpy(mark.counts, builder->counts, sizeof(mark.counts));
    return mark;
}

void dns_builder_rollback(struct dns_builder *builder, const struct dns_builder_mark *mark)
{
    byte_writer_rollback(&builder->out, mark->position);
    memcpy(builder->counts, mark->counts, sizeof(builder->counts));
    builder->section = mark->section;
    /* What goes came last into the table, so no search for what stays leads over it. */
    for (unsigned int i = 0; i < DNS_BUILDER_PLACES; i++) {
        if (builder->labels[i].at >= mark->position) {
            builder->labels[i].at = 0;
            builder->labels_count--;
        }
    }
}

/* Counts an entry that is about to be written to a section, and moves on to that section. */
static bool count_entry(struct dns_builder *builder, enum dns_section section)
{
    REQUIRE(section >= builder->section);
    if (builder->counts[section] == UINT16_MAX)
        return false;
    builder->section = section;
    builder->counts[section]++;
    return true;
}

/* The end of each add: all of it is there, or none. */
static struct dns_verdict finish_entry(struct dns_builder *builder,
                                       const struct dns_builder_mark *mark,
                                       struct dns_verdict verdict)
{
    if (verdict.status != DNS_OK)
        dns_builder_rollback(builder, mark);
    return verdict;
}

static struct dns_verdict no_room(const struct dns_builder_mark *mark)
{
    return dns_refuse(DNS_NO_ROOM, mark->position);
}

struct dns_verdict dns_builder_add_question(struct dns_builder *builder,
                                            const struct dns_question *question)
{
    struct dns_builder_mark mark = dns_builder_mark(builder);
    bool ok = count_entry(builder, DNS_QUESTION) && write_name(builder, &question->name) &&
              write_u16_be(&builder->out, question->type) &&
              write_u16_be(&builder->out, question->class);

    return finish_entry(builder, &mark, ok ? dns_accept() : no_room(&mark));
}

/* Writes a name that stands in another message. */
static struct dns_verdict copy_name(struct dns_builder *builder, struct byte_reader from,
                                    const struct dns_builder_mark *mark)
{
    struct dns_name name;
    struct dns_verdict verdict = dns_name_read(&from, &name);

    if (verdict.status != DNS_OK)
        return verdict;
    return write_name(builder, &name) ? dns_accept() : no_room(mark);
}

/* Writes RDLENGTH and RDATA. */
static struct dns_verdict copy_rdata(struct dns_builder *builder, const struct dns_rr *rr,
                                     const struct dns_builder_mark *mark)
{
    struct byte_writer *out = &builder->out;
    struct dns_rdata fields = dns_rdata_of(rr);
    size_t length_at = out->position;
    struct dns_value value;
    struct dns_name name;

    if (!write_u16_be(out, 0))
        return no_room(mark);
    while (dns_rdata_next(&fields, &value)) {
        if (value.field->kind == DNS_FIELD_NAME_SHORT) {
            struct dns_verdict verdict = copy_name(builder, value.octets, mark);

            if (verdict.status != DNS_OK)
                return verdict;
        } else if (!write_bytes(out, dns_value_octets(&value, false, &name))) {
            return no_room(mark);
        }
    }
    byte_writer_patch_u16_be(out, length_at, (uint16_t)(out->position - length_at - 2));
    return fields.verdict;
}

struct dns_verdict dns_builder_add_rr(struct dns_builder *builder, enum dns_section section,
                                      const struct dns_rr *rr)
{
    struct dns_builder_mark mark = dns_builder_mark(builder);
    struct dns_verdict verdict;

    REQUIRE(section != DNS_QUESTION);
    if (!count_entry(builder, section))
        return no_room(&mark);
    verdict = copy_name(builder, rr->owner, &mark);
    if (verdict.status == DNS_OK &&
        !(write_u16_be(&builder->out, rr->type) && write_u16_be(&builder->out, rr->class) &&
          write_u32_be(&builder->out, rr->ttl_s)))
        verdict = no_room(&mark);
    if (verdict.status == DNS_OK)
        verdict = copy_rdata(builder, rr, &mark);
    return finish_entry(builder, &mark, verdict);
}

struct dns_verdict dns_builder_add_edns(struct dns_builder *builder, const struct dns_edns *edns)
{
    struct dns_name root = dns_name_root();
    struct dns_rr rr = {
        .owner = dns_name_reader(&root),
        .type = DNS_TYPE_OPT,
        .class = edns->udp_size,
        .ttl_s = (uint32_t)edns->rcode_high << 24 | (uint32_t)edns->version << 16 | edns->flags,
        .rdata = byte_reader_init(edns->options),
    };

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
    byte_writer_patch_u16_be(&builder->out, 2, flags);
}

struct bytes dns_builder_finish(struct dns_builder *builder)
{
    for (unsigned int i = 0; i < DNS_SECTIONS; i++)
        byte_writer_patch_u16_be(&builder->out, 4 + 2 * (size_t)i, builder->counts[i]);
    return byte_writer_written(&builder->out);
}
