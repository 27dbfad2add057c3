/*
 * Property: a message is either refused, with an offset inside the input and nothing changed, or
 * accepted, and then its sections follow one another up to the last octet, every accessor agrees
 * with the octets, all of it prints, and RDATA that is accepted can be written without compression
 * and is accepted again. Where all its RDATA is accepted, a message that is built from its parts is
 * accepted, holds the same, and comes out the same when it is built again. A message that is cut
 * anywhere is refused, since all octets of an accepted one belong to it. What prints needs its
 * room. A message of stateful operations has TLVs instead, of which all that holds likewise, but
 * for building and cutting.
 *
 * Covers: src/dns/message.c src/dns/message_read.c src/dns/name_memo.c src/dns/rr.c src/dns/rdata.c
 * src/dns/rdata_text.c src/dns/builder.c 70% src/dns/edns.c src/dns/text.c src/dns/question.c
 * src/dns/header.c src/dns/dso.c src/dns/dso_text.c
 *
 * Mutator: dns
 */
#include "dns/builder.h"
#include "dns/dso.h"
#include "dns/rrtype.h"
#include "dns/text.h"
#include "fuzz/dns/room.h"
#include "fuzz/dns/same.h"
#include "fuzz/target.h"

static void check_name(struct byte_reader in)
{
    struct dns_name name;
    struct byte_reader skipped = in;
    size_t size;

    fuzz_require(dns_name_skip(&skipped, &size).status == DNS_OK);
    fuzz_require(dns_name_read(&in, &name).status == DNS_OK);
    fuzz_require(in.position == skipped.position && name.size == size);
}

/* The fields of a record: one after another, and all of RDATA where it is accepted. */
static void check_fields(const struct dns_rr *rr)
{
    struct dns_rdata fields = dns_rdata_of(rr);
    size_t at = rr->rdata.position;
    struct dns_value value;

    while (dns_rdata_next(&fields, &value)) {
        fuzz_require(value.octets.position == at);
        fuzz_require(value.octets.end <= rr->rdata.end);
        at = value.octets.end;
        if (value.field->kind >= DNS_FIELD_NAME_SHORT && value.field->kind <= DNS_FIELD_NAME_PLAIN)
            check_name(value.octets);
    }
    if (fields.verdict.status == DNS_OK)
        fuzz_require(at == rr->rdata.end);
    fuzz_require(fields.verdict.offset <= rr->rdata.end);
}

/* Both ways of checking RDATA agree, and what is accepted is accepted again, says the same and is
 * the same octets when its own form without compression is written, into exactly its size. */
static void check_rdata(const struct dns_rr *rr, char *block, bool canonical)
{
    struct byte_writer out = byte_writer_init((uint8_t *)block, DNS_PART_TEXT_MAX);
    struct dns_verdict verdict = dns_rdata_check(rr);
    struct dns_rr copy = *rr;
    struct byte_writer again;

    fuzz_require(verdict.status == dns_rdata_write(rr, canonical, &out).status);
    fuzz_require(verdict.status == DNS_OK || out.position == 0);
    if (verdict.status != DNS_OK)
        return;
    copy.rdata = byte_reader_init(byte_writer_written(&out));
    fuzz_require(dns_rdata_check(&copy).status == DNS_OK);
    fuzz_require(dns_rdata_compare(rr, &copy) == 0);
    again = byte_writer_init(fuzz_block(out.position + 1), out.position);
    fuzz_require(dns_rdata_write(&copy, canonical, &again).status == DNS_OK);
    fuzz_require(bytes_equal(byte_writer_written(&out), byte_writer_written(&again)));
    free(again.base);
}

static bool print_rr(const void *what, struct text *text)
{
    return dns_rr_format(what, text);
}

static bool print_question(const void *what, struct text *text)
{
    return dns_question_format(what, text);
}

static bool print_header(const void *what, struct text *text)
{
    return dns_header_format(what, text);
}

static bool print_edns(const void *what, struct text *text)
{
    return dns_edns_format(what, text);
}

