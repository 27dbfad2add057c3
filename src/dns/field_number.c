/* Numbers as text: decimal, with units, as a date, or by name. */
#include "dns/code.h"
#include "dns/field_check.h"
#include "dns/field_text.h"

static uint64_t number_of(const struct dns_value *value)
{
    struct bytes octets = dns_value_rest(value);
    uint64_t number = 0;

    for (size_t i = 0; i < octets.size; i++)
        number = number << 8 | octets.at[i];
    return number;
}

/* Writes a number in as many octets as its kind has. */
static enum dns_status write_number(struct dns_parse *parse, enum dns_field_kind kind,
                                    uint64_t number)
{
    unsigned int octets = dns_field_octets[kind];

    if (byte_writer_left(parse->out) < octets)
        return DNS_NO_ROOM;
    while (octets-- > 0)
        (void)write_u8(parse->out, (uint8_t)(number >> (8 * octets)));
    return DNS_OK;
}

/* The greatest number of a kind. */
static uint64_t max_of(enum dns_field_kind kind)
{
    return UINT64_MAX >> (64 - 8 * dns_field_octets[kind]);
}

bool dns_decimal_parse(struct bytes digits, uint64_t max, uint64_t *ret_number)
{
    uint64_t number = 0;

    if (digits.size == 0)
        return false;
    for (size_t i = 0; i < digits.size; i++) {
        unsigned int digit = (unsigned int)digits.at[i] - '0';

        if (digit > 9 || digit > max || number > (max - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    *ret_number = number;
    return true;
}

/* How many seconds a unit has; 0: it is none. */
static uint32_t unit_of(uint8_t letter)
{
    static const struct {
        uint8_t letter;
        uint32_t seconds;
    } units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 } };

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (units[i].letter == (letter | 0x20))
            return units[i].seconds;
    }
    return 0;
}

bool dns_period_parse(struct bytes text, uint32_t *ret_seconds)
{
    uint64_t sum = 0;
    size_t start = 0;

    for (size_t i = 0; i < text.size; i++) {
        uint64_t number = 0;
        uint32_t unit = unit_of(text.at[i]);

        if (unit == 0)
            continue;
        if (!dns_decimal_parse(bytes_of(text.at + start, i - start), UINT32_MAX, &number))
            return false;
        sum += number * unit;
        start = i + 1;
        if (sum > UINT32_MAX)
            return false;
    }
    if (start == 0) {
        if (!dns_decimal_parse(text, UINT32_MAX, &sum))
            return false;
    } else if (start < text.size) {
        return false;
    }
    *ret_seconds = (uint32_t)sum;
    return true;
}

static bool format_number(const struct dns_value *value, struct text *text)
{
    return text_append_decimal(text, number_of(value), 0);
}

static enum dns_status parse_number(struct dns_parse *parse, enum dns_field_kind kind)
{
    uint64_t number;
    struct bytes word;
    enum dns_status status = dns_parse_word(parse, &word);

    if (status != DNS_OK)
        return status;
    if (!dns_decimal_parse(word, max_of(kind), &number))
        return DNS_TEXT_NUMBER;
    return write_number(parse, kind, number);
}

/* Two numbers of 32 bits with a dot between, the greater part first. */
static bool parse_halves(struct bytes word, uint64_t *ret_number)
{
    const uint8_t *dot = memchr(word.at, '.', word.size);
    size_t size = dot == NULL ? word.size : (size_t)(dot - word.at);
    uint64_t high;
    uint64_t low;

    if (dot == NULL || !dns_decimal_parse(bytes_of(word.at, size), UINT32_MAX, &high) ||
        !dns_decimal_parse(bytes_of(dot + 1, word.size - size - 1), UINT32_MAX, &low))
        return false;
    *ret_number = high << 32 | low;
    return true;
}

static enum dns_status parse_node(struct dns_parse *parse, enum dns_field_kind kind)
{
    uint64_t number;
    struct bytes word;
    enum dns_status status = dns_parse_word(parse, &word);

    if (status != DNS_OK)
        return status;
    if (!dns_decimal_parse(word, UINT64_MAX, &number) && !parse_halves(word, &number))
        return DNS_TEXT_NUMBER;
    return write_number(parse, kind, number);
}

static enum dns_status parse_period(struct dns_parse *parse, enum dns_field_kind kind)
{
    uint32_t seconds;
    struct bytes word;
    enum dns_status status = dns_parse_word(parse, &word);

    if (status != DNS_OK)
        return status;
    if (!dns_period_parse(word, &seconds))
        return DNS_TEXT_NUMBER;
    return write_number(parse, kind, seconds);
}

