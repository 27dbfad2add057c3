/* Listeners, which pause where there is no room, and clients that connect. */
#include "forwarder/io/tcp_inside.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/require.h"
#include "forwarder/io/endpoint.h"
#include "forwarder/io/tcp_listen.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>

/* What waits for a client to read it. */
#define CLIENT_OUT_MAX ((size_t)256 * 1024)
/* So long nothing is accepted after a failure. */
#define PAUSE_NS UINT64_C(1000000000)

static void set_listener(struct forwarder_tcp *tcp, size_t number, int fd, bool has_tls)
{
    while (tcp->listen_count <= number) {
        tcp->listeners[tcp->listen_count].fd = -1;
        tcp->listen_count += 1;
    }
    /* Connections that are accepted have it from here. */
    (void)forwarder_tcp_set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    tcp->listeners[number] =
        (struct forwarder_tcp_listener){ .fd = fd, .has_tls = has_tls, .takes = 1 };
}

int forwarder_tcp_listen(struct forwarder_tcp *tcp, size_t number,
                         const struct forwarder_address *address, bool has_tls, struct err *err)
{
    struct forwarder_listen listen = { .address = *address, .has_tls = has_tls };
    CLEANUP(fd_close) int fd = -1;

    REQUIRE(number < FORWARDER_TCP_LISTEN_MAX);
    if (forwarder_tcp_listen_beside(&listen, FORWARDER_ALONE, &fd, err) < 0)
        return err->number;
    if (forwarder_tcp_watch(tcp, fd, forwarder_event_of(FORWARDER_EVENT_TCP_LISTEN, number),
                            EPOLLIN) < 0)
        return err_system(err, errno, "cannot wait on a socket");
    set_listener(tcp, number, fd_take(&fd), has_tls);
    return 0;
}

int forwarder_tcp_adopt(struct forwarder_tcp *tcp, size_t number, int fd, bool has_tls,
                        struct err *err)
{
    uint64_t word = forwarder_event_of(FORWARDER_EVENT_TCP_LISTEN, number);

    REQUIRE(number < FORWARDER_TCP_LISTEN_MAX);
    if (forwarder_tcp_watch(tcp, fd, word, EPOLLIN) < 0)
        return err_system(err, errno, "cannot wait on a socket that was passed");
    set_listener(tcp, number, fd, has_tls);
    return 0;
}

void forwarder_tcp_set_paused(struct forwarder_tcp *tcp, bool is_paused)
{
    for (size_t i = 0; i < tcp->listen_count; i++) {
        struct epoll_event event = {
            .events = is_paused ? 0 : EPOLLIN,
            .data.u64 = forwarder_event_of(FORWARDER_EVENT_TCP_LISTEN, i),
        };

        if (tcp->listeners[i].fd >= 0)
            (void)epoll_ctl(tcp->config.epoll_fd, EPOLL_CTL_MOD, tcp->listeners[i].fd, &event);
    }
    tcp->is_paused = is_paused;
}

/* Accepts no more for a while. */
static void pause_accepting(struct forwarder_tcp *tcp, uint64_t until_ns)
{
    forwarder_tcp_set_paused(tcp, true);
    tcp->paused_until_ns = until_ns;
    tcp->counters.paused += 1;
}

/* Takes in a client that connected. */
static void welcome(struct forwarder_tcp *tcp, size_t listener, int fd,
                    const struct sockaddr_storage *peer, uint64_t now_ns)
{
    static const struct forwarder_connection_limits limits = { FORWARDER_DATAGRAM_BYTES_MAX,
                                                               CLIENT_OUT_MAX };
    struct forwarder_address address = forwarder_endpoint_from_socket(peer);
    bool may_connect =
        tcp->config.may_connect == NULL || tcp->config.may_connect(tcp->config.owner, &address);
    bool has_tls = tcp->listeners[listener].has_tls;
    struct forwarder_connection *connection;
    size_t place;

    if (!may_connect) {
        tcp->counters.prohibited += 1;
        fd_close(&fd);
        return;
    }
    connection = forwarder_tcp_find_place(tcp, &address, now_ns);
    if (connection == NULL || !forwarder_connection_begin(connection, fd, &limits)) {
        tcp->counters.per_client += connection == NULL;
        fd_close(&fd);
        return;
    }
    if (has_tls) {
        connection->is_opening = true;
        connection->tls = forwarder_tls_accept(tcp->config.tls_clients, fd);
    }
    if (has_tls && connection->tls == NULL) {
        forwarder_connection_close(connection);
        return;
    }
    place = (size_t)(connection - tcp->clients);
    tcp->clients_top = place < tcp->clients_top ? tcp->clients_top : place + 1;
    connection->path = (struct forwarder_path){
        .side = FORWARDER_CLIENTS,
        .socket = (uint16_t)listener,
        .stream = (connection->generation << FORWARDER_TCP_PLACE_BITS | (uint32_t)place) | 1U << 31,
        .is_private = has_tls,
        .peer = address,
    };
    connection->active_ns = now_ns;
    connection->events = EPOLLIN;
    tcp->counters.accepted += 1;
    tcp->counters.clients_now += 1;
    if (forwarder_tcp_watch(tcp, fd, forwarder_event_of(FORWARDER_EVENT_TCP_CLIENT, place),
                            EPOLLIN) < 0)
        forwarder_tcp_break(tcp, connection);
    forwarder_tcp_start_checks(tcp, now_ns);
    /* Most clients have sent their query by now; the first of TLS takes them longer. */
    if (!has_tls)
        forwarder_tcp_serve(tcp, connection, now_ns);
}

/* So many clients are accepted at once: one, since mostly no second waits, and to hear that costs a
 * call; more where the turn before had not enough with as many as there were. */
static uint32_t takes(const struct forwarder_tcp *tcp, struct forwarder_tcp_listener *listener)
{
    bool is_crowded = listener->turn_before + 1 == tcp->turn;

    listener->takes = is_crowded ? listener->takes * 2 : 1;
    if (listener->takes > FORWARDER_TCP_BACKLOG)
        listener->takes = FORWARDER_TCP_BACKLOG;
    listener->turn_before = tcp->turn;
    return listener->takes;
}

/* Accepts so many clients at most. */
static void accept_clients(struct forwarder_tcp *tcp, size_t listener, uint32_t most,
                           uint64_t now_ns)
{
    struct sockaddr_storage peer;
    socklen_t size;

    for (uint32_t i = 0; i < most && forwarder_tcp_has_place(tcp); i++) {
        int fd;

        size = sizeof(peer);
        fd = accept4(tcp->listeners[listener].fd, (struct sockaddr *)&peer, &size,
                     SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            welcome(tcp, listener, fd, &peer, now_ns);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            pause_accepting(tcp, now_ns + PAUSE_NS);
            forwarder_tcp_start_checks(tcp, now_ns);
            return;
        } else if (errno == EAGAIN) {
            return;
        }
    }
    if (!forwarder_tcp_has_place(tcp))
        pause_accepting(tcp, 0);
}

void forwarder_tcp_accept(struct forwarder_tcp *tcp, size_t listener, uint64_t now_ns)
{
    accept_clients(tcp, listener, takes(tcp, &tcp->listeners[listener]), now_ns);
}

void forwarder_tcp_unlisten(struct forwarder_tcp *tcp, size_t number, uint64_t now_ns)
{
    if (number >= tcp->listen_count || tcp->listeners[number].fd < 0)
        return;
    accept_clients(tcp, number, FORWARDER_TCP_BACKLOG, now_ns);
    fd_close(&tcp->listeners[number].fd);
}
