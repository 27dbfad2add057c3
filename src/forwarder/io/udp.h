/*
 * UDP sockets, and datagrams through them in batches (recvmmsg, sendmmsg).
 *
 * Sockets never block. One thread for each inbox and outbox; they are large: let them live on the
 * heap. Descriptors belong to the caller.
 */
#pragma once

#include "base/err.h"
#include "forwarder/core/datagram.h"
#include "forwarder/io/sharing.h"

#include <netinet/in.h>
#include <stdalign.h>
#include <sys/socket.h>

/* Opens a socket that listens on the address; one for 0.0.0.0 or [::] learns to which of our
 * addresses each query went. */
int forwarder_udp_listen(const struct forwarder_address *address, int *ret_fd, struct err *err);

/* The same beside other sockets of the address, as `sharing` says. */
int forwarder_udp_listen_beside(const struct forwarder_address *address,
                                enum forwarder_sharing sharing, int *ret_fd, struct err *err);

/* Makes a socket that is bound to the address already as good as one of forwarder_udp_listen(). */
int forwarder_udp_adopt(const struct forwarder_address *address, int fd, struct err *err);

/* What waits on a socket while nobody reads it takes so much of the kernel's memory at most, if
 * nothing else is said: 4 MiB are some 5,000 queries, its own account of each included. */
#define FORWARDER_RECEIVE_BUFFER 4194304U
#define FORWARDER_RECEIVE_BUFFER_MIN 4096U
#define FORWARDER_RECEIVE_BUFFER_MAX 1073741823U

/* Lets so many octets wait on a socket, by the kernel's account; `wanted` 0:
 * FORWARDER_RECEIVE_BUFFER, unless there may be more already. Gives how many may: fewer than wanted
 * where the system's limit (net.core.rmem_max) is less and we may not pass it. */
uint32_t forwarder_udp_set_receive_buffer(int fd, uint32_t wanted);

/* Opens a socket to an upstream, from a port that the kernel draws (RFC 6056). It is connected:
 * what others send to it does not arrive, and what the upstream's machine refuses does. */
int forwarder_udp_connect(const struct forwarder_address *address, int *ret_fd, struct err *err);

/* Whether the address is one of this machine's. */
bool forwarder_udp_is_local(const struct forwarder_address *address);

/* Room for the control message that names our own address. */
struct forwarder_udp_control {
    alignas(struct cmsghdr) uint8_t octets[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

/* What the kernel wants to know about the datagrams of a batch. */
struct forwarder_udp_headers {
    struct mmsghdr messages[FORWARDER_BATCH_MAX];
    struct iovec payloads[FORWARDER_BATCH_MAX];
    struct sockaddr_storage peers[FORWARDER_BATCH_MAX];
    struct forwarder_udp_control controls[FORWARDER_BATCH_MAX];
};

/* Datagrams begin so many octets from each other, which is no power of two: else the beginnings of
 * all would have the same few places in the processor's cache. */
#define FORWARDER_INBOX_STRIDE (FORWARDER_DATAGRAM_BYTES_MAX + 192)

/* Datagrams that came in on one socket. All zero is an empty one. */
struct forwarder_inbox {
    size_t count;
    bool is_open; /* places that the last call of the kernel did not fill are ready */
    struct forwarder_udp_headers headers;
    uint8_t octets[FORWARDER_BATCH_MAX][FORWARDER_INBOX_STRIDE];
};

/* Fills the inbox with what waits on the socket, up to `most` datagrams, which is 1 to
 * FORWARDER_BATCH_MAX; what was in it is gone. 0, also where nothing waits; or -errno, such as
 * -ECONNREFUSED from an upstream's machine, after which the socket is as good as before. */
int forwarder_inbox_fill(struct forwarder_inbox *inbox, int fd, size_t most);

/* A datagram of the inbox: its payload, its peer, and our address where the socket has several.
 * Side and socket number are the caller's to set. False, and *ret_datagram untouched, where it was
 * larger than FORWARDER_DATAGRAM_BYTES_MAX. */
bool forwarder_inbox_read(const struct forwarder_inbox *inbox, size_t index,
                          struct forwarder_datagram *ret_datagram);

/* The descriptors of both sides, by socket number; upstreams' are connected. */
struct forwarder_sockets {
    const int *clients;
    const int *upstreams;
};

/* Sockets to upstreams on which there was an error, of this datagram or of one before. */
struct forwarder_udp_failed {
    size_t count;
    uint16_t sockets[FORWARDER_BATCH_MAX];
};

/* Sends all datagrams of the batch (not what is for streams), those of one socket together, and
 * gives how many the kernel did not take: they are lost, as datagrams may be. Where that was not
 * for want of room, an upstream's socket is added to *failed, as long as there is a place in it.
 * `headers` is working storage. */
size_t forwarder_udp_send(const struct forwarder_batch *batch,
                          const struct forwarder_sockets *sockets,
                          struct forwarder_udp_headers *headers,
                          struct forwarder_udp_failed *failed);
