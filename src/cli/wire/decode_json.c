/*
 * A message as JSON: the members of RFC 8427 sections 2.1 to 2.3. Flags are 0 or 1. Names are never
 * compressed in RDATAHEX, so that it means the same outside of its message; RDLENGTH is its length.
 */
#include "base/require.h"
#include "cli/wire/wire.h"
#include "dns/code.h"
#include "dns/rrtype.h"
#include "dns/text.h"

#include <errno.h>
#include <jansson.h>

#define NS_PER_S 1000000000U

static void release(json_t **json)
{
    json_decref(*json);
}

/* Blocks for texts, used again for each record. */
struct scratch {
    char text[DNS_PART_TEXT_MAX];
    char hex[2 * DNS_MESSAGE_SIZE_MAX + 1];
    uint8_t rdata[DNS_MESSAGE_SIZE_MAX];
};

static struct text empty_text(struct scratch *scratch)
{
    return text_init(scratch->text, sizeof(scratch->text));
}

/* Each of the following adds a member, and gives false where there is no memory. */
static bool add_number(json_t *object, const char *name, json_int_t number)
{
    return json_object_set_new(object, name, json_integer(number)) == 0;
}

static bool add_text(json_t *object, const char *name, const char *text)
{
    return json_object_set_new(object, name, json_string(text)) == 0;
}

static bool add_name(json_t *object, const char *member, const struct dns_name *name,
                     struct scratch *scratch)
{
    struct text text = empty_text(scratch);
    bool complete = dns_name_format(name, &text);

    REQUIRE(complete);
    return add_text(object, member, text.at);
}

/* A type or class: its number, and its name as "<member>name". */
static bool add_code(json_t *object, const char *member, uint16_t number,
                     bool (*format)(uint16_t number, struct text *text))
{
    char name_member[16];
    char block[16];
    struct text name = text_init(name_member, sizeof(name_member));
    struct text text = text_init(block, sizeof(block));
    bool complete =
        text_append(&name, member) && text_append(&name, "name") && format(number, &text);

    REQUIRE(complete);
    return add_number(object, member, number) && add_text(object, name.at, text.at);
}

static bool add_header(json_t *object, const struct dns_header *header)
{
    static const struct {
        const char *name;
        enum dns_flag flag;
    } flags[] = {
        { "AA", DNS_FLAG_AA }, { "TC", DNS_FLAG_TC }, { "RD", DNS_FLAG_RD },
        { "RA", DNS_FLAG_RA }, { "AD", DNS_FLAG_AD }, { "CD", DNS_FLAG_CD },
    };
    static const char *const counts[] = { "QDCOUNT", "ANCOUNT", "NSCOUNT", "ARCOUNT" };
    bool ok = add_number(object, "ID", header->id) &&
              add_number(object, "QR", dns_header_has(header, DNS_FLAG_QR)) &&
              add_number(object, "Opcode", dns_header_opcode(header));

    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        ok = ok && add_number(object, flags[i].name, dns_header_has(header, flags[i].flag));
    ok = ok && add_number(object, "RCODE", dns_header_rcode(header));
    for (size_t i = 0; i < DNS_SECTIONS; i++)
        ok = ok && add_number(object, counts[i], header->counts[i]);
    return ok;
}

/* The first question is part of the message's object; all of them are listed when there are
 * more. */
static bool add_questions(json_t *object, const struct dns_message *message,
                          struct scratch *scratch)
{
    struct byte_reader in = dns_message_questions(message);
    struct dns_question question;
    CLEANUP(release) json_t *list = NULL;

    if (!dns_message_question(message, &question))
        return true;
    if (!(add_name(object, "QNAME", &question.name, scratch) &&
          add_code(object, "QTYPE", question.type, dns_type_format) &&
          add_code(object, "QCLASS", question.class, dns_class_format)))
        return false;
    if (message->header.counts[DNS_QUESTION] == 1)
        return true;
    list = json_array();
    while (dns_question_read(&in, &question).status == DNS_OK) {
        json_t *entry = json_object();

        if (json_array_append_new(list, entry) < 0 ||
            !add_name(entry, "NAME", &question.name, scratch) ||
            !add_code(entry, "TYPE", question.type, dns_type_format) ||
            !add_code(entry, "CLASS", question.class, dns_class_format))
            return false;
    }
    return json_object_set(object, "questionRRs", list) == 0;
}

/* Whether a type has a text form of its own; OPT has none. */
static bool has_text(const struct dns_rrtype *row)
{
    return row->mnemonic != NULL && !row->is_meta && row->number != DNS_TYPE_OPT;
}

/* RDATA in hexadecimal; and for a type that has a text form, that form as "rdata<TYPE>". */
static bool add_rdata(json_t *object, const struct dns_rr *rr, struct scratch *scratch)
{
    struct byte_writer out = byte_writer_init(scratch->rdata, sizeof(scratch->rdata));
    struct text hex = text_init(scratch->hex, sizeof(scratch->hex));
    const struct dns_rrtype *row = dns_rrtype_of(rr->type, rr->class);
    bool right = dns_rdata_write(rr, false, &out).status == DNS_OK;
    struct bytes octets = right ? byte_writer_written(&out) : byte_reader_rest(&rr->rdata);
    bool complete = text_append_hex(&hex, octets);

    REQUIRE(complete);
    if (right && octets.size > 0 && has_text(row)) {
        char block[16];
        struct text member = text_init(block, sizeof(block));
        struct text text = empty_text(scratch);

        complete = text_append(&member, "rdata") && text_append(&member, row->mnemonic) &&
                   dns_rdata_format(rr, &text);
        REQUIRE(complete);
        if (!add_text(object, member.at, text.at))
            return false;
    }
    return add_number(object, "RDLENGTH", (json_int_t)octets.size) &&
           add_text(object, "RDATAHEX", hex.at);
}

