/* The heap gives deadlines in order, whatever is added, moved and removed in between. */
#include "unit.h"

#include "forwarder/core/deadlines.h"

#include <string.h>

#define ITEMS 64

struct heap {
    struct forwarder_deadline heap[ITEMS];
    uint32_t places[ITEMS];
    struct forwarder_deadlines deadlines;
};

static void heap_init(struct heap *heap)
{
    *heap = (struct heap){ 0 };
    heap->deadlines = forwarder_deadlines_init(heap->heap, heap->places, ITEMS);
}

static void set(struct heap *heap, uint32_t item, uint64_t at_ns)
{
    forwarder_deadlines_set(&heap->deadlines, (struct forwarder_deadline){ at_ns, item });
}

static uint32_t first_item(const struct heap *heap)
{
    const struct forwarder_deadline *first = forwarder_deadlines_find_first(&heap->deadlines);

    assert_non_null(first);
    return first == NULL ? ITEMS : first->item;
}

static void an_empty_heap_has_no_first_deadline(void **state)
{
    struct heap heap;

    (void)state;
    heap_init(&heap);
    assert_null(forwarder_deadlines_find_first(&heap.deadlines));
    forwarder_deadlines_remove(&heap.deadlines, 3);
    assert_null(forwarder_deadlines_find_first(&heap.deadlines));
}

static void a_deadline_that_is_set_again_moves_both_ways(void **state)
{
    struct heap heap;

    (void)state;
    heap_init(&heap);
    set(&heap, 1, 10);
    set(&heap, 2, 20);
    set(&heap, 3, 30);
    set(&heap, 1, 40);
    assert_int_equal(first_item(&heap), 2);
    set(&heap, 3, 5);
    assert_int_equal(first_item(&heap), 3);
    assert_int_equal(heap.deadlines.count, 3);
}

/* The earliest of a plain array, for comparison; UINT64_MAX: the item has none. */
static uint64_t earliest(const uint64_t expected[ITEMS])
{
    uint64_t first = UINT64_MAX;

    for (size_t i = 0; i < ITEMS; i++)
        first = expected[i] < first ? expected[i] : first;
    return first;
}

static void any_order_of_changes_gives_the_earliest_first(void **state)
{
    struct heap heap;
    uint64_t expected[ITEMS];
    uint64_t random = 1;

    (void)state;
    heap_init(&heap);
    memset(expected, 0xFF, sizeof(expected));
    for (int step = 0; step < 100000; step++) {
        const struct forwarder_deadline *first;
        uint32_t item;

        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        item = (uint32_t)(random >> 33) % ITEMS;
        if ((random >> 60) < 5) {
            forwarder_deadlines_remove(&heap.deadlines, item);
            expected[item] = UINT64_MAX;
        } else {
            expected[item] = (random >> 40) % 1000;
            set(&heap, item, expected[item]);
        }
        first = forwarder_deadlines_find_first(&heap.deadlines);
        assert_int_equal(first == NULL ? UINT64_MAX : first->at_ns, earliest(expected));
        if (first != NULL)
            assert_int_equal(expected[first->item], first->at_ns);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_empty_heap_has_no_first_deadline),
    cmocka_unit_test(a_deadline_that_is_set_again_moves_both_ways),
    cmocka_unit_test(any_order_of_changes_gives_the_earliest_first),
};
RUN_TESTS(tests)
