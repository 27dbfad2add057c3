/*
 * Property: whatever is asked of a builder, in whatever order, its message is what the operations
 * that succeeded say. The input is a program of operations (`operations` below); a list of what was
 * added stands beside the builder, and a naive builder (fuzz/dns/model.h). An operation is refused
 * where the naive builder has no room for it, or where the RDATA is wrong and then in the words of
 * dns_rdata_check(), and not otherwise; and a refusal changes nothing. What is finished reads back
 * as the list. As long as no limit of the name table was met (builder.names.gaps is 0), it has the
 * same octets as the naive builder's: so no pointer that was possible is missed, what was rolled
 * back has left no trace, and a source changes nothing.
 *
 * Covers: src/dns/builder.c 98% src/dns/name_table.c 98% src/dns/name_table_write.h 94%
 */
#include "dns/builder.h"
#include "dns/code.h"
#include "dns/field_check.h"
#include "dns/message.h"
#include "dns/rdata.h"
#include "dns/rrtype.h"
#include "fuzz/dns/model.h"
#include "fuzz/target.h"

#define NAMES_MAX 64U
#define MARKS_MAX 8U
#define LOOKS_MAX 300000U /* of the naive builder: then the program is over */
#define FAR_SIZE ((size_t)DNS_MESSAGE_SIZE_MAX + 1)
#define RR_FIXED_SIZE 10

/* Octets of the heap that have exactly their size. */
struct block {
    uint8_t *at;
    size_t size;
};

struct mark {
    struct dns_builder_mark builder;
    struct dns_model_mark model;
};

struct program {
    struct byte_reader in;
    struct dns_header header;
    struct block message;
    struct dns_builder builder;
    struct dns_model model;
    size_t reserved;
    struct block labels; /* the builder's, where it was extended */
    struct block source;
    unsigned int names_count;
    struct dns_name names[NAMES_MAX]; /* the last ones that were made */
    unsigned int marks_count;
    struct mark marks[MARKS_MAX];
};

static struct block block_new(size_t size)
{
    return (struct block){ fuzz_block(size), size };
}

static void block_free(struct block *block)
{
    free(block->at);
    *block = (struct block){ 0 };
}

/* Behind the end of the program are zeroes. */
static unsigned int take_u8(struct program *program)
{
    uint8_t value = 0;

    (void)read_u8(&program->in, &value);
    return value;
}

static unsigned int take_u16(struct program *program)
{
    unsigned int high = take_u8(program);

    return high << 8 | take_u8(program);
}

/* Octets of the program, as many as there are. */
static struct bytes take_octets(struct program *program, size_t size)
{
    size_t left = byte_reader_left(&program->in);
    struct bytes octets = { 0 };

    (void)read_bytes(&program->in, size < left ? size : left, &octets);
    return octets;
}

/* Puts the ending of an earlier name behind the labels; it is left out where it makes the whole too
 * long. */
static void take_ending(struct program *program, unsigned int number, struct dns_name *name)
{
    const struct dns_name *other = &program->names[number % NAMES_MAX];
    unsigned int skip = take_u8(program);
    size_t at = 0;

    for (; skip > 0 && other->octets[at] != 0; skip--)
        at += 1U + other->octets[at];
    if (name->size + (other->size - at) > DNS_NAME_SIZE_MAX)
        return;
    memcpy(&name->octets[name->size - 1], &other->octets[at], other->size - at);
    name->size = (uint8_t)((size_t)name->size + other->size - at - 1);
}

/* A name: labels, and then 0, or 64 and the number of a name from the last one back, and how many
 * labels of that are left out. */
static struct dns_name take_name(struct program *program)
{
    struct dns_name name = dns_name_root();

    for (;;) {
        unsigned int length = take_u8(program);
        struct bytes label;

        if (length > DNS_LABEL_SIZE_MAX && program->names_count > 0)
            take_ending(program, program->names_count - 1 - length % NAMES_MAX, &name);
        if (length == 0 || length > DNS_LABEL_SIZE_MAX)
            break;
        label = take_octets(program, length);
        if (label.size < length || name.size + 1U + length > DNS_NAME_SIZE_MAX)
            break;
        name.octets[name.size - 1] = (uint8_t)length;
        memcpy(&name.octets[name.size], label.at, length);
        name.octets[name.size + length] = 0;
        name.size = (uint8_t)(name.size + 1 + length);
    }
    program->names[program->names_count++ % NAMES_MAX] = name;
    return name;
}

