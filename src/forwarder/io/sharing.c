/* bind(2), and SO_REUSEPORT before it or behind. */
#include "forwarder/io/sharing.h"

#include "forwarder/io/endpoint.h"

static int may_be_joined(int fd)
{
    int on = 1;

    return setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
}

int forwarder_sharing_bind(int fd, const struct forwarder_address *address,
                           enum forwarder_sharing sharing)
{
    struct sockaddr_storage socket = { 0 };
    socklen_t size = forwarder_endpoint_to_socket(address, &socket);

    if (sharing == FORWARDER_JOINS && may_be_joined(fd) < 0)
        return -1;
    if (bind(fd, (const struct sockaddr *)&socket, size) < 0)
        return -1;
    return sharing == FORWARDER_FIRST ? may_be_joined(fd) : 0;
}
