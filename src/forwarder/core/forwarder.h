/*
 * struct forwarder: the forwarder as a state machine. It does no I/O: whoever runs it gives it each
 * datagram that came in and the time, sends what it puts into a batch, and comes back at the time
 * that it names. A loop around it, whatever the network is:
 *
 *     forwarder_init(&forwarder, &config, calloc(1, forwarder_slab_bytes(&config)));
 *     for (;;) {
 *         if (wait_for_a_datagram(&datagram, forwarder_deadline_ns(&forwarder)))
 *             forwarder_receive(&forwarder, &datagram, clock_ns(), batch);
 *         do {
 *             forwarder_expire(&forwarder, clock_ns(), batch);
 *             for (size_t i = 0; i < batch->count; i++)
 *                 send_datagram(&batch->at[i]);
 *             forwarder_batch_clear(batch);
 *         } while (forwarder_deadline_ns(&forwarder) <= clock_ns());
 *     }
 *
 * The sockets are the loop's and have numbers here. Those that listen for clients may have any
 * (path.socket is given back as it came). Towards upstreams there is a pool of config.lanes for
 * each upstream: lane l of upstream u is socket u * lanes + l, and each should have a port of its
 * own that cannot be guessed, since that port and the id are what a forger has to guess (RFC 5452).
 *
 * What becomes of a client's query: enum forwarder_verdict in request.h. What is local (local.h)
 * is answered first, and never passed on. One that the cache cannot answer either is passed on,
 * under the letters' case that chance gives, or waits with those who ask the same. Each that waits
 * is answered exactly once: by the first upstream's reply that comes from an address that was
 * asked, on the socket that asked, with the id, with the question (case kept), and that is
 * well-formed; whatever else arrives is counted, and the query waits on. When no such reply came in
 * the time that its round trips give it (upstream.h), at most config.attempt_ns, the same query
 * goes to the next upstream (replies to earlier attempts are still good), and waits twice as long,
 * config.attempts_max times in all; when config.timeout_ns are over the answer is SERVFAIL. Where
 * the cache has a stale answer, clients get that instead of a failure, or after
 * config.stale_after_ns, and the query goes on for the cache alone. All memory is one slab whose
 * size is known at init.
 *
 * An upstream is asked over streams (path.stream 1) if its transport is one, and where its reply
 * was cut, or came in fragments: who forges one that is not the first need not know id or port.
 * There are few of those for each upstream, forwarder_streams(): number s of upstream u has the
 * place u * lanes + s in path.socket. The loop opens one when something is to be sent on it, and
 * says by forwarder_fail() when it is gone or cannot be had, after which the queries that were sent
 * on it go elsewhere at once. Messages of streams are whole here: stream.h takes them out of the
 * octets. An answer to a client's goes back on the stream; the loop drops what is for a client's
 * stream that is gone.
 *
 * Times are nanoseconds of any clock; one that goes back stands still here. Pure; one thread for
 * each struct forwarder; any number of them may run beside each other.
 */
#pragma once

#include "forwarder/core/access.h"
#include "forwarder/core/cache.h"
#include "forwarder/core/cookies.h"
#include "forwarder/core/datagram.h"
#include "forwarder/core/deadlines.h"
#include "forwarder/core/keep.h"
#include "forwarder/core/local.h"
#include "forwarder/core/rate.h"
#include "forwarder/core/route.h"
#include "forwarder/core/shares.h"
#include "forwarder/core/table.h"
#include "forwarder/core/upstream.h"

#define FORWARDER_UPSTREAMS_MAX 16
/* Those of the configuration before, which queries may still wait for, have numbers too. */
#define FORWARDER_SLOTS_MAX 32
/* Doubling from FORWARDER_ATTEMPT_NS_MIN on, so many fill more than a minute. */
#define FORWARDER_ATTEMPTS_MAX 12
#define FORWARDER_QUERIES_MAX (1U << 20)
#define FORWARDER_WAITERS_MAX (1U << 22)
/* Queries that may share a socket or a stream: a quarter of the ids. */
#define FORWARDER_IDS_USED_MAX 16384U
#define FORWARDER_NEVER UINT64_MAX

