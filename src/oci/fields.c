/* What config.json may say: config.md and config-linux.md of OCI runtime-spec 1.2, row by row. */
#include "oci/fields.h"

#include <stddef.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define TABLE(rows, type) { .fields = (rows), .count = COUNT(rows), .size = sizeof(type) }
/* A row whose value is the member `place` of the struct `type`. */
#define ROW(key, its_kind, type, place)                                                            \
    .name = (key), .kind = (its_kind), .offset = offsetof(type, place)
#define IGNORED(key) { .name = (key), .kind = OCI_FIELD_IGNORED }
#define REFUSED(key) { .name = (key), .kind = OCI_FIELD_REFUSED }

const char *const oci_namespace_names[OCI_NAMESPACE_KINDS] = {
    [OCI_NAMESPACE_PID] = "pid",       [OCI_NAMESPACE_NETWORK] = "network",
    [OCI_NAMESPACE_MOUNT] = "mount",   [OCI_NAMESPACE_IPC] = "ipc",
    [OCI_NAMESPACE_UTS] = "uts",       [OCI_NAMESPACE_USER] = "user",
    [OCI_NAMESPACE_CGROUP] = "cgroup", [OCI_NAMESPACE_TIME] = "time",
};

/* config.md#root */
static const struct oci_field root_fields[] = {
    { ROW("path", OCI_FIELD_TEXT, struct oci_config, root.path), .is_required = true },
    { ROW("readonly", OCI_FIELD_BOOL, struct oci_config, root.readonly) },
};
static const struct oci_table root_table = TABLE(root_fields, struct oci_config);

/* config-linux.md#user-namespace-mappings */
static const struct oci_field id_map_fields[] = {
    { ROW("containerID", OCI_FIELD_U32, struct oci_id_map, container_id), .is_required = true },
    { ROW("hostID", OCI_FIELD_U32, struct oci_id_map, host_id), .is_required = true },
    { ROW("size", OCI_FIELD_U32, struct oci_id_map, size), .is_required = true },
};
static const struct oci_table id_map_table = TABLE(id_map_fields, struct oci_id_map);

/* config.md#mounts */
static const struct oci_field mount_fields[] = {
    { ROW("destination", OCI_FIELD_TEXT, struct oci_mount, destination), .is_required = true },
    { ROW("type", OCI_FIELD_TEXT, struct oci_mount, type) },
    { ROW("source", OCI_FIELD_TEXT, struct oci_mount, source) },
    { ROW("options", OCI_FIELD_TEXTS, struct oci_mount, options) },
    { ROW("uidMappings", OCI_FIELD_LIST, struct oci_mount, uid_maps), .table = &id_map_table },
    { ROW("gidMappings", OCI_FIELD_LIST, struct oci_mount, gid_maps), .table = &id_map_table },
};
static const struct oci_table mount_table = TABLE(mount_fields, struct oci_mount);

/* config.md#user */
static const struct oci_field user_fields[] = {
    { ROW("uid", OCI_FIELD_U32, struct oci_config, process.user.uid), .is_required = true },
    /* The specification requires it; runc and crun take 0 where it is not there. */
    { ROW("gid", OCI_FIELD_U32, struct oci_config, process.user.gid) },
    { ROW("umask", OCI_FIELD_NUMBER, struct oci_config, process.user.umask), .number_max = 0777 },
    { ROW("additionalGids", OCI_FIELD_IDS, struct oci_config, process.user.additional_gids) },
    IGNORED("username"),
};
static const struct oci_table user_table = TABLE(user_fields, struct oci_config);

/* config.md#linux-process */
#define CAPABILITIES(key, set)                                                                     \
    { ROW((key), OCI_FIELD_CAPABILITIES, struct oci_config, process.capabilities.set) }
static const struct oci_field capabilities_fields[] = {
    CAPABILITIES("bounding", bounding),   CAPABILITIES("effective", effective),
    CAPABILITIES("permitted", permitted), CAPABILITIES("inheritable", inheritable),
    CAPABILITIES("ambient", ambient),
};
static const struct oci_table capabilities_table = TABLE(capabilities_fields, struct oci_config);

