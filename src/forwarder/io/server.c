/* A scheme, an endpoint, and what stands behind #. */
#include "forwarder/io/server.h"

#include "base/require.h"
#include "base/text_format.h"
#include "dns/name.h"
#include "forwarder/io/endpoint.h"

#include <errno.h>

#define PIN_PREFIX "sha256="
#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."

/* What stands in front of an address. */
static const struct {
    const char *scheme;
    uint16_t port;
} transports[] = {
    [FORWARDER_OVER_UDP] = { "udp://", 53 },
    [FORWARDER_OVER_TCP] = { "tcp://", 53 },
    [FORWARDER_OVER_TLS] = { "tls://", 853 },
};

/* How the text says that the server is asked, and what is left of it. */
static enum forwarder_transport find_transport(const char **text)
{
    for (size_t i = 0; i < sizeof(transports) / sizeof(transports[0]); i++) {
        size_t size = strlen(transports[i].scheme);

        if (strncmp(*text, transports[i].scheme, size) != 0)
            continue;
        *text += size;
        return (enum forwarder_transport)i;
    }
    return FORWARDER_OVER_UDP;
}

/* Whether it can be the name of a host: the last label is no number. */
static bool is_host_name(struct bytes text)
{
    struct dns_name name;
    size_t digits = 0;

    if (dns_name_parse(text, &name).status != DNS_OK || text.size > FORWARDER_TLS_NAME_MAX)
        return false;
    while (digits < text.size && text.at[text.size - 1 - digits] >= '0' &&
           text.at[text.size - 1 - digits] <= '9')
        digits += 1;
    return digits < text.size && text.at[text.size - 1 - digits] != '.';
}

/* Reads what stands behind one #. */
static bool parse_proof(const char *text, size_t size, struct forwarder_tls_peer *peer)
{
    size_t prefix = strlen(PIN_PREFIX);
    char pin[64];

    if (size >= prefix && strncmp(text, PIN_PREFIX, prefix) == 0) {
        if (peer->has_pin || size - prefix >= sizeof(pin))
            return false;
        memcpy(pin, text + prefix, size - prefix);
        pin[size - prefix] = '\0';
        peer->has_pin = forwarder_tls_pin_parse(pin, peer->pin);
        return peer->has_pin;
    }
    if (size > 0 && text[size - 1] == '.')
        size -= 1;
    if (peer->name[0] != '\0' || strspn(text, NAME_CHARACTERS) < size ||
        !is_host_name(bytes_of(text, size)))
        return false;
    memcpy(peer->name, text, size);
    return true;
}

int forwarder_server_parse(const char *text, struct forwarder_server *ret_server, struct err *err)
{
    struct forwarder_server server = { 0 };
    struct forwarder_address address;
    const char *rest = text;
    char host[FORWARDER_ENDPOINT_TEXT_MAX];
    struct err inner = { 0 };
    size_t size;

    server.transport = find_transport(&rest);
    size = strcspn(rest, "#");
    if (size >= sizeof(host))
        return err_set(err, -EINVAL, "'%s' is not an address with a port", text);
    memcpy(host, rest, size);
    host[size] = '\0';
    if (forwarder_endpoint_parse(host, transports[server.transport].port, &address, &inner) < 0)
        return rest == text && rest[size] == '\0'
                   ? err_set(err, inner.number, "%s", inner.sentence)
                   : err_set(err, inner.number, "'%s': %s", text, inner.sentence);
    server.peer.address = address;
    for (rest += size; *rest == '#'; rest += size) {
        rest += 1;
        size = strcspn(rest, "#");
        if (server.transport != FORWARDER_OVER_TLS)
            return err_set(err, -EINVAL, "'%s': a name or a key is for tls:// alone", text);
        if (!parse_proof(rest, size, &server.peer))
            return err_set(err, -EINVAL,
                           "'%s': behind # is neither a name nor " PIN_PREFIX
                           "KEY, or there is a second one",
                           text);
    }
    *ret_server = server;
    return 0;
}

bool forwarder_server_equal(const struct forwarder_server *a, const struct forwarder_server *b)
{
    return a->transport == b->transport && a->peer.has_pin == b->peer.has_pin &&
           forwarder_address_equal(&a->peer.address, &b->peer.address) &&
           strcmp(a->peer.name, b->peer.name) == 0 &&
           memcmp(a->peer.pin, b->peer.pin, sizeof(a->peer.pin)) == 0;
}

uint64_t forwarder_server_identity(const struct forwarder_server *server)
{
    static const struct forwarder_hash_key key = { { 0 } };

    return forwarder_hash(&key, bytes_of_text(server->peer.name)) ^
           forwarder_hash(&key, bytes_of(server->peer.pin, sizeof(server->peer.pin)));
}

const char *forwarder_server_format(const struct forwarder_server *server,
                                    char block[FORWARDER_SERVER_TEXT_MAX])
{
    struct text text = text_init(block, FORWARDER_SERVER_TEXT_MAX);
    char endpoint[FORWARDER_ENDPOINT_TEXT_MAX];
    bool is_usual = server->transport == FORWARDER_OVER_UDP;

    REQUIRE(text_format(&text, "%s%s%s%s", is_usual ? "" : transports[server->transport].scheme,
                        forwarder_endpoint_format(&server->peer.address, endpoint),
                        server->peer.name[0] == '\0' ? "" : "#", server->peer.name));
    return block;
}
