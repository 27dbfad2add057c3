/* Octets as text: hexadecimal, base64, base32 (RFC 4648), and the form of unknown types. */
#include "base/require.h"
#include "dns/field_text.h"

int dns_hex_digit(uint8_t digit)
{
    unsigned int letter = (digit | 0x20U) - 'a';

    if (digit >= '0' && digit <= '9')
        return digit - '0';
    return letter < 6 ? (int)letter + 10 : -1;
}

enum dns_status dns_hex_parse(struct bytes text, struct byte_writer *out)
{
    if (text.size % 2 != 0)
        return DNS_TEXT_HEX;
    for (size_t i = 0; i < text.size; i += 2) {
        int high = dns_hex_digit(text.at[i]);
        int low = dns_hex_digit(text.at[i + 1]);

        if (high < 0 || low < 0)
            return DNS_TEXT_HEX;
        if (!write_u8(out, (uint8_t)(high << 4 | low)))
            return DNS_NO_ROOM;
    }
    return DNS_OK;
}

/* Digits of five or six bits, and `=` for those that are left out at the end of a group. */
struct alphabet {
    const char *digits;
    unsigned int bits;  /* of a digit */
    unsigned int group; /* digits of a group, which has whole octets */
    bool is_padded;
};

static const struct alphabet base64 = {
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 6, 4, true
};
static const struct alphabet base32hex = { "0123456789abcdefghijklmnopqrstuv", 5, 8, false };

static bool format_digits(const struct alphabet *alphabet, struct bytes octets, struct text *text)
{
    size_t digits = (octets.size * 8 + alphabet->bits - 1) / alphabet->bits;
    size_t padded = (digits + alphabet->group - 1) / alphabet->group * alphabet->group;
    size_t size = alphabet->is_padded ? padded : digits;
    unsigned int mask = (1U << alphabet->bits) - 1;
    char *to = text_extend(text, size);
    char *start = to;
    uint32_t bits = 0;
    unsigned int bits_count = 0;

    if (to == NULL)
        return false;
    for (size_t i = 0; i < octets.size; i++) {
        bits = bits << 8 | octets.at[i];
        bits_count += 8;
        for (; bits_count >= alphabet->bits; bits_count -= alphabet->bits)
            *to++ = alphabet->digits[bits >> (bits_count - alphabet->bits) & mask];
    }
    if (bits_count > 0)
        *to++ = alphabet->digits[bits << (alphabet->bits - bits_count) & mask];
    memset(to, '=', size - (size_t)(to - start));
    return true;
}

/* Whole groups of base64, which are most of any key or signature: three octets, four digits. */
static void put_groups(char *to, const uint8_t *octets, size_t groups)
{
    for (; groups > 0; groups--, octets += 3, to += 4) {
        uint32_t bits = (uint32_t)octets[0] << 16 | (uint32_t)octets[1] << 8 | octets[2];

        to[0] = base64.digits[bits >> 18];
        to[1] = base64.digits[bits >> 12 & 63];
        to[2] = base64.digits[bits >> 6 & 63];
        to[3] = base64.digits[bits & 63];
    }
}

bool dns_base64_format(struct bytes octets, struct text *text)
{
    size_t groups = octets.size / 3;
    size_t before = text->size;
    char *to = text_extend(text, 4 * groups);

    if (to == NULL)
        return false;
    if (octets.size == 0)
        return true;
    put_groups(to, octets.at, groups);
    if (format_digits(&base64, bytes_of(octets.at + 3 * groups, octets.size % 3), text))
        return true;
    text_rollback(text, before);
    return false;
}

/* Digits that are being read, in as many words as there are. */
struct digits {
    const struct alphabet *alphabet;
    uint32_t bits;
    unsigned int bits_count;
    size_t count; /* digits and padding */
    size_t padding;
};

