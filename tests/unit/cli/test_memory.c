/* The memory of cupel-oci, and its memcpy(3), which the linker puts in the place of musl's. Here
 * they are called by their names, and this program's own malloc(3) is what is behind them. */
#include "unit.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PIECES 4096
#define LARGE ((size_t)1 << 20) /* more than the place has */
#define COPIED 300

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *piece, size_t size);
void __wrap_free(void *piece);
void *__wrap_memcpy(void *restrict to, const void *restrict from, size_t size);

static void no_piece_is_in_another(void **state)
{
    static unsigned char *pieces[PIECES];

    (void)state;
    for (size_t i = 0; i < PIECES; i++) {
        pieces[i] = __wrap_malloc(i % 512);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
        memset(pieces[i], (int)(i % 251), i % 512);
    }
    for (size_t i = 0; i < PIECES; i++) {
        for (size_t at = 0; at < i % 512; at++)
            assert_int_equal(pieces[i][at], i % 251);
    }
    for (size_t i = PIECES; i-- > 0;)
        __wrap_free(pieces[i]);
    __wrap_free(NULL);
}

static void what_is_at_the_end_comes_back(void **state)
{
    void *first = __wrap_malloc(100);

    (void)state;
    __wrap_free(first);
    assert_ptr_equal(__wrap_malloc(90), first);
    __wrap_free(first);
}

static void cleared_memory_is_clear_where_another_has_been(void **state)
{
    unsigned char *piece = __wrap_malloc(200);

    (void)state;
    memset(piece, 0xff, 200);
    __wrap_free(piece);
    piece = __wrap_calloc(20, 10);
    for (size_t i = 0; i < 200; i++)
        assert_int_equal(piece[i], 0);
    __wrap_free(piece);
    assert_null(__wrap_calloc(SIZE_MAX / 2, 4));
}

static void a_piece_keeps_its_octets_when_it_grows(void **state)
{
    unsigned char *piece = __wrap_realloc(NULL, 1);

    (void)state;
    piece[0] = 7;
    for (size_t size = 2; size <= LARGE; size *= 2) {
        piece = __wrap_realloc(piece, size);
        assert_non_null(piece);
        for (size_t i = 0; i < size / 2; i++)
            assert_int_equal(piece[i], 7);
        memset(piece, 7, size);
    }
    __wrap_free(piece);
}

static void copies_are_whole_and_no_longer(void **state)
{
    unsigned char from[COPIED + 8];
    unsigned char to[COPIED + 9];

    (void)state;
    for (size_t i = 0; i < sizeof(from); i++)
        from[i] = (unsigned char)(i % 253 + 1);
    for (size_t size = 0; size <= COPIED; size++) {
        size_t skewed = size % 8;

        memset(to, 0, sizeof(to));
        assert_ptr_equal(__wrap_memcpy(to, from + skewed, size), to);
        assert_memory_equal(to, from + skewed, size);
        assert_int_equal(to[size], 0);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(no_piece_is_in_another),
    cmocka_unit_test(what_is_at_the_end_comes_back),
    cmocka_unit_test(cleared_memory_is_clear_where_another_has_been),
    cmocka_unit_test(a_piece_keeps_its_octets_when_it_grows),
    cmocka_unit_test(copies_are_whole_and_no_longer),
};

RUN_TESTS(tests)
