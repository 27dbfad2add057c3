/* A place for each stream to an upstream: opened when it is needed, and told of when it fails. */
#include "forwarder/io/tcp_inside.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/require.h"
#include "forwarder/io/endpoint.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>

/* What waits to go out to an upstream. */
#define OUT_MAX ((size_t)1024 * 1024)
/* After a failure nothing is tried for so long. */
#define REST_NS UINT64_C(500000000)
/* Failures of an upstream are told once in so long. */
#define SILENCE_NS UINT64_C(60000000000)
/* What the other machine does not acknowledge within so many milliseconds is lost, with all that
 * is on the connection. */
#define UNACKNOWLEDGED_MS 1500

static size_t upstream_of(const struct forwarder_tcp *tcp, size_t number)
{
    return number / tcp->config.lanes;
}

/* A place is in use from now on. */
static void list(struct forwarder_tcp *tcp, size_t number)
{
    if (tcp->ways[number].listed != 0)
        return;
    tcp->busy[tcp->busy_count] = (uint16_t)number;
    tcp->busy_count += 1;
    tcp->ways[number].listed = (uint16_t)tcp->busy_count;
}

/* The same where it is so no more, if there was one. */
static void unlist(struct forwarder_tcp *tcp, size_t number)
{
    struct forwarder_tcp_way *way = &tcp->ways[number];
    uint16_t last;

    if (way->listed == 0 || way->has_failed || tcp->upstreams[number].is_there)
        return;
    tcp->busy_count -= 1;
    last = tcp->busy[tcp->busy_count];
    tcp->busy[way->listed - 1] = last;
    tcp->ways[last].listed = way->listed;
    way->listed = 0;
}

/* Lets the core be told that there is no way through this place. */
static void fail(struct forwarder_tcp *tcp, size_t number)
{
    tcp->ways[number].has_failed = true;
    list(tcp, number);
    forwarder_tcp_unsettle(tcp, true, number);
}

/* Says why there is no connection to an upstream, unless that was said a short while ago. */
static void complain(struct forwarder_tcp *tcp, size_t number, const char *reason, uint64_t now_ns)
{
    struct forwarder_tcp_upstream *known = &tcp->known[upstream_of(tcp, number)];
    char block[FORWARDER_SERVER_TEXT_MAX];
    struct err sentence = { 0 };

    if (tcp->say == NULL || now_ns < known->silent_until_ns)
        return;
    known->silent_until_ns = now_ns + SILENCE_NS;
    (void)err_set(&sentence, -ENOTCONN, "upstream %s: %s",
                  forwarder_server_format(&known->server, block), reason);
    tcp->say(tcp->config.owner, sentence.sentence);
}

/* Why a connection ended that was not there yet. */
static const char *reason_of(const struct forwarder_connection *connection)
{
    const char *reason = connection->tls == NULL ? "" : forwarder_tls_reason(connection->tls);

    if (connection->error != 0)
        return strerror(connection->error);
    return reason[0] == '\0' ? "it did not answer in time" : reason;
}

/* Begins TLS on a socket, if the upstream is asked over it. */
static bool begin_tls(struct forwarder_tcp *tcp, struct forwarder_connection *connection,
                      size_t upstream)
{
    struct forwarder_tcp_upstream *known = &tcp->known[upstream];

    connection->is_opening = true;
    if (known->server.transport != FORWARDER_OVER_TLS)
        return true;
    connection->tls = forwarder_tls_connect(tcp->config.tls_upstreams, connection->fd,
                                            &known->server.peer, &known->session);
    return connection->tls != NULL;
}

/* Opens a connection; the first octets go out when it is there. 0, or an errno. */
static int open_connection(struct forwarder_tcp *tcp, struct forwarder_connection *connection,
                           const struct forwarder_path *path)
{
    static const struct forwarder_connection_limits limits = { FORWARDER_MESSAGE_BYTES_MAX,
                                                               OUT_MAX };
    CLEANUP(fd_close) int fd = forwarder_tcp_socket(&path->peer);
    struct sockaddr_storage socket = { 0 };
    socklen_t size = forwarder_endpoint_to_socket(&path->peer, &socket);
    uint64_t word = forwarder_event_of(FORWARDER_EVENT_TCP_UPSTREAM, path->socket);

    if (fd < 0 ||
        (connect(fd, (const struct sockaddr *)&socket, size) < 0 && errno != EINPROGRESS) ||
        forwarder_tcp_watch(tcp, fd, word, EPOLLOUT) < 0)
        return errno;
    if (!forwarder_connection_begin(connection, fd, &limits))
        return ENOMEM;
    (void)forwarder_tcp_set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    (void)forwarder_tcp_set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS);
    (void)fd_take(&fd);
    connection->path = *path;
    connection->events = EPOLLOUT;
    if (begin_tls(tcp, connection, upstream_of(tcp, path->socket)))
        return 0;
    forwarder_connection_close(connection);
    return ENOMEM;
}

