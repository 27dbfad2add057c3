/*
 * relay PORT UPSTREAM-PORT: passes each query that comes to 127.0.0.1 on to the upstream there, and
 * what that answers back, with an id of its own in between. It checks and keeps nothing else: the
 * floor for what is not in a cache. Ends when it is killed.
 */
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "datagrams.h"

struct client {
    struct sockaddr_in address;
    unsigned char id[2];
};

struct relay {
    int clients_fd, upstream_fd;
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

static bool ask(struct relay *relay)
{
    struct datagrams *batch = &relay->batch;
    int count = receive(batch, relay->clients_fd);

    for (int i = 0; i < count; i++) {
        struct client *client = &relay->clients[relay->next];

        *client = (struct client){ batch->peers[i], { batch->octets[i][0], batch->octets[i][1] } };
        batch->octets[i][0] = (unsigned char)(relay->next >> 8);
        batch->octets[i][1] = (unsigned char)relay->next++;
        batch->parts[i].iov_len = batch->headers[i].msg_len;
        batch->headers[i].msg_hdr.msg_name = NULL;
        batch->headers[i].msg_hdr.msg_namelen = 0;
    }
    return count <= 0 || datagrams_send(batch, relay->upstream_fd, (unsigned int)count);
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
    uint16_t port = argc == 3 ? port_parse(argv[1]) : 0;
    uint16_t upstream_port = port != 0 ? port_parse(argv[2]) : 0;

    if (relay == NULL || upstream_port == 0)
        return 2;
    relay->clients_fd = loopback_bind(port, SOCK_DGRAM);
    relay->upstream_fd = loopback_connect(upstream_port, SOCK_DGRAM);
    return relay->clients_fd >= 0 && relay->upstream_fd >= 0 ? run(relay) : 1;
}
