/* unbound: its parser of replies, with a region of memory that is kept from call to call. */
#include "loop.h"

#include "unbound.h"

bool subject_open(struct bytes wire, void **ret_state)
{
    (void)wire;
    *ret_state = regional_create();
    return *ret_state != NULL;
}

bool subject_run(struct bytes wire, void *state)
{
    struct block buffer;
    struct block message = { 0 };
    int refusal;

    /* The buffer is not written to. */
    sldns_buffer_init_frm_data(&buffer, (void *)(uintptr_t)wire.at, wire.size);
    refusal = parse_packet(&buffer, &message, state);
    regional_free_all(state);
    return refusal == 0;
}
