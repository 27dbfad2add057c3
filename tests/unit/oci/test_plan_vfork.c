/* Which containers begin in the memory of the runtime. */
#include "unit.h"

#include "base/cleanup.h"
#include "unit/oci/planned.h"

/* Whether the container's process is to run in the memory of the runtime. */
static bool is_vfork(const struct oci_plan_request *request)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_plan plan;
    struct err err = { 0 };

    if (oci_plan_make(request, &arena, &plan, &err) < 0)
        fail_msg("refused: %s", err.sentence);
    return plan.steps[occurrence_of(&plan, OCI_STEP_CLONE).first].clone.is_vfork;
}

static void memory_is_shared_unless_something_is_against_it(void **state)
{
    static const char *const args[] = { "/bin/true" };
    static const struct oci_hook hook = { .path = "/bin/true", .args = { 1, args } };
    struct oci_config config = smallest();
    struct oci_config of_user = smallest_of_user();
    struct oci_config other;
    struct oci_plan_request request = {
        .config = &config, .host = &root_on_v2, .id = "web", .bundle = "/bundle"
    };

    (void)state;
    assert_false(is_vfork(&request)); /* others may be in its pid namespace */
    config.namespaces[OCI_NAMESPACE_PID].is_wanted = true;
    of_user.namespaces[OCI_NAMESPACE_PID].is_wanted = true;
    config.resources.pids_limit = oci_number(64);
    assert_true(is_vfork(&request));
    assert_line(&config, &root_on_v2, "clone new=pid,mount slot=0 vfork=yes");
    request.has_gate = true; /* waits to be started */
    assert_false(is_vfork(&request));
    request.has_gate = false;
    request.has_hook = true; /* waits for the runtime */
    assert_false(is_vfork(&request));
    request.has_hook = false;
    request.config = &other;
    other = config;
    other.resources.memory_limit = oci_number(1 << 20); /* could end the runtime too */
    assert_false(is_vfork(&request));
    other = config;
    other.process.oom_score_adj = oci_number(5);
    assert_false(is_vfork(&request));
    other = config;
    other.namespaces[OCI_NAMESPACE_NETWORK] =
        (struct oci_namespace){ .is_wanted = true, .path = "/run/netns/a" };
    assert_false(is_vfork(&request));
    other = config;
    other.hooks[OCI_HOOK_START_CONTAINER] = (struct oci_hooks){ 1, &hook };
    assert_false(is_vfork(&request));
    other = config;
    other.namespaces[OCI_NAMESPACE_TIME].is_wanted = true;
    assert_false(is_vfork(&request));
    request.config = &of_user;
    request.host = &user_on_v2;
    assert_true(is_vfork(&request));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(memory_is_shared_unless_something_is_against_it),
};

RUN_TESTS(tests)
