/* Sockets of one address for several loops. */
#include "unit.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "forwarder/io/endpoint.h"
#include "forwarder/io/shared.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define LOOPS 4
#define CLIENTS 64

static const struct forwarder_shared_wants wants = { LOOPS, true };

/* Opens them at a port of loopback that is free. */
static struct forwarder_shared open_somewhere(void)
{
    struct forwarder_listen listen = { .address = { .octets = { 127, 0, 0, 1 }, .size = 4 } };
    struct forwarder_shared shared = { 0 };
    struct err err = { 0 };

    for (uint16_t port = 20000; port < 21000 && shared.count == 0; port++) {
        listen.address.port = port;
        (void)forwarder_shared_open(&listen, &wants, &shared, &err);
    }
    assert_int_equal(shared.count, LOOPS);
    return shared;
}

/* A client of that address, which has said something. */
static int say_something(const struct forwarder_shared *shared)
{
    struct sockaddr_storage address;
    socklen_t size = forwarder_endpoint_to_socket(&shared->listen.address, &address);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, size), 0);
    assert_int_equal(send(fd, "x", 1, 0), 1);
    return fd;
}

/* How many datagrams wait in a socket. */
static size_t count_waiting(int fd)
{
    char octet;
    size_t count = 0;

    while (recv(fd, &octet, 1, MSG_DONTWAIT) == 1)
        count += 1;
    return count;
}

static void clients_are_dealt_out_and_stay_where_they_are(void **state)
{
    struct forwarder_shared shared = open_somewhere();
    int clients[CLIENTS];
    size_t first[LOOPS];
    size_t all = 0;

    (void)state;
    for (size_t i = 0; i < CLIENTS; i++)
        clients[i] = say_something(&shared);
    for (size_t i = 0; i < LOOPS; i++) {
        first[i] = count_waiting(shared.udp_fds[i]);
        assert_true(first[i] > 0); /* by chance, one in 25 million */
        all += first[i];
    }
    assert_int_equal(all, CLIENTS);
    for (size_t i = 0; i < CLIENTS; i++)
        assert_int_equal(send(clients[i], "y", 1, 0), 1);
    for (size_t i = 0; i < LOOPS; i++)
        assert_int_equal(count_waiting(shared.udp_fds[i]), first[i]);
    for (size_t i = 0; i < CLIENTS; i++)
        fd_close(&clients[i]);
    forwarder_shared_close(&shared);
    forwarder_shared_close(&shared);
}

static void what_waits_is_there_for_a_copy_of_the_socket(void **state)
{
    struct forwarder_shared shared = open_somewhere();
    struct forwarder_listen given = forwarder_shared_give(&shared, 1);
    int copy = dup(given.udp_fd);
    size_t all = 0;

    (void)state;
    assert_true(given.tcp_fd > 0);
    fd_close(&copy); /* that of a process that has ended */
    for (size_t i = 0; i < CLIENTS; i++) {
        int client = say_something(&shared);

        fd_close(&client);
    }
    for (size_t i = 0; i < LOOPS; i++) {
        copy = dup(shared.udp_fds[i]);
        all += count_waiting(copy);
        fd_close(&copy);
    }
    assert_int_equal(all, CLIENTS);
    forwarder_shared_close(&shared);
}

static void an_address_that_is_taken_is_refused(void **state)
{
    struct forwarder_shared shared = open_somewhere();
    struct forwarder_listen listen = shared.listen;
    struct forwarder_shared other = { .count = 77 };
    struct err err = { 0 };

    (void)state;
    assert_int_equal(forwarder_shared_open(&listen, &wants, &other, &err), -EADDRINUSE);
    assert_non_null(strstr(err.sentence, "cannot listen on 127.0.0.1:2"));
    listen.has_tls = true; /* over TCP alone */
    assert_int_equal(forwarder_shared_open(&listen, &wants, &other, &err), -EADDRINUSE);
    assert_int_equal(other.count, 77);
    forwarder_shared_close(&shared);
    assert_int_equal(forwarder_shared_open(&listen, &wants, &other, &err), 0);
    assert_int_equal(forwarder_shared_give(&other, 0).udp_fd, 0);
    forwarder_shared_close(&other);
}

static void sockets_that_were_passed_are_one_for_all(void **state)
{
    struct forwarder_shared shared = open_somewhere();
    struct forwarder_listen passed = forwarder_shared_give(&shared, 0);
    struct forwarder_shared copies = { 0 };
    struct err err = { 0 };
    struct sockaddr_storage name;
    socklen_t size = sizeof(name);

    (void)state;
    assert_int_equal(forwarder_shared_open(&passed, &wants, &copies, &err), 0);
    for (size_t i = 0; i < LOOPS; i++) {
        size = sizeof(name);
        assert_true(copies.udp_fds[i] != passed.udp_fd);
        assert_int_equal(getsockname(copies.udp_fds[i], (struct sockaddr *)&name, &size), 0);
        assert_int_equal(forwarder_endpoint_from_socket(&name).port, passed.address.port);
    }
    forwarder_shared_close(&copies);
    forwarder_shared_close(&shared);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(clients_are_dealt_out_and_stay_where_they_are),
    cmocka_unit_test(what_waits_is_there_for_a_copy_of_the_socket),
    cmocka_unit_test(an_address_that_is_taken_is_refused),
    cmocka_unit_test(sockets_that_were_passed_are_one_for_all),
};

RUN_TESTS(tests)
