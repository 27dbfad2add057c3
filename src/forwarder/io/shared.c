/* The first socket of an address finds out whether anybody else is there; the others join it. */
#include "forwarder/io/shared.h"

#include "base/fd.h"
#include "base/require.h"
#include "forwarder/io/tcp_listen.h"
#include "forwarder/io/udp.h"

#include <errno.h>
#include <fcntl.h>

/* Copies of a socket that was passed. */
static int copy(int fd, int *fds, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        fds[i] = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        if (fds[i] < 0)
            return err_system(err, errno, "cannot use the socket that was passed");
    }
    return 0;
}

static int open_udp(struct forwarder_shared *shared, struct err *err)
{
    int number = 0;

    if (shared->listen.udp_fd != 0)
        return copy(shared->listen.udp_fd, shared->udp_fds, shared->count, err);
    for (size_t i = 0; number == 0 && i < shared->count; i++)
        number = forwarder_udp_listen_beside(&shared->listen.address,
                                             i == 0 ? FORWARDER_FIRST : FORWARDER_JOINS,
                                             &shared->udp_fds[i], err);
    return number;
}

static int open_tcp(struct forwarder_shared *shared, struct err *err)
{
    int number = 0;

    if (shared->listen.tcp_fd != 0)
        return copy(shared->listen.tcp_fd, shared->tcp_fds, shared->count, err);
    for (size_t i = 0; number == 0 && i < shared->count; i++)
        number = forwarder_tcp_listen_beside(
            &shared->listen, i == 0 ? FORWARDER_FIRST : FORWARDER_JOINS, &shared->tcp_fds[i], err);
    return number;
}

/* Opens what is wanted; copies of UDP sockets of `before`, where there is that. */
static int open_all(struct forwarder_shared *shared, const struct forwarder_shared *before,
                    bool has_tcp, struct err *err)
{
    int number = 0;

    for (size_t i = 0; i < shared->count; i++) {
        shared->udp_fds[i] = -1;
        shared->tcp_fds[i] = -1;
    }
    if (!shared->listen.has_tls && before == NULL)
        number = open_udp(shared, err);
    for (size_t i = 0; before != NULL && number == 0 && i < shared->count; i++)
        if (before->udp_fds[i] >= 0)
            number = copy(before->udp_fds[i], &shared->udp_fds[i], 1, err);
    return number == 0 && has_tcp ? open_tcp(shared, err) : number;
}

static int open_shared(struct forwarder_shared *shared, const struct forwarder_shared *before,
                       const struct forwarder_shared_wants *wants,
                       struct forwarder_shared *ret_shared, struct err *err)
{
    int number;

    REQUIRE(wants->count >= 1);
    REQUIRE(wants->count <= FORWARDER_LOOPS_MAX);
    shared->count = wants->count;
    number = open_all(shared, before, wants->has_tcp, err);
    if (number < 0)
        forwarder_shared_close(shared);
    else
        *ret_shared = *shared;
    return number;
}

int forwarder_shared_open(const struct forwarder_listen *listen,
                          const struct forwarder_shared_wants *wants,
                          struct forwarder_shared *ret_shared, struct err *err)
{
    struct forwarder_shared shared = { .listen = *listen };

    return open_shared(&shared, NULL, wants, ret_shared, err);
}

int forwarder_shared_open_again(const struct forwarder_shared *before,
                                const struct forwarder_shared_wants *wants,
                                struct forwarder_shared *ret_shared, struct err *err)
{
    struct forwarder_shared shared = { .listen = before->listen };

    REQUIRE(before->count == wants->count);
    return open_shared(&shared, before, wants, ret_shared, err);
}

void forwarder_shared_close_tcp(struct forwarder_shared *shared)
{
    for (size_t i = 0; i < shared->count; i++)
        fd_close(&shared->tcp_fds[i]);
}

void forwarder_shared_close(struct forwarder_shared *shared)
{
    for (size_t i = 0; i < shared->count; i++) {
        fd_close(&shared->udp_fds[i]);
        fd_close(&shared->tcp_fds[i]);
    }
    shared->count = 0;
}

struct forwarder_listen forwarder_shared_give(const struct forwarder_shared *shared, size_t number)
{
    struct forwarder_listen listen = shared->listen;

    REQUIRE(number < shared->count);
    listen.udp_fd = shared->udp_fds[number] < 0 ? 0 : shared->udp_fds[number];
    listen.tcp_fd = shared->tcp_fds[number] < 0 ? 0 : shared->tcp_fds[number];
    return listen;
}
