/* A restart finds the address free though connections of before linger (SO_REUSEADDR). */
#include "forwarder/io/tcp_listen.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "forwarder/io/endpoint.h"
#include "forwarder/io/tcp_inside.h"

#include <errno.h>
#include <netinet/in.h>

int forwarder_tcp_listen_beside(const struct forwarder_listen *listen_on,
                                enum forwarder_sharing sharing, int *ret_fd, struct err *err)
{
    const struct forwarder_address *address = &listen_on->address;
    CLEANUP(fd_close) int fd = forwarder_tcp_socket(address);
    char name[FORWARDER_ENDPOINT_TEXT_MAX];

    if (fd < 0 || forwarder_tcp_set(fd, SOL_SOCKET, SO_REUSEADDR, 1) < 0 ||
        (address->size == 16 && forwarder_tcp_set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) < 0) ||
        forwarder_sharing_bind(fd, address, sharing) < 0 || listen(fd, FORWARDER_TCP_BACKLOG) < 0)
        return err_system(err, errno, "cannot listen on %s over %s",
                          forwarder_endpoint_format(address, name),
                          listen_on->has_tls ? "TLS" : "TCP");
    *ret_fd = fd_take(&fd);
    return 0;
}
