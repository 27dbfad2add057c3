/* Sockets that listen for connections. Any thread. */
#pragma once

#include "base/err.h"
#include "forwarder/io/loop.h"
#include "forwarder/io/sharing.h"

/* So many connections wait to be accepted. */
#define FORWARDER_TCP_BACKLOG 256

/* Opens a socket that listens on the address, beside others as `sharing` says. -errno with a
 * sentence. */
int forwarder_tcp_listen_beside(const struct forwarder_listen *listen_on,
                                enum forwarder_sharing sharing, int *ret_fd, struct err *err);
