/* Memory for one document: zeroed, aligned, limited, freed at once. */
#include "unit.h"

#include "base/arena.h"

#include <string.h>

static void limit_counts_everything_that_was_asked_for(void **state)
{
    struct arena arena = arena_init(64);

    (void)state;
    assert_non_null(arena_alloc(&arena, 48));
    assert_null(arena_alloc(&arena, 17));
    assert_non_null(arena_alloc(&arena, 16));
    assert_null(arena_alloc(&arena, 1));
    arena_done(&arena);
}

static void sizes_that_wrap_are_refused(void **state)
{
    struct arena arena = arena_init(SIZE_MAX);

    (void)state;
    assert_null(arena_alloc(&arena, SIZE_MAX));
    assert_null(arena_alloc_array(&arena, SIZE_MAX / 2, 4));
    assert_null(arena_copy_bytes(&arena, bytes_of("", SIZE_MAX)));
    arena_done(&arena);
}

static void what_it_gives_is_zeroed_aligned_and_apart(void **state)
{
    struct arena arena = arena_init(1 << 20);
    unsigned char *before = NULL;

    (void)state;
    for (size_t size = 1; size < 3000; size += 97) {
        unsigned char *given = arena_alloc(&arena, size);

        assert_non_null(given);
        assert_int_equal((uintptr_t)given % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(given[i], 0);
        memset(given, 0xAA, size);
        assert_true(before == NULL || before[0] == 0xAA);
        before = given;
    }
    arena_done(&arena);
}

static void block_larger_than_the_usual_one_is_given(void **state)
{
    struct arena arena = arena_init(1 << 20);
    unsigned char *large = arena_alloc(&arena, 100000);

    (void)state;
    assert_non_null(large);
    large[99999] = 1;
    assert_non_null(arena_alloc(&arena, 1));
    arena_done(&arena);
}

static void copies_end_with_a_nul(void **state)
{
    struct arena arena = arena_init(1024);

    (void)state;
    assert_string_equal(arena_copy_bytes(&arena, bytes_of("abcdef", 3)), "abc");
    assert_string_equal(arena_copy_bytes(&arena, (struct bytes){ 0 }), "");
    assert_string_equal(arena_copy_text(&arena, "text"), "text");
    arena_done(&arena);
}

static void done_is_safe_twice_and_on_zeroes(void **state)
{
    struct arena arena = { 0 };

    (void)state;
    arena_done(&arena);
    arena = arena_init(16);
    assert_non_null(arena_alloc(&arena, 1));
    arena_done(&arena);
    arena_done(&arena);
    assert_null(arena_alloc(&arena, 1));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(limit_counts_everything_that_was_asked_for),
    cmocka_unit_test(sizes_that_wrap_are_refused),
    cmocka_unit_test(what_it_gives_is_zeroed_aligned_and_apart),
    cmocka_unit_test(block_larger_than_the_usual_one_is_given),
    cmocka_unit_test(copies_end_with_a_nul),
    cmocka_unit_test(done_is_safe_twice_and_on_zeroes),
};

RUN_TESTS(tests)
