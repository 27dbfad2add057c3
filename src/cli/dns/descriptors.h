/* How many descriptors cupel-dns may have, and what it does with so many. */
#pragma once

#include <stdint.h>

#define DNS_LANES_LEAST 32

/* Takes as many as the process may have. */
void dns_allow_descriptors(void);

/* How many sockets, and so ports, each upstream has: DNS_LANES_LEAST, or as many more as suffice
 * when there are as many upstreams as there may be, twice while one configuration is exchanged for
 * another. It comes out the same each time, as that exchange wants it. */
uint16_t dns_lanes(void);
