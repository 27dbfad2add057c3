/* A plan is computed of a config and of facts, without any system: its order, its steps, and what
 * is refused. */
#include "unit.h"

#include "base/cleanup.h"
#include "unit/oci/planned.h"

#include <errno.h>
#include <stdio.h>

static void every_default_config_makes_a_sound_plan(void **state)
{
    static const struct oci_host *const hosts[] = { &root_on_v1, &root_on_v2, &user_on_v2 };

    (void)state;
    for (size_t i = 0; i < ROWS(hosts); i++) {
        CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
        struct oci_config config;
        struct oci_plan plan;
        struct err err = { 0 };

        assert_int_equal(oci_config_default(&arena, hosts[i]->caller, &config, &err), 0);
        assert_int_equal(make(&config, hosts[i], &arena, &plan, &err), 0);
        assert_null(plan_flaw(&plan));
    }
}

static void cgroups_that_cannot_be_are_refused(void **state)
{
    static const struct oci_device_rule rule = { .allow = true, .type = "x" };
    struct oci_config config = smallest();

    (void)state;
    config.resources.memory_limit = oci_number(1 << 20);
    assert_refused(&config, &without_cgroups,
                   "linux.resources.memory.limit: there is no cgroup file system in "
                   "/sys/fs/cgroup");
    config.cgroups_path = "/..";
    assert_refused(&config, &root_on_v1,
                   "linux.cgroupsPath: '/..' is the cgroup of the whole system");
    config.cgroups_path = "system.slice:cupel:web";
    assert_refused(&config, &root_on_v1,
                   "linux.cgroupsPath: 'system.slice:cupel:web' is a name for systemd "
                   "(--systemd-cgroup), and must be a path");
    config.cgroups_path = NULL;
    config.resources.devices = (struct oci_device_rules){ 1, &rule };
    assert_refused(&config, &root_on_v1,
                   "linux.resources.devices[0].type: 'x' is none of a, b and c");
}

static void what_a_caller_wants_kept_is_kept(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_config config = smallest();
    struct oci_plan_request request = {
        .config = &config, .host = &without_cgroups, .id = "web", .bundle = "/bundle"
    };
    struct oci_plan plan;
    struct err err = { 0 };

    (void)state;
    assert_line(&config, &without_cgroups, "close\n");
    assert_line(&config, &without_cgroups, "pivot  # root.path\n");
    request.preserved_fds = 2;
    request.without_pivot = true;
    request.keeps_keyring = true;
    assert_int_equal(oci_plan_make(&request, &arena, &plan, &err), 0);
    assert_int_equal(occurrence_of(&plan, OCI_STEP_KEYRING).count, 0);
    assert_int_equal(plan.steps[occurrence_of(&plan, OCI_STEP_CLOSE).first].preserved, 2);
    assert_string_equal(plan.steps[occurrence_of(&plan, OCI_STEP_PIVOT).first].text, "move");
}

static void device_rules_are_written_for_root_alone(void **state)
{
    static const struct oci_device_rule rules[] = {
        { .allow = false },
        { .allow = true, .access = "rw" },
        { .allow = true, .type = "c", .major = { true, 10 }, .minor = { true, 229 } },
    };
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_config config = smallest();
    struct oci_config of_user = smallest_of_user();
    struct oci_plan plan;
    struct err err = { 0 };

    (void)state;
    config.resources.devices = (struct oci_device_rules){ ROWS(rules), rules };
    assert_line(&config, &root_on_v1, "devices.deny value=\"a *:* rwm\"");
    assert_line(&config, &root_on_v1, "devices.allow value=\"b *:* rw\"");
    assert_line(&config, &root_on_v1, "devices.allow value=\"c *:* rw\"");
    assert_line(&config, &root_on_v1, "devices.allow value=\"c 10:229 rwm\"");
    assert_line(&config, &root_on_v2, "rules=\"deny a *:* rwm,allow a *:* rw,allow c 10:229 rwm,");
    of_user.resources.devices = config.resources.devices;
    assert_int_equal(make(&of_user, &user_on_v2, &arena, &plan, &err), 0);
    assert_int_equal(occurrence_of(&plan, OCI_STEP_CGROUP_MAKE).count, 0);
}

