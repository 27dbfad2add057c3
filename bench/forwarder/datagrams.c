#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "datagrams.h"

void datagrams_open(struct datagrams *datagrams)
{
    for (int i = 0; i < BATCH; i++) {
        datagrams->parts[i] = (struct iovec){ datagrams->octets[i], MESSAGE_SIZE_MAX };
        datagrams->headers[i].msg_hdr = (struct msghdr){
            .msg_iov = &datagrams->parts[i],
            .msg_iovlen = 1,
            .msg_name = &datagrams->peers[i],
            .msg_namelen = sizeof(datagrams->peers[i]),
        };
    }
}

bool datagrams_send(struct datagrams *datagrams, int socket_fd, unsigned int count)
{
    for (unsigned int sent = 0; sent < count;) {
        int taken = sendmmsg(socket_fd, datagrams->headers + sent, count - sent, 0);

        if (taken < 0 && errno != EINTR && errno != ECONNREFUSED) {
            perror("sendmmsg");
            return false;
        }
        sent += taken > 0 ? (unsigned int)taken : 0;
    }
    return true;
}

static struct sockaddr_in loopback(uint16_t port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static int complain(int fd, const char *what)
{
    perror(what);
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

int loopback_bind(uint16_t port, int type)
{
    struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        (type == SOCK_STREAM && listen(fd, SOMAXCONN) != 0))
        return complain(fd, "bind");
    return fd;
}

int loopback_connect(uint16_t port, int type)
{
    struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
        return complain(fd, "connect");
    return fd;
}

uint16_t port_parse(const char *text)
{
    char *end;
    unsigned long port = strtoul(text, &end, 10);

    if (*text == '\0' || *end != '\0' || port == 0 || port > UINT16_MAX) {
        (void)fprintf(stderr, "'%s' is not a port\n", text);
        return 0;
    }
    return (uint16_t)port;
}
