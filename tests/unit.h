/*
 * What every unit test includes: cmocka with the headers that it wants first, and TABLE_FAIL, which
 * names the row of a table that failed.
 */
#pragma once

/* cmocka.h relies on these four. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The number of rows of a table. */
#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* Runs the tests of a file, or the one whose name matches the first word of the command line (`*`
 * and `?` stand for any characters); for main(). */
#define RUN_TESTS(tests)                                                                           \
    int main(int argc, char **argv)                                                                \
    {                                                                                              \
        if (argc > 1)                                                                              \
            cmocka_set_test_filter(argv[1]);                                                       \
        return cmocka_run_group_tests(tests, NULL, NULL);                                          \
    }

/* Asserts inside a loop over a table: the row's label is printed when it does not hold. */
#define assert_row(label, condition)                                                               \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_msg("row '%s': %s", (label), #condition);                                         \
    } while (0)
