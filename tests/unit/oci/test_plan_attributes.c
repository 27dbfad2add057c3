/* Plans with hooks, clocks, scheduling, labels and memory nodes: their steps, and what is refused.
 */
#include "unit/oci/planned.h"

#include <linux/capability.h>

static void clocks_are_set_in_a_namespace_of_their_own(void **state)
{
    struct oci_config config = smallest();

    (void)state;
    config.monotonic_offset.secs = oci_number(-86400);
    config.boottime_offset.nanosecs = oci_number(5);
    assert_refused(&config, &root_on_v2, "linux.timeOffsets: needs a new namespace of type 'time'");
    config.namespaces[OCI_NAMESPACE_TIME].is_wanted = true;
    assert_line(&config, &root_on_v2,
                "child   time-namespace offsets=\"monotonic -86400 0\\nboottime 0 5\\n\"");
    assert_line(&config, &root_on_v2, "clone new=mount  #");
    config.namespaces[OCI_NAMESPACE_TIME].path = "/proc/1/ns/time";
    assert_refused(&config, &root_on_v2, "linux.timeOffsets: needs a new namespace of type 'time'");
    config.monotonic_offset = config.boottime_offset = (struct oci_time_offset){ 0 };
    assert_line(&config, &root_on_v2, "namespace-join type=time path=/proc/1/ns/time");
}

static void scheduling_is_set_from_outside(void **state)
{
    static const char *const flags[] = { "SCHED_FLAG_RESET_ON_FORK" };
    struct oci_config config = smallest();
    struct oci_scheduler *scheduler = &config.process.scheduler;

    (void)state;
    *scheduler = (struct oci_scheduler){ .policy = "SCHED_FIFO",
                                         .priority = { true, 7 },
                                         .flags = { 1, flags } };
    config.process.io_priority =
        (struct oci_io_priority){ .class_name = "IOPRIO_CLASS_BE", .priority = { true, 3 } };
    assert_line(&config, &root_on_v2, "runtime scheduler policy=SCHED_FIFO flags=1 priority=7");
    assert_line(&config, &root_on_v2, "runtime io-priority class=IOPRIO_CLASS_BE level=3");
    assert_line(&config, &root_on_v2, "runtime release what=prepared");
    scheduler->priority = oci_number(0);
    assert_refused(&config, &root_on_v2,
                   "process.scheduler.priority: is 0, SCHED_FIFO has those from 1 to 99");
    scheduler->policy = "SCHED_OTHER";
    scheduler->nice = oci_number(20);
    assert_refused(&config, &root_on_v2,
                   "process.scheduler.nice: is 20, must be between -20 and 19");
    scheduler->nice = oci_number(0);
    scheduler->runtime = oci_number(5);
    assert_refused(&config, &root_on_v2,
                   "process.scheduler: SCHED_OTHER has no runtime, deadline and period");
    scheduler->policy = "SCHED_ISO";
    assert_refused(&config, &root_on_v2, "process.scheduler.policy: 'SCHED_ISO' is not supported");
    *scheduler = (struct oci_scheduler){ .policy = "SCHED_DEADLINE" };
    assert_refused(&config, &root_on_v2, "process.scheduler.runtime: SCHED_DEADLINE needs it");
    /* It says nothing to this policy, and is no mistake. */
    scheduler->runtime = oci_number(42000);
    scheduler->nice = oci_number(19);
    assert_line(&config, &root_on_v2, "runtime scheduler policy=SCHED_DEADLINE nice=19");
    scheduler->policy = NULL;
    config.process.io_priority.class_name = "IOPRIO_CLASS_NONE";
    assert_refused(&config, &root_on_v2,
                   "process.ioPriority.class: 'IOPRIO_CLASS_NONE' is not supported");
    config.process.io_priority.class_name = NULL;
    config.process.exec_affinity.final = "3-1";
    assert_refused(&config, &root_on_v2,
                   "process.execCPUAffinity.final: '3-1' is no list of processors");
}

