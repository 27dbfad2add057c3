/*
 * Fields whose shape a field in front of them decides: gateways, relays, the two parts of an A6
 * address, and host identities, which have their lengths in front.
 */
#include "dns/field_text.h"

/* The octet of RDATA that a field depends on: in the message, and in what was written so far. */
static unsigned int octet_of(const struct dns_value *value, size_t at)
{
    return value->octets.base[value->rdata_start + at];
}

static unsigned int written_octet(const struct dns_parse *parse, size_t at)
{
    return parse->out->base[parse->rdata_start + at];
}

static bool format_address_of(unsigned int type, const struct dns_value *value, struct text *text)
{
    switch (type) {
    case 1:
        return dns_form_ipv4.format(value, text);
    case 2:
        return dns_form_ipv6.format(value, text);
    case 3:
        return dns_form_name.format(value, text);
    default:
        return text_append_char(text, '.');
    }
}

static enum dns_status parse_address_of(unsigned int type, struct dns_parse *parse)
{
    struct bytes word;
    enum dns_status status;

    switch (type) {
    case 1:
        return dns_form_ipv4.parse(parse, DNS_FIELD_IPV4);
    case 2:
        return dns_form_ipv6.parse(parse, DNS_FIELD_IPV6);
    case 3:
        return dns_parse_name(parse);
    default:
        status = dns_parse_word(parse, &word);
        if (status != DNS_OK)
            return status;
        return type == 0 && bytes_equal(word, bytes_of_text(".")) ? DNS_OK : DNS_GATEWAY_TYPE;
    }
}

static bool format_gateway(const struct dns_value *value, struct text *text)
{
    return format_address_of(octet_of(value, 1), value, text);
}

static enum dns_status parse_gateway(struct dns_parse *parse, enum dns_field_kind kind)
{
    (void)kind;
    return parse_address_of(written_octet(parse, 1), parse);
}

#define RELAY_DISCOVERY 0x80U

/* The D bit, and the type. */
static bool format_relay(const struct dns_value *value, struct text *text)
{
    unsigned int octet = octet_of(value, 1);

    return text_append(text, (octet & RELAY_DISCOVERY) != 0 ? "1 " : "0 ") &&
           text_append_decimal(text, octet & ~RELAY_DISCOVERY, 0);
}

static enum dns_status parse_relay(struct dns_parse *parse, enum dns_field_kind kind)
{
    uint64_t discovery = 0;
    uint64_t type = 0;
    struct bytes word;
    enum dns_status status = dns_parse_word(parse, &word);

    (void)kind;
    if (status != DNS_OK)
        return status;
    if (!dns_decimal_parse(word, 1, &discovery))
        return DNS_TEXT_NUMBER;
    status = dns_parse_word(parse, &word);
    if (status != DNS_OK)
        return status;
    if (!dns_decimal_parse(word, RELAY_DISCOVERY - 1, &type))
        return DNS_TEXT_NUMBER;
    return dns_parse_wrote(
        write_u8(parse->out, (uint8_t)(type | (discovery != 0 ? RELAY_DISCOVERY : 0))));
}

static bool format_relay_address(const struct dns_value *value, struct text *text)
{
    return format_address_of(octet_of(value, 1) & ~RELAY_DISCOVERY, value, text);
}

static enum dns_status parse_relay_address(struct dns_parse *parse, enum dns_field_kind kind)
{
    (void)kind;
    return parse_address_of(written_octet(parse, 1) & ~RELAY_DISCOVERY, parse);
}

bool dns_relay_is_known(const struct dns_value *value)
{
    return (octet_of(value, 1) & ~RELAY_DISCOVERY) <= 3;
}

/* The low bits of an address, of which the others are shown as zeroes; all bits of the prefix: no
 * address. */
