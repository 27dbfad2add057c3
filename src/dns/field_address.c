/* Addresses as text: IPv4, IPv6, EUI, locators, and lists of prefixes. */
#include "dns/field_check.h"
#include "dns/field_text.h"

bool dns_ipv4_format(const uint8_t *octets, struct text *text)
{
    bool ok = true;

    for (size_t i = 0; i < 4; i++)
        ok = ok && (i == 0 || text_append_char(text, '.')) &&
             text_append_decimal(text, octets[i], 0);
    return ok;
}

#define IPV6_GROUPS 8

/* The first of the longest runs of zero groups; runs of one do not count (RFC 5952 section 4.2). */
static void find_zeroes(const uint16_t *groups, unsigned int *ret_start, unsigned int *ret_size)
{
    *ret_start = IPV6_GROUPS + 1; /* none */
    *ret_size = 1;
    for (unsigned int start = 0; start < IPV6_GROUPS; start++) {
        unsigned int size = 0;

        while (start + size < IPV6_GROUPS && groups[start + size] == 0)
            size++;
        if (size > *ret_size) {
            *ret_start = start;
            *ret_size = size;
        }
    }
}

/* A number of up to four hexadecimal digits without leading zeroes. */
static bool append_group(struct text *text, unsigned int group)
{
    static const char digits[] = "0123456789abcdef";
    bool ok = true;

    for (int shift = 12; ok && shift >= 0; shift -= 4) {
        if (group >> shift != 0 || shift == 0)
            ok = text_append_char(text, digits[group >> shift & 15]);
    }
    return ok;
}

/* How an IPv6 address is shown. */
struct ipv6_look {
    unsigned int zeroes; /* the first group of the run that becomes "::" */
    unsigned int zeroes_end;
    unsigned int hexadecimal_end; /* the groups from here on are dotted decimal */
};

/* "::" for the longest run of zeroes, and dotted decimal at the end of an address that is
 * IPv4-mapped or IPv4-compatible (RFC 5952 sections 4.2 and 5). */
static struct ipv6_look ipv6_look_of(const uint16_t *groups)
{
    struct ipv6_look look = { .hexadecimal_end = IPV6_GROUPS };
    unsigned int size;

    find_zeroes(groups, &look.zeroes, &size);
    look.zeroes_end = look.zeroes + size;
    if (look.zeroes == 0 && (size == 6 || (size == 5 && groups[5] == UINT16_MAX)))
        look.hexadecimal_end = 6;
    return look;
}

bool dns_ipv6_format(const uint8_t *octets, struct text *text)
{
    uint16_t groups[IPV6_GROUPS];
    struct ipv6_look look;
    bool ok = true;

    for (size_t i = 0; i < IPV6_GROUPS; i++)
        groups[i] = (uint16_t)((unsigned int)octets[2 * i] << 8 | octets[2 * i + 1]);
    look = ipv6_look_of(groups);
    for (unsigned int i = 0; ok && i < look.hexadecimal_end; i++) {
        if (i == look.zeroes)
            ok = text_append(text, "::");
        else if (i < look.zeroes || i >= look.zeroes_end)
            ok = (i == 0 || i == look.zeroes_end || text_append_char(text, ':')) &&
                 append_group(text, groups[i]);
    }
    if (look.hexadecimal_end == IPV6_GROUPS)
        return ok;
    return ok && (look.zeroes_end == look.hexadecimal_end || text_append_char(text, ':')) &&
           dns_ipv4_format(octets + 12, text);
}

/* The part of `text` from `start` up to the next `end`, or all that is left. */
static struct bytes part_until(struct bytes text, size_t start, uint8_t end)
{
    size_t at = start;

    while (at < text.size && text.at[at] != end)
        at++;
    return bytes_of(text.at + start, at - start);
}

bool dns_ipv4_parse(struct bytes text, uint8_t *ret_octets)
{
    uint8_t octets[4];
    size_t at = 0;

    for (size_t i = 0; i < 4; i++) {
        struct bytes part;
        uint64_t number;

        if (at > text.size)
            return false;
        part = part_until(text, at, '.');
        if (part.size > 3 || !dns_decimal_parse(part, UINT8_MAX, &number))
            return false;
        octets[i] = (uint8_t)number;
        at += part.size + 1;
    }
    if (at != text.size + 1)
        return false;
    memcpy(ret_octets, octets, 4);
    return true;
}

/* A group of one to four hexadecimal digits. */
static bool parse_group(struct bytes digits, uint8_t *octets)
{
    unsigned int group = 0;

    if (digits.size == 0 || digits.size > 4)
        return false;
    for (size_t i = 0; i < digits.size; i++) {
        int digit = dns_hex_digit(digits.at[i]);

        if (digit < 0)
            return false;
        group = group << 4 | (unsigned int)digit;
    }
    octets[0] = (uint8_t)(group >> 8);
    octets[1] = (uint8_t)group;
    return true;
}

