/*
 * The shapes of options: for each a function that shows octets that were found right before, and
 * one that reads them.
 */
#include "dns/option_form.h"

#include "dns/code.h"
#include "dns/field_text.h"
#include "dns/quote.h"
#include "dns/rrtype.h"

/* Reads `word` as it stands; false, and nothing moved, where something else stands here. */
static bool take(struct byte_reader *in, const char *word)
{
    struct bytes wanted = bytes_of_text(word);

    if (!bytes_has_prefix(byte_reader_rest(in), wanted))
        return false;
    in->position += wanted.size;
    return true;
}

/* The characters up to the next `end`, or to the end of the text; moves over them. */
static struct bytes take_until(struct byte_reader *in, uint8_t end)
{
    struct byte_reader part = *in;

    while (!byte_reader_is_done(in) && in->base[in->position] != end)
        in->position++;
    part.end = in->position;
    return byte_reader_rest(&part);
}

/* Reads a decimal number of at most `max`. */
static bool take_number(struct byte_reader *in, uint64_t max, uint64_t *ret_number)
{
    struct byte_reader digits = *in;

    while (!byte_reader_is_done(in) && in->base[in->position] >= '0' &&
           in->base[in->position] <= '9')
        in->position++;
    digits.end = in->position;
    return dns_decimal_parse(byte_reader_rest(&digits), max, ret_number);
}

/* A number of so many octets; they are there. */
static uint64_t number_of(struct byte_reader *in, unsigned int octets)
{
    uint64_t number = 0;
    uint8_t octet = 0;

    for (; octets > 0 && read_u8(in, &octet); octets--)
        number = number << 8 | octet;
    return number;
}

static bool write_number(struct byte_writer *out, unsigned int octets, uint64_t number)
{
    bool ok = byte_writer_left(out) >= octets;

    while (ok && octets > 0)
        ok = write_u8(out, (uint8_t)(number >> --octets * 8));
    return ok;
}

/* The greatest number of so many octets. */
static uint64_t max_of(unsigned int octets)
{
    return UINT64_MAX >> (64 - octets * 8);
}

/* Reads a number and writes it in so many octets. */
static enum dns_status parse_number(struct byte_reader *in, unsigned int octets,
                                    struct byte_writer *out)
{
    uint64_t number;

    if (!take_number(in, max_of(octets), &number))
        return DNS_TEXT_OPTION;
    return dns_parse_wrote(write_number(out, octets, number));
}

/* Each octet in hexadecimal with a blank behind it, and then the characters that can be printed. */
static bool format_dump(struct bytes octets, struct text *text)
{
    bool ok = true;

    for (size_t i = 0; ok && i < octets.size; i++)
        ok = text_append_hex(text, bytes_of(octets.at + i, 1)) && text_append_char(text, ' ');
    ok = ok && text_append(text, "(\"");
    for (size_t i = 0; ok && i < octets.size; i++) {
        bool is_printable = octets.at[i] >= 0x20 && octets.at[i] < 0x7F;

        ok = text_append_char(text, is_printable ? (char)octets.at[i] : '.');
    }
    return ok && text_append(text, "\")");
}

/* Pairs of digits, with blanks between or not, up to the characters in parentheses. */
static enum dns_status parse_dump(struct byte_reader *in, struct byte_writer *out)
{
    while (!byte_reader_is_done(in)) {
        enum dns_status status;

        if (bytes_has_prefix(byte_reader_rest(in), bytes_of_text("(\""))) {
            if (in->base[in->end - 1] != ')')
                return DNS_TEXT_OPTION;
            in->position = in->end;
            break;
        }
        status = dns_hex_parse(take_until(in, ' '), out);
        if (status != DNS_OK)
            return status;
        (void)take(in, " ");
    }
    return DNS_OK;
}

/* Numbers of one size, with a comma and a blank between. */
static bool format_list(struct bytes octets, unsigned int size, struct text *text)
{
    struct byte_reader in = byte_reader_init(octets);
    bool ok = true;

    for (bool first = true; ok && !byte_reader_is_done(&in); first = false)
        ok = (first || text_append(text, ", ")) &&
             text_append_decimal(text, number_of(&in, size), 0);
    return ok;
}