/* Whether there is a connection in a place, or one can be opened. */
static bool has_connection(struct forwarder_tcp *tcp, const struct forwarder_path *path,
                           uint64_t now_ns)
{
    struct forwarder_connection *connection = &tcp->upstreams[path->socket];
    int error;

    if (connection->is_there)
        return true;
    if (tcp->ways[path->socket].has_failed || now_ns < tcp->ways[path->socket].rest_until_ns)
        return false;
    error = open_connection(tcp, connection, path);
    if (error != 0) {
        tcp->counters.upstreams_failed += 1;
        tcp->ways[path->socket].rest_until_ns = now_ns + REST_NS;
        complain(tcp, path->socket, strerror(error), now_ns);
        return false;
    }
    connection->active_ns = now_ns;
    list(tcp, path->socket);
    tcp->upstreams_now += 1;
    tcp->counters.upstreams += 1;
    return true;
}

void forwarder_tcp_send_to_upstream(struct forwarder_tcp *tcp,
                                    const struct forwarder_datagram *message, uint64_t now_ns)
{
    size_t number = message->path.socket;
    struct forwarder_connection *connection = &tcp->upstreams[number];

    REQUIRE(number < tcp->config.upstream_sockets);
    if (!has_connection(tcp, &message->path, now_ns)) {
        fail(tcp, number);
        return;
    }
    if (connection->is_broken)
        return; /* the core will be told of all that was sent on it */
    if (connection->pending == 0 && !connection->is_opening)
        connection->active_ns = now_ns;
    connection->pending += 1;
    if (!forwarder_connection_put(connection, message->payload)) {
        forwarder_tcp_break(tcp, connection);
        return;
    }
    forwarder_tcp_start_checks(tcp, now_ns);
    forwarder_tcp_owe(tcp, connection, now_ns);
}

/* Closes a connection that is broken, and says what became of the queries on it. */
static void end(struct forwarder_tcp *tcp, size_t number, uint64_t now_ns)
{
    struct forwarder_connection *connection = &tcp->upstreams[number];
    struct forwarder_failure failure = {
        .socket = (uint16_t)number,
        .is_stream = true,
        .was_up = !connection->is_opening,
    };
    bool has_queries = connection->pending > 0;

    if (connection->is_opening) {
        tcp->counters.upstreams_failed += 1;
        tcp->ways[number].rest_until_ns = now_ns + REST_NS;
        complain(tcp, number, reason_of(connection), now_ns);
    } else {
        tcp->counters.upstreams_lost += has_queries;
    }
    forwarder_connection_close(connection);
    tcp->upstreams_now -= 1;
    if (has_queries)
        tcp->config.fail(tcp->config.owner, &failure);
}

void forwarder_tcp_look_after_upstream(struct forwarder_tcp *tcp, size_t number, uint64_t now_ns)
{
    struct forwarder_connection *connection = &tcp->upstreams[number];
    struct forwarder_failure failure = { .socket = (uint16_t)number, .is_stream = true };
    uint64_t most_ns = connection->is_opening ? tcp->config.open_ns : tcp->config.idle_ns;

    if (tcp->ways[number].has_failed) {
        tcp->ways[number].has_failed = false;
        tcp->config.fail(tcp->config.owner, &failure);
    }
    if (connection->is_there &&
        (connection->is_broken || now_ns - connection->active_ns >= most_ns))
        end(tcp, number, now_ns);
    unlist(tcp, number);
}

void forwarder_tcp_leave(struct forwarder_tcp *tcp, size_t socket)
{
    REQUIRE(socket < tcp->config.upstream_sockets);
    tcp->ways[socket].has_failed = false;
    tcp->ways[socket].rest_until_ns = 0;
    if (tcp->upstreams[socket].is_there) {
        forwarder_connection_close(&tcp->upstreams[socket]);
        tcp->upstreams_now -= 1;
    }
    unlist(tcp, socket);
}

void forwarder_tcp_set_server(struct forwarder_tcp *tcp, size_t number,
                              const struct forwarder_server *server)
{
    REQUIRE(number < FORWARDER_SLOTS_MAX);
    forwarder_tls_session_free(tcp->known[number].session);
    tcp->known[number] = (struct forwarder_tcp_upstream){ .server = *server };
}

void forwarder_tcp_set_say(struct forwarder_tcp *tcp,
                           void (*say)(void *owner, const char *sentence))
{
    tcp->say = say;
}
