/*
 * struct forwarder_deadlines: which query has to be looked at next, and when.
 *
 * A binary heap over storage of the caller's: the earliest deadline is found at once, one is added,
 * moved or removed in O(log n). Items are numbers below `count_max`, each with one deadline at
 * most. Times are nanoseconds of the caller's clock. Pure; one thread at a time.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct forwarder_deadline {
    uint64_t at_ns;
    uint32_t item;
};

struct forwarder_deadlines {
    struct forwarder_deadline *heap; /* count_max of them; the earliest first */
    uint32_t *places; /* by item: its index in the heap, plus 1; 0 where it has none */
    uint32_t count;
    uint32_t count_max;
};

/* No deadlines, in two arrays of `count_max`; those in `places` are zero. The caller keeps both. */
struct forwarder_deadlines forwarder_deadlines_init(struct forwarder_deadline *heap,
                                                    uint32_t *places, uint32_t count_max);

/* Gives the item this deadline, instead of the one that it has, if any. The item must be below
 * count_max (REQUIRE). */
void forwarder_deadlines_set(struct forwarder_deadlines *deadlines,
                             struct forwarder_deadline deadline);

/* Takes the item's deadline away, if it has one. The item must be below count_max (REQUIRE). */
void forwarder_deadlines_remove(struct forwarder_deadlines *deadlines, uint32_t item);

/* The earliest deadline, or NULL where there is none. Lives until the next change. */
static inline const struct forwarder_deadline *
forwarder_deadlines_find_first(const struct forwarder_deadlines *deadlines)
{
    return deadlines->count == 0 ? NULL : &deadlines->heap[0];
}
