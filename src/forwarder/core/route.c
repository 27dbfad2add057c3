/* The name, and what is left of it label after label: the first that is a route's is the longest.
 */
#include "forwarder/core/route.h"

static size_t find_exactly(const struct forwarder_route *routes, size_t count, struct bytes name)
{
    for (size_t i = 0; i < count; i++)
        if (bytes_equal(bytes_of(routes[i].name, routes[i].size), name))
            return i;
    return FORWARDER_ROUTES_MAX;
}

size_t forwarder_route_find(const struct forwarder_route *routes, size_t count, struct bytes name)
{
    size_t found = FORWARDER_ROUTES_MAX;

    for (size_t at = 0; at < name.size && count > 0; at += name.at[at] + (size_t)1) {
        found = find_exactly(routes, count, bytes_of(name.at + at, name.size - at));
        if (found < FORWARDER_ROUTES_MAX)
            break;
    }
    return found;
}