static int digit_of(const struct alphabet *alphabet, uint8_t digit)
{
    const char *at;

    /* base32hex ignores the case of letters. */
    if (!alphabet->is_padded && digit >= 'A' && digit <= 'Z')
        digit |= 0x20;
    at = digit == '\0' ? NULL : strchr(alphabet->digits, digit);
    return at == NULL ? -1 : (int)(at - alphabet->digits);
}

static enum dns_status read_digits(struct digits *digits, struct bytes text,
                                   struct byte_writer *out)
{
    const struct alphabet *alphabet = digits->alphabet;

    for (size_t i = 0; i < text.size; i++) {
        int digit = digit_of(alphabet, text.at[i]);

        digits->count++;
        if (alphabet->is_padded && text.at[i] == '=') {
            digits->padding++;
            continue;
        }
        if (digit < 0 || digits->padding > 0)
            return DNS_TEXT_BASE64;
        digits->bits = digits->bits << alphabet->bits | (unsigned int)digit;
        digits->bits_count += alphabet->bits;
        if (digits->bits_count < 8)
            continue;
        digits->bits_count -= 8;
        if (!write_u8(out, (uint8_t)(digits->bits >> digits->bits_count)))
            return DNS_NO_ROOM;
    }
    return DNS_OK;
}

/* At the end: whole groups, no more padding than needed, and no bits that were lost. */
static enum dns_status finish_digits(const struct digits *digits)
{
    const struct alphabet *alphabet = digits->alphabet;
    bool is_whole = !alphabet->is_padded ||
                    (digits->count % alphabet->group == 0 && digits->padding * alphabet->bits < 16);

    if (!is_whole || digits->bits_count >= alphabet->bits ||
        (digits->bits & ((1U << digits->bits_count) - 1)) != 0)
        return DNS_TEXT_BASE64;
    return DNS_OK;
}

static enum dns_status parse_digits(const struct alphabet *alphabet, struct bytes text,
                                    struct byte_writer *out)
{
    struct digits digits = { .alphabet = alphabet };
    enum dns_status status = read_digits(&digits, text, out);

    return status == DNS_OK ? finish_digits(&digits) : status;
}

enum dns_status dns_base64_parse(struct bytes text, struct byte_writer *out)
{
    return parse_digits(&base64, text, out);
}

static bool format_hex(const struct dns_value *value, struct text *text)
{
    return text_append_hex(text, dns_value_rest(value));
}

/* Hexadecimal in all words that are left; a digit more or less may stand in each. */
static enum dns_status parse_hex(struct dns_parse *parse, enum dns_field_kind kind)
{
    int high = -1;

    (void)kind;
    while (!dns_scan_is_done(&parse->scan)) {
        struct bytes word = { 0 };
        enum dns_status status = dns_parse_word(parse, &word);

        if (status != DNS_OK)
            return status;
        for (size_t i = 0; i < word.size; i++) {
            int digit = dns_hex_digit(word.at[i]);

            if (digit < 0)
                return DNS_TEXT_HEX;
            if (high < 0) {
                high = digit;
                continue;
            }
            if (!write_u8(parse->out, (uint8_t)(high << 4 | digit)))
                return DNS_NO_ROOM;
            high = -1;
        }
    }
    return high < 0 ? DNS_OK : DNS_TEXT_HEX;
}

static bool format_base64(const struct dns_value *value, struct text *text)
{
    return dns_base64_format(dns_value_rest(value), text);
}

static enum dns_status parse_base64(struct dns_parse *parse, enum dns_field_kind kind)
{
    struct digits digits = { .alphabet = &base64 };

    (void)kind;
    while (!dns_scan_is_done(&parse->scan)) {
        struct bytes word = { 0 };
        enum dns_status status = dns_parse_word(parse, &word);

        if (status == DNS_OK)
            status = read_digits(&digits, word, parse->out);
        if (status != DNS_OK)
            return status;
    }
    return finish_digits(&digits);
}

static bool format_base64_dash(const struct dns_value *value, struct text *text)
{
    struct bytes octets = dns_value_rest(value);

    return octets.size == 0 ? text_append_char(text, '-') : dns_base64_format(octets, text);
}

