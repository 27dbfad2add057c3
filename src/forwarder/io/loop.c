/*
 * The loop: poll() and epoll tell which sockets have datagrams, the core says what to send, and at
 * the core's next deadline we wake up at the latest.
 *
 * The UDP sockets that listen are few, and answers go out through them. poll() waits on them, and
 * on epoll, which waits on all others: as long as epoll is told of a socket, the kernel wakes it up
 * for each datagram that is sent there, to say that there is room for another.
 */
#include "forwarder/io/loop_inside.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/require.h"
#include "forwarder/io/endpoint.h"
#include "forwarder/io/tcp.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>

#define EVENTS_MAX 64
/* So many queries are taken at first, then twice as many while more wait. */
#define QUERIES_FIRST 8
#define NS_PER_MS 1000000U

/* The signals become readable like any socket, instead of interrupting whatever runs. */
static int open_signals(struct forwarder_loop *loop, struct err *err)
{
    sigset_t signals;

    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGHUP);
    (void)sigaddset(&signals, SIGUSR1);
    (void)sigaddset(&signals, SIGUSR2);
    if (sigprocmask(SIG_BLOCK, &signals, &loop->signals_before) < 0)
        return err_system(err, errno, "cannot block signals");
    loop->signals_are_blocked = true;
    loop->signal_fd = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
    if (loop->signal_fd < 0)
        return err_system(err, errno, "cannot receive signals");
    return forwarder_loop_watch(loop, loop->signal_fd,
                                forwarder_event_of(FORWARDER_EVENT_SIGNAL, 0), err);
}

static int open_places(struct forwarder_loop *loop, const struct forwarder_loop_config *config,
                       struct err *err)
{
    int number = 0;

    loop->has_tcp = config->tcp_clients_max > 0;
    for (size_t i = 0; number == 0 && i < config->listen_count; i++) {
        loop->place_of[i] = (uint8_t)i;
        number = forwarder_loop_open_place(loop, i, &config->listen[i], err);
    }
    return number;
}

static int open_slots(struct forwarder_loop *loop, const struct forwarder_loop_config *config,
                      struct err *err)
{
    int number = 0;

    for (size_t i = 0; number == 0 && i < config->core.upstreams_count; i++) {
        struct forwarder_loop_lanes lanes = { i, i, &loop->upstream_fds[i * config->core.lanes] };

        number = forwarder_loop_open_lanes(loop, config, &lanes, err);
        if (number == 0)
            forwarder_loop_take_slot(loop, i, &config->servers[i]);
    }
    return number;
}

/* Looks at how long clients waited for the answers that were just sent. */
static void measure(struct forwarder_loop *loop, const struct forwarder_batch *batch)
{
    uint64_t sent_ns = batch->count > 0 ? clock_monotonic_ns() : 0;

    for (size_t i = 0; i < batch->count; i++) {
        const struct forwarder_datagram *answer = &batch->at[i];

        forwarder_loop_reflect(loop, answer, true);
        if (answer->since_ns != 0)
            forwarder_latency_add(&loop->latencies[answer->source], sent_ns - answer->since_ns);
        if (loop->tap.answered != NULL && answer->path.side == FORWARDER_CLIENTS)
            loop->counters.tap_lost += loop->tap.answered(loop->tap.owner, answer, sent_ns);
    }
}

/* Sends what the core wants sent; `owner` is the loop. */
static void flush(struct forwarder_batch *batch, void *owner)
{
    struct forwarder_loop *loop = owner;
    struct forwarder_sockets sockets = {
        .clients = loop->client_fds,
        .upstreams = loop->upstream_fds,
    };

    for (size_t i = 0; i < batch->count; i++)
        if (batch->at[i].path.stream != 0)
            forwarder_tcp_send(loop->tcp, &batch->at[i], loop->now_ns);
    forwarder_tcp_flush(loop->tcp, loop->now_ns);
    loop->counters.sends_lost += forwarder_udp_send(batch, &sockets, &loop->outbox, &loop->failed);
    measure(loop, batch);
    forwarder_batch_clear(batch);
}

/* A whole message came over TCP; `owner` is the loop. */
static void receive_message(void *owner, const struct forwarder_datagram *message)
{
    struct forwarder_loop *loop = owner;

    forwarder_loop_reflect(loop, message, false);
    forwarder_receive(&loop->core, message, loop->now_ns, &loop->batch);
}

/* A way to an upstream failed; `owner` is the loop. */
static void fail_way(void *owner, const struct forwarder_failure *failure)
{
    struct forwarder_loop *loop = owner;

    forwarder_fail(&loop->core, failure, loop->now_ns, &loop->batch);
}

/* Whether a client may connect; `owner` is the loop. */
static bool may_connect(void *owner, const struct forwarder_address *peer)
{
    const struct forwarder_loop *loop = owner;

    return forwarder_access_may_ask(&loop->core.config.access, peer);
}

