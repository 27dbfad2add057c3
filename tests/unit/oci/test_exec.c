/* The plan of a program in a container that runs: what is joined, in which order, and what of the
 * config holds for it. */
#include "unit.h"

#include "base/cleanup.h"
#include "oci/exec.h"
#include "unit/oci/invariants.h"

#include <errno.h>
#include <sched.h>

static const struct oci_host on_v1 = { .cap_last = 40, .cgroup_layout = OCI_CGROUP_V1 };
static const struct oci_host on_v2 = { .cap_last = 40, .cgroup_layout = OCI_CGROUP_UNIFIED };

static const char config_text[] =
    "{\"ociVersion\": \"1.2.0\", \"root\": {\"path\": \"rootfs\"},"
    " \"process\": {\"terminal\": true, \"cwd\": \"/a\", \"args\": [\"first\"],"
    " \"env\": [\"PATH=/bin\"], \"user\": {\"uid\": 1, \"gid\": 2}, \"noNewPrivileges\": true,"
    " \"oomScoreAdj\": 7},"
    " \"linux\": {\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ALLOW\"}, \"namespaces\":"
    " [{\"type\": \"mount\"}, {\"type\": \"pid\"}, {\"type\": \"cgroup\"},"
    " {\"type\": \"user\"}, {\"type\": \"network\", \"path\": \"/run/net\"}],"
    " \"uidMappings\": [{\"containerID\": 0, \"hostID\": 1000, \"size\": 10}],"
    " \"gidMappings\": [{\"containerID\": 0, \"hostID\": 1000, \"size\": 10}]}}";

/* The config with `process` in place of what it says of its own program. */
static int parse(const char *process, struct arena *arena, struct oci_config *ret_config,
                 struct err *err)
{
    return oci_config_parse_exec(bytes_of_text(config_text), bytes_of_text(process), arena,
                                 ret_config, err);
}

static int plan_of(const char *process, const struct oci_host *host, struct arena *arena,
                   struct oci_plan *ret_plan, struct err *err)
{
    static const char *const cgroups[] = { "/sys/fs/cgroup/pids/web" };
    struct oci_config config;
    const struct oci_exec_request request = { .config = &config,
                                              .host = host,
                                              .id = "web",
                                              .bundle = "/b",
                                              .cgroups = { ROWS(cgroups), cgroups } };

    assert_int_equal(parse(process, arena, &config, err), 0);
    return oci_exec_plan_make(&request, arena, ret_plan, err);
}

static void what_is_not_said_is_as_in_the_config(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_config config;
    struct err err = { 0 };

    (void)state;
    assert_int_equal(
        parse("{\"args\": [\"b\"], \"user\": {\"uid\": 3, \"gid\": 4}}", &arena, &config, &err), 0);
    assert_string_equal(config.process.args.at[0], "b");
    assert_string_equal(config.process.cwd, "/a");
    assert_int_equal(config.process.user.uid, 3);
    assert_true(config.process.no_new_privileges);
    /* The terminal was the first program's. */
    assert_false(config.process.terminal);
    assert_int_equal(parse("", &arena, &config, &err), 0);
    assert_string_equal(config.process.args.at[0], "first");
    assert_false(config.process.terminal);
}

static void a_process_that_is_none_is_refused(void **state)
{
    static const struct {
        const char *process;
        const char *sentence;
    } rows[] = {
        { "[]", "process: must be an object" },
        { "{\"args\": [1]}", "process.args[0]: is a number, must be a text" },
        { "{\"user\": {\"gid\": 1}}", "process.user.uid: is missing" },
    };
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct oci_config config = { .hostname = "untouched" };
        struct err err = { 0 };

        assert_row(rows[i].process, parse(rows[i].process, &arena, &config, &err) == -EINVAL);
        assert_string_equal(err.sentence, rows[i].sentence);
        assert_string_equal(config.hostname, "untouched");
    }
}

static void its_processors_are_set_before_and_in_the_cgroup(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct occurrence initial;
    struct occurrence final;
    struct oci_plan plan;
    struct err err = { 0 };

    (void)state;
    assert_int_equal(plan_of("{\"execCPUAffinity\": {\"initial\": \"0-1\", \"final\": \"3\"}}",
                             &on_v1, &arena, &plan, &err),
                     0);
    initial = occurrence_of(&plan, OCI_STEP_RUNTIME_AFFINITY);
    final = occurrence_of(&plan, OCI_STEP_AFFINITY);
    assert_int_equal(initial.count, 1);
    assert_int_equal(final.count, 1);
    assert_int_equal(plan.steps[initial.first].affinity.set.bits[0], 3);
    assert_int_equal(plan.steps[final.first].affinity.set.bits[0], 8);
    assert_true(comes_before(&plan, OCI_STEP_RUNTIME_AFFINITY, OCI_STEP_CLONE));
    assert_true(comes_before(&plan, OCI_STEP_CGROUP_ENTER, OCI_STEP_AFFINITY));
    assert_int_equal(
        plan_of("{\"execCPUAffinity\": {\"initial\": \"x\"}}", &on_v1, &arena, &plan, &err),
        -EINVAL);
    assert_string_equal(err.sentence,
                        "process.execCPUAffinity.initial: 'x' is no list of processors");
}

