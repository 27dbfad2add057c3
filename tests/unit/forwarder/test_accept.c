/* Clients that connect over TCP: when they are accepted, read, and closed. */
#include "unit.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "forwarder/io/tcp.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>

#define CLIENTS 100

/* The TCP side of a loop, which listens on a port of loopback, and what came in there last. */
struct side {
    int epoll_fd;
    int listening_fd; /* the TCP side's */
    struct forwarder_tcp *tcp;
    size_t received;
    struct forwarder_path path;
};

static void receive(void *owner, const struct forwarder_datagram *message)
{
    struct side *side = owner;

    side->received += 1;
    side->path = message->path;
}

static void side_open(struct side *side)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    struct forwarder_tcp_config config = {
        .clients_max = FORWARDER_TCP_CLIENTS_MAX,
        .idle_ns = 1000000000,
        .lanes = 1,
        .receive = receive,
        .owner = side,
    };
    struct err err = { 0 };

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *side = (struct side){ .epoll_fd = epoll_create1(EPOLL_CLOEXEC) };
    side->listening_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(side->listening_fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(side->listening_fd, CLIENTS), 0);
    config.epoll_fd = side->epoll_fd;
    side->tcp = forwarder_tcp_new(&config);
    assert_int_equal(forwarder_tcp_adopt(side->tcp, 0, side->listening_fd, false, &err), 0);
}

static void side_done(struct side *side)
{
    forwarder_tcp_free(side->tcp);
    fd_close(&side->epoll_fd);
}

static int client_of(const struct side *side)
{
    struct sockaddr_in address = { 0 };
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(getsockname(side->listening_fd, (struct sockaddr *)&address, &size), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, size), 0);
    return fd;
}

/* A turn of the loop in which clients wait to be accepted, or not; gives how many there are now. */
static uint32_t turn(struct side *side, bool are_waiting)
{
    if (are_waiting)
        forwarder_tcp_event(side->tcp, FORWARDER_EVENT_TCP_LISTEN, 0, 1);
    forwarder_tcp_flush(side->tcp, 1);
    forwarder_tcp_expire(side->tcp, 1);
    return forwarder_tcp_counters(side->tcp).clients_now;
}

static void a_query_that_is_there_is_read_when_its_client_is_accepted(void **state)
{
    static const uint8_t query[] = { 0, 12, 0, 7, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
    CLEANUP(side_done) struct side side;
    CLEANUP(fd_close) int client = -1;
    int is_set = 0;
    socklen_t size = sizeof(is_set);

    (void)state;
    side_open(&side);
    client = client_of(&side);
    assert_int_equal(send(client, query, sizeof(query), 0), sizeof(query));
    assert_int_equal(turn(&side, true), 1);
    assert_int_equal(side.received, 1);
    assert_int_equal(getsockopt(forwarder_tcp_fd(side.tcp, &side.path), IPPROTO_TCP, TCP_NODELAY,
                                &is_set, &size),
                     0);
    assert_int_not_equal(is_set, 0); /* answers do not wait for acknowledgements of others */
}

static void more_clients_are_accepted_at_once_where_more_wait(void **state)
{
    CLEANUP(side_done) struct side side;
    int clients[9];

    (void)state;
    side_open(&side);
    for (size_t i = 0; i < 9; i++)
        clients[i] = client_of(&side);
    assert_int_equal(turn(&side, false), 0);
    assert_int_equal(turn(&side, false), 0);
    assert_int_equal(turn(&side, true), 1);
    assert_int_equal(turn(&side, true), 3);
    assert_int_equal(turn(&side, true), 7);
    assert_int_equal(turn(&side, false), 7);
    assert_int_equal(turn(&side, true), 8);
    assert_int_equal(turn(&side, true), 9);
    for (size_t i = 0; i < 9; i++)
        fd_close(&clients[i]);
}

static void all_that_are_broken_in_one_turn_are_closed_in_it(void **state)
{
    CLEANUP(side_done) struct side side;
    int clients[CLIENTS];
    char octet;

    (void)state;
    side_open(&side);
    for (size_t i = 0; i < CLIENTS; i++)
        clients[i] = client_of(&side);
    while (turn(&side, true) < CLIENTS)
        continue;
    for (size_t i = 0; i < CLIENTS; i++) {
        assert_int_equal(send(clients[i], "\0", 2, 0), 2);
        forwarder_tcp_event(side.tcp, FORWARDER_EVENT_TCP_CLIENT, i, 1);
    }
    assert_int_equal(turn(&side, false), 0);
    assert_int_equal(forwarder_tcp_counters(side.tcp).broken, CLIENTS);
    for (size_t i = 0; i < CLIENTS; i++) {
        assert_int_equal(recv(clients[i], &octet, 1, 0), 0);
        fd_close(&clients[i]);
    }
}

static void one_that_is_idle_is_closed_in_time(void **state)
{
    CLEANUP(side_done) struct side side;
    CLEANUP(fd_close) int client = -1;
    char octet;

    (void)state;
    side_open(&side);
    client = client_of(&side);
    assert_int_equal(turn(&side, true), 1);
    forwarder_tcp_expire(side.tcp, forwarder_tcp_deadline_ns(side.tcp));
    assert_int_equal(forwarder_tcp_counters(side.tcp).clients_now, 1);
    forwarder_tcp_expire(side.tcp, 1000000001);
    assert_int_equal(forwarder_tcp_counters(side.tcp).clients_now, 0);
    assert_int_equal(forwarder_tcp_counters(side.tcp).idle, 1);
    assert_int_equal(recv(client, &octet, 1, 0), 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_query_that_is_there_is_read_when_its_client_is_accepted),
    cmocka_unit_test(more_clients_are_accepted_at_once_where_more_wait),
    cmocka_unit_test(all_that_are_broken_in_one_turn_are_closed_in_it),
    cmocka_unit_test(one_that_is_idle_is_closed_in_time),
};

RUN_TESTS(tests)