static void labels_need_their_module(void **state)
{
    static const struct oci_mount mounts[] = {
        { .destination = "/a", .type = "tmpfs" },
        { .destination = "/proc", .type = "proc" },
    };
    struct oci_host host = root_on_v2;
    struct oci_config config = smallest();

    (void)state;
    config.mounts = (struct oci_mounts){ ROWS(mounts), mounts };
    config.process.apparmor_profile = "unconfined";
    assert_line(&config, &host, "exec files=");
    config.process.apparmor_profile = "web";
    assert_refused(&config, &host, "process.apparmorProfile: AppArmor is not enabled here");
    host.has_apparmor = true;
    assert_line(&config, &host, "label module=apparmor label=web");
    config.process.selinux_label = "a:b:c";
    assert_refused(&config, &host, "process.selinuxLabel: SELinux is not enabled here");
    config.process.selinux_label = NULL;
    config.mount_label = "a:b:d";
    assert_refused(&config, &host, "linux.mountLabel: SELinux is not enabled here");
    host.has_selinux = true;
    config.process.selinux_label = "a:b:c";
    assert_line(&config, &host, "label module=selinux label=a:b:c");
    assert_line(&config, &host, "mount destination=/a type=tmpfs options=context=a:b:d");
    assert_line(&config, &host, "mount destination=/proc type=proc no-symlinks=yes");
}

static void memory_and_personality_are_the_programs_own(void **state)
{
    static const char *const flags[] = { "MPOL_F_STATIC_NODES" };
    struct oci_config config = smallest();
    struct oci_memory_policy *policy = &config.memory_policy;

    (void)state;
    *policy = (struct oci_memory_policy){ "MPOL_BIND", "0,2-3", { 1, flags } };
    config.personality.domain = "LINUX32";
    assert_line(&config, &root_on_v2, "memory-policy mode=MPOL_BIND nodes=0,2-3");
    assert_line(&config, &root_on_v2, "personality domain=LINUX32");
    policy->nodes = "0-1024";
    assert_refused(&config, &root_on_v2, "linux.memoryPolicy.nodes: '0-1024' is no list of nodes");
    policy->nodes = NULL;
    assert_refused(&config, &root_on_v2, "linux.memoryPolicy.nodes: MPOL_BIND needs some");
    policy->mode = "MPOL_LOCAL";
    policy->nodes = "1";
    assert_refused(&config, &root_on_v2, "linux.memoryPolicy.nodes: MPOL_LOCAL has none");
    policy->mode = "MPOL_NONE";
    assert_refused(&config, &root_on_v2, "linux.memoryPolicy.mode: 'MPOL_NONE' is not supported");
    policy->mode = NULL;
    config.personality.domain = "BSD";
    assert_refused(&config, &root_on_v2, "linux.personality.domain: 'BSD' is not supported");
    config.personality = (struct oci_personality){ "LINUX", { 1, flags } };
    assert_refused(&config, &root_on_v2,
                   "linux.personality.flags[0]: 'MPOL_F_STATIC_NODES' is not supported");
}

static void hooks_are_run_by_the_runtime_or_by_the_process(void **state)
{
    static const char *const environment[] = { "A=b" };
    static const char *const words[] = { "hook", "x" };
    struct oci_hook hook = { .path = "/h", .args = { 2, words }, .timeout = { true, 5 } };
    struct oci_config config = smallest();

    (void)state;
    config.hooks[OCI_HOOK_CREATE_RUNTIME] = (struct oci_hooks){ 1, &hook };
    config.hooks[OCI_HOOK_START_CONTAINER] = (struct oci_hooks){ 1, &hook };
    config.hooks[OCI_HOOK_POSTSTOP] = (struct oci_hooks){ 1, &hook };
    assert_line(&config, &root_on_v2,
                "runtime runtime-hook path=/h args=[\"hook\",\"x\"] timeout=5s"
                "  # hooks.createRuntime[0]\n");
    assert_line(&config, &root_on_v2, "runtime listen what=mounts\n");
    assert_line(&config, &root_on_v2, "child   await what=runtime-hooks\n");
    assert_line(&config, &root_on_v2, " env=[\"HOME=/\"] timeout=5s  # hooks.startContainer[0]\n");
    config.process.env = (struct oci_texts){ 1, environment };
    assert_line(&config, &root_on_v2,
                " env=[\"A=b\",\"HOME=/\"] timeout=5s  # hooks.startContainer[0]\n");
    /* An empty list is an environment, too. */
    hook.env.at = environment;
    assert_line(&config, &root_on_v2, " env=[] timeout=5s  # hooks.createRuntime[0]\n");
    assert_line(&config, &root_on_v2, " env=[] timeout=5s  # hooks.startContainer[0]\n");
}

