/* Batches of datagrams, as all servers and the load of this benchmark take and give them. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "names.h"

#define BATCH 64

struct datagrams {
    struct mmsghdr headers[BATCH];
    struct iovec parts[BATCH];
    struct sockaddr_in peers[BATCH];
    unsigned char octets[BATCH][MESSAGE_SIZE_MAX];
};

/* Makes `datagrams` ready for recvmmsg() of whole batches. */
void datagrams_open(struct datagrams *datagrams);

/* Sends the first `count`, however often the kernel takes but some of them. False with a sentence
 * on standard error. */
bool datagrams_send(struct datagrams *datagrams, int socket_fd, unsigned int count);

/* A socket of 127.0.0.1, of UDP (SOCK_DGRAM) or TCP (SOCK_STREAM, which listens): bound to the
 * port, or connected to it. -1 with a sentence on standard error. */
int loopback_bind(uint16_t port, int type);
int loopback_connect(uint16_t port, int type);

/* A port's number; 0 with a sentence on standard error. */
uint16_t port_parse(const char *text);
