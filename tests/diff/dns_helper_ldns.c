/* ldns as a peer of tests/diff/strictness: its verdict on a message. */
#include "diff/dns_helper.h"

#include <ldns/ldns.h>

void helper_view(struct bytes wire, struct text *text)
{
    ldns_pkt *packet = NULL;
    ldns_status status = ldns_wire2pkt(&packet, wire.at, wire.size);

    if (status != LDNS_STATUS_OK) {
        (void)text_format(text, "refuse\t%s\n", ldns_get_errorstr_by_id(status));
        return;
    }
    (void)text_append(text, "accept\n");
    ldns_pkt_free(packet);
}
