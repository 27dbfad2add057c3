/*
 * A message as JSON: the members of RFC 8427 sections 2.1 to 2.4. Names are never compressed in
 * RDATAHEX, so that it means the same outside of its message; RDLENGTH is its length.
 */
#include "cli/wire/json/writer.h"

#include "cli/wire/json/operations.h"
#include "dns/dso.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "cli/wire/json/document.h"
#include "dns/code.h"
#include "dns/option_text.h"
#include "dns/rrtype.h"
#include "dns/text.h"

/* Blocks for texts, used again for each record. */
struct scratch {
    char text[DNS_PART_TEXT_MAX];
    char hex[2 * DNS_MESSAGE_SIZE_MAX + 1];
    uint8_t rdata[DNS_MESSAGE_SIZE_MAX];
};

/* Octets in hexadecimal as RFC 4648 section 8 has it, in the block for it. */
static const char *hex_of(struct bytes octets, struct scratch *scratch)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t size = octets.size < DNS_MESSAGE_SIZE_MAX ? octets.size : DNS_MESSAGE_SIZE_MAX;

    for (size_t i = 0; i < size; i++) {
        scratch->hex[2 * i] = digits[octets.at[i] >> 4];
        scratch->hex[2 * i + 1] = digits[octets.at[i] & 15];
    }
    scratch->hex[2 * size] = '\0';
    return scratch->hex;
}

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
    /* RFC 8427 has no name for this one; where it is 0, as it should be, nothing is said. */
    ok = ok && (!dns_header_has(header, DNS_FLAG_Z) || add_number(object, "Z", 1));
    ok = ok && add_number(object, "RCODE", dns_header_rcode(header));
    for (size_t i = 0; i < DNS_SECTIONS; i++)
        ok = ok && add_number(object, counts[i], header->counts[i]);
    return ok;
}

/* How a name stands in the message: RFC 8427 section 2.1. */
static bool add_place(json_t *object, const char *member, struct byte_reader name)
{
    json_t *entry = json_object();
    size_t start = name.position;
    struct dns_name whole;

    if (json_object_set_new(object, member, entry) < 0 ||
        !add_number(entry, "isCompressed", dns_name_is_compressed(name)))
        return false;
    return dns_name_read(&name, &whole).status == DNS_OK &&
           add_number(entry, "length", (json_int_t)(name.position - start));
}

/* The first question is part of the message's object; all of them are listed when there are
 * more. */
static bool add_questions(json_t *object, const struct dns_message *message, bool with_octets,
                          struct scratch *scratch)
{
    struct byte_reader in = dns_message_questions(message);
    struct dns_question question;
    CLEANUP(wire_json_release) json_t *list = NULL;

    if (!dns_message_question(message, &question))
        return true;
    if (with_octets && !add_place(object, "compressedQNAME", in))
        return false;
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
    const struct dns_rrtype *row = dns_rrtype_of(rr->type, rr->class);
    bool right = dns_rdata_write(rr, false, &out).status == DNS_OK;
    struct bytes octets = right ? byte_writer_written(&out) : byte_reader_rest(&rr->rdata);

    if (right && octets.size > 0 && has_text(row)) {
        char block[16];
        struct text member = text_init(block, sizeof(block));
        struct text text = empty_text(scratch);
        bool complete = text_append(&member, "rdata") && text_append(&member, row->mnemonic) &&
                        dns_rdata_format(rr, &text);
        REQUIRE(complete);
        if (!add_text(object, member.at, text.at))
            return false;
    }
    return add_number(object, "RDLENGTH", (json_int_t)octets.size) &&
           add_text(object, "RDATAHEX", hex_of(octets, scratch));
}

/* An option of EDNS: its octets, and as text where it is what its code has. */
static bool add_option(json_t *list, const struct dns_edns_option *option, struct scratch *scratch)
{
    json_t *entry = json_object();
    struct text text = empty_text(scratch);
    bool complete = dns_option_format(option, &text);

    REQUIRE(complete);
    return json_array_append_new(list, entry) == 0 &&
           add_number(entry, "OPTIONCODE", option->code) &&
           add_number(entry, "OPTIONLENGTH", (json_int_t)option->octets.size) &&
           add_text(entry, "OPTIONHEX", hex_of(option->octets, scratch)) &&
           (dns_option_check(option) != DNS_OK || add_text(entry, "OPTIONtext", text.at));
}