/* config.md#posix-process */
static const struct oci_field rlimit_fields[] = {
    { ROW("type", OCI_FIELD_TEXT, struct oci_rlimit, type), .is_required = true },
    { ROW("soft", OCI_FIELD_U64, struct oci_rlimit, soft), .is_required = true },
    { ROW("hard", OCI_FIELD_U64, struct oci_rlimit, hard), .is_required = true },
};
static const struct oci_table rlimit_table = TABLE(rlimit_fields, struct oci_rlimit);

#define OF_CONFIG(key, its_kind, place) { ROW((key), its_kind, struct oci_config, place) }
#define NUMBER_OF_CONFIG(key, place, min, max)                                                     \
    { ROW((key), OCI_FIELD_NUMBER, struct oci_config, place), .number_min = (min),                 \
      .number_max = (max) }
#define REQUIRED_TEXT(key, place)                                                                  \
    { ROW((key), OCI_FIELD_TEXT, struct oci_config, place), .is_required = true }

static const struct oci_field scheduler_fields[] = {
    REQUIRED_TEXT("policy", process.scheduler.policy),
    NUMBER_OF_CONFIG("nice", process.scheduler.nice, INT32_MIN, INT32_MAX),
    NUMBER_OF_CONFIG("priority", process.scheduler.priority, INT32_MIN, INT32_MAX),
    OF_CONFIG("flags", OCI_FIELD_TEXTS, process.scheduler.flags),
    NUMBER_OF_CONFIG("runtime", process.scheduler.runtime, 0, INT64_MAX),
    NUMBER_OF_CONFIG("deadline", process.scheduler.deadline, 0, INT64_MAX),
    NUMBER_OF_CONFIG("period", process.scheduler.period, 0, INT64_MAX),
};
static const struct oci_table scheduler_table = TABLE(scheduler_fields, struct oci_config);

static const struct oci_field io_priority_fields[] = {
    REQUIRED_TEXT("class", process.io_priority.class_name),
    { ROW("priority", OCI_FIELD_NUMBER, struct oci_config, process.io_priority.priority),
      .number_max = 7 }, /* likewise */
};
static const struct oci_table io_priority_table = TABLE(io_priority_fields, struct oci_config);

static const struct oci_field affinity_fields[] = {
    OF_CONFIG("initial", OCI_FIELD_TEXT, process.exec_affinity.initial),
    OF_CONFIG("final", OCI_FIELD_TEXT, process.exec_affinity.final),
};
static const struct oci_table affinity_table = TABLE(affinity_fields, struct oci_config);

/* config.md#process: the size has no meaning where there is no terminal. */
#define SIZE_ROW(key, place)                                                                       \
    { ROW((key), OCI_FIELD_NUMBER, struct oci_config, place), .is_required = true,                 \
      .number_max = UINT16_MAX }
static const struct oci_field console_size_fields[] = {
    SIZE_ROW("height", process.console_height),
    SIZE_ROW("width", process.console_width),
};
static const struct oci_table console_size_table = TABLE(console_size_fields, struct oci_config);

