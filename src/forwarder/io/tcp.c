/* Two arrays of connections, and listeners that pause where there is no room. */
#include "forwarder/io/tcp.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/require.h"
#include "dns/code.h"
#include "dns/header.h"
#include "forwarder/io/connection.h"
#include "forwarder/io/endpoint.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>

#define LISTEN_MAX 64
#define BACKLOG 256
/* Queries of one connection that have no answer, before no more are read. */
#define PENDING_MAX 128
/* A client has at most this part of all connections. */
#define SHARE_OF_CLIENT 4
/* What waits for a client to read it, and for an upstream. */
#define CLIENT_OUT_MAX ((size_t)256 * 1024)
#define UPSTREAM_OUT_MAX ((size_t)64 * 1024)
/* How often idle connections are looked for, and how long nothing is accepted after a failure. */
#define CHECK_NS UINT64_C(250000000)
#define PAUSE_NS UINT64_C(1000000000)
/* A stream's number: the connection's place, and which connection in that place it is. */
#define PLACE_BITS 12
#define PLACE_MASK ((1U << PLACE_BITS) - 1)

_Static_assert(FORWARDER_TCP_CLIENTS_MAX <= PLACE_MASK + 1, "each place has a number");

struct forwarder_tcp {
    struct forwarder_tcp_config config;
    size_t listen_count;
    int listen_fds[LISTEN_MAX];
    bool is_paused;
    bool is_unsettled; /* something is broken, or can go on */
    uint64_t paused_until_ns;
    uint64_t check_ns;
    uint32_t upstreams_now;
    struct forwarder_connection *clients;   /* config.clients_max */
    struct forwarder_connection *upstreams; /* config.upstream_sockets */
    struct forwarder_tcp_counters counters;
};

static struct forwarder_connection *new_connections(size_t count)
{
    struct forwarder_connection *connections = calloc(count + 1, sizeof(*connections));

    for (size_t i = 0; connections != NULL && i < count; i++)
        connections[i].fd = -1;
    return connections;
}

struct forwarder_tcp *forwarder_tcp_new(const struct forwarder_tcp_config *config)
{
    struct forwarder_tcp *tcp = calloc(1, sizeof(*tcp));

    REQUIRE(config->clients_max <= FORWARDER_TCP_CLIENTS_MAX);
    if (tcp == NULL)
        return NULL;
    tcp->config = *config;
    tcp->check_ns = UINT64_MAX;
    tcp->clients = new_connections(config->clients_max);
    tcp->upstreams = new_connections(config->upstream_sockets);
    if (tcp->clients != NULL && tcp->upstreams != NULL)
        return tcp;
    free(tcp->clients);
    free(tcp->upstreams);
    free(tcp);
    return NULL;
}

void forwarder_tcp_free(struct forwarder_tcp *tcp)
{
    if (tcp == NULL)
        return;
    for (size_t i = 0; i < tcp->config.clients_max; i++)
        forwarder_connection_close(&tcp->clients[i]);
    for (size_t i = 0; i < tcp->config.upstream_sockets; i++)
        forwarder_connection_close(&tcp->upstreams[i]);
    for (size_t i = 0; i < tcp->listen_count; i++)
        fd_close(&tcp->listen_fds[i]);
    free(tcp->clients);
    free(tcp->upstreams);
    free(tcp);
}

