/*
 * answerer PORT: answers each query that comes to 127.0.0.1 with one address, for an hour, by
 * turning the query into its answer in place. It is the upstream of all that is measured here, and
 * the floor for what is in a cache: nothing is looked at or looked up, and batches go in and out by
 * one system call each. Over TCP, which some servers ask their upstream over, each connection has a
 * process. Ends when it is killed.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "datagrams.h"

/* The size of the answer to this query of `size` octets, which has a question and perhaps more. */
static size_t answer(unsigned char *message, size_t size)
{
    static const unsigned char record[] = { 0xc0, HEADER_SIZE, 0, 1, 0,   1, 0, 0,
                                            14,   16,          0, 4, 192, 0, 2, 1 };
    size_t at = HEADER_SIZE;

    while (at < size && message[at] != 0)
        at += 1U + message[at];
    at += 5;
    if (size > MESSAGE_SIZE_MAX || at + sizeof(record) > MESSAGE_SIZE_MAX || at > size)
        return 0;
    message[2] |= 0x80;                /* QR */
    message[3] = 0x80;                 /* RA */
    message[7] = message[at - 3] == 1; /* of another type there are no records */
    memset(message + 8, 0, 4);
    memcpy(message + at, record, sizeof(record));
    return at + (message[7] ? sizeof(record) : 0);
}

static bool serve(int socket_fd, struct datagrams *batch)
{
    datagrams_open(batch);
    for (;;) {
        int count = recvmmsg(socket_fd, batch->headers, BATCH, MSG_WAITFORONE, NULL);

        if (count < 0) {
            perror("recvmmsg");
            return false;
        }
        for (int i = 0; i < count; i++)
            batch->parts[i].iov_len = answer(batch->octets[i], batch->headers[i].msg_len);
        if (!datagrams_send(batch, socket_fd, (unsigned int)count))
            return false;
        for (int i = 0; i < count; i++) {
            batch->parts[i].iov_len = MESSAGE_SIZE_MAX;
            batch->headers[i].msg_hdr.msg_namelen = sizeof(batch->peers[i]);
        }
    }
}

static bool read_whole(int fd, unsigned char *out, size_t size)
{
    return recv(fd, out, size, MSG_WAITALL) == (ssize_t)size;
}

/* Until the client closes, or sends what is no query. */
static void serve_connection(int fd)
{
    unsigned char frame[2 + MESSAGE_SIZE_MAX];
    size_t size;

    while (read_whole(fd, frame, 2)) {
        size = (size_t)(frame[0] << 8 | frame[1]);
        if (size > MESSAGE_SIZE_MAX || !read_whole(fd, frame + 2, size))
            return;
        size = answer(frame + 2, size);
        frame[0] = (unsigned char)(size >> 8);
        frame[1] = (unsigned char)size;
        if (send(fd, frame, 2 + size, MSG_NOSIGNAL) != (ssize_t)(2 + size))
            return;
    }
}

/* Ends with the parent, also where that has ended by now. */
static void end_with(pid_t parent)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(0);
}

/* In a process of its own, which ends with its parent, and so do those of its connections. */
static void serve_connections(int listening_fd, pid_t parent)
{
    pid_t self = getpid();

    (void)signal(SIGCHLD, SIG_IGN);
    end_with(parent);
    for (;;) {
        int fd = accept(listening_fd, NULL, NULL);

        if (fd >= 0 && fork() == 0) {
            end_with(self);
            serve_connection(fd);
            _exit(0);
        }
        if (fd >= 0)
            (void)close(fd);
    }
}

int main(int argc, char **argv)
{
    struct datagrams *batch = calloc(1, sizeof(*batch));
    uint16_t port = argc == 2 ? port_parse(argv[1]) : 0;
    int socket_fd = port != 0 ? loopback_bind(port, SOCK_DGRAM) : -1;
    int listening_fd = port != 0 ? loopback_bind(port, SOCK_STREAM) : -1;
    pid_t self = getpid();

    if (batch == NULL || socket_fd < 0 || listening_fd < 0)
        return 1;
    if (fork() == 0)
        serve_connections(listening_fd, self);
    return serve(socket_fd, batch) ? 0 : 1;
}
