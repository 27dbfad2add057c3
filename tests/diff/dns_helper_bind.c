/* bind as a peer of tests/diff/strictness: its verdict on a message, as named reads one. */
#define HAVE_STDATOMIC_H 1 /* which bind's headers ask for */

#include "diff/dns_helper.h"

#include <dns/types.h>
#include <isc/buffer.h>
#include <isc/mem.h>
#include <isc/result.h>

/* Of bind's header dns/message.h, which has the name of ours. */
#define INTENT_PARSE 1
void dns_message_create(isc_mem_t *memory, unsigned int intent, dns_message_t **ret_message);
isc_result_t dns_message_parse(dns_message_t *message, isc_buffer_t *source, unsigned int options);
void dns_message_detach(dns_message_t **message);

void helper_view(struct bytes wire, struct text *text)
{
    isc_mem_t *memory = NULL;
    dns_message_t *message = NULL;
    isc_buffer_t source;
    isc_result_t result;

    isc_mem_create(&memory);
    dns_message_create(memory, INTENT_PARSE, &message);
    isc_buffer_constinit(&source, wire.at, (unsigned int)wire.size);
    isc_buffer_add(&source, (unsigned int)wire.size);
    result = dns_message_parse(message, &source, 0);
    if (result == ISC_R_SUCCESS)
        (void)text_append(text, "accept\n");
    else
        (void)text_format(text, "refuse\t%s\n", isc_result_totext(result));
    dns_message_detach(&message);
    isc_mem_destroy(&memory);
}
