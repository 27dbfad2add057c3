/* How much may wait on a socket is what was asked for, or what the system gives. */
#include "unit.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "forwarder/io/udp.h"

static int open_socket(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    return fd;
}

/* What the kernel says, which doubles what it was told. */
static uint32_t buffer_of(int fd)
{
    int doubled = 0;
    socklen_t size = sizeof(doubled);

    assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &doubled, &size), 0);
    return (uint32_t)doubled / 2;
}

static void a_socket_has_the_room_that_was_asked_for(void **state)
{
    CLEANUP(fd_close) int fd = open_socket();

    (void)state;
    assert_int_equal(forwarder_udp_set_receive_buffer(fd, 65536), 65536);
    assert_int_equal(buffer_of(fd), 65536);
    assert_int_equal(forwarder_udp_set_receive_buffer(fd, 40000), 40000);
    assert_int_equal(buffer_of(fd), 40000);
}

static void without_a_word_it_gets_more_and_never_less(void **state)
{
    CLEANUP(fd_close) int fd = open_socket();
    uint32_t before = buffer_of(fd);
    uint32_t given = forwarder_udp_set_receive_buffer(fd, 0);

    (void)state;
    assert_true(given >= before);
    assert_true(given <= FORWARDER_RECEIVE_BUFFER || given == before);
    assert_int_equal(buffer_of(fd), given);
    assert_int_equal(forwarder_udp_set_receive_buffer(fd, 0), given);
}

static void what_is_given_is_said_where_it_is_less(void **state)
{
    CLEANUP(fd_close) int fd = open_socket();
    uint32_t given = forwarder_udp_set_receive_buffer(fd, FORWARDER_RECEIVE_BUFFER_MAX);

    (void)state;
    assert_int_equal(buffer_of(fd), given);
    assert_true(given <= FORWARDER_RECEIVE_BUFFER_MAX);
    assert_true(given >= FORWARDER_RECEIVE_BUFFER_MIN);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_socket_has_the_room_that_was_asked_for),
    cmocka_unit_test(without_a_word_it_gets_more_and_never_less),
    cmocka_unit_test(what_is_given_is_said_where_it_is_less),
};

RUN_TESTS(tests)