/* A type: one octet, or 255 and two. */
static uint16_t take_type(struct program *program)
{
    unsigned int type = take_u8(program);

    return (uint16_t)(type == 255 ? take_u16(program) : type);
}

static uint16_t take_class(struct program *program)
{
    static const uint16_t classes[] = { DNS_CLASS_IN, DNS_CLASS_CH, DNS_CLASS_NONE, DNS_CLASS_ANY };

    return classes[take_u8(program) % 4];
}

/* What an operation that is refused must leave as it is. */
static void require_unchanged(const struct program *program, const struct dns_builder_mark *before,
                              struct dns_verdict verdict)
{
    struct dns_builder_mark after = dns_builder_mark(&program->builder);

    fuzz_require(after.position == before->position);
    fuzz_require(after.labels_count == before->labels_count);
    fuzz_require(after.section == before->section);
    fuzz_require(memcmp(after.counts, before->counts, sizeof(after.counts)) == 0);
    fuzz_require(verdict.status != DNS_NO_ROOM || verdict.offset == before->position);
}

/* Before the naive builder does what the builder did: the same room, and whether it is worth it. */
static void prepare(struct program *program)
{
    program->model.out.capacity = program->builder.out.capacity;
    if (program->builder.names.gaps > 0)
        program->model.is_naive = false;
}

/* The naive builder did the same. */
static void require_same_size(const struct program *program)
{
    const struct dns_model *model = &program->model;

    fuzz_require(!model->is_naive || model->out.position == program->builder.out.position);
}

static void add_question(struct program *program)
{
    struct dns_builder_mark before = dns_builder_mark(&program->builder);
    struct dns_question question = { .name = take_name(program) };
    struct dns_verdict verdict;
    bool fits;

    question.type = take_type(program);
    question.class = take_class(program);
    if (program->builder.section != DNS_QUESTION)
        return;
    verdict = dns_builder_add_question(&program->builder, &question);
    prepare(program);
    if (verdict.status != DNS_OK) {
        fuzz_require(verdict.status == DNS_NO_ROOM);
        require_unchanged(program, &before, verdict);
        fuzz_require(!program->model.is_naive ||
                     !dns_model_add_question(&program->model, &question));
        return;
    }
    fits = dns_model_add_question(&program->model, &question);
    fuzz_require(fits);
    require_same_size(program);
}

/* The octets of a record, none of its names compressed, are as many as this at most. */
static size_t size_max(const struct dns_rr *rr)
{
    return DNS_NAME_SIZE_MAX * (1 + DNS_FIELDS_MAX) + RR_FIXED_SIZE + byte_reader_left(&rr->rdata);
}

/* Adds a record, or what EDNS says as one. */
static void add_rr(struct program *program, enum dns_section section, const struct dns_rr *rr,
                   const struct dns_edns *edns)
{
    struct dns_builder *builder = &program->builder;
    struct dns_builder_mark before = dns_builder_mark(builder);
    struct dns_verdict expected = dns_rdata_check(rr);
    struct dns_verdict verdict;

    if (section < builder->section)
        section = builder->section;
    if (section == DNS_QUESTION)
        section = DNS_ANSWER;
    verdict = edns != NULL ? dns_builder_add_edns(builder, edns)
                           : dns_builder_add_rr(builder, section, rr);
    prepare(program);
    if (verdict.status == DNS_OK) {
        fuzz_require(expected.status == DNS_OK);
        fuzz_require(dns_model_add_rr(&program->model, section, rr));
        require_same_size(program);
        return;
    }
    require_unchanged(program, &before, verdict);
    if (verdict.status == DNS_MESSAGE_SIZE)
        fuzz_require(verdict.offset > DNS_MESSAGE_SIZE_MAX);
    else if (verdict.status != DNS_NO_ROOM)
        fuzz_require(verdict.status == expected.status && verdict.offset == expected.offset);
    else if (expected.status == DNS_OK && program->model.is_naive)
        fuzz_require(!dns_model_add_rr(&program->model, section, rr));
    else
        fuzz_require(byte_writer_left(&builder->out) < size_max(rr));
}