static int open_socket(const struct forwarder_address *address)
{
    return socket(address->size == 4 ? AF_INET : AF_INET6,
                  SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
}

static int set_option(int fd, int level, int name)
{
    int on = 1;

    return setsockopt(fd, level, name, &on, sizeof(on));
}

static int watch(const struct forwarder_tcp *tcp, int fd, uint64_t word, uint32_t events)
{
    struct epoll_event event = { .events = events, .data.u64 = word };

    return epoll_ctl(tcp->config.epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static void set_listener(struct forwarder_tcp *tcp, size_t number, int fd)
{
    while (tcp->listen_count <= number) {
        tcp->listen_fds[tcp->listen_count] = -1;
        tcp->listen_count += 1;
    }
    tcp->listen_fds[number] = fd;
}

int forwarder_tcp_listen(struct forwarder_tcp *tcp, size_t number,
                         const struct forwarder_address *address, struct err *err)
{
    CLEANUP(fd_close) int fd = open_socket(address);
    char name[FORWARDER_ENDPOINT_TEXT_MAX];
    struct sockaddr_storage socket = { 0 };
    socklen_t size = forwarder_endpoint_to_socket(address, &socket);

    REQUIRE(number < LISTEN_MAX);
    if (fd < 0 || set_option(fd, SOL_SOCKET, SO_REUSEADDR) < 0 ||
        (address->size == 16 && set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY) < 0) ||
        bind(fd, (const struct sockaddr *)&socket, size) < 0 || listen(fd, BACKLOG) < 0 ||
        watch(tcp, fd, forwarder_event_of(FORWARDER_EVENT_TCP_LISTEN, number), EPOLLIN) < 0)
        return err_system(err, errno, "cannot listen on %s over TCP",
                          forwarder_endpoint_format(address, name));
    set_listener(tcp, number, fd_take(&fd));
    return 0;
}

int forwarder_tcp_adopt(struct forwarder_tcp *tcp, size_t number, int fd, struct err *err)
{
    REQUIRE(number < LISTEN_MAX);
    if (watch(tcp, fd, forwarder_event_of(FORWARDER_EVENT_TCP_LISTEN, number), EPOLLIN) < 0)
        return err_system(err, errno, "cannot wait on a socket that was passed");
    set_listener(tcp, number, fd);
    return 0;
}

/* Lets all listeners wait for clients, or none. */
static void set_paused(struct forwarder_tcp *tcp, bool is_paused)
{
    for (size_t i = 0; i < tcp->listen_count; i++) {
        struct epoll_event event = {
            .events = is_paused ? 0 : EPOLLIN,
            .data.u64 = forwarder_event_of(FORWARDER_EVENT_TCP_LISTEN, i),
        };

        if (tcp->listen_fds[i] >= 0)
            (void)epoll_ctl(tcp->config.epoll_fd, EPOLL_CTL_MOD, tcp->listen_fds[i], &event);
    }
    tcp->is_paused = is_paused;
}

/* Accepts no more for a while. */
static void pause_accepting(struct forwarder_tcp *tcp, uint64_t until_ns)
{
    set_paused(tcp, true);
    tcp->paused_until_ns = until_ns;
    tcp->counters.paused += 1;
}

/* Closes it at the end of the turn. */
static void break_connection(struct forwarder_tcp *tcp, struct forwarder_connection *connection)
{
    connection->is_broken = true;
    tcp->is_unsettled = true;
}

/* Tells epoll what a connection waits for. */
static void settle(struct forwarder_tcp *tcp, struct forwarder_connection *connection,
                   uint64_t word)
{
    bool can_read = connection->pending < PENDING_MAX && !connection->has_ended;
    uint32_t events =
        (can_read ? (uint32_t)EPOLLIN : 0) | (connection->out_size > 0 ? (uint32_t)EPOLLOUT : 0);
    struct epoll_event event = { .events = events, .data.u64 = word };

    if (connection->events == events)
        return;
    if (epoll_ctl(tcp->config.epoll_fd, EPOLL_CTL_MOD, connection->fd, &event) < 0)
        break_connection(tcp, connection);
    connection->events = events;
}

static void start_checks(struct forwarder_tcp *tcp, uint64_t now_ns)
{
    if (tcp->check_ns == UINT64_MAX)
        tcp->check_ns = now_ns + CHECK_NS;
}

/* The address alone, without the port. */
static bool is_same_host(const struct forwarder_address *a, const struct forwarder_address *b)
{
    return a->size == b->size && memcmp(a->octets, b->octets, a->size) == 0;
}

/* A free place for a client's connection, or NULL where the client has its share already. */
static struct forwarder_connection *find_place(struct forwarder_tcp *tcp,
                                               const struct forwarder_address *peer)
{
    uint32_t share = (tcp->config.clients_max + SHARE_OF_CLIENT - 1) / SHARE_OF_CLIENT;
    struct forwarder_connection *place = NULL;
    uint32_t count = 0;

    for (size_t i = 0; i < tcp->config.clients_max; i++) {
        if (tcp->clients[i].fd < 0)
            place = &tcp->clients[i];
        else if (is_same_host(&tcp->clients[i].path.peer, peer))
            count += 1;
    }
    return count < share ? place : NULL;
}

/* Takes in a client that connected. */
static void welcome(struct forwarder_tcp *tcp, size_t listener, int fd,
                    const struct sockaddr_storage *peer, uint64_t now_ns)
{
    static const struct forwarder_connection_limits limits = { FORWARDER_DATAGRAM_BYTES_MAX,
                                                               CLIENT_OUT_MAX };
    struct forwarder_address address = forwarder_endpoint_from_socket(peer);
    struct forwarder_connection *connection = find_place(tcp, &address);
    bool may_connect =
        tcp->config.may_connect == NULL || tcp->config.may_connect(tcp->config.owner, &address);
    size_t place;

    if (!may_connect) {
        tcp->counters.prohibited += 1;
        fd_close(&fd);
        return;
    }
    if (connection == NULL || !forwarder_connection_begin(connection, fd, &limits)) {
        tcp->counters.per_client += connection == NULL;
        fd_close(&fd);
        return;
    }
    place = (size_t)(connection - tcp->clients);
    connection->path = (struct forwarder_path){
        .side = FORWARDER_CLIENTS,
        .socket = (uint16_t)listener,
        .stream = (connection->generation << PLACE_BITS | (uint32_t)place) | 1U << 31,
        .peer = address,
    };
    connection->active_ns = now_ns;
    connection->events = EPOLLIN;
    (void)set_option(fd, IPPROTO_TCP, TCP_NODELAY);
    tcp->counters.accepted += 1;
    tcp->counters.clients_now += 1;
    if (watch(tcp, fd, forwarder_event_of(FORWARDER_EVENT_TCP_CLIENT, place), EPOLLIN) < 0)
        break_connection(tcp, connection);
    start_checks(tcp, now_ns);
}

static void accept_clients(struct forwarder_tcp *tcp, size_t listener, uint64_t now_ns)
{
    struct sockaddr_storage peer;
    socklen_t size;

    for (int i = 0; i < BACKLOG && tcp->counters.clients_now < tcp->config.clients_max; i++) {
        int fd;

        size = sizeof(peer);
        fd = accept4(tcp->listen_fds[listener], (struct sockaddr *)&peer, &size,
                     SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            welcome(tcp, listener, fd, &peer, now_ns);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            pause_accepting(tcp, now_ns + PAUSE_NS);
            start_checks(tcp, now_ns);
            return;
        } else if (errno == EAGAIN) {
            return;
        }
    }
    if (tcp->counters.clients_now >= tcp->config.clients_max)
        pause_accepting(tcp, 0);
}

void forwarder_tcp_unlisten(struct forwarder_tcp *tcp, size_t number, uint64_t now_ns)
{
    if (number >= tcp->listen_count || tcp->listen_fds[number] < 0)
        return;
    accept_clients(tcp, number, now_ns);
    fd_close(&tcp->listen_fds[number]);
}

void forwarder_tcp_set_idle(struct forwarder_tcp *tcp, uint64_t idle_ns)
{
    tcp->config.idle_ns = idle_ns;
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
    bool is_client = connection->path.side == FORWARDER_CLIENTS;
    struct forwarder_datagram message = { .path = connection->path };
    enum forwarder_stream_state state = FORWARDER_STREAM_MESSAGE;

    while (!connection->is_broken && connection->pending < PENDING_MAX) {
        state = forwarder_stream_next(&connection->in, &message.payload);
        if (state != FORWARDER_STREAM_MESSAGE)
            break;
        if (is_client && !is_query(message.payload)) {
            state = FORWARDER_STREAM_BROKEN;
            break;
        }
        connection->active_ns = now_ns;
        connection->pending += is_client;
        tcp->config.receive(tcp->config.owner, &message);
    }
    if (state == FORWARDER_STREAM_BROKEN && !connection->is_broken) {
        tcp->counters.broken += 1;
        break_connection(tcp, connection);
    }
}

/* Sends what waits. */
static void push(struct forwarder_tcp *tcp, struct forwarder_connection *connection, uint64_t word,
                 uint64_t now_ns)
{
    ssize_t sent = forwarder_connection_flush(connection);

    if (sent < 0)
        break_connection(tcp, connection);
    else if (sent > 0)
        connection->active_ns = now_ns;
    if (connection->has_ended && connection->pending == 0 && connection->out_size == 0)
        break_connection(tcp, connection);
    if (!connection->is_broken)
        settle(tcp, connection, word);
}

/* Reads and writes what can be. */
static void serve(struct forwarder_tcp *tcp, struct forwarder_connection *connection, uint64_t word,
                  uint64_t now_ns)
{
    if (connection->fd < 0 || connection->is_broken)
        return;
    if (!connection->has_ended && !forwarder_connection_read(connection))
        connection->has_ended = true;
    hand_on(tcp, connection, now_ns);
    if (!connection->is_broken)
        push(tcp, connection, word, now_ns);
}

void forwarder_tcp_event(struct forwarder_tcp *tcp, enum forwarder_event_kind kind, size_t number,
                         uint64_t now_ns)
{
    if (kind == FORWARDER_EVENT_TCP_LISTEN)
        accept_clients(tcp, number, now_ns);
    else if (kind == FORWARDER_EVENT_TCP_CLIENT)
        serve(tcp, &tcp->clients[number], forwarder_event_of(kind, number), now_ns);
    else
        serve(tcp, &tcp->upstreams[number], forwarder_event_of(kind, number), now_ns);
}

static void send_to_client(struct forwarder_tcp *tcp, const struct forwarder_datagram *message,
                           uint64_t now_ns)
{
    size_t place = message->path.stream & PLACE_MASK;
    struct forwarder_connection *connection = &tcp->clients[place];

    if (place >= tcp->config.clients_max || connection->fd < 0 || connection->is_broken ||
        connection->path.stream != message->path.stream) {
        tcp->counters.lost += 1;
        return;
    }
    if (connection->pending == PENDING_MAX)
        tcp->is_unsettled = true;
    connection->pending -= 1;
    if (!forwarder_connection_put(connection, message->payload)) {
        tcp->counters.overflows += 1;
        break_connection(tcp, connection);
        return;
    }
    push(tcp, connection, forwarder_event_of(FORWARDER_EVENT_TCP_CLIENT, place), now_ns);
}

/* Opens a connection to an upstream; the first octets go out when it is there. */
static bool open_upstream(struct forwarder_tcp *tcp, struct forwarder_connection *connection,
                          const struct forwarder_path *path)
{
    static const struct forwarder_connection_limits limits = { FORWARDER_MESSAGE_BYTES_MAX,
                                                               UPSTREAM_OUT_MAX };
    CLEANUP(fd_close) int fd = open_socket(&path->peer);
    struct sockaddr_storage socket = { 0 };
    socklen_t size = forwarder_endpoint_to_socket(&path->peer, &socket);
    uint64_t word = forwarder_event_of(FORWARDER_EVENT_TCP_UPSTREAM, path->socket);

    if (fd < 0 ||
        (connect(fd, (const struct sockaddr *)&socket, size) < 0 && errno != EINPROGRESS) ||
        watch(tcp, fd, word, EPOLLIN | EPOLLOUT) < 0 ||
        !forwarder_connection_begin(connection, fd, &limits))
        return false;
    (void)set_option(fd, IPPROTO_TCP, TCP_NODELAY);
    (void)fd_take(&fd);
    connection->path = *path;
    connection->events = EPOLLIN | EPOLLOUT;
    tcp->upstreams_now += 1;
    tcp->counters.upstreams += 1;
    return true;
}

void forwarder_tcp_leave(struct forwarder_tcp *tcp, size_t socket)
{
    REQUIRE(socket < tcp->config.upstream_sockets);
    if (tcp->upstreams[socket].fd < 0)
        return;
    forwarder_connection_close(&tcp->upstreams[socket]);
    tcp->upstreams_now -= 1;
}

static void send_to_upstream(struct forwarder_tcp *tcp, const struct forwarder_datagram *message,
                             uint64_t now_ns)
{
    struct forwarder_connection *connection = &tcp->upstreams[message->path.socket];

    REQUIRE(message->path.socket < tcp->config.upstream_sockets);
    if ((connection->fd < 0 && !open_upstream(tcp, connection, &message->path)) ||
        connection->is_broken || !forwarder_connection_put(connection, message->payload)) {
        tcp->counters.lost += 1;
        return;
    }
    connection->active_ns = now_ns;
    start_checks(tcp, now_ns);
    push(tcp, connection, forwarder_event_of(FORWARDER_EVENT_TCP_UPSTREAM, message->path.socket),
         now_ns);
}

void forwarder_tcp_send(struct forwarder_tcp *tcp, const struct forwarder_datagram *message,
                        uint64_t now_ns)
{
    if (message->path.side == FORWARDER_CLIENTS)
        send_to_client(tcp, message, now_ns);
    else
        send_to_upstream(tcp, message, now_ns);
}

/* Closes a connection that is broken or idle, and goes on with one that had to wait. */
static void look_after(struct forwarder_tcp *tcp, struct forwarder_connection *connection,
                       uint64_t word, uint64_t now_ns)
{
    bool is_client = connection->path.side == FORWARDER_CLIENTS;

    if (connection->fd < 0)
        return;
    if (!connection->is_broken && connection->pending == 0 &&
        now_ns - connection->active_ns >= tcp->config.idle_ns) {
        tcp->counters.idle += is_client;
        connection->is_broken = true;
    }
    if (!connection->is_broken && connection->in.end > connection->in.start) {
        hand_on(tcp, connection, now_ns);
        push(tcp, connection, word, now_ns);
    }
    if (!connection->is_broken)
        return;
    forwarder_connection_close(connection);
    if (is_client)
        tcp->counters.clients_now -= 1;
    else
        tcp->upstreams_now -= 1;
}

void forwarder_tcp_expire(struct forwarder_tcp *tcp, uint64_t now_ns)
{
    if (!tcp->is_unsettled && now_ns < tcp->check_ns)
        return;
    tcp->is_unsettled = false;
    for (size_t i = 0; i < tcp->config.clients_max; i++)
        look_after(tcp, &tcp->clients[i], forwarder_event_of(FORWARDER_EVENT_TCP_CLIENT, i),
                   now_ns);
    for (size_t i = 0; i < tcp->config.upstream_sockets; i++)
        look_after(tcp, &tcp->upstreams[i], forwarder_event_of(FORWARDER_EVENT_TCP_UPSTREAM, i),
                   now_ns);
    if (tcp->is_paused && tcp->counters.clients_now < tcp->config.clients_max &&
        now_ns >= tcp->paused_until_ns)
        set_paused(tcp, false);
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
