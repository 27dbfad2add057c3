/*
 * TLS over a socket that never blocks: contexts, which are one for all clients and one for all
 * upstreams, and struct forwarder_tls, one for each connection.
 *
 *     number = functions->open_upstreams(ca_file, &context, err);
 *     tls = forwarder_tls_connect(context, fd, &peer, &session);
 *     while (forwarder_tls_shake(tls) == FORWARDER_TLS_LATER)
 *         … wait for the socket, to write if forwarder_tls_wants_write(tls), else to read …
 *     forwarder_tls_read(tls, …), forwarder_tls_write(tls, …)
 *     forwarder_tls_close(tls);
 *
 * TLS 1.2 and 1.3 with forward secrecy and authenticated encryption alone, no renegotiation, no
 * compression, no early data (RFC 9325); the protocol is "dot" where the other end speaks of
 * protocols (RFC 7301). Files are read when a context is opened and never after. SIGPIPE must be
 * ignored. One thread for each context and all that is of it. RFC 7858, RFC 8310.
 *
 * The work is done by a module (src/tls), which is loaded where somebody needs TLS: what is made
 * here says itself whose functions it is of, and who has no context calls none of them.
 */
#pragma once

#include "base/err.h"
#include "forwarder/core/datagram.h"

#include <sys/types.h>

struct forwarder_tls_context;
struct forwarder_tls;
/* A session that can be resumed (a ticket), of whoever is asked; NULL: there is none. */
struct forwarder_tls_session;

#define FORWARDER_TLS_NAME_MAX 253
#define FORWARDER_TLS_PIN_OCTETS 32
#define FORWARDER_TLS_REASON_MAX 160

/* Who an upstream has to prove that it is. With a name, its certificate is for that name and by an
 * authority that is trusted; with a pin, its key is this one, whoever says so; with both, both;
 * with neither, its certificate is for its address. */
struct forwarder_tls_peer {
    struct forwarder_address address;
    char name[FORWARDER_TLS_NAME_MAX + 1]; /* also told to it (SNI); "": none */
    bool has_pin;
    uint8_t pin[FORWARDER_TLS_PIN_OCTETS]; /* SHA-256 of its public key (SubjectPublicKeyInfo) */
};

enum forwarder_tls_state {
    FORWARDER_TLS_DONE,
    FORWARDER_TLS_LATER,  /* the socket must be readable or writable first */
    FORWARDER_TLS_FAILED, /* forwarder_tls_reason() says why */
};

/* What a module has; but for the first two, what the functions below do. */
struct forwarder_tls_functions {
    /* For connections to upstreams. Trusted are the authorities in the PEM file, or those of the
     * system where it is NULL. */
    int (*open_upstreams)(const char *ca_file, struct forwarder_tls_context **ret_context,
                          struct err *err);
    /* For clients: our certificate, with the chain behind it, and its key, both PEM. -EKEYREJECTED
     * where it is the key that is not right, or not that of the certificate. */
    int (*open_clients)(const char *certificate_file, const char *key_file,
                        struct forwarder_tls_context **ret_context, struct err *err);
    void (*context_free)(struct forwarder_tls_context *context);
    struct forwarder_tls *(*connect)(struct forwarder_tls_context *context, int fd,
                                     const struct forwarder_tls_peer *peer,
                                     struct forwarder_tls_session **session);
    struct forwarder_tls *(*accept)(struct forwarder_tls_context *context, int fd);
    void (*session_free)(struct forwarder_tls_session *session);
    enum forwarder_tls_state (*shake)(struct forwarder_tls *tls);
    bool (*is_resumed)(const struct forwarder_tls *tls);
    ssize_t (*read)(struct forwarder_tls *tls, uint8_t *at, size_t room);
    ssize_t (*write)(struct forwarder_tls *tls, struct bytes octets);
    void (*close)(struct forwarder_tls *tls);
};

/* What a module's contexts, connections and sessions begin with. */
struct forwarder_tls_context {
    const struct forwarder_tls_functions *functions;
    uint32_t owners;
};

struct forwarder_tls {
    const struct forwarder_tls_functions *functions;
    bool wants_write;
    bool has_more;
    char reason[FORWARDER_TLS_REASON_MAX];
};

struct forwarder_tls_session {
    const struct forwarder_tls_functions *functions;
};

/* Another owner of the same context; NULL stays NULL. */
struct forwarder_tls_context *forwarder_tls_context_share(struct forwarder_tls_context *context);

/* Lets go of a context; the last owner frees it. NULL is fine. */
void forwarder_tls_context_free(struct forwarder_tls_context *context);

/* Begins as the client on a socket that is being connected, with the session in *session if there
 * is one, which is used up; one that the upstream gives is put there. `peer` and `session` live as
 * long as the connection. NULL where there is no memory. */
struct forwarder_tls *forwarder_tls_connect(struct forwarder_tls_context *context, int fd,
                                            const struct forwarder_tls_peer *peer,
                                            struct forwarder_tls_session **session);

/* Begins as the server on a socket that was accepted. NULL where there is no memory. */
struct forwarder_tls *forwarder_tls_accept(struct forwarder_tls_context *context, int fd);

/* Forgets a session. NULL is fine. */
void forwarder_tls_session_free(struct forwarder_tls_session *session);

/* Goes on with the handshake. An upstream is who it has to be when it is done. */
enum forwarder_tls_state forwarder_tls_shake(struct forwarder_tls *tls);

/* Whether the handshake waits until the socket can be written to, rather than read. */
bool forwarder_tls_wants_write(const struct forwarder_tls *tls);

/* Whether the handshake that is done resumed a session. */
bool forwarder_tls_is_resumed(const struct forwarder_tls *tls);

/* As recv(2) without blocking: octets, 0 at the end, -EAGAIN, or -EPROTO where it is broken. */
ssize_t forwarder_tls_read(struct forwarder_tls *tls, uint8_t *at, size_t room);

/* Whether octets have come that were not read, and of which the socket does not know any more. */
bool forwarder_tls_has_more(const struct forwarder_tls *tls);

/* As send(2) without blocking. What was given and not taken must be given again. */
ssize_t forwarder_tls_write(struct forwarder_tls *tls, struct bytes octets);

/* Why it failed; "" where it did not. Lives as long as the connection. */
const char *forwarder_tls_reason(const struct forwarder_tls *tls);

/* Says good-bye, if all went well, and forgets the connection; not its socket. NULL is fine. */
void forwarder_tls_close(struct forwarder_tls *tls);

/* Reads a pin in base64 (RFC 4648 section 4): 44 characters; false where it is none. */
bool forwarder_tls_pin_parse(const char *text, uint8_t ret_pin[FORWARDER_TLS_PIN_OCTETS]);
