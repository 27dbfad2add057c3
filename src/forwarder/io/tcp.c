/* Two arrays of connections: what is read from them, written to them, and when they end. */
#include "forwarder/io/tcp_inside.h"

#include "base/fd.h"
#include "base/require.h"
#include "dns/code.h"
#include "dns/header.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/epoll.h>

/* Queries of one connection that have no answer, before no more are read. */
#define PENDING_MAX 128
/* One connection is read from so often before others have their turn. */
#define READS_MAX 8
/* How often idle connections are looked for. */
#define CHECK_NS UINT64_C(250000000)
#define PLACE_MASK ((1U << FORWARDER_TCP_PLACE_BITS) - 1)

_Static_assert(FORWARDER_TCP_CLIENTS_MAX <= PLACE_MASK + 1, "each place has a number");

static void free_places(struct forwarder_tcp *tcp)
{
    forwarder_tls_context_free(tcp->config.tls_upstreams);
    forwarder_tls_context_free(tcp->config.tls_clients);
    free(tcp->clients);
    free(tcp->upstreams);
    free(tcp->ways);
    free(tcp->busy);
    free(tcp);
}

struct forwarder_tcp *forwarder_tcp_new(const struct forwarder_tcp_config *config)
{
    struct forwarder_tcp *tcp = calloc(1, sizeof(*tcp));

    REQUIRE(config->clients_max <= FORWARDER_TCP_CLIENTS_MAX);
    REQUIRE(config->upstream_sockets < UINT16_MAX);
    if (tcp == NULL)
        return NULL;
    tcp->config = *config;
    tcp->check_ns = UINT64_MAX;
    tcp->config.tls_upstreams = forwarder_tls_context_share(config->tls_upstreams);
    tcp->config.tls_clients = forwarder_tls_context_share(config->tls_clients);
    tcp->clients = calloc(FORWARDER_TCP_CLIENTS_MAX, sizeof(*tcp->clients));
    tcp->upstreams = calloc(config->upstream_sockets + 1, sizeof(*tcp->upstreams));
    tcp->ways = calloc(config->upstream_sockets + 1, sizeof(*tcp->ways));
    tcp->busy = calloc(config->upstream_sockets + 1, sizeof(*tcp->busy));
    if (tcp->clients != NULL && tcp->upstreams != NULL && tcp->ways != NULL && tcp->busy != NULL)
        return tcp;
    free_places(tcp);
    return NULL;
}

void forwarder_tcp_free(struct forwarder_tcp *tcp)
{
    if (tcp == NULL)
        return;
    for (size_t i = 0; i < tcp->clients_top; i++)
        forwarder_connection_close(&tcp->clients[i]);
    for (size_t i = 0; i < tcp->config.upstream_sockets; i++)
        forwarder_connection_close(&tcp->upstreams[i]);
    for (size_t i = 0; i < tcp->listen_count; i++)
        fd_close(&tcp->listeners[i].fd);
    for (size_t i = 0; i < FORWARDER_SLOTS_MAX; i++)
        forwarder_tls_session_free(tcp->known[i].session);
    free_places(tcp);
}