/* Prints into no more room than is promised to be enough. */
static void check_prints(const struct dns_rr *rr, char *block)
{
    struct text text = text_init(block, DNS_RDATA_TEXT_MAX);

    fuzz_require(dns_rdata_format(rr, &text));
    fuzz_require(memchr(text.at, '\n', text.size) == NULL);
    text = text_init(block, DNS_PART_TEXT_MAX);
    fuzz_require(dns_rr_format(rr, &text));
    fuzz_require(text.size > 0);
    fuzz_require_room_for_text(print_rr, rr, text.size);
}

static bool put_header(const void *what, struct byte_writer *out)
{
    return dns_header_write(out, what);
}

/* The header writes the octets that it was read from, and another id changes nothing but itself. */
static void check_header(const struct dns_message *message)
{
    struct bytes wire = message->wire;
    uint16_t id = message->header.id < UINT16_MAX ? (uint16_t)(message->header.id + 1U) : 1;
    uint8_t *copy = fuzz_block(wire.size);
    struct byte_writer out = byte_writer_init(copy, wire.size);
    struct byte_reader in = byte_reader_init(wire);
    struct dns_header header;
    struct dns_message other;

    fuzz_require(dns_header_read(&in, &header).status == DNS_OK && in.position == DNS_HEADER_SIZE);
    fuzz_require(memcmp(&header, &message->header, sizeof(header)) == 0);
    fuzz_require(dns_header_write(&out, &header));
    fuzz_require(memcmp(copy, wire.at, DNS_HEADER_SIZE) == 0);
    fuzz_require_room_for_octets(put_header, &message->header, DNS_HEADER_SIZE);
    memcpy(copy, wire.at, wire.size);
    dns_header_patch_id(copy, wire.size, id);
    fuzz_require(dns_message_read(bytes_of(copy, wire.size), &other).status == DNS_OK);
    fuzz_require(other.header.id == id && other.header.flags == message->header.flags);
    fuzz_require(memcmp(copy + 2, wire.at + 2, wire.size - 2) == 0);
    free(copy);
}

static void check_head(const struct dns_message *message, char *block)
{
    struct text text = text_init(block, DNS_PART_TEXT_MAX);
    struct dns_edns edns;

    fuzz_require(dns_header_format(message, &text));
    fuzz_require_room_for_text(print_header, message, text.size);
    fuzz_require(dns_message_edns(message, &edns) == (message->opt_at != 0));
    if (message->opt_at != 0) {
        struct dns_rr rr = dns_edns_rr(&edns);

        fuzz_require(rr.class == edns.udp_size && rr.rdata.end == edns.options.size);
        text_clear(&text);
        fuzz_require(dns_edns_format(&edns, &text));
        fuzz_require_room_for_text(print_edns, &edns, text.size);
    }
    fuzz_require(dns_message_rcode(message) < 4096);
}

static void check_questions(const struct dns_message *message, char *block)
{
    struct byte_reader in = dns_message_questions(message);
    struct dns_question question;
    struct dns_question first;

    for (unsigned int i = 0; i < message->header.counts[DNS_QUESTION]; i++) {
        struct text text = text_init(block, DNS_PART_TEXT_MAX);

        fuzz_require(dns_question_read(&in, &question).status == DNS_OK);
        fuzz_require(dns_question_format(&question, &text));
        fuzz_require_room_for_text(print_question, &question, text.size);
        fuzz_require(dns_message_question(message, &first));
        fuzz_require(i > 0 || dns_question_equal(&first, &question));
    }
    fuzz_require(byte_reader_is_done(&in));
}

/* Before and behind another are opposites, and equal is both. */
static void check_order(const struct dns_rr *a, const struct dns_rr *b)
{
    int order;
    int opposite;

    if (a->type != b->type || a->class != b->class || dns_rdata_check(a).status != DNS_OK ||
        dns_rdata_check(b).status != DNS_OK)
        return;
    order = dns_rdata_compare(a, b);
    opposite = dns_rdata_compare(b, a);
    fuzz_require((order > 0) == (opposite < 0) && (order < 0) == (opposite > 0));
}

