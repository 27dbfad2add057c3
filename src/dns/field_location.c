/*
 * Locations as text: degrees, minutes and seconds of latitude and longitude, altitude, size and the
 * two precisions in metres. RFC 1876.
 */
#include "dns/field_text.h"

#define ZERO 0x80000000U        /* of a coordinate: the equator, or the meridian of Greenwich */
#define ALTITUDE_ZERO 10000000U /* centimetres below the ellipsoid, from where it is counted */
#define MINUTE_MS 60000U        /* of arc, in thousandths of its second */
#define DEGREE_MS 3600000U
#define METRE_CM 100U

/* An axis of the globe, and the letters for its two directions. */
struct axis {
    unsigned int degrees_max;
    const char *above, *below;
};

static const struct axis latitude = { 90, "N", "S" };
static const struct axis longitude = { 180, "E", "W" };

static uint32_t word_at(const uint8_t *octets)
{
    return (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 | (uint32_t)octets[2] << 8 |
           octets[3];
}

static bool format_coordinate(const struct axis *axis, uint32_t value, struct text *text)
{
    uint32_t ms = value >= ZERO ? value - ZERO : ZERO - value;

    return text_append_decimal(text, ms / DEGREE_MS, 0) && text_append_char(text, ' ') &&
           text_append_decimal(text, ms / MINUTE_MS % 60, 0) && text_append_char(text, ' ') &&
           text_append_decimal(text, ms / 1000 % 60, 0) && text_append_char(text, '.') &&
           text_append_decimal(text, ms % 1000, 3) && text_append_char(text, ' ') &&
           text_append(text, value >= ZERO ? axis->above : axis->below) &&
           text_append_char(text, ' ');
}

static bool format_metres(uint64_t cm, struct text *text)
{
    return text_append_decimal(text, cm / METRE_CM, 0) && text_append_char(text, '.') &&
           text_append_decimal(text, cm % METRE_CM, 2) && text_append_char(text, 'm');
}

static bool format_altitude(uint32_t value, struct text *text)
{
    if (value >= ALTITUDE_ZERO)
        return format_metres(value - ALTITUDE_ZERO, text);
    return text_append_char(text, '-') && format_metres(ALTITUDE_ZERO - value, text);
}

/* A size: a digit and a power of ten, of centimetres; whole metres have no fraction. */
static bool format_size(uint8_t octet, struct text *text)
{
    uint64_t cm = octet >> 4;

    for (unsigned int power = octet & 15U; power > 0; power--)
        cm *= 10;
    if (cm == 0 || cm % METRE_CM != 0)
        return text_append_char(text, ' ') && format_metres(cm, text);
    return text_append_char(text, ' ') && text_append_decimal(text, cm / METRE_CM, 0) &&
           text_append_char(text, 'm');
}

static bool format_location(const struct dns_value *value, struct text *text)
{
    const uint8_t *octets = dns_value_rest(value).at;

    return format_coordinate(&latitude, word_at(octets + 4), text) &&
           format_coordinate(&longitude, word_at(octets + 8), text) &&
           format_altitude(word_at(octets + 12), text) && format_size(octets[1], text) &&
           format_size(octets[2], text) && format_size(octets[3], text);
}

bool dns_location_is_known(const struct dns_value *value)
{
    return dns_value_rest(value).at[0] == 0;
}

/* A number with up to `places` digits behind a dot, as a whole number of the last of them. */
static bool parse_fixed(struct bytes text, unsigned int places, uint64_t *ret_number)
{
    uint64_t number = 0;
    unsigned int seen = 0; /* digits behind the dot */
    bool has_dot = false;
    bool has_digit = false;

    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] == '.' && !has_dot) {
            has_dot = true;
            continue;
        }
        if (text.at[i] < '0' || text.at[i] > '9' || (has_dot && seen == places) ||
            number > UINT32_MAX)
            return false;
        number = number * 10 + (unsigned int)(text.at[i] - '0');
        seen += has_dot;
        has_digit = true;
    }
    for (; seen < places; seen++)
        number *= 10;
    *ret_number = number;
    return has_digit;
}

/* A coordinate's degrees, minutes and seconds: what each is in thousandths of a second of arc, how
 * many digits may stand behind its dot, and what it may not reach. */
struct part {
    uint32_t unit;
    unsigned int places;
    uint64_t end;
};