/* 64 bits that nobody can predict, from wherever `source` stands for. */
typedef uint64_t (*forwarder_random_next)(void *source);

struct forwarder_random {
    forwarder_random_next next;
    void *source;
};

/* How an upstream is asked. */
enum forwarder_transport {
    FORWARDER_OVER_UDP, /* and over TCP where a reply was cut */
    FORWARDER_OVER_TCP,
    FORWARDER_OVER_TLS, /* queries are padded (RFC 8467), and never go another way */
};

struct forwarder_config {
    uint32_t queries_max; /* that wait at the same time: 1 to FORWARDER_QUERIES_MAX, and at most a
                             quarter of the ids that the lanes have: 16384 for each */
    uint16_t lanes;       /* sockets for each upstream: 1 to FORWARDER_LANES_MAX */
    uint8_t attempts_max; /* how often a query is sent: 1 to FORWARDER_ATTEMPTS_MAX */
    uint64_t attempt_ns;  /* more than 0: so long an attempt waits at most, but for the last, */
    uint64_t timeout_ns;  /* more than 0: and a client in all */
    enum forwarder_policy policy;
    size_t upstreams_count;
    struct forwarder_address upstreams[FORWARDER_SLOTS_MAX];  /* 1 to FORWARDER_UPSTREAMS_MAX; the
                                                                 first is asked first */
    enum forwarder_transport transports[FORWARDER_SLOTS_MAX]; /* of those */
    uint64_t identities[FORWARDER_SLOTS_MAX]; /* what tells one from another at its address */
    size_t general_count; /* the first so many are asked for names of no route; 0: all are */
    size_t routes_count;  /* at most FORWARDER_ROUTES_MAX */
    struct forwarder_route routes[FORWARDER_ROUTES_MAX];
    struct forwarder_random random;
    uint32_t waiters_max;                /* clients that wait: 1 to FORWARDER_WAITERS_MAX */
    bool is_case_random;                 /* ask for names in letters of any case */
    struct forwarder_cache_config cache; /* its stale_s more than 0: stale answers are given */
    struct forwarder_keep_limits keep;
    bool has_prefetch;       /* ask anew for what is asked for in the last tenth of its time */
    uint64_t stale_after_ns; /* so long a client waits that can have a stale answer */
    struct forwarder_access access;
    struct forwarder_rate_config rate;
    struct forwarder_cookie_config cookies;
    uint32_t client_queries_max;   /* clients of one network (shares.h) that wait; 0: any number */
    uint32_t upstream_queries_max; /* queries that one upstream may have; 0: any number */
    const struct forwarder_local *local; /* what is answered here; NULL: nothing. The caller keeps
                                            it: see forwarder_set_local() */
};

/* What is counted since init: counters.def. */
enum forwarder_counter {
#define COUNTER(name, what) FORWARDER_COUNT_##name,
#include "forwarder/core/counters.def"
#undef COUNTER
    FORWARDER_COUNTERS
};

/* The numbers that the upstreams of a configuration have, in its order. */
struct forwarder_members {
    size_t count;
    uint8_t at[FORWARDER_UPSTREAMS_MAX];
};

/* So many queries at once have a lane each, and so many more a second as are this long apart. */
#define FORWARDER_SPREAD_QUERIES 600
#define FORWARDER_SPREAD_NS UINT64_C(1000000)
/* Of more than these, those that are asked at one time leave on one lane, up to so many. Each
 * forged reply is for one question, so a forger has to guess no less for that. */
#define FORWARDER_MOMENT_QUERIES 64

struct forwarder_moment {
    uint64_t since_ns;
    uint64_t spread_ns; /* in the future: so long no more have a lane each */
    uint16_t lane;
    uint16_t left; /* queries that may follow on it */
};

/* Lanes in the order in which they are drawn: none twice before all were, so that as many queries
 * leave from as many ports. */
