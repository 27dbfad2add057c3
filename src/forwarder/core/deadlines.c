/* A binary heap in which every item knows its place, so that it can be moved and removed. */
#include "forwarder/core/deadlines.h"

#include "base/require.h"

struct forwarder_deadlines forwarder_deadlines_init(struct forwarder_deadline *heap,
                                                    uint32_t *places, uint32_t count_max)
{
    return (struct forwarder_deadlines){
        .heap = heap,
        .places = places,
        .count_max = count_max,
    };
}

static void put(struct forwarder_deadlines *deadlines, uint32_t at,
                struct forwarder_deadline deadline)
{
    deadlines->heap[at] = deadline;
    deadlines->places[deadline.item] = at + 1;
}

/* Moves a deadline from the hole at `at` up to where its parent is not later. */
static uint32_t rise(struct forwarder_deadlines *deadlines, uint32_t at,
                     struct forwarder_deadline deadline)
{
    while (at > 0) {
        uint32_t parent = (at - 1) / 2;

        if (deadlines->heap[parent].at_ns <= deadline.at_ns)
            break;
        put(deadlines, at, deadlines->heap[parent]);
        at = parent;
    }
    put(deadlines, at, deadline);
    return at;
}

/* Moves a deadline from the hole at `at` down to where no child is earlier. */
static void sink(struct forwarder_deadlines *deadlines, uint32_t at,
                 struct forwarder_deadline deadline)
{
    for (;;) {
        uint32_t child = 2 * at + 1;

        if (child >= deadlines->count)
            break;
        if (child + 1 < deadlines->count &&
            deadlines->heap[child + 1].at_ns < deadlines->heap[child].at_ns)
            child += 1;
        if (deadline.at_ns <= deadlines->heap[child].at_ns)
            break;
        put(deadlines, at, deadlines->heap[child]);
        at = child;
    }
    put(deadlines, at, deadline);
}

/* Fills the hole at `at`, whatever stands above and below it. */
static void settle(struct forwarder_deadlines *deadlines, uint32_t at,
                   struct forwarder_deadline deadline)
{
    if (rise(deadlines, at, deadline) == at)
        sink(deadlines, at, deadline);
}

void forwarder_deadlines_set(struct forwarder_deadlines *deadlines,
                             struct forwarder_deadline deadline)
{
    uint32_t place;

    REQUIRE(deadline.item < deadlines->count_max);
    place = deadlines->places[deadline.item];
    if (place == 0) {
        deadlines->count += 1;
        place = deadlines->count;
    }
    settle(deadlines, place - 1, deadline);
}

void forwarder_deadlines_remove(struct forwarder_deadlines *deadlines, uint32_t item)
{
    uint32_t place;

    REQUIRE(item < deadlines->count_max);
    place = deadlines->places[item];
    if (place == 0)
        return;
    deadlines->places[item] = 0;
    deadlines->count -= 1;
    if (place - 1 < deadlines->count)
        settle(deadlines, place - 1, deadlines->heap[deadlines->count]);
}
