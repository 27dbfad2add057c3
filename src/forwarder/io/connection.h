/*
 * struct forwarder_connection: a TCP connection that never blocks, with TLS on it or not, whole
 * messages in and out.
 *
 * What the kernel does not take at once is kept, up to a maximum, and goes out when it does. One
 * thread. RFC 7766.
 */
#pragma once

#include "forwarder/core/datagram.h"
#include "forwarder/core/stream.h"
#include "forwarder/io/tls.h"

#include <sys/types.h>

struct forwarder_connection {
    bool is_there; /* false: there is none; then all but `generation` is 0 */
    int fd;
    bool is_broken;             /* to be closed when nobody looks at it */
    bool has_ended;             /* nothing more comes in; answers may still go out */
    bool is_opening;            /* it is being connected, or TLS begins: nothing comes or goes */
    bool may_have_more;         /* that came in, and epoll need not know of */
    int error;                  /* why it is broken, an errno; 0: no such reason */
    uint32_t generation;        /* which connection in this place it is */
    uint32_t pending;           /* queries without an answer */
    uint32_t events;            /* what epoll waits for */
    uint64_t active_ns;         /* when a whole message came, or octets went out to a client */
    struct forwarder_tls *tls;  /* NULL: none */
    struct forwarder_path path; /* of the messages that come in */
    struct forwarder_stream in;
    bool is_owed; /* something was put here, and has not been tried to send */
    uint8_t *out; /* what waits to go out */
    size_t out_size;
    size_t out_capacity;
    size_t out_max;
};

/* The sizes that a connection keeps to. */
struct forwarder_connection_limits {
    size_t message_bytes_max; /* of one that comes in */
    size_t out_bytes_max;     /* that wait to go out */
};

/* Takes over the descriptor; false, and nothing done, where there is no memory. */
bool forwarder_connection_begin(struct forwarder_connection *connection, int fd,
                                const struct forwarder_connection_limits *limits);

/* Goes on with what is_opening says, after an event of the socket. */
enum forwarder_tls_state forwarder_connection_open(struct forwarder_connection *connection);

/* Closes it, if there is one. */
void forwarder_connection_close(struct forwarder_connection *connection);

/* Reads once what is there: false where the other end has closed, or the connection is broken. */
bool forwarder_connection_read(struct forwarder_connection *connection);

/* Adds a message to what goes out; false where too much waits. */
bool forwarder_connection_put(struct forwarder_connection *connection, struct bytes message);

/* Sends what waits, if it is there, as far as the kernel takes it; says how many octets, or -1
 * where the connection is broken. */
ssize_t forwarder_connection_flush(struct forwarder_connection *connection);