static int open_tcp(struct forwarder_loop *loop, const struct forwarder_loop_config *config,
                    struct err *err)
{
    struct forwarder_tcp_config tcp = {
        .epoll_fd = loop->epoll_fd,
        .clients_max = config->tcp_clients_max,
        .idle_ns = config->tcp_idle_ns,
        .upstream_sockets = (size_t)FORWARDER_SLOTS_MAX * config->core.lanes,
        .lanes = config->core.lanes,
        .tls_upstreams = config->tls_upstreams,
        .tls_clients = config->tls_clients,
        .open_ns = config->core.timeout_ns,
        .may_connect = may_connect,
        .receive = receive_message,
        .fail = fail_way,
        .owner = loop,
    };

    loop->tcp = forwarder_tcp_new(&tcp);
    return loop->tcp == NULL ? err_set(err, -ENOMEM, "no memory for connections") : 0;
}

static int open_core(struct forwarder_loop *loop, const struct forwarder_config *given,
                     struct err *err)
{
    struct forwarder_config config = *given;

    config.random = (struct forwarder_random){
        .next = forwarder_entropy_next,
        .source = &loop->entropy,
    };
    loop->slab = forwarder_slab_new(forwarder_slab_bytes(&config));
    if (loop->slab.at == NULL)
        return err_set(err, -ENOMEM, "no memory for %lu queries and %lu octets of cache",
                       (unsigned long)config.queries_max, (unsigned long)config.cache.bytes);
    forwarder_init(&loop->core, &config, loop->slab.at);
    forwarder_loop_enlarge_pages(loop);
    loop->batch.flush = flush;
    loop->batch.owner = loop;
    return 0;
}

static struct forwarder_loop *loop_new(void)
{
    struct forwarder_loop *loop = calloc(1, sizeof(*loop));

    if (loop == NULL)
        return NULL;
    loop->epoll_fd = -1;
    loop->signal_fd = -1;
    loop->moving_fd = -1;
    for (size_t i = 0; i < FORWARDER_LISTEN_MAX; i++)
        loop->client_fds[i] = -1;
    for (size_t i = 0; i < FORWARDER_UPSTREAM_SOCKETS_MAX; i++)
        loop->upstream_fds[i] = -1;
    loop->retire_ns = FORWARDER_NEVER;
    return loop;
}

int forwarder_loop_open(const struct forwarder_loop_config *config,
                        struct forwarder_loop **ret_loop, struct err *err)
{
    CLEANUP(forwarder_loop_close_pointer) struct forwarder_loop *loop = loop_new();
    int number = 0;

    REQUIRE(config->listen_count <= FORWARDER_LISTEN_MAX);
    if (loop == NULL)
        return err_set(err, -ENOMEM, "no memory");
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll_fd < 0)
        return err_system(err, errno, "cannot wait on sockets");
    loop->guests.epoll_fd = loop->epoll_fd;
    number = open_core(loop, &config->core, err);
    if (number == 0)
        number = open_tcp(loop, config, err);
    if (number == 0)
        number = open_places(loop, config, err);
    if (number == 0)
        forwarder_loop_set_receive_buffer(loop, config->receive_buffer);
    if (number == 0)
        number = open_slots(loop, config, err);
    if (number == 0)
        number = open_signals(loop, err);
    if (number < 0)
        return number;
    *ret_loop = loop;
    loop = NULL;
    return 0;
}

void forwarder_loop_close(struct forwarder_loop *loop)
{
    if (loop == NULL)
        return;
    for (size_t i = 0; i < loop->listen_count; i++)
        fd_close(&loop->client_fds[i]);
    for (size_t i = 0; i < FORWARDER_UPSTREAM_SOCKETS_MAX; i++)
        fd_close(&loop->upstream_fds[i]);
    fd_close(&loop->signal_fd);
    fd_close(&loop->moving_fd);
    fd_close(&loop->epoll_fd);
    if (loop->signals_are_blocked)
        (void)sigprocmask(SIG_SETMASK, &loop->signals_before, NULL);
    forwarder_tcp_free(loop->tcp);
    forwarder_slab_free(&loop->slab);
    forwarder_slab_free(&loop->slab_before);
    free(loop);
}

void forwarder_loop_close_pointer(struct forwarder_loop **loop)
{
    forwarder_loop_close(*loop);
    *loop = NULL;
}

