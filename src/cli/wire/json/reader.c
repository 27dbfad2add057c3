/* A message from an object: header, questions, records, and octets that must agree with these. */
#include "cli/wire/json/reader.h"

#include "base/cleanup.h"
#include "cli/wire/json/document.h"
#include "cli/wire/json/member.h"
#include "cli/wire/json/operations.h"
#include "cli/wire/json/record.h"
#include "dns/builder.h"
#include "dns/code.h"
#include "dns/dso.h"
#include "dns/message.h"
#include "dns/rdata.h"

#include <errno.h>

struct wire_json {
    struct byte_reader text;
    json_t *document;
    const json_t *response; /* what comes behind the query of a pair, or NULL */
    unsigned long number;   /* documents that were read */
    struct dns_builder builder;
    struct dns_name_table_label labels[DNS_NAME_TABLE_LABELS_MAX];
    struct wire_json_scratch scratch;
    uint8_t built[DNS_MESSAGE_SIZE_MAX];
    uint8_t octets[DNS_MESSAGE_SIZE_MAX]; /* of messageOctetsHEX */
};

int wire_json_open(struct bytes text, struct wire_json **ret_reader, struct err *err)
{
    struct wire_json *reader = malloc(sizeof(*reader));

    if (reader == NULL)
        return err_set(err, -ENOMEM, "no memory");
    reader->text = byte_reader_init(text);
    reader->document = NULL;
    reader->response = NULL;
    reader->number = 0;
    *ret_reader = reader;
    return 0;
}

void wire_json_close(struct wire_json **reader)
{
    if (*reader == NULL)
        return;
    wire_json_release(&(*reader)->document);
    free_pointer(reader);
}

/* The header's fields of RFC 8427 section 2.1, and Z. 1 where one of them is there. */
static int read_header(const json_t *object, struct dns_header *ret_header, struct err *err)
{
    static const struct {
        const char *name;
        uint32_t max;
        unsigned int shift; /* in the flags */
    } fields[] = {
        { "QR", 1, 15 }, { "Opcode", 15, 11 }, { "AA", 1, 10 }, { "TC", 1, 9 }, { "RD", 1, 8 },
        { "RA", 1, 7 },  { "Z", 1, 6 },        { "AD", 1, 5 },  { "CD", 1, 4 }, { "RCODE", 15, 0 },
    };
    uint32_t number = 0;
    int found = wire_json_number(object, "ID", UINT16_MAX, &number, err);
    int any = found;
    struct dns_header header = { .id = (uint16_t)number };

    for (size_t i = 0; found >= 0 && i < sizeof(fields) / sizeof(fields[0]); i++) {
        number = 0;
        found = wire_json_number(object, fields[i].name, fields[i].max, &number, err);
        header.flags = (uint16_t)(header.flags | number << fields[i].shift);
        any |= found;
    }
    if (found < 0)
        return found;
    *ret_header = header;
    return any;
}

static int add_question(struct wire_json *reader, const struct dns_question *question,
                        struct err *err)
{
    struct dns_verdict verdict = dns_builder_add_question(&reader->builder, question);

    return verdict.status == DNS_OK ? 0
                                    : err_set(err, -EINVAL, "%s", dns_status_text(verdict.status));
}

static bool is_same_question(const struct dns_question *a, const struct dns_question *b)
{
    return a->type == b->type && a->class == b->class &&
           bytes_equal(dns_name_bytes(&a->name), dns_name_bytes(&b->name));
}

/* The first question may be in the message's object, in the list, or in both. 1 where there is a
 * member that says so. */
static int read_questions(struct wire_json *reader, const json_t *object, struct err *err)
{
    const json_t *list = NULL;
    struct dns_question first;
    int has_first = wire_json_read_question(object, "Q", &first, err);
    int has_list =
        has_first < 0 ? has_first : wire_json_part(object, "questionRRs", JSON_ARRAY, &list, err);

    if (has_list < 0)
        return has_list;
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct dns_question question;
        int found = wire_json_read_question(json_array_get(list, i), "", &question, err);

        if (found == 0)
            found = err_set(err, -EINVAL, "NAME: is missing");
        if (found > 0 && i == 0 && has_first > 0 && !is_same_question(&first, &question))
            found = err_set(err, -EINVAL, "is not what QNAME, QTYPE and QCLASS say: leave one out");
        if (found < 0 || add_question(reader, &question, err) < 0)
            return err_prefix(err, "questionRRs[%zu]", i);
    }
    if (has_first > 0 && json_array_size(list) == 0 && add_question(reader, &first, err) < 0)
        return err_prefix(err, "QNAME");
    return has_first | has_list;
}