/* RDATA as the table says: names as in take_name(), numbers and addresses as they are, and what is
 * as long as it says or goes up to the end behind its size. */
static struct block take_fields(struct program *program, const struct dns_rr *rr)
{
    const struct dns_rrtype *row = dns_rrtype_of(rr->type, rr->class);
    struct block block = block_new(row->fields_count * (size_t)DNS_NAME_SIZE_MAX);
    struct byte_writer out = byte_writer_init(block.at, block.size);
    struct block exact;

    for (unsigned int i = 0; i < row->fields_count; i++) {
        enum dns_field_kind kind = row->fields[i].kind;

        if (kind < DNS_FIELD_NAME_SHORT) {
            for (unsigned int octet = 0; octet < dns_field_octets[kind]; octet++)
                (void)write_u8(&out, (uint8_t)take_u8(program));
        } else if (kind <= DNS_FIELD_NAME_PLAIN) {
            struct dns_name name = take_name(program);

            (void)write_bytes(&out, dns_name_bytes(&name));
        } else {
            (void)write_bytes(&out, take_octets(program, take_u8(program) % DNS_NAME_SIZE_MAX));
        }
    }
    exact = block_new(out.position);
    memcpy(exact.at, block.at, out.position);
    block_free(&block);
    return exact;
}

/* RDATA in one of the ways that are numbered here; *ret_start: where it begins in the block. */
static struct block take_rdata(struct program *program, unsigned int how, const struct dns_rr *rr,
                               size_t *ret_start)
{
    size_t size = how > 0 ? take_u16(program) : 0;
    struct bytes octets;
    struct block block;

    *ret_start = 0;
    if (how == 0)
        return take_fields(program, rr);
    if (how == 1) { /* zeroes */
        block = block_new(size);
        memset(block.at, 0, size);
        return block;
    }
    octets = take_octets(program, size);
    *ret_start = how == 2 ? 0 : FAR_SIZE; /* or farther in than a message is long */
    block = block_new(*ret_start + octets.size);
    memset(block.at, 0, *ret_start);
    if (octets.size > 0)
        memcpy(block.at + *ret_start, octets.at, octets.size);
    return block;
}

/* A record that stands nowhere: a section and how its RDATA is given, owner, type, class, TTL. */
static void add_record(struct program *program)
{
    unsigned int how = take_u8(program);
    struct dns_name owner = take_name(program);
    struct dns_rr rr = { .owner = dns_name_reader(&owner), .type = take_type(program) };
    size_t start;
    struct block rdata;

    rr.class = take_class(program);
    rr.ttl_s = take_u8(program) * 0x01010101U;
    rdata = take_rdata(program, how >> 2 & 3, &rr, &start);
    rr.rdata = (struct byte_reader){ rdata.at, start, rdata.size };
    add_rr(program, (enum dns_section)(how & 3), &rr, NULL);
    block_free(&rdata);
}

static void add_edns(struct program *program)
{
    struct dns_edns edns = { .udp_size = (uint16_t)take_u16(program),
                             .rcode_high = (uint8_t)take_u8(program),
                             .flags = (uint16_t)take_u16(program) };
    struct dns_rr rr;

    edns.options = take_octets(program, take_u8(program));
    rr = dns_edns_rr(&edns);
    add_rr(program, DNS_ADDITIONAL, &rr, &edns);
}

/* The source is a message that is read and does not change. */
static void set_source(struct program *program, struct bytes wire)
{
    struct block block = block_new(wire.size);
    struct dns_message message;

    program->model.looks += wire.size;
    if (wire.size > 0)
        memcpy(block.at, wire.at, wire.size);
    if (dns_message_read(bytes_of(block.at, block.size), &message).status != DNS_OK) {
        block_free(&block);
        return;
    }
    dns_builder_set_source(&program->builder, bytes_of(block.at, block.size));
    block_free(&program->source);
    program->source = block;
}

static void set_source_of_program(struct program *program)
{
    set_source(program, take_octets(program, take_u16(program)));
}

static void set_source_of_result(struct program *program)
{
    set_source(program, dns_builder_finish(&program->builder));
}

