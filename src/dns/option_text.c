/* Options as text: the name, a colon, and the octets in the form of the code. */
#include "dns/option_text.h"

#include "dns/field_text.h"
#include "dns/option_form.h"

bool dns_option_format(const struct dns_edns_option *option, struct text *text)
{
    struct dns_option_form form = dns_option_form_of(option->code);
    size_t before = text->size;
    bool ok = form.name != NULL
                  ? text_append(text, form.name)
                  : text_append(text, "OPT=") && text_append_decimal(text, option->code, 0);

    ok = ok && text_append_char(text, ':');
    if (ok && option->octets.size > 0) {
        if (dns_option_check(option) != DNS_OK)
            form = dns_option_form_opaque;
        ok = text_append_char(text, ' ') && form.format(option->octets, text);
    }
    if (!ok)
        text_rollback(text, before);
    return ok;
}

/* Whether nothing follows but, maybe, words in parentheses, which say the same once more. */
static bool is_explained(const struct byte_reader *in)
{
    return byte_reader_is_done(in) ||
           (bytes_has_prefix(byte_reader_rest(in), bytes_of_text(" (")) &&
            in->base[in->end - 1] == ')');
}

/* Whether a value is in hexadecimal, with what can be printed of it behind. */
static bool is_dump(struct bytes value)
{
    size_t at = 0;

    while (value.size - at >= 3 && dns_hex_digit(value.at[at]) >= 0 &&
           dns_hex_digit(value.at[at + 1]) >= 0 && value.at[at + 2] == ' ')
        at += 3;
    return at > 0 && value.size - at >= 2 && value.at[at] == '(' && value.at[at + 1] == '"';
}

/* What stands in front of the colon; moves to that, or to the end of the text. */
static struct bytes take_name(struct byte_reader *in)
{
    struct byte_reader name = *in;

    while (!byte_reader_is_done(in) && in->base[in->position] != ':')
        in->position++;
    name.end = in->position;
    return byte_reader_rest(&name);
}

static enum dns_status parse_value(const struct dns_option_form *form, struct byte_reader *value,
                                   struct byte_writer *out)
{
    struct bytes text = byte_reader_rest(value);
    enum dns_status status = DNS_OK;

    if (text.size == 0)
        return DNS_OK;
    status = is_dump(text) ? dns_option_form_opaque.parse(value, out) : form->parse(value, out);
    if (status != DNS_OK)
        return status;
    return is_explained(value) ? DNS_OK : DNS_TEXT_OPTION;
}

/* Writes code, length and octets. */
static enum dns_status parse_option(struct byte_reader *in, struct byte_writer *out)
{
    struct bytes name = take_name(in);
    size_t at = out->position + 4;
    struct dns_edns_option option;
    struct dns_option_form form;
    enum dns_status status;

    if (!dns_option_form_find(name, &form) || byte_reader_is_done(in))
        return DNS_TEXT_OPTION;
    in->position++;
    while (!byte_reader_is_done(in) && in->base[in->position] == ' ')
        in->position++;
    if (!write_u16_be(out, form.code) || !write_u16_be(out, 0))
        return DNS_NO_ROOM;
    status = parse_value(&form, in, out);
    if (status != DNS_OK)
        return status;
    option = (struct dns_edns_option){ form.code, bytes_of(out->base + at, out->position - at) };
    if (option.octets.size > UINT16_MAX)
        return DNS_NO_ROOM;
    byte_writer_patch_u16_be(out, at - 2, (uint16_t)option.octets.size);
    return dns_option_check(&option);
}

struct dns_verdict dns_option_parse(struct byte_reader *text, struct byte_writer *out)
{
    struct byte_reader in = *text;
    size_t before = out->position;
    enum dns_status status = parse_option(&in, out);

    if (status != DNS_OK) {
        byte_writer_rollback(out, before);
        return dns_refuse(status, in.position);
    }
    text->position = text->end;
    return dns_accept();
}
