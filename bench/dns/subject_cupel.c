/* Cupel: framing and RDATA. */
#include "loop.h"

#include "dns/message.h"

bool subject_parse(struct bytes wire)
{
    struct dns_message message;

    return dns_message_read(wire, &message).status == DNS_OK &&
           dns_message_check_rdata(&message).status == DNS_OK;
}
