/*
 * Property: an answer of the kernel is read to its end, or refused, and what is heard of it lies
 * inside of it. What is found of a netlink attribute lies inside of the attributes, behind a header
 * that says its type and its length; and what is not found is not touched.
 *
 * Covers: src/kernel/netlink.c
 */
#include "fuzz/target.h"
#include "kernel/netlink.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define TYPES 8
#define ANSWER_BYTES_MAX 32768

/* An answer, and how many octets of it have been heard. */
struct answer {
    size_t size;
    size_t heard;
};

static void hear(void *owner, uint16_t type, struct bytes body)
{
    struct answer *answer = owner;

    (void)type;
    answer->heard += sizeof(struct nlmsghdr) + body.size;
    fuzz_require(answer->heard <= answer->size);
}

/* Asks a socket behind which the answer waits, and nobody else is. */
static void check_answer(struct bytes input)
{
    struct answer answer = { .size = input.size };
    const struct kernel_netlink_listener listener = { hear, &answer };
    struct kernel_netlink_request request;
    struct err err = { 0 };
    int fds[2];
    int number;

    if (input.size > ANSWER_BYTES_MAX ||
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
        return;
    if (send(fds[1], input.at, input.size, MSG_NOSIGNAL) == (ssize_t)input.size &&
        shutdown(fds[1], SHUT_WR) == 0) {
        kernel_netlink_begin(&request, 1, 0);
        kernel_netlink_add(&request, 3, "eth0", sizeof("eth0"));
        number = kernel_netlink_ask(fds[0], &request, &listener, "ask", &err);
        fuzz_require(number == 0 || (number == err.number && strncmp(err.sentence, "ask", 3) == 0));
    }
    (void)close(fds[0]);
    (void)close(fds[1]);
}

FUZZ_TARGET(input)
{
    check_answer(input);
    for (uint16_t type = 0; type < TYPES; type++) {
        struct bytes value = { .size = SIZE_MAX };
        struct nlattr header;

        if (!kernel_netlink_find(input, type, &value)) {
            fuzz_require(value.at == NULL && value.size == SIZE_MAX);
            continue;
        }
        fuzz_require(value.at >= input.at + sizeof(struct nlattr));
        fuzz_require(value.size <= input.size - (size_t)(value.at - input.at));
        memcpy(&header, value.at - sizeof(struct nlattr), sizeof(header));
        fuzz_require((header.nla_type & NLA_TYPE_MASK) == type);
        fuzz_require(header.nla_len == value.size + sizeof(struct nlattr));
    }
}