/* Minutes and seconds may be left out before the direction that ends a coordinate. */
static enum dns_status parse_coordinate(struct dns_parse *parse, const struct axis *axis,
                                        uint32_t *ret_value)
{
    const struct part parts[] = { { DEGREE_MS, 0, axis->degrees_max + 1ULL },
                                  { MINUTE_MS, 0, 60 },
                                  { 1, 3, MINUTE_MS } };
    uint64_t ms_max = (uint64_t)axis->degrees_max * DEGREE_MS;
    uint64_t ms = 0;

    for (size_t i = 0;; i++) {
        uint64_t number = 0;
        struct bytes word;
        enum dns_status status = dns_parse_word(parse, &word);
        bool is_above = status == DNS_OK && bytes_equal(word, bytes_of_text(axis->above));
        bool is_below = status == DNS_OK && bytes_equal(word, bytes_of_text(axis->below));

        if (status != DNS_OK)
            return status;
        if (is_above || is_below) {
            if (i == 0 || ms > ms_max)
                return DNS_TEXT_LOCATION;
            *ret_value = (uint32_t)(is_above ? ZERO + ms : ZERO - ms);
            return DNS_OK;
        }
        if (i == sizeof(parts) / sizeof(parts[0]) || !parse_fixed(word, parts[i].places, &number) ||
            number >= parts[i].end)
            return DNS_TEXT_LOCATION;
        ms += number * parts[i].unit;
    }
}

/* A number of metres with "m" behind it, or without. */
static bool parse_metres(struct bytes word, uint64_t *ret_cm)
{
    if (word.size > 0 && word.at[word.size - 1] == 'm')
        word.size--;
    return parse_fixed(word, 2, ret_cm);
}

static enum dns_status parse_altitude(struct dns_parse *parse, uint32_t *ret_value)
{
    bool is_below;
    uint64_t cm;
    struct bytes word;
    enum dns_status status = dns_parse_word(parse, &word);

    if (status != DNS_OK)
        return status;
    is_below = word.size > 0 && word.at[0] == '-';
    if (!parse_metres(bytes_of(word.at + is_below, word.size - is_below), &cm) ||
        cm > (is_below ? ALTITUDE_ZERO : UINT32_MAX - ALTITUDE_ZERO))
        return DNS_TEXT_LOCATION;
    *ret_value = (uint32_t)(is_below ? ALTITUDE_ZERO - cm : ALTITUDE_ZERO + cm);
    return DNS_OK;
}

/* A size that may be left out, and then is what *octet says. */
static enum dns_status parse_size(struct dns_parse *parse, uint8_t *octet)
{
    unsigned int power = 0;
    uint64_t cm;
    struct bytes word;
    enum dns_status status;

    if (dns_scan_is_done(&parse->scan))
        return DNS_OK;
    status = dns_parse_word(parse, &word);
    if (status != DNS_OK)
        return status;
    if (!parse_metres(word, &cm))
        return DNS_TEXT_LOCATION;
    for (; cm >= 10; cm /= 10)
        power++;
    if (power > 9)
        return DNS_TEXT_LOCATION;
    *octet = (uint8_t)(cm << 4 | power);
    return DNS_OK;
}

static enum dns_status parse_location(struct dns_parse *parse, enum dns_field_kind kind)
{
    struct byte_writer *out = parse->out;
    /* One metre, ten kilometres and ten metres, unless they are said (RFC 1876 section 3). */
    uint8_t sizes[4] = { 0, 0x12, 0x16, 0x13 };
    uint32_t north = 0;
    uint32_t east = 0;
    uint32_t altitude = 0;
    enum dns_status status = parse_coordinate(parse, &latitude, &north);

    (void)kind;
    if (status == DNS_OK)
        status = parse_coordinate(parse, &longitude, &east);
    if (status == DNS_OK)
        status = parse_altitude(parse, &altitude);
    for (size_t i = 1; status == DNS_OK && i < sizeof(sizes); i++)
        status = parse_size(parse, &sizes[i]);
    if (status != DNS_OK)
        return status;
    return dns_parse_wrote(write_bytes(out, bytes_of(sizes, sizeof(sizes))) &&
                           write_u32_be(out, north) && write_u32_be(out, east) &&
                           write_u32_be(out, altitude));
}

const struct dns_field_form dns_form_location = { format_location, parse_location };
