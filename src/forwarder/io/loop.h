/*
 * struct forwarder_loop: a forwarder at work on this machine.
 *
 *     struct forwarder_loop *loop = NULL;
 *     if (forwarder_loop_open(&config, &loop, &err) == 0)
 *         while (forwarder_loop_run(loop, &signal, &err) == 0 && signal == SIGUSR1)
 *             … forwarder_loop_counters(loop) …
 *     forwarder_loop_close(loop);
 *
 * While it is open, SIGTERM, SIGINT, SIGHUP, SIGUSR1 and SIGUSR2 are blocked in the thread that
 * opened it, and arrive as what forwarder_loop_run() returns with. That thread alone may use it.
 */
#pragma once

#include "base/err.h"
#include "forwarder/core/forwarder.h"
#include "forwarder/io/guests.h"
#include "forwarder/io/latency.h"
#include "forwarder/io/mirror.h"
#include "forwarder/io/tcp.h"

#define FORWARDER_LISTEN_MAX 64

struct forwarder_listen {
    struct forwarder_address address;
    bool may_be_missing; /* goes on without it where the machine does not have this address */
    int udp_fd;   /* sockets for it that are there already, which become the loop's; 0: none, */
    int tcp_fd;   /* and one is opened */
    bool has_tls; /* over TLS alone */
};

struct forwarder_loop_config {
    struct forwarder_config core; /* `random` is the loop's to set */
    size_t listen_count;
    struct forwarder_listen listen[FORWARDER_LISTEN_MAX];
    uint32_t tcp_clients_max; /* connections; 0: listen on UDP alone */
    uint64_t tcp_idle_ns;     /* after which a connection is closed */
    uint32_t receive_buffer;  /* of UDP sockets that listen: forwarder_udp_set_receive_buffer() */
    struct forwarder_server servers[FORWARDER_UPSTREAMS_MAX]; /* core.upstreams, in their order */
    struct forwarder_tls_context *tls_upstreams; /* shared with the loop; NULL where none has TLS */
    struct forwarder_tls_context *tls_clients;   /* NULL where no address is listened on with TLS */
};

struct forwarder_loop;

/* Opens all sockets and gets ready to answer. Refuses, with a sentence: an address that is in use
 * or not there, an upstream to which there is no way, an upstream that is the forwarder itself. On
 * failure nothing is left open, and signals are as before. */
int forwarder_loop_open(const struct forwarder_loop_config *config,
                        struct forwarder_loop **ret_loop, struct err *err);

/* Closes all and gives the signals back. NULL is fine. Queries that wait are forgotten. */
void forwarder_loop_close(struct forwarder_loop *loop);

/* For CLEANUP: closes the loop that the variable holds. */
void forwarder_loop_close_pointer(struct forwarder_loop **loop);

/* Answers queries until one of the signals comes, and says which, or until forwarder_loop_stop(),
 * where it says 0; it may be called again. */
int forwarder_loop_run(struct forwarder_loop *loop, int *ret_signal, struct err *err);

/* Lets forwarder_loop_run() end after the turn that runs. For guests, in the loop's thread. */
void forwarder_loop_stop(struct forwarder_loop *loop);

/* Goes on with another configuration, which differs from that before in nothing that
 * forwarder_reconfigure() wants to be the same, nor in whether tcp_clients_max is 0 (REQUIRE).
 * Queries that wait end as they began, and addresses that are listened on before and after stay
 * open all the time; others are read empty before they leave. core.local is not looked at. On
 * failure, with the sentences of forwarder_loop_open(), all is as it was. */
int forwarder_loop_reload(struct forwarder_loop *loop, const struct forwarder_loop_config *config,
                          struct err *err);

/* Whether forwarder_loop_reload() would go on with the configuration, but for the addresses that
 * are listened on, which are not looked at; else -errno with its sentence. Nothing is changed. For
 * those who want several loops to go on with it, or none. */
int forwarder_loop_may_reload(struct forwarder_loop *loop,
                              const struct forwarder_loop_config *config, struct err *err);

/* From now on this is answered without asking anybody (forwarder_set_local()); the caller keeps it
 * for as long as the loop is open or until the next call. */
void forwarder_loop_set_local(struct forwarder_loop *loop, const struct forwarder_local *local);

/* Lets it say what whoever runs it should know, a sentence each time; `owner` is the loop. */
void forwarder_loop_set_say(struct forwarder_loop *loop,
                            void (*say)(void *owner, const char *sentence));

/* Whether this listen address (by its place in the last configuration) is listened on. */
bool forwarder_loop_is_listening(const struct forwarder_loop *loop, size_t place);

/* The core that runs in it, for those who are called in its thread. */
struct forwarder *forwarder_loop_core(struct forwarder_loop *loop);

/* The same, to look at. */
const struct forwarder *forwarder_loop_view(const struct forwarder_loop *loop);

/* Who is told after each turn, in the loop's thread, when all that it wanted to send was sent;
 * `turned` NULL: nobody. */
void forwarder_loop_set_turned(struct forwarder_loop *loop, void (*turned)(void *owner),
                               void *owner);

/* How long clients waited for answers, by enum forwarder_source; lives as long as the loop. */
const struct forwarder_latency *forwarder_loop_latencies(const struct forwarder_loop *loop);

/* Who is told of each answer that was sent; gives how many of those it lost meanwhile. */
struct forwarder_tap {
    uint64_t (*answered)(void *owner, const struct forwarder_datagram *answer, uint64_t sent_ns);
    void *owner;
};

/* Tells one of all answers, in the loop's thread, in place of the one before; `answered` NULL:
 * nobody. */
void forwarder_loop_set_tap(struct forwarder_loop *loop, const struct forwarder_tap *tap);

/* Tells one of all messages that come and go, in the loop's thread, in place of the one before;
 * `passed` NULL: nobody. */
void forwarder_loop_set_mirror(struct forwarder_loop *loop, const struct forwarder_mirror *mirror);

/* The descriptors of others that it waits for. */
struct forwarder_guests *forwarder_loop_guests(struct forwarder_loop *loop);

/* What the loop counts beside the core. */
struct forwarder_loop_counters {
    const uint64_t *core; /* by enum forwarder_counter; lives as long as the loop */
    struct forwarder_tcp_counters tcp;
    uint64_t received_too_large; /* datagrams over FORWARDER_DATAGRAM_BYTES_MAX, dropped */
    uint64_t receive_errors;     /* such as an upstream's machine that says nobody listens there */
    uint64_t sends_lost;         /* datagrams that the kernel did not take */
    uint64_t tap_lost;           /* answers that the tap lost */
    uint64_t mirror_lost;        /* messages that the mirror lost */
    uint32_t receive_buffer;   /* octets that may wait on each UDP socket that listens, at least */
    uint32_t waiting;          /* queries that wait for an upstream now */
    uint32_t clients_waiting;  /* clients that wait for those */
    uint32_t cache_entries;    /* in the cache now */
    uint64_t cache_bytes_used; /* octets that they take */
    uint64_t cache_evicted;    /* left the cache to make room */
    uint32_t local_names;      /* names that are special, local or blocked, or have such below */
};

/* The counts since it was opened. */
struct forwarder_loop_counters forwarder_loop_counters(const struct forwarder_loop *loop);
