/*
 * One message in two views. Both become lines; the first line that differs is the difference. Each
 * record is compared twice: its octets, with names written whole, and then what is printed of them,
 * where both know its type. What is levelled in print, since it says the same:
 *   - ldns leads fewer characters by a backslash: what only we lead (" @ $) is led on no side;
 *   - ldns sets more blanks, and one behind a list: several are one, and none is at the end;
 *   - ldns prints a tab in a character-string as it is, and we as \009.
 * ldns takes OPT and TSIG out of the additional section: OPT is compared apart.
 */
#include "diff/dns_ldns.h"

#include "base/text_format.h"
#include "dns/code.h"
#include "dns/dso.h"
#include "dns/message.h"
#include "dns/rrtype.h"
#include "dns/text.h"

#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIFF_RDATA_MAX 65535
#define WKS_PRINTED_MAX 256 /* octets of RDATA */

/* A line of each view that is being written. */
struct lines {
    struct diff_result *result;
    struct text ours;
    struct text theirs;
};

static struct lines lines_of(struct diff_result *result)
{
    return (struct lines){
        .result = result,
        .ours = text_init(result->ours_line, sizeof(result->ours_line)),
        .theirs = text_init(result->theirs_line, sizeof(result->theirs_line)),
    };
}

static bool differ(struct lines *lines, const char *kind, const char *ours, const char *theirs)
{
    struct diff_result *result = lines->result;

    (void)snprintf(result->ours_word, sizeof(result->ours_word), "%s", ours);
    (void)snprintf(result->theirs_word, sizeof(result->theirs_word), "%s", theirs);
    result->difference = (struct difference){ kind, result->ours_word, result->theirs_word };
    return false;
}

/* Whether both lines are the same; they are begun anew. */
static bool same_line(struct lines *lines, const char *kind, const char *ours, const char *theirs)
{
    if (strcmp(lines->ours.at, lines->theirs.at) != 0)
        return differ(lines, kind, ours, theirs);
    text_clear(&lines->ours);
    text_clear(&lines->theirs);
    return true;
}

static bool same_header(struct lines *lines, const struct dns_message *message,
                        const ldns_pkt *packet)
{
    /* Z is reserved, and ldns does not keep it. */
    unsigned int flags = message->header.flags & ~(unsigned int)DNS_FLAG_Z;
    unsigned int theirs =
        (ldns_pkt_qr(packet) ? DNS_FLAG_QR : 0U) | (ldns_pkt_aa(packet) ? DNS_FLAG_AA : 0U) |
        (ldns_pkt_tc(packet) ? DNS_FLAG_TC : 0U) | (ldns_pkt_rd(packet) ? DNS_FLAG_RD : 0U) |
        (ldns_pkt_ra(packet) ? DNS_FLAG_RA : 0U) | (ldns_pkt_ad(packet) ? DNS_FLAG_AD : 0U) |
        (ldns_pkt_cd(packet) ? DNS_FLAG_CD : 0U);

    theirs = dns_flags_of(theirs, ldns_pkt_get_opcode(packet), ldns_pkt_get_rcode(packet));
    (void)text_format(&lines->ours, "id %u flags %04x", message->header.id, flags);
    (void)text_format(&lines->theirs, "id %u flags %04x", ldns_pkt_id(packet), theirs);
    return same_line(lines, "header", "*", "*");
}

/* Makes two ways to print the same octets one: see above. */
static void level(struct text *text)
{
    char *to = text->at;

    for (const char *from = text->at; *from != '\0'; from++) {
        bool drops = from[0] == '\\' && from[1] != '\0' && strchr("\"@$", from[1]) != NULL;
        bool is_blank = from[0] == ' ' && (from[1] == ' ' || from[1] == '\0');

        if (drops || is_blank)
            continue;
        *to++ = *from;
        /* What follows a backslash is no backslash of its own. */
        if (from[0] == '\\' && from[1] != '\0')
            *to++ = *++from;
    }
    *to = '\0';
    text->size = (size_t)(to - text->at);
}

static void append_name(struct text *text, const struct dns_name *name)
{
    (void)dns_name_format(name, text);
    level(text);
}

static void append_ldns_name(struct text *text, const ldns_rdf *name)
{
    char *printed = ldns_rdf2str(name);

    (void)text_append(text, printed == NULL ? "(unprintable)" : printed);
    level(text);
    free(printed);
}

