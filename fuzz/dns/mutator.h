/*
 * Changes DNS messages as a fuzzer wants them changed: records are moved, doubled, left out, made
 * anew, given another type or owner, with counts, RDLENGTH and compression kept right; a field gets
 * a value at its edge, right or wrong; pointers lead elsewhere; lengths and counts are broken one
 * at a time; two messages become one. What cannot be read of a message stays as it is.
 *
 * The same seed makes the same change. Pure; any thread; nothing is allocated.
 */
#pragma once

#include "base/bytes.h"

#include <stdint.h>

/* Writes a changed form of `message` into the `capacity` octets at `block`, which may not overlap
 * it, and gives its size: `capacity` at most. `other`: a message whose records may be taken too, or
 * nothing. Without a header to begin with, a new message is made. */
size_t dns_mutate(uint64_t seed, struct bytes message, struct bytes other, uint8_t *block,
                  size_t capacity);
