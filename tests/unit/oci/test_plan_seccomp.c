/* What a plan makes of linux.seccomp: which filters there cannot be, and when one is loaded. */
#include "unit/oci/planned.h"

#include <linux/seccomp.h>

/* A filter of one rule, for others to change. */
static struct oci_config with_filter(struct oci_seccomp_rule *rule)
{
    static const char *const names[] = { "read" };
    struct oci_config config = smallest();

    *rule = (struct oci_seccomp_rule){ .names = { 1, names }, .action = "SCMP_ACT_ERRNO" };
    config.seccomp.default_action = "SCMP_ACT_ALLOW";
    config.seccomp.rules = (struct oci_seccomp_rules){ 1, rule };
    return config;
}

static void a_listener_is_passed_on_before_the_program_is_waited_for(void **state)
{
    struct oci_seccomp_rule rule;
    struct oci_config config = with_filter(&rule);

    (void)state;
    rule.action = "SCMP_ACT_NOTIFY";
    config.seccomp.listener_path = "/run/agent";
    config.process.no_new_privileges = true;
    assert_line(&config, &root_on_v1, "runtime seccomp-send path=/run/agent");
    assert_line(&config, &root_on_v1, "child   await what=listener");
    assert_line(&config, &root_on_v1, "child   seccomp listener=yes");
    /* Also one that nothing is told, if it is there. */
    rule.action = "SCMP_ACT_ERRNO";
    assert_line(&config, &root_on_v1, "runtime seccomp-send path=/run/agent optional=yes");
    assert_line(&config, &root_on_v1, "child   seccomp listener=yes");
}

static void filters_that_cannot_be_are_refused(void **state)
{
    static const char *const words[] = { "PDP11" };
    static const struct oci_seccomp_arg seventh = { .index = 6, .op = "SCMP_CMP_EQ" };
    static const struct oci_seccomp_arg no_op = { .index = 5, .op = "=" };
    struct oci_seccomp_rule rule;
    struct oci_config config = with_filter(&rule);

    (void)state;
    config.seccomp.default_action = "ALLOW";
    assert_refused(&config, &root_on_v1, "linux.seccomp.defaultAction: 'ALLOW' is not supported");
    config = with_filter(&rule);
    rule.action = "SCMP_ACT_NOTIFY";
    assert_refused(&config, &root_on_v1, "linux.seccomp.listenerPath: SCMP_ACT_NOTIFY needs it");
    config.seccomp.listener_path = "run/agent";
    assert_refused(&config, &root_on_v1,
                   "linux.seccomp.listenerPath: 'run/agent' is no absolute path");
    config.seccomp.listener_path = NULL;
    config.seccomp.listener_metadata = "x";
    assert_refused(&config, &root_on_v1,
                   "linux.seccomp.listenerMetadata: there is no listenerPath to send it to");
    config = with_filter(&rule);
    rule.names.count = 0;
    assert_refused(&config, &root_on_v1, "linux.seccomp.syscalls[0].names: is empty");
    config = with_filter(&rule);
    rule.args = (struct oci_seccomp_args){ 1, &seventh };
    assert_refused(&config, &root_on_v1,
                   "linux.seccomp.syscalls[0].args[0].index: is 6, a system call has 6 arguments");
    rule.args.at = &no_op;
    assert_refused(&config, &root_on_v1,
                   "linux.seccomp.syscalls[0].args[0].op: there is no comparison '='");
    config = with_filter(&rule);
    config.seccomp.architectures = (struct oci_texts){ 1, words };
    assert_refused(&config, &root_on_v1,
                   "linux.seccomp.architectures[0]: 'PDP11' is not supported");
    config = with_filter(&rule);
    config.seccomp.flags = (struct oci_texts){ 1, words };
    assert_refused(&config, &root_on_v1, "linux.seccomp.flags[0]: 'PDP11' is not supported");
}

