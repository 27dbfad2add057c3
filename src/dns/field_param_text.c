/*
 * Service parameters as text: key=value. RFC 9460 section 2.1 and appendix A. On the wire their
 * keys rise, while in text they come in any order: each is written at the end, and then moved in
 * front of those that are greater. That takes the square of their number when they fall, and so it
 * has a limit, which a thousand keys do not reach.
 */
#include "dns/field_param.h"
#include "dns/field_text.h"
#include "dns/quote.h"

#define MOVED_MAX (1U << 21) /* octets of a list that are looked at or moved to put it in order */

/* How the value of a key is shown and read. `value` is a reader over its octets; `text` over the
 * characters behind `=`, without the quotes. */
struct param_form {
    const char *name;
    bool (*format)(struct byte_reader value, struct text *text);
    enum dns_status (*parse)(struct byte_reader text, struct byte_writer *out);
};

static const struct param_form *form_of(uint16_t key);

static bool format_key(uint16_t key, struct text *text)
{
    const struct param_form *form = form_of(key);

    if (form->name != NULL)
        return text_append(text, form->name);
    return text_append(text, "key") && text_append_decimal(text, key, 0);
}

static bool parse_key(struct bytes text, uint16_t *ret_key)
{
    struct bytes prefix = bytes_of_text("key");
    struct bytes digits;
    uint64_t number;

    for (unsigned int key = 0; key < DNS_PARAMS_KNOWN; key++) {
        if (bytes_equal(text, bytes_of_text(form_of((uint16_t)key)->name))) {
            *ret_key = (uint16_t)key;
            return true;
        }
    }
    if (!bytes_has_prefix(text, prefix))
        return false;
    digits = bytes_of(text.at + prefix.size, text.size - prefix.size);
    /* RFC 9460 section 2.1: without leading zeros. */
    if ((digits.size > 1 && digits.at[0] == '0') || !dns_decimal_parse(digits, UINT16_MAX, &number))
        return false;
    *ret_key = (uint16_t)number;
    return true;
}

/* The item of a list with commas between that the cursor is at; false at the end of the list. */
static bool next_item(struct byte_reader *list, struct bytes *ret_item)
{
    size_t start = list->position;

    if (start > list->end)
        return false;
    while (list->position < list->end && list->base[list->position] != ',')
        list->position++;
    *ret_item = bytes_of(list->base + start, list->position - start);
    list->position++;
    return true;
}

static bool format_keys(struct byte_reader value, struct text *text)
{
    uint16_t key;
    bool ok = true;

    for (bool first = true; ok && read_u16_be(&value, &key); first = false)
        ok = (first || text_append_char(text, ',')) && format_key(key, text);
    return ok;
}

/* Puts the last key of a list that begins at `start` in its place. */
static enum dns_status sink_key(struct byte_writer *out, size_t start, size_t *moved)
{
    for (size_t at = out->position - 2; at > start; at -= 2) {
        uint8_t *pair = out->base + at - 2;
        unsigned int before = (unsigned int)pair[0] << 8 | pair[1];
        unsigned int here = (unsigned int)pair[2] << 8 | pair[3];

        if (before == here)
            return DNS_TEXT_PARAM;
        if (before < here)
            break;
        *moved += 2;
        if (*moved > MOVED_MAX)
            return DNS_TEXT_DISORDER;
        pair[0] = (uint8_t)(here >> 8);
        pair[1] = (uint8_t)here;
        pair[2] = (uint8_t)(before >> 8);
        pair[3] = (uint8_t)before;
    }
    return DNS_OK;
}

static enum dns_status parse_keys(struct byte_reader text, struct byte_writer *out)
{
    size_t start = out->position;
    size_t moved = 0;
    struct bytes item;

    while (next_item(&text, &item)) {
        enum dns_status status;
        uint16_t key;

        if (!parse_key(item, &key))
            return DNS_TEXT_PARAM;
        if (!write_u16_be(out, key))
            return DNS_NO_ROOM;
        status = sink_key(out, start, &moved);
        if (status != DNS_OK)
            return status;
    }
    return DNS_OK;
}