/* config.md#process */
static const struct oci_field process_fields[] = {
    { ROW("terminal", OCI_FIELD_BOOL, struct oci_config, process.terminal) },
    { .name = "consoleSize", .kind = OCI_FIELD_OBJECT, .table = &console_size_table },
    { .name = "user", .kind = OCI_FIELD_OBJECT, .is_required = true, .table = &user_table },
    { ROW("args", OCI_FIELD_TEXTS, struct oci_config, process.args), .is_required = true },
    IGNORED("commandLine"),
    { ROW("env", OCI_FIELD_TEXTS, struct oci_config, process.env) },
    { ROW("cwd", OCI_FIELD_TEXT, struct oci_config, process.cwd), .is_required = true },
    { .name = "capabilities", .kind = OCI_FIELD_OBJECT, .table = &capabilities_table },
    { ROW("rlimits", OCI_FIELD_LIST, struct oci_config, process.rlimits), .table = &rlimit_table },
    { ROW("noNewPrivileges", OCI_FIELD_BOOL, struct oci_config, process.no_new_privileges) },
    { ROW("oomScoreAdj", OCI_FIELD_NUMBER, struct oci_config, process.oom_score_adj),
      .number_min = -1000, .number_max = 1000 },
    OF_CONFIG("apparmorProfile", OCI_FIELD_TEXT, process.apparmor_profile),
    OF_CONFIG("selinuxLabel", OCI_FIELD_TEXT, process.selinux_label),
    { .name = "scheduler", .kind = OCI_FIELD_OBJECT, .table = &scheduler_table },
    { .name = "ioPriority", .kind = OCI_FIELD_OBJECT, .table = &io_priority_table },
    { .name = "execCPUAffinity", .kind = OCI_FIELD_OBJECT, .table = &affinity_table },
};
static const struct oci_table process_table = TABLE(process_fields, struct oci_config);

/* config-linux.md#devices */
#define NUMBER_ROW(key, type, place, max)                                                          \
    { ROW((key), OCI_FIELD_NUMBER, type, place), .number_max = (max) }
static const struct oci_field device_fields[] = {
    { ROW("type", OCI_FIELD_TEXT, struct oci_device, type), .is_required = true },
    { ROW("path", OCI_FIELD_TEXT, struct oci_device, path), .is_required = true },
    NUMBER_ROW("major", struct oci_device, major, OCI_MAJOR_MAX),
    NUMBER_ROW("minor", struct oci_device, minor, OCI_MINOR_MAX),
    NUMBER_ROW("fileMode", struct oci_device, file_mode, 07777),
    NUMBER_ROW("uid", struct oci_device, uid, UINT32_MAX - 1),
    NUMBER_ROW("gid", struct oci_device, gid, UINT32_MAX - 1),
};
static const struct oci_table device_table = TABLE(device_fields, struct oci_device);

/* config-linux.md#seccomp */
static const struct oci_field seccomp_arg_fields[] = {
    { ROW("index", OCI_FIELD_U32, struct oci_seccomp_arg, index), .is_required = true },
    { ROW("value", OCI_FIELD_U64, struct oci_seccomp_arg, value), .is_required = true },
    { ROW("valueTwo", OCI_FIELD_U64, struct oci_seccomp_arg, value_two) },
    { ROW("op", OCI_FIELD_TEXT, struct oci_seccomp_arg, op), .is_required = true },
};
static const struct oci_table seccomp_arg_table = TABLE(seccomp_arg_fields, struct oci_seccomp_arg);

static const struct oci_field seccomp_rule_fields[] = {
    { ROW("names", OCI_FIELD_TEXTS, struct oci_seccomp_rule, names), .is_required = true },
    { ROW("action", OCI_FIELD_TEXT, struct oci_seccomp_rule, action), .is_required = true },
    NUMBER_ROW("errnoRet", struct oci_seccomp_rule, errno_ret, UINT16_MAX),
    { ROW("args", OCI_FIELD_LIST, struct oci_seccomp_rule, args), .table = &seccomp_arg_table },
};
static const struct oci_table seccomp_rule_table =
    TABLE(seccomp_rule_fields, struct oci_seccomp_rule);

static const struct oci_field seccomp_fields[] = {
    { ROW("defaultAction", OCI_FIELD_TEXT, struct oci_config, seccomp.default_action),
      .is_required = true },
    NUMBER_ROW("defaultErrnoRet", struct oci_config, seccomp.default_errno_ret, UINT16_MAX),
    { ROW("architectures", OCI_FIELD_TEXTS, struct oci_config, seccomp.architectures) },
    { ROW("flags", OCI_FIELD_TEXTS, struct oci_config, seccomp.flags) },
    OF_CONFIG("listenerPath", OCI_FIELD_TEXT, seccomp.listener_path),
    OF_CONFIG("listenerMetadata", OCI_FIELD_TEXT, seccomp.listener_metadata),
    { ROW("syscalls", OCI_FIELD_LIST, struct oci_config, seccomp.rules),
      .table = &seccomp_rule_table },
};
static const struct oci_table seccomp_table = TABLE(seccomp_fields, struct oci_config);

