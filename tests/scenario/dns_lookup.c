/*
 * dns_lookup NAME: the addresses that getaddrinfo() gives for a name, a line each; for a C library
 * whose getent is not there. Exit status 1 where it gives none.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
    struct addrinfo *found = NULL;
    char host[INET6_ADDRSTRLEN];
    int number;

    if (argc != 2)
        return 2;
    number = getaddrinfo(argv[1], NULL, &hints, &found);
    if (number != 0) {
        fprintf(stderr, "%s: %s\n", argv[1], gai_strerror(number));
        return 1;
    }
    for (const struct addrinfo *at = found; at != NULL; at = at->ai_next) {
        number =
            getnameinfo(at->ai_addr, at->ai_addrlen, host, sizeof(host), NULL, 0, NI_NUMERICHOST);
        if (number == 0)
            puts(host);
    }
    freeaddrinfo(found);
    return 0;
}
