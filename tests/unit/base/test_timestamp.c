/* A time is written as the C library's calendar has it. */
#include "unit.h"

#include "base/timestamp.h"

#include <stdint.h>
#include <string.h>
#include <time.h>

static void times_of_note_are_written(void **state)
{
    static const struct {
        const char *label;
        int64_t seconds;
        const char *text; /* NULL: refused */
    } rows[] = {
        { "the beginning", 0, "1970-01-01T00:00:00" },
        { "before it", -1, "1969-12-31T23:59:59" },
        { "a leap day", 951782400, "2000-02-29T00:00:00" },
        { "after it", 951868800, "2000-03-01T00:00:00" },
        { "no leap day in a century", 4107542399, "2100-02-28T23:59:59" },
        { "behind 32 bits", 2147483648, "2038-01-19T03:14:08" },
        { "the last year", 253402300799, "9999-12-31T23:59:59" },
        { "five digits", 253402300800, NULL },
        { "the year 0", -62167219200, "0000-01-01T00:00:00" },
        { "before the year 0", -62167219201, NULL },
        { "the largest", INT64_MAX, NULL },
        { "the smallest", INT64_MIN, NULL },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char block[32];
        struct text text = text_init(block, sizeof(block));
        bool is_written = text_append_time(&text, rows[i].seconds);

        assert_row(rows[i].label, is_written == (rows[i].text != NULL));
        assert_row(rows[i].label, strcmp(text.at, is_written ? rows[i].text : "") == 0);
    }
}

static void each_day_is_that_of_the_c_library(void **state)
{
    const int64_t day = 86400;

    (void)state;
    for (int64_t at = -800 * 365 * day; at < 800 * 365 * day; at += 17 * day + 4001) {
        char block[32];
        char wanted[32];
        struct text text = text_init(block, sizeof(block));
        struct tm parts;
        time_t seconds = (time_t)at;

        assert_non_null(gmtime_r(&seconds, &parts));
        assert_true(strftime(wanted, sizeof(wanted), "%Y-%m-%dT%H:%M:%S", &parts) > 0);
        assert_true(text_append_time(&text, at));
        assert_string_equal(text.at, wanted);
    }
}

static void what_does_not_fit_changes_nothing(void **state)
{
    char block[20];
    struct text text = text_init(block, sizeof(block));

    (void)state;
    assert_true(text_append(&text, "a"));
    assert_false(text_append_time(&text, 0));
    assert_string_equal(text.at, "a");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(times_of_note_are_written),
    cmocka_unit_test(each_day_is_that_of_the_c_library),
    cmocka_unit_test(what_does_not_fit_changes_nothing),
};

RUN_TESTS(tests)