/* While there are rights, or where none are needed when nothing is left to do. */
static void a_filter_is_loaded_when_it_can_be(void **state)
{
    struct oci_seccomp_rule rule;
    struct oci_config config = with_filter(&rule);

    (void)state;
    for (unsigned int i = 0; i < 2; i++) {
        CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
        struct oci_plan plan;
        struct err err = { 0 };

        config.process.no_new_privileges = i == 1;
        assert_int_equal(make(&config, &root_on_v1, &arena, &plan, &err), 0);
        assert_null(plan_flaw(&plan));
        assert_true(i == 1 ? comes_before(&plan, OCI_STEP_READY, OCI_STEP_SECCOMP)
                           : comes_before(&plan, OCI_STEP_SECCOMP, OCI_STEP_BOUNDING));
    }
    assert_line(&config, &root_on_v1, "rules=\"SCMP_ACT_ERRNO(1) read\"");
}

/* runc and crun tell "flags": [] from no flags as well. */
static void a_filter_whose_flags_are_not_said_takes_no_speculation(void **state)
{
    static const char *const words[] = { "SECCOMP_FILTER_FLAG_LOG" };
    static const struct {
        struct oci_texts words;
        unsigned int flags;
    } rows[] = {
        { { 0, NULL }, SECCOMP_FILTER_FLAG_SPEC_ALLOW },
        { { 0, words }, 0 },
        { { 1, words }, SECCOMP_FILTER_FLAG_LOG },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
        struct oci_seccomp_rule rule;
        struct oci_config config = with_filter(&rule);
        struct oci_plan plan;
        struct err err = { 0 };
        size_t at = 0;

        config.seccomp.flags = rows[i].words;
        assert_int_equal(make(&config, &root_on_v1, &arena, &plan, &err), 0);
        while (plan.steps[at].kind != OCI_STEP_SECCOMP_COMPILE)
            at++;
        assert_int_equal(plan.steps[at].seccomp.flags, rows[i].flags);
    }
}

/* A hook of the container's own runs under the filter, whenever that is loaded. */
static void a_hook_at_the_start_is_filtered(void **state)
{
    static const struct oci_hook hook = { .path = "/h" };
    static const struct {
        bool no_new_privileges;
        const char *action;
        bool is_loaded_before;
    } rows[] = {
        { false, "SCMP_ACT_ERRNO", true },
        { true, "SCMP_ACT_ERRNO", false },
        { true, "SCMP_ACT_NOTIFY", true },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
        struct oci_seccomp_rule rule;
        struct oci_config config = with_filter(&rule);
        const struct oci_step *step;
        struct oci_plan plan;
        struct err err = { 0 };

        rule.action = rows[i].action;
        config.seccomp.listener_path = i == 2 ? "/run/agent" : NULL;
        config.process.no_new_privileges = rows[i].no_new_privileges;
        config.hooks[OCI_HOOK_START_CONTAINER] = (struct oci_hooks){ 1, &hook };
        config.hooks[OCI_HOOK_CREATE_CONTAINER] = (struct oci_hooks){ 1, &hook };
        assert_int_equal(make(&config, &root_on_v1, &arena, &plan, &err), 0);
        assert_null(plan_flaw(&plan));
        step = &plan.steps[occurrence_of(&plan, OCI_STEP_CONTAINER_HOOK).last];
        assert_true(step->hook.is_filtered != rows[i].is_loaded_before);
        assert_true((occurrence_of(&plan, OCI_STEP_SECCOMP).first <
                     occurrence_of(&plan, OCI_STEP_CONTAINER_HOOK).last) ==
                    rows[i].is_loaded_before);
        step = &plan.steps[occurrence_of(&plan, OCI_STEP_CONTAINER_HOOK).first];
        assert_false(step->hook.is_filtered);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_hook_at_the_start_is_filtered),
    cmocka_unit_test(a_listener_is_passed_on_before_the_program_is_waited_for),
    cmocka_unit_test(filters_that_cannot_be_are_refused),
    cmocka_unit_test(a_filter_is_loaded_when_it_can_be),
    cmocka_unit_test(a_filter_whose_flags_are_not_said_takes_no_speculation),
};

RUN_TESTS(tests)