static bool same_questions(struct lines *lines, const struct dns_message *message,
                           const ldns_pkt *packet)
{
    const ldns_rr_list *list = ldns_pkt_question(packet);
    struct byte_reader in = dns_message_questions(message);
    struct dns_question question;

    for (size_t i = 0; dns_question_read(&in, &question).status == DNS_OK; i++) {
        const ldns_rr *theirs = i < ldns_rr_list_rr_count(list) ? ldns_rr_list_rr(list, i) : NULL;

        append_name(&lines->ours, &question.name);
        (void)text_format(&lines->ours, " %u %u", question.class, question.type);
        if (theirs != NULL) {
            append_ldns_name(&lines->theirs, ldns_rr_owner(theirs));
            (void)text_format(&lines->theirs, " %u %u", (unsigned int)ldns_rr_get_class(theirs),
                              (unsigned int)ldns_rr_get_type(theirs));
        }
        if (!same_line(lines, "question", "*", "*"))
            return false;
    }
    return true;
}

/* Our record, with RDATA as octets; names in it are written whole, as ldns keeps them. */
static void append_record(struct text *text, const struct dns_rr *rr)
{
    uint8_t block[DIFF_RDATA_MAX];
    struct byte_writer out = byte_writer_init(block, sizeof(block));
    struct dns_name owner = dns_rr_owner(rr);

    append_name(text, &owner);
    (void)text_format(text, " %u %u %u ", rr->ttl_s, rr->class, rr->type);
    if (dns_rdata_write(rr, false, &out).status == DNS_OK)
        (void)text_append_hex(text, byte_writer_written(&out));
    else
        (void)text_append_hex(text, byte_reader_rest(&rr->rdata));
}

static void append_ldns_record(struct text *text, const ldns_rr *rr)
{
    append_ldns_name(text, ldns_rr_owner(rr));
    (void)text_format(text, " %u %u %u ", ldns_rr_ttl(rr), (unsigned int)ldns_rr_get_class(rr),
                      (unsigned int)ldns_rr_get_type(rr));
    for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
        const ldns_rdf *field = ldns_rr_rdf(rr, i);

        (void)text_append_hex(text, bytes_of(ldns_rdf_data(field), ldns_rdf_size(field)));
    }
}

/* The fields of a record of ldns as text, with tabs, which it prints as they are, as \009. */
static void append_ldns_fields(struct text *text, const ldns_rr *rr)
{
    for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
        char *printed = ldns_rdf2str(ldns_rr_rdf(rr, i));

        (void)text_append(text, i == 0 ? "" : " ");
        for (const char *at = printed; at != NULL && *at != '\0'; at++) {
            if (*at == '\t')
                (void)text_append(text, "\\009");
            else
                (void)text_append_char(text, *at);
        }
        free(printed);
    }
    level(text);
}

/* A word of the table. */
struct word {
    char at[32];
};

/* How we read a record: the mnemonic of its row, or OPAQUE. */
static struct word reading_of(const struct dns_rr *rr)
{
    struct word word;
    struct text text = text_init(word.at, sizeof(word.at));
    const struct dns_rrtype *row = dns_rrtype_of(rr->type, rr->class);

    (void)text_append(&text, row->mnemonic == NULL || row->is_meta ? "OPAQUE" : row->mnemonic);
    return word;
}

/* Whether ldns knows the fields of a type. */
static bool is_known_to_ldns(uint16_t type)
{
    const ldns_rr_descriptor *descriptor = ldns_rr_descript(type);

    return ldns_rr_descriptor_field_type(descriptor, 0) != LDNS_RDF_TYPE_UNKNOWN;
}

/* The type of a record. */
static struct word type_of(const struct dns_rr *rr)
{
    struct word word;
    struct text text = text_init(word.at, sizeof(word.at));

    (void)dns_type_format(rr->type, &text);
    return word;
}

/* What ldns prints where the lines differ first. */
static struct word way_of_ldns(const struct lines *lines, const struct dns_rr *rr)
{
    const char *theirs = lines->theirs.at;
    size_t at = 0;

    if (strncmp(theirs, "\\#", 2) == 0)
        return (struct word){ "unknown" };
    while (theirs[at] != '\0' && theirs[at] == lines->ours.at[at])
        at++;
    while (at > 0 && theirs[at - 1] != ' ')
        at--;
    if (strncmp(theirs + at, "TYPE", 4) == 0)
        return (struct word){ "number" };
    if (strspn(theirs + at, "0123456789") == strlen("YYYYMMDDHHMMSS"))
        return (struct word){ "time" };
    return type_of(rr);
}

/* ldns asks the machine for the name of each port of a WKS: for thousands of them it takes seconds.
 */
