/*
 * What epoll gives back with an event: whose descriptor it is, and its number among those.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum forwarder_event_kind {
    FORWARDER_EVENT_SIGNAL,
    FORWARDER_EVENT_UPSTREAMS,    /* a UDP socket to an upstream */
    FORWARDER_EVENT_TCP_LISTEN,   /* a TCP socket that listens */
    FORWARDER_EVENT_TCP_CLIENT,   /* a client's connection */
    FORWARDER_EVENT_TCP_UPSTREAM, /* a connection to an upstream */
    FORWARDER_EVENT_GUEST,        /* a descriptor of others: guests.h */
};

/* The word that epoll keeps. */
static inline uint64_t forwarder_event_of(enum forwarder_event_kind kind, size_t number)
{
    return (uint64_t)kind << 32 | number;
}
