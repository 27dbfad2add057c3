/*
 * What a witness knows of cookies: what each upstream was sent and has said, and what a client
 * sent. What must be true of any history:
 *
 * - where cookies are on, an upstream is asked with the same cookie of ours each time, another than
 *   any other upstream, and behind it what it said last; unless it is asked without EDNS, did not
 *   like them, or let a query with one go without an answer and has never said one;
 * - a client gets its own cookie back and one of ours behind it, if and only if it sent one.
 */
#pragma once

#include "forwarder/core/forwarder.h"
#include "fuzz/forwarder/witness_kept.h"
#include "fuzz/target.h"

/* An upstream. */
struct witness_peer {
    bool has_client;
    uint8_t client[FORWARDER_COOKIE_CLIENT]; /* what it was sent first */
    uint64_t without_until_ns;
    struct forwarder_cookie server; /* what it said last, after 8 octets of nothing; size 0 */
};

/* What a reply's cookie is worth. */
enum witness_cookie { WITNESS_COOKIE_GOOD, WITNESS_COOKIE_FORGED, WITNESS_COOKIE_NONE };

/* The cookie in a message that need not be well-formed, or none. */
static inline struct forwarder_cookie witness_cookie_of(struct bytes wire)
{
    struct forwarder_cookie cookie = { 0 };
    struct dns_message message;

    if (dns_message_read(wire, &message).status == DNS_OK &&
        dns_message_check_rdata(&message).status == DNS_OK)
        forwarder_cookie_find(&message, &cookie);
    return cookie;
}

/* What was sent to an upstream has the cookie that it should have: `has_cookie`. */
static inline void witness_check_peer(struct witness_peer *peer, struct bytes sent, bool has_cookie)
{
    struct forwarder_cookie cookie = witness_cookie_of(sent);

    fuzz_require((cookie.size > 0) == has_cookie);
    if (!has_cookie)
        return;
    if (!peer->has_client)
        memcpy(peer->client, cookie.octets, sizeof(peer->client));
    peer->has_client = true;
    fuzz_require(memcmp(cookie.octets, peer->client, sizeof(peer->client)) == 0);
    fuzz_require(cookie.size ==
                 (peer->server.size > 0 ? peer->server.size : FORWARDER_COOKIE_CLIENT));
    fuzz_require(memcmp(cookie.octets + FORWARDER_COOKIE_CLIENT,
                        peer->server.octets + FORWARDER_COOKIE_CLIENT,
                        cookie.size - (size_t)FORWARDER_COOKIE_CLIENT) == 0);
}

/* What the cookie of a reply is worth; a good one is remembered. */
static inline enum witness_cookie witness_read_peer(struct witness_peer *peer, struct bytes reply)
{
    struct forwarder_cookie cookie = witness_cookie_of(reply);

    if (cookie.size == 0)
        return WITNESS_COOKIE_NONE;
    if (memcmp(cookie.octets, peer->client, sizeof(peer->client)) != 0)
        return WITNESS_COOKIE_FORGED;
    if (cookie.size > FORWARDER_COOKIE_CLIENT)
        peer->server = cookie;
    return WITNESS_COOKIE_GOOD;
}

/* Whether what a client sent shows that its address is its own. */
static inline bool witness_is_certain(const struct forwarder *forwarder,
                                      const struct forwarder_datagram *in, uint64_t now_s)
{
    struct forwarder_cookie cookie = witness_cookie_of(in->payload);
    struct dns_message message;
    struct dns_edns edns;

    if (in->path.stream != 0)
        return true;
    /* What we do not understand may have a cookie, which we do not understand either. */
    if (cookie.size == 0 || dns_message_read(in->payload, &message).status != DNS_OK ||
        dns_header_opcode(&message.header) != DNS_OPCODE_QUERY ||
        !dns_message_edns(&message, &edns) || edns.version != 0)
        return false;
    return forwarder->config.cookies.is_on &&
           forwarder_cookies_read(&forwarder->cookies, &in->path.peer, &cookie, now_s) ==
               FORWARDER_COOKIE_GOOD;
}

/* An answer has the cookies that belong to the client's, of which the first 8 octets count. */
static inline void witness_check_cookies(const struct forwarder *forwarder,
                                         const struct forwarder_path *client,
                                         const struct forwarder_cookie *sent, struct bytes answer,
                                         uint64_t now_s)
{
    struct forwarder_cookie cookie = witness_cookie_of(answer);

    if (!forwarder->config.cookies.is_on || sent->size == 0) {
        fuzz_require(cookie.size == 0);
        return;
    }
    fuzz_require(cookie.size == FORWARDER_COOKIE_CLIENT + FORWARDER_COOKIE_SERVER);
    fuzz_require(memcmp(cookie.octets, sent->octets, FORWARDER_COOKIE_CLIENT) == 0);
    fuzz_require(forwarder_cookies_read(&forwarder->cookies, &client->peer, &cookie, now_s) ==
                 FORWARDER_COOKIE_GOOD);
}
