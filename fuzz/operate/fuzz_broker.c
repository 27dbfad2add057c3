/*
 * Property: whatever two shards answer to a request, the client gets one line of JSON that says
 * whether it was done; behind it comes something where a dump or a save was asked for, and a file
 * is whole. The first octet says what is asked for, the second how much of the rest the first shard
 * says.
 *
 * Covers: src/operate/broker.c 60%
 */
#include "base/fd.h"
#include "forwarder/core/store.h"
#include "fuzz/target.h"
#include "operate/broker.h"

#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SHARDS 2
#define ANSWERS_BYTES_MAX 4096

static const char *const requests[] = {
    "{\"command\":\"flush\",\"all\":true}",
    "{\"command\":\"dump\"}",
    "{\"command\":\"save\"}",
    "{\"command\":\"reopen\"}",
    "{\"command\":\"log\",\"level\":\"off\"}",
};

static void make_pair(int *one, int *other)
{
    int ends[2];

    fuzz_require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    *one = ends[0];
    *other = ends[1];
}

/* What came first is a line that says whether it was done. */
static void check_answer(struct bytes answer, const struct operate_request *request)
{
    const uint8_t *end = memchr(answer.at, '\n', answer.size);
    json_t *line;
    struct bytes rest;

    fuzz_require(end != NULL);
    line = json_loadb((const char *)answer.at, (size_t)(end - answer.at), 0, NULL);
    fuzz_require(json_is_boolean(json_object_get(line, "ok")));
    fuzz_require(json_is_true(json_object_get(line, "ok")) ||
                 json_is_string(json_object_get(line, "error")));
    fuzz_require(bytes_from(answer, (size_t)(end - answer.at) + 1, &rest));
    if (request->command == OPERATE_SAVE && json_is_true(json_object_get(line, "ok"))) {
        struct forwarder_store_reader reader;

        fuzz_require(forwarder_store_open(&reader, rest, 0) == FORWARDER_STORE_OK);
    } else if (request->command != OPERATE_DUMP) {
        fuzz_require(rest.size == 0);
    }
    json_decref(line);
}

FUZZ_TARGET(input)
{
    struct operate_broker broker = { .count = SHARDS, .bytes_max = ANSWERS_BYTES_MAX };
    struct operate_request request;
    struct err err = { 0 };
    struct bytes said[SHARDS];
    uint8_t answer[8 * ANSWERS_BYTES_MAX];
    int others[SHARDS];
    int client;
    int asks;
    ssize_t size;
    const char *line;

    if (input.size < 2 || input.size > ANSWERS_BYTES_MAX)
        return;
    line = requests[input.at[0] % (sizeof(requests) / sizeof(requests[0]))];
    fuzz_require(operate_request_read(bytes_of_text(line), &request, &err) == 0);
    said[0] = bytes_of(input.at + 2, (input.size - 2) * input.at[1] / 255);
    fuzz_require(bytes_from(input, 2 + said[0].size, &said[1]));
    make_pair(&client, &asks);
    for (size_t i = 0; i < SHARDS; i++) {
        make_pair(&broker.shards[i], &others[i]);
        broker.names[i] = i + 1;
        fuzz_require(send(others[i], said[i].at, said[i].size, 0) == (ssize_t)said[i].size);
        fuzz_require(shutdown(others[i], SHUT_WR) == 0);
    }
    operate_broker_run(&broker, client, &request, bytes_of_text(line), (struct bytes){ 0 });
    size = recv(asks, answer, sizeof(answer), MSG_DONTWAIT);
    fuzz_require(size > 0);
    check_answer(bytes_of(answer, (size_t)size), &request);
    fd_close(&client);
    fd_close(&asks);
    for (size_t i = 0; i < SHARDS; i++) {
        fd_close(&broker.shards[i]);
        fd_close(&others[i]);
    }
}
