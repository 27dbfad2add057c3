/*
 * DNS cookies: what shows that whoever sends a datagram receives what is sent to its address.
 *
 * Towards clients (struct forwarder_cookies) we are the server: a client that sends a cookie of its
 * own gets one of ours, which is a hash of its cookie, its address and the time under a secret, and
 * needs no memory. Servers that share a secret understand each other's.
 *
 *     if (request->cookie.size > 0) {
 *         said = forwarder_cookies_read(&cookies, &client, &request->cookie, now_s);
 *         forwarder_cookies_write(&cookies, &client, &request->cookie, now_s);
 *     }
 *
 * Towards upstreams (struct forwarder_peer_cookie) we are the client: each gets a cookie of its
 * own, drawn by chance, and its own is remembered and sent back.
 *
 * Pure; one thread at a time. RFC 7873; RFC 9018 section 4 (how a server's cookie is made).
 */
#pragma once

#include "dns/message.h"
#include "forwarder/core/datagram.h"
#include "forwarder/core/hash.h"

#define FORWARDER_COOKIE_CLIENT 8  /* octets of a client's cookie, */
#define FORWARDER_COOKIE_SERVER 16 /* of one of ours for it, */
#define FORWARDER_COOKIE_MAX 40    /* and of the largest option */
#define FORWARDER_COOKIE_SECRET 16
#define FORWARDER_COOKIE_SECRETS_MAX 4
/* A cookie that is older is none; one that is half as old is replaced (RFC 9018 section 4.3). */
#define FORWARDER_COOKIE_AGE_S_MAX 3600
#define FORWARDER_COOKIE_AHEAD_S_MAX 300
/* How often a secret that we drew makes room for another. */
#define FORWARDER_COOKIE_SECRET_NS (UINT64_C(86400) * 1000000000)

/* The octets of a COOKIE option, or none. */
struct forwarder_cookie {
    uint8_t size; /* 0, 8, or 16 to 40: the client's cookie, and a server's if it is longer */
    uint8_t octets[FORWARDER_COOKIE_MAX];
};

struct forwarder_cookie_config {
    bool is_on;
    bool is_required;     /* over UDP, who has no cookie of ours is sent for one */
    size_t secrets_count; /* 0: drawn by chance, and another each day */
    uint8_t secrets[FORWARDER_COOKIE_SECRETS_MAX][FORWARDER_COOKIE_SECRET]; /* the first is what
                                                     cookies are made with; all are known */
    bool has_root; /* where there are none, a day's is made of this, as others do */
    struct forwarder_hash_key root; /* that have the same one and the same clock, */
};

struct forwarder_cookies {
    struct forwarder_cookie_config config;
    size_t keys_count;
    struct forwarder_hash_key keys[FORWARDER_COOKIE_SECRETS_MAX];
    uint64_t drawn_ns; /* when the first was */
};

/* What a client's cookie is. */
enum forwarder_cookie_said {
    FORWARDER_COOKIE_NEW,  /* it has none of ours, */
    FORWARDER_COOKIE_BAD,  /* or one that is not ours, not for it, or too old */
    FORWARDER_COOKIE_GOOD, /* it has one of ours */
};

/* Begins. Where there are no secrets, `drawn` is two of chance's numbers, which are not looked at
 * where there is a root. */
void forwarder_cookies_init(struct forwarder_cookies *cookies,
                            const struct forwarder_cookie_config *config, const uint64_t drawn[2]);

/* Whether it is time to draw a secret. */
bool forwarder_cookies_is_due(const struct forwarder_cookies *cookies, uint64_t now_ns);

/* Makes cookies with a new secret from now on; the one before is still known. With a root it is the
 * secret of this day of the clock, and that of the next is known, too: another may be there
 * already. */
void forwarder_cookies_draw(struct forwarder_cookies *cookies, const uint64_t drawn[2],
                            uint64_t now_ns);

/* What a client's cookie, of 8 octets at least (REQUIRE), is at this time of day, in seconds since
 * 1970. */
enum forwarder_cookie_said forwarder_cookies_read(const struct forwarder_cookies *cookies,
                                                  const struct forwarder_address *client,
                                                  const struct forwarder_cookie *cookie,
                                                  uint64_t now_s);

/* Puts a fresh cookie of ours behind the client's, of which there are 8 octets at least (REQUIRE).
 */
void forwarder_cookies_write(const struct forwarder_cookies *cookies,
                             const struct forwarder_address *client,
                             struct forwarder_cookie *cookie, uint64_t now_s);

/* The first COOKIE option of a well-formed message; size 0 where it has none, or one whose size is
 * none of a cookie's. */
void forwarder_cookie_find(const struct dns_message *message, struct forwarder_cookie *ret_cookie);

/* An upstream's side of it. */
struct forwarder_peer_cookie {
    uint8_t client[FORWARDER_COOKIE_CLIENT]; /* ours, for it alone */
    uint64_t without_until_ns;               /* it is asked without: it did not understand */
    uint8_t server_size;                     /* 0: it has not shown that it knows cookies */
    uint8_t server[FORWARDER_COOKIE_MAX - FORWARDER_COOKIE_CLIENT];
};

/* The cookie to send to an upstream. */
struct forwarder_cookie forwarder_peer_cookie_write(const struct forwarder_peer_cookie *peer);

/* What an upstream's reply says, to a query that had our cookie. */
enum forwarder_peer_said {
    FORWARDER_PEER_FORGED,  /* another cookie than ours: not its reply */
    FORWARDER_PEER_WITHOUT, /* no cookie, */
    FORWARDER_PEER_MISSING, /* though it knows them */
    FORWARDER_PEER_GOOD,
};

/* Reads the cookie of a reply, and remembers the upstream's. */
enum forwarder_peer_said forwarder_peer_cookie_read(struct forwarder_peer_cookie *peer,
                                                    const struct dns_message *reply);
