/*
 * Options of EDNS, one by one, from the table option.def: which octets are right for a code, and
 * what those mean that a forwarder acts upon.
 *
 *     struct dns_edns_option option;
 *     struct dns_client_subnet subnet;
 *     if (dns_edns_find_option(&edns, DNS_OPTION_CLIENT_SUBNET, &option) &&
 *         dns_client_subnet_read(&option, &subnet) == DNS_OK)
 *         …
 *
 * Each dns_…_read() checks the octets itself, so that it can be used on a message whose framing
 * alone was looked at; on a refusal it leaves its output alone. The option must have the code of
 * what is read (REQUIRE). Each dns_…_write() appends a whole option, code and length in front, and
 * gives false, with nothing written, where there is no room. Views live as long as the message.
 * Pure; any thread.
 */
#pragma once

#include "base/byte_writer.h"
#include "dns/edns.h"

/* Codes, for the options in the table; any other uint16_t is a code too. */
enum dns_option {
#define OPTION(id, name, code, source, shape) DNS_OPTION_##id = (code),
#define OPAQUE(id, name, code, source) DNS_OPTION_##id = (code),
#include "dns/option.def"
#undef OPTION
#undef OPAQUE
};

/* The name in the table; NULL where the code has none. Static text. */
const char *dns_option_name(uint16_t code);

/* Where the code is specified; NULL where it has no row. Static text. */
const char *dns_option_source(uint16_t code);

/* Whether the octets are some that the code can have: DNS_OK, DNS_OPTION_SIZE or DNS_OPTION_VALUE.
 * What is refused, and what other software does: docs/dns-strictness.md. */
enum dns_status dns_option_check(const struct dns_edns_option *option);

/* Moves over all options up to the end of the reader. On refusal the cursor is at the option that
 * is wrong. */
enum dns_status dns_options_check(struct byte_reader *in);

/* The first option with this code; false, and *ret_option untouched, where there is none. */
bool dns_edns_find_option(const struct dns_edns *edns, uint16_t code,
                          struct dns_edns_option *ret_option);

/* Writes an option as it stands; its octets are not checked, and at most 65,535 (REQUIRE). */
bool dns_option_write(const struct dns_edns_option *option, struct byte_writer *out);

/* Cookies (RFC 7873 section 4): a client's, and behind it a server's where there is one. */
#define DNS_COOKIE_CLIENT_OCTETS 8

struct dns_cookie {
    struct bytes client; /* 8 octets */
    struct bytes server; /* none, or 8 to 32 octets */
};

/* The cookies of a COOKIE option. */
enum dns_status dns_cookie_read(const struct dns_edns_option *option,
                                struct dns_cookie *ret_cookie);

/* Appends a COOKIE option; the sizes must be right (REQUIRE). */
bool dns_cookie_write(const struct dns_cookie *cookie, struct byte_writer *out);

/* The network that a query came from (RFC 7871 section 6). */
#define DNS_SUBNET_NONE 0 /* families: of no network, */
#define DNS_SUBNET_IPV4 1 /* IPv4, */
#define DNS_SUBNET_IPV6 2 /* and IPv6 */

struct dns_client_subnet {
    uint16_t family;
    uint8_t source_bits; /* how much of the address was said: up to 32 or 128 */
    uint8_t scope_bits;  /* for how much of it the answer is good; 0 in a query */
    uint8_t address[16]; /* 4 or 16 octets, and zeroes behind the prefix */
};

/* The network of a client-subnet option. */
enum dns_status dns_client_subnet_read(const struct dns_edns_option *option,
                                       struct dns_client_subnet *ret_subnet);

/* Appends a client-subnet option. Bits of the address behind the prefix are left out, as section 6
 * asks; family and sizes must be right (REQUIRE). */
bool dns_client_subnet_write(const struct dns_client_subnet *subnet, struct byte_writer *out);

/* An extended error (RFC 8914 section 2): why an answer is as it is. */
struct dns_extended_error {
    uint16_t code;     /* enum dns_ede, or another */
    struct bytes text; /* UTF-8; for people, and often empty */
};

/* The error of an EDE option. */
enum dns_status dns_extended_error_read(const struct dns_edns_option *option,
                                        struct dns_extended_error *ret_error);

/* Appends an EDE option; the text is not checked, and at most 65,533 octets (REQUIRE). */
bool dns_extended_error_write(const struct dns_extended_error *error, struct byte_writer *out);

/* How long a connection may be idle (RFC 7828 section 3.1). */
struct dns_tcp_keepalive {
    bool has_timeout;       /* a server says one; a client only asks */
    uint16_t timeout_100ms; /* in tenths of a second */
};

/* The timeout of a TCP keepalive option. */
enum dns_status dns_tcp_keepalive_read(const struct dns_edns_option *option,
                                       struct dns_tcp_keepalive *ret_keepalive);

/* Appends a TCP keepalive option. */
bool dns_tcp_keepalive_write(const struct dns_tcp_keepalive *keepalive, struct byte_writer *out);

/* Appends a padding option (RFC 7830) with so many zeroes that the whole message, of `size` octets
 * before it, has a multiple of `block` octets (above 0: REQUIRE; RFC 8467 section 4.1: 128 for a
 * query, 468 for an answer). The length of the OPT record is the caller's to mend. */
bool dns_padding_write(size_t size, size_t block, struct byte_writer *out);
