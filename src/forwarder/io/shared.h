/*
 * struct forwarder_shared: the sockets of one address for several loops, which answer beside each
 * other.
 *
 *     forwarder_shared_open(&listen, &wants, &shared, &err)
 *     … for each loop: config.listen[…] = forwarder_shared_give(&shared, number) …
 *     forwarder_shared_close(&shared)
 *
 * Each loop has a socket of its own, with a queue of its own, among which the kernel deals clients
 * out by their address and port (SO_REUSEPORT). Whoever holds this struct holds all of them open,
 * so what waits in the queue of a loop that has ended is there for the one that takes its place,
 * and other clients go on as they were. Sockets that somebody passed are one for all loops. Source:
 * socket(7).
 */
#pragma once

#include "forwarder/io/loop.h"

/* Loops beside each other. */
#define FORWARDER_LOOPS_MAX 32

struct forwarder_shared {
    struct forwarder_listen listen;
    size_t count;
    int udp_fds[FORWARDER_LOOPS_MAX]; /* -1: none */
    int tcp_fds[FORWARDER_LOOPS_MAX];
};

/* What is opened. */
struct forwarder_shared_wants {
    size_t count; /* loops: 1 to FORWARDER_LOOPS_MAX */
    bool has_tcp; /* over TCP, too */
};

/* Opens the sockets, with the sentences of forwarder_loop_open(). On failure none is open. */
int forwarder_shared_open(const struct forwarder_listen *listen,
                          const struct forwarder_shared_wants *wants,
                          struct forwarder_shared *ret_shared, struct err *err);

/* Opens them where the loops may still hold those of before, which they do not read any more: UDP
 * sockets are copies of these, which stay the caller's. */
int forwarder_shared_open_again(const struct forwarder_shared *before,
                                const struct forwarder_shared_wants *wants,
                                struct forwarder_shared *ret_shared, struct err *err);

/* Closes those that listen for connections. */
void forwarder_shared_close_tcp(struct forwarder_shared *shared);

/* Closes all of them; safe twice, and on zeroes. */
void forwarder_shared_close(struct forwarder_shared *shared);

/* The sockets of one loop, as its configuration names them. They stay those of the struct. */
struct forwarder_listen forwarder_shared_give(const struct forwarder_shared *shared, size_t number);
