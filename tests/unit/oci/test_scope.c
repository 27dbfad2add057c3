/* Scopes of systemd: names, places, properties. */
#include "unit/oci/planned.h"

#include <stdio.h>

static const struct oci_systemd machine = { .is_unified = true, .cgroup = "" };
static const struct oci_systemd legacy = { .cgroup = "" };
static const struct oci_systemd users = { .is_user = true,
                                          .is_unified = true,
                                          .cgroup = "/user.slice/user@1000.service" };

/* v1 as systemd mounts it, and the tree of v2 beside it. */
static const struct oci_pair trees[] = {
    { "pids", "/" },        { "memory", "/" },  { "devices", "/" },
    { "cpu,cpuacct", "/" }, { "systemd", "/" }, { "unified", "/" },
};
static const struct oci_host root_below_systemd = { .cap_last = 40,
                                                    .cgroup_layout = OCI_CGROUP_V1,
                                                    .hierarchies = { ROWS(trees), trees } };

/* With v1 a user has no controller. */
static const struct oci_systemd users_legacy = { .is_user = true,
                                                 .cgroup = "/user.slice/user@1000.service" };
static const struct oci_host user_on_v1 = { .caller = { .uid = 1000, .gid = 100 },
                                            .cap_last = 40,
                                            .cgroup_layout = OCI_CGROUP_V1,
                                            .hierarchies = { ROWS(trees), trees } };

static const struct oci_host *host_of(const struct oci_systemd *systemd)
{
    if (systemd == &machine)
        return &root_on_v2;
    if (systemd == &legacy)
        return &root_below_systemd;
    return systemd == &users ? &user_on_v2 : &user_on_v1;
}

static int plan(const struct oci_config *config, const struct oci_systemd *systemd,
                struct arena *arena, const char **ret_text, struct err *err)
{
    const struct oci_plan_request request = { .config = config,
                                              .host = host_of(systemd),
                                              .systemd = systemd,
                                              .id = "web",
                                              .bundle = "/bundle" };
    struct oci_plan made;
    struct bytes text;

    if (oci_plan_make(&request, arena, &made, err) < 0)
        return err->number;
    assert_null(plan_flaw(&made));
    assert_int_equal(oci_plan_format(&made, false, arena, &text, err), 0);
    *ret_text = (const char *)text.at;
    return 0;
}

static void assert_has(const struct oci_config *config, const struct oci_systemd *systemd,
                       const char *part)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    const char *text = "";
    struct err err = { 0 };

    if (plan(config, systemd, &arena, &text, &err) < 0)
        fail_msg("refused: %s", err.sentence);
    if (strstr(text, part) == NULL)
        fail_msg("there is no '%s' in\n%s", part, text);
}

static void assert_no(const struct oci_config *config, const struct oci_systemd *systemd,
                      const char *sentence)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    const char *text = "";
    struct err err = { 0 };

    assert_int_equal(plan(config, systemd, &arena, &text, &err), -EINVAL);
    assert_string_equal(err.sentence, sentence);
}

static struct oci_config config_of(const struct oci_systemd *systemd)
{
    return systemd->is_user ? smallest_of_user() : smallest();
}