static void hooks_that_cannot_be_are_refused(void **state)
{
    static const struct oci_hook relative = { .path = "h" };
    static const struct oci_hook hasty = { .path = "/h", .timeout = { true, 0 } };
    struct oci_config config = smallest();

    (void)state;
    config.hooks[OCI_HOOK_POSTSTOP] = (struct oci_hooks){ 1, &relative };
    assert_refused(&config, &root_on_v2, "hooks.poststop[0].path: 'h' is no absolute path");
    config.hooks[OCI_HOOK_PRESTART] = (struct oci_hooks){ 1, &hasty };
    assert_refused(&config, &root_on_v2, "hooks.prestart[0].timeout: must be greater than 0");
}

static void network_devices_are_moved_by_root(void **state)
{
    static const struct oci_net_device devices[] = { { "eth0", NULL }, { "eth1", "net%d" } };
    static const struct oci_net_device twice[] = { { "eth0", NULL }, { "eth1", "eth0" } };
    static const struct oci_net_device no_name[] = { { "eth/0", NULL } };
    struct oci_config config = smallest();
    struct oci_config of_user = smallest_of_user();

    (void)state;
    config.net_devices = of_user.net_devices = (struct oci_net_devices){ ROWS(devices), devices };
    assert_refused(&config, &root_on_v2, "linux.netDevices: needs a namespace of type 'network'");
    config.namespaces[OCI_NAMESPACE_NETWORK].is_wanted = true;
    of_user.namespaces[OCI_NAMESPACE_NETWORK].is_wanted = true;
    assert_line(&config, &root_on_v2, "net-device device=eth0 name=eth0  # linux.netDevices.eth0");
    assert_line(&config, &root_on_v2, "net-device device=eth1 name=net%d");
    assert_refused(&of_user, &user_on_v2, "linux.netDevices: only root can move devices");
    config.net_devices.at = twice;
    assert_refused(&config, &root_on_v2,
                   "linux.netDevices.eth1.name: there is a device 'eth0' already");
    config.net_devices = (struct oci_net_devices){ 1, no_name };
    assert_refused(&config, &root_on_v2, "linux.netDevices: 'eth/0' cannot be a device's name");
}

static void a_user_has_the_ids_that_were_given_to_it(void **state)
{
    static const struct oci_id_range given[] = { { 100000, 65536 }, { 300000, 10 } };
    static const struct oci_id_map maps[] = { { 0, 1000, 1 }, { 1, 100000, 65536 } };
    static const struct oci_id_map groups[] = { { 0, 300000, 10 }, { 100, 100, 1 } };
    static const struct oci_id_map too_many[] = { { 0, 1000, 1 }, { 1, 300000, 11 } };
    static const struct oci_id_map neither[] = { { 7, 300000, 1 } };
    static const uint32_t additional[] = { 5 };
    struct oci_host host = user_on_v2;
    struct oci_config config = smallest_of_user();

    (void)state;
    host.subordinate_uids = host.subordinate_gids = (struct oci_id_ranges){ ROWS(given), given };
    config.uid_maps = (struct oci_id_maps){ ROWS(maps), maps };
    assert_line(&config, &host,
                "runtime id-map path=/usr/bin/newuidmap args=[\"/usr/bin/newuidmap\",\"PID\","
                "\"0\",\"1000\",\"1\",\"1\",\"100000\",\"65536\"]  # linux.uidMappings");
    /* The group is its own alone still. */
    assert_line(&config, &host, "process-write file=setgroups value=deny");
    assert_line(&config, &host, "process-write file=gid_map value=\"0 100 1\\n\"");
    assert_line(&config, &host, "groups=unchanged");
    config.gid_maps = (struct oci_id_maps){ ROWS(groups), groups };
    config.process.user.additional_gids = (struct oci_ids){ 1, additional };
    assert_line(&config, &host, "runtime id-map path=/usr/bin/newgidmap");
    assert_line(&config, &host, "user uid=0 gid=0 groups=5");
    config.uid_maps = (struct oci_id_maps){ ROWS(too_many), too_many };
    assert_refused(
        &config, &host,
        "linux.uidMappings[1]: 300000 to 300010 are neither the user's own id (1000) nor "
        "among those that /etc/subuid gives to it");
    config.uid_maps = (struct oci_id_maps){ ROWS(neither), neither };
    assert_refused(&config, &host,
                   "linux.uidMappings: maps neither an id to 0 nor the user's own id (1000)");
}

