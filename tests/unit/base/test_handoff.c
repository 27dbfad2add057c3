/* Octets from one thread to another. */
#include "base/handoff.h"

#include "unit.h"

static const struct bytes none = { 0 };

static void octets_come_in_order(void **state)
{
    struct handoff handoff;
    struct bytes octets;

    (void)state;
    assert_true(handoff_init(&handoff, 8));
    assert_int_equal(handoff_put(&handoff, bytes_of_text("ab"), bytes_of_text("c")), 0);
    assert_int_equal(handoff_put(&handoff, bytes_of_text("d"), none), 0);
    assert_true(handoff_take(&handoff, &octets));
    assert_true(bytes_equal(octets, bytes_of_text("abcd")));
    assert_int_equal(handoff_put(&handoff, bytes_of_text("e"), none), 0);
    assert_true(bytes_equal(octets, bytes_of_text("abcd"))); /* which are still there */
    assert_true(handoff_take(&handoff, &octets));
    assert_true(bytes_equal(octets, bytes_of_text("e")));
    handoff_done(&handoff);
    handoff_done(&handoff);
}

static void what_does_not_fit_is_lost_whole(void **state)
{
    struct handoff handoff;
    struct bytes octets;

    (void)state;
    assert_true(handoff_init(&handoff, 4));
    assert_int_equal(handoff_put(&handoff, bytes_of_text("ab"), bytes_of_text("cde")), 1);
    assert_int_equal(handoff_put(&handoff, bytes_of_text("abcde"), none), 2);
    assert_int_equal(handoff_put(&handoff, bytes_of_text("abcd"), none), 2);
    assert_int_equal(handoff_put(&handoff, bytes_of_text("e"), none), 3);
    handoff_lose(&handoff, 4);
    assert_int_equal(handoff_lost(&handoff), 7);
    assert_true(handoff_take(&handoff, &octets));
    assert_true(bytes_equal(octets, bytes_of_text("abcd")));
    handoff_done(&handoff);
}

static void the_end_comes_after_all_else(void **state)
{
    struct handoff handoff;
    struct bytes octets;

    (void)state;
    assert_true(handoff_init(&handoff, 4));
    (void)handoff_put(&handoff, bytes_of_text("a"), none);
    handoff_call(&handoff);
    handoff_end(&handoff);
    assert_true(handoff_is_ending(&handoff));
    assert_true(handoff_take(&handoff, &octets));
    assert_int_equal(octets.size, 1);
    assert_false(handoff_take(&handoff, &octets));
    assert_int_equal(octets.size, 1); /* untouched */
    handoff_done(&handoff);
}

static void who_is_called_may_get_nothing(void **state)
{
    struct handoff handoff;
    struct bytes octets = bytes_of_text("a");

    (void)state;
    assert_true(handoff_init(&handoff, 4));
    handoff_call(&handoff);
    assert_true(handoff_take(&handoff, &octets));
    assert_int_equal(octets.size, 0);
    handoff_done(&handoff);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(octets_come_in_order),
        cmocka_unit_test(what_does_not_fit_is_lost_whole),
        cmocka_unit_test(the_end_comes_after_all_else),
        cmocka_unit_test(who_is_called_may_get_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
