/*
 * struct forwarder_guests: descriptors of others in the loop: what they wait for is waited for
 * beside the loop's own, and their functions are called in its thread, between datagrams. So they
 * never block, and do little at a time.
 *
 * All zero but for `epoll_fd` is nobody. Descriptors stay their owners'. One thread.
 */
#pragma once

#include "base/err.h"
#include "forwarder/io/event.h"

#define FORWARDER_GUESTS_MAX 64

/* Something happened to a guest's descriptor: `events` is that of epoll. A call may come once more
 * for one that has just left, if its place was taken by another at once. */
typedef void (*forwarder_guest_run)(void *owner, uint32_t events);

struct forwarder_guest {
    int fd;
    uint32_t events; /* what to wait for, as epoll names it */
    forwarder_guest_run run;
    void *owner;
};

struct forwarder_guests {
    int epoll_fd;
    struct forwarder_guest at[FORWARDER_GUESTS_MAX]; /* without `run`: nobody */
};

/* Waits for a descriptor, which has no guest yet. */
int forwarder_guests_join(struct forwarder_guests *guests, const struct forwarder_guest *guest,
                          struct err *err);

/* Waits for something else with a guest's descriptor. */
void forwarder_guests_change(struct forwarder_guests *guests, int fd, uint32_t events);

/* No longer waits for it; to be called before the descriptor is closed. */
void forwarder_guests_leave(struct forwarder_guests *guests, int fd);

/* Calls the guest in a place, if there is one. */
void forwarder_guests_run(struct forwarder_guests *guests, size_t place, uint32_t events);