static void a_path_names_the_slice_and_the_scope(void **state)
{
    static const struct {
        const char *path;
        const struct oci_systemd *systemd;
        const char *part;
    } rows[] = {
        { NULL, &machine, "unit=cupel-web.scope path=/system.slice/cupel-web.scope" },
        { NULL, &users,
          "unit=cupel-web.scope user=yes "
          "path=/user.slice/user@1000.service/user.slice/cupel-web.scope" },
        { "machine.slice:libpod:1", &machine, "path=/machine.slice/libpod-1.scope" },
        { "a-b-c.slice:x:y", &machine, "path=/a.slice/a-b.slice/a-b-c.slice/x-y.scope" },
        { "a.b-c.slice:x:y", &machine, "path=/a.b.slice/a.b-c.slice/x-y.scope" },
        { "-:x:y", &machine, "path=/x-y.scope" },
        { "-.slice:x:y", &machine, "path=/x-y.scope" },
        { "::y", &machine, "path=/system.slice/-y.scope" },
        { "a.slice:x:y", &legacy, "path=/a.slice/x-y.scope" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct oci_config config = config_of(rows[i].systemd);

        config.cgroups_path = rows[i].path;
        assert_has(&config, rows[i].systemd, rows[i].part);
    }
}

static void what_systemd_cannot_name_is_refused(void **state)
{
    static const char *const rows[][2] = {
        { "/a", "linux.cgroupsPath: '/a' is no 'slice:prefix:name', which --systemd-cgroup wants" },
        { "a.slice:b",
          "linux.cgroupsPath: 'a.slice:b' is no 'slice:prefix:name', which --systemd-cgroup "
          "wants" },
        { "a.slice:b:c:d",
          "linux.cgroupsPath: 'a.slice:b:c:d' is no 'slice:prefix:name', which --systemd-cgroup "
          "wants" },
        { "a--b.slice:x:y", "linux.cgroupsPath: 'a--b.slice' is no name of a slice of systemd" },
        { "-a.slice:x:y", "linux.cgroupsPath: '-a.slice' is no name of a slice of systemd" },
        { "a-.slice:x:y", "linux.cgroupsPath: 'a-.slice' is no name of a slice of systemd" },
        { "a/b.slice:x:y", "linux.cgroupsPath: 'a/b.slice' is no name of a slice of systemd" },
        { "a:x:y", "linux.cgroupsPath: 'a' is no name of a slice of systemd" },
        { "a.slice:x:", "linux.cgroupsPath: 'x-.scope' is no name of a unit of systemd" },
        { "a.slice:x:y/z", "linux.cgroupsPath: 'x-y/z.scope' is no name of a unit of systemd" },
        { "a.slice:x:y.slice",
          "linux.cgroupsPath: 'a.slice:x:y.slice' names a slice of systemd, and a container is a "
          "scope" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct oci_config config = smallest();

        config.cgroups_path = rows[i][0];
        assert_no(&config, &machine, rows[i][1]);
    }
}

static void limits_become_properties_and_are_written_as_well(void **state)
{
    static const char *const on_v2[] = {
        "\"MemoryMax=t:64\"",
        "\"MemoryLow=t:32\"",
        "\"MemorySwapMax=t:36\"",
        "\"TasksMax=t:1\"",
        "\"CPUWeight=t:59\"",
        "\"CPUQuotaPeriodUSec=t:100000\",\"CPUQuotaPerSecUSec=t:340000\"",
        "\"AllowedCPUs=ay:8b\"",
        "\"AllowedMemoryNodes=ay:0001\"",
        "path=/sys/fs/cgroup/system.slice/cupel-web.scope/memory.max value=64",
        "path=/sys/fs/cgroup/system.slice/cupel-web.scope/pids.max value=1",
        "value=\"33333 100000\"",
        "\"Delegate=b:true\"",
        "\"IOAccounting=b:true\"",
    };
    static const char *const on_v1[] = {
        "\"MemoryMax=t:64\"",
        "\"CPUShares=t:512\"",
        "\"CPUQuotaPeriodUSec=t:100000\",\"CPUQuotaPerSecUSec=t:340000\"",
        "\"BlockIOAccounting=b:true\"",
        "cgroup-put path=/sys/fs/cgroup/memory/system.slice/cupel-web.scope",
        "cgroup-make path=/sys/fs/cgroup/pids/system.slice/cupel-web.scope scope=yes",
        "cgroup-put path=/sys/fs/cgroup/systemd/system.slice/cupel-web.scope",
        "cgroup-make path=/sys/fs/cgroup/unified/system.slice/cupel-web.scope scope=yes",
    };
    struct oci_config config = smallest();

    (void)state;
    config.resources.memory_limit = oci_number(64);
    config.resources.memory_reservation = oci_number(32);
    config.resources.memory_swap = oci_number(100);
    config.resources.pids_limit = oci_number(1);
    config.resources.cpu_shares = oci_number(512);
    config.resources.cpu_quota = oci_number(33333);
    config.resources.cpu_period = oci_number(100000);
    config.resources.cpu_cpus = "0-1,3,7";
    config.resources.cpu_mems = "8";
    for (size_t i = 0; i < ROWS(on_v2); i++)
        assert_has(&config, &machine, on_v2[i]);
    config.resources.memory_swap = (struct oci_number){ 0 };
    config.resources.cpu_cpus = NULL;
    config.resources.cpu_mems = NULL;
    for (size_t i = 0; i < ROWS(on_v1); i++)
        assert_has(&config, &legacy, on_v1[i]);
}

static void a_user_has_a_scope_on_v1_and_no_limits(void **state)
{
    static const char place[] = "/user.slice/user@1000.service/user.slice/cupel-web.scope";
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_config config = smallest_of_user();
    const char *text = "";
    struct err err = { 0 };
    char wanted[160];

    (void)state;
    (void)snprintf(wanted, sizeof(wanted), "cgroup-put path=/sys/fs/cgroup/systemd%s", place);
    assert_has(&config, &users_legacy, wanted);
    assert_int_equal(plan(&config, &users_legacy, &arena, &text, &err), 0);
    assert_null(strstr(text, "/sys/fs/cgroup/pids"));
    config.resources.pids_limit = oci_number(7);
    assert_no(&config, &users_legacy,
              "linux.resources.pids.limit: a user's systemd has no controller 'pids' to give, "
              "which cgroup v1 has here");
}

static void device_rules_become_properties_where_systemd_has_words(void **state)
{
    struct oci_device_rule rules[] = {
        { .allow = false, .access = "rwm" },
        { .allow = true, .type = "c", .major = oci_number(10), .minor = oci_number(200) },
        { .allow = true, .type = "b", .major = oci_number(8), .access = "r" },
    };
    struct oci_config config = smallest();

    (void)state;
    config.resources.devices.at = rules;
    config.resources.devices.count = ROWS(rules);
    assert_has(&config, &machine,
               "\"DevicePolicy=s:strict\",\"DeviceAllow=a(ss):/dev/char/10:200 rwm\\nblock-8 "
               "r\\nchar-* m\\nblock-* m\\n");
    rules[2].allow = false;
    assert_has(&config, &machine, "\"TasksAccounting=b:true\"]");
    rules[2].allow = true;
    rules[2].major = (struct oci_number){ 0 };
    rules[2].minor = oci_number(1);
    assert_has(&config, &machine, "\"TasksAccounting=b:true\"]");
}

static void annotations_become_properties(void **state)
{
    static const char *const rows[][3] = {
        { "TimeoutStopSec", "uint64 11", "TimeoutStopUSec=t:11000000" },
        { "TimeoutStopUSec", "uint64 11", "TimeoutStopUSec=t:11" },
        { "CollectMode", "'inactive-or-failed'", "CollectMode=s:inactive-or-failed" },
        { "Documentation", "\"it\\\"s\"", "Documentation=s:it\\\"s" },
        { "SendSIGHUP", "true", "SendSIGHUP=b:true" },
        { "After", "['a.service', \"b.service\" ]", "After=as:a.service\\nb.service" },
        { "After", "[]", "After=as:" },
        { "After", "['', 'b.service']", "After=as:\\nb.service" },
        { "After", "['a.service', '']", "After=as:a.service\\n\\n" },
        { "After", "['']", "After=as:\\n" },
        { "OOMScoreAdjust", "-5", "OOMScoreAdjust=i:-5" },
        { "CPUWeight", "int64 7", "CPUWeight=x:7" },
        { "Number", "byte 7", "Number=y:7" },
    };
    static const char *const bad[][3] = {
        { "A", "true", "a property of systemd has 3 to 96 letters" },
        { "Con-dition", "true", "a property of systemd has 3 to 96 letters" },
        { "Slice", "'open",
          "''open' is no true or false, number (uint64 5), text in quotes, or list of such texts" },
        { "Slice", "['a' 'b']",
          "'['a' 'b']' is no true or false, number (uint64 5), text in quotes, or list of such "
          "texts" },
        { "Slice", "(1, 2)",
          "'(1, 2)' is no true or false, number (uint64 5), text in quotes, or list of such "
          "texts" },
        { "Slice", "",
          "'' is no true or false, number (uint64 5), text in quotes, or list of such texts" },
        { "Slice", "5 6",
          "'5 6' is no true or false, number (uint64 5), text in quotes, or list of such texts" },
    };
    char name[128];
    char sentence[512];
    struct oci_pair pair = { .name = name };
    struct oci_config config = smallest();

    (void)state;
    config.annotations = (struct oci_pairs){ .count = 1, .at = &pair };
    for (size_t i = 0; i < ROWS(rows); i++) {
        (void)snprintf(name, sizeof(name), "org.systemd.property.%s", rows[i][0]);
        pair.value = rows[i][1];
        (void)snprintf(sentence, sizeof(sentence), "\"%s\"]", rows[i][2]);
        assert_has(&config, &machine, sentence);
    }
    for (size_t i = 0; i < ROWS(bad); i++) {
        (void)snprintf(name, sizeof(name), "org.systemd.property.%s", bad[i][0]);
        pair.value = bad[i][1];
        (void)snprintf(sentence, sizeof(sentence), "annotations: '%s': %s", name, bad[i][2]);
        assert_no(&config, &machine, sentence);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_names_the_slice_and_the_scope),
        cmocka_unit_test(what_systemd_cannot_name_is_refused),
        cmocka_unit_test(limits_become_properties_and_are_written_as_well),
        cmocka_unit_test(a_user_has_a_scope_on_v1_and_no_limits),
        cmocka_unit_test(device_rules_become_properties_where_systemd_has_words),
        cmocka_unit_test(annotations_become_properties),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