static bool add_record(json_t *list, const struct dns_rr *rr, struct scratch *scratch)
{
    json_t *entry = json_object();
    struct dns_name owner = dns_rr_owner(rr);

    return json_array_append_new(list, entry) == 0 && add_name(entry, "NAME", &owner, scratch) &&
           add_code(entry, "TYPE", rr->type, dns_type_format) &&
           add_code(entry, "CLASS", rr->class, dns_class_format) &&
           add_number(entry, "TTL", rr->ttl_s) && add_rdata(entry, rr, scratch);
}

static bool add_section(json_t *object, const struct dns_message *message, enum dns_section section,
                        struct scratch *scratch)
{
    static const char *const names[DNS_SECTIONS] = {
        [DNS_ANSWER] = "answerRRs",
        [DNS_AUTHORITY] = "authorityRRs",
        [DNS_ADDITIONAL] = "additionalRRs",
    };
    struct dns_walk walk = dns_message_section(message, section);
    CLEANUP(release) json_t *list = json_array();
    struct dns_rr rr;

    if (walk.left == 0)
        return true;
    while (dns_walk_next(&walk, &rr)) {
        if (!add_record(list, &rr, scratch))
            return false;
    }
    return json_object_set(object, names[section], list) == 0;
}

/* What one is told of a message that is refused, beside RFC 8427. */
static bool add_refusal(json_t *object, const struct dns_message_partial *partial)
{
    struct dns_verdict rdata = dns_message_check_rdata(&partial->message);
    bool is_framing = partial->framing.status != DNS_OK;
    struct dns_verdict verdict = is_framing ? partial->framing : rdata;
    json_t *refused;

    if (verdict.status == DNS_OK)
        return true;
    refused = json_object();
    return json_object_set_new(object, "refused", refused) == 0 &&
           add_text(refused, "which", is_framing ? "framing" : "rdata") &&
           add_text(refused, "status", dns_status_name(verdict.status)) &&
           add_text(refused, "reason", dns_status_text(verdict.status)) &&
           add_number(refused, "offset", (json_int_t)verdict.offset);
}

static bool add_left(json_t *object, struct bytes left)
{
    size_t capacity = 2 * left.size + 1;
    CLEANUP(free_pointer) char *block = malloc(capacity);
    struct text hex;

    if (block == NULL)
        return false;
    hex = text_init(block, capacity);
    return text_append_hex(&hex, left) && add_text(object, "leftOctetsHEX", block);
}

static bool add_end(json_t *object, const char *member, unsigned int version,
                    const struct capture_end *place)
{
    char block[64];
    struct text text = text_init(block, sizeof(block));
    json_t *entry = json_object();

    wire_format_address(version, place, &text);
    return json_object_set_new(object, member, entry) == 0 && add_text(entry, "address", block) &&
           add_number(entry, "port", place->port);
}

/* Where the message was captured: RFC 8427 section 2.5 for the time, and names of our own. */
static bool add_packet(json_t *object, const struct wire_item *item)
{
    const struct capture_message *packet = item->packet;
    char block[64];
    struct text text = text_init(block, sizeof(block));

    if (item->number > 0 && !add_number(object, "number", (json_int_t)item->number))
        return false;
    if (packet == NULL)
        return true;
    wire_format_time(packet->time_ns, &text);
    return add_text(object, "dateString", block) &&
           json_object_set_new(object, "dateSeconds",
                               json_real((double)packet->time_ns / NS_PER_S)) == 0 &&
           add_text(object, "protocol",
                    packet->flow.protocol == CAPTURE_PROTOCOL_TCP ? "TCP" : "UDP") &&
           add_end(object, "source", packet->flow.version, &packet->flow.source) &&
           add_end(object, "destination", packet->flow.version, &packet->flow.destination);
}

int wire_print_json(FILE *out, const struct wire_view *view, struct err *err)
{
    CLEANUP(release) json_t *object = json_object();
    CLEANUP(free_pointer) struct scratch *scratch = malloc(sizeof(*scratch));
    const struct dns_message_partial *partial = view->partial;
    const struct dns_message *message = &partial->message;
    /* One message is for people too; of several, each is on a line of its own. */
    size_t form = view->item->number == 0 ? JSON_INDENT(2) : JSON_COMPACT;
    bool ok = scratch != NULL && add_packet(object, view->item);

    if (partial->has_header)
        ok = ok && add_header(object, &partial->header) && add_questions(object, message, scratch);
    for (unsigned int i = DNS_ANSWER; i <= DNS_ADDITIONAL; i++)
        ok = ok && add_section(object, message, (enum dns_section)i, scratch);
    ok = ok && (!view->shows_refusal || add_refusal(object, partial));
    ok = ok && (partial->left.size == 0 || add_left(object, partial->left));
    if (!ok)
        return err_set(err, -ENOMEM, "no memory");
    if (json_dumpf(object, out, form) < 0 || fputc('\n', out) == EOF)
        return err_set(err, -EIO, "the output cannot be written");
    return 0;
}