/* Adds a record whose RDATA is in `object`. */
static int add_record(struct wire_json *reader, enum dns_section section, const json_t *object,
                      struct dns_rr_text *record, struct err *err)
{
    struct dns_verdict verdict;
    struct dns_rr rr;
    int number = wire_json_read_rdata(object, &reader->scratch, record, err);

    if (number < 0)
        return number;
    rr = dns_rr_of_text(record);
    verdict = dns_builder_add_rr(&reader->builder, section, &rr);
    return verdict.status == DNS_OK ? 0
                                    : err_set(err, -EINVAL, "%s", dns_status_text(verdict.status));
}

/* A record, or a set of records that differ in RDATA alone. */
static int read_entry(struct wire_json *reader, enum dns_section section, const json_t *object,
                      struct err *err)
{
    const json_t *list = NULL;
    struct dns_rr_text record;
    int number = wire_json_read_record(object, &record, err);

    if (number < 0)
        return number;
    number = wire_json_part(object, "rrSet", JSON_ARRAY, &list, err);
    if (number < 0)
        return number;
    if (number == 0)
        return add_record(reader, section, object, &record, err);
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (add_record(reader, section, json_array_get(list, i), &record, err) < 0)
            return err_prefix(err, "rrSet[%zu]", i);
    }
    return 0;
}

/* 1 where the section's list is there. */
static int read_section(struct wire_json *reader, enum dns_section section, const json_t *object,
                        struct err *err)
{
    static const char *const names[DNS_SECTIONS] = {
        [DNS_ANSWER] = "answerRRs",
        [DNS_AUTHORITY] = "authorityRRs",
        [DNS_ADDITIONAL] = "additionalRRs",
    };
    const json_t *list = NULL;
    int found = wire_json_part(object, names[section], JSON_ARRAY, &list, err);

    for (size_t i = 0; found > 0 && i < json_array_size(list); i++) {
        if (read_entry(reader, section, json_array_get(list, i), err) < 0)
            return err_prefix(err, "%s[%zu]", names[section], i);
    }
    return found;
}

/* What was built; behind a header of stateful operations, with the TLVs. */
static int finish(struct wire_json *reader, const json_t *object, struct bytes *ret_wire,
                  struct err *err)
{
    struct bytes wire = dns_builder_finish(&reader->builder);
    struct byte_writer out = byte_writer_init(reader->built, sizeof(reader->built));
    struct byte_reader in = byte_reader_init(wire);
    struct dns_header header;
    int found = 0;

    if (dns_header_read(&in, &header).status == DNS_OK &&
        dns_header_opcode(&header) == DNS_OPCODE_DSO) {
        out.position = wire.size;
        found = wire_json_read_tlvs(object, &out, err);
        wire = byte_writer_written(&out);
    }
    *ret_wire = wire;
    return found;
}

/* Builds the message that the members say. 1 where one of them is there, 0 where none is. */
static int build(struct wire_json *reader, const json_t *object, struct dns_message *ret_built,
                 struct err *err)
{
    struct dns_header header;
    struct dns_verdict verdict;
    struct bytes wire;
    int any = read_header(object, &header, err);
    int found;

    if (any < 0)
        return any;
    dns_builder_init(&reader->builder, reader->built, sizeof(reader->built), &header);
    dns_builder_extend(&reader->builder, reader->labels, DNS_NAME_TABLE_LABELS_MAX);
    found = read_questions(reader, object, err);
    any |= found;
    for (unsigned int i = DNS_ANSWER; found >= 0 && i <= DNS_ADDITIONAL; i++) {
        found = read_section(reader, (enum dns_section)i, object, err);
        any |= found;
    }
    if (found < 0)
        return found;
    found = finish(reader, object, &wire, err);
    if (found < 0)
        return found;
    verdict = dns_message_read(wire, ret_built);
    if (verdict.status == DNS_OK)
        verdict = dns_message_check_rdata(ret_built);
    if (verdict.status != DNS_OK)
        return err_set(err, -EINVAL, "%s", dns_status_text(verdict.status));
    return any;
}

static bool is_same_rr(const struct dns_rr *a, const struct dns_rr *b)
{
    struct dns_name owner_a = dns_rr_owner(a);
    struct dns_name owner_b = dns_rr_owner(b);

    return a->type == b->type && a->class == b->class && a->ttl_s == b->ttl_s &&
           bytes_equal(dns_name_bytes(&owner_a), dns_name_bytes(&owner_b));
}

/* Whether two records have the same octets of RDATA, names written out. */
static bool is_same_rdata(struct wire_json *reader, const struct dns_rr *a, const struct dns_rr *b)
{
    struct byte_writer out_a = byte_writer_init(reader->scratch.octets, 65536);
    struct byte_writer out_b = byte_writer_init(reader->scratch.again, 65536);

    return dns_rdata_write(a, false, &out_a).status == DNS_OK &&
           dns_rdata_write(b, false, &out_b).status == DNS_OK &&
           bytes_equal(byte_writer_written(&out_a), byte_writer_written(&out_b));
}