static enum dns_status parse_list(struct byte_reader *in, unsigned int size,
                                  struct byte_writer *out)
{
    enum dns_status status = parse_number(in, size, out);

    while (status == DNS_OK && take(in, ",")) {
        (void)take(in, " ");
        status = parse_number(in, size, out);
    }
    return status;
}

static bool format_algorithms(struct bytes octets, struct text *text)
{
    return format_list(octets, 1, text);
}

static enum dns_status parse_algorithms(struct byte_reader *in, struct byte_writer *out)
{
    return parse_list(in, 1, out);
}

static bool format_tags(struct bytes octets, struct text *text)
{
    return format_list(octets, 2, text);
}

static enum dns_status parse_tags(struct byte_reader *in, struct byte_writer *out)
{
    return parse_list(in, 2, out);
}

static bool format_tag(struct bytes octets, struct text *text)
{
    return format_list(octets, 2, text);
}

static enum dns_status parse_tag(struct byte_reader *in, struct byte_writer *out)
{
    return parse_number(in, 2, out);
}

/* The fields of LLQ, and what stands in front of each. */
static const struct {
    const char *before;
    unsigned int octets;
} llq_fields[] = {
    { "Version: ", 2 },      { ", Opcode: ", 2 },   { ", Error: ", 2 },
    { ", Identifier: ", 8 }, { ", Lifetime: ", 4 },
};

#define LLQ_FIELDS (sizeof(llq_fields) / sizeof(llq_fields[0]))

static bool format_llq(struct bytes octets, struct text *text)
{
    struct byte_reader in = byte_reader_init(octets);
    bool ok = true;

    for (size_t i = 0; i < LLQ_FIELDS; i++)
        ok = ok && text_append(text, llq_fields[i].before) &&
             text_append_decimal(text, number_of(&in, llq_fields[i].octets), 0);
    return ok;
}

static enum dns_status parse_llq(struct byte_reader *in, struct byte_writer *out)
{
    enum dns_status status = DNS_OK;

    for (size_t i = 0; status == DNS_OK && i < LLQ_FIELDS; i++) {
        if (!take(in, llq_fields[i].before))
            return DNS_TEXT_OPTION;
        status = parse_number(in, llq_fields[i].octets, out);
    }
    return status;
}

/* Seconds in words: "1 week 2 days". */
static bool append_period(struct text *text, uint64_t seconds)
{
    static const struct {
        uint32_t seconds;
        const char *name;
    } units[] = {
        { 604800, "week" }, { 86400, "day" }, { 3600, "hour" }, { 60, "minute" }, { 1, "second" },
    };
    bool is_first = true;
    bool ok = true;

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        uint64_t count = seconds / units[i].seconds;

        seconds %= units[i].seconds;
        if (count == 0 && !(is_first && units[i].seconds == 1))
            continue;
        ok = ok && (is_first || text_append_char(text, ' ')) &&
             text_append_decimal(text, count, 0) && text_append_char(text, ' ') &&
             text_append(text, units[i].name) && (count == 1 || text_append_char(text, 's'));
        is_first = false;
    }
    return ok;
}

/* One period or two, in seconds, and then in words. */
static bool format_lease(struct bytes octets, struct text *text)
{
    struct byte_reader in = byte_reader_init(octets);
    uint64_t lease = number_of(&in, 4);
    bool has_key_lease = !byte_reader_is_done(&in);
    uint64_t key_lease = number_of(&in, 4);
    bool ok = text_append_decimal(text, lease, 0) &&
              (!has_key_lease ||
               (text_append_char(text, '/') && text_append_decimal(text, key_lease, 0)));

    return ok && text_append(text, " (") && append_period(text, lease) &&
           (!has_key_lease || (text_append_char(text, '/') && append_period(text, key_lease))) &&
           text_append_char(text, ')');
}

static enum dns_status parse_lease(struct byte_reader *in, struct byte_writer *out)
{
    enum dns_status status = parse_number(in, 4, out);

    return status == DNS_OK && take(in, "/") ? parse_number(in, 4, out) : status;
}

static bool format_expire(struct bytes octets, struct text *text)
{
    return format_lease(octets, text);
}

