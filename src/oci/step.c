/* The table of steps: who performs each, and which of its values are shown. */
#include "oci/step.h"

#include <stddef.h>
#include <sys/resource.h>

#define ARG(key, its_kind, place) { key, OCI_ARG_##its_kind, offsetof(struct oci_step, place) }

#define HOOK_ARGS                                                                                  \
    { ARG("path", TEXT, hook.path), ARG("args", LIST, hook.argv), ARG("env", LIST, hook.envp),     \
      ARG("timeout", TIMEOUT, hook.timeout_s), ARG("filtered", FLAG, hook.is_filtered) }

static const struct oci_arg args[OCI_STEP_KINDS][OCI_ARGS_MAX] = {
    [OCI_STEP_CGROUP_MAKE] = { ARG("path", TEXT, cgroup.path),
                               ARG("shared", FLAG, cgroup.may_be_shared),
                               ARG("scope", FLAG, cgroup.is_scopes) },
    [OCI_STEP_SCOPE] = { ARG("unit", TEXT, scope.unit.name), ARG("user", FLAG, scope.unit.is_user),
                         ARG("path", TEXT, scope.path), ARG("properties", LIST, scope.properties) },
    [OCI_STEP_CGROUP_PUT] = { ARG("path", TEXT, cgroup.path) },
    [OCI_STEP_CGROUP_ENABLE] = { ARG("path", TEXT, cgroup.path),
                                 ARG("controllers", TEXT, cgroup.value) },
    [OCI_STEP_CGROUP_OFFER] = { ARG("path", TEXT, cgroup.path),
                                ARG("controllers", TEXT, cgroup.value) },
    [OCI_STEP_CGROUP_INHERIT] = { ARG("path", TEXT, cgroup.path), ARG("top", TEXT, cgroup.value) },
    [OCI_STEP_CGROUP_WRITE] = { ARG("path", TEXT, cgroup_value.path),
                                ARG("value", TEXT, cgroup_value.value),
                                ARG("or", TEXT, cgroup_value.other_path),
                                ARG("or-value", TEXT, cgroup_value.other_value),
                                ARG("optional", FLAG, cgroup_value.is_optional) },
    [OCI_STEP_CGROUP_DEVICES] = { ARG("path", TEXT, devices.path),
                                  ARG("rules", RULES, devices.rules) },
    [OCI_STEP_CGROUP_OPEN_V1] = { ARG("path", TEXT, cgroup.path), ARG("slot", SLOT, cgroup.slot) },
    [OCI_STEP_CGROUP_OPEN_V2] = { ARG("path", TEXT, cgroup.path), ARG("slot", SLOT, cgroup.slot) },
    [OCI_STEP_RESCTRL_MAKE] = { ARG("path", TEXT, resctrl.group.path),
                                ARG("schemata", LINES, resctrl.group.schemata),
                                ARG("new", FLAG, resctrl.group.must_be_new),
                                ARG("there", FLAG, resctrl.group.must_be_there) },
    [OCI_STEP_RESCTRL_ENTER] = { ARG("path", TEXT, resctrl.group.path) },
    [OCI_STEP_SECCOMP_COMPILE] = { ARG("default", ACTION, seccomp.default_action),
                                   ARG("rules", FILTER, seccomp) },
    [OCI_STEP_SOURCE] = { ARG("opened", OPENED, bind.opened), ARG("spare", FLAG, bind.is_spare),
                          ARG("source", TEXT, bind.bind.source),
                          ARG("recursive", FLAG, bind.bind.is_recursive),
                          ARG("uids", LINES, bind.idmap.uids), ARG("gids", LINES, bind.idmap.gids),
                          ARG("ids-of", TEXT, bind.idmap.namespace_path),
                          ARG("ids-of-all", FLAG, bind.idmap.is_recursive) },
    [OCI_STEP_STREAMS] = { ARG("uid", NUMBER, user.uid) },
    [OCI_STEP_CGROUP_OPEN_NAMESPACE] = { ARG("slot", SLOT, cgroup.slot) },
    [OCI_STEP_ROOT_OPEN] = { ARG("slot", SLOT, cgroup.slot) },
    [OCI_STEP_ROOT_ENTER] = { ARG("slot", SLOT, cgroup.slot) },
    [OCI_STEP_MOUNT_NAMESPACE] = { ARG("path", TEXT, text) },
    [OCI_STEP_SELF_WRITE] = { ARG("file", TEXT, process_file.file),
                              ARG("value", TEXT, process_file.value) },
    [OCI_STEP_JOINER_LABEL] = { ARG("module", TEXT, label.module),
                                ARG("label", TEXT, label.label) },
    [OCI_STEP_PROCESS_JOIN] = { ARG("types", NAMESPACES, clone.flags) },
    [OCI_STEP_NAMESPACE_JOIN] = { ARG("type", NAMESPACE, namespace.flag),
                                  ARG("path", TEXT, namespace.path) },
    [OCI_STEP_CLONE] = { ARG("new", NAMESPACES, clone.flags), ARG("slot", SLOT, clone.slot),
                         ARG("vfork", FLAG, clone.is_vfork) },
    [OCI_STEP_PROCESS_WRITE] = { ARG("file", TEXT, process_file.file),
                                 ARG("value", TEXT, process_file.value) },
    [OCI_STEP_ID_MAP] = { ARG("path", TEXT, id_map.path), ARG("args", LIST, id_map.argv) },
    [OCI_STEP_NET_DEVICE] = { ARG("device", TEXT, net_device.device),
                              ARG("name", TEXT, net_device.name) },
    [OCI_STEP_SCHEDULER] = { ARG("policy", TEXT, scheduler.policy),
                             ARG("flags", SOME, scheduler.how.flags),
                             ARG("nice", SIGNED, scheduler.how.nice),
                             ARG("priority", NUMBER, scheduler.how.priority),
                             ARG("runtime", SOME, scheduler.how.runtime_ns),
                             ARG("deadline", SOME, scheduler.how.deadline_ns),
                             ARG("period", SOME, scheduler.how.period_ns) },
    [OCI_STEP_IO_PRIORITY] = { ARG("class", TEXT, io_priority.class_name),
                               ARG("level", NUMBER, io_priority.how.level) },
    [OCI_STEP_LISTEN] = { ARG("what", TEXT, text) },
    [OCI_STEP_RUNTIME_HOOK] = HOOK_ARGS,
    [OCI_STEP_SECCOMP_SEND] = { ARG("path", TEXT, listener.path),
                                ARG("optional", FLAG, listener.is_optional) },
    [OCI_STEP_SECCOMP] = { ARG("listener", FLAG, has_listener) },
    [OCI_STEP_RELEASE] = { ARG("what", TEXT, text) },
    [OCI_STEP_AWAIT] = { ARG("what", TEXT, text) },
    [OCI_STEP_OWN_WRITE] = { ARG("file", TEXT, process_file.file),
                             ARG("value", TEXT, process_file.value) },
    [OCI_STEP_KEYRING] = { ARG("name", TEXT, text) },
    [OCI_STEP_BECOME_ROOT] = { ARG("uid", NUMBER, user.uid), ARG("gid", NUMBER, user.gid) },
    [OCI_STEP_CGROUP_ENTER] = { ARG("slot", SLOT, cgroup.slot) },
    [OCI_STEP_TIME_NAMESPACE] = { ARG("offsets", TEXT, text) },
    [OCI_STEP_CGROUP_JOIN] = { ARG("slot", SLOT, cgroup.slot) },
    [OCI_STEP_HOSTNAME] = { ARG("name", TEXT, text) },
    [OCI_STEP_DOMAINNAME] = { ARG("name", TEXT, text) },
    [OCI_STEP_SYSCTL] = { ARG("path", TEXT, sysctl.path), ARG("value", TEXT, sysctl.value) },
    [OCI_STEP_DETACH] = { ARG("propagation", PROPAGATION, flags) },
    [OCI_STEP_ROOT] = { ARG("path", TEXT, text) },
    [OCI_STEP_MOUNT] = { ARG("destination", TEXT, mount.destination),
                         ARG("type", TEXT, mount.mount.fstype),
                         ARG("source", TEXT, mount.mount.source),
                         ARG("attributes", ATTRIBUTES, mount.mount.attributes),
                         ARG("options", OPTIONS, mount.mount),
                         ARG("propagation", PROPAGATION, mount.mount.propagation),
                         ARG("no-symlinks", FLAG, mount.mount.refuses_symlinks),
                         ARG("keeps-permissions", FLAG, mount.mount.keeps_permissions),
                         ARG("copies-contents", FLAG, mount.mount.copies_contents) },
    [OCI_STEP_BIND] = { ARG("destination", TEXT, bind.destination),
                        ARG("source", TEXT, bind.bind.source), ARG("opened", OPENED, bind.opened),
                        ARG("spare", FLAG, bind.is_spare),
                        ARG("recursive", FLAG, bind.bind.is_recursive),
                        ARG("attributes", ATTRIBUTES, bind.bind.own.set),
                        ARG("without", ATTRIBUTES, bind.bind.own.clear),
                        ARG("all-attributes", ATTRIBUTES, bind.bind.all.set),
                        ARG("all-without", ATTRIBUTES, bind.bind.all.clear),
                        ARG("propagation", PROPAGATION, bind.bind.propagation),
                        ARG("no-symlinks", FLAG, bind.bind.refuses_symlinks) },
    [OCI_STEP_REMOUNT] = { ARG("destination", TEXT, remount.destination),
                           ARG("attributes", ATTRIBUTES, remount.change.own.set),
                           ARG("without", ATTRIBUTES, remount.change.own.clear),
                           ARG("all-attributes", ATTRIBUTES, remount.change.all.set),
                           ARG("all-without", ATTRIBUTES, remount.change.all.clear),
                           ARG("propagation", PROPAGATION, remount.change.propagation),
                           ARG("superblock", FLAG, remount.has_options),
                           ARG("options", OPTIONS, remount.options) },
    [OCI_STEP_DEVICE] = { ARG("destination", TEXT, device.destination),
                          ARG("mode", MODE, device.node.mode),
                          ARG("major", NUMBER, device.node.major),
                          ARG("minor", NUMBER, device.node.minor),
                          ARG("uid", NUMBER, device.node.uid),
                          ARG("gid", NUMBER, device.node.gid) },
    [OCI_STEP_DEVICE_BIND] = { ARG("destination", TEXT, device.destination),
                               ARG("major", NUMBER, device.node.major),
                               ARG("minor", NUMBER, device.node.minor) },
    [OCI_STEP_SYMLINK] = { ARG("destination", TEXT, symlink.destination),
                           ARG("target", TEXT, symlink.target) },
    [OCI_STEP_TELL] = { ARG("what", TEXT, text) },
    [OCI_STEP_CONTAINER_HOOK] = HOOK_ARGS,
    [OCI_STEP_TERMINAL] = { ARG("uid", NUMBER, terminal.terminal.uid),
                            ARG("height", NUMBER, terminal.terminal.height),
                            ARG("width", NUMBER, terminal.terminal.width),
                            ARG("console", FLAG, terminal.is_console),
                            ARG("keeps-lines", FLAG, terminal.terminal.keeps_lines) },
    [OCI_STEP_MASK] = { ARG("path", TEXT, text) },
    [OCI_STEP_READONLY] = { ARG("path", TEXT, text) },
    [OCI_STEP_PIVOT] = { ARG("how", TEXT, text) },
    [OCI_STEP_CLOSE] = { ARG("preserve", SOME, preserved) },
    [OCI_STEP_LABEL] = { ARG("module", TEXT, label.module), ARG("label", TEXT, label.label) },
    [OCI_STEP_ROOT_PROPAGATION] = { ARG("propagation", PROPAGATION, flags) },
    [OCI_STEP_DIRECTORY_MAKE] = { ARG("path", TEXT, text) },
    [OCI_STEP_DIRECTORY] = { ARG("path", TEXT, text) },
    [OCI_STEP_RLIMIT] = { ARG("type", RLIMIT, rlimit.resource), ARG("soft", LIMIT, rlimit.soft),
                          ARG("hard", LIMIT, rlimit.hard) },
    [OCI_STEP_RUNTIME_AFFINITY] = { ARG("processors", TEXT, affinity.list) },
    [OCI_STEP_AFFINITY] = { ARG("processors", TEXT, affinity.list) },
    [OCI_STEP_MEMORY_POLICY] = { ARG("mode", TEXT, memory_policy.mode),
                                 ARG("nodes", TEXT, memory_policy.nodes) },
    [OCI_STEP_PERSONALITY] = { ARG("domain", TEXT, personality.name) },
    [OCI_STEP_BOUNDING] = { ARG("keep", CAPABILITIES, bounding) },
    [OCI_STEP_USER] = { ARG("uid", NUMBER, user.uid), ARG("gid", NUMBER, user.gid),
                        ARG("groups", GROUPS, user) },
    [OCI_STEP_CAPABILITIES] = { ARG("effective", CAPABILITIES, capabilities.effective),
                                ARG("permitted", CAPABILITIES, capabilities.permitted),
                                ARG("inheritable", CAPABILITIES, capabilities.inheritable),
                                ARG("ambient", CAPABILITIES, capabilities.ambient) },
    [OCI_STEP_UMASK] = { ARG("mask", MODE, umask) },
    [OCI_STEP_HOME] = { ARG("uid", NUMBER, home.uid) },
    [OCI_STEP_FIND] = { ARG("files", LIST, exec.candidates) },
    [OCI_STEP_EXEC] = { ARG("files", LIST, exec.candidates), ARG("args", LIST, exec.argv),
                        ARG("env", LIST, exec.envp) },
};

