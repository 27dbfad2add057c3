/*
 * What the files of the TCP side share and nobody else sees: tcp.c (what is the same for all
 * connections, and clients), tcp_upstreams.c (connections to upstreams).
 */
#pragma once

#include "forwarder/io/connection.h"
#include "forwarder/io/tcp.h"

#define FORWARDER_TCP_LISTEN_MAX 64
#define FORWARDER_TCP_OWED_MAX 64

/* What is known of a place for a connection to an upstream, whether there is one or not. */
struct forwarder_tcp_way {
    bool has_failed;        /* there was none to be had, and the core is to be told */
    uint64_t rest_until_ns; /* no new one is tried before */
};

/* What is known of an upstream. */
struct forwarder_tcp_upstream {
    struct forwarder_server server;
    struct forwarder_tls_session *session; /* for the next connection, or NULL */
    uint64_t silent_until_ns;              /* failures are not told before */
};

struct forwarder_tcp {
    struct forwarder_tcp_config config;
    void (*say)(void *owner, const char *sentence); /* NULL: nobody listens */
    size_t listen_count;
    int listen_fds[FORWARDER_TCP_LISTEN_MAX];
    bool listen_tls[FORWARDER_TCP_LISTEN_MAX];
    bool is_paused;
    bool is_unsettled; /* something is broken, or can go on */
    uint64_t paused_until_ns;
    uint64_t check_ns;
    uint32_t upstreams_now;
    struct forwarder_connection *clients;   /* FORWARDER_TCP_CLIENTS_MAX, */
    size_t clients_top;                     /* of which those from here on were never used */
    struct forwarder_connection *upstreams; /* config.upstream_sockets, as the next */
    struct forwarder_tcp_way *ways;
    struct forwarder_tcp_upstream known[FORWARDER_SLOTS_MAX];
    size_t owed_count;
    struct forwarder_connection *owed[FORWARDER_TCP_OWED_MAX]; /* where messages were put */
    struct forwarder_tcp_counters counters;
};

/* A socket for the family of an address, or -1. */
int forwarder_tcp_socket(const struct forwarder_address *address);

/* Sets a socket option to a number, which mostly is whether it is on. */
int forwarder_tcp_set(int fd, int level, int name, int value);

/* Lets epoll wait on a new descriptor. */
int forwarder_tcp_watch(const struct forwarder_tcp *tcp, int fd, uint64_t word, uint32_t events);

/* Looks at connections from time to time, from now on. */
void forwarder_tcp_start_checks(struct forwarder_tcp *tcp, uint64_t now_ns);

/* Closes a connection at the end of the turn. */
void forwarder_tcp_break(struct forwarder_tcp *tcp, struct forwarder_connection *connection);

/* What was put into a connection goes out at the next flush, with what else is put there. */
void forwarder_tcp_owe(struct forwarder_tcp *tcp, struct forwarder_connection *connection,
                       uint64_t now_ns);

/* Sends what waits, if the connection is there. */
void forwarder_tcp_push(struct forwarder_tcp *tcp, struct forwarder_connection *connection,
                        uint64_t now_ns);

/* Sends a message to an upstream; a connection is opened if there is none. What cannot be sent is
 * told as a failure of its way. */
void forwarder_tcp_send_to_upstream(struct forwarder_tcp *tcp,
                                    const struct forwarder_datagram *message, uint64_t now_ns);

/* Closes a connection to an upstream that is broken or idle, and tells of it. */
void forwarder_tcp_look_after_upstream(struct forwarder_tcp *tcp, size_t number, uint64_t now_ns);