/* Protocol identifiers: in the list a backslash leads commas and backslashes, and then the whole is
 * escaped as a string (RFC 9460 appendix A.1). */
static bool format_alpn(struct byte_reader value, struct text *text)
{
    uint8_t size;
    struct bytes identifier;
    bool ok = text_append_char(text, '"');

    for (bool first = true; ok && read_u8(&value, &size) && read_bytes(&value, size, &identifier);
         first = false) {
        ok = first || text_append_char(text, ',');
        for (size_t i = 0; ok && i < identifier.size; i++) {
            uint8_t octet = identifier.at[i];

            ok = (octet != ',' && octet != '\\') || text_append(text, "\\\\");
            ok = ok && dns_quote_append(text, bytes_of(&octet, 1), DNS_QUOTE_STRING);
        }
    }
    return ok && text_append_char(text, '"');
}

/* What ends an item of a list. */
enum item_end { ITEM_COMMA, ITEM_LAST };

/* Writes one identifier with its length octet. */
static enum dns_status parse_identifier(struct byte_reader *text, struct byte_writer *out,
                                        enum item_end *ret_end)
{
    size_t at = out->position;
    uint8_t octet = 0;

    if (!write_u8(out, 0))
        return DNS_NO_ROOM;
    *ret_end = ITEM_LAST;
    while (!byte_reader_is_done(text)) {
        if (!dns_quote_read(text, &octet))
            return DNS_TEXT_ESCAPE;
        if (octet == ',') {
            *ret_end = ITEM_COMMA;
            break;
        }
        if (octet == '\\' && !(dns_quote_read(text, &octet) && (octet == ',' || octet == '\\')))
            return DNS_TEXT_ESCAPE;
        if (!write_u8(out, octet))
            return DNS_NO_ROOM;
    }
    if (out->position - at - 1 > UINT8_MAX)
        return DNS_TEXT_STRING_SIZE;
    out->base[at] = (uint8_t)(out->position - at - 1);
    return DNS_OK;
}

static enum dns_status parse_alpn(struct byte_reader text, struct byte_writer *out)
{
    for (;;) {
        enum item_end end;
        enum dns_status status = parse_identifier(&text, out, &end);

        if (status != DNS_OK || end == ITEM_LAST)
            return status;
    }
}

/* Segments of a path, likewise; or none. */
static enum dns_status parse_docpath(struct byte_reader text, struct byte_writer *out)
{
    return byte_reader_is_done(&text) ? DNS_OK : parse_alpn(text, out);
}

static bool format_groups(struct byte_reader value, struct text *text)
{
    uint16_t group;
    bool ok = true;

    for (bool first = true; ok && read_u16_be(&value, &group); first = false)
        ok = (first || text_append_char(text, ',')) && text_append_decimal(text, group, 0);
    return ok;
}

static enum dns_status parse_groups(struct byte_reader text, struct byte_writer *out)
{
    struct bytes item;

    while (next_item(&text, &item)) {
        uint64_t group;

        if (!dns_decimal_parse(item, UINT16_MAX, &group))
            return DNS_TEXT_PARAM;
        if (!write_u16_be(out, (uint16_t)group))
            return DNS_NO_ROOM;
    }
    return DNS_OK;
}

static bool format_port(struct byte_reader value, struct text *text)
{
    uint16_t port = 0;

    (void)read_u16_be(&value, &port);
    return text_append_decimal(text, port, 0);
}

static enum dns_status parse_port(struct byte_reader text, struct byte_writer *out)
{
    uint64_t port;

    if (!dns_decimal_parse(byte_reader_rest(&text), UINT16_MAX, &port))
        return DNS_TEXT_PARAM;
    return dns_parse_wrote(write_u16_be(out, (uint16_t)port));
}

static bool format_ipv4hint(struct byte_reader value, struct text *text)
{
    struct bytes address;
    bool ok = true;

    for (bool first = true; ok && read_bytes(&value, 4, &address); first = false)
        ok = (first || text_append_char(text, ',')) && dns_ipv4_format(address.at, text);
    return ok;
}