static bool is_slow_to_print(const struct dns_rr *rr)
{
    return rr->type == DNS_TYPE_WKS && byte_reader_left(&rr->rdata) > WKS_PRINTED_MAX;
}

/* First the octets, then what is printed of them. */
static bool same_record(struct lines *lines, const struct dns_rr *rr, const ldns_rr *theirs)
{
    const struct dns_rrtype *row = dns_rrtype_of(rr->type, rr->class);

    append_record(&lines->ours, rr);
    append_ldns_record(&lines->theirs, theirs);
    if (!same_line(lines, "record", reading_of(rr).at, type_of(rr).at))
        return false;
    if (row->fields_count == 0 || row->fields[0].kind == DNS_FIELD_OPAQUE ||
        ldns_rr_rd_count(theirs) == 0 || is_slow_to_print(rr))
        return true;
    (void)dns_rdata_format(rr, &lines->ours);
    level(&lines->ours);
    append_ldns_fields(&lines->theirs, theirs);
    return same_line(lines, "text", reading_of(rr).at, way_of_ldns(lines, rr).at);
}

static bool same_records(struct lines *lines, struct dns_walk walk, const ldns_rr_list *list)
{
    size_t count = ldns_rr_list_rr_count(list);
    size_t seen = 0;
    struct dns_rr rr;

    while (dns_walk_next(&walk, &rr)) {
        if (rr.type == DNS_TYPE_OPT || rr.type == DNS_TYPE_TSIG)
            continue;
        if (seen == count) {
            append_record(&lines->ours, &rr);
            return differ(lines, "count", reading_of(&rr).at, "none");
        }
        if (!same_record(lines, &rr, ldns_rr_list_rr(list, seen++)))
            return false;
    }
    if (seen < count) {
        append_ldns_record(&lines->theirs, ldns_rr_list_rr(list, seen));
        return differ(lines, "count", "none", "*");
    }
    return true;
}

static bool same_edns(struct lines *lines, const struct dns_message *message,
                      const ldns_pkt *packet)
{
    struct dns_edns edns = { 0 };
    const ldns_rdf *options = ldns_pkt_edns_data(packet);
    bool ours = dns_message_edns(message, &edns);
    bool theirs = ldns_pkt_edns(packet);

    if (ours) {
        (void)text_format(&lines->ours, "udp %u rcode %u version %u flags %04x options ",
                          edns.udp_size, edns.rcode_high, edns.version, edns.flags);
        (void)text_append_hex(&lines->ours, edns.options);
    }
    if (theirs) {
        (void)text_format(&lines->theirs, "udp %u rcode %u version %u flags %04x options ",
                          ldns_pkt_edns_udp_size(packet), ldns_pkt_edns_extended_rcode(packet),
                          ldns_pkt_edns_version(packet), ldns_pkt_edns_z(packet));
        if (options != NULL)
            (void)text_append_hex(&lines->theirs,
                                  bytes_of(ldns_rdf_data(options), ldns_rdf_size(options)));
    }
    return same_line(lines, "edns", ours ? "OPT" : "none", theirs ? "OPT" : "none");
}

static void compare_contents(struct lines *lines, const struct dns_message *message,
                             const ldns_pkt *packet)
{
    (void)(same_header(lines, message, packet) && same_questions(lines, message, packet) &&
           same_records(lines, dns_message_section(message, DNS_ANSWER), ldns_pkt_answer(packet)) &&
           same_records(lines, dns_message_section(message, DNS_AUTHORITY),
                        ldns_pkt_authority(packet)) &&
           same_records(lines, dns_message_section(message, DNS_ADDITIONAL),
                        ldns_pkt_additional(packet)) &&
           same_edns(lines, message, packet));
}

/* Whether ldns reads a record and goes on where RDLENGTH says. */
static bool goes_on_rightly(struct bytes wire, const struct dns_rr *rr, ldns_status *ret_status)
{
    size_t at = rr->owner.position;
    ldns_rr *theirs = NULL;

    *ret_status = ldns_wire2rr(&theirs, wire.at, wire.size, &at, LDNS_SECTION_ANSWER);
    ldns_rr_free(theirs);
    return *ret_status == LDNS_STATUS_OK && at == rr->rdata.end;
}

/* The records of a message whose framing may be wrong, as far as they can be read. */
struct records {
    struct byte_reader in;
    unsigned int left;
    size_t stop_at; /* the offset of a refusal: a record that begins there is not given */
};

static struct records records_of(struct bytes wire, size_t stop_at)
{
    struct records records = { .in = byte_reader_init(wire), .stop_at = stop_at };
    struct dns_header header;
    struct dns_question question;

