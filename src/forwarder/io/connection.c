/* A block for the message that comes in, and one that grows for what goes out. */
#include "forwarder/io/connection.h"

#include "base/fd.h"
#include "base/require.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

bool forwarder_connection_begin(struct forwarder_connection *connection, int fd,
                                const struct forwarder_connection_limits *limits)
{
    size_t capacity = limits->message_bytes_max + FORWARDER_STREAM_LENGTH;
    uint8_t *block = malloc(capacity);

    REQUIRE(connection->fd < 0);
    if (block == NULL)
        return false;
    *connection = (struct forwarder_connection){
        .fd = fd,
        .generation = connection->generation + 1,
        .in = forwarder_stream_init(block, capacity),
        .out_max = limits->out_bytes_max,
    };
    return true;
}

void forwarder_connection_close(struct forwarder_connection *connection)
{
    fd_close(&connection->fd);
    free(connection->in.block);
    free(connection->out);
    *connection = (struct forwarder_connection){ .fd = -1, .generation = connection->generation };
}

bool forwarder_connection_read(struct forwarder_connection *connection)
{
    uint8_t *at = NULL;
    size_t room = forwarder_stream_room(&connection->in, &at);
    ssize_t count;

    if (room == 0)
        return true;
    count = recv(connection->fd, at, room, MSG_DONTWAIT);
    if (count < 0)
        return errno == EAGAIN || errno == EINTR;
    forwarder_stream_fill(&connection->in, (size_t)count);
    return count > 0;
}

bool forwarder_connection_put(struct forwarder_connection *connection, struct bytes message)
{
    size_t size = connection->out_size + FORWARDER_STREAM_LENGTH + message.size;
    uint8_t *out;

    REQUIRE(message.size <= FORWARDER_MESSAGE_BYTES_MAX);
    if (size > connection->out_max)
        return false;
    out = realloc(connection->out, size);
    if (out == NULL)
        return false;
    connection->out = out;
    out += connection->out_size;
    out[0] = (uint8_t)(message.size >> 8);
    out[1] = (uint8_t)message.size;
    memcpy(out + FORWARDER_STREAM_LENGTH, message.at, message.size);
    connection->out_size = size;
    return true;
}

ssize_t forwarder_connection_flush(struct forwarder_connection *connection)
{
    ssize_t count;

    if (connection->out_size == 0)
        return 0;
    count =
        send(connection->fd, connection->out, connection->out_size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0)
        return errno == EAGAIN || errno == EINTR || errno == ENOTCONN ? 0 : -1;
    connection->out_size -= (size_t)count;
    memmove(connection->out, connection->out + count, connection->out_size);
    return count;
}
