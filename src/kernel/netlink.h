/*
 * Requests of rtnetlink: a message is built, sent, and what comes back is read.
 *
 *     struct kernel_netlink_request request;
 *
 *     kernel_netlink_begin(&request, RTM_SETLINK, &info, sizeof(info));
 *     kernel_netlink_add(&request, IFLA_IFNAME, "eth0", 5);
 *     number = kernel_netlink_ask(fd, &request, NULL, NULL, &err);
 *
 * Errors are 0 or -errno with a sentence. Nothing allocates. Sources: netlink(7), rtnetlink(7).
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

#include <linux/netlink.h>

#define KERNEL_NETLINK_BYTES 1024

struct kernel_netlink_request {
    /* The header, and behind it what belongs to it. */
    _Alignas(struct nlmsghdr) uint8_t at[KERNEL_NETLINK_BYTES];
    size_t size;
};

/* Opens a socket to the rtnetlink of the network namespace that the process is in. It belongs to
 * the caller. */
int kernel_netlink_open(int *ret_fd, struct err *err);

/* Begins a request of a type (RTM_…), with more flags (NLM_F_…) than those that each has. */
void kernel_netlink_begin(struct kernel_netlink_request *request, uint16_t type, uint16_t flags);

/* Appends octets, filled up to the alignment; what does not fit is our own bug (REQUIRE). */
void kernel_netlink_append(struct kernel_netlink_request *request, const void *at, size_t size);

/* Appends an attribute of at most 128 octets. */
void kernel_netlink_add(struct kernel_netlink_request *request, uint16_t type, const void *at,
                        size_t size);

/* Called for each message of an answer, without its header. */
typedef void (*kernel_netlink_hear)(void *owner, uint16_t type, struct bytes body);

/* Who hears; `hear` may be NULL. */
struct kernel_netlink_listener {
    kernel_netlink_hear hear;
    void *owner;
};

/* Sends the request, and waits for all of the answer. `what` begins the sentence of a failure. */
int kernel_netlink_ask(int fd, struct kernel_netlink_request *request,
                       const struct kernel_netlink_listener *listener, const char *what,
                       struct err *err);

/* The value of an attribute, among those that stand in `attributes`. False: there is none. Pure. */
bool kernel_netlink_find(struct bytes attributes, uint16_t type, struct bytes *ret_value);