size_t forwarder_loop_receive(struct forwarder_loop *loop, enum forwarder_side side,
                              uint16_t number, size_t most)
{
    int fd = side == FORWARDER_CLIENTS ? loop->client_fds[number] : loop->upstream_fds[number];
    size_t count = 0;

    if (forwarder_inbox_fill(&loop->inbox, fd, most) < 0) {
        loop->counters.receive_errors += 1;
        if (side == FORWARDER_UPSTREAMS)
            fail_way(loop, &(struct forwarder_failure){ .socket = number });
        return 0;
    }
    for (size_t i = 0; i < loop->inbox.count; i++) {
        struct forwarder_datagram *datagram = &loop->received[count];

        if (!forwarder_inbox_read(&loop->inbox, i, datagram)) {
            loop->counters.received_too_large += 1;
            continue;
        }
        datagram->path.side = side;
        datagram->path.socket = number;
        forwarder_loop_reflect(loop, datagram, false);
        count += 1;
    }
    if (side == FORWARDER_CLIENTS)
        forwarder_receive_queries(&loop->core, loop->received, count, loop->now_ns, &loop->batch);
    for (size_t i = 0; side == FORWARDER_UPSTREAMS && i < count; i++)
        forwarder_receive(&loop->core, &loop->received[i], loop->now_ns, &loop->batch);
    return loop->inbox.count;
}

void forwarder_loop_flush(struct forwarder_loop *loop)
{
    flush(&loop->batch, loop);
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Tells the core of ways to upstreams on which nothing could be sent. What fails of what is sent
 * for that is told in the next turn. */
static void tell_failed(struct forwarder_loop *loop)
{
    struct forwarder_udp_failed failed = loop->failed;

    loop->failed.count = 0;
    for (size_t i = 0; i < failed.count; i++)
        fail_way(loop, &(struct forwarder_failure){ .socket = failed.sockets[i] });
    flush(&loop->batch, loop);
}

/* How long epoll may wait, rounded up, so that we do not wake just before the deadline. */
static int wait_ms(const struct forwarder_loop *loop)
{
    uint64_t deadline_ns = least(loop->retire_ns, least(forwarder_deadline_ns(&loop->core),
                                                        forwarder_tcp_deadline_ns(loop->tcp)));
    uint64_t now_ns = clock_monotonic_ns();
    uint64_t left_ms;

    if (loop->failed.count > 0)
        return 0;
    if (deadline_ns == FORWARDER_NEVER)
        return -1;
    if (deadline_ns <= now_ns)
        return 0;
    left_ms = (deadline_ns - now_ns) / NS_PER_MS + 1;
    return left_ms < INT_MAX ? (int)left_ms : INT_MAX;
}

/* The signal that came, or 0. */
static int read_signal(const struct forwarder_loop *loop)
{
    struct signalfd_siginfo signal = { 0 };

    if (read(loop->signal_fd, &signal, sizeof(signal)) != (ssize_t)sizeof(signal))
        return 0;
    return (int)signal.ssi_signo;
}

/* What a turn waits for: epoll, and the UDP sockets that listen. */
struct waiting {
    nfds_t count;
    struct pollfd polls[1 + FORWARDER_LISTEN_MAX];
    uint16_t places[1 + FORWARDER_LISTEN_MAX]; /* of these sockets */
};

static void collect(const struct forwarder_loop *loop, struct waiting *waiting)
{
    waiting->polls[0] = (struct pollfd){ .fd = loop->epoll_fd, .events = POLLIN };
    waiting->count = 1;
    for (size_t i = 0; i < loop->listen_count; i++) {
        if (loop->client_fds[i] < 0 || !loop->places[i].is_taken || loop->places[i].is_leaving)
            continue;
        waiting->polls[waiting->count] =
            (struct pollfd){ .fd = loop->client_fds[i], .events = POLLIN };
        waiting->places[waiting->count++] = (uint16_t)i;
    }
}

/* Does what came of those that epoll waits on; the signal that came, 0, or -errno. */
static int do_events(struct forwarder_loop *loop)
{
    struct epoll_event events[EVENTS_MAX];
    int count = epoll_wait(loop->epoll_fd, events, EVENTS_MAX, 0);
    int signal = 0;

    if (count < 0)
        return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < count; i++) {
        enum forwarder_event_kind kind = (enum forwarder_event_kind)(events[i].data.u64 >> 32);
        uint16_t number = (uint16_t)events[i].data.u64;

        if (kind == FORWARDER_EVENT_SIGNAL)
            signal = read_signal(loop);
        else if (kind == FORWARDER_EVENT_UPSTREAMS)
            (void)forwarder_loop_receive(loop, FORWARDER_UPSTREAMS, number, FORWARDER_BATCH_MAX);
        else if (kind == FORWARDER_EVENT_GUEST)
            forwarder_guests_run(&loop->guests, number, events[i].events);
        else
            forwarder_tcp_event(loop->tcp, kind, number, loop->now_ns);
    }
    return signal;
}

/* Answers what waits in a place: a few queries first, so that who asked one of them does not wait
 * until all others have their answers, too; the more there are, the more count system calls. It all
 * is one moment, since when these queries have waited, and what is not here leaves together. */
