/*
 * struct forwarder_tcp: the TCP side of a loop: clients that connect, and connections to upstreams
 * that are asked over TCP.
 *
 * A client's connection takes queries one after another, and gives back answers as they come (RFC
 * 7766 sections 6.2.1.1 and 7). It is closed when, for the idle time, no query without an answer is
 * there and no whole query came nor octets of an answer went; when it sends what is no query; and
 * when too much waits for it to read. One from an address that may not ask is closed at once. There
 * are limits on connections, also of one client; where they are reached, the connection that has
 * been idle for longest, of that client where it is its own limit, is closed for one that comes.
 * Where none is idle, or descriptors run out, the others wait unaccepted, and the loop does not
 * spin. A connection to an upstream is opened when it is needed, is used while it is there, and
 * closed when it is idle; when it fails with queries on it, or cannot be had, that is told. Either
 * side may have TLS on it. One thread.
 */
#pragma once

#include "base/err.h"
#include "forwarder/core/forwarder.h"
#include "forwarder/io/event.h"
#include "forwarder/io/server.h"

#define FORWARDER_TCP_CLIENTS_MAX 4096

struct forwarder_tcp;

struct forwarder_tcp_config {
    int epoll_fd;
    uint32_t clients_max; /* 0: none; at most FORWARDER_TCP_CLIENTS_MAX */
    uint64_t idle_ns;
    size_t upstream_sockets;                     /* places for connections to upstreams: */
    uint16_t lanes;                              /* so many for each of these */
    struct forwarder_tls_context *tls_upstreams; /* shared; NULL where none has TLS */
    struct forwarder_tls_context *tls_clients;   /* NULL where none listens with TLS */
    uint64_t open_ns; /* after which a connection to an upstream that is not there is given up */
    /* Whether a client may connect from there; NULL: all may. */
    bool (*may_connect)(void *owner, const struct forwarder_address *peer);
    /* Takes a whole message that came in. */
    void (*receive)(void *owner, const struct forwarder_datagram *message);
    /* Takes that a connection to an upstream failed, or that there is none. */
    void (*fail)(void *owner, const struct forwarder_failure *failure);
    void *owner;
};

/* What the TCP side counts. */
struct forwarder_tcp_counters {
    uint64_t accepted;              /* clients' connections */
    uint64_t prohibited;            /* closed at once: the client may not ask */
    uint64_t per_client;            /* closed at once: the client has too many, none of them idle */
    uint64_t idle;                  /* closed since nothing came for too long, */
    uint64_t displaced;             /* or for another one, for which there was no place */
    uint64_t broken;                /* closed since what came was no query */
    uint64_t overflows;             /* closed since the client does not read its answers */
    uint64_t paused;                /* times that no more were accepted for a while */
    uint64_t lost;                  /* messages for connections that are gone */
    uint64_t tls;                   /* clients' connections on which TLS began */
    uint64_t tls_resumed;           /* of those, with a session from before */
    uint64_t tls_failed;            /* closed since TLS could not begin */
    uint64_t upstreams;             /* connections to upstreams that were opened */
    uint64_t upstreams_failed;      /* of those, and others: not to be had */
    uint64_t upstreams_lost;        /* closed by the upstream with queries on them */
    uint64_t upstreams_tls;         /* connections to upstreams on which TLS began */
    uint64_t upstreams_tls_resumed; /* of those, with a session from before */
    uint32_t clients_now;
};

/* Gets ready, with nothing open; NULL where there is no memory. */
struct forwarder_tcp *forwarder_tcp_new(const struct forwarder_tcp_config *config);

/* Closes all. NULL is fine. */
void forwarder_tcp_free(struct forwarder_tcp *tcp);

/* Listens on an address too, as the next number, which is that of messages' path.socket; with TLS
 * or without. */
int forwarder_tcp_listen(struct forwarder_tcp *tcp, size_t number,
                         const struct forwarder_address *address, bool has_tls, struct err *err);

/* Takes a socket that listens already, as the one under this number; it is closed with the rest. */
int forwarder_tcp_adopt(struct forwarder_tcp *tcp, size_t number, int fd, bool has_tls,
                        struct err *err);

/* Listens under this number no more; those who wait to be accepted are. */
void forwarder_tcp_unlisten(struct forwarder_tcp *tcp, size_t number, uint64_t now_ns);

/* Closes the connection in a place to an upstream, if there is one: nobody waits for it. */
void forwarder_tcp_leave(struct forwarder_tcp *tcp, size_t socket);

/* Connections are closed when they are idle for so long, from now on. */
void forwarder_tcp_set_idle(struct forwarder_tcp *tcp, uint64_t idle_ns);

/* The upstream of this number is this one from now on. */
void forwarder_tcp_set_server(struct forwarder_tcp *tcp, size_t number,
                              const struct forwarder_server *server);

/* Connections from now on have TLS of these contexts, which are shared. */
void forwarder_tcp_set_tls(struct forwarder_tcp *tcp, struct forwarder_tls_context *upstreams,
                           struct forwarder_tls_context *clients);

/* Lets it say why upstreams are not to be had, a sentence each time; `owner` is the config's. */
void forwarder_tcp_set_say(struct forwarder_tcp *tcp,
                           void (*say)(void *owner, const char *sentence));

/* Something happened to a descriptor of this side. */
void forwarder_tcp_event(struct forwarder_tcp *tcp, enum forwarder_event_kind kind, size_t number,
                         uint64_t now_ns);

/* Puts a message into its stream; to an upstream, a connection is opened if there is none. What was
 * put there goes out at the next flush, all that is for one connection at once. */
void forwarder_tcp_send(struct forwarder_tcp *tcp, const struct forwarder_datagram *message,
                        uint64_t now_ns);

/* Another number of clients, at least 1; those that are there stay. Only where there is one. */
void forwarder_tcp_set_clients_max(struct forwarder_tcp *tcp, uint32_t clients_max);

/* Sends what was put into streams. */
void forwarder_tcp_flush(struct forwarder_tcp *tcp, uint64_t now_ns);

/* The descriptor of the connection that a message came on or was sent on; -1 where it is gone. */
int forwarder_tcp_fd(const struct forwarder_tcp *tcp, const struct forwarder_path *path);

/* Closes what is idle or broken, and goes on with what had to wait. To be called in each turn. */
void forwarder_tcp_expire(struct forwarder_tcp *tcp, uint64_t now_ns);

/* When it wants to be called again at the latest; UINT64_MAX: not before something happens. */
uint64_t forwarder_tcp_deadline_ns(const struct forwarder_tcp *tcp);

/* The counts since the beginning. */
struct forwarder_tcp_counters forwarder_tcp_counters(const struct forwarder_tcp *tcp);
