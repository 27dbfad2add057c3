/* ldns: a packet on the heap, and the message on the heap too. */
#include "build.h"

#include <ldns/ldns.h>

#include <stdlib.h>

struct prepared {
    ldns_pkt *packet;
    uint8_t *block;
};

void *subject_prepare(const struct build_list *list, uint8_t *block)
{
    struct prepared *prepared = malloc(sizeof(*prepared));

    if (prepared == NULL)
        return NULL;
    prepared->block = block;
    if (ldns_wire2pkt(&prepared->packet, list->wire.at, list->wire.size) == LDNS_STATUS_OK)
        return prepared;
    free(prepared);
    return NULL;
}

size_t subject_build(void *prepared)
{
    const struct prepared *mine = prepared;
    uint8_t *wire = NULL;
    size_t size = 0;

    if (ldns_pkt2wire(&wire, mine->packet, &size) != LDNS_STATUS_OK)
        return 0;
    memcpy(mine->block, wire, size);
    free(wire);
    return size;
}

struct bytes subject_wire(void *prepared, size_t size)
{
    return bytes_of(((struct prepared *)prepared)->block, size);
}