static enum dns_status parse_expire(struct byte_reader *in, struct byte_writer *out)
{
    return parse_number(in, 4, out);
}

static bool format_cookie(struct bytes octets, struct text *text)
{
    return text_append_hex(text, octets);
}

/* Behind the digits dig says what it thinks of the cookie: (good), (echoed) or (bad). */
static enum dns_status parse_cookie(struct byte_reader *in, struct byte_writer *out)
{
    return dns_hex_parse(take_until(in, ' '), out);
}

/* Seconds, with one digit behind the point. */
static bool format_keepalive(struct bytes octets, struct text *text)
{
    struct byte_reader in = byte_reader_init(octets);
    uint64_t tenths = number_of(&in, 2);

    return text_append_decimal(text, tenths / 10, 0) && text_append_char(text, '.') &&
           text_append_decimal(text, tenths % 10, 0) && text_append(text, " secs");
}

static enum dns_status parse_keepalive(struct byte_reader *in, struct byte_writer *out)
{
    uint64_t seconds;
    uint64_t tenths;

    if (!take_number(in, UINT16_MAX / 10, &seconds) || !take(in, ".") ||
        !take_number(in, 9, &tenths) || !take(in, " secs") || seconds * 10 + tenths > UINT16_MAX)
        return DNS_TEXT_OPTION;
    return dns_parse_wrote(write_u16_be(out, (uint16_t)(seconds * 10 + tenths)));
}

static bool is_zero(struct bytes octets)
{
    size_t at = 0;

    while (at < octets.size && octets.at[at] == 0)
        at++;
    return at == octets.size;
}

/* How many zeroes, or what else stands there. */
static bool format_padding(struct bytes octets, struct text *text)
{
    if (!is_zero(octets))
        return format_dump(octets, text);
    return text_append_char(text, '(') && text_append_decimal(text, octets.size, 0) &&
           text_append(text, " bytes)");
}

static enum dns_status parse_padding(struct byte_reader *in, struct byte_writer *out)
{
    uint64_t size;
    bool ok = true;

    if (!take(in, "(") || !take_number(in, UINT16_MAX, &size) || !take(in, " bytes)"))
        return DNS_TEXT_OPTION;
    for (; ok && size > 0; size--)
        ok = write_u8(out, 0);
    return dns_parse_wrote(ok);
}

/* A name between quotes, without the final dot. */
static bool format_name(struct bytes octets, struct text *text)
{
    struct byte_reader in = byte_reader_init(octets);
    struct dns_name name;

    if (dns_name_read(&in, &name).status != DNS_OK || !text_append_char(text, '"') ||
        !dns_name_format(&name, text))
        return false;
    if (name.size > 1)
        text_rollback(text, text->size - 1);
    return text_append_char(text, '"');
}

static enum dns_status write_name(struct bytes text, struct byte_writer *out)
{
    struct dns_name name;
    struct dns_verdict verdict = dns_name_parse(text, &name);

    if (verdict.status != DNS_OK)
        return verdict.status;
    return dns_parse_wrote(write_bytes(out, dns_name_bytes(&name)));
}

static enum dns_status parse_name(struct byte_reader *in, struct byte_writer *out)
{
    struct byte_reader name = *in;
    bool is_quoted = take(&name, "\"");

    if (is_quoted && (byte_reader_is_done(&name) || in->base[--name.end] != '"'))
        return DNS_TEXT_QUOTE;
    in->position = in->end;
    return write_name(byte_reader_rest(&name), out);
}

/* An address with two prefix lengths: how much of it was said, and for how much an answer is good.
 */
static bool format_subnet(struct bytes octets, struct text *text)
{
    struct dns_edns_option option = { DNS_OPTION_CLIENT_SUBNET, octets };
    struct dns_client_subnet subnet;
    bool ok = dns_client_subnet_read(&option, &subnet) == DNS_OK;

    if (ok && subnet.family == DNS_SUBNET_NONE)
        ok = text_append_char(text, '0');
    else if (ok && subnet.family == DNS_SUBNET_IPV4)
        ok = dns_ipv4_format(subnet.address, text);
    else if (ok)
        ok = dns_ipv6_format(subnet.address, text);
    return ok && text_append_char(text, '/') && text_append_decimal(text, subnet.source_bits, 0) &&
           text_append_char(text, '/') && text_append_decimal(text, subnet.scope_bits, 0);
}

