/* Names and character-strings as text. */
#include "dns/field_text.h"
#include "dns/name_text.h"
#include "dns/quote.h"

static bool format_name(const struct dns_value *value, struct text *text)
{
    return dns_name_format_at(value->octets, text);
}

enum dns_status dns_parse_name(struct dns_parse *parse)
{
    struct bytes word;
    enum dns_status status = dns_parse_word(parse, &word);

    if (status == DNS_OK)
        status = dns_name_write_text(word, parse->origin, parse->out);
    return status;
}

static enum dns_status parse_name(struct dns_parse *parse, enum dns_field_kind kind)
{
    (void)kind;
    return dns_parse_name(parse);
}

static bool format_names(const struct dns_value *value, struct text *text)
{
    struct byte_reader in = value->octets;
    bool ok = true;

    for (bool first = true; ok && !byte_reader_is_done(&in); first = false) {
        size_t size;

        ok = (first || text_append_char(text, ' ')) && dns_name_format_at(in, text);
        (void)dns_name_skip(&in, &size);
    }
    return ok;
}

static enum dns_status parse_names(struct dns_parse *parse, enum dns_field_kind kind)
{
    enum dns_status status = DNS_OK;

    (void)kind;
    while (status == DNS_OK && !dns_scan_is_done(&parse->scan))
        status = dns_parse_name(parse);
    return status;
}

static bool append_quoted(struct text *text, struct bytes string)
{
    return text_append_char(text, '"') && dns_quote_append(text, string, DNS_QUOTE_STRING) &&
           text_append_char(text, '"');
}

/* One string or several. */
static bool format_strings(const struct dns_value *value, struct text *text)
{
    struct byte_reader in = value->octets;
    bool first = true;
    uint8_t size;
    struct bytes string;

    while (read_u8(&in, &size) && read_bytes(&in, size, &string)) {
        if (!((first || text_append_char(text, ' ')) && append_quoted(text, string)))
            return false;
        first = false;
    }
    return true;
}

enum dns_status dns_octets_parse(struct byte_reader text, struct byte_writer *out)
{
    uint8_t octet;

    while (!byte_reader_is_done(&text)) {
        if (!dns_quote_read(&text, &octet))
            return DNS_TEXT_ESCAPE;
        if (!write_u8(out, octet))
            return DNS_NO_ROOM;
    }
    return DNS_OK;
}

static enum dns_status parse_string(struct dns_parse *parse, enum dns_field_kind kind)
{
    struct byte_writer *out = parse->out;
    size_t at = out->position;
    enum dns_status status = dns_scan_next(&parse->scan);

    (void)kind;
    if (status != DNS_OK)
        return status;
    if (!write_u8(out, 0))
        return DNS_NO_ROOM;
    status = dns_octets_parse(parse->scan.word, out);
    if (status != DNS_OK)
        return status;
    if (out->position - at - 1 > UINT8_MAX)
        return DNS_TEXT_STRING_SIZE;
    out->base[at] = (uint8_t)(out->position - at - 1);
    return DNS_OK;
}

static enum dns_status parse_string_optional(struct dns_parse *parse, enum dns_field_kind kind)
{
    return dns_scan_is_done(&parse->scan) ? DNS_OK : parse_string(parse, kind);
}

static enum dns_status parse_strings(struct dns_parse *parse, enum dns_field_kind kind)
{
    enum dns_status status = parse_string(parse, kind);

    while (status == DNS_OK && !dns_scan_is_done(&parse->scan))
        status = parse_string(parse, kind);
    return status;
}

/* Letters and digits, which need no quotes. */
static bool format_tag(const struct dns_value *value, struct text *text)
{
    struct bytes octets = dns_value_rest(value);

    return text_append_bytes(text, bytes_of(octets.at + 1, octets.size - 1));
}

/* Characters up to the end of RDATA. */
static bool format_text(const struct dns_value *value, struct text *text)
{
    return append_quoted(text, dns_value_rest(value));
}

static enum dns_status parse_text(struct dns_parse *parse, enum dns_field_kind kind)
{
    enum dns_status status = dns_scan_next(&parse->scan);

    (void)kind;
    return status == DNS_OK ? dns_octets_parse(parse->scan.word, parse->out) : status;
}

const struct dns_field_form dns_form_name = { format_name, parse_name };
const struct dns_field_form dns_form_names = { format_names, parse_names };
const struct dns_field_form dns_form_string = { format_strings, parse_string };
const struct dns_field_form dns_form_string_optional = { format_strings, parse_string_optional };
const struct dns_field_form dns_form_strings = { format_strings, parse_strings };
const struct dns_field_form dns_form_tag = { format_tag, parse_string };
const struct dns_field_form dns_form_text = { format_text, parse_text };