/* Nothing that the container's processes could reach for is there before it is hidden. */
static const enum oci_step_kind order[][2] = {
    { OCI_STEP_CGROUP_OPEN_V1, OCI_STEP_HIDE },
    { OCI_STEP_CGROUP_OPEN_V2, OCI_STEP_HIDE },
    { OCI_STEP_CGROUP_OPEN_NAMESPACE, OCI_STEP_HIDE },
    { OCI_STEP_ROOT_OPEN, OCI_STEP_HIDE },
    { OCI_STEP_CGROUP_JOIN, OCI_STEP_ROOT_ENTER },
    { OCI_STEP_ROOT_ENTER, OCI_STEP_BECOME_ROOT },
    { OCI_STEP_ROOT_ENTER, OCI_STEP_TERMINAL },
    { OCI_STEP_SECCOMP_COMPILE, OCI_STEP_HIDE },
    { OCI_STEP_SELF_WRITE, OCI_STEP_HIDE },
    { OCI_STEP_HIDE, OCI_STEP_PROCESS_JOIN },
    { OCI_STEP_PROCESS_JOIN, OCI_STEP_CLONE },
    { OCI_STEP_CLONE, OCI_STEP_SESSION },
    { OCI_STEP_CGROUP_ENTER, OCI_STEP_CGROUP_JOIN },
    { OCI_STEP_CGROUP_JOIN, OCI_STEP_CLOSE },
    { OCI_STEP_BECOME_ROOT, OCI_STEP_CLOSE },
    { OCI_STEP_CLOSE, OCI_STEP_DIRECTORY },
    { OCI_STEP_DIRECTORY, OCI_STEP_USER },
    { OCI_STEP_SECCOMP, OCI_STEP_EXEC },
};

static void the_steps_are_in_order(void **state)
{
    static const struct oci_host *const hosts[] = { &on_v1, &on_v2 };

    (void)state;
    for (size_t i = 0; i < ROWS(hosts); i++) {
        CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
        bool is_v2 = hosts[i] == &on_v2;
        struct oci_plan plan;
        struct err err = { 0 };

        assert_int_equal(plan_of("{}", hosts[i], &arena, &plan, &err), 0);
        for (size_t j = 0; j < ROWS(order); j++)
            assert_row(oci_step_name(order[j][1]), comes_before(&plan, order[j][0], order[j][1]));
        assert_int_equal(occurrence_of(&plan, OCI_STEP_CGROUP_ENTER).count, is_v2 ? 0 : 1);
        assert_int_equal(occurrence_of(&plan, OCI_STEP_CGROUP_OPEN_V2).count, is_v2 ? 1 : 0);
        assert_int_equal(occurrence_of(&plan, OCI_STEP_SECCOMP).count, 1);
        assert_int_equal(plan.steps[plan.count - 1].kind, OCI_STEP_EXEC);
    }
}

static void with_both_versions_it_is_born_in_one_and_enters_the_others(void **state)
{
    static const char *const cgroups[] = { "/sys/fs/cgroup/pids/web",
                                           "/sys/fs/cgroup/unified/web" };
    static const char *const parts[] = {
        "cgroup-open-v1 path=/sys/fs/cgroup/pids/web slot=0",
        "cgroup-open-v2 path=/sys/fs/cgroup/unified/web slot=1",
        "clone slot=1",
        "cgroup-enter slot=0",
    };
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_config config;
    const struct oci_exec_request request = { .config = &config,
                                              .host = &on_v1,
                                              .id = "web",
                                              .bundle = "/b",
                                              .cgroups = { ROWS(cgroups), cgroups } };
    struct oci_plan plan;
    struct bytes text;
    struct err err = { 0 };

    (void)state;
    assert_int_equal(parse("{}", &arena, &config, &err), 0);
    assert_int_equal(oci_exec_plan_make(&request, &arena, &plan, &err), 0);
    assert_int_equal(oci_plan_format(&plan, false, &arena, &text, &err), 0);
    for (size_t i = 0; i < ROWS(parts); i++) {
        if (strstr((const char *)text.at, parts[i]) == NULL)
            fail_msg("there is no '%s' in\n%s", parts[i], (const char *)text.at);
    }
    assert_null(strstr((const char *)text.at, "cgroup-enter slot=1"));
}

static void all_namespaces_but_that_of_cgroups_are_joined_at_once(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct occurrence join;
    struct oci_plan plan;
    struct err err = { 0 };

    (void)state;
    assert_int_equal(plan_of("{}", &on_v2, &arena, &plan, &err), 0);
    join = occurrence_of(&plan, OCI_STEP_PROCESS_JOIN);
    assert_int_equal(join.count, 1);
    assert_int_equal(plan.steps[join.first].clone.flags,
                     CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUSER | CLONE_NEWNET);
    assert_int_equal(occurrence_of(&plan, OCI_STEP_CGROUP_JOIN).count, 1);
    assert_int_equal(plan.steps[occurrence_of(&plan, OCI_STEP_CLONE).first].clone.flags, 0);
}

