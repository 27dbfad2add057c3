/*
 * How each kind of field is shown and read as text: two functions, side by side in the file of
 * their family (field_number.c, field_address.c, field_octets.c, field_string.c, field_bitmap.c,
 * field_location.c, field_gateway.c, field_param_text.c). dns/rdata_text.c and dns/rdata_parse.c
 * walk the fields of a type with them. Pure; any thread; part of the codec, not of its users' face.
 */
#pragma once

#include "base/byte_writer.h"
#include "base/text.h"
#include "dns/rdata.h"
#include "dns/scan.h"

/* RDATA that is being read from text. */
struct dns_parse {
    struct dns_scan scan;
    struct byte_writer *out;       /* what was read so far stands in its block */
    size_t rdata_start;            /* where RDATA begins in it */
    const struct dns_name *origin; /* behind names without a final dot; NULL: the root */
};

struct dns_field_form {
    /* Appends a value, checked before. False where there is no room, and then the caller goes back.
     * What appends nothing has no place between the spaces. */
    bool (*format)(const struct dns_value *value, struct text *text);
    /* Reads the words of a field and writes its octets: DNS_OK, DNS_NO_ROOM, or what is wrong with
     * the last word (or, for DNS_TEXT_MISSING and what the scan says, at the scan's cursor). */
    enum dns_status (*parse)(struct dns_parse *parse, enum dns_field_kind kind);
};

/* The form of each kind. */
extern const struct dns_field_form *const dns_field_forms[DNS_FIELD_KINDS];

/* Each is the last column of some rows of dns/field.def. */
extern const struct dns_field_form dns_form_number;
extern const struct dns_field_form dns_form_period;
extern const struct dns_field_form dns_form_time;
extern const struct dns_field_form dns_form_type;
extern const struct dns_field_form dns_form_error;
extern const struct dns_field_form dns_form_algorithm;
extern const struct dns_field_form dns_form_certificate;
extern const struct dns_field_form dns_form_scheme;
extern const struct dns_field_form dns_form_ipv4;
extern const struct dns_field_form dns_form_ipv6;
extern const struct dns_field_form dns_form_eui;
extern const struct dns_field_form dns_form_locator;
extern const struct dns_field_form dns_form_node;
extern const struct dns_field_form dns_form_prefixes;
extern const struct dns_field_form dns_form_suffix;
extern const struct dns_field_form dns_form_prefix_name;
extern const struct dns_field_form dns_form_gateway;
extern const struct dns_field_form dns_form_relay;
extern const struct dns_field_form dns_form_relay_address;
extern const struct dns_field_form dns_form_host_identity;
extern const struct dns_field_form dns_form_name;
extern const struct dns_field_form dns_form_names;
extern const struct dns_field_form dns_form_string;
extern const struct dns_field_form dns_form_string_optional;
extern const struct dns_field_form dns_form_strings;
extern const struct dns_field_form dns_form_tag;
extern const struct dns_field_form dns_form_text;
extern const struct dns_field_form dns_form_hex;
extern const struct dns_field_form dns_form_base64;
extern const struct dns_field_form dns_form_base64_dash;
extern const struct dns_field_form dns_form_octets;
extern const struct dns_field_form dns_form_salt;
extern const struct dns_field_form dns_form_hash;
extern const struct dns_field_form dns_form_nsap;
extern const struct dns_field_form dns_form_atm;
extern const struct dns_field_form dns_form_types;
extern const struct dns_field_form dns_form_types_old;
extern const struct dns_field_form dns_form_ports;
extern const struct dns_field_form dns_form_location;
extern const struct dns_field_form dns_form_params;
extern const struct dns_field_form dns_form_opaque;

/* The octets of a value as they stand. */
static inline struct bytes dns_value_rest(const struct dns_value *value)
{
    return byte_reader_rest(&value->octets);
}

/* The next word as it stands, escapes and all. */
static inline enum dns_status dns_parse_word(struct dns_parse *parse, struct bytes *ret_word)
{
    enum dns_status status = dns_scan_next(&parse->scan);

    if (status == DNS_OK)
        *ret_word = byte_reader_rest(&parse->scan.word);
    return status;
}

/* DNS_OK, or DNS_NO_ROOM where something could not be written. */
static inline enum dns_status dns_parse_wrote(bool written)
{
    return written ? DNS_OK : DNS_NO_ROOM;
}

/* A decimal number of at most `max`; false, and *ret_number untouched, for another text. */
bool dns_decimal_parse(struct bytes digits, uint64_t max, uint64_t *ret_number);

/* A time in seconds: a number, or numbers with units (1w2d3h4m5s), of any case; as
 * dns_decimal_parse() for another text. */
bool dns_period_parse(struct bytes text, uint32_t *ret_seconds);

/* Appends four octets as dotted decimal. */
bool dns_ipv4_format(const uint8_t *octets, struct text *text);

/* Appends sixteen octets as RFC 5952 has it. */
bool dns_ipv6_format(const uint8_t *octets, struct text *text);

/* Text to the four octets of an address; false, and nothing written, for another text. */
bool dns_ipv4_parse(struct bytes text, uint8_t *ret_octets);

/* Text to the sixteen octets of an address; as dns_ipv4_parse(). */
bool dns_ipv6_parse(struct bytes text, uint8_t *ret_octets);

/* Whether all families of a list of prefixes have a text form; else RDATA is shown by its octets.
 */
bool dns_prefixes_are_known(const struct dns_value *value);

/* Whether the format of an ATM address is one that has a text form; likewise. */
bool dns_atm_is_known(const struct dns_value *value);

/* Whether the version of a location is one that has a text form; likewise. */
bool dns_location_is_known(const struct dns_value *value);

/* Whether the type of a relay is one that has a text form; likewise. */
bool dns_relay_is_known(const struct dns_value *value);

/* The value of a hexadecimal digit of any case; -1 for another character. */
int dns_hex_digit(uint8_t digit);

/* Appends octets as base64 (RFC 4648 section 4), in one piece. */
bool dns_base64_format(struct bytes octets, struct text *text);

/* Writes the octets of a base64 text: DNS_OK, DNS_TEXT_BASE64 or DNS_NO_ROOM; what was written up
 * to a refusal is left for the caller to take back. */
enum dns_status dns_base64_parse(struct bytes text, struct byte_writer *out);

/* Writes the octets of hexadecimal digits: as dns_base64_parse(), with DNS_TEXT_HEX. */
enum dns_status dns_hex_parse(struct bytes text, struct byte_writer *out);

/* Writes the octets of text with escapes: DNS_OK, DNS_TEXT_ESCAPE or DNS_NO_ROOM, likewise. */
enum dns_status dns_octets_parse(struct byte_reader text, struct byte_writer *out);

/* Writes the name that is the next word, behind which the origin is put where it has no final dot.
 */
enum dns_status dns_parse_name(struct dns_parse *parse);