/* A moment by the calendar, in UTC. */
struct moment {
    uint32_t year, month, day, hour, minute, second;
};

/* The days before a month of a year that is counted from March, so that its last day is the leap
 * day; and the days before such a year, counted from the year 0. */
static uint32_t days_before_month(uint32_t month)
{
    return (153 * month + 2) / 5;
}

static uint32_t days_before_year(uint32_t year)
{
    return 365 * year + year / 4 - year / 100 + year / 400;
}

#define DAYS_TO_1970 719468U /* from 1 March of the year 0 to 1 January 1970 */
#define DAY_SECONDS 86400U

static struct moment moment_of(uint32_t seconds)
{
    uint32_t days = seconds / DAY_SECONDS + DAYS_TO_1970;
    uint32_t rest = seconds % DAY_SECONDS;
    uint32_t year = days / 366;
    uint32_t month = 0;

    while (days_before_year(year + 1) <= days)
        year++;
    days -= days_before_year(year);
    while (month < 11 && days_before_month(month + 1) <= days)
        month++;
    return (struct moment){
        .year = year + (month >= 10),
        .month = month >= 10 ? month - 9 : month + 3,
        .day = days - days_before_month(month) + 1,
        .hour = rest / 3600,
        .minute = rest / 60 % 60,
        .second = rest % 60,
    };
}

static bool seconds_of(const struct moment *moment, uint32_t *ret_seconds)
{
    uint32_t month = moment->month >= 3 ? moment->month - 3 : moment->month + 9;
    uint32_t year = moment->year - (moment->month < 3);
    uint64_t days;
    uint64_t seconds;
    struct moment back;

    if (moment->year < 1970 || moment->month < 1 || moment->month > 12 || moment->day < 1)
        return false;
    days = (uint64_t)days_before_year(year) + days_before_month(month) + moment->day - 1;
    seconds = (days - DAYS_TO_1970) * DAY_SECONDS + moment->hour * 3600ULL +
              moment->minute * 60ULL + moment->second;
    if (seconds > UINT32_MAX)
        return false;
    /* The 31st of a short month, and the 24th hour, come back as something else. */
    back = moment_of((uint32_t)seconds);
    if (back.day != moment->day || back.minute != moment->minute || back.second != moment->second)
        return false;
    *ret_seconds = (uint32_t)seconds;
    return true;
}

#define MOMENT_DIGITS 14

static bool format_time(const struct dns_value *value, struct text *text)
{
    struct moment moment = moment_of((uint32_t)number_of(value));

    return text_append_decimal(text, moment.year, 4) &&
           text_append_decimal(text, moment.month, 2) && text_append_decimal(text, moment.day, 2) &&
           text_append_decimal(text, moment.hour, 2) &&
           text_append_decimal(text, moment.minute, 2) &&
           text_append_decimal(text, moment.second, 2);
}

/* A date, or seconds (RFC 4034 section 3.2). */
static enum dns_status parse_time(struct dns_parse *parse, enum dns_field_kind kind)
{
    uint32_t seconds;
    uint64_t number;
    struct bytes word;
    enum dns_status status = dns_parse_word(parse, &word);

    if (status != DNS_OK)
        return status;
    if (word.size != MOMENT_DIGITS) {
        if (!dns_decimal_parse(word, UINT32_MAX, &number))
            return DNS_TEXT_TIME;
        return write_number(parse, kind, number);
    }
    if (!dns_decimal_parse(word, UINT64_MAX, &number))
        return DNS_TEXT_TIME;
    if (!seconds_of(&(struct moment){ .year = (uint32_t)(number / 10000000000),
                                      .month = (uint32_t)(number / 100000000 % 100),
                                      .day = (uint32_t)(number / 1000000 % 100),
                                      .hour = (uint32_t)(number / 10000 % 100),
                                      .minute = (uint32_t)(number / 100 % 100),
                                      .second = (uint32_t)(number % 100) },
                    &seconds))
        return DNS_TEXT_TIME;
    return write_number(parse, kind, seconds);
}

static bool format_type(const struct dns_value *value, struct text *text)
{
    return dns_type_format((uint16_t)number_of(value), text);
}

static enum dns_status parse_type(struct dns_parse *parse, enum dns_field_kind kind)
{
    uint16_t type;
    struct bytes word;
    enum dns_status status = dns_parse_word(parse, &word);

    if (status != DNS_OK)
        return status;
    return dns_type_parse(word, &type) ? write_number(parse, kind, type) : DNS_TEXT_TYPE;
}

/* A number with a name. */
struct label {
    unsigned int number;
    const char *name;
};

