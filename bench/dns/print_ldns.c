/* ldns: a packet that was parsed before, and its records into a buffer that is kept. */
#include "loop.h"

#include <ldns/ldns.h>
#include <stdlib.h>

struct state {
    ldns_pkt *packet;
    ldns_buffer *text;
};

bool subject_open(struct bytes wire, void **ret_state)
{
    struct state *state = calloc(1, sizeof(*state));

    *ret_state = state;
    if (state == NULL)
        return false;
    state->text = ldns_buffer_new(1U << 20);
    return state->text != NULL &&
           ldns_wire2pkt(&state->packet, wire.at, wire.size) == LDNS_STATUS_OK;
}

static bool print(const ldns_rr_list *records, ldns_buffer *text)
{
    for (size_t i = 0; i < ldns_rr_list_rr_count(records); i++) {
        if (ldns_rr2buffer_str(text, ldns_rr_list_rr(records, i)) != LDNS_STATUS_OK)
            return false;
    }
    return true;
}

bool subject_run(struct bytes wire, void *state)
{
    struct state *mine = state;

    (void)wire;
    ldns_buffer_clear(mine->text);
    /* ldns keeps no OPT among the records. */
    return print(ldns_pkt_answer(mine->packet), mine->text) &&
           print(ldns_pkt_authority(mine->packet), mine->text) &&
           print(ldns_pkt_additional(mine->packet), mine->text);
}