    /* What is refused in the header stands before all records. */
    if (dns_header_read(&records.in, &header).status != DNS_OK || stop_at < records.in.position)
        return records;
    for (unsigned int i = 0; i < header.counts[DNS_QUESTION]; i++) {
        if (dns_question_read(&records.in, &question).status != DNS_OK)
            return records;
    }
    for (unsigned int i = DNS_ANSWER; i <= DNS_ADDITIONAL; i++)
        records.left += header.counts[i];
    return records;
}

static bool records_next(struct records *records, struct dns_rr *ret_rr)
{
    if (records->left == 0 || records->in.position == records->stop_at)
        return false;
    records->left--;
    return dns_rr_read(&records->in, ret_rr).status == DNS_OK;
}

/* The first record that ldns refuses, or after which it goes astray. */
static bool find_astray(struct lines *lines, struct bytes wire, size_t stop_at)
{
    struct records records = records_of(wire, stop_at);
    struct dns_rr rr;

    while (records_next(&records, &rr)) {
        ldns_status status;

        if (goes_on_rightly(wire, &rr, &status))
            continue;
        text_clear(&lines->ours);
        append_record(&lines->ours, &rr);
        (void)text_format(&lines->theirs, " (%s)", ldns_get_errorstr_by_id(status));
        (void)differ(lines, "astray", reading_of(&rr).at, type_of(&rr).at);
        return true;
    }
    return false;
}

/* Our verdict on a message. */
struct finding {
    struct dns_verdict verdict;
    bool of_rdata;
    struct word type; /* of the record whose RDATA is refused */
    size_t stop_at;   /* the offset of what is refused: of the whole record, if it is one's RDATA */
};

/* The refusal that stands first in the message: ldns does not go on where RDLENGTH says when RDATA
 * is not what its type has, so wrong RDATA before a wrong frame is what matters. */
static struct finding find_refusal(struct bytes wire, struct dns_message *ret_message)
{
    struct finding framing = { .verdict = dns_message_read(wire, ret_message) };
    bool framed = framing.verdict.status == DNS_OK;
    struct records records;
    struct dns_rr rr;

    framing.stop_at = framed ? wire.size : framing.verdict.offset;
    if (framed && dns_header_opcode(&ret_message->header) == DNS_OPCODE_DSO &&
        !dns_message_is_dso(ret_message))
        framing.verdict = dns_message_check_rdata(ret_message);
    records = records_of(wire, framing.stop_at);
    while (records_next(&records, &rr)) {
        struct finding found = { dns_rdata_check(&rr), true, { "unknown" }, rr.owner.position };

        if (is_known_to_ldns(rr.type))
            found.type = type_of(&rr);

        if (found.verdict.status != DNS_OK)
            return found;
    }
    return framing;
}

/* One accepts what the other refuses: is it for a record that ldns misreads, so that it does not
 * even see what we refuse, or for the record or rule itself? */
static void differ_by_verdict(struct lines *lines, struct bytes wire, struct finding ours)
{
    bool accepts = ours.verdict.status == DNS_OK;

    if (find_astray(lines, wire, ours.stop_at))
        return;
    (void)differ(lines, ours.of_rdata ? "rdata" : "framing", dns_status_name(ours.verdict.status),
                 ours.of_rdata ? ours.type.at
                 : accepts     ? "refuses"
                               : "accepts");
}

void diff_compare(struct bytes wire, struct diff_result *ret_result)
{
    struct lines lines = lines_of(ret_result);
    struct dns_message message;
    struct finding ours = find_refusal(wire, &message);
    bool accepts = ours.verdict.status == DNS_OK;
    ldns_pkt *packet = NULL;
    ldns_status theirs = ldns_wire2pkt(&packet, wire.at, wire.size);

    ret_result->difference = (struct difference){ 0 };
    ret_result->accepted = accepts && theirs == LDNS_STATUS_OK;
    (void)text_format(&lines.ours, "%s, at octet %zu", dns_status_text(ours.verdict.status),
                      ours.verdict.offset);
    (void)text_append(&lines.theirs, ldns_get_errorstr_by_id(theirs));
    if (accepts != (theirs == LDNS_STATUS_OK)) {
        differ_by_verdict(&lines, wire, ours);
    } else if (ret_result->accepted) {
        text_clear(&lines.ours);
        text_clear(&lines.theirs);
        compare_contents(&lines, &message, packet);
    }
    if (theirs == LDNS_STATUS_OK)
        ldns_pkt_free(packet);
}
