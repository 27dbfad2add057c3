/* Capped text: what does not fit whole is not appended at all. */
#include "unit.h"

#include "base/text_format.h"

#include <string.h>

static void append_that_does_not_fit_changes_nothing(void **state)
{
    char block[8];
    struct text text = text_init(block, sizeof(block));

    (void)state;
    assert_true(text_append(&text, "1234"));
    assert_false(text_append(&text, "5678"));
    assert_string_equal(text.at, "1234");
    assert_true(text_append(&text, "567"));
    assert_false(text_append_char(&text, '8'));
    assert_string_equal(text.at, "1234567");
    assert_int_equal(text.size, 7);
}

static void format_that_does_not_fit_changes_nothing(void **state)
{
    char block[8];
    struct text text = text_init(block, sizeof(block));

    (void)state;
    assert_true(text_format(&text, "%d-", 42));
    assert_false(text_format(&text, "%s", "12345"));
    assert_string_equal(text.at, "42-");
    assert_int_equal(text.size, 3);
    assert_true(text_format(&text, "%s", "1234"));
    assert_string_equal(text.at, "42-1234");
}

static void nul_is_refused(void **state)
{
    char block[8];
    struct text text = text_init(block, sizeof(block));

    (void)state;
    assert_false(text_append_bytes(&text, bytes_of("a\0b", 3)));
    assert_false(text_append_char(&text, '\0'));
    assert_int_equal(text.size, 0);
}

static void decimal_has_the_width_that_was_asked_for(void **state)
{
    static const struct {
        const char *label;
        uint64_t value;
        unsigned int width;
        const char *text;
    } rows[] = {
        { "zero", 0, 0, "0" },
        { "filled", 7, 3, "007" },
        { "wider than asked", 1234, 3, "1234" },
        { "the largest", UINT64_MAX, 0, "18446744073709551615" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char block[32];
        struct text text = text_init(block, sizeof(block));

        assert_row(rows[i].label, text_append_decimal(&text, rows[i].value, rows[i].width));
        assert_row(rows[i].label, strcmp(text.at, rows[i].text) == 0);
    }
}

static void hex_is_whole_or_nothing(void **state)
{
    char block[6];
    struct text text = text_init(block, sizeof(block));

    (void)state;
    assert_true(text_append_hex(&text, bytes_of("\x0f\xa0", 2)));
    assert_false(text_append_hex(&text, bytes_of("\x01", 1)));
    assert_string_equal(text.at, "0fa0");
    text_clear(&text);
    assert_false(text_append_hex(&text, bytes_of("\x01\x02\x03", 3)));
    assert_string_equal(text.at, "");
}

static void rollback_goes_back_to_a_kept_size(void **state)
{
    char block[16];
    struct text text = text_init(block, sizeof(block));

    (void)state;
    assert_true(text_append(&text, "keep") && text_append(&text, " drop"));
    text_rollback(&text, 4);
    assert_string_equal(text.at, "keep");
    assert_true(bytes_equal(text_bytes(&text), bytes_of_text("keep")));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(append_that_does_not_fit_changes_nothing),
    cmocka_unit_test(format_that_does_not_fit_changes_nothing),
    cmocka_unit_test(nul_is_refused),
    cmocka_unit_test(decimal_has_the_width_that_was_asked_for),
    cmocka_unit_test(hex_is_whole_or_nothing),
    cmocka_unit_test(rollback_goes_back_to_a_kept_size),
};

RUN_TESTS(tests)
