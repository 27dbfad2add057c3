#include "cli/dns/descriptors.h"

#include "forwarder/core/forwarder.h"

#include <sys/resource.h>

/* Descriptors for all else. */
#define BESIDE 1024

void dns_allow_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

uint16_t dns_lanes(void)
{
    struct rlimit limit;
    rlim_t lanes = DNS_LANES_LEAST;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max > BESIDE)
        lanes = (limit.rlim_max - BESIDE) / (2 * (rlim_t)FORWARDER_UPSTREAMS_MAX);
    lanes = lanes < DNS_LANES_LEAST ? DNS_LANES_LEAST : lanes;
    return (uint16_t)(lanes < FORWARDER_LANES_MAX ? lanes : FORWARDER_LANES_MAX);
}