/* Adds records of the source: from which on, and how many. */
static void add_source(struct program *program)
{
    unsigned int from = take_u8(program);
    unsigned int left = take_u8(program);
    struct bytes wire = bytes_of(program->source.at, program->source.size);
    struct dns_message message;

    program->model.looks += wire.size;
    if (dns_message_read(wire, &message).status != DNS_OK)
        return;
    for (unsigned int i = DNS_ANSWER; i <= DNS_ADDITIONAL; i++) {
        struct dns_walk walk = dns_message_section(&message, (enum dns_section)i);
        struct dns_rr rr;

        while (left > 0 && dns_walk_next(&walk, &rr)) {
            program->model.looks++;
            if (from > 0) {
                from--;
                continue;
            }
            left--;
            add_rr(program, (enum dns_section)i, &rr, NULL);
        }
    }
}

static void reserve(struct program *program)
{
    size_t size = take_u16(program);
    bool has_room = byte_writer_left(&program->builder.out) >= size;

    fuzz_require(dns_builder_reserve(&program->builder, size) == has_room);
    if (has_room)
        program->reserved += size;
}

static void release(struct program *program)
{
    size_t size = take_u16(program) % (program->reserved + 1);

    dns_builder_release(&program->builder, size);
    program->reserved -= size;
}

static void set_flags(struct program *program)
{
    program->header.flags = (uint16_t)take_u16(program);
    dns_builder_set_flags(&program->builder, program->header.flags);
}

static void mark(struct program *program)
{
    if (program->marks_count == MARKS_MAX)
        return;
    program->marks[program->marks_count++] = (struct mark){
        dns_builder_mark(&program->builder),
        dns_model_mark(&program->model),
    };
}

/* Goes back to one of the marks; those behind it are no more. */
static void rollback(struct program *program)
{
    unsigned int number = take_u8(program);
    const struct mark *mark;

    if (program->marks_count == 0)
        return;
    number %= program->marks_count;
    program->marks_count = number + 1;
    mark = &program->marks[number];
    dns_builder_rollback(&program->builder, &mark->builder);
    dns_model_rollback(&program->model, &mark->model);
    require_unchanged(program, &mark->builder, dns_accept());
}

/* Room for labels, while nothing is there. */
static void extend(struct program *program)
{
    size_t max = 16 + 33 * (size_t)take_u8(program);
    struct block labels;

    if (program->builder.out.position != DNS_HEADER_SIZE)
        return;
    labels = block_new(max * sizeof(struct dns_name_table_label));
    memset(labels.at, 0xFF, labels.size);
    dns_builder_extend(&program->builder, (struct dns_name_table_label *)(void *)labels.at, max);
    block_free(&program->labels);
    program->labels = labels;
}

/* Whether a reader must accept the framing: questions, and the places of OPT and TSIG. */
static bool is_framed_well(const struct dns_model *model, const struct dns_header *header)
{
    unsigned int opts = 0;

    if (dns_header_opcode(header) == DNS_OPCODE_QUERY && dns_model_count(model, DNS_QUESTION) > 1)
        return false;
    for (unsigned int i = 0; i < model->count; i++) {
        const struct dns_model_entry *entry = &model->entries[i];
        bool is_record = entry->section != DNS_QUESTION;

        if (is_record && entry->type == DNS_TYPE_TSIG &&
            (entry->section != DNS_ADDITIONAL || i + 1 != model->count))
            return false;
        if (!is_record || entry->type != DNS_TYPE_OPT)
            continue;
        if (entry->section != DNS_ADDITIONAL || entry->owner.size != 1 || opts++ > 0)
            return false;
    }
    return true;
}

static void require_same_rr(const struct dns_model *model, const struct dns_model_entry *entry,
                            const struct dns_rr *rr)
{
    struct dns_name owner = dns_rr_owner(rr);
    struct block block = block_new(entry->rdata_size);
    struct byte_writer out = byte_writer_init(block.at, block.size);

    fuzz_require(bytes_equal(dns_name_bytes(&owner), dns_name_bytes(&entry->owner)));
    fuzz_require(rr->type == entry->type && rr->class == entry->class);
    fuzz_require(rr->ttl_s == entry->ttl_s);
    fuzz_require(dns_rdata_write(rr, false, &out).status == DNS_OK);
    fuzz_require(bytes_equal(byte_writer_written(&out),
                             bytes_of(model->plain + entry->rdata_at, entry->rdata_size)));
    block_free(&block);
}