static enum dns_status parse_ipv4hint(struct byte_reader text, struct byte_writer *out)
{
    uint8_t octets[4];
    struct bytes item;

    while (next_item(&text, &item)) {
        if (!dns_ipv4_parse(item, octets))
            return DNS_TEXT_ADDRESS;
        if (!write_bytes(out, bytes_of(octets, sizeof(octets))))
            return DNS_NO_ROOM;
    }
    return DNS_OK;
}

static bool format_ipv6hint(struct byte_reader value, struct text *text)
{
    struct bytes address;
    bool ok = true;

    for (bool first = true; ok && read_bytes(&value, 16, &address); first = false)
        ok = (first || text_append_char(text, ',')) && dns_ipv6_format(address.at, text);
    return ok;
}

static enum dns_status parse_ipv6hint(struct byte_reader text, struct byte_writer *out)
{
    uint8_t octets[16];
    struct bytes item;

    while (next_item(&text, &item)) {
        if (!dns_ipv6_parse(item, octets))
            return DNS_TEXT_ADDRESS;
        if (!write_bytes(out, bytes_of(octets, sizeof(octets))))
            return DNS_NO_ROOM;
    }
    return DNS_OK;
}

static bool format_ech(struct byte_reader value, struct text *text)
{
    return dns_base64_format(byte_reader_rest(&value), text);
}

static enum dns_status parse_ech(struct byte_reader text, struct byte_writer *out)
{
    return dns_base64_parse(byte_reader_rest(&text), out);
}

static bool format_string(struct byte_reader value, struct text *text)
{
    return text_append_char(text, '"') &&
           dns_quote_append(text, byte_reader_rest(&value), DNS_QUOTE_STRING) &&
           text_append_char(text, '"');
}

static enum dns_status parse_empty(struct byte_reader text, struct byte_writer *out)
{
    (void)out;
    return byte_reader_is_done(&text) ? DNS_OK : DNS_TEXT_PARAM;
}

/* A value that is left out, with the `=`, where it is empty: so no key's form appends nothing. */
static const struct param_form forms[] = {
    [DNS_PARAM_MANDATORY] = { "mandatory", format_keys, parse_keys },
    [DNS_PARAM_ALPN] = { "alpn", format_alpn, parse_alpn },
    [DNS_PARAM_NO_DEFAULT_ALPN] = { "no-default-alpn", format_string, parse_empty },
    [DNS_PARAM_PORT] = { "port", format_port, parse_port },
    [DNS_PARAM_IPV4HINT] = { "ipv4hint", format_ipv4hint, parse_ipv4hint },
    [DNS_PARAM_ECH] = { "ech", format_ech, parse_ech },
    [DNS_PARAM_IPV6HINT] = { "ipv6hint", format_ipv6hint, parse_ipv6hint },
    [DNS_PARAM_DOHPATH] = { "dohpath", format_string, dns_octets_parse },
    [DNS_PARAM_OHTTP] = { "ohttp", format_string, parse_empty },
    [DNS_PARAM_TLS_SUPPORTED_GROUPS] = { "tls-supported-groups", format_groups, parse_groups },
    [DNS_PARAM_DOCPATH] = { "docpath", format_alpn, parse_docpath },
    [DNS_PARAM_PVD] = { "pvd", format_string, parse_empty },
    [DNS_PARAMS_KNOWN] = { NULL, format_string, dns_octets_parse },
};

static const struct param_form *form_of(uint16_t key)
{
    return &forms[key < DNS_PARAMS_KNOWN ? key : DNS_PARAMS_KNOWN];
}

static bool format_params(const struct dns_value *value, struct text *text)
{
    struct byte_reader in = value->octets;
    struct dns_param param;
    bool ok = true;

    for (bool first = true; ok && dns_param_read(&in, &param); first = false)
        ok = (first || text_append_char(text, ' ')) && format_key(param.key, text) &&
             (param.value.size == 0 ||
              (text_append_char(text, '=') &&
               form_of(param.key)->format(byte_reader_init(param.value), text)));
    return ok;
}

