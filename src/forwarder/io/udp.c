/* Opening UDP sockets. */
#include "forwarder/io/udp.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "forwarder/io/endpoint.h"

#include <errno.h>

static int open_socket(const struct forwarder_address *address)
{
    return socket(address->size == 4 ? AF_INET : AF_INET6,
                  SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP);
}

static int set_value(int fd, int level, int name, int value)
{
    return setsockopt(fd, level, name, &value, sizeof(value));
}

static int set_option(int fd, int level, int name)
{
    return set_value(fd, level, name, 1);
}

/* What ICMP says of how little a way carries is not believed: who forges it would have datagrams
 * cut into fragments, one of which he replaces (RFC 9715 section 3.1). */
static int omit_path_mtu(int fd, const struct forwarder_address *address)
{
    return address->size == 16 ? set_value(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT)
                               : set_value(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT);
}

/* Lets the kernel say of each datagram whether it came in fragments. */
static int tell_fragments(int fd, const struct forwarder_address *address)
{
    return address->size == 16 ? set_option(fd, IPPROTO_IPV6, IPV6_RECVFRAGSIZE)
                               : set_option(fd, IPPROTO_IP, IP_RECVFRAGSIZE);
}

/* What a socket has that answers: one for all our addresses tells to which of them each datagram
 * came. */
static int set_answering(int fd, const struct forwarder_address *address)
{
    if (omit_path_mtu(fd, address) < 0)
        return -1;
    if (!forwarder_endpoint_is_any(address))
        return 0;
    return address->size == 16 ? set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO)
                               : set_option(fd, IPPROTO_IP, IP_PKTINFO);
}

/* What has to be set before a listening socket is bound. IPv6 sockets take no IPv4: those addresses
 * are listened on by themselves. */
static int set_listen_options(int fd, const struct forwarder_address *address)
{
    if (address->size == 16 && set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY) < 0)
        return -1;
    return set_answering(fd, address);
}

int forwarder_udp_adopt(const struct forwarder_address *address, int fd, struct err *err)
{
    char name[FORWARDER_ENDPOINT_TEXT_MAX];

    if (set_answering(fd, address) < 0)
        return err_system(err, errno, "cannot use the socket for %s that was passed",
                          forwarder_endpoint_format(address, name));
    return 0;
}

int forwarder_udp_listen_beside(const struct forwarder_address *address,
                                enum forwarder_sharing sharing, int *ret_fd, struct err *err)
{
    CLEANUP(fd_close) int fd = open_socket(address);
    char name[FORWARDER_ENDPOINT_TEXT_MAX];

    if (fd < 0 || set_listen_options(fd, address) < 0 ||
        forwarder_sharing_bind(fd, address, sharing) < 0)
        return err_system(err, errno, "cannot listen on %s",
                          forwarder_endpoint_format(address, name));
    *ret_fd = fd_take(&fd);
    return 0;
}

int forwarder_udp_listen(const struct forwarder_address *address, int *ret_fd, struct err *err)
{
    return forwarder_udp_listen_beside(address, FORWARDER_ALONE, ret_fd, err);
}

/* The kernel gives twice what it is asked for, and says so. */
static uint32_t receive_buffer(int fd)
{
    int doubled = 0;
    socklen_t size = sizeof(doubled);

    if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &doubled, &size) < 0)
        return 0;
    return (uint32_t)doubled / 2;
}

uint32_t forwarder_udp_set_receive_buffer(int fd, uint32_t wanted)
{
    if (wanted == 0 && receive_buffer(fd) >= FORWARDER_RECEIVE_BUFFER)
        return receive_buffer(fd);
    if (wanted == 0)
        wanted = FORWARDER_RECEIVE_BUFFER;
    /* Past the system's limit, where we may; else as far as that. */
    if (set_value(fd, SOL_SOCKET, SO_RCVBUFFORCE, (int)wanted) < 0)
        (void)set_value(fd, SOL_SOCKET, SO_RCVBUF, (int)wanted);
    return receive_buffer(fd);
}

int forwarder_udp_connect(const struct forwarder_address *address, int *ret_fd, struct err *err)
{
    CLEANUP(fd_close) int fd = open_socket(address);
    char name[FORWARDER_ENDPOINT_TEXT_MAX];
    struct sockaddr_storage socket = { 0 };
    socklen_t size = forwarder_endpoint_to_socket(address, &socket);

    if (fd < 0 || omit_path_mtu(fd, address) < 0 || tell_fragments(fd, address) < 0 ||
        connect(fd, (const struct sockaddr *)&socket, size) < 0)
        return err_system(err, errno, "cannot reach upstream %s",
                          forwarder_endpoint_format(address, name));
    *ret_fd = fd_take(&fd);
    return 0;
}

bool forwarder_udp_is_local(const struct forwarder_address *address)
{
    CLEANUP(fd_close) int fd = open_socket(address);
    struct forwarder_address any_port = *address;
    struct sockaddr_storage socket = { 0 };
    socklen_t size;

    any_port.port = 0;
    size = forwarder_endpoint_to_socket(&any_port, &socket);
    return fd >= 0 && bind(fd, (const struct sockaddr *)&socket, size) == 0;
}
