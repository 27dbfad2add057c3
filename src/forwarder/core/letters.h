/*
 * The case of the letters of a name: one bit for each octet, so that a name can be asked for in
 * other letters, and the client still gets back its own. Length octets are below 64 and so are
 * never mistaken for letters. Pure; any thread.
 */
#pragma once

#include "dns/name.h"

struct forwarder_letters {
    uint8_t upper[DNS_NAME_SIZE_MAX / 8 + 1]; /* bit i: octet i is a capital letter */
};

/* Which octets of a name on the wire (at most DNS_NAME_SIZE_MAX: REQUIRE) are capitals. */
struct forwarder_letters forwarder_letters_read(struct bytes name);

/* Gives the letters of a name on the wire (at most DNS_NAME_SIZE_MAX octets: REQUIRE) this case;
 * octets that are no letters stay. */
void forwarder_letters_write(const struct forwarder_letters *letters, uint8_t *name, size_t size);

/* Copies `size` octets of a name and makes its letters small. */
void forwarder_letters_lower(uint8_t *ret_lower, const uint8_t *name, size_t size);
