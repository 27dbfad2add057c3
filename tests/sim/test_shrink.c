/* What is made smaller still fails, and nothing less does. */
#include "unit.h"

#include "tests/sim/shrink.h"

#include <stdlib.h>
#include <string.h>

/* Fails where there are 17 exchanges and forgers, or hardly any without datagrams that come twice.
 */
static void run(const struct plan *plan)
{
    uint64_t forgers;
    uint64_t twice;

    if (!shrink_parse("forgers", &forgers) || !shrink_parse("twice", &twice))
        exit(0);
    if (plan->exchanges >= 17 && (plan->without & forgers) == 0 && (plan->without & twice) == 0)
        abort();
}

static void it_becomes_as_small_as_it_gets(void **state)
{
    struct plan plan = { .seed = 7, .exchanges = 300 };
    uint64_t needed;
    char block[200];
    struct text names = text_init(block, sizeof(block));
    uint64_t again = 0;

    (void)state;
    shrink(&plan, run);
    assert_int_equal(plan.seed, 7);
    assert_int_equal(plan.exchanges, 17);
    assert_true(shrink_parse("twice,forgers", &needed));
    assert_true(plan.without == (((UINT64_C(1) << shrink_troubles()) - 1) & ~needed));
    shrink_format(plan.without, &names);
    assert_true(shrink_parse(names.at, &again));
    assert_true(again == plan.without);
}

static void what_is_left_out_does_not_happen(void **state)
{
    struct simulation *sim = calloc(1, sizeof(*sim));
    uint64_t without = 0;

    (void)state;
    assert_non_null(sim);
    sim->network.loss_per_mille = 1;
    sim->leap_per_mille = 2;
    sim->cut_per_mille = 3;
    assert_true(shrink_parse("loss,cuts", &without));
    shrink_world(sim, without);
    assert_int_equal(sim->network.loss_per_mille, 0);
    assert_int_equal(sim->leap_per_mille, 2);
    assert_int_equal(sim->cut_per_mille, 0);
    free(sim);
}

static void a_list_that_is_none_is_refused(void **state)
{
    static const char *const wrong[] = { "", "los", "loss,", ",loss", "loss;twice", "LOSS" };
    uint64_t without = 77;

    (void)state;
    for (size_t i = 0; i < ROWS(wrong); i++)
        assert_row(wrong[i], !shrink_parse(wrong[i], &without) && without == 77);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(it_becomes_as_small_as_it_gets),
    cmocka_unit_test(what_is_left_out_does_not_happen),
    cmocka_unit_test(a_list_that_is_none_is_refused),
};

RUN_TESTS(tests)
