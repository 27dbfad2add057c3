/*
 * A message as the members of a JSON object: RFC 8427 sections 2.1 to 2.4, Z where it is set, and
 * for OPT a member EDNS with the options. json/reader.h reads them. One thread.
 */
#pragma once

#include "dns/message_partial.h"

#include <jansson.h>

struct wire_json_view {
    const struct dns_message_partial *partial;
    bool with_octets; /* the octets of the message and its parts too, and how names stand there */
};

/* Adds what can be read of a message to an object; false where there is no memory. */
bool wire_json_write(json_t *object, const struct wire_json_view *view);
