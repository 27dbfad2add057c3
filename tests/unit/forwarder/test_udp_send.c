/* A socket to an upstream on which nothing could be sent is told. */
#include "unit.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "forwarder/io/udp.h"

#include <arpa/inet.h>
#include <poll.h>

#define NUMBER 7 /* of the socket among those to upstreams */

/* A socket of this machine's, and its address. */
static int open_upstream(struct forwarder_address *ret_address)
{
    struct sockaddr_in place = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(place);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&place, size), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&place, &size), 0);
    *ret_address = (struct forwarder_address){ .octets = { 127, 0, 0, 1 },
                                               .port = ntohs(place.sin_port),
                                               .size = 4 };
    return fd;
}

/* Sends one datagram; gives how many were lost. */
static size_t send_one(int fd, struct forwarder_udp_failed *failed)
{
    CLEANUP(free_pointer) struct forwarder_batch *batch = calloc(1, sizeof(*batch));
    CLEANUP(free_pointer) struct forwarder_udp_headers *headers = calloc(1, sizeof(*headers));
    int upstreams[NUMBER + 1] = { [NUMBER] = fd };
    struct forwarder_sockets sockets = { .upstreams = upstreams };
    struct forwarder_path path = { .side = FORWARDER_UPSTREAMS, .socket = NUMBER };
    struct byte_writer out;

    assert_non_null(batch);
    assert_non_null(headers);
    out = forwarder_batch_writer(batch, &path);
    assert_true(write_bytes(&out, bytes_of_text("query")));
    forwarder_batch_add(batch, &path, &out);
    return forwarder_udp_send(batch, &sockets, headers, failed);
}

static void a_socket_whose_upstream_refuses_is_told_at_the_next_datagram(void **state)
{
    CLEANUP(fd_close) int upstream_fd = -1;
    CLEANUP(fd_close) int fd = -1;
    struct forwarder_udp_failed failed = { 0 };
    struct forwarder_address address;
    struct err err = { 0 };

    (void)state;
    upstream_fd = open_upstream(&address);
    assert_int_equal(forwarder_udp_connect(&address, &fd, &err), 0);
    assert_int_equal(send_one(fd, &failed), 0);
    assert_int_equal(send_one(fd, &failed), 0);
    assert_int_equal(failed.count, 0);
    fd_close(&upstream_fd);
    assert_int_equal(send_one(fd, &failed), 0);
    assert_int_equal(failed.count, 0);
    assert_int_equal(poll(&(struct pollfd){ .fd = fd }, 1, 5000), 1); /* the refusal is here */
    assert_int_equal(send_one(fd, &failed), 0);
    assert_int_equal(failed.count, 1);
    assert_int_equal(failed.sockets[0], NUMBER);
}

static void no_more_are_told_than_there_is_room_for(void **state)
{
    struct forwarder_udp_failed failed = { .count = FORWARDER_BATCH_MAX - 1 };

    (void)state;
    assert_int_equal(send_one(-1, &failed), 1);
    assert_int_equal(failed.count, FORWARDER_BATCH_MAX);
    assert_int_equal(failed.sockets[FORWARDER_BATCH_MAX - 1], NUMBER);
    assert_int_equal(send_one(-1, &failed), 1);
    assert_int_equal(failed.count, FORWARDER_BATCH_MAX);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_socket_whose_upstream_refuses_is_told_at_the_next_datagram),
    cmocka_unit_test(no_more_are_told_than_there_is_room_for),
};
RUN_TESTS(tests)
