/*
 * A row of octets that arrives in pieces, in any order: a packet from its fragments, a stream from
 * its segments. It lives in storage of a fixed size; a piece that leads to more than
 * CAPTURE_RANGES_MAX separate ranges is refused. Pure; one thread.
 */
#pragma once

#include "base/bytes.h"

/* The largest message on a stream, with its length in front; no packet is larger. */
#define CAPTURE_BLOCK_SIZE 65537U
#define CAPTURE_RANGES_MAX 32U

/* Octets that are there: from `start` up to `end`. */
struct capture_range {
    uint32_t start;
    uint32_t end;
};

/* All zeroes: empty. */
struct capture_assembly {
    unsigned int count;
    struct capture_range ranges[CAPTURE_RANGES_MAX]; /* rising, with a hole between each two */
    uint8_t block[CAPTURE_BLOCK_SIZE];
};

/* Makes it empty. */
void capture_assembly_clear(struct capture_assembly *assembly);

/* Puts a piece at `at`; over octets that were there, the later ones count. False, and nothing
 * changed, where it does not fit into the block, or there are too many ranges. */
bool capture_assembly_add(struct capture_assembly *assembly, size_t at, struct bytes piece);

/* Whether any octet of a piece of `size` at `at` is there. */
bool capture_assembly_overlaps(const struct capture_assembly *assembly, size_t at, size_t size);

/* Whether all octets of a piece are there, and the same. */
bool capture_assembly_holds(const struct capture_assembly *assembly, size_t at, struct bytes piece);

/* The octets from the start up to the first hole; valid until the next change. */
struct bytes capture_assembly_ready(const struct capture_assembly *assembly);

/* Forgets the first `size` octets (no more than are ready: REQUIRE): what follows moves to the
 * start. */
void capture_assembly_shift(struct capture_assembly *assembly, size_t size);