static bool is_dash(struct bytes word)
{
    return word.size == 1 && word.at[0] == '-';
}

static enum dns_status parse_base64_dash(struct dns_parse *parse, enum dns_field_kind kind)
{
    struct dns_parse ahead = *parse;
    struct bytes word;

    if (dns_parse_word(&ahead, &word) == DNS_OK && is_dash(word)) {
        parse->scan = ahead.scan;
        return DNS_OK;
    }
    return parse_base64(parse, kind);
}

/* The size, and the octets if there are some. */
static bool format_octets(const struct dns_value *value, struct text *text)
{
    struct bytes octets = dns_value_rest(value);

    return text_append_decimal(text, octets.size - 2, 0) &&
           (octets.size == 2 ||
            (text_append_char(text, ' ') &&
             dns_base64_format(bytes_of(octets.at + 2, octets.size - 2), text)));
}

static enum dns_status parse_octets(struct dns_parse *parse, enum dns_field_kind kind)
{
    struct byte_writer *out = parse->out;
    size_t at = out->position;
    uint64_t size = 0;
    struct bytes word;
    enum dns_status status = dns_parse_word(parse, &word);

    (void)kind;
    if (status != DNS_OK)
        return status;
    if (!dns_decimal_parse(word, UINT16_MAX, &size))
        return DNS_TEXT_NUMBER;
    if (!write_u16_be(out, (uint16_t)size))
        return DNS_NO_ROOM;
    if (size == 0)
        return DNS_OK;
    status = dns_parse_word(parse, &word);
    if (status == DNS_OK)
        status = dns_base64_parse(word, out);
    if (status == DNS_OK && out->position - at - 2 != size)
        status = DNS_TEXT_OCTETS_SIZE;
    return status;
}

/* What stands behind a length octet. */
static struct bytes counted(const struct dns_value *value)
{
    struct bytes octets = dns_value_rest(value);

    return bytes_of(octets.at + 1, octets.size - 1);
}

/* Puts in the length octet that stands at `at`, in front of what was written since. */
static enum dns_status finish_counted(struct byte_writer *out, size_t at)
{
    if (out->position - at - 1 > UINT8_MAX)
        return DNS_TEXT_OCTETS_SIZE;
    out->base[at] = (uint8_t)(out->position - at - 1);
    return DNS_OK;
}

static bool format_salt(const struct dns_value *value, struct text *text)
{
    struct bytes salt = counted(value);

    return salt.size == 0 ? text_append_char(text, '-') : text_append_hex(text, salt);
}

static enum dns_status parse_salt(struct dns_parse *parse, enum dns_field_kind kind)
{
    size_t at = parse->out->position;
    struct bytes word;
    enum dns_status status = dns_parse_word(parse, &word);

    (void)kind;
    if (status != DNS_OK)
        return status;
    if (!write_u8(parse->out, 0))
        return DNS_NO_ROOM;
    if (!is_dash(word))
        status = dns_hex_parse(word, parse->out);
    return status == DNS_OK ? finish_counted(parse->out, at) : status;
}

static bool format_hash(const struct dns_value *value, struct text *text)
{
    return format_digits(&base32hex, counted(value), text);
}

static enum dns_status parse_hash(struct dns_parse *parse, enum dns_field_kind kind)
{
    size_t at = parse->out->position;
    struct bytes word;
    enum dns_status status = dns_parse_word(parse, &word);

    (void)kind;
    if (status != DNS_OK)
        return status;
    if (!write_u8(parse->out, 0))
        return DNS_NO_ROOM;
    status = parse_digits(&base32hex, word, parse->out);
    return status == DNS_OK ? finish_counted(parse->out, at) : status;
}

static bool format_nsap(const struct dns_value *value, struct text *text)
{
    return text_append(text, "0x") && text_append_hex(text, dns_value_rest(value));
}

