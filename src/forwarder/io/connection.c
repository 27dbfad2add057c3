/* A block for the message that comes in, and one that grows for what goes out. */
#include "forwarder/io/connection.h"

#include "base/fd.h"
#include "base/require.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

/* What goes out has so many octets at first, */
#define OUT_BYTES_FIRST 1024
/* and no more than so many while nothing waits. */
#define OUT_BYTES_KEPT 8192

bool forwarder_connection_begin(struct forwarder_connection *connection, int fd,
                                const struct forwarder_connection_limits *limits)
{
    size_t capacity = limits->message_bytes_max + FORWARDER_STREAM_LENGTH;
    uint8_t *block = malloc(capacity);

    REQUIRE(!connection->is_there);
    if (block == NULL)
        return false;
    *connection = (struct forwarder_connection){
        .is_there = true,
        .fd = fd,
        .generation = connection->generation + 1,
        .in = forwarder_stream_init(block, capacity),
        .out_max = limits->out_bytes_max,
    };
    return true;
}

enum forwarder_tls_state forwarder_connection_open(struct forwarder_connection *connection)
{
    enum forwarder_tls_state state = FORWARDER_TLS_DONE;
    socklen_t size = sizeof(connection->error);

    if (connection->path.side == FORWARDER_UPSTREAMS &&
        (getsockopt(connection->fd, SOL_SOCKET, SO_ERROR, &connection->error, &size) < 0 ||
         connection->error != 0))
        return FORWARDER_TLS_FAILED;
    if (connection->tls != NULL)
        state = forwarder_tls_shake(connection->tls);
    connection->is_opening = state != FORWARDER_TLS_DONE;
    return state;
}

void forwarder_connection_close(struct forwarder_connection *connection)
{
    if (!connection->is_there)
        return;
    forwarder_tls_close(connection->tls);
    fd_close(&connection->fd);
    free(connection->in.block);
    free(connection->out);
    *connection = (struct forwarder_connection){ .generation = connection->generation };
}

/* Reads octets: how many, 0 at the end, or -errno. */
static ssize_t receive(struct forwarder_connection *connection, uint8_t *at, size_t room)
{
    ssize_t count;

    if (connection->tls != NULL)
        return forwarder_tls_read(connection->tls, at, room);
    count = recv(connection->fd, at, room, MSG_DONTWAIT);
    return count < 0 ? -errno : count;
}

bool forwarder_connection_read(struct forwarder_connection *connection)
{
    uint8_t *at = NULL;
    size_t room = forwarder_stream_room(&connection->in, &at);
    ssize_t count;

    if (room == 0)
        return true;
    count = receive(connection, at, room);
    connection->may_have_more =
        connection->tls != NULL && count > 0 && forwarder_tls_has_more(connection->tls);
    if (count == -EAGAIN || count == -EINTR)
        return true;
    if (count < 0) {
        connection->error = (int)-count;
        return false;
    }
    forwarder_stream_fill(&connection->in, (size_t)count);
    return count > 0;
}

/* Makes room for so many octets that go out. */
static bool grow_out(struct forwarder_connection *connection, size_t size)
{
    size_t capacity = connection->out_capacity > 0 ? connection->out_capacity : OUT_BYTES_FIRST;
    uint8_t *out;

    if (size <= connection->out_capacity)
        return true;
    while (capacity < size)
        capacity *= 2;
    out = realloc(connection->out, capacity);
    if (out == NULL)
        return false;
    connection->out = out;
    connection->out_capacity = capacity;
    return true;
}

bool forwarder_connection_put(struct forwarder_connection *connection, struct bytes message)
{
    size_t size = connection->out_size + FORWARDER_STREAM_LENGTH + message.size;
    uint8_t *out;

    REQUIRE(message.size <= FORWARDER_MESSAGE_BYTES_MAX);
    if (size > connection->out_max || !grow_out(connection, size))
        return false;
    out = connection->out + connection->out_size;
    out[0] = (uint8_t)(message.size >> 8);
    out[1] = (uint8_t)message.size;
    memcpy(out + FORWARDER_STREAM_LENGTH, message.at, message.size);
    connection->out_size = size;
    return true;
}

/* Sends what waits: how many octets of it, or -errno. */
static ssize_t transmit(struct forwarder_connection *connection)
{
    struct bytes out = bytes_of(connection->out, connection->out_size);
    ssize_t count;

    if (connection->tls != NULL)
        return forwarder_tls_write(connection->tls, out);
    count = send(connection->fd, out.at, out.size, MSG_DONTWAIT | MSG_NOSIGNAL);
    return count < 0 ? -errno : count;
}

ssize_t forwarder_connection_flush(struct forwarder_connection *connection)
{
    ssize_t count;

    if (connection->out_size == 0 || connection->is_opening)
        return 0;
    count = transmit(connection);
    if (count == -EAGAIN || count == -EINTR)
        return 0;
    if (count < 0) {
        connection->error = (int)-count;
        return -1;
    }
    connection->out_size -= (size_t)count;
    if (connection->out_size > 0) {
        memmove(connection->out, connection->out + count, connection->out_size);
    } else if (connection->out_capacity > OUT_BYTES_KEPT) {
        free(connection->out);
        connection->out = NULL;
        connection->out_capacity = 0;
    }
    return count;
}