/* Whoever enters a mount namespace begins at its root, which is that of others. */
static void a_container_among_the_mounts_of_others_is_entered_by_its_root(void **state)
{
    static const char *const cgroups[OCI_SLOTS] = { "/sys/fs/cgroup/pids/web" };
    static const struct oci_namespace kinds[] = { { true, NULL }, { true, "/mnt" }, { 0 } };
    struct oci_exec_request request = { .host = &on_v1, .id = "web", .bundle = "/b" };

    (void)state;
    for (size_t i = 0; i < ROWS(kinds); i++) {
        CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
        size_t expected = i == 0 ? 0 : 1;
        struct oci_config config;
        struct oci_plan plan;
        struct err err = { 0 };

        assert_int_equal(parse("{}", &arena, &config, &err), 0);
        config.namespaces[OCI_NAMESPACE_MOUNT] = kinds[i];
        request.config = &config;
        request.cgroups = (struct oci_texts){ 1, cgroups };
        assert_int_equal(oci_exec_plan_make(&request, &arena, &plan, &err), 0);
        for (size_t j = 0; j < ROWS(order); j++)
            assert_row(oci_step_name(order[j][1]), comes_before(&plan, order[j][0], order[j][1]));
        assert_int_equal(occurrence_of(&plan, OCI_STEP_ROOT_OPEN).count, expected);
        assert_int_equal(occurrence_of(&plan, OCI_STEP_ROOT_ENTER).count, expected);
        assert_true((plan.steps[occurrence_of(&plan, OCI_STEP_PROCESS_JOIN).first].clone.flags &
                     CLONE_NEWNS) != 0);
        request.cgroups.count = OCI_SLOTS - expected;
        assert_int_equal(oci_exec_plan_make(&request, &arena, &plan, &err), -EINVAL);
        assert_string_equal(err.sentence, i == 0
                                              ? "linux.cgroupsPath: there are more than 15 cgroups"
                                              : "linux.cgroupsPath: there are more than 14 "
                                                "cgroups");
    }
}

static void a_user_that_the_container_does_not_have_is_refused(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_plan plan = { .count = 7 };
    struct err err = { 0 };

    (void)state;
    assert_int_equal(plan_of("{\"user\": {\"uid\": 10, \"gid\": 0}}", &on_v2, &arena, &plan, &err),
                     -EINVAL);
    assert_string_equal(err.sentence, "process.user.uid: 10 is not among linux.uidMappings");
    assert_int_equal(plan.count, 7);
}

static void its_labels_are_set_before_it_sees_the_container(void **state)
{
    static const struct {
        const char *process;
        const char *sentence;
    } rows[] = {
        { "{\"apparmorProfile\": \"p\"}", "process.apparmorProfile: AppArmor is not enabled here" },
        { "{\"selinuxLabel\": \"l\"}", "process.selinuxLabel: SELinux is not enabled here" },
    };
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_host host = on_v2;
    struct occurrence label;
    struct oci_plan plan;
    struct err err = { 0 };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        assert_row(rows[i].process,
                   plan_of(rows[i].process, &on_v2, &arena, &plan, &err) == -EINVAL);
        assert_string_equal(err.sentence, rows[i].sentence);
    }
    host.has_apparmor = true;
    host.has_selinux = true;
    assert_int_equal(plan_of("{\"apparmorProfile\": \"p\", \"selinuxLabel\": \"l\"}", &host, &arena,
                             &plan, &err),
                     0);
    label = occurrence_of(&plan, OCI_STEP_JOINER_LABEL);
    assert_int_equal(label.count, 2);
    assert_string_equal(plan.steps[label.first].label.label, "p");
    assert_true(comes_before(&plan, OCI_STEP_JOINER_LABEL, OCI_STEP_PROCESS_JOIN));
    assert_int_equal(occurrence_of(&plan, OCI_STEP_LABEL).count, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(its_processors_are_set_before_and_in_the_cgroup),
    cmocka_unit_test(what_is_not_said_is_as_in_the_config),
    cmocka_unit_test(a_process_that_is_none_is_refused),
    cmocka_unit_test(its_labels_are_set_before_it_sees_the_container),
    cmocka_unit_test(the_steps_are_in_order),
    cmocka_unit_test(with_both_versions_it_is_born_in_one_and_enters_the_others),
    cmocka_unit_test(all_namespaces_but_that_of_cgroups_are_joined_at_once),
    cmocka_unit_test(a_container_among_the_mounts_of_others_is_entered_by_its_root),
    cmocka_unit_test(a_user_that_the_container_does_not_have_is_refused),
};

RUN_TESTS(tests)