/* An IPv6 address that is being read. */
struct ipv6_parse {
    uint8_t octets[16];
    size_t filled;
    size_t gap; /* where "::" was met; 17: nowhere yet */
};

#define NO_GAP 17

/* Reads the part that begins at `at`; moves *at behind it and the colon after it. */
static bool parse_ipv6_part(struct ipv6_parse *address, struct bytes text, size_t *at)
{
    struct bytes part = part_until(text, *at, ':');
    bool is_last = *at + part.size == text.size;

    if (part.size == 0) { /* the second colon of "::" */
        if (address->gap != NO_GAP || is_last)
            return false;
        address->gap = address->filled;
        *at += 1;
        return true;
    }
    if (address->filled > 14)
        return false;
    if (is_last && address->filled <= 12 &&
        dns_ipv4_parse(part, &address->octets[address->filled])) {
        address->filled += 4;
    } else {
        if (!parse_group(part, &address->octets[address->filled]))
            return false;
        address->filled += 2;
    }
    /* A colon must have something behind it, be it another colon. */
    if (!is_last && *at + part.size + 1 == text.size)
        return false;
    *at += part.size + 1;
    return true;
}

bool dns_ipv6_parse(struct bytes text, uint8_t *ret_octets)
{
    struct ipv6_parse address = { .gap = NO_GAP };
    uint8_t octets[16] = { 0 };
    size_t at = 0;
    size_t behind;

    if (text.size >= 2 && text.at[0] == ':') {
        if (text.at[1] != ':')
            return false;
        at = 1;
    }
    if (text.size < 2)
        return false;
    while (at < text.size) {
        if (!parse_ipv6_part(&address, text, &at))
            return false;
    }
    if (address.gap == NO_GAP ? address.filled != 16 : address.filled > 14)
        return false;
    behind = address.gap == NO_GAP ? 0 : address.filled - address.gap;
    memcpy(octets, address.octets, address.filled - behind);
    memcpy(octets + 16 - behind, address.octets + address.filled - behind, behind);
    memcpy(ret_octets, octets, 16);
    return true;
}

static bool format_ipv4(const struct dns_value *value, struct text *text)
{
    return dns_ipv4_format(dns_value_rest(value).at, text);
}

static bool format_ipv6(const struct dns_value *value, struct text *text)
{
    return dns_ipv6_format(dns_value_rest(value).at, text);
}

static enum dns_status parse_ipv4(struct dns_parse *parse, enum dns_field_kind kind)
{
    uint8_t octets[4];
    struct bytes word;
    enum dns_status status = dns_parse_word(parse, &word);

    (void)kind;
    if (status != DNS_OK)
        return status;
    if (!dns_ipv4_parse(word, octets))
        return DNS_TEXT_ADDRESS;
    return dns_parse_wrote(write_bytes(parse->out, bytes_of(octets, sizeof(octets))));
}

static enum dns_status parse_ipv6(struct dns_parse *parse, enum dns_field_kind kind)
{
    uint8_t octets[16];
    struct bytes word;
    enum dns_status status = dns_parse_word(parse, &word);

    (void)kind;
    if (status != DNS_OK)
        return status;
    if (!dns_ipv6_parse(word, octets))
        return DNS_TEXT_ADDRESS;
    return dns_parse_wrote(write_bytes(parse->out, bytes_of(octets, sizeof(octets))));
}

static bool format_eui(const struct dns_value *value, struct text *text)
{
    struct bytes octets = dns_value_rest(value);
    bool ok = true;

    for (size_t i = 0; i < octets.size; i++)
        ok = ok && (i == 0 || text_append_char(text, '-')) &&
             text_append_hex(text, bytes_of(octets.at + i, 1));
    return ok;
}

static enum dns_status parse_eui(struct dns_parse *parse, enum dns_field_kind kind)
{
    struct bytes word;
    enum dns_status status = dns_parse_word(parse, &word);

    if (status != DNS_OK)
        return status;
    if (word.size != 3U * dns_field_octets[kind] - 1)
        return DNS_TEXT_ADDRESS;
    for (size_t at = 0; status == DNS_OK && at < word.size; at += 3) {
        if (at > 0 && word.at[at - 1] != '-')
            return DNS_TEXT_ADDRESS;
        status = dns_hex_parse(bytes_of(word.at + at, 2), parse->out);
    }
    return status == DNS_TEXT_HEX ? DNS_TEXT_ADDRESS : status;
}

static bool format_locator(const struct dns_value *value, struct text *text)
{
    struct bytes octets = dns_value_rest(value);
    bool ok = true;

    for (size_t i = 0; i < octets.size; i += 2)
        ok = ok && (i == 0 || text_append_char(text, ':')) &&
             text_append_hex(text, bytes_of(octets.at + i, 2));
    return ok;
}

/* Four groups of which each may leave out zeroes in front (RFC 6742 section 2.1.1). */
static enum dns_status parse_locator(struct dns_parse *parse, enum dns_field_kind kind)
{
    uint8_t octets[8];
    size_t at = 0;
    struct bytes word;
    enum dns_status status = dns_parse_word(parse, &word);

