/* Escapes of the presentation form. */
#include "dns/quote.h"

/* How an octet is shown in each place. */
enum look { PLAIN, BACKSLASH, DECIMAL };

static enum look look_of(uint8_t octet, enum dns_quote where)
{
    const char *special = where == DNS_QUOTE_LABEL ? "\"$().;@\\" : "\"\\";

    if (octet == ' ' && where == DNS_QUOTE_STRING)
        return PLAIN;
    if (octet <= ' ' || octet > '~')
        return DECIMAL;
    return strchr(special, octet) != NULL ? BACKSLASH : PLAIN;
}

bool dns_quote_append(struct text *text, struct bytes octets, enum dns_quote where)
{
    size_t before = text->size;
    size_t plain = 0; /* the run of plain octets that is not appended yet */
    bool ok = true;

    for (size_t i = 0; ok && i < octets.size; i++) {
        enum look look = look_of(octets.at[i], where);

        if (look == PLAIN)
            continue;
        ok = text_append_bytes(text, bytes_of(octets.at + plain, i - plain)) &&
             text_append_char(text, '\\') &&
             (look == BACKSLASH ? text_append_char(text, (char)octets.at[i])
                                : text_append_decimal(text, octets.at[i], 3));
        plain = i + 1;
    }
    ok = ok && (octets.size == 0 ||
                text_append_bytes(text, bytes_of(octets.at + plain, octets.size - plain)));
    if (!ok)
        text_rollback(text, before);
    return ok;
}

static bool is_digit(uint8_t octet)
{
    return octet >= '0' && octet <= '9';
}

/* Three digits; the cursor stands at the first. */
static bool read_decimal(struct byte_reader *in, uint8_t *ret_octet)
{
    unsigned int value = 0;

    for (int i = 0; i < 3; i++) {
        uint8_t digit;

        if (!read_u8(in, &digit) || !is_digit(digit))
            return false;
        value = value * 10 + (unsigned int)(digit - '0');
    }
    if (value > UINT8_MAX)
        return false;
    *ret_octet = (uint8_t)value;
    return true;
}

bool dns_quote_read(struct byte_reader *in, uint8_t *ret_octet)
{
    struct byte_reader at = *in;
    uint8_t octet;

    if (!read_u8(&at, &octet))
        return false;
    if (octet == '\\') {
        struct byte_reader first = at;

        if (!read_u8(&at, &octet))
            return false;
        if (is_digit(octet)) {
            at = first;
            if (!read_decimal(&at, &octet))
                return false;
        }
    }
    *in = at;
    *ret_octet = octet;
    return true;
}
