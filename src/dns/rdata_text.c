/* RDATA as text: each field in the form of its kind, with spaces between. */
#include "dns/field_text.h"

#define NAME(kind, text) [DNS_FIELD_##kind] = &dns_form_##text,
#define FIXED(kind, octets, text) [DNS_FIELD_##kind] = &dns_form_##text,
#define SHAPED(kind, check, text) [DNS_FIELD_##kind] = &dns_form_##text,
const struct dns_field_form *const dns_field_forms[DNS_FIELD_KINDS] = {
#include "dns/field.def"
};
#undef NAME
#undef FIXED
#undef SHAPED

/* Whether a value has a form that can be read again; a few of the kinds hold what has none. */
static bool has_form(const struct dns_value *value)
{
    enum dns_field_kind kind = value->field->kind;

    if (kind == DNS_FIELD_PREFIXES)
        return dns_prefixes_are_known(value);
    if (kind == DNS_FIELD_RELAY)
        return dns_relay_is_known(value);
    if (kind == DNS_FIELD_LOCATION)
        return dns_location_is_known(value);
    return kind != DNS_FIELD_ATM || dns_atm_is_known(value);
}

/* How far the fields could be shown. */
enum shown { SHOWN, SHOWN_NOT, NO_ROOM };

static enum shown format_fields(const struct dns_rr *rr, struct text *text)
{
    struct dns_rdata fields = dns_rdata_of(rr);
    size_t start = text->size;
    struct dns_value value;

    while (dns_rdata_next(&fields, &value)) {
        size_t before = text->size;

        if (!has_form(&value))
            return SHOWN_NOT;
        if (text->size > start && !text_append_char(text, ' '))
            return NO_ROOM;
        if (!dns_field_forms[value.field->kind]->format(&value, text))
            return NO_ROOM;
        if (before > start && text->size == before + 1)
            text_rollback(text, before);
    }
    return fields.verdict.status == DNS_OK && text->size > start ? SHOWN : SHOWN_NOT;
}

/* By its octets, as RFC 3597 section 5 has it for any type. */
static bool format_octets(const struct dns_rr *rr, struct text *text)
{
    static const struct dns_field field = { DNS_FIELD_OPAQUE, "rdata" };
    struct dns_value value = { .field = &field, .octets = rr->rdata };

    return dns_form_opaque.format(&value, text);
}

bool dns_rdata_format(const struct dns_rr *rr, struct text *text)
{
    size_t before = text->size;
    enum shown shown = format_fields(rr, text);

    if (shown == SHOWN)
        return true;
    text_rollback(text, before);
    if (shown == SHOWN_NOT && format_octets(rr, text))
        return true;
    text_rollback(text, before);
    return false;
}
