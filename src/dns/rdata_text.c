/* RDATA as text: one way to show each kind of field. */
#include "base/require.h"
#include "dns/quote.h"
#include "dns/rdata.h"

static bool format_number(struct bytes octets, struct text *text)
{
    uint64_t number = 0;

    for (size_t i = 0; i < octets.size; i++)
        number = number << 8 | octets.at[i];
    return text_append_decimal(text, number, 0);
}

static bool format_ipv4(struct bytes octets, struct text *text)
{
    bool ok = true;

    for (size_t i = 0; i < octets.size; i++) {
        ok = ok && (i == 0 || text_append_char(text, '.')) &&
             text_append_decimal(text, octets.at[i], 0);
    }
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

/* RFC 5952. */
static bool format_ipv6(struct bytes octets, struct text *text)
{
    uint16_t groups[IPV6_GROUPS];
    struct ipv6_look look;
    bool ok = true;

    for (size_t i = 0; i < IPV6_GROUPS; i++)
        groups[i] = (uint16_t)((unsigned int)octets.at[2 * i] << 8 | octets.at[2 * i + 1]);
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
           format_ipv4(bytes_of(octets.at + 12, 4), text);
}

static bool format_name(struct byte_reader in, struct text *text)
{
    struct dns_name name;
    struct dns_verdict verdict = dns_name_read(&in, &name);

    REQUIRE(verdict.status == DNS_OK);
    return dns_name_format(&name, text);
}

static bool format_strings(struct byte_reader in, struct text *text)
{
    bool first = true;
    uint8_t size;
    struct bytes string;

    while (read_u8(&in, &size) && read_bytes(&in, size, &string)) {
        if (!((first || text_append_char(text, ' ')) && text_append_char(text, '"') &&
              dns_quote_append(text, string, DNS_QUOTE_STRING) && text_append_char(text, '"')))
            return false;
        first = false;
    }
    return true;
}

/* RFC 3597 section 5. */
static bool format_opaque(struct bytes octets, struct text *text)
{
    return text_append(text, "\\# ") && text_append_decimal(text, octets.size, 0) &&
           (octets.size == 0 || (text_append_char(text, ' ') && text_append_hex(text, octets)));
}

static bool format_value(const struct dns_value *value, struct text *text)
{
    struct bytes octets = byte_reader_rest(&value->octets);
    enum dns_field_kind kind = value->field->kind;

    if (kind < DNS_FIELD_IPV4)
        return format_number(octets, text);
    if (kind == DNS_FIELD_IPV4)
        return format_ipv4(octets, text);
    if (kind == DNS_FIELD_IPV6)
        return format_ipv6(octets, text);
    if (kind == DNS_FIELD_NAME_SHORT)
        return format_name(value->octets, text);
    if (kind == DNS_FIELD_STRINGS)
        return format_strings(value->octets, text);
    return format_opaque(octets, text);
}

bool dns_rdata_format(const struct dns_rr *rr, struct text *text)
{
    struct dns_rdata fields = dns_rdata_of(rr);
    size_t before = text->size;
    struct dns_value value;
    bool ok = true;

    while (ok && dns_rdata_next(&fields, &value))
        ok = (text->size == before || text_append_char(text, ' ')) && format_value(&value, text);
    if (ok && (fields.verdict.status != DNS_OK || text->size == before)) {
        text_rollback(text, before);
        ok = format_opaque(byte_reader_rest(&rr->rdata), text);
    }
    if (!ok)
        text_rollback(text, before);
    return ok;
}