static unsigned int key_at(const struct byte_writer *out, size_t at)
{
    return (unsigned int)out->base[at] << 8 | out->base[at + 1];
}

static void reverse(uint8_t *octets, size_t size)
{
    for (size_t i = 0; i < size / 2; i++) {
        uint8_t octet = octets[i];

        octets[i] = octets[size - 1 - i];
        octets[size - 1 - i] = octet;
    }
}

/* Moves the last parameter, which begins at `last`, in front of those with a greater key, of which
 * the first stands at or behind `start`. DNS_PARAM_ORDER where its key is there already. */
static enum dns_status sink_param(struct byte_writer *out, size_t start, size_t last)
{
    struct byte_reader in = byte_reader_init(byte_writer_written(out));
    unsigned int key = key_at(out, last);
    struct dns_param param;
    size_t at = start;

    in.position = start;
    in.end = last;
    while (dns_param_read(&in, &param) && param.key <= key) {
        if (param.key == key)
            return DNS_PARAM_ORDER;
        at = in.position;
    }
    /* Two blocks change places when each is reversed, and then both together. */
    reverse(out->base + at, last - at);
    reverse(out->base + last, out->position - last);
    reverse(out->base + at, out->position - at);
    return DNS_OK;
}

/* What stands behind `=`: without quotes, where there are some; and nothing where there is no `=`.
 */
static struct byte_reader value_of(struct byte_reader word, size_t key_size)
{
    word.position += key_size;
    if (byte_reader_is_done(&word))
        return word;
    word.position++;
    if (!byte_reader_is_done(&word) && word.base[word.position] == '"') {
        word.position++;
        word.end--;
    }
    return word;
}

/* The word that was scanned last: one parameter, at the end of what is written. */
static enum dns_status parse_param(struct byte_reader word, struct byte_writer *out)
{
    struct bytes whole = byte_reader_rest(&word);
    const uint8_t *equals = whole.size == 0 ? NULL : memchr(whole.at, '=', whole.size);
    size_t key_size = equals == NULL ? whole.size : (size_t)(equals - whole.at);
    bool is_generic = bytes_has_prefix(whole, bytes_of_text("key"));
    size_t at = out->position;
    struct byte_reader value = value_of(word, key_size);
    enum dns_status status = DNS_OK;
    uint16_t key;

    if (!parse_key(bytes_of(whole.at, key_size), &key))
        return DNS_TEXT_PARAM;
    if (!(write_u16_be(out, key) && write_u16_be(out, 0)))
        return DNS_NO_ROOM;
    if (equals != NULL)
        status = is_generic ? dns_octets_parse(value, out) : form_of(key)->parse(value, out);
    if (status == DNS_OK && out->position - at - 4 > UINT16_MAX)
        status = DNS_TEXT_OCTETS_SIZE;
    if (status == DNS_OK)
        byte_writer_patch_u16_be(out, at + 2, (uint16_t)(out->position - at - 4));
    return status;
}

static enum dns_status parse_params(struct dns_parse *parse, enum dns_field_kind kind)
{
    struct byte_writer *out = parse->out;
    size_t start = out->position;
    size_t greatest = start; /* where the last parameter stands, that with the greatest key */
    size_t moved = 0;

    (void)kind;
    while (!dns_scan_is_done(&parse->scan)) {
        size_t last = out->position;
        enum dns_status status = dns_scan_next(&parse->scan);

        if (status == DNS_OK)
            status = parse_param(parse->scan.word, out);
        if (status != DNS_OK)
            return status;
        if (last == start || key_at(out, last) > key_at(out, greatest)) {
            greatest = last;
            continue;
        }
        moved += out->position - start;
        status = moved > MOVED_MAX ? DNS_TEXT_DISORDER : sink_param(out, start, last);
        if (status != DNS_OK)
            return status;
        greatest += out->position - last;
    }
    return DNS_OK;
}

const struct dns_field_form dns_form_params = { format_params, parse_params };