/* The family of an address, and its octets. */
static bool parse_address(struct bytes text, struct dns_client_subnet *subnet)
{
    subnet->family = DNS_SUBNET_NONE;
    if (bytes_equal(text, bytes_of_text("0")))
        return true;
    subnet->family = DNS_SUBNET_IPV4;
    if (dns_ipv4_parse(text, subnet->address))
        return true;
    subnet->family = DNS_SUBNET_IPV6;
    return dns_ipv6_parse(text, subnet->address);
}

static enum dns_status parse_subnet(struct byte_reader *in, struct byte_writer *out)
{
    static const uint8_t bits_max[] = {
        [DNS_SUBNET_NONE] = 0, [DNS_SUBNET_IPV4] = 32, [DNS_SUBNET_IPV6] = 128
    };
    struct dns_client_subnet subnet = { 0 };
    uint64_t source;
    uint64_t scope = 0;
    size_t size;

    if (!parse_address(take_until(in, '/'), &subnet))
        return DNS_TEXT_ADDRESS;
    if (!take(in, "/") || !take_number(in, bits_max[subnet.family], &source) ||
        (take(in, "/") && !take_number(in, bits_max[subnet.family], &scope)))
        return DNS_TEXT_OPTION;
    size = (size_t)(source + 7) / 8;
    /* The address may be said whole; what lies behind the prefix is left out. */
    if (source % 8 != 0)
        subnet.address[size - 1] &= (uint8_t)(0xFF00U >> source % 8);
    return dns_parse_wrote(write_u16_be(out, subnet.family) && write_u8(out, (uint8_t)source) &&
                           write_u8(out, (uint8_t)scope) &&
                           write_bytes(out, bytes_of(subnet.address, size)));
}

/* Whether a character of more than one octet begins here that steers a terminal (U+0080 to U+009F).
 */
static bool is_control(struct bytes text, size_t at)
{
    return text.at[at] == 0xC2 && text.size - at > 1 && text.at[at + 1] < 0xA0;
}

/* UTF-8 as it is, but for what a terminal would act upon, and the backslash. */
static bool append_utf8(struct text *text, struct bytes extra)
{
    unsigned int escapes_left = 0;
    bool ok = true;

    for (size_t i = 0; ok && i < extra.size; i++) {
        uint8_t octet = extra.at[i];

        if (is_control(extra, i))
            escapes_left = 2;
        if (octet == '\\')
            ok = text_append(text, "\\\\");
        else if (octet < 0x20 || octet == 0x7F || escapes_left > 0)
            ok = text_append_char(text, '\\') && text_append_decimal(text, octet, 3);
        else
            ok = text_append_char(text, (char)octet);
        escapes_left -= escapes_left > 0;
    }
    return ok;
}

static bool format_error(struct bytes octets, struct text *text)
{
    struct byte_reader in = byte_reader_init(octets);
    uint16_t code = (uint16_t)number_of(&in, 2);
    const char *name = dns_ede_name(code);

    return text_append_decimal(text, code, 0) &&
           (name == NULL ||
            (text_append(text, " (") && text_append(text, name) && text_append_char(text, ')'))) &&
           (byte_reader_is_done(&in) ||
            (text_append(text, ": (") && append_utf8(text, byte_reader_rest(&in)) &&
             text_append_char(text, ')')));
}

/* The text goes to the last parenthesis of the line, so it may hold some. */
static enum dns_status parse_error(struct byte_reader *in, struct byte_writer *out)
{
    enum dns_status status = parse_number(in, 2, out);
    struct byte_reader extra;

    if (status != DNS_OK)
        return status;
    if (take(in, " (")) {
        (void)take_until(in, ')');
        if (!take(in, ")"))
            return DNS_TEXT_OPTION;
    }
    if (byte_reader_is_done(in))
        return DNS_OK;
    if (!take(in, ": (") || byte_reader_is_done(in) || in->base[in->end - 1] != ')')
        return DNS_TEXT_OPTION;
    extra = *in;
    extra.end--;
    in->position = in->end;
    return dns_octets_parse(extra, out);
}

