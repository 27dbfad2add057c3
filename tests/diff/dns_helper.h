/*
 * A peer's program: reads messages from standard input, each with its size in front (32 bits, in
 * the order of the machine), and answers each with a view: see diff/dns_view.h.
 */
#pragma once

#include "base/bytes.h"
#include "base/text_format.h"

/* What the peer makes of a message, as lines. What does not fit is left out. */
void helper_view(struct bytes wire, struct text *text);

/* Octets as hexadecimal digits, and "-" for none. */
void helper_append_octets(struct text *text, struct bytes octets);

/* What a peer printed: blanks of any kind become spaces, and none is left at the end; nothing is
 * "-". */
void helper_append_print(struct text *text, const char *printed);
