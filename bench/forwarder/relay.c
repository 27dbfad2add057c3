/*
 * relay PORT UPSTREAM-PORT [keep]: passes each query that comes to 127.0.0.1 on to the upstream
 * there, and what that answers back, with an id of its own in between. It checks nothing: the floor
 * for what is not in a cache. With `keep` it keeps each answer as well, for ever, in the one place
 * of a table that its question has, and gives it to who asks the same: the floor for what a cache
 * is there for, and costs. Ends when it is killed.
 */
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datagrams.h"

struct client {
    struct sockaddr_in address;
    unsigned char id[2];
};

#define KEPT_MAX ((size_t)1 << 21)
#define KEPT_BYTES 126

struct kept {
    uint16_t size; /* 0: nothing is kept here */
    unsigned char octets[KEPT_BYTES];
};

struct relay {
    int clients_fd, upstream_fd;
    struct kept *kept; /* NULL: nothing is kept */
    struct datagrams found;
    uint16_t next;
    struct client clients[UINT16_MAX + 1]; /* by the id of the query to the upstream */
    struct datagrams batch;
};

/* Fills the batch with what is there: the number of datagrams, none if there is nothing. */
static int receive(struct datagrams *batch, int socket_fd)
{
    datagrams_open(batch);
    return recvmmsg(socket_fd, batch->headers, BATCH, MSG_DONTWAIT, NULL);
}

/* The octets of a message's question; 0: there is none. */
static size_t question_size(const unsigned char *message, size_t size)
{
    size_t at = HEADER_SIZE;

    while (at < size && message[at] != 0)
        at += message[at] + (size_t)1;
    at += 1 + 4;
    return at <= size ? at - HEADER_SIZE : 0;
}

/* The place of a question. */
static struct kept *place_of(const struct relay *relay, const unsigned char *question, size_t size)
{
    uint64_t hash = 0xcbf29ce484222325;

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ question[i]) * 0x100000001b3;
    return &relay->kept[(hash >> 20) % KEPT_MAX];
}

static void keep(const struct relay *relay, const unsigned char *answer, size_t size)
{
    size_t question = question_size(answer, size);
    struct kept *kept = place_of(relay, answer + HEADER_SIZE, question);

    if (question == 0 || size > KEPT_BYTES)
        return;
    kept->size = (uint16_t)size;
    memcpy(kept->octets, answer, size);
}

/* Makes the answer to a query, which keeps its id; 0: it is not kept. */
static size_t find(const struct relay *relay, const unsigned char *query, size_t size,
                   unsigned char *ret_answer)
{
    size_t question = question_size(query, size);
    const struct kept *kept = place_of(relay, query + HEADER_SIZE, question);

    if (question == 0 || kept->size < HEADER_SIZE + question ||
        memcmp(kept->octets + HEADER_SIZE, query + HEADER_SIZE, question) != 0)
        return 0;
    memcpy(ret_answer, query, 2);
    memcpy(ret_answer + 2, kept->octets + 2, kept->size - (size_t)2);
    return kept->size;
}

/* Puts the query i of the batch among the others to the upstream. */
static void pass_on(struct relay *relay, int i, int to)
{
    struct datagrams *batch = &relay->batch;
    struct client *client = &relay->clients[relay->next];

    *client = (struct client){ batch->peers[i], { batch->octets[i][0], batch->octets[i][1] } };
    batch->octets[i][0] = (unsigned char)(relay->next >> 8);
    batch->octets[i][1] = (unsigned char)relay->next++;
    batch->parts[to] = (struct iovec){ batch->octets[i], batch->headers[i].msg_len };
    batch->headers[to].msg_hdr.msg_iov = &batch->parts[to];
    batch->headers[to].msg_hdr.msg_name = NULL;
    batch->headers[to].msg_hdr.msg_namelen = 0;
}

static bool ask(struct relay *relay)
{
    struct datagrams *batch = &relay->batch;
    struct datagrams *found = &relay->found;
    int count = receive(batch, relay->clients_fd);
    unsigned int asked = 0;
    unsigned int answered = 0;

    for (int i = 0; i < count; i++) {
        size_t size = relay->kept == NULL ? 0
                                          : find(relay, batch->octets[i], batch->headers[i].msg_len,
                                                 found->octets[answered]);

        if (size == 0) {
            pass_on(relay, i, (int)asked++);
            continue;
        }
        found->parts[answered].iov_len = size;
        found->peers[answered++] = batch->peers[i];
    }
    return (asked == 0 || datagrams_send(batch, relay->upstream_fd, asked)) &&
           (answered == 0 || datagrams_send(found, relay->clients_fd, answered));
}

static bool answer(struct relay *relay)
{
    struct datagrams *batch = &relay->batch;
    int count = receive(batch, relay->upstream_fd);

    for (int i = 0; i < count; i++) {
        struct client *client = &relay->clients[batch->octets[i][0] << 8 | batch->octets[i][1]];

        batch->octets[i][0] = client->id[0];
        batch->octets[i][1] = client->id[1];
        batch->peers[i] = client->address;
        batch->parts[i].iov_len = batch->headers[i].msg_len;
        batch->headers[i].msg_hdr.msg_name = &batch->peers[i];
        batch->headers[i].msg_hdr.msg_namelen = sizeof(batch->peers[i]);
        if (relay->kept != NULL)
            keep(relay, batch->octets[i], batch->headers[i].msg_len);
    }
    return count <= 0 || datagrams_send(batch, relay->clients_fd, (unsigned int)count);
}

static int run(struct relay *relay)
{
    for (bool is_well = true; is_well;) {
        struct pollfd polled[] = { { relay->clients_fd, POLLIN, 0 },
                                   { relay->upstream_fd, POLLIN, 0 } };

        is_well = poll(polled, 2, -1) >= 0 && (polled[0].revents == 0 || ask(relay)) &&
                  (polled[1].revents == 0 || answer(relay));
    }
    perror("relay");
    return 1;
}

int main(int argc, char **argv)
{
    struct relay *relay = calloc(1, sizeof(*relay));
    bool keeps = argc == 4 && strcmp(argv[3], "keep") == 0;
    uint16_t port = argc == 3 || keeps ? port_parse(argv[1]) : 0;
    uint16_t upstream_port = port != 0 ? port_parse(argv[2]) : 0;

    if (relay == NULL || upstream_port == 0)
        return 2;
    if (keeps && (relay->kept = calloc(KEPT_MAX, sizeof(*relay->kept))) == NULL)
        return 2;
    datagrams_open(&relay->found);
    relay->clients_fd = loopback_bind(port, SOCK_DGRAM);
    relay->upstream_fd = loopback_connect(upstream_port, SOCK_DGRAM);
    return relay->clients_fd >= 0 && relay->upstream_fd >= 0 ? run(relay) : 1;
}
