/* No step of this is clever: it is what the builder is held against. */
#include "fuzz/dns/model.h"

#include "dns/rdata.h"
#include "dns/rrtype.h"
#include "fuzz/target.h"

#define POINTER_BITS 0xC0U
#define POINTER_OFFSET_MAX 16383U
#define RDLENGTH_SIZE 2U
#define PLAIN_RDATA_MAX 65535U /* of one record: names that are written whole can make it more */

/* Room for `least` elements of `size` octets. */
static void *grow(void *block, size_t *room, size_t least, size_t size)
{
    if (least <= *room)
        return block;
    while (*room < least)
        *room = *room == 0 ? 64 : *room * 2;
    block = realloc(block, *room * size);
    fuzz_require(block != NULL);
    return block;
}

struct dns_model dns_model_init(size_t capacity, const struct dns_header *header)
{
    uint8_t *block = fuzz_block(capacity);
    struct dns_model model = { .is_naive = true };

    model.out = byte_writer_init(block, capacity);
    fuzz_require(dns_header_write(&model.out, header));
    return model;
}

void dns_model_done(struct dns_model *model)
{
    free(model->entries);
    free(model->plain);
    free(model->labels);
    free(model->out.base);
    *model = (struct dns_model){ 0 };
}

/* Whether the name that was written at `at` has just these labels. */
static bool stands_at(const uint8_t *message, size_t at, struct bytes labels)
{
    for (size_t i = 0; i < labels.size; i += 1U + labels.at[i]) {
        while (message[at] >= POINTER_BITS)
            at = (message[at] & 0x3FU) << 8 | message[at + 1];
        if (message[at] != labels.at[i] ||
            memcmp(&message[at], &labels.at[i], 1U + labels.at[i]) != 0)
            return false;
        at += 1U + message[at];
    }
    return true;
}

/* Where the labels were written first; 0: nowhere that a pointer reaches. */
static size_t find(struct dns_model *model, struct bytes labels)
{
    for (unsigned int i = 0; i < model->labels_count; i++) {
        model->looks++;
        if (stands_at(model->out.base, model->labels[i], labels))
            return model->labels[i];
    }
    return 0;
}

static void remember(struct dns_model *model, size_t at)
{
    size_t room = model->labels_room;

    if (at > POINTER_OFFSET_MAX)
        return;
    model->labels = grow(model->labels, &room, model->labels_count + 1U, sizeof(*model->labels));
    model->labels_room = (unsigned int)room;
    model->labels[model->labels_count++] = (uint16_t)at;
}

/* Writes a name with a pointer for the longest ending of it that was written before. Its own labels
 * are remembered when it is whole. */
static bool write_name(struct dns_model *model, const struct dns_name *name)
{
    struct byte_writer *out = &model->out;
    size_t start = out->position;
    size_t target = 0;
    size_t at = 0;

    for (; name->octets[at] != 0; at += 1U + name->octets[at]) {
        target = find(model, bytes_of(&name->octets[at], name->size - at));
        if (target != 0)
            break;
    }
    if (!write_bytes(out, bytes_of(name->octets, at)))
        return false;
    if (target != 0 ? !write_u16_be(out, (uint16_t)(0xC000U | target)) : !write_u8(out, 0))
        return false;
    for (size_t i = 0; i < at; i += 1U + name->octets[i])
        remember(model, start + i);
    return true;
}

/* Writes RDATA and its length. */
static bool write_rdata(struct dns_model *model, const struct dns_rr *rr)
{
    struct dns_rdata fields = dns_rdata_of(rr);
    size_t length_at = model->out.position;
    struct dns_value value;
    bool fits = write_u16_be(&model->out, 0);

    while (fits && dns_rdata_next(&fields, &value)) {
        struct dns_name name;
        struct bytes octets = dns_value_octets(&value, false, &name);

        if (value.field->kind == DNS_FIELD_NAME_SHORT)
            fits = write_name(model, &name);
        else
            fits = write_bytes(&model->out, octets);
    }
    if (fits)
        byte_writer_patch_u16_be(&model->out, length_at,
                                 (uint16_t)(model->out.position - length_at - RDLENGTH_SIZE));
    return fits;
}

/* Adds RDATA, names whole, to the list. */
static void list_rdata(struct dns_model *model, const struct dns_rr *rr,
                       struct dns_model_entry *entry)
{
    struct byte_writer out;

    model->plain = grow(model->plain, &model->plain_room, model->plain_size + PLAIN_RDATA_MAX, 1);
    out = byte_writer_init(model->plain + model->plain_size, PLAIN_RDATA_MAX);
    fuzz_require(dns_rdata_write(rr, false, &out).status == DNS_OK);
    entry->rdata_at = model->plain_size;
    entry->rdata_size = out.position;
    model->plain_size += out.position;
}

static void list_entry(struct dns_model *model, const struct dns_model_entry *entry)
{
    size_t room = model->room;

    model->entries = grow(model->entries, &room, model->count + 1U, sizeof(*model->entries));
    model->room = (unsigned int)room;
    model->entries[model->count++] = *entry;
}

bool dns_model_add_question(struct dns_model *model, const struct dns_question *question)
{
    struct dns_model_mark mark = dns_model_mark(model);
    struct dns_model_entry entry = {
        .section = DNS_QUESTION,
        .owner = question->name,
        .type = question->type,
        .class = question->class,
    };

    if (model->is_naive &&
        !(write_name(model, &question->name) && write_u16_be(&model->out, question->type) &&
          write_u16_be(&model->out, question->class))) {
        dns_model_rollback(model, &mark);
        return false;
    }
    list_entry(model, &entry);
    return true;
}

bool dns_model_add_rr(struct dns_model *model, enum dns_section section, const struct dns_rr *rr)
{
    struct dns_model_mark mark = dns_model_mark(model);
    struct byte_writer *out = &model->out;
    struct dns_model_entry entry = {
        .section = section,
        .owner = dns_rr_owner(rr),
        .type = rr->type,
        .class = rr->class,
        .ttl_s = rr->ttl_s,
    };

    if (model->is_naive &&
        !(write_name(model, &entry.owner) && write_u16_be(out, rr->type) &&
          write_u16_be(out, rr->class) && write_u32_be(out, rr->ttl_s) && write_rdata(model, rr))) {
        dns_model_rollback(model, &mark);
        return false;
    }
    list_rdata(model, rr, &entry);
    list_entry(model, &entry);
    return true;
}

struct dns_model_mark dns_model_mark(const struct dns_model *model)
{
    return (struct dns_model_mark){
        .position = model->out.position,
        .labels_count = model->labels_count,
        .count = model->count,
        .plain_size = model->plain_size,
    };
}

void dns_model_rollback(struct dns_model *model, const struct dns_model_mark *mark)
{
    if (model->is_naive)
        model->out.position = mark->position;
    model->labels_count = mark->labels_count;
    model->count = mark->count;
    model->plain_size = mark->plain_size;
}

unsigned int dns_model_count(const struct dns_model *model, enum dns_section section)
{
    unsigned int count = 0;

    for (unsigned int i = 0; i < model->count; i++)
        count += model->entries[i].section == section;
    return count;
}

struct bytes dns_model_finish(struct dns_model *model, uint16_t flags)
{
    byte_writer_patch_u16_be(&model->out, 2, flags);
    for (unsigned int i = 0; i < DNS_SECTIONS; i++)
        byte_writer_patch_u16_be(&model->out, 4 + 2 * (size_t)i,
                                 (uint16_t)dns_model_count(model, (enum dns_section)i));
    return byte_writer_written(&model->out);
}