/* Hexadecimal with "0x" in front, and dots anywhere (RFC 1706 section 7). */
static enum dns_status parse_nsap(struct dns_parse *parse, enum dns_field_kind kind)
{
    int high = -1;
    struct bytes word;
    enum dns_status status = dns_parse_word(parse, &word);

    (void)kind;
    if (status != DNS_OK)
        return status;
    if (word.size < 2 || word.at[0] != '0' || (word.at[1] | 0x20) != 'x')
        return DNS_TEXT_HEX;
    for (size_t i = 2; i < word.size; i++) {
        int digit = dns_hex_digit(word.at[i]);

        if (word.at[i] == '.')
            continue;
        if (digit < 0)
            return DNS_TEXT_HEX;
        if (high >= 0 && !write_u8(parse->out, (uint8_t)(high << 4 | digit)))
            return DNS_NO_ROOM;
        high = high < 0 ? digit : -1;
    }
    return high < 0 ? DNS_OK : DNS_TEXT_HEX;
}

#define ATM_NSAP 0 /* formats of an address: octets, or digits */
#define ATM_E164 1

static bool format_atm(const struct dns_value *value, struct text *text)
{
    struct bytes octets = dns_value_rest(value);
    struct bytes address = bytes_of(octets.at + 1, octets.size - 1);

    if (octets.at[0] == ATM_E164)
        return text_append_char(text, '+') && text_append_bytes(text, address);
    return text_append_hex(text, address);
}

static enum dns_status parse_atm(struct dns_parse *parse, enum dns_field_kind kind)
{
    struct bytes word;
    enum dns_status status = dns_parse_word(parse, &word);

    (void)kind;
    if (status != DNS_OK)
        return status;
    if (word.size > 0 && word.at[0] == '+')
        return dns_parse_wrote(write_u8(parse->out, ATM_E164) &&
                               write_bytes(parse->out, bytes_of(word.at + 1, word.size - 1)));
    if (!write_u8(parse->out, ATM_NSAP))
        return DNS_NO_ROOM;
    return dns_hex_parse(word, parse->out);
}

bool dns_atm_is_known(const struct dns_value *value)
{
    return dns_value_rest(value).at[0] <= ATM_E164;
}

/* RFC 3597 section 5. */
static bool format_opaque(const struct dns_value *value, struct text *text)
{
    struct bytes octets = dns_value_rest(value);

    return text_append(text, "\\# ") && text_append_decimal(text, octets.size, 0) &&
           (octets.size == 0 || (text_append_char(text, ' ') && text_append_hex(text, octets)));
}

static enum dns_status parse_opaque(struct dns_parse *parse, enum dns_field_kind kind)
{
    size_t at = parse->out->position;
    uint64_t size = 0;
    struct bytes word;
    enum dns_status status = dns_parse_word(parse, &word);

    if (status != DNS_OK)
        return status;
    if (parse->scan.is_quoted || !bytes_equal(word, bytes_of_text("\\#")))
        return DNS_TEXT_OPAQUE;
    status = dns_parse_word(parse, &word);
    if (status != DNS_OK)
        return status;
    if (!dns_decimal_parse(word, UINT16_MAX, &size))
        return DNS_TEXT_NUMBER;
    status = parse_hex(parse, kind);
    if (status == DNS_OK && parse->out->position - at != size)
        status = DNS_TEXT_OCTETS_SIZE;
    return status;
}

const struct dns_field_form dns_form_hex = { format_hex, parse_hex };
const struct dns_field_form dns_form_base64 = { format_base64, parse_base64 };
const struct dns_field_form dns_form_base64_dash = { format_base64_dash, parse_base64_dash };
const struct dns_field_form dns_form_octets = { format_octets, parse_octets };
const struct dns_field_form dns_form_salt = { format_salt, parse_salt };
const struct dns_field_form dns_form_hash = { format_hash, parse_hash };
const struct dns_field_form dns_form_nsap = { format_nsap, parse_nsap };
const struct dns_field_form dns_form_atm = { format_atm, parse_atm };
const struct dns_field_form dns_form_opaque = { format_opaque, parse_opaque };