static void device_rules_that_change_nothing_are_left_out(void **state)
{
    static const struct oci_device_rule open[] = {
        { .allow = false },
        { .allow = true, .type = "c", .major = { true, 10 }, .minor = { true, 229 } },
        { .allow = true },
        { .allow = true, .type = "b" },
    };
    static const struct oci_device_rule with_a_denial[] = {
        { .allow = true },
        { .allow = false, .type = "b" },
    };
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_config config = smallest();
    struct oci_plan plan;
    struct err err = { 0 };

    (void)state;
    config.resources.devices = (struct oci_device_rules){ ROWS(open), open };
    assert_int_equal(make(&config, &root_on_v1, &arena, &plan, &err), 0);
    assert_int_equal(occurrence_of(&plan, OCI_STEP_CGROUP_WRITE).count, 1);
    assert_line(&config, &root_on_v1, "devices.allow value=\"a *:* rwm\"");
    assert_int_equal(make(&config, &root_on_v2, &arena, &plan, &err), 0);
    assert_int_equal(occurrence_of(&plan, OCI_STEP_CGROUP_DEVICES).count, 0);
    config.resources.devices = (struct oci_device_rules){ ROWS(with_a_denial), with_a_denial };
    assert_line(&config, &root_on_v2, "rules=\"allow a *:* rwm,deny b *:* rwm,allow c *:* m,");
}

