/*
 * struct forwarder_mirror: who is told of each message that comes in or goes out, on both sides, as
 * it is on the wire (dnstap). Without one nothing is computed for it. The thread of the loop.
 */
#pragma once

#include "forwarder/core/forwarder.h"

/* A message that comes in, before anything is done about it, or one that was sent. */
struct forwarder_passing {
    const struct forwarder_datagram *datagram; /* payload and path, of which `local` may say less */
    bool is_out;
    enum forwarder_transport transport; /* TCP also where a datagram's reply was cut */
    struct forwarder_address local;     /* our end; size 0: not known any more */
    uint64_t now_ns;                    /* of the monotonic clock */
};

/* Takes a message; its octets are good for the call alone. */
typedef void (*forwarder_mirror_passed)(void *owner, const struct forwarder_passing *passing);

struct forwarder_mirror {
    forwarder_mirror_passed passed; /* NULL: nobody is told */
    uint64_t (*lost)(void *owner);  /* messages that it could not keep, since the beginning */
    void *owner;
};
