/* What a message's path does not say is looked up: our end, and what carries it. */
#include "base/clock.h"
#include "forwarder/io/endpoint.h"
#include "forwarder/io/loop_inside.h"

/* The address that a socket is bound to. */
static struct forwarder_address name_of(int fd)
{
    struct sockaddr_storage socket = { 0 };
    socklen_t size = sizeof(socket);

    if (getsockname(fd, (struct sockaddr *)&socket, &size) < 0)
        return (struct forwarder_address){ 0 };
    return forwarder_endpoint_from_socket(&socket);
}

/* Our end of a path. A socket for all our addresses says with each datagram which it was. */
static struct forwarder_address local_of(const struct forwarder_loop *loop,
                                         const struct forwarder_path *path)
{
    struct forwarder_address local;

    if (path->stream != 0)
        return name_of(forwarder_tcp_fd(loop->tcp, path));
    if (path->side == FORWARDER_UPSTREAMS)
        return name_of(loop->upstream_fds[path->socket]);
    local = loop->places[path->socket].listen.address;
    if (path->local.size != 0) {
        uint16_t port = local.port;

        local = path->local;
        local.port = port;
    }
    return local;
}

static enum forwarder_transport transport_of(const struct forwarder_loop *loop,
                                             const struct forwarder_path *path)
{
    enum forwarder_transport transport;

    if (path->stream == 0)
        return FORWARDER_OVER_UDP;
    if (path->side == FORWARDER_CLIENTS)
        return path->is_private ? FORWARDER_OVER_TLS : FORWARDER_OVER_TCP;
    transport = loop->slots[path->socket / loop->core.config.lanes].server.transport;
    return transport == FORWARDER_OVER_TLS ? FORWARDER_OVER_TLS : FORWARDER_OVER_TCP;
}

void forwarder_loop_show(struct forwarder_loop *loop, const struct forwarder_datagram *datagram,
                         bool is_out)
{
    struct forwarder_passing passing = { .datagram = datagram, .is_out = is_out };

    passing.transport = transport_of(loop, &datagram->path);
    passing.local = local_of(loop, &datagram->path);
    passing.now_ns = clock_monotonic_ns();
    loop->mirror.passed(loop->mirror.owner, &passing);
}

void forwarder_loop_set_mirror(struct forwarder_loop *loop, const struct forwarder_mirror *mirror)
{
    loop->mirror = *mirror;
}