/* How many labels the zone's name has, and its serial number, or a version of another type. */
static bool format_zone_version(struct bytes octets, struct text *text)
{
    struct byte_reader in = byte_reader_init(octets);
    uint64_t labels = number_of(&in, 1);
    uint64_t type = number_of(&in, 1);
    bool ok = text_append(text, "LABELS: ") && text_append_decimal(text, labels, 0);

    if (type == 0)
        return ok && text_append(text, ", SOA-SERIAL: ") &&
               text_append_decimal(text, number_of(&in, 4), 0);
    return ok && text_append(text, ", TYPE: ") && text_append_decimal(text, type, 0) &&
           text_append(text, ", VALUE: ") && text_append_hex(text, byte_reader_rest(&in));
}

/* dig shows the zone's name instead of the count where it knows the question. */
static enum dns_status parse_zone(struct byte_reader *in, struct byte_writer *out)
{
    struct dns_name name;

    if (take(in, "LABELS: "))
        return parse_number(in, 1, out);
    if (!take(in, "ZONE: ") || dns_name_parse(take_until(in, ','), &name).status != DNS_OK)
        return DNS_TEXT_OPTION;
    return dns_parse_wrote(write_u8(out, (uint8_t)dns_name_labels(&name)));
}

static enum dns_status parse_zone_version(struct byte_reader *in, struct byte_writer *out)
{
    enum dns_status status = parse_zone(in, out);

    if (status != DNS_OK)
        return status;
    if (take(in, ", SOA-SERIAL: "))
        return write_u8(out, 0) ? parse_number(in, 4, out) : DNS_NO_ROOM;
    if (!take(in, ", TYPE: "))
        return DNS_TEXT_OPTION;
    status = parse_number(in, 1, out);
    if (status != DNS_OK)
        return status;
    if (!take(in, ", VALUE:"))
        return DNS_TEXT_OPTION;
    (void)take(in, " ");
    return dns_hex_parse(take_until(in, ' '), out);
}

static bool format_types(struct bytes octets, struct text *text)
{
    struct byte_reader in = byte_reader_init(octets);
    bool ok = true;

    for (bool first = true; ok && !byte_reader_is_done(&in); first = false)
        ok = (first || text_append_char(text, ' ')) &&
             dns_type_format((uint16_t)number_of(&in, 2), text);
    return ok;
}

static enum dns_status parse_types(struct byte_reader *in, struct byte_writer *out)
{
    do {
        uint16_t type;

        if (!dns_type_parse(take_until(in, ' '), &type))
            return DNS_TEXT_TYPE;
        if (!write_u16_be(out, type))
            return DNS_NO_ROOM;
    } while (take(in, " "));
    return DNS_OK;
}

#define OPTION(id, name, code, source, shape) { (code), (name), format_##shape, parse_##shape },
#define OPAQUE(id, name, code, source) { (code), (name), format_dump, parse_dump },
static const struct dns_option_form forms[] = {
#include "dns/option.def"
    /* What later versions of dig call two of them. */
    { DNS_OPTION_TCP_KEEPALIVE, "TCP-KEEPALIVE", format_keepalive, parse_keepalive },
    { DNS_OPTION_PADDING, "PADDING", format_padding, parse_padding },
};
#undef OPTION
#undef OPAQUE

#define FORMS (sizeof(forms) / sizeof(forms[0]))

const struct dns_option_form dns_option_form_opaque = { 0, NULL, format_dump, parse_dump };

struct dns_option_form dns_option_form_of(uint16_t code)
{
    struct dns_option_form form = dns_option_form_opaque;

    for (size_t i = 0; i < FORMS; i++) {
        if (forms[i].code == code)
            return forms[i];
    }
    form.code = code;
    return form;
}

bool dns_option_form_find(struct bytes name, struct dns_option_form *ret_form)
{
    uint16_t code;

    for (size_t i = 0; i < FORMS; i++) {
        if (dns_word_equal(name, forms[i].name)) {
            *ret_form = forms[i];
            return true;
        }
    }
    if (!dns_number_parse(name, "OPT=", &code))
        return false;
    *ret_form = dns_option_form_of(code);
    return true;
}
