/* Escapes of the presentation form. */
#include "dns/name_text.h"

#define BIT(character) (UINT64_C(1) << ((character) & 63))

/* The octets that are shown as they are, a bit each. */
static const uint64_t plain[][4] = {
    [DNS_QUOTE_LABEL] = { ~UINT64_C(0) << ('!' & 63) &
                              ~(BIT('"') | BIT('$') | BIT('(') | BIT(')') | BIT('.') | BIT(';')),
                          ~UINT64_C(0) >> 1 & ~(BIT('@') | BIT('\\')) },
    [DNS_QUOTE_STRING] = { ~UINT64_C(0) << (' ' & 63) & ~BIT('"'), ~UINT64_C(0) >> 1 & ~BIT('\\') },
};

static inline bool is_plain(uint8_t octet, enum dns_quote where)
{
    return (plain[where][octet >> 6] >> (octet & 63) & 1U) != 0;
}

/* The characters of an octet that is not plain: two where it is printable, or else four. */
static char *put_escape(char *to, uint8_t octet)
{
    *to++ = '\\';
    if (octet <= ' ' || octet > '~') {
        *to++ = (char)('0' + octet / 100);
        *to++ = (char)('0' + octet / 10 % 10);
        *to++ = (char)('0' + octet % 10);
    } else {
        *to++ = (char)octet;
    }
    return to;
}

char *dns_quote_put(char *to, struct bytes octets, enum dns_quote where)
{
    for (size_t i = 0; i < octets.size; i++) {
        uint8_t octet = octets.at[i];

        if (is_plain(octet, where))
            *to++ = (char)octet;
        else
            to = put_escape(to, octet);
    }
    return to;
}

/* How many characters the octets take. */
static size_t size_of(struct bytes octets, enum dns_quote where)
{
    char escape[DNS_QUOTE_OCTET_MAX];
    size_t size = octets.size;

    for (size_t i = 0; i < octets.size; i++) {
        if (!is_plain(octets.at[i], where))
            size += (size_t)(put_escape(escape, octets.at[i]) - escape) - 1;
    }
    return size;
}

bool dns_quote_append(struct text *text, struct bytes octets, enum dns_quote where)
{
    size_t room = text->capacity - text->size;
    char *start = text->at + text->size;

    /* Where there is room for the worst, octets are looked at once. */
    if (octets.size < room / DNS_QUOTE_OCTET_MAX) {
        char *end = dns_quote_put(start, octets, where);

        *end = '\0';
        text->size += (size_t)(end - start);
        return true;
    }
    if (text_extend(text, size_of(octets, where)) == NULL)
        return false;
    (void)dns_quote_put(start, octets, where);
    return true;
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
