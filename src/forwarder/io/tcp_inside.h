/*
 * What the files of the TCP side share and nobody else sees: tcp.c (what is the same for all
 * connections, and clients), tcp_accept.c (clients that connect), tcp_places.c (places for these),
 * tcp_upstreams.c (connections to upstreams).
 */
#pragma once

#include "forwarder/io/connection.h"
#include "forwarder/io/tcp.h"

#define FORWARDER_TCP_LISTEN_MAX 64
#define FORWARDER_TCP_OWED_MAX 64
#define FORWARDER_TCP_UNSETTLED_MAX 64
/* A stream's number: the connection's place, and which connection in that place it is. */
#define FORWARDER_TCP_PLACE_BITS 12

/* What is known of a place for a connection to an upstream, whether there is one or not. */
struct forwarder_tcp_way {
    bool has_failed;        /* there was none to be had, and the core is to be told */
    uint16_t listed;        /* where it stands in the list of those in use, plus 1; 0: nowhere */
    uint64_t rest_until_ns; /* no new one is tried before */
};

/* What is known of an upstream. */
struct forwarder_tcp_upstream {
    struct forwarder_server server;
    struct forwarder_tls_session *session; /* for the next connection, or NULL */
    uint64_t silent_until_ns;              /* failures are not told before */
};

/* A place for a connection, of a client or to an upstream. */
struct forwarder_tcp_place {
    bool is_upstream;
    uint16_t number;
};

/* A socket on which clients connect. */
struct forwarder_tcp_listener {
    int fd; /* -1: none */
    bool has_tls;
    uint32_t takes;       /* so many clients are accepted at once */
    uint64_t turn_before; /* when that was done last */
};

struct forwarder_tcp {
    struct forwarder_tcp_config config;
    void (*say)(void *owner, const char *sentence); /* NULL: nobody listens */
    size_t listen_count;
    struct forwarder_tcp_listener listeners[FORWARDER_TCP_LISTEN_MAX];
    uint64_t turn; /* which one it is */
    bool is_paused;
    bool is_unsettled; /* something is to be done at the end of the turn: with these places, */
    size_t unsettled_count;
    struct forwarder_tcp_place unsettled[FORWARDER_TCP_UNSETTLED_MAX];
    bool are_all_unsettled; /* or, since there are more of them, with all */
    uint64_t paused_until_ns;
    uint64_t check_ns;
    uint32_t upstreams_now;
    struct forwarder_connection *clients;   /* FORWARDER_TCP_CLIENTS_MAX, */
    size_t clients_top;                     /* of which none from here on is in use */
    struct forwarder_connection *upstreams; /* config.upstream_sockets, as the next two */
    struct forwarder_tcp_way *ways;
    uint16_t *busy; /* those of these that are in use: there is a connection, or it has failed */
    size_t busy_count;
    struct forwarder_tcp_upstream known[FORWARDER_SLOTS_MAX];
    size_t owed_count;
    struct forwarder_connection *owed[FORWARDER_TCP_OWED_MAX]; /* where messages were put */
    struct forwarder_tcp_counters counters;
};

/* A socket for the family of an address, or -1. */
int forwarder_tcp_socket(const struct forwarder_address *address);

/* Sets a socket option to a number, which mostly is whether it is on. */
int forwarder_tcp_set(int fd, int level, int name, int value);

/* A place for a client's connection, which may be that of one that is closed because it is idle; or
 * NULL where the client has its share already, or all places are taken, and all are used. */
struct forwarder_connection *forwarder_tcp_find_place(struct forwarder_tcp *tcp,
                                                      const struct forwarder_address *peer,
                                                      uint64_t now_ns);

/* Whether there is a place for another client's connection, or one can be made. */
bool forwarder_tcp_has_place(struct forwarder_tcp *tcp);

/* Closes a client's connection. */
void forwarder_tcp_close_client(struct forwarder_tcp *tcp, struct forwarder_connection *connection);

/* Lets epoll wait on a new descriptor. */
int forwarder_tcp_watch(const struct forwarder_tcp *tcp, int fd, uint64_t word, uint32_t events);

/* Looks at connections from time to time, from now on. */
void forwarder_tcp_start_checks(struct forwarder_tcp *tcp, uint64_t now_ns);

/* Looks after a place at the end of the turn. */
void forwarder_tcp_unsettle(struct forwarder_tcp *tcp, bool is_upstream, size_t number);

/* Closes a connection at the end of the turn. */
void forwarder_tcp_break(struct forwarder_tcp *tcp, struct forwarder_connection *connection);

/* Reads and writes what can be. */
void forwarder_tcp_serve(struct forwarder_tcp *tcp, struct forwarder_connection *connection,
                         uint64_t now_ns);

/* Accepts clients of a listener on which some wait. */
void forwarder_tcp_accept(struct forwarder_tcp *tcp, size_t listener, uint64_t now_ns);

/* Lets all listeners wait for clients, or none. */
void forwarder_tcp_set_paused(struct forwarder_tcp *tcp, bool is_paused);

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