static void the_last_of_a_variable_counts_at_the_place_of_the_first(void **state)
{
    static const char *const env[] = {
        "B=1", "A=1", "PATH=/one", "AB=", "A=", "PATH=/two", "A=x=y"
    };
    struct oci_config config = smallest();

    (void)state;
    config.process.env = (struct oci_texts){ ROWS(env), env };
    assert_line(&config, &root_on_v1, "env=[\"B=1\",\"A=x=y\",\"PATH=/two\",\"AB=\",\"HOME=/\"]");
    assert_line(&config, &root_on_v1, "files=[\"/two/a\"]");
}

static void groups_of_the_caller_can_be_kept(void **state)
{
    static const struct oci_pair kept[] = { { "run.oci.keep_original_groups", "1" } };
    struct oci_config config = smallest();

    (void)state;
    config.annotations = (struct oci_pairs){ 1, kept };
    assert_line(&config, &root_on_v2, "user uid=0 gid=0 groups=unchanged");
}

static void a_working_directory_is_made_before_the_root_is_read_only(void **state)
{
    struct oci_config config = smallest();

    (void)state;
    config.root.readonly = true;
    config.process.cwd = "/a/../b";
    assert_line(&config, &root_on_v2, "directory-make path=/b  # process.cwd\n");
}

static void capabilities_that_the_caller_lacks_are_not_asked_for(void **state)
{
    struct oci_host host = root_on_v2;
    struct oci_config config = smallest();

    (void)state;
    host.caller.lacks = 2;
    config.process.capabilities =
        (struct oci_capabilities){ .bounding = 3, .effective = 3, .permitted = 3 };
    assert_line(&config, &host, "capabilities effective=CAP_CHOWN permitted=CAP_CHOWN");
}

static void a_new_network_has_its_loopback(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_config config = smallest_of_user();
    struct oci_plan plan;
    struct err err = { 0 };

    (void)state;
    config.namespaces[OCI_NAMESPACE_NETWORK].is_wanted = true;
    assert_line(&config, &user_on_v2, "child   loopback");
    config = smallest();
    config.namespaces[OCI_NAMESPACE_NETWORK] = (struct oci_namespace){ true, "/proc/1/ns/net" };
    assert_int_equal(make(&config, &root_on_v2, &arena, &plan, &err), 0);
    assert_int_equal(occurrence_of(&plan, OCI_STEP_LOOPBACK).count, 0);
}

static void pipes_go_to_the_user_as_outside_knows_it(void **state)
{
    static const struct oci_id_map map[] = { { 0, 100000, 65536 } };
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_config config = smallest();
    struct oci_plan plan;
    struct err err = { 0 };

    (void)state;
    assert_int_equal(make(&config, &root_on_v2, &arena, &plan, &err), 0);
    assert_int_equal(occurrence_of(&plan, OCI_STEP_STREAMS).count, 0);
    config.process.user.uid = 12;
    assert_line(&config, &root_on_v2, "streams uid=12");
    config.namespaces[OCI_NAMESPACE_USER].is_wanted = true;
    config.uid_maps = (struct oci_id_maps){ 1, map };
    config.gid_maps = config.uid_maps;
    assert_line(&config, &root_on_v2, "streams uid=100012");
    config.process.user.uid = 0;
    assert_line(&config, &root_on_v2, "streams uid=100000");
}