struct forwarder_draws {
    uint16_t taken; /* in this round; those behind them are still to be drawn */
    uint8_t at[FORWARDER_LANES_MAX];
};

struct forwarder {
    struct forwarder_config config;                            /* upstreams: by their numbers */
    struct forwarder_members members;                          /* those that are asked */
    struct forwarder_members groups[FORWARDER_ROUTES_MAX + 1]; /* for each route; the last is for
                                                                  all other names */
    struct forwarder_table table;
    struct forwarder_deadlines deadlines;
    struct forwarder_waiters waiters;
    struct forwarder_shares shares;
    struct forwarder_rate rate;
    struct forwarder_cache cache;
    struct forwarder_cache cache_before; /* of another size, whose answers are moved to the cache;
                                            with no blocks: there is none */
    struct forwarder_keep *keep;
    struct forwarder_hash_key hash_key;
    struct forwarder_upstream upstreams[FORWARDER_SLOTS_MAX];
    const struct forwarder_local *local;
    struct forwarder_moment moment;
    struct forwarder_draws draws;
    uint32_t streams_before; /* to each upstream before the size changed; 0: it did not */
    struct forwarder_cookies cookies;
    struct forwarder_peer_cookie peer_cookies[FORWARDER_SLOTS_MAX];
    uint64_t wall_s;     /* the time of day, */
    uint64_t wall_at_ns; /* which it was at this time */
    uint64_t turn;       /* queries that went to upstreams */
    uint64_t now_ns;     /* the latest time that was given */
    uint64_t counters[FORWARDER_COUNTERS];
};

/* How many octets the slab for this configuration has. The configuration must keep to the limits
 * above (REQUIRE). */
size_t forwarder_slab_bytes(const struct forwarder_config *config);

/* Begins, with no query waiting. The slab has forwarder_slab_bytes() octets, all zero, aligned for
 * any object; the caller keeps it, and frees it when the forwarder is no longer used, which needs
 * no other call. Pages of it are touched only as queries come. */
void forwarder_init(struct forwarder *forwarder, const struct forwarder_config *config, void *slab);

/* From now on this is answered here; NULL: nothing. It may be called between any two calls, with
 * queries waiting, which go on; what there was before is not looked at any more, and may be freed
 * at once. The caller keeps `local` until then. What is in the cache stays there, behind it. */
void forwarder_set_local(struct forwarder *forwarder, const struct forwarder_local *local);

/* Which numbers the upstreams of another configuration will have, in its order: one that there is
 * keeps its own, and with it what is known of it; one that is new has none for which a query waits.
 * False, and *ret_members untouched, where there are too few. */
bool forwarder_plan(const struct forwarder *forwarder, const struct forwarder_config *config,
                    struct forwarder_members *ret_members);

/* Goes on with another configuration, which differs in no queries_max, waiters_max, lanes,
 * attempts_max, cache.bytes (forwarder_resize() changes sizes) and rate.may_begin, and says no
 * limit on a client's queries (nor on rates, unless rate.may_begin) where there is one, nor the
 * other way round (REQUIRE); its `random` and `local` are not looked at. Queries that wait keep
 * their time, and take replies from those that they asked; what is asked from now on is asked of
 * the new upstreams. The cache is kept. Numbers are those of forwarder_plan() at the same time;
 * false, and nothing done, where that gives none. */
bool forwarder_reconfigure(struct forwarder *forwarder, const struct forwarder_config *config);

/* Whether a configuration has another queries_max, waiters_max or cache.bytes: then what follows is
 * to be done before forwarder_reconfigure():
 *
 *     if (!forwarder_can_resize(&forwarder, &config)) … not now …
 *     slab = calloc(1, forwarder_resize_bytes(&forwarder, &config));
 *     forwarder_resize(&forwarder, &config, slab);
 *     while (forwarder_move_answers(&forwarder, 256, clock_ns()))
 *         … datagrams and times, as ever …
 *     free(the slab before);
 */
bool forwarder_has_other_size(const struct forwarder *forwarder,
                              const struct forwarder_config *config);

/* False while answers are still to be moved; and where the number of streams changes while queries
 * wait on streams of a number before. */
