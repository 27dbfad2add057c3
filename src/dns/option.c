/* Options of EDNS: what their octets must be, and what they mean. */
#include "dns/option.h"

#include "base/require.h"
#include "dns/field_check.h"
#include "dns/utf8.h"

#define HEAD_OCTETS 4        /* of an option: code, and octets behind it */
#define SUBNET_HEAD_OCTETS 4 /* family, source and scope prefix */
#define ZONE_VERSION_SOA_SERIAL 0

struct row {
    uint16_t code;
    const char *name;
    const char *source;
};

static const struct row rows[] = {
#define OPTION(id, name, code, source, shape) { (code), (name), (source) },
#define OPAQUE(id, name, code, source) { (code), (name), (source) },
#include "dns/option.def"
#undef OPTION
#undef OPAQUE
};

static const struct row *row_of(uint16_t code)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].code == code)
            return &rows[i];
    }
    return NULL;
}

const char *dns_option_name(uint16_t code)
{
    const struct row *row = row_of(code);

    return row == NULL ? NULL : row->name;
}

const char *dns_option_source(uint16_t code)
{
    const struct row *row = row_of(code);

    return row == NULL ? NULL : row->source;
}

static inline unsigned int u16_at(const uint8_t *octets)
{
    return (unsigned int)octets[0] << 8 | octets[1];
}

/* DNS_OK, or that the size is wrong. */
static enum dns_status size_is(bool right)
{
    return right ? DNS_OK : DNS_OPTION_SIZE;
}

static enum dns_status check_llq(struct bytes octets)
{
    return size_is(octets.size == 18);
}

/* A lease, or that and another for keys (RFC 9664 section 4). */
static enum dns_status check_lease(struct bytes octets)
{
    return size_is(octets.size == 4 || octets.size == 8);
}

static enum dns_status check_algorithms(struct bytes octets)
{
    (void)octets;
    return DNS_OK;
}

static enum dns_status check_subnet(struct bytes octets)
{
    static const uint8_t bits_max[] = {
        [DNS_SUBNET_NONE] = 0, [DNS_SUBNET_IPV4] = 32, [DNS_SUBNET_IPV6] = 128
    };
    unsigned int family;
    unsigned int bits;

    if (octets.size < SUBNET_HEAD_OCTETS)
        return DNS_OPTION_SIZE;
    family = (unsigned int)octets.at[0] << 8 | octets.at[1];
    bits = octets.at[2];
    if (family > DNS_SUBNET_IPV6 || bits > bits_max[family] || octets.at[3] > bits_max[family])
        return DNS_OPTION_VALUE;
    if (octets.size != SUBNET_HEAD_OCTETS + (bits + 7) / 8)
        return DNS_OPTION_SIZE;
    if (bits % 8 != 0 && (octets.at[octets.size - 1] & (0xFFU >> bits % 8)) != 0)
        return DNS_OPTION_VALUE;
    return DNS_OK;
}

/* A question, or the answer. */
static enum dns_status check_expire(struct bytes octets)
{
    return size_is(octets.size == 0 || octets.size == 4);
}

static enum dns_status check_cookie(struct bytes octets)
{
    return size_is(octets.size == DNS_COOKIE_CLIENT_OCTETS ||
                   (octets.size >= 16 && octets.size <= 40));
}

static enum dns_status check_keepalive(struct bytes octets)
{
    return size_is(octets.size == 0 || octets.size == 2);
}

/* Zeroes are asked of who writes padding; who reads it need not look (RFC 7830 section 3). */
static enum dns_status check_padding(struct bytes octets)
{
    (void)octets;
    return DNS_OK;
}

/* One name, without compression. */
static enum dns_status check_name(struct bytes octets)
{
    struct byte_reader in = byte_reader_init(octets);

    if (dns_field_check_name(DNS_FIELD_NAME_PLAIN, &in) != DNS_OK)
        return DNS_OPTION_VALUE;
    return size_is(byte_reader_is_done(&in));
}

static enum dns_status check_tags(struct bytes octets)
{
    return size_is(octets.size > 0 && octets.size % 2 == 0);
}