int forwarder_tcp_socket(const struct forwarder_address *address)
{
    return socket(address->size == 4 ? AF_INET : AF_INET6,
                  SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
}

int forwarder_tcp_set(int fd, int level, int name, int value)
{
    return setsockopt(fd, level, name, &value, sizeof(value));
}

int forwarder_tcp_watch(const struct forwarder_tcp *tcp, int fd, uint64_t word, uint32_t events)
{
    struct epoll_event event = { .events = events, .data.u64 = word };

    return epoll_ctl(tcp->config.epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static bool is_client(const struct forwarder_connection *connection)
{
    return connection->path.side == FORWARDER_CLIENTS;
}

void forwarder_tcp_unsettle(struct forwarder_tcp *tcp, bool is_upstream, size_t number)
{
    tcp->is_unsettled = true;
    if (tcp->unsettled_count == FORWARDER_TCP_UNSETTLED_MAX) {
        tcp->are_all_unsettled = true;
        return;
    }
    tcp->unsettled[tcp->unsettled_count++] =
        (struct forwarder_tcp_place){ is_upstream, (uint16_t)number };
}

/* The same for the place of a connection. */
static void unsettle(struct forwarder_tcp *tcp, const struct forwarder_connection *connection)
{
    if (is_client(connection))
        forwarder_tcp_unsettle(tcp, false, (size_t)(connection - tcp->clients));
    else
        forwarder_tcp_unsettle(tcp, true, (size_t)(connection - tcp->upstreams));
}

void forwarder_tcp_break(struct forwarder_tcp *tcp, struct forwarder_connection *connection)
{
    if (connection->is_broken)
        return;
    connection->is_broken = true;
    unsettle(tcp, connection);
}

/* What epoll gives back for a connection. */
static uint64_t word_of(const struct forwarder_tcp *tcp,
                        const struct forwarder_connection *connection)
{
    return is_client(connection)
               ? forwarder_event_of(FORWARDER_EVENT_TCP_CLIENT, (size_t)(connection - tcp->clients))
               : forwarder_event_of(FORWARDER_EVENT_TCP_UPSTREAM,
                                    (size_t)(connection - tcp->upstreams));
}

/* Whether more queries are taken from it; of upstreams answers always are. */
static bool may_read(const struct forwarder_connection *connection)
{
    return !connection->has_ended && !connection->is_broken &&
           (!is_client(connection) || connection->pending < PENDING_MAX);
}

/* What a connection waits for. */
static uint32_t events_of(const struct forwarder_connection *connection)
{
    if (connection->is_opening)
        return forwarder_tls_wants_write(connection->tls) ? (uint32_t)EPOLLOUT : (uint32_t)EPOLLIN;
    return (may_read(connection) ? (uint32_t)EPOLLIN : 0) |
           (connection->out_size > 0 ? (uint32_t)EPOLLOUT : 0);
}

/* Tells epoll what a connection waits for. */
static void settle(struct forwarder_tcp *tcp, struct forwarder_connection *connection)
{
    uint32_t events = events_of(connection);
    struct epoll_event event = { .events = events, .data.u64 = word_of(tcp, connection) };

    if (connection->events == events)
        return;
    if (epoll_ctl(tcp->config.epoll_fd, EPOLL_CTL_MOD, connection->fd, &event) < 0)
        forwarder_tcp_break(tcp, connection);
    connection->events = events;
}

void forwarder_tcp_start_checks(struct forwarder_tcp *tcp, uint64_t now_ns)
{
    if (tcp->check_ns == UINT64_MAX)
        tcp->check_ns = now_ns + CHECK_NS;
}

void forwarder_tcp_set_tls(struct forwarder_tcp *tcp, struct forwarder_tls_context *upstreams,
                           struct forwarder_tls_context *clients)
{
    struct forwarder_tls_context *olds[] = { tcp->config.tls_upstreams, tcp->config.tls_clients };

    tcp->config.tls_upstreams = forwarder_tls_context_share(upstreams);
    tcp->config.tls_clients = forwarder_tls_context_share(clients);
    for (size_t i = 0; i < 2; i++)
        forwarder_tls_context_free(olds[i]);
}

void forwarder_tcp_set_idle(struct forwarder_tcp *tcp, uint64_t idle_ns)
{
    tcp->config.idle_ns = idle_ns;
}

void forwarder_tcp_set_clients_max(struct forwarder_tcp *tcp, uint32_t clients_max)
{
    REQUIRE(clients_max <= FORWARDER_TCP_CLIENTS_MAX);
    REQUIRE((clients_max == 0) == (tcp->config.clients_max == 0));
    tcp->config.clients_max = clients_max;
    tcp->is_unsettled = true; /* more may come now */
}

/* Whether a client's message is one that always gets an answer. */
static bool is_query(struct bytes message)
{
    struct byte_reader in = byte_reader_init(message);
    struct dns_header header;

    return dns_header_read(&in, &header).status == DNS_OK &&
           !dns_header_has(&header, DNS_FLAG_QR) && dns_header_opcode(&header) != DNS_OPCODE_DSO;
}

/* Hands on the messages that have come. */
static void hand_on(struct forwarder_tcp *tcp, struct forwarder_connection *connection,
                    uint64_t now_ns)
{
    struct forwarder_datagram message = { .path = connection->path };
    enum forwarder_stream_state state = FORWARDER_STREAM_MESSAGE;
    bool is_query_wanted = is_client(connection);

    while (!connection->is_broken && (!is_query_wanted || connection->pending < PENDING_MAX)) {
        state = forwarder_stream_next(&connection->in, &message.payload);
        if (state != FORWARDER_STREAM_MESSAGE)
            break;
        if (is_query_wanted && !is_query(message.payload)) {
            state = FORWARDER_STREAM_BROKEN;
            break;
        }
        connection->active_ns = now_ns;
        if (is_query_wanted)
            connection->pending += 1;
        else if (connection->pending > 0)
            connection->pending -= 1;
        tcp->config.receive(tcp->config.owner, &message);
    }
    if (state == FORWARDER_STREAM_BROKEN && !connection->is_broken) {
        tcp->counters.broken += 1;
        forwarder_tcp_break(tcp, connection);
    }
}

void forwarder_tcp_push(struct forwarder_tcp *tcp, struct forwarder_connection *connection,
                        uint64_t now_ns)
{
    ssize_t sent = forwarder_connection_flush(connection);

    if (connection->is_opening)
        return;
    if (sent < 0)
        forwarder_tcp_break(tcp, connection);
    else if (sent > 0 && is_client(connection))
        connection->active_ns = now_ns;
    if (connection->has_ended &&
        (!is_client(connection) || (connection->pending == 0 && connection->out_size == 0)))
        forwarder_tcp_break(tcp, connection);
    if (!connection->is_broken)
        settle(tcp, connection);
}

/* Goes on with a connection that is being opened; whether it is there now. */
static bool open_up(struct forwarder_tcp *tcp, struct forwarder_connection *connection,
                    uint64_t now_ns)
{
    struct forwarder_tcp_counters *counters = &tcp->counters;
    enum forwarder_tls_state state = forwarder_connection_open(connection);

    if (state == FORWARDER_TLS_LATER)
        settle(tcp, connection);
    if (state == FORWARDER_TLS_FAILED) {
        counters->tls_failed += is_client(connection);
        forwarder_tcp_break(tcp, connection);
    }
    if (state != FORWARDER_TLS_DONE)
        return false;
    connection->active_ns = now_ns;
    if (connection->tls == NULL)
        return true;
    *(is_client(connection) ? &counters->tls : &counters->upstreams_tls) += 1;
    if (forwarder_tls_is_resumed(connection->tls))
        *(is_client(connection) ? &counters->tls_resumed : &counters->upstreams_tls_resumed) += 1;
    return true;
}

void forwarder_tcp_serve(struct forwarder_tcp *tcp, struct forwarder_connection *connection,
                         uint64_t now_ns)
{
    if (!connection->is_there || connection->is_broken)
        return;
    if (connection->is_opening && !open_up(tcp, connection, now_ns))
        return;
    connection->may_have_more = true;
    for (int i = 0; i < READS_MAX && connection->may_have_more && may_read(connection); i++) {
        if (!forwarder_connection_read(connection))
            connection->has_ended = true;
        hand_on(tcp, connection, now_ns);
    }
    if (connection->may_have_more && may_read(connection))
        unsettle(tcp, connection);
    /* What epoll waits for is settled when answers that are there have gone out. */
    if (!connection->is_broken)
        forwarder_tcp_owe(tcp, connection, now_ns);
}

void forwarder_tcp_event(struct forwarder_tcp *tcp, enum forwarder_event_kind kind, size_t number,
                         uint64_t now_ns)
{
    if (kind == FORWARDER_EVENT_TCP_LISTEN)
        forwarder_tcp_accept(tcp, number, now_ns);
    else if (kind == FORWARDER_EVENT_TCP_CLIENT)
        forwarder_tcp_serve(tcp, &tcp->clients[number], now_ns);
    else
        forwarder_tcp_serve(tcp, &tcp->upstreams[number], now_ns);
}

void forwarder_tcp_flush(struct forwarder_tcp *tcp, uint64_t now_ns)
{
    for (size_t i = 0; i < tcp->owed_count; i++) {
        struct forwarder_connection *connection = tcp->owed[i];

        connection->is_owed = false;
        if (connection->is_there && !connection->is_broken)
            forwarder_tcp_push(tcp, connection, now_ns);
    }
    tcp->owed_count = 0;
}

void forwarder_tcp_owe(struct forwarder_tcp *tcp, struct forwarder_connection *connection,
                       uint64_t now_ns)
{
    if (connection->is_owed)
        return;
    if (tcp->owed_count == FORWARDER_TCP_OWED_MAX)
        forwarder_tcp_flush(tcp, now_ns);
    connection->is_owed = true;
    tcp->owed[tcp->owed_count++] = connection;
}

/* Puts a message where others may wait to be sent, which are, where there is no room for it. */
static bool put(struct forwarder_tcp *tcp, struct forwarder_connection *connection,
                struct bytes message, uint64_t now_ns)
{
    if (forwarder_connection_put(connection, message))
        return true;
    if (!connection->is_owed)
        return false;
    forwarder_tcp_push(tcp, connection, now_ns);
    return !connection->is_broken && forwarder_connection_put(connection, message);
}

static void send_to_client(struct forwarder_tcp *tcp, const struct forwarder_datagram *message,
                           uint64_t now_ns)
{
    size_t place = message->path.stream & PLACE_MASK;
    struct forwarder_connection *connection = &tcp->clients[place];

    if (!connection->is_there || connection->is_broken ||
        connection->path.stream != message->path.stream) {
        tcp->counters.lost += 1;
        return;
    }
    if (connection->pending == PENDING_MAX &&
        (connection->may_have_more || connection->in.end > connection->in.start))
        unsettle(tcp, connection);
    connection->pending -= 1;
    if (!put(tcp, connection, message->payload, now_ns)) {
        tcp->counters.overflows += 1;
        forwarder_tcp_break(tcp, connection);
        return;
    }
    forwarder_tcp_owe(tcp, connection, now_ns);
}

void forwarder_tcp_send(struct forwarder_tcp *tcp, const struct forwarder_datagram *message,
                        uint64_t now_ns)
{
    if (message->path.side == FORWARDER_CLIENTS)
        send_to_client(tcp, message, now_ns);
    else
        forwarder_tcp_send_to_upstream(tcp, message, now_ns);
}

int forwarder_tcp_fd(const struct forwarder_tcp *tcp, const struct forwarder_path *path)
{
    const struct forwarder_connection *connection = &tcp->clients[path->stream & PLACE_MASK];

    if (path->side == FORWARDER_UPSTREAMS)
        connection = &tcp->upstreams[path->socket];
    return connection->is_there && connection->path.stream == path->stream ? connection->fd : -1;
}

/* Closes a client's connection that is broken or idle, and goes on with one that had to wait. */
static void look_after_client(struct forwarder_tcp *tcp, struct forwarder_connection *connection,
                              uint64_t now_ns)
{
    if (!connection->is_there)
        return;
    if (!connection->is_broken && connection->pending == 0 &&
        now_ns - connection->active_ns >= tcp->config.idle_ns) {
        tcp->counters.idle += 1;
        connection->is_broken = true;
    }
    if (!connection->is_broken && connection->may_have_more)
        forwarder_tcp_serve(tcp, connection, now_ns);
    if (!connection->is_broken && connection->in.end > connection->in.start) {
        hand_on(tcp, connection, now_ns);
        forwarder_tcp_owe(tcp, connection, now_ns);
    }
    if (!connection->is_broken)
        return;
    forwarder_tcp_close_client(tcp, connection);
}

/* The same for a place to an upstream. */
static void look_after_upstream(struct forwarder_tcp *tcp, size_t number, uint64_t now_ns)
{
    if (tcp->upstreams[number].may_have_more)
        forwarder_tcp_serve(tcp, &tcp->upstreams[number], now_ns);
    forwarder_tcp_look_after_upstream(tcp, number, now_ns);
}

/* Looks after the places that want it. What these want anew comes in the next turn. */
static void look_after_unsettled(struct forwarder_tcp *tcp, uint64_t now_ns)
{
    struct forwarder_tcp_place places[FORWARDER_TCP_UNSETTLED_MAX];
    size_t count = tcp->unsettled_count;

    memcpy(places, tcp->unsettled, count * sizeof(places[0]));
    tcp->unsettled_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (places[i].is_upstream)
            look_after_upstream(tcp, places[i].number, now_ns);
        else
            look_after_client(tcp, &tcp->clients[places[i].number], now_ns);
    }
}

/* Looks after all connections, and all places to upstreams that are in use. Of these some leave the
 * list meanwhile, whose places the last ones take, and new ones come at its end. */
static void look_after_all(struct forwarder_tcp *tcp, uint64_t now_ns)
{
    for (size_t i = 0; i < tcp->clients_top; i++)
        look_after_client(tcp, &tcp->clients[i], now_ns);
    for (size_t i = tcp->busy_count; i > 0; i--)
        if (i <= tcp->busy_count)
            look_after_upstream(tcp, tcp->busy[i - 1], now_ns);
}

void forwarder_tcp_expire(struct forwarder_tcp *tcp, uint64_t now_ns)
{
    bool are_all_unsettled = tcp->are_all_unsettled;
    bool is_time = now_ns >= tcp->check_ns;

    tcp->turn += 1;
    if (!tcp->is_unsettled && !is_time)
        return;
    tcp->is_unsettled = false;
    tcp->are_all_unsettled = false;
    look_after_unsettled(tcp, now_ns);
    if (are_all_unsettled || is_time)
        look_after_all(tcp, now_ns);
    if (tcp->is_paused && now_ns >= tcp->paused_until_ns && forwarder_tcp_has_place(tcp))
        forwarder_tcp_set_paused(tcp, false);
    if (is_time)
        tcp->check_ns = tcp->counters.clients_now + tcp->upstreams_now > 0 || tcp->is_paused
                            ? now_ns + CHECK_NS
                            : UINT64_MAX;
}

uint64_t forwarder_tcp_deadline_ns(const struct forwarder_tcp *tcp)
{
    return tcp->is_unsettled ? 0 : tcp->check_ns;
}

struct forwarder_tcp_counters forwarder_tcp_counters(const struct forwarder_tcp *tcp)
{
    return tcp->counters;
}
