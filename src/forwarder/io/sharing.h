/*
 * Binding a socket beside others of the same address, or where nobody else is. Any thread.
 */
#pragma once

#include "forwarder/core/datagram.h"

/* Who else may listen on the address of a socket. */
enum forwarder_sharing {
    FORWARDER_ALONE, /* nobody, */
    FORWARDER_FIRST, /* nobody before this one, which others of the same user may join later, */
    FORWARDER_JOINS, /* one that is the first, and others that have joined it */
};

/* Binds a socket to the address; -1 with errno. The kernel lets a socket be bound beside others
 * only where all of them have said SO_REUSEPORT; so the first says it when it is bound (socket(7)).
 */
int forwarder_sharing_bind(int fd, const struct forwarder_address *address,
                           enum forwarder_sharing sharing);