    (void)kind;
    if (status != DNS_OK)
        return status;
    for (size_t i = 0; i < sizeof(octets); i += 2) {
        struct bytes group = part_until(word, at < word.size ? at : word.size, ':');

        if (!parse_group(group, &octets[i]))
            return DNS_TEXT_ADDRESS;
        at += group.size + 1;
    }
    if (at != word.size + 1)
        return DNS_TEXT_ADDRESS;
    return dns_parse_wrote(write_bytes(parse->out, bytes_of(octets, sizeof(octets))));
}

#define FAMILY_IPV4 1
#define FAMILY_IPV6 2
#define PREFIX_NEGATED 0x80U

/* One item, whose family is known: [!]family:address/bits. */
static bool format_prefix(const uint8_t *item, struct text *text)
{
    size_t size = item[3] & 0x7FU;
    uint8_t octets[16] = { 0 };
    bool is_ipv4 = item[1] == FAMILY_IPV4;

    memcpy(octets, item + 4, size);
    return ((item[3] & PREFIX_NEGATED) == 0 || text_append_char(text, '!')) &&
           text_append_decimal(text, item[1], 0) && text_append_char(text, ':') &&
           (is_ipv4 ? dns_ipv4_format(octets, text) : dns_ipv6_format(octets, text)) &&
           text_append_char(text, '/') && text_append_decimal(text, item[2], 0);
}

static bool format_prefixes(const struct dns_value *value, struct text *text)
{
    struct bytes octets = dns_value_rest(value);
    bool ok = true;

    for (size_t at = 0; at < octets.size; at += 4U + (octets.at[at + 3] & 0x7FU))
        ok = ok && (at == 0 || text_append_char(text, ' ')) && format_prefix(octets.at + at, text);
    return ok;
}

/* Writes an item; zeroes at the end of an address are left out (RFC 3123 section 4). */
static enum dns_status write_prefix(struct byte_writer *out, const uint8_t *head,
                                    struct bytes address)
{
    size_t size = address.size;
    uint8_t last;

    while (size > 0 && address.at[size - 1] == 0)
        size--;
    last = (uint8_t)(head[3] | size);
    return dns_parse_wrote(write_bytes(out, bytes_of(head, 3)) && write_u8(out, last) &&
                           write_bytes(out, bytes_of(address.at, size)));
}

static enum dns_status parse_prefix(struct bytes word, struct byte_writer *out)
{
    bool is_negated = word.size > 0 && word.at[0] == '!';
    struct bytes family = part_until(word, is_negated, ':');
    size_t at = is_negated + family.size + 1;
    uint8_t head[4] = { 0, 0, 0, is_negated ? PREFIX_NEGATED : 0 };
    uint8_t octets[16];
    struct bytes address;
    uint64_t number;
    uint64_t bits;

    if (at > word.size || !dns_decimal_parse(family, UINT16_MAX, &number))
        return DNS_TEXT_PREFIX;
    address = part_until(word, at, '/');
    at += address.size + 1;
    if (at > word.size ||
        !dns_decimal_parse(bytes_of(word.at + at, word.size - at), UINT8_MAX, &bits))
        return DNS_TEXT_PREFIX;
    head[1] = (uint8_t)number;
    head[2] = (uint8_t)bits;
    if (number == FAMILY_IPV4 && dns_ipv4_parse(address, octets))
        return write_prefix(out, head, bytes_of(octets, 4));
    if (number == FAMILY_IPV6 && dns_ipv6_parse(address, octets))
        return write_prefix(out, head, bytes_of(octets, 16));
    return DNS_TEXT_PREFIX;
}

static enum dns_status parse_prefixes(struct dns_parse *parse, enum dns_field_kind kind)
{
    enum dns_status status = DNS_OK;

    (void)kind;
    while (status == DNS_OK && !dns_scan_is_done(&parse->scan)) {
        struct bytes word = { 0 };

        status = dns_parse_word(parse, &word);
        if (status == DNS_OK)
            status = parse_prefix(word, parse->out);
    }
    return status;
}

bool dns_prefixes_are_known(const struct dns_value *value)
{
    struct bytes octets = dns_value_rest(value);

    for (size_t at = 0; at < octets.size; at += 4U + (octets.at[at + 3] & 0x7FU)) {
        if (octets.at[at] != 0 ||
            (octets.at[at + 1] != FAMILY_IPV4 && octets.at[at + 1] != FAMILY_IPV6))
            return false;
    }
    return true;
}

const struct dns_field_form dns_form_ipv4 = { format_ipv4, parse_ipv4 };
const struct dns_field_form dns_form_ipv6 = { format_ipv6, parse_ipv6 };
const struct dns_field_form dns_form_eui = { format_eui, parse_eui };
const struct dns_field_form dns_form_locator = { format_locator, parse_locator };
const struct dns_field_form dns_form_prefixes = { format_prefixes, parse_prefixes };
