/* Places for clients' connections; where there is none, the one that is idle for longest makes
 * room. */
#include "forwarder/io/tcp_inside.h"

#include <string.h>
#include <sys/ioctl.h>

/* A client has at most this part of all connections. */
#define SHARE_OF_CLIENT 4
/* Of so many that look idle it is asked whether something came meanwhile. */
#define IDLE_LOOKS_MAX 8

/* The address alone, without the port. */
static bool is_same_host(const struct forwarder_address *a, const struct forwarder_address *b)
{
    return a->size == b->size && memcmp(a->octets, b->octets, a->size) == 0;
}

/* Whether nothing happens on a connection: no query waits, and no answer. */
static bool is_idle(const struct forwarder_connection *connection)
{
    return connection->is_there && !connection->is_broken && !connection->is_owed &&
           !connection->may_have_more && connection->pending == 0 && connection->out_size == 0;
}

/* The client's connection that has been idle for longest, of this host where it is not NULL; or
 * NULL. */
static struct forwarder_connection *find_idle(struct forwarder_tcp *tcp,
                                              const struct forwarder_address *host)
{
    struct forwarder_connection *oldest = NULL;

    for (size_t i = 0; i < tcp->clients_top; i++) {
        struct forwarder_connection *connection = &tcp->clients[i];

        if (is_idle(connection) && (host == NULL || is_same_host(&connection->path.peer, host)) &&
            (oldest == NULL || connection->active_ns < oldest->active_ns))
            oldest = connection;
    }
    return oldest;
}

/* Whether octets came that were not read so far. */
static bool has_unread(const struct forwarder_connection *connection)
{
    int size = 0;

    return ioctl(connection->fd, FIONREAD, &size) == 0 && size > 0;
}

void forwarder_tcp_close_client(struct forwarder_tcp *tcp, struct forwarder_connection *connection)
{
    forwarder_connection_close(connection);
    tcp->counters.clients_now -= 1;
    while (tcp->clients_top > 0 && !tcp->clients[tcp->clients_top - 1].is_there)
        tcp->clients_top -= 1;
}

/* The place of a connection that is closed because it is idle, or NULL: whoever keeps connections
 * for nothing keeps nobody out. */
static struct forwarder_connection *displace(struct forwarder_tcp *tcp,
                                             const struct forwarder_address *host, uint64_t now_ns)
{
    for (int i = 0; i < IDLE_LOOKS_MAX; i++) {
        struct forwarder_connection *connection = find_idle(tcp, host);

        if (connection == NULL)
            return NULL;
        if (has_unread(connection)) {
            connection->active_ns = now_ns;
            continue;
        }
        forwarder_tcp_close_client(tcp, connection);
        tcp->counters.displaced += 1;
        return connection;
    }
    return NULL;
}

struct forwarder_connection *forwarder_tcp_find_place(struct forwarder_tcp *tcp,
                                                      const struct forwarder_address *peer,
                                                      uint64_t now_ns)
{
    uint32_t share = (tcp->config.clients_max + SHARE_OF_CLIENT - 1) / SHARE_OF_CLIENT;
    struct forwarder_connection *place = NULL;
    uint32_t count = 0;

    if (tcp->clients_top < FORWARDER_TCP_CLIENTS_MAX)
        place = &tcp->clients[tcp->clients_top];
    for (size_t i = tcp->clients_top; i > 0; i--) {
        if (!tcp->clients[i - 1].is_there)
            place = &tcp->clients[i - 1];
        else if (is_same_host(&tcp->clients[i - 1].path.peer, peer))
            count += 1;
    }
    if (count >= share)
        return displace(tcp, peer, now_ns);
    if (tcp->counters.clients_now >= tcp->config.clients_max)
        return displace(tcp, NULL, now_ns);
    return place;
}

bool forwarder_tcp_has_place(struct forwarder_tcp *tcp)
{
    return tcp->counters.clients_now < tcp->config.clients_max || find_idle(tcp, NULL) != NULL;
}
