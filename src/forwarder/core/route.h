/*
 * struct forwarder_route: a zone whose queries go to upstreams of its own: those for its name and
 * for all names below it. Of several such zones the one with the longest name counts.
 *
 * Pure; any thread.
 */
#pragma once

#include "dns/name.h"

#define FORWARDER_ROUTES_MAX 32

struct forwarder_route {
    uint32_t upstreams;              /* of the configuration, a bit each by their places; not 0 */
    uint8_t size;                    /* of the name */
    uint8_t name[DNS_NAME_SIZE_MAX]; /* as on the wire, in small letters */
};

/* The route for a name as on the wire, in small letters; or FORWARDER_ROUTES_MAX where there is
 * none. `count` is at most that. */
size_t forwarder_route_find(const struct forwarder_route *routes, size_t count, struct bytes name);
