/*
 * Property: what is said in one form is said in all. Of a message that is accepted, each record is
 * printed as a line, and what is read of the line is the same record: owner, TTL, class, type, and
 * the octets of RDATA, names whole; and prints as the same line. The message that is built of the
 * records that were read as text is the one that is built of the records themselves, is accepted,
 * and holds the same; built once more from that it is the same octets (as long as no limit of the
 * name table was met). EDNS reads back as the same options. The canonical form of RDATA and of
 * names is its own canonical form. Nothing that is accepted fails to print; RDATA that is refused
 * prints too, and is refused from its text. (Messages of stateful operations have no records.)
 *
 * Covers: src/dns/rr_text.c 60% src/dns/rdata_text.c src/dns/rdata.c src/dns/builder.c 70%
 * src/dns/edns_text.c 60%
 *
 * Mutator: dns
 */
#include "dns/builder.h"
#include "dns/code.h"
#include "dns/dso.h"
#include "dns/rr_text.h"
#include "dns/rrtype.h"
#include "dns/text.h"
#include "fuzz/dns/same.h"
#include "fuzz/target.h"

#define LINE_FREE 4096    /* an owner, TTL, class and type */
#define LINE_PER_OCTET 88 /* a bitmap of types takes most */

/* Blocks for one message. */
struct rooms {
    size_t line_size;
    char *line;
    char *again;
    size_t rdata_size;
    uint8_t *rdata;
    uint8_t *parsed;
    struct dns_name_table_label *labels[2];
};

static struct rooms rooms_new(size_t size)
{
    struct rooms rooms = { .line_size = LINE_PER_OCTET * size + LINE_FREE,
                           .rdata_size = size + (size_t)2 * DNS_NAME_SIZE_MAX };

    if (rooms.line_size > DNS_PART_TEXT_MAX)
        rooms.line_size = DNS_PART_TEXT_MAX;
    rooms.line = fuzz_block(rooms.line_size);
    rooms.again = fuzz_block(rooms.line_size);
    rooms.rdata = fuzz_block(rooms.rdata_size);
    rooms.parsed = fuzz_block(rooms.rdata_size);
    for (unsigned int i = 0; i < 2; i++)
        rooms.labels[i] = fuzz_block(DNS_NAME_TABLE_LABELS_MAX * sizeof(*rooms.labels[i]));
    return rooms;
}

static void rooms_free(struct rooms *rooms)
{
    free(rooms->line);
    free(rooms->again);
    free(rooms->rdata);
    free(rooms->parsed);
    free(rooms->labels[0]);
    free(rooms->labels[1]);
}

/* RDATA of a type's own that stands alone. */
static struct dns_rr alone(const struct dns_rr *rr, struct bytes rdata)
{
    struct dns_rr other = *rr;

    other.rdata = byte_reader_init(rdata);
    return other;
}

/* The canonical forms of names and RDATA are their own. */
static void check_canonical(const struct dns_rr *rr, const struct rooms *rooms)
{
    struct byte_writer once = byte_writer_init(rooms->rdata, rooms->rdata_size);
    struct byte_writer twice = byte_writer_init(rooms->parsed, rooms->rdata_size);
    struct dns_name owner = dns_rr_owner(rr);
    struct dns_name lower = owner;
    struct dns_rr canonical;

    fuzz_require(dns_rdata_write(rr, true, &once).status == DNS_OK);
    canonical = alone(rr, byte_writer_written(&once));
    fuzz_require(dns_rdata_write(&canonical, true, &twice).status == DNS_OK);
    fuzz_require(bytes_equal(byte_writer_written(&once), byte_writer_written(&twice)));
    fuzz_require(dns_rdata_compare(rr, &canonical) == 0);
    dns_name_lower(&lower);
    fuzz_require(dns_name_equal(&owner, &lower));
    owner = lower;
    dns_name_lower(&owner);
    fuzz_require(bytes_equal(dns_name_bytes(&owner), dns_name_bytes(&lower)));
}

/* Reads the line of a record, which is right, into rooms->parsed. */
static void read_line(const struct dns_rr *rr, struct bytes line, const struct rooms *rooms,
                      struct dns_rr_text *ret_record)
{
    struct dns_rr_defaults defaults = { .ttl_s = ~rr->ttl_s, .class = (uint16_t)~rr->class };
    struct byte_writer out = byte_writer_init(rooms->parsed, rooms->rdata_size);
    struct byte_writer plain = byte_writer_init(rooms->rdata, rooms->rdata_size);
    struct dns_scan scan = dns_scan_init(line);
    struct dns_name owner = dns_rr_owner(rr);

    fuzz_require(dns_rr_parse(&scan, &defaults, &out, ret_record).status == DNS_OK);
    fuzz_require(byte_reader_is_done(&scan.in));
    fuzz_require(dns_rdata_write(rr, false, &plain).status == DNS_OK);
    fuzz_require(bytes_equal(dns_name_bytes(&owner), dns_name_bytes(&ret_record->owner)));
    fuzz_require(ret_record->type == rr->type && ret_record->class == rr->class);
    fuzz_require(ret_record->ttl_s == rr->ttl_s && ret_record->has_ttl);
    fuzz_require(bytes_equal(ret_record->rdata, byte_writer_written(&plain)));
}

