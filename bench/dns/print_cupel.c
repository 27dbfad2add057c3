/* Cupel: a walk over the sections, and each record into a block of the caller's. */
#include "loop.h"

#include "dns/text.h"

#include <stdlib.h>

#define TEXT_BYTES_MAX (1U << 20)

struct state {
    struct dns_message message;
    char text[TEXT_BYTES_MAX];
};

bool subject_open(struct bytes wire, void **ret_state)
{
    struct state *state = malloc(sizeof(*state));

    *ret_state = state;
    return state != NULL && dns_message_read(wire, &state->message).status == DNS_OK;
}

bool subject_run(struct bytes wire, void *state)
{
    struct state *mine = state;
    struct text text = text_init(mine->text, sizeof(mine->text));

    (void)wire;
    for (unsigned int i = DNS_ANSWER; i <= DNS_ADDITIONAL; i++) {
        struct dns_walk walk = dns_message_section(&mine->message, (enum dns_section)i);
        struct dns_rr rr;

        while (dns_walk_next(&walk, &rr)) {
            if (rr.type != DNS_TYPE_OPT &&
                !(dns_rr_format(&rr, &text) && text_append_char(&text, '\n')))
                return false;
        }
    }
    return true;
}
