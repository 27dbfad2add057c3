/* libknot: a packet over the caller's octets, its own memory on the heap. */
#include "loop.h"

#include <libknot/libknot.h>

bool subject_run(struct bytes wire, void *state)
{
    /* The packet does not write to what it parses. */
    knot_pkt_t *packet = knot_pkt_new((void *)(uintptr_t)wire.at, (uint16_t)wire.size, NULL);
    bool accepts = packet != NULL && knot_pkt_parse(packet, 0) == KNOT_EOK;

    (void)state;
    knot_pkt_free(packet);
    return accepts;
}