static bool format_suffix(const struct dns_value *value, struct text *text)
{
    struct bytes suffix = dns_value_rest(value);
    uint8_t octets[16] = { 0 };

    if (suffix.size == 0)
        return true;
    memcpy(octets + 16 - suffix.size, suffix.at, suffix.size);
    return dns_ipv6_format(octets, text);
}

static enum dns_status parse_suffix(struct dns_parse *parse, enum dns_field_kind kind)
{
    unsigned int prefix_bits = written_octet(parse, 0);
    size_t skipped = prefix_bits / 8;
    uint8_t octets[16];
    struct bytes word;
    enum dns_status status;

    (void)kind;
    if (prefix_bits > 128)
        return DNS_PREFIX_SIZE;
    if (prefix_bits == 128)
        return DNS_OK;
    status = dns_parse_word(parse, &word);
    if (status != DNS_OK)
        return status;
    if (!dns_ipv6_parse(word, octets))
        return DNS_TEXT_ADDRESS;
    for (size_t i = 0; i < skipped; i++) {
        if (octets[i] != 0)
            return DNS_PREFIX_BITS;
    }
    return dns_parse_wrote(write_bytes(parse->out, bytes_of(octets + skipped, 16 - skipped)));
}

static bool format_prefix_name(const struct dns_value *value, struct text *text)
{
    return byte_reader_is_done(&value->octets) || dns_form_name.format(value, text);
}

static enum dns_status parse_prefix_name(struct dns_parse *parse, enum dns_field_kind kind)
{
    (void)kind;
    return written_octet(parse, 0) == 0 ? DNS_OK : dns_parse_name(parse);
}

/* Of a host identity: the algorithm of its key, its tag, and the key. */
static bool format_host_identity(const struct dns_value *value, struct text *text)
{
    struct bytes octets = dns_value_rest(value);
    struct bytes tag = bytes_of(octets.at + 4, octets.at[0]);
    struct bytes key = bytes_of(tag.at + tag.size, octets.size - 4 - tag.size);

    return text_append_decimal(text, octets.at[1], 0) && text_append_char(text, ' ') &&
           text_append_hex(text, tag) && text_append_char(text, ' ') &&
           dns_base64_format(key, text);
}

static enum dns_status parse_host_identity(struct dns_parse *parse, enum dns_field_kind kind)
{
    struct byte_writer *out = parse->out;
    size_t at = out->position;
    size_t tag_size;
    uint64_t algorithm;
    struct bytes word;
    enum dns_status status = dns_parse_word(parse, &word);

    (void)kind;
    if (status != DNS_OK)
        return status;
    if (!dns_decimal_parse(word, UINT8_MAX, &algorithm))
        return DNS_TEXT_NUMBER;
    if (!write_u32_be(out, (uint32_t)algorithm << 16))
        return DNS_NO_ROOM;
    status = dns_parse_word(parse, &word);
    if (status == DNS_OK)
        status = dns_hex_parse(word, out);
    if (status != DNS_OK)
        return status;
    tag_size = out->position - at - 4;
    status = dns_parse_word(parse, &word);
    if (status == DNS_OK)
        status = dns_base64_parse(word, out);
    if (status != DNS_OK)
        return status;
    if (tag_size > UINT8_MAX || out->position - at - 4 - tag_size > UINT16_MAX)
        return DNS_TEXT_OCTETS_SIZE;
    out->base[at] = (uint8_t)tag_size;
    byte_writer_patch_u16_be(out, at + 2, (uint16_t)(out->position - at - 4 - tag_size));
    return DNS_OK;
}

const struct dns_field_form dns_form_gateway = { format_gateway, parse_gateway };
const struct dns_field_form dns_form_relay = { format_relay, parse_relay };
const struct dns_field_form dns_form_relay_address = { format_relay_address, parse_relay_address };
const struct dns_field_form dns_form_suffix = { format_suffix, parse_suffix };
const struct dns_field_form dns_form_prefix_name = { format_prefix_name, parse_prefix_name };
const struct dns_field_form dns_form_host_identity = { format_host_identity, parse_host_identity };
