/* Bitmaps as lists of the numbers whose bits are set. Bit 0 is the first of the first octet. */
#include "dns/field_text.h"

static bool is_set(struct bytes bitmap, size_t bit)
{
    return (bitmap.at[bit / 8] & 0x80U >> bit % 8) != 0;
}

/* The types of a window, each with a space in front but for the very first. */
static bool append_types(struct text *text, struct bytes bitmap, unsigned int window, bool *first)
{
    for (size_t bit = 0; bit < 8 * bitmap.size; bit++) {
        if (!is_set(bitmap, bit))
            continue;
        if (!((*first || text_append_char(text, ' ')) &&
              dns_type_format((uint16_t)(window << 8 | bit), text)))
            return false;
        *first = false;
    }
    return true;
}

static bool format_types(const struct dns_value *value, struct text *text)
{
    struct bytes octets = dns_value_rest(value);
    bool first = true;
    bool ok = true;

    for (size_t at = 0; ok && at < octets.size; at += 2U + octets.at[at + 1])
        ok = append_types(text, bytes_of(octets.at + at + 2, octets.at[at + 1]), octets.at[at],
                          &first);
    return ok;
}

#define WINDOWS 256
#define WINDOW_OCTETS 32

/* The types of one window, out of a list of all types; and what the list has beyond it. */
struct window {
    unsigned int number;
    uint8_t octets[WINDOW_OCTETS];
    unsigned int size; /* octets up to the last that is not 0 */
    unsigned int next; /* the least window after this one; WINDOWS: none */
};

static void put_type(struct window *window, uint16_t type)
{
    unsigned int number = type >> 8;
    unsigned int octet = (type & 255U) / 8;

    if (number > window->number && number < window->next)
        window->next = number;
    if (number != window->number)
        return;
    window->octets[octet] |= (uint8_t)(0x80U >> (type & 7U));
    if (octet >= window->size)
        window->size = octet + 1;
}

/* Reads all types that are left of the line. */
static enum dns_status collect(struct dns_scan *scan, struct window *window)
{
    while (!dns_scan_is_done(scan)) {
        enum dns_status status = dns_scan_next(scan);
        uint16_t type;

        if (status != DNS_OK)
            return status;
        if (!dns_type_parse(byte_reader_rest(&scan->word), &type))
            return DNS_TEXT_TYPE;
        put_type(window, type);
    }
    return DNS_OK;
}

/* The list is read once for each window that it has types of, so that they may stand in any order
 * and yet none needs to be kept. */
static enum dns_status parse_types(struct dns_parse *parse, enum dns_field_kind kind)
{
    struct byte_writer *out = parse->out;
    struct dns_scan start = parse->scan;
    unsigned int number = 0;

    (void)kind;
    do {
        struct window window = { .number = number, .next = WINDOWS };
        enum dns_status status;

        parse->scan = start;
        status = collect(&parse->scan, &window);
        if (status != DNS_OK)
            return status;
        if (window.size > 0 &&
            !(write_u8(out, (uint8_t)number) && write_u8(out, (uint8_t)window.size) &&
              write_bytes(out, bytes_of(window.octets, window.size))))
            return DNS_NO_ROOM;
        number = window.next;
    } while (number < WINDOWS);
    return DNS_OK;
}

static bool format_types_old(const struct dns_value *value, struct text *text)
{
    bool first = true;

    return append_types(text, dns_value_rest(value), 0, &first);
}

/* Sets a bit of a bitmap that begins at `start` and grows as it must. */
static bool put_bit(struct byte_writer *out, size_t start, unsigned int bit)
{
    while (out->position - start <= bit / 8) {
        if (!write_u8(out, 0))
            return false;
    }
    out->base[start + bit / 8] |= (uint8_t)(0x80U >> bit % 8);
    return true;
}

static enum dns_status parse_types_old(struct dns_parse *parse, enum dns_field_kind kind)
{
    size_t start = parse->out->position;

    (void)kind;
    while (!dns_scan_is_done(&parse->scan)) {
        uint16_t type;
        struct bytes word = { 0 };
        enum dns_status status = dns_parse_word(parse, &word);

        if (status != DNS_OK)
            return status;
        if (!dns_type_parse(word, &type) || type == 0 || type > 127)
            return DNS_TEXT_TYPE;
        if (!put_bit(parse->out, start, type))
            return DNS_NO_ROOM;
    }
    return DNS_OK;
}

static bool format_ports(const struct dns_value *value, struct text *text)
{
    struct bytes bitmap = dns_value_rest(value);
    bool first = true;

    for (size_t port = 0; port < 8 * bitmap.size; port++) {
        if (!is_set(bitmap, port))
            continue;
        if (!((first || text_append_char(text, ' ')) && text_append_decimal(text, port, 0)))
            return false;
        first = false;
    }
    return true;
}

static enum dns_status parse_ports(struct dns_parse *parse, enum dns_field_kind kind)
{
    size_t start = parse->out->position;

    (void)kind;
    while (!dns_scan_is_done(&parse->scan)) {
        uint64_t port;
        struct bytes word = { 0 };
        enum dns_status status = dns_parse_word(parse, &word);

        if (status != DNS_OK)
            return status;
        if (!dns_decimal_parse(word, UINT16_MAX, &port))
            return DNS_TEXT_NUMBER;
        if (!put_bit(parse->out, start, (unsigned int)port))
            return DNS_NO_ROOM;
    }
    return DNS_OK;
}

const struct dns_field_form dns_form_types = { format_types, parse_types };
const struct dns_field_form dns_form_types_old = { format_types_old, parse_types_old };
const struct dns_field_form dns_form_ports = { format_ports, parse_ports };
