/* The cgroup of a plan: whether there is one, where, and what is written to it. */
#include "unit.h"

#include "base/cleanup.h"
#include "unit/oci/planned.h"

/* How many cgroups the plan of the least config makes. */
static size_t count_cgroups(const struct oci_host *host, bool without_cgroup)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_config config = host->caller.uid == 0 ? smallest() : smallest_of_user();
    const struct oci_plan_request request = { .config = &config,
                                              .host = host,
                                              .id = "web",
                                              .bundle = "/bundle",
                                              .without_cgroup = without_cgroup };
    struct oci_plan plan;
    struct err err = { 0 };

    config.resources.memory_limit = oci_number(0); /* none */
    assert_int_equal(oci_plan_make(&request, &arena, &plan, &err), 0);
    assert_null(plan_flaw(&plan));
    return occurrence_of(&plan, OCI_STEP_CGROUP_MAKE).count;
}

static void where_one_can_be_made_there_is_a_cgroup_without_limits(void **state)
{
    struct oci_host on_v1 = root_on_v1;
    struct oci_host on_v2 = user_on_v2;

    (void)state;
    assert_int_equal(count_cgroups(&on_v1, false), 0);
    assert_int_equal(count_cgroups(&on_v2, false), 0);
    on_v1.can_make_cgroup = true;
    on_v2.can_make_cgroup = true;
    assert_int_equal(count_cgroups(&on_v1, false), 3); /* none of devices: there are no rules */
    assert_int_equal(count_cgroups(&on_v2, false), 1);
    assert_int_equal(count_cgroups(&on_v1, true), 0);
    assert_int_equal(count_cgroups(&on_v2, true), 0);
}

static void limits_are_written_before_the_clone(void **state)
{
    struct oci_config config = smallest();
    struct oci_config of_user = smallest_of_user();

    (void)state;
    config.resources.pids_limit = oci_number(64);
    config.resources.memory_limit = oci_number(-1);
    assert_line(&config, &root_on_v1,
                "cgroup-write path=/sys/fs/cgroup/pids/cupel-web/pids.max value=64");
    assert_line(&config, &root_on_v1,
                "cgroup-write path=/sys/fs/cgroup/memory/cupel-web/memory.limit_in_bytes value=-1");
    assert_line(&config, &root_on_v1, "cgroup-enter slot=1");
    assert_line(&config, &root_on_v2,
                "cgroup-enable path=/sys/fs/cgroup controllers=\"+pids +memory\"");
    assert_line(&config, &root_on_v2,
                "cgroup-write path=/sys/fs/cgroup/cupel-web/memory.max value=max");
    assert_line(&config, &root_on_v2, "clone new=mount slot=0");
    of_user.resources.pids_limit = oci_number(5);
    assert_line(&of_user, &user_on_v2,
                "cgroup-write path=/sys/fs/cgroup/user.slice/cupel-web/pids.max value=5");
    config.cgroups_path = "/a/./b";
    assert_line(&config, &root_on_v1, "cgroup-make path=/sys/fs/cgroup/pids/a/b shared=yes");
    assert_line(&config, &root_on_v2, "cgroup-enable path=/sys/fs/cgroup/a controllers=");
}

/* How many cgroups above the container's hand down all that they have. */
static size_t count_offers(const struct oci_config *config, const struct oci_host *host)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_plan plan;
    struct err err = { 0 };

    assert_int_equal(make(config, host, &arena, &plan, &err), 0);
    return occurrence_of(&plan, OCI_STEP_CGROUP_OFFER).count;
}

static void what_was_not_given_to_a_user_is_not_taken_from_further_above(void **state)
{
    struct oci_config config = smallest_of_user();
    struct oci_host host = user_on_v2;

    (void)state;
    host.can_make_cgroup = true;
    assert_int_equal(count_offers(&config, &host), 1);
    config.cgroups_path = "/user.slice/web";
    assert_int_equal(count_offers(&config, &host), 2);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(where_one_can_be_made_there_is_a_cgroup_without_limits),
    cmocka_unit_test(limits_are_written_before_the_clone),
    cmocka_unit_test(what_was_not_given_to_a_user_is_not_taken_from_further_above),
};

RUN_TESTS(tests)