/* Whether two messages are the same but for compression. */
static bool is_same(struct wire_json *reader, const struct dns_message *a,
                    const struct dns_message *b)
{
    struct byte_reader questions_a = dns_message_questions(a);
    struct byte_reader questions_b = dns_message_questions(b);
    struct dns_question question_a;
    struct dns_question question_b;

    if (memcmp(&a->header, &b->header, sizeof(a->header)) != 0)
        return false;
    if (dns_message_is_dso(a))
        return bytes_equal(a->wire, b->wire);
    while (dns_question_read(&questions_a, &question_a).status == DNS_OK) {
        if (dns_question_read(&questions_b, &question_b).status != DNS_OK ||
            !is_same_question(&question_a, &question_b))
            return false;
    }
    for (unsigned int i = DNS_ANSWER; i <= DNS_ADDITIONAL; i++) {
        struct dns_walk walk_a = dns_message_section(a, (enum dns_section)i);
        struct dns_walk walk_b = dns_message_section(b, (enum dns_section)i);
        struct dns_rr rr_a;
        struct dns_rr rr_b;

        while (dns_walk_next(&walk_a, &rr_a) && dns_walk_next(&walk_b, &rr_b)) {
            if (!is_same_rr(&rr_a, &rr_b) || !is_same_rdata(reader, &rr_a, &rr_b))
                return false;
        }
    }
    return true;
}

/* The octets that messageOctetsHEX has, which must be those of a message. */
static int read_octets(struct wire_json *reader, const json_t *object,
                       struct dns_message *ret_message, struct err *err)
{
    struct byte_writer out = byte_writer_init(reader->octets, sizeof(reader->octets));
    struct dns_verdict verdict;
    struct bytes octets;
    int found = wire_json_hex(object, "messageOctetsHEX", &out, &octets, err);

    if (found <= 0)
        return found;
    verdict = dns_message_read(octets, ret_message);
    if (verdict.status == DNS_OK)
        verdict = dns_message_check_rdata(ret_message);
    if (verdict.status != DNS_OK)
        return err_set(err, -EINVAL, "messageOctetsHEX: %s, at octet %zu",
                       dns_status_text(verdict.status), verdict.offset);
    return 1;
}

static int read_message(struct wire_json *reader, const json_t *object, struct bytes *ret_message,
                        struct err *err)
{
    struct dns_message built;
    struct dns_message octets;
    int has_octets = read_octets(reader, object, &octets, err);
    int has_members = has_octets < 0 ? has_octets : build(reader, object, &built, err);

    if (has_members < 0)
        return has_members;
    if (has_octets + has_members == 0)
        return err_set(err, -EINVAL, "there is no member that says something of a message");
    if (has_octets > 0 && has_members > 0 && !is_same(reader, &octets, &built))
        return err_set(err, -EINVAL,
                       "messageOctetsHEX and the other members say different things: leave one "
                       "out");
    *ret_message = has_octets > 0 ? octets.wire : built.wire;
    return 1;
}

static int take_response(struct wire_json *reader, const json_t **ret_object, const char **ret_part)
{
    *ret_object = reader->response;
    *ret_part = "responseMessage";
    reader->response = NULL;
    return 1;
}

/* The object that is a message: a document, or a part of a pair. */
static int next_object(struct wire_json *reader, const json_t **ret_object, const char **ret_part,
                       struct err *err)
{
    int found;

    *ret_part = NULL;
    if (reader->response != NULL)
        return take_response(reader, ret_object, ret_part);
    wire_json_release(&reader->document);
    found = wire_json_read_document(&reader->text, &reader->document, err);
    if (found <= 0)
        return found;
    reader->number++;
    *ret_object = reader->document;
    found =
        wire_json_part(reader->document, "responseMessage", JSON_OBJECT, &reader->response, err);
    if (found < 0)
        return found;
    found = wire_json_part(reader->document, "queryMessage", JSON_OBJECT, ret_object, err);
    if (found > 0)
        *ret_part = "queryMessage";
    else if (found == 0 && reader->response != NULL)
        return take_response(reader, ret_object, ret_part);
    return found < 0 ? found : 1;
}

int wire_json_next(struct wire_json *reader, struct bytes *ret_message, struct err *err)
{
    const json_t *object;
    const char *part;
    int found = next_object(reader, &object, &part, err);

    if (found > 0)
        found = read_message(reader, object, ret_message, err);
    else if (found == 0 || reader->document == NULL)
        return found;
    if (found < 0 && part != NULL)
        (void)err_prefix(err, "%s", part);
    if (found < 0 && reader->number > 1)
        (void)err_prefix(err, "message %lu", reader->number);
    return found;
}
