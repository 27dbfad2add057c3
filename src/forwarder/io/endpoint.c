/* Text, octets and socket addresses. inet_pton(3) reads addresses; we read what stands around. */
#include "forwarder/io/endpoint.h"

#include "base/require.h"
#include "base/text_format.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>

/* The parts of a text that are still text. */
struct parts {
    char host[FORWARDER_ENDPOINT_TEXT_MAX];
    const char *port; /* NULL: none */
    bool has_brackets;
};

/* Finds where the address ends: a bracket, or the only colon; IPv6 without brackets has no port. */
static bool split(const char *text, struct parts *parts)
{
    const char *end = strrchr(text, ':');
    size_t size = strlen(text);

    if (text[0] == '[') {
        parts->has_brackets = true;
        text += 1;
        end = strchr(text, ']');
        if (end == NULL || (end[1] != '\0' && end[1] != ':'))
            return false;
        parts->port = end[1] == ':' ? end + 2 : NULL;
        size = (size_t)(end - text);
    } else if (end != NULL && strchr(text, ':') == end) {
        parts->port = end + 1;
        size = (size_t)(end - text);
    }
    if (size >= sizeof(parts->host))
        return false;
    memcpy(parts->host, text, size);
    parts->host[size] = '\0';
    return true;
}

static bool parse_port(const char *text, uint16_t *ret_port)
{
    unsigned long port = 0;
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || digits > 5 || text[digits] != '\0')
        return false;
    port = strtoul(text, NULL, 10);
    if (port == 0 || port > UINT16_MAX)
        return false;
    *ret_port = (uint16_t)port;
    return true;
}

/* An IPv6 address that may be followed by % and an interface. */
static bool parse_ipv6(char *host, struct forwarder_address *address)
{
    char *interface = strchr(host, '%');

    if (interface != NULL) {
        *interface = '\0';
        address->scope = if_nametoindex(interface + 1);
        if (address->scope == 0)
            return false;
    }
    address->size = 16;
    return inet_pton(AF_INET6, host, address->octets) == 1;
}

int forwarder_endpoint_parse(const char *text, uint16_t default_port,
                             struct forwarder_address *ret_address, struct err *err)
{
    struct forwarder_address address = { .port = default_port, .size = 4 };
    struct parts parts = { 0 };

    if (!split(text, &parts))
        return err_set(err, -EINVAL, "'%s' is not an address with a port (ADDR:PORT, [ADDR]:PORT)",
                       text);
    if ((parts.has_brackets || inet_pton(AF_INET, parts.host, address.octets) != 1) &&
        !parse_ipv6(parts.host, &address))
        return err_set(err, -EINVAL, "'%s' is not an IPv4 or IPv6 address", text);
    if (parts.port != NULL && !parse_port(parts.port, &address.port))
        return err_set(err, -EINVAL, "'%s': the port '%s' is not between 1 and 65535", text,
                       parts.port);
    *ret_address = address;
    return 0;
}

/* The number of bits of a prefix; false where it is none of at most `most`. */
static bool parse_bits(const char *text, unsigned int most, uint8_t *ret_bits)
{
    size_t digits = strspn(text, "0123456789");
    unsigned long bits = 0;

    if (digits == 0 || digits > 3 || text[digits] != '\0')
        return false;
    bits = strtoul(text, NULL, 10);
    if (bits > most)
        return false;
    *ret_bits = (uint8_t)bits;
    return true;
}

int forwarder_network_parse(const char *text, struct forwarder_network *ret_network,
                            struct err *err)
{
    struct forwarder_address address = { .size = 4 };
    struct forwarder_network network;
    char host[FORWARDER_ENDPOINT_TEXT_MAX];
    size_t size = strcspn(text, "/");
    uint8_t bits;

    if (size >= sizeof(host))
        return err_set(err, -EINVAL, "'%s' is not an IPv4 or IPv6 network", text);
    memcpy(host, text, size);
    host[size] = '\0';
    if (inet_pton(AF_INET, host, address.octets) != 1) {
        address.size = 16;
        if (inet_pton(AF_INET6, host, address.octets) != 1)
            return err_set(err, -EINVAL, "'%s' is not an IPv4 or IPv6 network", text);
    }
    bits = (uint8_t)(8 * address.size);
    if (text[size] == '/' && !parse_bits(text + size + 1, bits, &bits))
        return err_set(err, -EINVAL, "'%s': the prefix is not a number from 0 to %d", text,
                       8 * address.size);
    network = forwarder_network_of(&address, (struct forwarder_network_bits){ bits, bits });
    if (memcmp(network.octets, address.octets, address.size) != 0)
        return err_set(err, -EINVAL, "'%s' has bits behind its prefix", text);
    *ret_network = network;
    return 0;
}

const char *forwarder_endpoint_format(const struct forwarder_address *address,
                                      char block[FORWARDER_ENDPOINT_TEXT_MAX])
{
    struct text text = text_init(block, FORWARDER_ENDPOINT_TEXT_MAX);
    char host[INET6_ADDRSTRLEN] = "none";
    char interface[IF_NAMESIZE + 1] = "";

    if (address->size != 0)
        (void)inet_ntop(address->size == 4 ? AF_INET : AF_INET6, address->octets, host,
                        sizeof(host));
    if (address->scope != 0 && if_indextoname(address->scope, interface + 1) != NULL)
        interface[0] = '%';
    REQUIRE(text_format(&text, address->size == 16 ? "[%s%s]:%u" : "%s%s:%u", host, interface,
                        (unsigned int)address->port));
    return block;
}

bool forwarder_endpoint_is_any(const struct forwarder_address *address)
{
    static const uint8_t zeroes[16] = { 0 };

    return memcmp(address->octets, zeroes, sizeof(zeroes)) == 0;
}

socklen_t forwarder_endpoint_to_socket(const struct forwarder_address *address,
                                       struct sockaddr_storage *ret_socket)
{
    struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(address->port) };
    struct sockaddr_in6 in6;

    if (address->size == 4) {
        memcpy(&in.sin_addr, address->octets, sizeof(in.sin_addr));
        memcpy(ret_socket, &in, sizeof(in));
        return sizeof(in);
    }
    REQUIRE(address->size == 16);
    in6 = (struct sockaddr_in6){
        .sin6_family = AF_INET6,
        .sin6_port = htons(address->port),
        .sin6_scope_id = address->scope,
    };
    memcpy(&in6.sin6_addr, address->octets, sizeof(in6.sin6_addr));
    memcpy(ret_socket, &in6, sizeof(in6));
    return sizeof(in6);
}

struct forwarder_address forwarder_endpoint_from_socket(const struct sockaddr_storage *socket)
{
    struct forwarder_address address = { 0 };
    struct sockaddr_in in;
    struct sockaddr_in6 in6;

    if (socket->ss_family == AF_INET) {
        memcpy(&in, socket, sizeof(in));
        memcpy(address.octets, &in.sin_addr, sizeof(in.sin_addr));
        address.port = ntohs(in.sin_port);
        address.size = sizeof(in.sin_addr);
    } else if (socket->ss_family == AF_INET6) {
        memcpy(&in6, socket, sizeof(in6));
        memcpy(address.octets, &in6.sin6_addr, sizeof(in6.sin6_addr));
        address.port = ntohs(in6.sin6_port);
        address.scope = in6.sin6_scope_id;
        address.size = sizeof(in6.sin6_addr);
    }
    return address;
}