static void a_class_of_service_is_made_and_entered(void **state)
{
    static const char *const lines[] = { "L2:0=f" };
    struct oci_config config = smallest();
    struct oci_host host = without_cgroups;

    (void)state;
    host.has_resctrl = true;
    config.intel_rdt.is_wanted = true;
    assert_line(&config, &host, "resctrl-make path=/sys/fs/resctrl/web new=yes");
    assert_line(&config, &host, "resctrl-enter path=/sys/fs/resctrl/web  # linux.intelRdt\n");
    config.intel_rdt.l3_cache_schema = "L3:0=7f0;1=1f";
    config.intel_rdt.mem_bw_schema = "MB:0=20";
    config.intel_rdt.schemata = (struct oci_texts){ 1, lines };
    assert_line(&config, &host, "resctrl-make path=/sys/fs/resctrl/web schemata=");
    assert_line(&config, &host, "L3:0=7f0;1=1f,MB:0=20,L2:0=f");
    assert_line(&config, &host, "resctrl-enter path=/sys/fs/resctrl/web  # linux.intelRdt\n");
    config.intel_rdt.clos_id = "gold";
    assert_line(&config, &host, "resctrl-make path=/sys/fs/resctrl/gold schemata=");
    config.intel_rdt = (struct oci_intel_rdt){ true, .clos_id = "/", .enable_monitoring = true };
    assert_line(&config, &host, "resctrl-make path=/sys/fs/resctrl there=yes  # linux.intelRdt\n");
    assert_line(&config, &host, "resctrl-make path=/sys/fs/resctrl/mon_groups/web new=yes");
    assert_line(&config, &host, "resctrl-enter path=/sys/fs/resctrl/mon_groups/web");
}

static void classes_that_cannot_be_are_refused(void **state)
{
    static const char *const two_lines[] = { "L2:0=f\nL2:1=f" };
    static const struct {
        struct oci_intel_rdt rdt;
        const char *sentence;
    } rows[] = {
        { { .clos_id = "a/b" }, "linux.intelRdt.closID: 'a/b' cannot be a group's name" },
        { { .clos_id = "info" }, "linux.intelRdt.closID: 'info' cannot be a group's name" },
        { { .mem_bw_schema = "L3:0=f" },
          "linux.intelRdt.memBwSchema: 'L3:0=f' does not begin with 'MB:'" },
        { { .l3_cache_schema = "L3:0=f\nMB:0=10" },
          "linux.intelRdt.l3CacheSchema: must be one line" },
        { { .schemata = { 1, two_lines } }, "linux.intelRdt.schemata: must be one line" },
    };
    struct oci_config config = smallest();
    struct oci_config of_user = smallest_of_user();
    struct oci_host host = without_cgroups;
    struct oci_host users = user_on_v2;

    (void)state;
    config.intel_rdt.is_wanted = of_user.intel_rdt.is_wanted = true;
    assert_refused(&config, &host,
                   "linux.intelRdt: there is no resctrl file system at /sys/fs/resctrl");
    host.has_resctrl = users.has_resctrl = true;
    of_user.intel_rdt.clos_id = "/";
    assert_refused(&of_user, &users, "linux.intelRdt: only root can make groups of resctrl");
    for (size_t i = 0; i < ROWS(rows); i++) {
        config.intel_rdt = rows[i].rdt;
        config.intel_rdt.is_wanted = true;
        assert_refused(&config, &host, rows[i].sentence);
    }
}

#define BIT(capability) (UINT64_C(1) << (capability))

/* config.md#linux-process: a warning each, and no failure. */
static void capabilities_that_cannot_be_had_are_passed_over_with_a_warning(void **state)
{
    static const char *const expected[] = {
        "process.capabilities: can't raise any capability CAP_CHECKPOINT_RESTORE: this kernel does "
        "not have it",
        "process.capabilities: can't raise effective capability CAP_FOWNER: it is not in permitted",
        "process.capabilities: can't raise inheritable capability CAP_FSETID: it is neither in "
        "permitted nor in bounding",
        "process.capabilities: can't raise ambient capability CAP_CHOWN: it is not both in "
        "permitted and in inheritable",
    };
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_host host = root_on_v1;
    struct oci_config config = smallest();
    struct oci_capabilities *wanted = &config.process.capabilities;
    struct oci_plan plan;
    struct err err = { 0 };

    (void)state;
    host.cap_last = 39;
    wanted->bounding = BIT(CAP_KILL) | BIT(CAP_CHECKPOINT_RESTORE);
    wanted->permitted = BIT(CAP_KILL) | BIT(CAP_CHOWN);
    wanted->effective = BIT(CAP_KILL) | BIT(CAP_FOWNER);
    wanted->inheritable = BIT(CAP_KILL) | BIT(CAP_FSETID);
    wanted->ambient = BIT(CAP_KILL) | BIT(CAP_CHOWN);
    assert_int_equal(make(&config, &host, &arena, &plan, &err), 0);
    assert_int_equal(plan.warnings.count, ROWS(expected));
    for (size_t i = 0; i < ROWS(expected); i++)
        assert_string_equal(plan.warnings.at[i], expected[i]);
    assert_line(&config, &host,
                "capabilities effective=CAP_KILL permitted=CAP_CHOWN,CAP_KILL "
                "inheritable=CAP_KILL ambient=CAP_KILL");
}