/* The message holds the list. */
static void require_same_entries(const struct dns_model *model, const struct dns_message *message)
{
    struct byte_reader questions = dns_message_questions(message);
    const struct dns_model_entry *entry = model->entries;
    struct dns_question question;

    while (dns_question_read(&questions, &question).status == DNS_OK) {
        fuzz_require(bytes_equal(dns_name_bytes(&question.name), dns_name_bytes(&entry->owner)));
        fuzz_require(question.type == entry->type && question.class == entry->class);
        entry++;
    }
    for (unsigned int i = DNS_ANSWER; i <= DNS_ADDITIONAL; i++) {
        struct dns_walk walk = dns_message_section(message, (enum dns_section)i);
        struct dns_rr rr;

        while (dns_walk_next(&walk, &rr))
            require_same_rr(model, entry++, &rr);
    }
}

/* What is finished is what the list says; where a reader would have to take more steps than it has
 * for a message of this size, the octets alone say so. */
static void finish(struct program *program)
{
    struct dns_model *model = &program->model;
    struct bytes wire = dns_builder_finish(&program->builder);
    struct dns_message message;
    struct dns_verdict verdict = dns_message_read(wire, &message);

    model->looks += wire.size;
    if (model->is_naive)
        fuzz_require(bytes_equal(wire, dns_model_finish(model, program->header.flags)));
    if (dns_header_opcode(&program->header) == DNS_OPCODE_DSO)
        return; /* a reader sees no sections, or refuses their counts */
    if (verdict.status != DNS_OK) {
        fuzz_require(verdict.status == DNS_POINTER_STEPS ||
                     !is_framed_well(model, &program->header));
        return;
    }
    fuzz_require(dns_message_check_rdata(&message).status == DNS_OK);
    fuzz_require(message.header.id == program->header.id);
    fuzz_require(message.header.flags == program->header.flags);
    for (unsigned int i = 0; i < DNS_SECTIONS; i++)
        fuzz_require(message.header.counts[i] == dns_model_count(model, (enum dns_section)i));
    require_same_entries(model, &message);
}

/* Begins anew in the same block. */
static void begin(struct program *program)
{
    size_t capacity = program->message.size;

    program->header =
        (struct dns_header){ .id = (uint16_t)take_u16(program), .flags = program->header.flags };
    dns_builder_init(&program->builder, program->message.at, capacity, &program->header);
    dns_model_done(&program->model);
    program->model = dns_model_init(
        capacity < DNS_MESSAGE_SIZE_MAX ? capacity : DNS_MESSAGE_SIZE_MAX, &program->header);
    program->reserved = 0;
    program->marks_count = 0;
    block_free(&program->labels);
    block_free(&program->source);
}

static void (*const operations[])(struct program *program) = {
    add_question,          /* 0: name, type, class */
    add_record,            /* 1: section and way, name, type, class, TTL, RDATA */
    add_edns,              /* 2: size, response code, flags, options */
    add_source,            /* 3: from, how many */
    mark,                  /* 4 */
    rollback,              /* 5: to which mark */
    reserve,               /* 6: size */
    release,               /* 7: size */
    set_flags,             /* 8: flags */
    set_source_of_program, /* 9: size, octets */
    set_source_of_result,  /* 10 */
    extend,                /* 11: labels */
    finish,                /* 12 */
    begin,                 /* 13: id */
};

#define OPERATIONS (sizeof(operations) / sizeof(operations[0]))

FUZZ_TARGET(input)
{
    struct program *program = calloc(1, sizeof(*program));

    fuzz_require(program != NULL);
    program->in = byte_reader_init(input);
    program->message = block_new(DNS_HEADER_SIZE + take_u16(program));
    for (unsigned int i = 0; i < NAMES_MAX; i++)
        program->names[i] = dns_name_root();
    begin(program);
    while (!byte_reader_is_done(&program->in) && program->model.looks < LOOKS_MAX)
        operations[take_u8(program) % OPERATIONS](program);
    finish(program);
    dns_model_done(&program->model);
    block_free(&program->labels);
    block_free(&program->source);
    block_free(&program->message);
    free(program);
}
