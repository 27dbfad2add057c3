/* Records and RDATA from text. */
#include "dns/rr_text.h"

#include "dns/code.h"
#include "dns/field_text.h"
#include "dns/rrtype.h"

/* Where a refusal is: at the last word, or where the scan stopped before the next. */
static struct dns_verdict refuse_at(enum dns_status status, const struct dns_scan *scan)
{
    bool is_scan = status == DNS_TEXT_MISSING || status == DNS_TEXT_QUOTE ||
                   status == DNS_TEXT_PARENTHESIS || status == DNS_TEXT_TRAILING;

    return dns_refuse(status, is_scan ? scan->in.position : scan->word.position);
}

/* Whether the line goes on with `\#`, the form of unknown types. */
static bool is_opaque_next(const struct dns_scan *scan)
{
    struct dns_scan ahead = *scan;

    return dns_scan_next(&ahead) == DNS_OK && !ahead.is_quoted &&
           bytes_equal(byte_reader_rest(&ahead.word), bytes_of_text("\\#"));
}

/* Whether RDATA may be left out: in an update (RFC 2136 sections 2.4 and 2.5). */
static bool can_be_empty(uint16_t class)
{
    return class == DNS_CLASS_ANY || class == DNS_CLASS_NONE;
}

/* Reads the fields of a type, or the octets of any. */
static enum dns_status parse_fields(struct dns_parse *parse, const struct dns_rdata_form *form)
{
    const struct dns_rrtype *row = dns_rrtype_of(form->type, form->class);
    enum dns_status status = DNS_OK;

    if (can_be_empty(form->class) && dns_scan_is_done(&parse->scan))
        return DNS_OK;
    if (is_opaque_next(&parse->scan))
        return dns_form_opaque.parse(parse, DNS_FIELD_OPAQUE);
    for (unsigned int i = 0; status == DNS_OK && i < row->fields_count; i++) {
        enum dns_field_kind kind = row->fields[i].kind;

        status = dns_field_forms[kind]->parse(parse, kind);
    }
    return status;
}

/* Whether what was written is RDATA of its type. It stands alone, so no name in it may point
 * elsewhere. */
static enum dns_status check_written(const struct dns_parse *parse,
                                     const struct dns_rdata_form *form)
{
    struct bytes rdata =
        bytes_of(parse->out->base + parse->rdata_start, parse->out->position - parse->rdata_start);
    struct dns_rr rr = { .type = form->type,
                         .class = form->class,
                         .rdata = byte_reader_init(rdata) };
    struct dns_rdata fields = dns_rdata_of(&rr);
    struct dns_value value;

    if (rdata.size > UINT16_MAX)
        return DNS_TEXT_OCTETS_SIZE;
    while (dns_rdata_next(&fields, &value)) {
        enum dns_field_kind kind = value.field->kind;

        if ((kind == DNS_FIELD_NAME_SHORT || kind == DNS_FIELD_NAME_OLD) &&
            dns_name_is_compressed(value.octets))
            return DNS_POINTER_FORBIDDEN;
    }
    return fields.verdict.status;
}

struct dns_verdict dns_rdata_parse(struct dns_scan *scan, const struct dns_rdata_form *form,
                                   struct byte_writer *out)
{
    struct dns_parse parse = {
        .scan = *scan, .out = out, .rdata_start = out->position, .origin = form->origin
    };
    enum dns_status status = parse_fields(&parse, form);
    struct dns_verdict verdict;

    if (status == DNS_OK)
        status = dns_scan_end(&parse.scan);
    verdict = refuse_at(status, &parse.scan);
    if (status == DNS_OK)
        verdict = dns_refuse(check_written(&parse, form), scan->in.position);
    if (verdict.status != DNS_OK) {
        byte_writer_rollback(out, parse.rdata_start);
        return verdict;
    }
    *scan = parse.scan;
    return dns_accept();
}

static bool is_blank_next(const struct dns_scan *scan)
{
    return !byte_reader_is_done(&scan->in) &&
           (scan->in.base[scan->in.position] == ' ' || scan->in.base[scan->in.position] == '\t');
}

/* The owner: the word that a line begins with, or that of the line before. */
static struct dns_verdict parse_owner(struct dns_scan *scan, const struct dns_rr_defaults *defaults,
                                      struct dns_name *ret_owner)
{
    enum dns_status status;
    struct dns_verdict verdict;

    if (is_blank_next(scan)) {
        if (defaults->owner == NULL)
            return dns_refuse(DNS_TEXT_OWNER, scan->in.position);
        *ret_owner = *defaults->owner;
        return dns_accept();
    }
    status = dns_scan_next(scan);
    if (status != DNS_OK)
        return refuse_at(status, scan);
    verdict = dns_name_parse_relative(byte_reader_rest(&scan->word), defaults->origin, ret_owner);
    if (verdict.status != DNS_OK)
        verdict.offset += scan->word.position;
    return verdict;
}

/* TTL and class, each at most once, and then the type. */
static enum dns_status parse_type(struct dns_scan *scan, struct dns_rr_text *record)
{
    bool has_class = false;

    for (;;) {
        enum dns_status status = dns_scan_next(scan);
        struct bytes word = byte_reader_rest(&scan->word);

        if (status != DNS_OK)
            return status;
        if (!record->has_ttl && dns_period_parse(word, &record->ttl_s))
            record->has_ttl = true;
        else if (!has_class && dns_class_parse(word, &record->class))
            has_class = true;
        else
            return dns_type_parse(word, &record->type) ? DNS_OK : DNS_TEXT_TYPE;
    }
}

struct dns_verdict dns_rr_parse(struct dns_scan *scan, const struct dns_rr_defaults *defaults,
                                struct byte_writer *out, struct dns_rr_text *ret_record)
{
    struct dns_rr_text record = { .ttl_s = defaults->ttl_s, .class = defaults->class };
    struct dns_rdata_form form = { .origin = defaults->origin };
    size_t start = out->position;
    struct dns_scan at = *scan;
    struct dns_verdict verdict = parse_owner(&at, defaults, &record.owner);
    enum dns_status status;

    if (verdict.status != DNS_OK)
        return verdict;
    status = parse_type(&at, &record);
    if (status != DNS_OK)
        return refuse_at(status, &at);
    form.type = record.type;
    form.class = record.class;
    verdict = dns_rdata_parse(&at, &form, out);
    if (verdict.status != DNS_OK)
        return verdict;
    record.rdata = bytes_of(out->base + start, out->position - start);
    *scan = at;
    *ret_record = record;
    return dns_accept();
}

struct dns_rr dns_rr_of_text(const struct dns_rr_text *record)
{
    return (struct dns_rr){
        .owner = dns_name_reader(&record->owner),
        .type = record->type,
        .class = record->class,
        .ttl_s = record->ttl_s,
        .rdata = byte_reader_init(record->rdata),
    };
}
