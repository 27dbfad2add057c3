/* One sentence, context first, and one number. */
#include "unit.h"

#include "base/err.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

static void sentence_reads_from_the_outside_in(void **state)
{
    struct err err = { 0 };

    (void)state;
    assert_int_equal(err_system(&err, ENOENT, "open '%s'", "config.json"), -ENOENT);
    assert_int_equal(err_prefix(&err, "bundle '%s'", "b"), -ENOENT);
    assert_string_equal(err.sentence, "bundle 'b': open 'config.json': No such file or directory");
    assert_int_equal(err.number, -ENOENT);
}

static void sentence_that_is_too_long_is_cut(void **state)
{
    struct err err = { 0 };
    char longer[2 * sizeof(err.sentence)];

    (void)state;
    memset(longer, 'x', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    assert_int_equal(err_set(&err, -EINVAL, "%s", longer), -EINVAL);
    assert_int_equal(strlen(err.sentence), sizeof(err.sentence) - 1);
    assert_int_equal(err_prefix(&err, "field"), -EINVAL);
    assert_int_equal(strncmp(err.sentence, "field: xxx", 10), 0);
    assert_int_equal(strlen(err.sentence), sizeof(err.sentence) - 1);
}

static void context_that_is_too_long_is_cut_and_hides_nothing(void **state)
{
    struct err err = { 0 };
    char longer[2 * sizeof(err.sentence)];

    (void)state;
    memset(longer, 'x', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    (void)err_set(&err, -EINVAL, "not an address");
    assert_int_equal(err_prefix(&err, "--option: '%s'", longer), -EINVAL);
    assert_int_equal(strncmp(err.sentence, "--option: 'xxx", 14), 0);
    assert_int_equal(strlen(err.sentence), sizeof(err.sentence) - 1);
    assert_string_equal(strrchr(err.sentence, ':'), ": not an address");
    (void)err_set(&err, -EINVAL, "%s", longer);
    longer[0] = 'y';
    assert_int_equal(err_prefix(&err, "%s", longer), -EINVAL);
    assert_int_equal(strncmp(err.sentence, "yxxx", 4), 0);
    assert_int_equal(strlen(strrchr(err.sentence, ':')), sizeof(err.sentence) / 2 + 2);
}

static void what_went_wrong_besides_comes_after_it(void **state)
{
    struct err err = { 0 };
    struct err more = { 0 };

    (void)state;
    (void)err_set(&more, -EBUSY, "remove it");
    assert_int_equal(err_add(&err, 0, &more), -EBUSY);
    assert_string_equal(err.sentence, "remove it");
    (void)err_set(&err, -EINVAL, "make it");
    assert_int_equal(err_add(&err, -EINVAL, &more), -EINVAL);
    assert_string_equal(err.sentence, "make it; remove it");
}

static void record_fits_one_atomic_write_to_a_pipe(void **state)
{
    (void)state;
    assert_true(sizeof(struct err) <= PIPE_BUF);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(sentence_reads_from_the_outside_in),
    cmocka_unit_test(sentence_that_is_too_long_is_cut),
    cmocka_unit_test(context_that_is_too_long_is_cut_and_hides_nothing),
    cmocka_unit_test(what_went_wrong_besides_comes_after_it),
    cmocka_unit_test(record_fits_one_atomic_write_to_a_pipe),
};

RUN_TESTS(tests)
