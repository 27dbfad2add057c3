/*
 * What the files of the loop share and nobody else sees: loop.c (what happens in a turn), sockets.c
 * (those that listen and those to upstreams, as a configuration wants them), reload.c (another
 * configuration), resize.c (of another size).
 */
#pragma once

#include "forwarder/io/entropy.h"
#include "forwarder/io/loop.h"
#include "forwarder/io/slab.h"
#include "forwarder/io/udp.h"

#include <signal.h>

#define FORWARDER_UPSTREAM_SOCKETS_MAX ((size_t)FORWARDER_SLOTS_MAX * FORWARDER_LANES_MAX)

/* An address that is listened on, in one of the places whose numbers are path.socket. */
struct forwarder_loop_place {
    bool is_taken;
    bool is_leaving; /* nothing more is read there; answers still go out */
    struct forwarder_listen listen;
    uint64_t until_ns;       /* then one that leaves is closed */
    uint32_t receive_buffer; /* octets that may wait there */
};

/* The sockets to the upstream of one number. */
struct forwarder_loop_slot {
    bool is_open;
    struct forwarder_server server;
};

struct forwarder_loop {
    struct forwarder core;
    struct forwarder_slab slab;
    struct forwarder_slab slab_before; /* answers are still moved out of it; none: they are not */
    int moving_fd;                     /* always ready while it is so; -1 */
    struct forwarder_entropy entropy;
    int epoll_fd;
    int signal_fd;
    bool signals_are_blocked;
    sigset_t signals_before;
    void (*turned)(void *owner); /* NULL: nobody is told */
    void *turned_owner;
    bool is_stopped; /* by a guest: the turn that runs is the last */
    bool has_tcp;
    size_t listen_count;            /* places that were ever taken */
    uint32_t receive_buffer_wanted; /* 0: nothing was said */
    struct forwarder_loop_place places[FORWARDER_LISTEN_MAX];
    uint8_t place_of[FORWARDER_LISTEN_MAX]; /* of the addresses of the configuration */
    struct forwarder_loop_slot slots[FORWARDER_SLOTS_MAX];
    uint64_t retire_ns;                   /* when to look for what may be closed; FORWARDER_NEVER */
    int client_fds[FORWARDER_LISTEN_MAX]; /* -1: missing, as it may be */
    int upstream_fds[FORWARDER_UPSTREAM_SOCKETS_MAX];
    struct forwarder_tcp *tcp;
    struct forwarder_guests guests;
    void (*say)(void *owner, const char *sentence); /* NULL: nobody listens */
    struct forwarder_tap tap;
    struct forwarder_mirror mirror;
    struct forwarder_latency latencies[FORWARDER_SOURCES];
    uint64_t now_ns; /* of the turn that runs */
    struct forwarder_loop_counters counters;
    struct forwarder_batch batch;
    struct forwarder_inbox inbox;
    struct forwarder_datagram received[FORWARDER_BATCH_MAX]; /* out of it */
    struct forwarder_udp_headers outbox;
    struct forwarder_udp_failed failed; /* the core is to be told */
};

/* Lets epoll wait for what can be read. */
int forwarder_loop_watch(const struct forwarder_loop *loop, int fd, uint64_t word, struct err *err);

/* Opens what is to be listened on in a free place, which is taken then; 0 without doing so where it
 * may be missing and is. On failure the place is free. */
int forwarder_loop_open_place(struct forwarder_loop *loop, size_t place,
                              const struct forwarder_listen *listen, struct err *err);

/* Lets so much wait on each UDP socket that listens, by forwarder_udp_set_receive_buffer(). */
void forwarder_loop_set_receive_buffer(struct forwarder_loop *loop, uint32_t wanted);

/* The octets that may wait on each of them, at least; 0 where there is none. */
uint32_t forwarder_loop_receive_buffer(const struct forwarder_loop *loop);

/* Says that it is less than was wanted, where it is. */
void forwarder_loop_say_receive_buffer(struct forwarder_loop *loop);

/* Closes what is open in a place, which is free then. */
void forwarder_loop_close_place(struct forwarder_loop *loop, size_t place);

/* The sockets to an upstream that are to be opened. */
struct forwarder_loop_lanes {
    size_t upstream; /* its place in the configuration */
    size_t slot;     /* its number in the core */
    int *fds;        /* config->lanes of them, all -1 */
};

/* Opens the sockets to an upstream of this configuration; epoll waits on them. On failure none is
 * open. */
int forwarder_loop_open_lanes(const struct forwarder_loop *loop,
                              const struct forwarder_loop_config *config,
                              const struct forwarder_loop_lanes *lanes, struct err *err);

/* A slot whose sockets are open is this upstream's from now on. */
void forwarder_loop_take_slot(struct forwarder_loop *loop, size_t slot,
                              const struct forwarder_server *server);

/* Closes the sockets and connections to the upstream of a number. */
void forwarder_loop_close_slot(struct forwarder_loop *loop, size_t slot);

/* Whether an upstream's address makes sense: it is one machine's, and not what is listened on. */
int forwarder_loop_check_upstream(const struct forwarder_loop_config *config,
                                  const struct forwarder_address *upstream, struct err *err);

/* Gives the core what waits on one socket, so many datagrams at most, and says how many that
 * were. */
size_t forwarder_loop_receive(struct forwarder_loop *loop, enum forwarder_side side,
                              uint16_t number, size_t most);

/* Tells the mirror, which there is, of a message that came or that was sent. */
void forwarder_loop_show(struct forwarder_loop *loop, const struct forwarder_datagram *datagram,
                         bool is_out);

/* The same where there may be none. */
static inline void forwarder_loop_reflect(struct forwarder_loop *loop,
                                          const struct forwarder_datagram *datagram, bool is_out)
{
    if (loop->mirror.passed != NULL)
        forwarder_loop_show(loop, datagram, is_out);
}

/* Sends what the core wants sent. */
void forwarder_loop_flush(struct forwarder_loop *loop);

/* Asks the kernel for large pages where the cache is, if that is large. */
void forwarder_loop_enlarge_pages(struct forwarder_loop *loop);

/* Makes ready for another size: allocates the slab. On failure nothing has changed. */
int forwarder_loop_prepare_resize(struct forwarder_loop *loop,
                                  const struct forwarder_config *config,
                                  struct forwarder_slab *ret_slab, struct err *err);

/* Takes that back, where it was done. */
void forwarder_loop_undo_resize(struct forwarder_loop *loop, struct forwarder_slab *slab);

/* Goes on in the slab, and begins to move answers. */
void forwarder_loop_resize(struct forwarder_loop *loop, const struct forwarder_config *config,
                           const struct forwarder_slab *slab);

/* Closes what was left by another configuration and is not waited for any more. */
void forwarder_loop_retire(struct forwarder_loop *loop, uint64_t now_ns);
