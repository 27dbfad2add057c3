/*
 * A server's cookie is version (1), three octets of zero, the time in seconds (4, and it wraps
 * around) and a hash (8) of the client's cookie, those eight octets and the client's address.
 */
#include "forwarder/core/cookies.h"

#include "base/require.h"
#include "dns/option.h"

#include <string.h>

#define VERSION 1
#define STAMP_AT (FORWARDER_COOKIE_CLIENT + 4)
#define HASH_AT (FORWARDER_COOKIE_CLIENT + 8)
#define HASHED_MAX (HASH_AT + 16)

static struct forwarder_hash_key key_of(const uint8_t secret[FORWARDER_COOKIE_SECRET])
{
    struct forwarder_hash_key key;

    for (size_t i = 0; i < 2; i++)
        key.halves[i] = forwarder_hash_word(secret + 8 * i);
    return key;
}

void forwarder_cookies_init(struct forwarder_cookies *cookies,
                            const struct forwarder_cookie_config *config, const uint64_t drawn[2])
{
    REQUIRE(config->secrets_count <= FORWARDER_COOKIE_SECRETS_MAX);
    *cookies = (struct forwarder_cookies){ .config = *config };
    for (size_t i = 0; i < config->secrets_count; i++)
        cookies->keys[i] = key_of(config->secrets[i]);
    cookies->keys_count = config->secrets_count;
    if (config->secrets_count == 0)
        forwarder_cookies_draw(cookies, drawn, 0);
}

static uint64_t day_of(uint64_t now_ns)
{
    return now_ns / FORWARDER_COOKIE_SECRET_NS;
}

/* The secret of a day, under the root. */
static struct forwarder_hash_key key_of_day(const struct forwarder_hash_key *root, uint64_t day)
{
    struct forwarder_hash_key key;
    uint8_t octets[9];

    for (size_t i = 0; i < 8; i++)
        octets[i] = (uint8_t)(day >> 8 * i);
    for (size_t i = 0; i < 2; i++) {
        octets[8] = (uint8_t)i;
        key.halves[i] = forwarder_hash_strong(root, bytes_of(octets, sizeof(octets)));
    }
    return key;
}

bool forwarder_cookies_is_due(const struct forwarder_cookies *cookies, uint64_t now_ns)
{
    if (!cookies->config.is_on || cookies->config.secrets_count > 0)
        return false;
    return cookies->config.has_root ? day_of(now_ns) != day_of(cookies->drawn_ns)
                                    : now_ns - cookies->drawn_ns >= FORWARDER_COOKIE_SECRET_NS;
}

/* That of today is the first, then that of yesterday and that of tomorrow. */
static void draw_of_root(struct forwarder_cookies *cookies, uint64_t today)
{
    static const uint64_t days[] = { 0, UINT64_MAX, 1 };

    cookies->keys_count = sizeof(days) / sizeof(days[0]);
    for (size_t i = 0; i < cookies->keys_count; i++)
        cookies->keys[i] = key_of_day(&cookies->config.root, today + days[i]);
}

void forwarder_cookies_draw(struct forwarder_cookies *cookies, const uint64_t drawn[2],
                            uint64_t now_ns)
{
    cookies->drawn_ns = now_ns;
    if (cookies->config.has_root) {
        draw_of_root(cookies, day_of(now_ns));
        return;
    }
    cookies->keys[1] = cookies->keys[0];
    cookies->keys_count += cookies->keys_count < 2;
    cookies->keys[0] = (struct forwarder_hash_key){ { drawn[0], drawn[1] } };
}

/* The hash that belongs to a cookie whose octets before the hash are there. */
static void hash_cookie(const struct forwarder_hash_key *key,
                        const struct forwarder_address *client,
                        const struct forwarder_cookie *cookie, uint8_t ret_hash[8])
{
    uint8_t hashed[HASHED_MAX];
    uint64_t hash;

    memcpy(hashed, cookie->octets, HASH_AT);
    memcpy(hashed + HASH_AT, client->octets, client->size);
    hash = forwarder_hash_strong(key, bytes_of(hashed, HASH_AT + (size_t)client->size));
    for (size_t i = 0; i < 8; i++)
        ret_hash[i] = (uint8_t)(hash >> 8 * i);
}

/* Whether two hashes are the same, in a time that says nothing of where they differ. */
static bool is_same(const uint8_t a[8], const uint8_t b[8])
{
    unsigned int differs = 0;

    for (size_t i = 0; i < 8; i++)
        differs |= (unsigned int)(a[i] ^ b[i]);
    return differs == 0;
}

