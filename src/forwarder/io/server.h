/*
 * struct forwarder_server: an upstream as people write it: how it is asked, where it is, and, over
 * TLS, who it has to be.
 *
 *     9.9.9.9                       over UDP, port 53
 *     tcp://[2620:fe::fe]:53        over TCP
 *     tls://9.9.9.9#dns.quad9.net   over TLS, port 853, with a certificate for this name
 *     tls://9.9.9.9                 with a certificate for this address
 *     tls://192.0.2.1#sha256=BASE64 with this key, whatever its certificate says; also behind #NAME
 *
 * Any thread.
 */
#pragma once

#include "base/err.h"
#include "forwarder/core/forwarder.h"
#include "forwarder/io/tls.h"

struct forwarder_server {
    enum forwarder_transport transport;
    struct forwarder_tls_peer peer; /* its address; the rest is for TLS */
};

/* Reads a server. -EINVAL with a sentence that begins with the text. */
int forwarder_server_parse(const char *text, struct forwarder_server *ret_server, struct err *err);

/* Whether both are the same in all. */
bool forwarder_server_equal(const struct forwarder_server *a, const struct forwarder_server *b);

/* A number for whom a server has to be, for forwarder_config.identities. */
uint64_t forwarder_server_identity(const struct forwarder_server *server);

/* Room for any server as text, with the final NUL. */
#define FORWARDER_SERVER_TEXT_MAX 400

/* A server as forwarder_server_parse() reads it, but for its pin, in the block of the caller's,
 * which is also what is returned. */
const char *forwarder_server_format(const struct forwarder_server *server,
                                    char block[FORWARDER_SERVER_TEXT_MAX]);