/* RDATA that is refused is refused from its text, or is that of a type without RDATA. */
static void require_refused(const struct dns_rr *rr, struct bytes line, const struct rooms *rooms)
{
    struct dns_rr_defaults defaults = { .class = DNS_CLASS_IN };
    struct byte_writer out = byte_writer_init(rooms->parsed, rooms->rdata_size);
    struct dns_scan scan = dns_scan_init(line);
    struct dns_rr_text record;

    (void)rr;
    fuzz_require(dns_rr_parse(&scan, &defaults, &out, &record).status != DNS_OK);
    fuzz_require(out.position == 0 && scan.in.position == 0);
}

/* One record through all its forms; added to both builders where it is right. False: there is no
 * room, or it is wrong. */
static bool check_record(const struct dns_rr *rr, enum dns_section section,
                         struct dns_builder *builders, const struct rooms *rooms)
{
    struct text line = text_init(rooms->line, rooms->line_size);
    struct text again = text_init(rooms->again, rooms->line_size);
    struct dns_rr_text record;
    struct dns_rr parsed;
    enum dns_status status;

    fuzz_require(dns_rr_format(rr, &line));
    if (dns_rdata_check(rr).status != DNS_OK) {
        require_refused(rr, text_bytes(&line), rooms);
        return false;
    }
    check_canonical(rr, rooms);
    read_line(rr, text_bytes(&line), rooms, &record);
    parsed = dns_rr_of_text(&record);
    fuzz_require(dns_rdata_check(&parsed).status == DNS_OK);
    fuzz_require(dns_rr_format(&parsed, &again));
    fuzz_require(bytes_equal(text_bytes(&line), text_bytes(&again)));
    status = dns_builder_add_rr(&builders[0], section, rr).status;
    fuzz_require(status == DNS_OK || status == DNS_NO_ROOM);
    return status == DNS_OK && dns_builder_add_rr(&builders[1], section, &parsed).status == DNS_OK;
}

static bool add_questions(const struct dns_message *message, struct dns_builder *builders)
{
    struct byte_reader in = dns_message_questions(message);
    struct dns_question question;

    while (dns_question_read(&in, &question).status == DNS_OK) {
        if (dns_builder_add_question(&builders[0], &question).status != DNS_OK ||
            dns_builder_add_question(&builders[1], &question).status != DNS_OK)
            return false;
    }
    return true;
}

/* All records of a message, through all their forms. */
static bool check_records(const struct dns_message *message, struct dns_builder *builders,
                          const struct rooms *rooms)
{
    bool is_whole = add_questions(message, builders);

    for (unsigned int i = DNS_ANSWER; i <= DNS_ADDITIONAL; i++) {
        struct dns_walk walk = dns_message_section(message, (enum dns_section)i);
        struct dns_rr rr;

        while (dns_walk_next(&walk, &rr))
            is_whole = check_record(&rr, (enum dns_section)i, builders, rooms) && is_whole;
    }
    return is_whole;
}

/* What EDNS says, printed and read. */
static void check_edns(const struct dns_message *message, const struct rooms *rooms)
{
    struct byte_writer out = byte_writer_init(rooms->parsed, rooms->rdata_size);
    struct text text = text_init(rooms->line, rooms->line_size);
    struct dns_edns edns;
    struct dns_edns read;
    struct dns_rr rr;

    fuzz_require(dns_header_format(message, &text));
    if (!dns_message_edns(message, &edns))
        return;
    text_clear(&text);
    fuzz_require(dns_edns_format(&edns, &text));
    rr = dns_edns_rr(&edns);
    if (dns_rdata_check(&rr).status != DNS_OK)
        return;
    fuzz_require(dns_edns_parse(text_bytes(&text), &out, &read).status == DNS_OK);
    fuzz_require(bytes_equal(read.options, edns.options));
    fuzz_require(read.udp_size == edns.udp_size && read.flags == edns.flags);
    fuzz_require(read.version == edns.version);
}

static void check_message(const struct dns_message *message, const struct rooms *rooms)
{
    uint8_t *blocks[] = { fuzz_block(DNS_MESSAGE_SIZE_MAX), fuzz_block(DNS_MESSAGE_SIZE_MAX) };
    struct dns_builder builders[2];
    struct bytes wires[2];

    for (unsigned int i = 0; i < 2; i++) {
        dns_builder_init(&builders[i], blocks[i], DNS_MESSAGE_SIZE_MAX, &message->header);
        dns_builder_extend(&builders[i], rooms->labels[i], DNS_NAME_TABLE_LABELS_MAX);
    }
    dns_builder_set_source(&builders[0], message->wire);
    check_edns(message, rooms);
    if (check_records(message, builders, rooms)) {
        for (unsigned int i = 0; i < 2; i++) {
            struct dns_message built;

            wires[i] = dns_builder_finish(&builders[i]);
            fuzz_require(dns_message_read(wires[i], &built).status == DNS_OK);
            fuzz_require(dns_message_check_rdata(&built).status == DNS_OK);
            fuzz_require_same(message, &built);
        }
        if (builders[0].names.gaps + builders[1].names.gaps == 0)
            fuzz_require(bytes_equal(wires[0], wires[1]));
    }
    free(blocks[0]);
    free(blocks[1]);
}

FUZZ_TARGET(input)
{
    struct dns_message message;
    struct rooms rooms;

    if (dns_message_read(input, &message).status != DNS_OK ||
        dns_header_opcode(&message.header) == DNS_OPCODE_DSO)
        return;
    rooms = rooms_new(input.size);
    check_message(&message, &rooms);
    rooms_free(&rooms);
}
