/* ldns: a packet on the heap. */
#include "loop.h"

#include <ldns/ldns.h>

bool subject_parse(struct bytes wire)
{
    ldns_pkt *packet = NULL;
    bool accepts = ldns_wire2pkt(&packet, wire.at, wire.size) == LDNS_STATUS_OK;

    ldns_pkt_free(packet);
    return accepts;
}
