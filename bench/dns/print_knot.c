/* libknot: a packet that was parsed before, and its RRsets into a block that is kept. */
#include "loop.h"

#include <libknot/libknot.h>

#include <stdlib.h>

struct state {
    knot_pkt_t *packet;
    char *text;
    size_t capacity;
};

bool subject_open(struct bytes wire, void **ret_state)
{
    struct state *state = calloc(1, sizeof(*state));

    *ret_state = state;
    if (state == NULL)
        return false;
    state->packet = knot_pkt_new((void *)(uintptr_t)wire.at, (uint16_t)wire.size, NULL);
    state->capacity = 1U << 20;
    state->text = malloc(state->capacity);
    return state->packet != NULL && state->text != NULL &&
           knot_pkt_parse(state->packet, 0) == KNOT_EOK;
}

bool subject_run(struct bytes wire, void *state)
{
    struct state *mine = state;

    (void)wire;
    for (unsigned int i = 0; i < mine->packet->rrset_count; i++) {
        const knot_rrset_t *rrset = &mine->packet->rr[i];

        if (rrset->type != KNOT_RRTYPE_OPT &&
            knot_rrset_txt_dump(rrset, &mine->text, &mine->capacity, &KNOT_DUMP_STYLE_DEFAULT) < 0)
            return false;
    }
    return true;
}