/* On which docker and Kubernetes rely, and images. */
static void home_is_found_where_the_config_does_not_say_it(void **state)
{
    static const char *const said[] = { "HOME=", "A=1", "HOME=/there" };
    static const char *const emptied[] = { "HOME=/there", "A=1", "HOME=" };
    struct oci_config config = smallest();

    (void)state;
    config.process.user.uid = 7;
    assert_line(&config, &root_on_v1, "child   home uid=7  # process.env\n");
    assert_line(&config, &root_on_v1, "args=[\"a\"] env=[\"HOME=/\"]");
    config.process.env = (struct oci_texts){ ROWS(emptied), emptied };
    assert_line(&config, &root_on_v1, "env=[\"A=1\",\"HOME=/\"]");
    config.process.env = (struct oci_texts){ ROWS(said), said };
    assert_line(&config, &root_on_v1, "env=[\"HOME=/there\",\"A=1\"]");
}

static void what_the_container_has_of_its_own_is_not_made_twice(void **state)
{
    static const struct oci_device ptmx = {
        .type = "c", .path = "/dev/ptmx", .major = { true, 5 }, .minor = { true, 2 }
    };
    static const char *const twice[] = { "/x", "/y", "/x/." };
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_config config = smallest();
    struct oci_plan plan;
    struct err err = { 0 };

    (void)state;
    config.devices = (struct oci_devices){ 1, &ptmx };
    config.masked_paths = (struct oci_texts){ ROWS(twice), twice };
    assert_int_equal(make(&config, &root_on_v1, &arena, &plan, &err), 0);
    assert_int_equal(occurrence_of(&plan, OCI_STEP_MASK).count, 2);
    assert_int_equal(occurrence_of(&plan, OCI_STEP_DEVICE).count, 6);
}

static void a_device_has_an_absolute_path(void **state)
{
    static const struct oci_device device = {
        .type = "c", .path = "dev/x", .major = { true, 1 }, .minor = { true, 3 }
    };
    struct oci_config config = smallest();

    (void)state;
    config.devices = (struct oci_devices){ 1, &device };
    assert_refused(&config, &root_on_v1, "linux.devices[0].path: 'dev/x' is no absolute path");
}

static void the_processors_of_the_caller_are_not_the_containers(void **state)
{
    struct oci_config config = smallest();

    (void)state;
    assert_line(&config, &root_on_v1, "child   affinity processors=all\n");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(capabilities_that_cannot_be_had_are_passed_over_with_a_warning),
    cmocka_unit_test(home_is_found_where_the_config_does_not_say_it),
    cmocka_unit_test(what_the_container_has_of_its_own_is_not_made_twice),
    cmocka_unit_test(a_device_has_an_absolute_path),
    cmocka_unit_test(the_processors_of_the_caller_are_not_the_containers),
    cmocka_unit_test(the_last_of_a_variable_counts_at_the_place_of_the_first),
    cmocka_unit_test(groups_of_the_caller_can_be_kept),
    cmocka_unit_test(a_working_directory_is_made_before_the_root_is_read_only),
    cmocka_unit_test(capabilities_that_the_caller_lacks_are_not_asked_for),
    cmocka_unit_test(a_new_network_has_its_loopback),
    cmocka_unit_test(pipes_go_to_the_user_as_outside_knows_it),
    cmocka_unit_test(a_class_of_service_is_made_and_entered),
    cmocka_unit_test(classes_that_cannot_be_are_refused),
    cmocka_unit_test(network_devices_are_moved_by_root),
    cmocka_unit_test(a_user_has_the_ids_that_were_given_to_it),
    cmocka_unit_test(clocks_are_set_in_a_namespace_of_their_own),
    cmocka_unit_test(scheduling_is_set_from_outside),
    cmocka_unit_test(labels_need_their_module),
    cmocka_unit_test(memory_and_personality_are_the_programs_own),
    cmocka_unit_test(hooks_are_run_by_the_runtime_or_by_the_process),
    cmocka_unit_test(hooks_that_cannot_be_are_refused),
};

RUN_TESTS(tests)