static const struct {
    const char *name;
    enum oci_actor actor;
} rows[OCI_STEP_KINDS] = {
#define OCI_STEP(kind, its_name, its_actor) [OCI_STEP_##kind] = { (its_name), OCI_##its_actor },
#include "oci/step.def"
#undef OCI_STEP
};

const char *oci_step_name(enum oci_step_kind kind)
{
    return rows[kind].name;
}

enum oci_actor oci_step_actor(enum oci_step_kind kind)
{
    return rows[kind].actor;
}

const struct oci_arg *oci_step_args(enum oci_step_kind kind)
{
    return args[kind];
}

const char *oci_actor_name(enum oci_actor actor)
{
    static const char *const names[] = {
        [OCI_RUNTIME] = "runtime",
        [OCI_JOINER] = "joiner",
        [OCI_CLONER] = "cloner",
        [OCI_CHILD] = "child",
    };

    return names[actor];
}

static const struct {
    const char *name;
    int resource;
} resources[] = {
    { "RLIMIT_AS", RLIMIT_AS },
    { "RLIMIT_CORE", RLIMIT_CORE },
    { "RLIMIT_CPU", RLIMIT_CPU },
    { "RLIMIT_DATA", RLIMIT_DATA },
    { "RLIMIT_FSIZE", RLIMIT_FSIZE },
    { "RLIMIT_LOCKS", RLIMIT_LOCKS },
    { "RLIMIT_MEMLOCK", RLIMIT_MEMLOCK },
    { "RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE },
    { "RLIMIT_NICE", RLIMIT_NICE },
    { "RLIMIT_NOFILE", RLIMIT_NOFILE },
    { "RLIMIT_NPROC", RLIMIT_NPROC },
    { "RLIMIT_RSS", RLIMIT_RSS },
    { "RLIMIT_RTPRIO", RLIMIT_RTPRIO },
    { "RLIMIT_RTTIME", RLIMIT_RTTIME },
    { "RLIMIT_SIGPENDING", RLIMIT_SIGPENDING },
    { "RLIMIT_STACK", RLIMIT_STACK },
};

int oci_rlimit_find(const char *name)
{
    for (size_t i = 0; i < sizeof(resources) / sizeof(resources[0]); i++) {
        if (strcmp(resources[i].name, name) == 0)
            return resources[i].resource;
    }
    return -1;
}

const char *oci_rlimit_name(int resource)
{
    for (size_t i = 0; i < sizeof(resources) / sizeof(resources[0]); i++) {
        if (resources[i].resource == resource)
            return resources[i].name;
    }
    return NULL;
}