/* config-linux.md#offset-for-time-namespace */
#define OFFSET_FIELDS(clock)                                                                       \
    NUMBER_OF_CONFIG("secs", clock.secs, -INT64_MAX, INT64_MAX),                                   \
        NUMBER_OF_CONFIG("nanosecs", clock.nanosecs, 0, 999999999)
static const struct oci_field monotonic_fields[] = { OFFSET_FIELDS(monotonic_offset) };
static const struct oci_table monotonic_table = TABLE(monotonic_fields, struct oci_config);
static const struct oci_field boottime_fields[] = { OFFSET_FIELDS(boottime_offset) };
static const struct oci_table boottime_table = TABLE(boottime_fields, struct oci_config);
static const struct oci_field time_fields[] = {
    { .name = "monotonic", .kind = OCI_FIELD_OBJECT, .table = &monotonic_table },
    { .name = "boottime", .kind = OCI_FIELD_OBJECT, .table = &boottime_table },
};
static const struct oci_table time_table = { .fields = time_fields,
                                             .count = COUNT(time_fields),
                                             .size = sizeof(struct oci_config),
                                             .is_closed = true };

/* config-linux.md#network-devices, of runtime-spec 1.3 */
static const struct oci_field net_device_fields[] = {
    { ROW("name", OCI_FIELD_TEXT, struct oci_net_device, name) },
};
static const struct oci_table net_device_table = TABLE(net_device_fields, struct oci_net_device);

/* config-linux.md#personality */
static const struct oci_field personality_fields[] = {
    REQUIRED_TEXT("domain", personality.domain),
    OF_CONFIG("flags", OCI_FIELD_TEXTS, personality.flags),
};
static const struct oci_table personality_table = TABLE(personality_fields, struct oci_config);

/* config-linux.md#memory-policy, of runtime-spec 1.3 */
static const struct oci_field memory_policy_fields[] = {
    REQUIRED_TEXT("mode", memory_policy.mode),
    OF_CONFIG("nodes", OCI_FIELD_TEXT, memory_policy.nodes),
    OF_CONFIG("flags", OCI_FIELD_TEXTS, memory_policy.flags),
};
static const struct oci_table memory_policy_table = TABLE(memory_policy_fields, struct oci_config);

/* config-linux.md#intelrdt: of runtime-spec 1.2 and, from "schemata" on, 1.3 */
static const struct oci_field intel_rdt_fields[] = {
    OF_CONFIG("closID", OCI_FIELD_TEXT, intel_rdt.clos_id),
    OF_CONFIG("l3CacheSchema", OCI_FIELD_TEXT, intel_rdt.l3_cache_schema),
    OF_CONFIG("memBwSchema", OCI_FIELD_TEXT, intel_rdt.mem_bw_schema),
    REFUSED("enableCMT"),
    REFUSED("enableMBM"),
    OF_CONFIG("schemata", OCI_FIELD_TEXTS, intel_rdt.schemata),
    OF_CONFIG("enableMonitoring", OCI_FIELD_BOOL, intel_rdt.enable_monitoring),
};
static const struct oci_table intel_rdt_table = TABLE(intel_rdt_fields, struct oci_config);

