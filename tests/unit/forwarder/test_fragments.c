/* Of what arrives on a socket to an upstream it is known whether it came in fragments. */
#include "unit.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "forwarder/io/endpoint.h"
#include "forwarder/io/udp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <poll.h>

#define PAYLOAD 32
#define FIRST 16 /* octets of UDP in the first fragment */

/* The port that a socket of this machine is bound to. */
static uint16_t port_of(int fd)
{
    struct sockaddr_storage socket = { 0 };
    socklen_t size = sizeof(socket);

    assert_int_equal(getsockname(fd, (struct sockaddr *)&socket, &size), 0);
    return forwarder_endpoint_from_socket(&socket).port;
}

/* Sends one fragment of a datagram from one port of loopback to another. */
static void send_fragment(int raw, const uint8_t *part, size_t size, size_t at, bool is_last)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    uint8_t packet[sizeof(struct iphdr) + sizeof(struct udphdr) + PAYLOAD];
    struct iphdr header = {
        .version = 4,
        .ihl = sizeof(header) / 4,
        .ttl = 1,
        .protocol = IPPROTO_UDP,
        .id = htons(4711),
        .saddr = to.sin_addr.s_addr,
        .daddr = to.sin_addr.s_addr,
        .frag_off = htons((uint16_t)(at / 8 | (is_last ? 0U : 0x2000U))),
        .tot_len = htons((uint16_t)(sizeof(header) + size)),
    };

    memcpy(packet, &header, sizeof(header));
    memcpy(packet + sizeof(header), part, size);
    assert_int_equal(
        sendto(raw, packet, sizeof(header) + size, 0, (const struct sockaddr *)&to, sizeof(to)),
        sizeof(header) + size);
}

/* The one datagram that comes on a socket. */
static struct forwarder_datagram receive(int fd, struct forwarder_inbox *inbox)
{
    struct pollfd wait = { .fd = fd, .events = POLLIN };
    struct forwarder_datagram datagram = { 0 };

    assert_int_equal(poll(&wait, 1, 2000), 1);
    assert_int_equal(forwarder_inbox_fill(inbox, fd, FORWARDER_BATCH_MAX), 0);
    assert_int_equal(inbox->count, 1);
    assert_true(forwarder_inbox_read(inbox, 0, &datagram));
    return datagram;
}

static void a_datagram_that_came_in_fragments_is_known(void **state)
{
    CLEANUP(fd_close) int raw = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
    CLEANUP(fd_close) int upstream = -1;
    CLEANUP(fd_close) int lane = -1;
    CLEANUP(free_pointer) struct forwarder_inbox *inbox = calloc(1, sizeof(*inbox));
    struct forwarder_address address = { .octets = { 127, 0, 0, 1 }, .size = 4 };
    uint8_t octets[sizeof(struct udphdr) + PAYLOAD] = { 0 };
    struct udphdr udp = { .len = htons(sizeof(octets)) };
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct forwarder_datagram datagram;
    struct err err = { 0 };

    (void)state;
    if (raw < 0)
        skip();
    assert_non_null(inbox);
    assert_int_equal(forwarder_udp_listen(&address, &upstream, &err), 0);
    address.port = port_of(upstream);
    assert_int_equal(forwarder_udp_connect(&address, &lane, &err), 0);
    to.sin_port = htons(port_of(lane));
    assert_int_equal(sendto(upstream, octets, PAYLOAD, 0, (const struct sockaddr *)&to, sizeof(to)),
                     PAYLOAD);
    datagram = receive(lane, inbox);
    assert_false(datagram.is_reassembled);
    udp.source = htons(address.port);
    udp.dest = to.sin_port;
    memcpy(octets, &udp, sizeof(udp));
    send_fragment(raw, octets, FIRST, 0, false);
    send_fragment(raw, octets + FIRST, sizeof(octets) - FIRST, FIRST, true);
    datagram = receive(lane, inbox);
    assert_int_equal(datagram.payload.size, PAYLOAD);
    assert_true(datagram.is_reassembled);
}

static void what_icmp_says_of_a_way_is_not_believed(void **state)
{
    CLEANUP(fd_close) int fd = -1;
    struct forwarder_address address = { .octets = { 127, 0, 0, 1 }, .size = 4 };
    struct err err = { 0 };
    int value = -1;
    socklen_t size = sizeof(value);

    (void)state;
    assert_int_equal(forwarder_udp_listen(&address, &fd, &err), 0);
    assert_int_equal(getsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &value, &size), 0);
    assert_int_equal(value, IP_PMTUDISC_OMIT);
    fd_close(&fd);
    address.port = 53;
    assert_int_equal(forwarder_udp_connect(&address, &fd, &err), 0);
    assert_int_equal(getsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &value, &size), 0);
    assert_int_equal(value, IP_PMTUDISC_OMIT);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_datagram_that_came_in_fragments_is_known),
    cmocka_unit_test(what_icmp_says_of_a_way_is_not_believed),
};
RUN_TESTS(tests)