/* What OPT means: RFC 8427 has no members for it, so the names are those of RFC 6891. */
static bool add_edns(json_t *object, const struct dns_rr *rr, struct scratch *scratch)
{
    struct dns_edns edns = dns_edns_of(rr);
    json_t *entry = json_object();
    json_t *list = json_array();
    struct dns_edns_option option;

    if (json_object_set_new(object, "EDNS", entry) < 0 ||
        !(add_number(entry, "UDPsize", edns.udp_size) &&
          add_number(entry, "extendedRCODE", edns.rcode_high) &&
          add_number(entry, "version", edns.version) &&
          add_number(entry, "DO", (edns.flags & DNS_EDNS_DO) != 0) &&
          add_number(entry, "CO", (edns.flags & DNS_EDNS_CO) != 0) &&
          add_number(entry, "Z", edns.flags & ~(DNS_EDNS_DO | DNS_EDNS_CO)))) {
        json_decref(list);
        return false;
    }
    if (json_object_set_new(entry, "options", list) < 0)
        return false;
    while (dns_edns_next_option(&edns.options, &option)) {
        if (!add_option(list, &option, scratch))
            return false;
    }
    return true;
}

static bool add_record(json_t *list, const struct dns_rr *rr, bool with_octets,
                       struct scratch *scratch)
{
    json_t *entry = json_object();
    struct dns_name owner = dns_rr_owner(rr);
    bool is_opt = rr->type == DNS_TYPE_OPT && dns_rdata_check(rr).status == DNS_OK;

    return json_array_append_new(list, entry) == 0 && add_name(entry, "NAME", &owner, scratch) &&
           (!with_octets || add_place(entry, "compressedNAME", rr->owner)) &&
           add_code(entry, "TYPE", rr->type, dns_type_format) &&
           add_code(entry, "CLASS", rr->class, dns_class_format) &&
           add_number(entry, "TTL", rr->ttl_s) && add_rdata(entry, rr, scratch) &&
           (!is_opt || add_edns(entry, rr, scratch));
}

static bool add_section(json_t *object, const struct wire_json_view *view, enum dns_section section,
                        struct scratch *scratch)
{
    static const char *const names[DNS_SECTIONS] = {
        [DNS_ANSWER] = "answerRRs",
        [DNS_AUTHORITY] = "authorityRRs",
        [DNS_ADDITIONAL] = "additionalRRs",
    };
    struct dns_walk walk = dns_message_section(&view->partial->message, section);
    CLEANUP(wire_json_release) json_t *list = json_array();
    struct dns_rr rr;

    if (walk.left == 0)
        return true;
    while (dns_walk_next(&walk, &rr)) {
        if (!add_record(list, &rr, view->with_octets, scratch))
            return false;
    }
    return json_object_set(object, names[section], list) == 0;
}

/* The octets of the message, and, where all of it can be read, of its parts. RFC 8427 section
 * 2.4. */
static bool add_octets(json_t *object, const struct dns_message_partial *partial,
                       struct scratch *scratch)
{
    static const char *const names[] = { "headerOctetsHEX", "questionOctetsHEX", "answerOctetsHEX",
                                         "authorityOctetsHEX", "additionalOctetsHEX" };
    const struct dns_message *message = &partial->message;
    struct bytes wire = message->wire;
    size_t start = 0;

    if (!add_text(object, "messageOctetsHEX", hex_of(wire, scratch)))
        return false;
    if (partial->framing.status != DNS_OK || dns_message_is_dso(message))
        return true;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t end = i < DNS_SECTIONS ? message->section_at[i] : wire.size;

        if (!add_text(object, names[i], hex_of(bytes_of(wire.at + start, end - start), scratch)))
            return false;
        start = end;
    }
    return true;
}

bool wire_json_write(json_t *object, const struct wire_json_view *view)
{
    CLEANUP(free_pointer) struct scratch *scratch = malloc(sizeof(*scratch));
    const struct dns_message_partial *partial = view->partial;
    bool ok = scratch != NULL;

    if (partial->has_header)
        ok = ok && add_header(object, &partial->header) &&
             add_questions(object, &partial->message, view->with_octets, scratch);
    for (unsigned int i = DNS_ANSWER; i <= DNS_ADDITIONAL; i++)
        ok = ok && add_section(object, view, (enum dns_section)i, scratch);
    if (partial->framing.status == DNS_OK)
        ok = ok && wire_json_write_tlvs(object, &partial->message);
    return ok && (!view->with_octets || add_octets(object, partial, scratch));
}