/* config-linux.md */
static const struct oci_field linux_fields[] = {
    { ROW("namespaces", OCI_FIELD_NAMESPACES, struct oci_config, namespaces) },
    { ROW("uidMappings", OCI_FIELD_LIST, struct oci_config, uid_maps), .table = &id_map_table },
    { ROW("gidMappings", OCI_FIELD_LIST, struct oci_config, gid_maps), .table = &id_map_table },
    { ROW("devices", OCI_FIELD_LIST, struct oci_config, devices), .table = &device_table },
    { ROW("sysctl", OCI_FIELD_PAIRS, struct oci_config, sysctl) },
    { ROW("cgroupsPath", OCI_FIELD_TEXT, struct oci_config, cgroups_path) },
    { .name = "resources", .kind = OCI_FIELD_OBJECT, .table = &oci_resources_table },
    { ROW("rootfsPropagation", OCI_FIELD_TEXT, struct oci_config, rootfs_propagation) },
    { ROW("maskedPaths", OCI_FIELD_TEXTS, struct oci_config, masked_paths) },
    { ROW("readonlyPaths", OCI_FIELD_TEXTS, struct oci_config, readonly_paths) },
    { ROW("netDevices", OCI_FIELD_MAP, struct oci_config, net_devices),
      .table = &net_device_table },
    { .name = "seccomp", .kind = OCI_FIELD_OBJECT, .table = &seccomp_table },
    OF_CONFIG("mountLabel", OCI_FIELD_TEXT, mount_label),
    { ROW("intelRdt", OCI_FIELD_OBJECT, struct oci_config, intel_rdt.is_wanted),
      .table = &intel_rdt_table },
    { .name = "memoryPolicy", .kind = OCI_FIELD_OBJECT, .table = &memory_policy_table },
    { .name = "personality", .kind = OCI_FIELD_OBJECT, .table = &personality_table },
    { .name = "timeOffsets", .kind = OCI_FIELD_OBJECT, .table = &time_table },
};
static const struct oci_table linux_table = TABLE(linux_fields, struct oci_config);

/* config.md#posix-platform-hooks */
static const struct oci_field hook_fields[] = {
    { ROW("path", OCI_FIELD_TEXT, struct oci_hook, path), .is_required = true },
    { ROW("args", OCI_FIELD_TEXTS, struct oci_hook, args) },
    { ROW("env", OCI_FIELD_TEXTS, struct oci_hook, env) },
    { ROW("timeout", OCI_FIELD_NUMBER, struct oci_hook, timeout), .number_min = 1,
      .number_max = INT32_MAX },
};
static const struct oci_table hook_table = TABLE(hook_fields, struct oci_hook);

#define HOOKS_ROW(key, its_kind)                                                                   \
    { .name = (key),                                                                               \
      .kind = OCI_FIELD_LIST,                                                                      \
      .offset = offsetof(struct oci_config, hooks[OCI_HOOK_##its_kind]),                           \
      .table = &hook_table }
static const struct oci_field hooks_fields[] = {
    HOOKS_ROW("prestart", PRESTART),
    HOOKS_ROW("createRuntime", CREATE_RUNTIME),
    HOOKS_ROW("createContainer", CREATE_CONTAINER),
    HOOKS_ROW("startContainer", START_CONTAINER),
    HOOKS_ROW("poststart", POSTSTART),
    HOOKS_ROW("poststop", POSTSTOP),
};
static const struct oci_table hooks_table = TABLE(hooks_fields, struct oci_config);

static const struct oci_field config_fields[] = {
    { ROW("ociVersion", OCI_FIELD_TEXT, struct oci_config, oci_version), .is_required = true },
    { .name = "root", .kind = OCI_FIELD_OBJECT, .is_required = true, .table = &root_table },
    { .name = "process", .kind = OCI_FIELD_OBJECT, .table = &process_table },
    { ROW("hostname", OCI_FIELD_TEXT, struct oci_config, hostname) },
    { ROW("domainname", OCI_FIELD_TEXT, struct oci_config, domainname) },
    { ROW("mounts", OCI_FIELD_LIST, struct oci_config, mounts), .table = &mount_table },
    { ROW("annotations", OCI_FIELD_PAIRS, struct oci_config, annotations) },
    { .name = "linux", .kind = OCI_FIELD_OBJECT, .table = &linux_table },
    { .name = "hooks", .kind = OCI_FIELD_OBJECT, .table = &hooks_table },
};
const struct oci_table oci_config_table = TABLE(config_fields, struct oci_config);