static bool print_tlv(const void *what, struct text *text)
{
    return dns_dso_format(what, text);
}

static bool print_change(const void *what, struct text *text)
{
    return dns_dso_change_format(what, text);
}

/* The changes of a PUSH that is right. */
static void check_changes(const struct dns_dso_tlv *tlv, char *block)
{
    struct byte_reader in = tlv->octets;
    struct dns_rr rr;

    while (dns_rr_read(&in, &rr).status == DNS_OK) {
        struct text text = text_init(block, DNS_PART_TEXT_MAX);

        fuzz_require(dns_dso_change_format(&rr, &text));
        fuzz_require_room_for_text(print_change, &rr, text.size);
    }
    fuzz_require(byte_reader_is_done(&in));
}

/* Walks all TLVs of a message that has some instead of sections: they follow one another up to the
 * end, and the second verdict is that of the first one that is wrong, or stands where it may not.
 */
static void check_tlvs(const struct dns_message *message, char *block)
{
    enum dns_dso_kind kind = dns_dso_kind_of(&message->header);
    struct byte_reader tlvs = dns_dso_tlvs(message);
    struct dns_verdict verdict = dns_message_check_rdata(message);
    struct dns_dso_tlv tlv;

    fuzz_require(kind == DNS_DSO_RESPONSE || !byte_reader_is_done(&tlvs));
    fuzz_require(kind == DNS_DSO_UNIDIRECTIONAL || message->header.id != 0);
    for (size_t at = tlvs.position; dns_dso_next(&tlvs, &tlv); at = tlvs.position) {
        struct dns_verdict one = dns_dso_check(&tlv, kind);
        struct text text = text_init(block, DNS_PART_TEXT_MAX);

        fuzz_require(tlv.octets.position == at + 4 && tlv.octets.end == tlvs.position);
        fuzz_require(one.status == DNS_OK || (one.offset >= at + 4 && one.offset <= tlvs.position));
        fuzz_require(one.status == DNS_OK || verdict.status != DNS_OK);
        fuzz_require(dns_dso_format(&tlv, &text));
        fuzz_require(memchr(text.at, '\n', text.size) == NULL);
        fuzz_require_room_for_text(print_tlv, &tlv, text.size);
        if (tlv.type == DNS_DSO_PUSH && one.status == DNS_OK)
            check_changes(&tlv, block);
    }
    fuzz_require(byte_reader_is_done(&tlvs));
}

/* Walks all records; the sections follow one another up to the end. */
static void check_records(const struct dns_message *message, char *block)
{
    size_t at = message->section_at[DNS_ANSWER];

    for (unsigned int i = DNS_ANSWER; i <= DNS_ADDITIONAL; i++) {
        struct dns_walk walk = dns_message_section(message, (enum dns_section)i);
        struct dns_rr before = { .type = 0 };
        struct dns_rr rr;

        fuzz_require(message->section_at[i] == at);
        for (; dns_walk_next(&walk, &rr); before = rr) {
            fuzz_require(rr.owner.position == at);
            check_name(rr.owner);
            check_fields(&rr);
            check_rdata(&rr, block, rr.ttl_s % 2 == 0);
            check_prints(&rr, block);
            if (before.type != 0)
                check_order(&before, &rr);
            at = rr.rdata.end;
        }
    }
    if (dns_message_is_dso(message))
        check_tlvs(message, block);
    else
        fuzz_require(at == message->wire.size);
}

static bool add_all(struct dns_builder *builder, const struct dns_message *message)
{
    struct byte_reader questions = dns_message_questions(message);
    struct dns_question question;

    while (dns_question_read(&questions, &question).status == DNS_OK) {
        if (dns_builder_add_question(builder, &question).status != DNS_OK)
            return false;
    }
    for (unsigned int i = DNS_ANSWER; i <= DNS_ADDITIONAL; i++) {
        struct dns_walk walk = dns_message_section(message, (enum dns_section)i);
        struct dns_rr rr;

        while (dns_walk_next(&walk, &rr)) {
            enum dns_status status = dns_builder_add_rr(builder, (enum dns_section)i, &rr).status;

            fuzz_require(status == DNS_OK || status == DNS_NO_ROOM);
            if (status != DNS_OK)
                return false;
        }
    }
    return true;
}