static enum dns_status check_error(struct bytes octets)
{
    static const uint8_t order_mark[] = { 0xEF, 0xBB, 0xBF };
    struct bytes text;

    if (octets.size < 2)
        return DNS_OPTION_SIZE;
    text = bytes_of(octets.at + 2, octets.size - 2);
    /* RFC 5198 section 2: no mark of an order of octets that there is none of. */
    if (bytes_has_prefix(text, bytes_of(order_mark, sizeof(order_mark))) ||
        !dns_utf8_is_valid(text))
        return DNS_OPTION_VALUE;
    return DNS_OK;
}

static enum dns_status check_tag(struct bytes octets)
{
    return size_is(octets.size == 2);
}

/* Nothing; or a count of labels, a type, and a version of it, which for the only type that there is
 * is a serial number (RFC 9660 section 2.1). */
static enum dns_status check_zone_version(struct bytes octets)
{
    if (octets.size == 0)
        return DNS_OK;
    if (octets.size < 2)
        return DNS_OPTION_SIZE;
    return size_is(octets.at[1] != ZONE_VERSION_SOA_SERIAL || octets.size == 6);
}

static enum dns_status check_types(struct bytes octets)
{
    return size_is(octets.size % 2 == 0);
}

#define OPTION(id, name, code, source, shape) [code] = check_##shape,
#define OPAQUE(id, name, code, source)
static enum dns_status (*const checks[])(struct bytes octets) = {
#include "dns/option.def"
};
#undef OPTION
#undef OPAQUE

enum dns_status dns_option_check(const struct dns_edns_option *option)
{
    if (option->code >= sizeof(checks) / sizeof(checks[0]) || checks[option->code] == NULL)
        return DNS_OK;
    return checks[option->code](option->octets);
}

enum dns_status dns_options_check(struct byte_reader *in)
{
    while (!byte_reader_is_done(in)) {
        const uint8_t *head = in->base + in->position;
        size_t left = byte_reader_left(in);
        struct dns_edns_option option;
        enum dns_status status;

        if (left < HEAD_OCTETS || left - HEAD_OCTETS < u16_at(head + 2))
            return DNS_OPTION_TRUNCATED;
        option = (struct dns_edns_option){ (uint16_t)u16_at(head),
                                           bytes_of(head + HEAD_OCTETS, u16_at(head + 2)) };
        status = dns_option_check(&option);
        if (status != DNS_OK)
            return status;
        in->position += HEAD_OCTETS + option.octets.size;
    }
    return DNS_OK;
}

bool dns_edns_find_option(const struct dns_edns *edns, uint16_t code,
                          struct dns_edns_option *ret_option)
{
    struct bytes options = edns->options;
    struct dns_edns_option option;

    while (dns_edns_next_option(&options, &option)) {
        if (option.code == code) {
            *ret_option = option;
            return true;
        }
    }
    return false;
}

/* Begins an option of so many octets, for which there is room then. */
static bool begin(uint16_t code, size_t size, struct byte_writer *out)
{
    REQUIRE(size <= UINT16_MAX);
    if (byte_writer_left(out) < 4 + size)
        return false;
    return write_u16_be(out, code) && write_u16_be(out, (uint16_t)size);
}

bool dns_option_write(const struct dns_edns_option *option, struct byte_writer *out)
{
    return begin(option->code, option->octets.size, out) && write_bytes(out, option->octets);
}

enum dns_status dns_cookie_read(const struct dns_edns_option *option, struct dns_cookie *ret_cookie)
{
    struct bytes octets = option->octets;
    enum dns_status status = dns_option_check(option);

    REQUIRE(option->code == DNS_OPTION_COOKIE);
    if (status == DNS_OK)
        *ret_cookie = (struct dns_cookie){
            .client = bytes_of(octets.at, DNS_COOKIE_CLIENT_OCTETS),
            .server = bytes_of(octets.at + DNS_COOKIE_CLIENT_OCTETS,
                               octets.size - DNS_COOKIE_CLIENT_OCTETS),
        };
    return status;
}

