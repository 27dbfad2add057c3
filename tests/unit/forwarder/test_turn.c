/* What a turn of the loop does first, and what later. */
#include "unit.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "forwarder/io/endpoint.h"
#include "forwarder/io/loop.h"

#include <netinet/in.h>

#define QUERY_OCTETS 12
#define RUNS_MAX 16

/* How many messages passed one way before one passed the other way, in turn; the first came in. */
struct passed {
    size_t count;
    size_t runs[RUNS_MAX];
    bool is_out;
};

static void note(void *owner, const struct forwarder_passing *passing)
{
    struct passed *passed = owner;

    if (passed->count == 0 || passed->is_out != passing->is_out)
        passed->count += 1;
    assert_true(passed->count <= RUNS_MAX);
    assert_int_equal(passing->is_out, passed->count % 2 == 0);
    passed->is_out = passing->is_out;
    passed->runs[passed->count - 1] += 1;
}

static void stop(void *owner)
{
    forwarder_loop_stop(owner);
}

static int socket_of_loopback(void)
{
    struct forwarder_address address = { .octets = { 127, 0, 0, 1 }, .size = 4 };
    struct sockaddr_storage socket_address;
    socklen_t size = forwarder_endpoint_to_socket(&address, &socket_address);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&socket_address, size), 0);
    return fd;
}

static struct sockaddr_storage address_of(int fd)
{
    struct sockaddr_storage address = { 0 };
    socklen_t size = sizeof(address);

    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    return address;
}

/* A loop that listens on this socket, with an upstream that nobody asks. */
static struct forwarder_loop *open_loop(int fd)
{
    struct sockaddr_storage address = address_of(fd);
    struct forwarder_loop_config config = {
        .core = { .queries_max = 64,
                  .waiters_max = 64,
                  .lanes = 1,
                  .attempts_max = 1,
                  .attempt_ns = 1000000000,
                  .timeout_ns = 1000000000,
                  .upstreams_count = 1,
                  .upstreams = { { .octets = { 127, 0, 0, 1 }, .size = 4, .port = 1 } } },
        .listen_count = 1,
        .listen = { { .address = forwarder_endpoint_from_socket(&address), .udp_fd = fd } },
    };
    struct forwarder_loop *loop = NULL;
    struct err err = { 0 };

    assert_int_equal(forwarder_loop_open(&config, &loop, &err), 0);
    return loop;
}

/* So many queries, to which the answer is that this is not done here. */
static void ask(int client, int server, size_t count)
{
    static const uint8_t query[QUERY_OCTETS] = { 0, 7, 5 << 3 };
    struct sockaddr_storage address = address_of(server);

    for (size_t i = 0; i < count; i++)
        assert_int_equal(sendto(client, query, sizeof(query), 0, (const struct sockaddr *)&address,
                                sizeof(struct sockaddr_in)),
                         sizeof(query));
}

/* What passes in one turn when so many queries wait. */
static struct passed passed_in_turn(size_t count)
{
    CLEANUP(fd_close) int client = socket_of_loopback();
    int server = socket_of_loopback(); /* the loop's */
    CLEANUP(forwarder_loop_close_pointer) struct forwarder_loop *loop = open_loop(server);
    struct passed passed = { 0 };
    struct err err = { 0 };
    int signal = 0;

    forwarder_loop_set_mirror(loop, &(struct forwarder_mirror){ .passed = note, .owner = &passed });
    forwarder_loop_set_turned(loop, stop, loop);
    ask(client, server, count);
    assert_int_equal(forwarder_loop_run(loop, &signal, &err), 0);
    return passed;
}

static void who_asked_first_is_answered_before_the_others_are_read(void **state)
{
    struct passed passed = passed_in_turn(30);
    const size_t wanted[] = { 8, 8, 16, 16, 6, 6 };

    (void)state;
    assert_int_equal(passed.count, 6);
    assert_memory_equal(passed.runs, wanted, sizeof(wanted));
}

static void a_few_queries_are_answered_at_once(void **state)
{
    struct passed passed = passed_in_turn(3);

    (void)state;
    assert_int_equal(passed.count, 2);
    assert_int_equal(passed.runs[0], 3);
    assert_int_equal(passed.runs[1], 3);
}

static void a_turn_leaves_time_for_others(void **state)
{
    struct passed passed = passed_in_turn(150);
    const size_t wanted[] = { 8, 8, 16, 16, 32, 32, 64, 64 };

    (void)state;
    assert_int_equal(passed.count, 8);
    assert_memory_equal(passed.runs, wanted, sizeof(wanted));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(who_asked_first_is_answered_before_the_others_are_read),
    cmocka_unit_test(a_few_queries_are_answered_at_once),
    cmocka_unit_test(a_turn_leaves_time_for_others),
};

RUN_TESTS(tests)
