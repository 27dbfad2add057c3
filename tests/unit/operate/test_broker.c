/* One request, done by several who answer as a test says: some of them what makes no sense. */
#include "unit.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "operate/broker.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SHARDS 3

/* The ends of all connections. */
struct world {
    struct operate_broker broker;
    int others[SHARDS]; /* where shards would be */
    int client;
    int asks; /* the client's own end */
};

static void make_pair(int *one, int *other)
{
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    *one = ends[0];
    *other = ends[1];
}

/* Shards that have answered already, and say nothing more. */
static struct world world_of(const char *const *answers)
{
    struct world world = { .broker = { .count = SHARDS, .bytes_max = 1000 } };

    make_pair(&world.client, &world.asks);
    for (size_t i = 0; i < SHARDS; i++) {
        make_pair(&world.broker.shards[i], &world.others[i]);
        world.broker.names[i] = i + 1;
        assert_int_equal(send(world.others[i], answers[i], strlen(answers[i]), 0),
                         strlen(answers[i]));
        assert_int_equal(shutdown(world.others[i], SHUT_WR), 0);
    }
    return world;
}

/* Does what is asked for; what the client gets. */
static const char *run(struct world *world, const char *line, char answer[static 4096])
{
    struct operate_request request;
    struct err err;
    ssize_t size;

    assert_int_equal(operate_request_read(bytes_of_text(line), &request, &err), 0);
    operate_broker_run(&world->broker, world->client, &request, bytes_of_text(line),
                       (struct bytes){ 0 });
    size = recv(world->asks, answer, 4095, MSG_DONTWAIT);
    answer[size < 0 ? 0 : size] = '\0';
    fd_close(&world->client);
    fd_close(&world->asks);
    for (size_t i = 0; i < SHARDS; i++) {
        fd_close(&world->broker.shards[i]);
        fd_close(&world->others[i]);
    }
    return answer;
}

static void answers_become_one(void **state)
{
    static const struct {
        const char *line;
        const char *answers[SHARDS];
        const char *wanted;
    } rows[] = {
        { "{\"command\":\"flush\",\"all\":true}",
          { "{\"ok\":true,\"removed\":1}\n", "{\"ok\":true,\"removed\":0}\n",
            "{\"ok\":true,\"removed\":41}\n" },
          "{\"ok\":true,\"removed\":42}\n" },
        { "{\"command\":\"reopen\"}",
          { "{\"ok\":true}\n", "{\"ok\":true}\n", "{\"ok\":true}\n" },
          "{\"ok\":true}\n" },
        { "{\"command\":\"log\",\"level\":\"off\"}",
          { "{\"ok\":true}\n", "{\"ok\":false,\"error\":\"there is none\"}\n", "{\"ok\":true}\n" },
          "{\"ok\":false,\"error\":\"there is none\"}\n" },
        { "{\"command\":\"dump\"}",
          { "{\"ok\":true}\na\n; end: 1 answers\n", "{\"ok\":true}\n; end: 0 answers\n",
            "{\"ok\":true}\nb\nc\n; end: 2 answers\n" },
          "{\"ok\":true}\n; shard 1\na\n; shard 2\n; shard 3\nb\nc\n; end: 3 answers\n" },
    };
    char answer[4096];

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct world world = world_of(rows[i].answers);

        assert_string_equal(run(&world, rows[i].line, answer), rows[i].wanted);
    }
}

