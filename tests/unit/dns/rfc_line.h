/*
 * A record that an RFC has as an example: a line of a zone file, and what it is on the wire. Each
 * row was compared with the text of its RFC; RDATA was made by another implementation, or stands in
 * the RFC itself. What differs from the text: owners and names are made absolute, and comments are
 * left out. For test_rfc_vectors.c.
 */
#pragma once

#include <stdint.h>

struct line {
    const char *label, *text;
    uint16_t type, class;
    const char *wire;
};