/* Whether a cookie was made at a time that is near enough (RFC 1982: numbers wrap around). */
static bool is_fresh(const struct forwarder_cookie *cookie, uint64_t now_s)
{
    const uint8_t *stamp = cookie->octets + STAMP_AT;
    uint32_t made_s =
        (uint32_t)stamp[0] << 24 | (uint32_t)stamp[1] << 16 | (uint32_t)stamp[2] << 8 | stamp[3];
    uint32_t age = (uint32_t)now_s - made_s;

    return age <= FORWARDER_COOKIE_AGE_S_MAX || 0 - age <= FORWARDER_COOKIE_AHEAD_S_MAX;
}

enum forwarder_cookie_said forwarder_cookies_read(const struct forwarder_cookies *cookies,
                                                  const struct forwarder_address *client,
                                                  const struct forwarder_cookie *cookie,
                                                  uint64_t now_s)
{
    uint8_t hash[8];

    REQUIRE(cookie->size >= FORWARDER_COOKIE_CLIENT);
    if (cookie->size == FORWARDER_COOKIE_CLIENT)
        return FORWARDER_COOKIE_NEW;
    if (cookie->size != FORWARDER_COOKIE_CLIENT + FORWARDER_COOKIE_SERVER ||
        cookie->octets[FORWARDER_COOKIE_CLIENT] != VERSION || !is_fresh(cookie, now_s))
        return FORWARDER_COOKIE_BAD;
    for (size_t i = 0; i < cookies->keys_count; i++) {
        hash_cookie(&cookies->keys[i], client, cookie, hash);
        if (is_same(hash, cookie->octets + HASH_AT))
            return FORWARDER_COOKIE_GOOD;
    }
    return FORWARDER_COOKIE_BAD;
}

void forwarder_cookies_write(const struct forwarder_cookies *cookies,
                             const struct forwarder_address *client,
                             struct forwarder_cookie *cookie, uint64_t now_s)
{
    REQUIRE(cookie->size >= FORWARDER_COOKIE_CLIENT);
    cookie->size = FORWARDER_COOKIE_CLIENT + FORWARDER_COOKIE_SERVER;
    memset(cookie->octets + FORWARDER_COOKIE_CLIENT, 0, 4);
    cookie->octets[FORWARDER_COOKIE_CLIENT] = VERSION;
    for (size_t i = 0; i < 4; i++)
        cookie->octets[STAMP_AT + i] = (uint8_t)(now_s >> 8 * (3 - i));
    hash_cookie(&cookies->keys[0], client, cookie, cookie->octets + HASH_AT);
}

void forwarder_cookie_find(const struct dns_message *message, struct forwarder_cookie *ret_cookie)
{
    struct dns_edns_option option;
    struct dns_cookie cookie;
    struct dns_edns edns;

    *ret_cookie = (struct forwarder_cookie){ 0 };
    if (!dns_message_edns(message, &edns) ||
        !dns_edns_find_option(&edns, DNS_OPTION_COOKIE, &option) ||
        dns_cookie_read(&option, &cookie) != DNS_OK)
        return;
    ret_cookie->size = (uint8_t)option.octets.size;
    memcpy(ret_cookie->octets, option.octets.at, option.octets.size);
}

struct forwarder_cookie forwarder_peer_cookie_write(const struct forwarder_peer_cookie *peer)
{
    struct forwarder_cookie cookie = {
        .size = (uint8_t)(FORWARDER_COOKIE_CLIENT + peer->server_size),
    };

    memcpy(cookie.octets, peer->client, FORWARDER_COOKIE_CLIENT);
    memcpy(cookie.octets + FORWARDER_COOKIE_CLIENT, peer->server, peer->server_size);
    return cookie;
}

enum forwarder_peer_said forwarder_peer_cookie_read(struct forwarder_peer_cookie *peer,
                                                    const struct dns_message *reply)
{
    struct forwarder_cookie cookie;

    forwarder_cookie_find(reply, &cookie);
    if (cookie.size == 0)
        return peer->server_size > 0 ? FORWARDER_PEER_MISSING : FORWARDER_PEER_WITHOUT;
    if (!is_same(cookie.octets, peer->client))
        return FORWARDER_PEER_FORGED;
    if (cookie.size > FORWARDER_COOKIE_CLIENT) {
        peer->server_size = (uint8_t)(cookie.size - FORWARDER_COOKIE_CLIENT);
        memcpy(peer->server, cookie.octets + FORWARDER_COOKIE_CLIENT, peer->server_size);
    }
    return FORWARDER_PEER_GOOD;
}