static void who_makes_no_sense_is_named(void **state)
{
    static const struct {
        const char *line;
        const char *answers[SHARDS];
        const char *wanted;
    } rows[] = {
        { "{\"command\":\"flush\",\"all\":true}",
          { "{\"ok\":true,\"removed\":1}\n", "", "{\"ok\":true,\"removed\":41}\n" },
          "{\"ok\":false,\"error\":\"shard 2 does not answer\"}\n" },
        { "{\"command\":\"flush\",\"all\":true}",
          { "{\"ok\":true,\"removed\":1}", "", "" },
          "{\"ok\":false,\"error\":\"shard 1 does not answer\"}\n" },
        { "{\"command\":\"reopen\"}",
          { "{\"ok\":true}\n", "{\"ok\":true}\n", "\001\002\n" },
          "{\"ok\":false,\"error\":\"shard 3 says what makes no sense\"}\n" },
        { "{\"command\":\"reopen\"}",
          { "{\"ok\":true}\n", "[[[[[[[[\n", "{\"ok\":true}\n" },
          "{\"ok\":false,\"error\":\"shard 2 says what makes no sense\"}\n" },
        { "{\"command\":\"flush\",\"all\":true}",
          { "{\"ok\":true,\"removed\":\"x\"}\n", "{\"ok\":true}\n", "{\"ok\":true}\n" },
          "{\"ok\":true}\n" },
        { "{\"command\":\"save\"}",
          { "{\"ok\":true}\nCUPELDNS", "{\"ok\":true}\n", "{\"ok\":true}\n" },
          "{\"ok\":false,\"error\":\"shard 1 does not answer\"}\n" },
        /* A dump that is cut has no last line, as its reader wants it. */
        { "{\"command\":\"dump\"}",
          { "{\"ok\":true}\na\n; end: 1 answers\n", "{\"ok\":true}\nb\n", "{\"ok\":true}\n" },
          "{\"ok\":true}\n; shard 1\na\n; shard 2\nb\n" },
    };
    char answer[4096];

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct world world = world_of(rows[i].answers);

        assert_string_equal(run(&world, rows[i].line, answer), rows[i].wanted);
    }
}

static void more_than_a_shard_may_have_is_refused(void **state)
{
    static const char *const answers[SHARDS] = { "{\"ok\":true}\n", "{\"ok\":true}\n",
                                                 "{\"ok\":true}\n" };
    struct world world = world_of(answers);
    char answer[4096];
    char much[1001];

    (void)state;
    fd_close(&world.others[0]);
    fd_close(&world.broker.shards[0]);
    make_pair(&world.broker.shards[0], &world.others[0]);
    memset(much, 'x', sizeof(much));
    assert_int_equal(send(world.others[0], "{\"ok\":true}\n", 12, 0), 12);
    assert_int_equal(send(world.others[0], much, sizeof(much), 0), sizeof(much));
    assert_int_equal(shutdown(world.others[0], SHUT_WR), 0);
    assert_string_equal(run(&world, "{\"command\":\"save\"}", answer),
                        "{\"ok\":false,\"error\":\"shard 1 has more than it may have\"}\n");
}

static void what_is_no_file_is_not_passed_on(void **state)
{
    static const char *const answers[SHARDS] = { "", "", "" };
    static const struct {
        const char *line;
        const char *content;
        const char *wanted;
    } rows[] = {
        { "{\"command\":\"load\",\"size\":8}", "CUPELDNS",
          "{\"ok\":false,\"error\":\"not whole\"}\n" },
        { "{\"command\":\"load\",\"size\":3}", "abc",
          "{\"ok\":false,\"error\":\"not a file of cupel-dns's cache\"}\n" },
        { "{\"command\":\"load\",\"size\":5}", "abc",
          "{\"ok\":false,\"error\":\"there is less than was said\"}\n" },
        { "{\"command\":\"load\",\"size\":1001}", "abc",
          "{\"ok\":false,\"error\":\"larger than 1000 octets\"}\n" },
    };
    char answer[4096];

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct world world = world_of(answers);
        char octet;

        assert_int_equal(send(world.asks, rows[i].content, strlen(rows[i].content), 0),
                         strlen(rows[i].content));
        assert_int_equal(shutdown(world.asks, SHUT_WR), 0);
        for (size_t shard = 0; shard < SHARDS; shard++)
            assert_int_equal(recv(world.others[shard], &octet, 1, MSG_DONTWAIT), -1);
        assert_string_equal(run(&world, rows[i].line, answer), rows[i].wanted);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(answers_become_one),
    cmocka_unit_test(who_makes_no_sense_is_named),
    cmocka_unit_test(more_than_a_shard_may_have_is_refused),
    cmocka_unit_test(what_is_no_file_is_not_passed_on),
};

RUN_TESTS(tests)