static void serve_place(struct forwarder_loop *loop, uint16_t place)
{
    for (size_t most = QUERIES_FIRST; most <= FORWARDER_BATCH_MAX; most *= 2) {
        size_t count = forwarder_loop_receive(loop, FORWARDER_CLIENTS, place, most);

        flush(&loop->batch, loop);
        if (count < most)
            return;
    }
}

/* Waits once and does all that came of it; the signal that came, 0, or -errno. */
static int turn(struct forwarder_loop *loop)
{
    struct waiting waiting;
    int signal = 0;
    uint64_t now_ns;
    int ready;

    collect(loop, &waiting);
    ready = poll(waiting.polls, waiting.count, wait_ms(loop));
    if (ready < 0 && errno != EINTR)
        return -errno;
    now_ns = clock_monotonic_ns();
    loop->now_ns = now_ns;
    forwarder_tell_wall(&loop->core, now_ns, clock_wall_s());
    for (nfds_t i = 1; ready > 0 && i < waiting.count; i++) {
        if (waiting.polls[i].revents != 0)
            serve_place(loop, waiting.places[i]);
    }
    if (ready > 0 && waiting.polls[0].revents != 0)
        signal = do_events(loop);
    if (signal < 0)
        return signal;
    do {
        forwarder_expire(&loop->core, now_ns, &loop->batch);
        flush(&loop->batch, loop);
    } while (forwarder_deadline_ns(&loop->core) <= now_ns);
    forwarder_tcp_expire(loop->tcp, now_ns);
    flush(&loop->batch, loop);
    if (loop->failed.count > 0)
        tell_failed(loop);
    if (now_ns >= loop->retire_ns)
        forwarder_loop_retire(loop, now_ns);
    return signal;
}

int forwarder_loop_run(struct forwarder_loop *loop, int *ret_signal, struct err *err)
{
    int signal = 0;

    while (signal == 0 && !loop->is_stopped) {
        signal = turn(loop);
        if (loop->turned != NULL)
            loop->turned(loop->turned_owner);
    }
    loop->is_stopped = false;
    if (signal < 0)
        return err_system(err, -signal, "cannot wait for datagrams");
    *ret_signal = signal;
    return 0;
}

void forwarder_loop_stop(struct forwarder_loop *loop)
{
    loop->is_stopped = true;
}

void forwarder_loop_set_say(struct forwarder_loop *loop,
                            void (*say)(void *owner, const char *sentence))
{
    loop->say = say;
    forwarder_tcp_set_say(loop->tcp, say);
    forwarder_loop_say_receive_buffer(loop);
}

void forwarder_loop_set_local(struct forwarder_loop *loop, const struct forwarder_local *local)
{
    forwarder_set_local(&loop->core, local);
}

bool forwarder_loop_is_listening(const struct forwarder_loop *loop, size_t place)
{
    size_t number = place < FORWARDER_LISTEN_MAX ? loop->place_of[place] : FORWARDER_LISTEN_MAX;

    return number < loop->listen_count && loop->places[number].is_taken;
}

struct forwarder *forwarder_loop_core(struct forwarder_loop *loop)
{
    return &loop->core;
}

const struct forwarder *forwarder_loop_view(const struct forwarder_loop *loop)
{
    return &loop->core;
}

void forwarder_loop_set_turned(struct forwarder_loop *loop, void (*turned)(void *owner),
                               void *owner)
{
    loop->turned = turned;
    loop->turned_owner = owner;
}

void forwarder_loop_set_tap(struct forwarder_loop *loop, const struct forwarder_tap *tap)
{
    loop->tap = *tap;
}

const struct forwarder_latency *forwarder_loop_latencies(const struct forwarder_loop *loop)
{
    return loop->latencies;
}

struct forwarder_guests *forwarder_loop_guests(struct forwarder_loop *loop)
{
    return &loop->guests;
}

struct forwarder_loop_counters forwarder_loop_counters(const struct forwarder_loop *loop)
{
    struct forwarder_loop_counters counters = loop->counters;

    counters.core = loop->core.counters;
    counters.tcp = forwarder_tcp_counters(loop->tcp);
    if (loop->mirror.lost != NULL)
        counters.mirror_lost = loop->mirror.lost(loop->mirror.owner);
    counters.receive_buffer = forwarder_loop_receive_buffer(loop);
    counters.waiting = forwarder_waiting(&loop->core);
    counters.clients_waiting = forwarder_clients_waiting(&loop->core);
    counters.cache_entries = loop->core.cache.entries;
    counters.cache_bytes_used = (uint64_t)loop->core.cache.blocks.used * FORWARDER_BLOCK_BYTES;
    counters.cache_evicted = loop->core.cache.evicted;
    counters.local_names = loop->core.local == NULL ? 0 : loop->core.local->names_count;
    return counters;
}
