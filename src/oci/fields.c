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
    [OCI_NAMESPACE_CGROUP] = "cgroup",
};

/* config.md#root */
static const struct oci_field root_fields[] = {
    { ROW("path", OCI_FIELD_TEXT, struct oci_config, root.path), .is_required = true },
    { ROW("readonly", OCI_FIELD_BOOL, struct oci_config, root.readonly) },
};
static const struct oci_table root_table = TABLE(root_fields, struct oci_config);

/* config.md#mounts */
static const struct oci_field mount_fields[] = {
    { ROW("destination", OCI_FIELD_TEXT, struct oci_mount, destination), .is_required = true },
    { ROW("type", OCI_FIELD_TEXT, struct oci_mount, type) },
    { ROW("source", OCI_FIELD_TEXT, struct oci_mount, source) },
    { ROW("options", OCI_FIELD_TEXTS, struct oci_mount, options) },
    REFUSED("uidMappings"),
    REFUSED("gidMappings"),
};
static const struct oci_table mount_table = TABLE(mount_fields, struct oci_mount);

/* config.md#user */
static const struct oci_field user_fields[] = {
    { ROW("uid", OCI_FIELD_U32, struct oci_config, process.user.uid), .is_required = true },
    { ROW("gid", OCI_FIELD_U32, struct oci_config, process.user.gid), .is_required = true },
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

/* config.md#process */
static const struct oci_field process_fields[] = {
    { ROW("terminal", OCI_FIELD_BOOL, struct oci_config, process.terminal) },
    IGNORED("consoleSize"), /* where there is no terminal, the specification demands that */
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
    REFUSED("apparmorProfile"),
    REFUSED("selinuxLabel"),
    REFUSED("scheduler"),
    REFUSED("ioPriority"),
    REFUSED("execCPUAffinity"),
};
static const struct oci_table process_table = TABLE(process_fields, struct oci_config);

/* config-linux.md#user-namespace-mappings */
static const struct oci_field id_map_fields[] = {
    { ROW("containerID", OCI_FIELD_U32, struct oci_id_map, container_id), .is_required = true },
    { ROW("hostID", OCI_FIELD_U32, struct oci_id_map, host_id), .is_required = true },
    { ROW("size", OCI_FIELD_U32, struct oci_id_map, size), .is_required = true },
};
static const struct oci_table id_map_table = TABLE(id_map_fields, struct oci_id_map);

/* config-linux.md#devices */
#define NUMBER_ROW(key, type, place, max)                                                          \
    { ROW((key), OCI_FIELD_NUMBER, type, place), .number_max = (max) }
static const struct oci_field device_fields[] = {
    { ROW("type", OCI_FIELD_TEXT, struct oci_device, type), .is_required = true },
    { ROW("path", OCI_FIELD_TEXT, struct oci_device, path), .is_required = true },
    NUMBER_ROW("major", struct oci_device, major, UINT32_MAX),
    NUMBER_ROW("minor", struct oci_device, minor, UINT32_MAX),
    NUMBER_ROW("fileMode", struct oci_device, file_mode, 07777),
    NUMBER_ROW("uid", struct oci_device, uid, UINT32_MAX - 1),
    NUMBER_ROW("gid", struct oci_device, gid, UINT32_MAX - 1),
};
static const struct oci_table device_table = TABLE(device_fields, struct oci_device);

/* config-linux.md#seccomp. Without a listener there is nobody who could be notified. */
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
    REFUSED("listenerPath"),
    IGNORED("listenerMetadata"),
    { ROW("syscalls", OCI_FIELD_LIST, struct oci_config, seccomp.rules),
      .table = &seccomp_rule_table },
};
static const struct oci_table seccomp_table = TABLE(seccomp_fields, struct oci_config);

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
    REFUSED("netDevices"),
    { .name = "seccomp", .kind = OCI_FIELD_OBJECT, .table = &seccomp_table },
    REFUSED("mountLabel"),
    REFUSED("intelRdt"),
    REFUSED("memoryPolicy"),
    REFUSED("personality"),
    REFUSED("timeOffsets"),
};
static const struct oci_table linux_table = TABLE(linux_fields, struct oci_config);

/* config.md#posix-platform-hooks: hooks that are there must run, so an empty list alone will do. */
static const struct oci_field hooks_fields[] = {
    REFUSED("prestart"),       REFUSED("createRuntime"), REFUSED("createContainer"),
    REFUSED("startContainer"), REFUSED("poststart"),     REFUSED("poststop"),
};
static const struct oci_table hooks_table = TABLE(hooks_fields, struct oci_config);

static const struct oci_field config_fields[] = {
    { ROW("ociVersion", OCI_FIELD_TEXT, struct oci_config, oci_version), .is_required = true },
    { .name = "root", .kind = OCI_FIELD_OBJECT, .is_required = true, .table = &root_table },
    { .name = "process", .kind = OCI_FIELD_OBJECT, .is_required = true, .table = &process_table },
    { ROW("hostname", OCI_FIELD_TEXT, struct oci_config, hostname) },
    { ROW("domainname", OCI_FIELD_TEXT, struct oci_config, domainname) },
    { ROW("mounts", OCI_FIELD_LIST, struct oci_config, mounts), .table = &mount_table },
    { ROW("annotations", OCI_FIELD_PAIRS, struct oci_config, annotations) },
    { .name = "linux", .kind = OCI_FIELD_OBJECT, .table = &linux_table },
    { .name = "hooks", .kind = OCI_FIELD_OBJECT, .table = &hooks_table },
};
const struct oci_table oci_config_table = TABLE(config_fields, struct oci_config);