/* Builds the message again; *ret_gaps: how often a limit of the name table had an effect. False: it
 * does not fit, since names that cannot be compressed by rule (they pointed into what is no name)
 * have grown. */
static bool rebuild(const struct dns_message *message, uint8_t *block, struct bytes *ret_wire,
                    unsigned int *ret_gaps)
{
    struct dns_builder builder;
    bool fits;

    dns_builder_init(&builder, block, DNS_MESSAGE_SIZE_MAX, &message->header);
    fits = add_all(&builder, message);
    *ret_wire = dns_builder_finish(&builder);
    *ret_gaps = builder.names.gaps;
    return fits;
}

/* What is built again is the same message, and, unless a limit of the name table was met, the same
 * octets as what is built from that. */
static void check_rebuilt(const struct dns_message *message)
{
    uint8_t *first_block = fuzz_block(DNS_MESSAGE_SIZE_MAX);
    uint8_t *second_block = fuzz_block(DNS_MESSAGE_SIZE_MAX);
    struct dns_message built;
    struct bytes first;
    struct bytes second;
    unsigned int gaps;
    unsigned int gaps_again;

    if (rebuild(message, first_block, &first, &gaps)) {
        fuzz_require(dns_message_read(first, &built).status == DNS_OK);
        fuzz_require(dns_message_check_rdata(&built).status == DNS_OK);
        fuzz_require_same(message, &built);
        if (!rebuild(&built, second_block, &second, &gaps_again))
            fuzz_require(gaps + gaps_again > 0);
        else if (gaps + gaps_again == 0)
            fuzz_require(bytes_equal(first, second));
    }
    free(first_block);
    free(second_block);
}

/* A question behind the header, which may be cut anywhere, is read whole or not at all. */
static void check_cut_question(struct bytes wire)
{
    struct byte_reader in = byte_reader_init(wire);
    struct dns_question question = { .type = 7 };
    struct dns_verdict verdict;

    if (!read_skip(&in, DNS_HEADER_SIZE))
        return;
    verdict = dns_question_read(&in, &question);
    fuzz_require(verdict.offset <= wire.size);
    if (verdict.status != DNS_OK)
        fuzz_require(in.position == DNS_HEADER_SIZE && question.name.size == 0);
}

/* What begins an accepted message is refused, and where it ends at the latest. */
static void check_cut(struct bytes input)
{
    for (size_t size = fuzz_room_least(input.size); size < input.size; size++) {
        uint8_t *block = fuzz_block(size);
        struct dns_message message;
        struct dns_verdict verdict;

        memcpy(block, input.at, size);
        verdict = dns_message_read(bytes_of(block, size), &message);
        fuzz_require(verdict.status != DNS_OK && verdict.offset <= size);
        check_cut_question(bytes_of(block, size));
        free(block);
    }
}

FUZZ_TARGET(input)
{
    struct dns_message message = { .opt_at = 7 };
    struct dns_verdict verdict = dns_message_read(input, &message);
    char *block;

    fuzz_require(verdict.offset <= input.size);
    fuzz_require(*dns_status_text(verdict.status) != '\0');
    if (verdict.status != DNS_OK) {
        fuzz_require(message.opt_at == 7 && message.wire.at == NULL);
        return;
    }
    check_header(&message);
    block = fuzz_block(DNS_PART_TEXT_MAX);
    check_head(&message, block);
    check_questions(&message, block);
    check_records(&message, block);
    free(block);
    if (!dns_message_is_dso(&message))
        check_cut(input);
    verdict = dns_message_check_rdata(&message);
    fuzz_require(verdict.offset <= input.size);
    if (verdict.status == DNS_OK && !dns_message_is_dso(&message))
        check_rebuilt(&message);
}
