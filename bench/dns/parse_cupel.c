/* Cupel: framing and RDATA. */
#include "loop.h"

#include "dns/message.h"

bool subject_run(struct bytes wire, void *state)
{
    struct dns_message message;

    (void)state;
    return dns_message_read(wire, &message).status == DNS_OK &&
           dns_message_check_rdata(&message).status == DNS_OK;
}
