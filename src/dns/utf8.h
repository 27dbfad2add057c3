/*
 * UTF-8, which a few values of the DNS must be. RFC 3629. Pure; any thread; part of the codec, not
 * of its users' face.
 */
#pragma once

#include "base/bytes.h"

/* Whether a text is UTF-8: no character longer than needed, no half of a pair, and none that is not
 * in Unicode. RFC 3629 section 4. */
bool dns_utf8_is_valid(struct bytes text);