static void destinations_stay_inside_the_root(void **state)
{
    static const struct {
        const char *destination;
        const char *clean;
    } rows[] = {
        { "/a", "destination=/a type" },           { "a/b", "destination=/a/b type" },
        { "/../../etc", "destination=/etc type" }, { "/a/../../b", "destination=/b type" },
        { "//a///b/", "destination=/a/b type" },   { "/./a/.", "destination=/a type" },
        { "/a/..b", "destination=/a/..b type" },   { "/...", "destination=/... type" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        const struct oci_mount mount = { .destination = rows[i].destination, .type = "tmpfs" };
        struct oci_config config = smallest();

        config.mounts = (struct oci_mounts){ 1, &mount };
        assert_line(&config, &root_on_v1, rows[i].clean);
    }
}

static void options_of_mounts_become_attributes(void **state)
{
    static const struct {
        const char *const options[4];
        const char *line;
    } rows[] = {
        { { "bind" }, "bind destination=/x source=/y  #" },
        { { "rbind", "ro" }, "source=/y recursive=yes attributes=ro  #" },
        { { "bind", "ro", "rw" }, "source=/y without=ro  #" },
        { { "bind", "rro", "nosuid" }, "attributes=nosuid all-attributes=ro  #" },
        { { "bind", "noatime", "strictatime" }, "attributes=strictatime without=noatime" },
        { { "rbind", "rslave" }, "recursive=yes propagation=slave,recursive  #" },
        { { "bind", "mode=755", "size=1k" }, "bind destination=/x source=/y  #" },
        { { "nodev", "size=1k", "x" },
          "type=tmpfs source=y attributes=nodev options=size=1k,x keeps-permissions=yes  #" },
        { { "sync", "defaults", "loud" },
          "type=tmpfs source=y options=sync keeps-permissions=yes  #" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct oci_mount mount = { .destination = "/x", .type = "tmpfs", .source = "y" };
        struct oci_config config = smallest();

        if (strstr(rows[i].options[0], "bind") != NULL)
            mount.source = "/y";
        mount.options.at = rows[i].options;
        while (mount.options.count < 4 && rows[i].options[mount.options.count] != NULL)
            mount.options.count++;
        config.mounts = (struct oci_mounts){ 1, &mount };
        assert_line(&config, &root_on_v1, rows[i].line);
    }
}

static void mounts_that_cannot_be_are_refused(void **state)
{
    static const struct {
        struct oci_mount mount;
        const char *option;
        const char *sentence;
    } rows[] = {
        { { .destination = "/", .type = "sysfs" },
          NULL,
          "mounts[0].destination: would cover the root" },
        { { .destination = "/a/..", .type = "proc" },
          NULL,
          "mounts[0].destination: would cover the root" },
        { { .destination = "/", .type = "tmpfs" },
          "remount",
          "mounts[0].destination: the root cannot be mounted anew" },
        { { .destination = "/x" }, NULL, "mounts[0].type: is missing" },
        { { .destination = "/x", .type = "bind" }, NULL, "mounts[0].source: is missing" },
        { { .destination = "/x", .type = "bind", .source = "/" },
          "nocode",
          "mounts[0].options: a bind mount has no option 'nocode'" },
        { { .destination = "/x", .type = "tmpfs" },
          "idmap",
          "mounts[0]: only a bind mount can have its ids mapped" },
        { { .destination = "/x", .type = "bind", .source = "/" },
          "idmap",
          "mounts[0].options: 'idmap' needs uidMappings and gidMappings, or a namespace of type "
          "'user'" },
        { { .destination = "/x", .type = "ramfs" },
          "tmpcopyup",
          "mounts[0].options: 'tmpcopyup' is for a tmpfs alone" },
        { { .destination = "/proc", .type = "tmpfs" },
          NULL,
          "mounts[0].destination: '/proc' must be of type proc" },
        { { .destination = "/proc/sys/kernel", .type = "bind", .source = "/" },
          NULL,
          "mounts[0].destination: '/proc/sys/kernel' is inside of /proc" },
        { { .destination = "/proc/../proc/1", .type = "tmpfs" },
          NULL,
          "mounts[0].destination: '/proc/1' is inside of /proc" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct oci_mount mount = rows[i].mount;
        struct oci_config config = smallest();

        if (rows[i].option != NULL)
            mount.options = (struct oci_texts){ 1, &rows[i].option };
        config.mounts = (struct oci_mounts){ 1, &mount };
        assert_refused(&config, &root_on_v1, rows[i].sentence);
    }
}

static void a_user_gets_its_own_id_and_no_other(void **state)
{
    static const struct oci_id_map anothers[] = { { 0, 1001, 1 } };
    struct oci_config config = smallest_of_user();

    (void)state;
    assert_line(&config, &user_on_v2, "own-write file=setgroups value=deny");
    assert_line(&config, &user_on_v2, "own-write file=uid_map value=\"0 1000 1\\n\"");
    assert_line(&config, &user_on_v2, "become-root uid=0 gid=0");
    assert_line(&config, &user_on_v2, "user uid=0 gid=0 groups=unchanged");
    config.uid_maps.at = anothers;
    assert_refused(
        &config, &user_on_v2,
        "linux.uidMappings[0]: 1001 to 1001 are neither the user's own id (1000) nor among "
        "those that /etc/subuid gives to it");
    config = smallest_of_user();
    config.process.user.uid = 5;
    assert_refused(&config, &user_on_v2, "process.user.uid: 5 is not among linux.uidMappings");
    config = smallest();
    assert_refused(&config, &user_on_v2,
                   "linux.namespaces: without one of type 'user', only root can make a container");
}

static void a_user_may_keep_its_own_id(void **state)
{
    static const struct oci_id_map same_uid[] = { { 1000, 1000, 1 } };
    static const struct oci_id_map same_gid[] = { { 100, 100, 1 } };
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_config config = smallest_of_user();
    struct oci_plan plan;
    struct err err = { 0 };

    (void)state;
    config.uid_maps.at = same_uid;
    config.gid_maps.at = same_gid;
    config.process.user.uid = 1000;
    config.process.user.gid = 100;
    assert_int_equal(make(&config, &user_on_v2, &arena, &plan, &err), 0);
    assert_int_equal(occurrence_of(&plan, OCI_STEP_BECOME_ROOT).count, 0);
}

static void namespaces_are_joined_with_the_rights_that_it_takes(void **state)
{
    static const struct {
        const struct oci_host *host;
        bool user_is_first;
    } rows[] = { { &root_on_v2, false }, { &user_on_v2, true } };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
        struct oci_config config = smallest();
        struct oci_plan plan;
        struct occurrence joins;
        struct err err = { 0 };

        config.namespaces[OCI_NAMESPACE_NETWORK] = (struct oci_namespace){ true, "/net" };
        config.namespaces[OCI_NAMESPACE_USER] = (struct oci_namespace){ true, "/user" };
        assert_int_equal(make(&config, rows[i].host, &arena, &plan, &err), 0);
        assert_null(plan_flaw(&plan));
        joins = occurrence_of(&plan, OCI_STEP_NAMESPACE_JOIN);
        assert_int_equal(joins.count, 2);
        assert_string_equal(
            plan.steps[rows[i].user_is_first ? joins.first : joins.last].namespace.path, "/user");
    }
}

static void root_of_a_users_namespace_has_no_more_than_its_maker(void **state)
{
    static const struct oci_device_rule rules[] = { { .access = "rwm" } };
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_config config = smallest();
    struct oci_plan plan;
    struct err err = { 0 };

    (void)state;
    config.resources.devices = (struct oci_device_rules){ 1, rules };
    config.resources.pids_limit = oci_number(9);
    assert_line(&config, &nested_on_v2, "device-bind destination=/dev/null major=1 minor=3");
    assert_line(&config, &nested_on_v2, "cgroup-make path=/sys/fs/cgroup/user.slice/cupel-web");
    assert_int_equal(make(&config, &nested_on_v2, &arena, &plan, &err), 0);
    assert_int_equal(occurrence_of(&plan, OCI_STEP_CGROUP_DEVICES).count, 0);
}

static void a_user_namespace_has_devices_of_outside(void **state)
{
    struct oci_config config = smallest();
    struct oci_config of_user = smallest_of_user();

    (void)state;
    assert_line(&config, &root_on_v1, "device destination=/dev/null mode=20666 major=1 minor=3");
    assert_line(&of_user, &user_on_v2, "device-bind destination=/dev/null major=1 minor=3");
}

static void programs_that_cannot_be_are_refused(void **state)
{
    static const char *const empty[] = { "" };
    static const struct oci_rlimit unknown = { .type = "RLIMIT_NONE" };
    static const struct oci_rlimit twice[] = { { "RLIMIT_CPU", 1, 1 }, { "RLIMIT_CPU", 1, 1 } };
    struct oci_config config = smallest();

    (void)state;
    config.process.cwd = "tmp";
    assert_refused(&config, &root_on_v1, "process.cwd: 'tmp' is no absolute path");
    config = smallest();
    config.process.args.count = 0;
    assert_refused(&config, &root_on_v1, "process.args: is empty");
    config.process.cwd = NULL;
    assert_refused(&config, &root_on_v1, "process: is missing");
    config = smallest();
    config.process.args.count = 0;
    config.process.args = (struct oci_texts){ 1, empty };
    assert_refused(&config, &root_on_v1, "process.args[0]: is empty");
    config = smallest();
    config.process.rlimits = (struct oci_rlimits){ 1, &unknown };
    assert_refused(&config, &root_on_v1,
                   "process.rlimits[0].type: there is no limit 'RLIMIT_NONE'");
    config.process.rlimits = (struct oci_rlimits){ 2, twice };
    assert_refused(&config, &root_on_v1, "process.rlimits[1].type: 'RLIMIT_CPU' is there twice");
    config = smallest();
    config.oci_version = "2.0.0";
    assert_refused(&config, &root_on_v1, "ociVersion: is 2.0.0, only 1.x is known");
    config.oci_version = "1.2.0.1";
    assert_refused(&config, &root_on_v1, "ociVersion: '1.2.0.1' is no version");
}

static void variables_that_are_none_are_refused(void **state)
{
    static const char *const wrong[] = { "A", "=b", "" };

    (void)state;
    for (size_t i = 0; i < ROWS(wrong); i++) {
        const char *const env[] = { "A=", wrong[i] };
        const struct oci_hook hook = { .path = "/h", .env = { 2, env } };
        struct oci_config of_program = smallest();
        struct oci_config of_hook = smallest();
        char sentence[64];

        of_program.process.env = (struct oci_texts){ 2, env };
        (void)snprintf(sentence, sizeof(sentence), "process.env[1]: '%s' is not NAME=VALUE",
                       wrong[i]);
        assert_refused(&of_program, &root_on_v1, sentence);
        of_hook.hooks[OCI_HOOK_POSTSTOP] = (struct oci_hooks){ 1, &hook };
        (void)snprintf(sentence, sizeof(sentence),
                       "hooks.poststop[0].env[1]: '%s' is not NAME=VALUE", wrong[i]);
        assert_refused(&of_hook, &root_on_v1, sentence);
    }
}

/* What it adds is not known, and so passed over. */
static void a_newer_version_is_said(void **state)
{
    static const struct {
        const char *version;
        const char *warning;
    } rows[] = {
        { "1.2.0", NULL },
        { "1.3.9-rc1", NULL },
        { "1.4.0", "ociVersion: is 1.4.0; what is newer than 1.3 is passed over" },
        { "1.10.0+dev", "ociVersion: is 1.10.0+dev; what is newer than 1.3 is passed over" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
        struct oci_config config = smallest();
        struct oci_plan plan;
        struct err err = { 0 };

        config.oci_version = rows[i].version;
        assert_int_equal(make(&config, &root_on_v1, &arena, &plan, &err), 0);
        assert_row(rows[i].version, plan.warnings.count == (rows[i].warning == NULL ? 0 : 1));
        if (rows[i].warning != NULL)
            assert_string_equal(plan.warnings.at[0], rows[i].warning);
    }
}

static void the_program_is_looked_for_in_its_own_path(void **state)
{
    static const char *const env[] = { "A=b", "PATH=/x::/y/" };
    static const char *const named[] = { "./a", "b" };
    struct oci_config config = smallest();

    (void)state;
    config.process.env = (struct oci_texts){ 2, env };
    assert_line(&config, &root_on_v1, "exec files=[\"/x/a\",\"./a\",\"/y//a\"] args=[\"a\"]");
    config.process.args = (struct oci_texts){ 2, named };
    assert_line(&config, &root_on_v1, "exec files=[\"./a\"] args=[\"./a\",\"b\"]");
}

static void settings_of_the_whole_machine_are_refused(void **state)
{
    struct oci_pair setting = { "net.ipv4.ip_forward", "1" };
    struct oci_config config = smallest();

    (void)state;
    config.sysctl = (struct oci_pairs){ 1, &setting };
    assert_refused(&config, &root_on_v1,
                   "linux.sysctl: 'net.ipv4.ip_forward' needs a namespace of its own");
    config.namespaces[OCI_NAMESPACE_NETWORK].is_wanted = true;
    assert_line(&config, &root_on_v1, "sysctl path=/proc/sys/net/ipv4/ip_forward value=1");
    setting.name = "kernel.panic";
    assert_refused(&config, &root_on_v1,
                   "linux.sysctl: 'kernel.panic' is not a setting that a container can have of "
                   "its own");
    setting.name = "net/../kernel";
    assert_refused(&config, &root_on_v1, "linux.sysctl: 'net/../kernel' is no name of a setting");
    config.namespaces[OCI_NAMESPACE_UTS].is_wanted = true;
    config.domainname = "here";
    setting = (struct oci_pair){ "kernel.domainname", "here" };
    assert_line(&config, &root_on_v1, "sysctl path=/proc/sys/kernel/domainname value=here");
    setting.value = "there";
    assert_refused(&config, &root_on_v1,
                   "linux.sysctl: 'kernel.domainname' is 'there', and domainname 'here'");
}

static void names_that_could_leave_their_directory_are_refused(void **state)
{
    static const char *const bad[] = { "", ".", "..", "../a", "a/b", "-a", "a b", "a\n", "ä" };
    static const char *const good[] = { "a", "A-1_2+3.4", "0" };
    char long_name[OCI_ID_MAX + 2];
    struct err err = { 0 };

    (void)state;
    for (size_t i = 0; i < ROWS(bad); i++)
        assert_row(bad[i], oci_id_check(bad[i], &err) == -EINVAL);
    for (size_t i = 0; i < ROWS(good); i++)
        assert_row(good[i], oci_id_check(good[i], &err) == 0);
    memset(long_name, 'a', sizeof(long_name));
    long_name[OCI_ID_MAX + 1] = '\0';
    assert_int_equal(oci_id_check(long_name, &err), -EINVAL);
    long_name[OCI_ID_MAX] = '\0';
    assert_int_equal(oci_id_check(long_name, &err), 0);
}

static void a_terminal_needs_somebody_who_takes_it(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_config config = smallest();
    struct oci_plan_request request = {
        .config = &config, .host = &root_on_v1, .id = "web", .bundle = "/bundle"
    };
    struct oci_plan plan;
    struct occurrence terminal;
    struct err err = { 0 };

    (void)state;
    config.process.terminal = true;
    config.process.user.uid = 7;
    assert_int_equal(oci_plan_make(&request, &arena, &plan, &err), -EINVAL);
    assert_string_equal(err.sentence, "process.terminal: there is nobody here who would take it");
    request.has_console = true;
    assert_int_equal(oci_plan_make(&request, &arena, &plan, &err), 0);
    assert_null(plan_flaw(&plan));
    terminal = occurrence_of(&plan, OCI_STEP_TERMINAL);
    assert_int_equal(terminal.count, 1);
    assert_int_equal(plan.steps[terminal.first].terminal.terminal.uid, 7);
    assert_true(plan.steps[terminal.first].terminal.is_console);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_terminal_needs_somebody_who_takes_it),
    cmocka_unit_test(every_default_config_makes_a_sound_plan),
    cmocka_unit_test(cgroups_that_cannot_be_are_refused),
    cmocka_unit_test(what_a_caller_wants_kept_is_kept),
    cmocka_unit_test(device_rules_are_written_for_root_alone),
    cmocka_unit_test(device_rules_that_change_nothing_are_left_out),
    cmocka_unit_test(destinations_stay_inside_the_root),
    cmocka_unit_test(options_of_mounts_become_attributes),
    cmocka_unit_test(mounts_that_cannot_be_are_refused),
    cmocka_unit_test(a_user_gets_its_own_id_and_no_other),
    cmocka_unit_test(a_user_may_keep_its_own_id),
    cmocka_unit_test(namespaces_are_joined_with_the_rights_that_it_takes),
    cmocka_unit_test(root_of_a_users_namespace_has_no_more_than_its_maker),
    cmocka_unit_test(a_user_namespace_has_devices_of_outside),
    cmocka_unit_test(programs_that_cannot_be_are_refused),
    cmocka_unit_test(variables_that_are_none_are_refused),
    cmocka_unit_test(a_newer_version_is_said),
    cmocka_unit_test(the_program_is_looked_for_in_its_own_path),
    cmocka_unit_test(settings_of_the_whole_machine_are_refused),
    cmocka_unit_test(names_that_could_leave_their_directory_are_refused),
};

RUN_TESTS(tests)
