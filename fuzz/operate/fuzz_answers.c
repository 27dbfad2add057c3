/*
 * Property: whatever two shards say to a request that is done by all, the client gets one line of
 * JSON at first, which says what was done or why not. Numbers of a flush are added where both are
 * sound. Behind the line of a dump there are whole lines alone; behind that of a save a file of the
 * cache that is whole.
 *
 * Covers: src/operate/broker.c 60%
 */
#include "forwarder/core/store.h"
#include "fuzz/target.h"
#include "operate/broker.h"

#include <jansson.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SHARDS 2
#define SAID_BYTES_MAX ((size_t)16384)
#define GOT_BYTES_MAX ((size_t)1 << 20)
#define SOCKET_BYTES (4 << 20)

static void make_pair(int *ret_one, int *ret_other)
{
    int ends[2];
    int size = SOCKET_BYTES;

    fuzz_require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    for (size_t i = 0; i < 2; i++)
        (void)setsockopt(ends[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    *ret_one = ends[0];
    *ret_other = ends[1];
}

/* All that is there. */
static struct bytes receive(int fd, uint8_t *block)
{
    size_t size = 0;
    ssize_t got;

    while (got = recv(fd, block + size, GOT_BYTES_MAX - size, MSG_DONTWAIT), got > 0)
        size += (size_t)got;
    return bytes_of(block, size);
}

/* What the client gets where the two have said this already, and say no more. */
static struct bytes ask(enum operate_command command, const struct bytes said[SHARDS],
                        uint8_t *block)
{
    struct operate_broker broker = { .count = SHARDS, .bytes_max = SAID_BYTES_MAX };
    const struct operate_request request = { .command = command };
    int others[SHARDS];
    struct bytes got;
    int client;
    int asks;

    make_pair(&client, &asks);
    for (size_t i = 0; i < SHARDS; i++) {
        make_pair(&broker.shards[i], &others[i]);
        broker.names[i] = i + 1;
        fuzz_require(send(others[i], said[i].at, said[i].size, MSG_DONTWAIT) ==
                     (ssize_t)said[i].size);
        fuzz_require(shutdown(others[i], SHUT_WR) == 0);
    }
    operate_broker_run(&broker, client, &request, bytes_of_text("{}"), (struct bytes){ 0 });
    got = receive(asks, block);
    for (size_t i = 0; i < SHARDS; i++) {
        (void)close(broker.shards[i]);
        (void)close(others[i]);
    }
    (void)close(client);
    (void)close(asks);
    return got;
}

/* The first line of what came, and what is behind it. */
static json_t *read_line(struct bytes got, struct bytes *ret_rest)
{
    const uint8_t *end = got.size == 0 ? NULL : memchr(got.at, '\n', got.size);
    size_t size;
    json_t *line;

    fuzz_require(end != NULL);
    size = (size_t)(end - got.at);
    line = json_loadb((const char *)got.at, size, JSON_REJECT_DUPLICATES, NULL);
    fuzz_require(json_is_boolean(json_object_get(line, "ok")));
    fuzz_require(json_is_true(json_object_get(line, "ok")) ==
                 !json_is_string(json_object_get(line, "error")));
    *ret_rest = bytes_of(end + 1, got.size - size - 1);
    return line;
}

/* What a shard says at first, if that is what was asked for; else NULL. */
static json_t *answer_of(struct bytes said)
{
    const uint8_t *end = said.size == 0 ? NULL : memchr(said.at, '\n', said.size);
    json_t *answer = end == NULL ? NULL
                                 : json_loadb((const char *)said.at, (size_t)(end - said.at) + 1,
                                              JSON_REJECT_DUPLICATES, NULL);

    if (json_is_true(json_object_get(answer, "ok")))
        return answer;
    json_decref(answer);
    return NULL;
}

static void check_numbers(const struct bytes said[SHARDS], uint8_t *block)
{
    json_t *answers[SHARDS] = { answer_of(said[0]), answer_of(said[1]) };
    struct bytes rest;
    json_t *line = read_line(ask(OPERATE_FLUSH, said, block), &rest);
    json_int_t numbers[SHARDS];
    bool are_small = true;

    fuzz_require(rest.size == 0);
    fuzz_require(json_is_true(json_object_get(line, "ok")) ==
                 (answers[0] != NULL && answers[1] != NULL));
    for (size_t i = 0; i < SHARDS; i++) {
        const json_t *removed = json_object_get(answers[i], "removed");

        numbers[i] = json_integer_value(removed);
        are_small =
            are_small && json_is_integer(removed) && numbers[i] >= 0 && numbers[i] <= UINT32_MAX;
        json_decref(answers[i]);
    }
    if (are_small)
        fuzz_require(json_integer_value(json_object_get(line, "removed")) ==
                     numbers[0] + numbers[1]);
    json_decref(line);
}

static void check_dump(const struct bytes said[SHARDS], uint8_t *block)
{
    struct bytes rest;
    json_t *line = read_line(ask(OPERATE_DUMP, said, block), &rest);

    fuzz_require(rest.size == 0 || rest.at[rest.size - 1] == '\n');
    fuzz_require(json_is_true(json_object_get(line, "ok")) || rest.size == 0);
    json_decref(line);
}

static void check_save(const struct bytes said[SHARDS], uint8_t *block)
{
    struct forwarder_store_reader reader;
    struct bytes rest;
    json_t *line = read_line(ask(OPERATE_SAVE, said, block), &rest);

    if (json_is_true(json_object_get(line, "ok")))
        fuzz_require(forwarder_store_open(&reader, rest, 0) == FORWARDER_STORE_OK);
    else
        fuzz_require(rest.size == 0);
    json_decref(line);
}

/* The first two octets say how much the first of the two says. */
FUZZ_TARGET(input)
{
    struct bytes said[SHARDS] = { { 0 } };
    struct bytes both = { 0 };
    uint8_t *block;
    size_t size;

    if (input.size > SAID_BYTES_MAX || !bytes_from(input, 2, &both))
        return;
    size = (size_t)input.at[0] << 8 | input.at[1];
    size = size < both.size ? size : both.size;
    said[0] = bytes_of(both.at, size);
    said[1] = bytes_of(both.at + size, both.size - size);
    block = fuzz_block(GOT_BYTES_MAX);
    check_numbers(said, block);
    check_dump(said, block);
    check_save(said, block);
    free(block);
}
