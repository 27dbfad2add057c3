/* ldns: a packet on the heap. */
#include "loop.h"

#include <ldns/ldns.h>

bool subject_run(struct bytes wire, void *state)
{
    ldns_pkt *packet = NULL;
    bool accepts = ldns_wire2pkt(&packet, wire.at, wire.size) == LDNS_STATUS_OK;

    (void)state;
    ldns_pkt_free(packet);
    return accepts;
}
