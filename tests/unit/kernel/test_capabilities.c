/* Capabilities by name and by number. */
#include "unit.h"

#include "kernel/capabilities.h"

static void only_names_in_capitals_are_known(void **state)
{
    static const char *const unknown[] = {
        "", "KILL", "cap_kill", "CAP_NONE", "CAP_", "5", "CAP_5"
    };

    (void)state;
    assert_int_equal(kernel_capability_find("CAP_CHOWN"), 0);
    assert_int_equal(kernel_capability_find("CAP_KILL"), 5);
    for (size_t i = 0; i < ROWS(unknown); i++)
        assert_row(unknown[i], kernel_capability_find(unknown[i]) == -1);
}

static void each_capability_of_the_kernel_has_its_name(void **state)
{
    (void)state;
    for (unsigned int i = 0; i <= kernel_capability_last() && i <= 40; i++) {
        char block[64];
        struct text name = text_init(block, sizeof(block));

        assert_true(kernel_capability_name(i, &name));
        assert_row(name.at, kernel_capability_find(name.at) == (int)i);
    }
}

static void a_number_without_a_name_gives_none(void **state)
{
    char block[64];
    struct text name = text_init(block, sizeof(block));

    (void)state;
    assert_false(kernel_capability_name(63, &name));
    assert_int_equal(name.size, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(only_names_in_capitals_are_known),
    cmocka_unit_test(each_capability_of_the_kernel_has_its_name),
    cmocka_unit_test(a_number_without_a_name_gives_none),
};

RUN_TESTS(tests)