/* The names of the numbers of one kind. */
struct labels {
    const struct label *at;
    size_t count;
};

#define LABELS(array) ((struct labels){ array, sizeof(array) / sizeof((array)[0]) })

static const struct label errors[] = {
    { 16, "BADSIG" }, /* and not BADVERS, which comes with the others */
#define RCODE(name, number, text) { (number), (text) },
#include "dns/code.def"
#undef RCODE
};

/* Algorithms of DNSSEC: the registry's names, and those of RFC 4034 appendix A.1 and of bind. */
static const struct label algorithms[] = {
    { 0, "DELETE" },
    { 1, "RSAMD5" },
    { 2, "DH" },
    { 3, "DSA" },
    { 4, "ECC" },
    { 5, "RSASHA1" },
    { 6, "DSA-NSEC3-SHA1" },
    { 6, "NSEC3DSA" },
    { 7, "RSASHA1-NSEC3-SHA1" },
    { 7, "NSEC3RSASHA1" },
    { 8, "RSASHA256" },
    { 10, "RSASHA512" },
    { 12, "ECC-GOST" },
    { 12, "ECCGOST" },
    { 13, "ECDSAP256SHA256" },
    { 14, "ECDSAP384SHA384" },
    { 15, "ED25519" },
    { 16, "ED448" },
    { 17, "SM2SM3" },
    { 23, "ECC-GOST12" },
    { 252, "INDIRECT" },
    { 253, "PRIVATEDNS" },
    { 254, "PRIVATEOID" },
};

static const struct label certificates[] = {
    { 1, "PKIX" }, { 2, "SPKI" },   { 3, "PGP" },     { 4, "IPKIX" }, { 5, "ISPKI" },
    { 6, "IPGP" }, { 7, "ACPKIX" }, { 8, "IACPKIX" }, { 253, "URI" }, { 254, "OID" },
};

static const struct label schemes[] = { { 1, "NOTIFY" } };

static bool format_label(struct labels labels, const struct dns_value *value, struct text *text)
{
    uint64_t number = number_of(value);

    for (size_t i = 0; i < labels.count; i++) {
        if (labels.at[i].number == number)
            return text_append(text, labels.at[i].name);
    }
    return text_append_decimal(text, number, 0);
}

/* A name, of any case, or a number. */
static enum dns_status parse_label(struct labels labels, struct dns_parse *parse,
                                   enum dns_field_kind kind)
{
    uint64_t number;
    struct bytes word;
    enum dns_status status = dns_parse_word(parse, &word);

    if (status != DNS_OK)
        return status;
    for (size_t i = 0; i < labels.count; i++) {
        if (dns_word_equal(word, labels.at[i].name))
            return write_number(parse, kind, labels.at[i].number);
    }
    if (!dns_decimal_parse(word, max_of(kind), &number))
        return DNS_TEXT_NUMBER;
    return write_number(parse, kind, number);
}

static bool format_error(const struct dns_value *value, struct text *text)
{
    return format_label(LABELS(errors), value, text);
}

static enum dns_status parse_error(struct dns_parse *parse, enum dns_field_kind kind)
{
    return parse_label(LABELS(errors), parse, kind);
}

static enum dns_status parse_algorithm(struct dns_parse *parse, enum dns_field_kind kind)
{
    return parse_label(LABELS(algorithms), parse, kind);
}

static bool format_certificate(const struct dns_value *value, struct text *text)
{
    return format_label(LABELS(certificates), value, text);
}

static enum dns_status parse_certificate(struct dns_parse *parse, enum dns_field_kind kind)
{
    return parse_label(LABELS(certificates), parse, kind);
}

static bool format_scheme(const struct dns_value *value, struct text *text)
{
    return format_label(LABELS(schemes), value, text);
}

static enum dns_status parse_scheme(struct dns_parse *parse, enum dns_field_kind kind)
{
    return parse_label(LABELS(schemes), parse, kind);
}

const struct dns_field_form dns_form_number = { format_number, parse_number };
const struct dns_field_form dns_form_node = { format_number, parse_node };
const struct dns_field_form dns_form_period = { format_number, parse_period };
const struct dns_field_form dns_form_time = { format_time, parse_time };
const struct dns_field_form dns_form_type = { format_type, parse_type };
const struct dns_field_form dns_form_error = { format_error, parse_error };
const struct dns_field_form dns_form_algorithm = { format_number, parse_algorithm };
const struct dns_field_form dns_form_certificate = { format_certificate, parse_certificate };
const struct dns_field_form dns_form_scheme = { format_scheme, parse_scheme };