bool forwarder_can_resize(const struct forwarder *forwarder, const struct forwarder_config *config);

/* How many octets the slab for another size has, with room for all who wait now, too. */
size_t forwarder_resize_bytes(const struct forwarder *forwarder,
                              const struct forwarder_config *config);

/* Goes on in another slab, which is like that of forwarder_init(), with queries_max, waiters_max
 * and cache.bytes of this configuration, where forwarder_can_resize() (REQUIRE). All who wait go on
 * waiting, though they be more than may wait now. Answers are found as before, but stay in the slab
 * before until they are moved, which the caller keeps so long. Time is linear in those who wait. */
void forwarder_resize(struct forwarder *forwarder, const struct forwarder_config *config,
                      void *slab);

/* Moves up to `answers_max` answers, the oldest first; false where none is left and the slab before
 * is no longer used. They go through forwarder_keep_read(), as those of store.h do, and stay as old
 * as they are; failures are left behind. */
bool forwarder_move_answers(struct forwarder *forwarder, unsigned int answers_max, uint64_t now_ns);

/* Whether answers are still to be moved. */
bool forwarder_is_moving(const struct forwarder *forwarder);

/* The numbers of upstreams that are asked, or that a query waits for, a bit each: the sockets of
 * any other may be closed. Time is linear in the queries that wait. */
uint32_t forwarder_slots_in_use(const struct forwarder *forwarder);

/* A datagram of at most FORWARDER_DATAGRAM_BYTES_MAX octets (REQUIRE), or a message of a stream,
 * came in, from a client or on an upstream's socket. Adds what has to be sent to the batch: for a
 * client's at most two datagrams, for a reply as many as there are clients that wait for it. */
void forwarder_receive(struct forwarder *forwarder, const struct forwarder_datagram *datagram,
                       uint64_t now_ns, struct forwarder_batch *batch);

/* The same for some queries of clients, in turn: what one needs of memory is fetched while those
 * before it are answered. */
void forwarder_receive_queries(struct forwarder *forwarder,
                               const struct forwarder_datagram *datagrams, size_t count,
                               uint64_t now_ns, struct forwarder_batch *batch);

/* How many streams there may be to each upstream: at most a quarter of the ids of each is in use.
 */
uint32_t forwarder_streams(const struct forwarder_config *config);

/* A way to an upstream that failed. */
struct forwarder_failure {
    uint16_t socket; /* as in a path */
    bool is_stream;
    bool was_up; /* a stream that was there, and was closed by the other end */
};

/* A stream to an upstream is gone, or an upstream's machine said that nobody takes datagrams there.
 * Queries on a stream that was there are sent to the same upstream once more, a few times each;
 * others to an upstream that was not asked yet. Where there is none they wait for their time. */
void forwarder_fail(struct forwarder *forwarder, const struct forwarder_failure *failure,
                    uint64_t now_ns, struct forwarder_batch *batch);

/* Does what is due: queries are sent again, or answered SERVFAIL. Stops where the batch has no more
 * room; then the next deadline has still passed. */
void forwarder_expire(struct forwarder *forwarder, uint64_t now_ns, struct forwarder_batch *batch);

/* When forwarder_expire() has to be called next; FORWARDER_NEVER while no query waits. */
uint64_t forwarder_deadline_ns(const struct forwarder *forwarder);

/* Says what time of day it is, in seconds since 1970, for the cookies that clients get: to be said
 * at the beginning, and again now and then. */
void forwarder_tell_wall(struct forwarder *forwarder, uint64_t now_ns, uint64_t wall_s);

/* How many queries wait for an upstream. */
uint32_t forwarder_waiting(const struct forwarder *forwarder);

/* How many clients wait for those. */
uint32_t forwarder_clients_waiting(const struct forwarder *forwarder);

/* A counter's name as in counters.def. */
const char *forwarder_counter_name(enum forwarder_counter counter);

/* What a counter counts: no full stop. */
const char *forwarder_counter_text(enum forwarder_counter counter);
