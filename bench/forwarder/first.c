/*
 * first PORT PROGRAM [ARGUMENT…]: starts a DNS server and asks it, at 127.0.0.1 and this port, over
 * and over until it answers a query without an error. Prints, as a line of JSON, the nanoseconds
 * from just before the program is spawned until then, and the microseconds of processor time that
 * it used from its start to its end, to which it is told to come then. Exit status 1 if it ends by
 * itself, or does not answer within 10 seconds.
 */
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "datagrams.h"

#define PAUSE_NS 100000L /* between two questions */
#define WAIT_NS INT64_C(10000000000)
#define END_NS INT64_C(2000000000)

static int64_t now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Sends the query and waits for a moment; whether an answer came that is none of an error. */
static bool ask(int fd)
{
    unsigned char query[QUERY_SIZE];
    unsigned char answer[MESSAGE_SIZE_MAX];
    struct pollfd polled = { fd, POLLIN, 0 };
    ssize_t size;

    query_write(query, 1, 1);
    (void)send(fd, query, sizeof(query), MSG_DONTWAIT); /* fails while nobody listens */
    if (ppoll(&polled, 1, &(struct timespec){ .tv_nsec = PAUSE_NS }, NULL) <= 0)
        return false;
    size = recv(fd, answer, sizeof(answer), MSG_DONTWAIT);
    if (size < 0)
        (void)clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){ .tv_nsec = PAUSE_NS }, NULL);
    return size > HEADER_SIZE && (answer[2] & 0x80) != 0 && (answer[3] & 15) == 0;
}

static bool has_ended(pid_t server)
{
    siginfo_t how = { 0 };

    return waitid(P_PID, (id_t)server, &how, WEXITED | WNOHANG | WNOWAIT) != 0 || how.si_pid != 0;
}

/* Ends it; microseconds of processor time that it used. */
static long end(pid_t server)
{
    int64_t begun_ns = now_ns();
    struct rusage usage = { 0 };

    (void)kill(server, SIGTERM);
    while (!has_ended(server) && now_ns() - begun_ns < END_NS)
        (void)clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){ .tv_nsec = PAUSE_NS }, NULL);
    (void)kill(server, SIGKILL);
    (void)wait4(server, NULL, 0, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 + usage.ru_utime.tv_usec +
           usage.ru_stime.tv_usec;
}

int main(int argc, char **argv)
{
    uint16_t port = argc > 2 ? port_parse(argv[1]) : 0;
    int64_t begun_ns;
    int64_t answered_ns = 0;
    long cpu_us;
    pid_t server;
    int number;
    int fd;

    if (port == 0) {
        (void)fputs("Usage: first PORT PROGRAM [ARGUMENT…]\n", stderr);
        return 2;
    }
    fd = loopback_connect(port, SOCK_DGRAM);
    if (fd < 0)
        return 1;
    begun_ns = now_ns();
    number = posix_spawnp(&server, argv[2], NULL, NULL, argv + 2, environ);
    if (number != 0) {
        (void)fprintf(stderr, "first: %s: %s\n", argv[2], strerror(number));
        return 1;
    }
    while (answered_ns == 0 && now_ns() - begun_ns < WAIT_NS && !has_ended(server))
        if (ask(fd))
            answered_ns = now_ns() - begun_ns;
    cpu_us = end(server);
    if (answered_ns == 0) {
        (void)fputs("first: no answer\n", stderr);
        return 1;
    }
    printf("{\"first_ns\": %lld, \"cpu_us\": %ld}\n", (long long)answered_ns, cpu_us);
    return 0;
}