bool dns_cookie_write(const struct dns_cookie *cookie, struct byte_writer *out)
{
    REQUIRE(cookie->client.size == DNS_COOKIE_CLIENT_OCTETS);
    REQUIRE(cookie->server.size == 0 || (cookie->server.size >= 8 && cookie->server.size <= 32));
    return begin(DNS_OPTION_COOKIE, cookie->client.size + cookie->server.size, out) &&
           write_bytes(out, cookie->client) && write_bytes(out, cookie->server);
}

enum dns_status dns_client_subnet_read(const struct dns_edns_option *option,
                                       struct dns_client_subnet *ret_subnet)
{
    struct bytes octets = option->octets;
    enum dns_status status = dns_option_check(option);

    REQUIRE(option->code == DNS_OPTION_CLIENT_SUBNET);
    if (status != DNS_OK)
        return status;
    *ret_subnet = (struct dns_client_subnet){
        .family = octets.at[1],
        .source_bits = octets.at[2],
        .scope_bits = octets.at[3],
    };
    memcpy(ret_subnet->address, octets.at + SUBNET_HEAD_OCTETS, octets.size - SUBNET_HEAD_OCTETS);
    return DNS_OK;
}

bool dns_client_subnet_write(const struct dns_client_subnet *subnet, struct byte_writer *out)
{
    uint8_t octets[SUBNET_HEAD_OCTETS + 16] = { 0, (uint8_t)subnet->family, subnet->source_bits,
                                                subnet->scope_bits };
    size_t size = (subnet->source_bits + 7U) / 8;
    struct dns_edns_option option = { DNS_OPTION_CLIENT_SUBNET,
                                      bytes_of(octets, SUBNET_HEAD_OCTETS + size) };

    REQUIRE(subnet->family <= DNS_SUBNET_IPV6);
    REQUIRE(size <= sizeof(subnet->address));
    memcpy(octets + SUBNET_HEAD_OCTETS, subnet->address, size);
    if (subnet->source_bits % 8 != 0)
        octets[SUBNET_HEAD_OCTETS + size - 1] &= (uint8_t)(0xFF00U >> subnet->source_bits % 8);
    REQUIRE(dns_option_check(&option) == DNS_OK);
    return dns_option_write(&option, out);
}

enum dns_status dns_extended_error_read(const struct dns_edns_option *option,
                                        struct dns_extended_error *ret_error)
{
    struct byte_reader in = byte_reader_init(option->octets);
    enum dns_status status = dns_option_check(option);

    REQUIRE(option->code == DNS_OPTION_EDE);
    if (status != DNS_OK)
        return status;
    REQUIRE(read_u16_be(&in, &ret_error->code));
    ret_error->text = byte_reader_rest(&in);
    return DNS_OK;
}

bool dns_extended_error_write(const struct dns_extended_error *error, struct byte_writer *out)
{
    return begin(DNS_OPTION_EDE, 2 + error->text.size, out) && write_u16_be(out, error->code) &&
           write_bytes(out, error->text);
}

enum dns_status dns_tcp_keepalive_read(const struct dns_edns_option *option,
                                       struct dns_tcp_keepalive *ret_keepalive)
{
    struct byte_reader in = byte_reader_init(option->octets);
    struct dns_tcp_keepalive keepalive = { 0 };
    enum dns_status status = dns_option_check(option);

    REQUIRE(option->code == DNS_OPTION_TCP_KEEPALIVE);
    if (status != DNS_OK)
        return status;
    keepalive.has_timeout = read_u16_be(&in, &keepalive.timeout_100ms);
    *ret_keepalive = keepalive;
    return DNS_OK;
}

bool dns_tcp_keepalive_write(const struct dns_tcp_keepalive *keepalive, struct byte_writer *out)
{
    if (!keepalive->has_timeout)
        return begin(DNS_OPTION_TCP_KEEPALIVE, 0, out);
    return begin(DNS_OPTION_TCP_KEEPALIVE, 2, out) && write_u16_be(out, keepalive->timeout_100ms);
}

bool dns_padding_write(size_t size, size_t block, struct byte_writer *out)
{
    size_t padding;

    REQUIRE(block > 0);
    padding = (block - (size + 4) % block) % block;
    if (!begin(DNS_OPTION_PADDING, padding, out))
        return false;
    memset(out->base + out->position, 0, padding);
    out->position += padding;
    return true;
}
