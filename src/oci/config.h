/*
 * struct oci_config: what a container shall be, as typed values.
 *
 * It comes from a bundle's config.json (oci_config_parse, oci_config_read), or a caller fills it in
 * itself, without JSON, starting from oci_config_default():
 *
 *     CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
 *     struct oci_config config;
 *
 *     if (oci_config_default(&arena, oci_caller_now(), &config, &err) < 0) …
 *     config.root.path = "/srv/busybox";
 *     config.process.args = (struct oci_texts){ 2, (const char *const[]){ "echo", "hello" } };
 *     config.resources.pids_limit = oci_number(64);
 *
 * and gives it to oci_plan_make() (oci/plan.h). Everything that a config points to belongs to the
 * caller (or to the arena that it was read into) and must live as long as the config and the plans
 * that are made of it. A config is plain values: copying the struct copies the config.
 *
 * A field that config.json may leave out is zero, NULL or an empty list when it is not there.
 * Source: OCI runtime-spec 1.2, config.md and config-linux.md; each member names its JSON path.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#include <sys/types.h>

/* The version of the specification that Cupel follows. */
#define OCI_VERSION "1.2.0"

/* The most that a config and its plan take together, and the largest config.json. */
#define OCI_ARENA_BYTES ((size_t)16 << 20)
#define OCI_JSON_BYTES_MAX ((size_t)2 << 20)

/* The most entries of any one list of a config, and the most warnings that are kept of it. */
#define OCI_LIST_MAX 4096
#define OCI_WARNINGS_MAX 32

/* A number that may be absent. */
struct oci_number {
    bool is_set;
    int64_t value;
};

/* A number that is there. */
static inline struct oci_number oci_number(int64_t value)
{
    return (struct oci_number){ .is_set = true, .value = value };
}

struct oci_texts {
    size_t count;
    const char *const *at;
};

/* The namespaces that there are, in the order of config-linux.md#namespaces. */
enum oci_namespace_kind {
    OCI_NAMESPACE_PID,
    OCI_NAMESPACE_NETWORK,
    OCI_NAMESPACE_MOUNT,
    OCI_NAMESPACE_IPC,
    OCI_NAMESPACE_UTS,
    OCI_NAMESPACE_USER,
    OCI_NAMESPACE_CGROUP,
    OCI_NAMESPACE_TIME,
    OCI_NAMESPACE_KINDS,
};

/* linux.namespaces[]: one place for each kind. */
struct oci_namespace {
    bool is_wanted;   /* false: the container shares the runtime's */
    const char *path; /* join this one; NULL: make a new one */
};

/* linux.timeOffsets.<clock> */
struct oci_time_offset {
    struct oci_number secs;
    struct oci_number nanosecs; /* below a second; added to that */
};

/* linux.uidMappings[], linux.gidMappings[] */
struct oci_id_map {
    uint32_t container_id;
    uint32_t host_id;
    uint32_t size; /* how many ids, at least 1 */
};

struct oci_id_maps {
    size_t count;
    const struct oci_id_map *at;
};

/* mounts[] */
struct oci_mount {
    const char *destination; /* inside the container; relative means relative to "/" */
    const char *type;        /* a file system, or "bind" or "none" for a bind mount; may be NULL */
    const char *source; /* for a bind mount: absolute, or relative to the bundle; may be NULL */
    struct oci_texts options;
    struct oci_id_maps uid_maps; /* uidMappings: of an idmapped mount */
    struct oci_id_maps gid_maps;
};

struct oci_mounts {
    size_t count;
    const struct oci_mount *at;
};

/* process.rlimits[] */
struct oci_rlimit {
    const char *type; /* "RLIMIT_NOFILE", … */
    uint64_t soft;
    uint64_t hard;
};

struct oci_rlimits {
    size_t count;
    const struct oci_rlimit *at;
};

struct oci_ids {
    size_t count;
    const uint32_t *at;
};

/* process.user; ids are the container's own. */
struct oci_user {
    uint32_t uid;
    uint32_t gid;
    struct oci_number umask;
    struct oci_ids additional_gids;
};

/* process.capabilities: bit n stands for the capability n of capabilities(7). A process has those
 * that are named, and none else. */
struct oci_capabilities {
    uint64_t bounding;
    uint64_t effective;
    uint64_t inheritable;
    uint64_t permitted;
    uint64_t ambient;
};

/* process.scheduler; config.md#linux-process */
struct oci_scheduler {
    const char *policy; /* "SCHED_OTHER", …; NULL: none is set */
    struct oci_number nice;
    struct oci_number priority;
    struct oci_texts flags;    /* "SCHED_FLAG_RESET_ON_FORK", … */
    struct oci_number runtime; /* nanoseconds, as are the next two */
    struct oci_number deadline;
    struct oci_number period;
};

/* process.ioPriority */
struct oci_io_priority {
    const char *class_name; /* "IOPRIO_CLASS_BE", …; NULL: none is set */
    struct oci_number priority;
};

/* process.execCPUAffinity: lists of processors, "0-3,7", of processes that are added to a container
 * alone. */
struct oci_affinity {
    const char *initial;
    const char *final;
};

/* process */
struct oci_process {
    bool terminal;
    struct oci_number console_height; /* of the terminal, in characters */
    struct oci_number console_width;
    struct oci_user user;
    struct oci_texts args; /* at least one; the first is looked up in PATH of `env` */
    struct oci_texts env;  /* "NAME=value" */
    const char *cwd;       /* absolute, in the container */
    struct oci_capabilities capabilities;
    struct oci_rlimits rlimits;
    bool no_new_privileges;
    struct oci_number oom_score_adj;
    struct oci_scheduler scheduler;
    struct oci_io_priority io_priority;
    struct oci_affinity exec_affinity;
    const char *apparmor_profile; /* NULL: none */
    const char *selinux_label;    /* NULL: none */
};

/* linux.devices[] */
struct oci_device {
    const char *type; /* "c", "u", "b" or "p" */
    const char *path;
    struct oci_number major;
    struct oci_number minor;
    struct oci_number file_mode; /* 0666 when absent */
    struct oci_number uid;
    struct oci_number gid;
};

struct oci_devices {
    size_t count;
    const struct oci_device *at;
};

/* linux.sysctl, annotations, linux.resources.unified: names and values in pairs */
struct oci_pair {
    const char *name;
    const char *value;
};

struct oci_pairs {
    size_t count;
    const struct oci_pair *at;
};

/* linux.resources.devices[] */
struct oci_device_rule {
    bool allow;
    const char *type;        /* "a", "c", "b"; NULL as "a" */
    struct oci_number major; /* absent: any */
    struct oci_number minor; /* absent: any */
    const char *access;      /* of "rwm"; NULL: all three */
};

struct oci_device_rules {
    size_t count;
    const struct oci_device_rule *at;
};

/* linux.resources.blockIO.weightDevice[]: at least one of the weights is there */
struct oci_device_weight {
    struct oci_number major;
    struct oci_number minor;
    struct oci_number weight;
    struct oci_number leaf_weight;
};

struct oci_device_weights {
    size_t count;
    const struct oci_device_weight *at;
};

/* linux.resources.blockIO.throttle…Device[]: octets or operations a second */
struct oci_device_rate {
    struct oci_number major;
    struct oci_number minor;
    struct oci_number rate;
};

struct oci_device_rates {
    size_t count;
    const struct oci_device_rate *at;
};

/* linux.resources.hugepageLimits[] */
struct oci_hugepage_limit {
    const char *page_size; /* "2MB", "1GB", … */
    struct oci_number limit;
};

struct oci_hugepage_limits {
    size_t count;
    const struct oci_hugepage_limit *at;
};

/* linux.resources.network.priorities[] */
struct oci_priority {
    const char *name; /* a network interface */
    struct oci_number priority;
};

struct oci_priorities {
    size_t count;
    const struct oci_priority *at;
};

/* linux.resources.rdma, by the device's name; at least one of the limits is there */
struct oci_rdma {
    const char *device;
    struct oci_number handles;
    struct oci_number objects;
};

struct oci_rdmas {
    size_t count;
    const struct oci_rdma *at;
};

/* linux.resources. Where nothing else is said, a number that is 0 asks for nothing, and -1 for no
 * limit. Memory is in octets, time in microseconds. */
struct oci_resources {
    struct oci_device_rules devices;
    struct oci_number pids_limit; /* processes */
    struct oci_number memory_limit;
    struct oci_number memory_reservation;
    struct oci_number memory_swap; /* memory and swap together */
    struct oci_number memory_kernel;
    struct oci_number memory_kernel_tcp;
    struct oci_number memory_swappiness; /* 0 to 100; 0 is a value */
    bool memory_disable_oom_killer;
    bool memory_use_hierarchy;
    bool memory_check_before_update; /* an update to less than what is used is refused */
    struct oci_number cpu_shares;
    struct oci_number cpu_quota;
    struct oci_number cpu_burst; /* 0 is a value */
    struct oci_number cpu_period;
    struct oci_number cpu_realtime_runtime;
    struct oci_number cpu_realtime_period;
    struct oci_number cpu_idle; /* 0 or 1 */
    const char *cpu_cpus;       /* "0-3,7"; NULL: none are asked for */
    const char *cpu_mems;
    struct oci_number block_weight;
    struct oci_number block_leaf_weight;
    struct oci_device_weights block_weight_devices;
    struct oci_device_rates block_read_bps;
    struct oci_device_rates block_write_bps;
    struct oci_device_rates block_read_iops;
    struct oci_device_rates block_write_iops;
    struct oci_hugepage_limits hugepage_limits;
    struct oci_number network_class_id;
    struct oci_priorities network_priorities;
    struct oci_rdmas rdma;
    struct oci_pairs unified; /* files of cgroup v2, and what is written to them */
};

/* linux.seccomp.syscalls[].args[] */
struct oci_seccomp_arg {
    uint32_t index;
    uint64_t value;
    uint64_t value_two; /* valueTwo */
    const char *op;     /* "SCMP_CMP_EQ", … */
};

struct oci_seccomp_args {
    size_t count;
    const struct oci_seccomp_arg *at;
};

/* linux.seccomp.syscalls[] */
struct oci_seccomp_rule {
    struct oci_texts names;
    const char *action;          /* "SCMP_ACT_ALLOW", … */
    struct oci_number errno_ret; /* errnoRet; EPERM when absent */
    struct oci_seccomp_args args;
};

struct oci_seccomp_rules {
    size_t count;
    const struct oci_seccomp_rule *at;
};

/* linux.seccomp */
struct oci_seccomp {
    const char *default_action; /* NULL: no system call is filtered */
    struct oci_number default_errno_ret;
    struct oci_texts architectures; /* "SCMP_ARCH_X86_64", … */
    struct oci_texts flags;         /* "SECCOMP_FILTER_FLAG_LOG", … */
    struct oci_seccomp_rules rules;
    const char *listener_path;     /* absolute; who is told of SCMP_ACT_NOTIFY */
    const char *listener_metadata; /* what is passed on to it; may be NULL */
};

/* linux.personality */
struct oci_personality {
    const char *domain; /* "LINUX" or "LINUX32"; NULL: none is set */
    struct oci_texts flags;
};

/* linux.memoryPolicy, of runtime-spec 1.3 */
struct oci_memory_policy {
    const char *mode;       /* "MPOL_BIND", …; NULL: none is set */
    const char *nodes;      /* "0-3,7" */
    struct oci_texts flags; /* "MPOL_F_STATIC_NODES", … */
};

/* linux.intelRdt; all of it absent asks for nothing */
struct oci_intel_rdt {
    bool is_wanted;              /* whatever else is said */
    const char *clos_id;         /* NULL: a group of the container's own, with its name */
    const char *l3_cache_schema; /* "L3:0=7f0;1=1f" */
    const char *mem_bw_schema;   /* "MB:0=20;1=70" */
    struct oci_texts schemata;   /* of runtime-spec 1.3: any such lines */
    bool enable_monitoring;      /* of runtime-spec 1.3 */
};

/* linux.netDevices, of runtime-spec 1.3, by the device's name */
struct oci_net_device {
    const char *device;
    const char *name; /* in the container; NULL: the same */
};

struct oci_net_devices {
    size_t count;
    const struct oci_net_device *at;
};

/* root */
struct oci_root {
    const char *path; /* absolute, or relative to the bundle */
    bool readonly;
};

/* hooks.*, in the order in which they come in a container's life */
enum oci_hook_kind {
    OCI_HOOK_PRESTART,
    OCI_HOOK_CREATE_RUNTIME,
    OCI_HOOK_CREATE_CONTAINER,
    OCI_HOOK_START_CONTAINER,
    OCI_HOOK_POSTSTART,
    OCI_HOOK_POSTSTOP,
    OCI_HOOK_KINDS,
};

struct oci_hook {
    const char *path;          /* absolute */
    struct oci_texts args;     /* with the program's own name; empty: the path alone */
    struct oci_texts env;      /* "NAME=value", and nothing else; `at` NULL: see oci/hooks.h */
    struct oci_number timeout; /* seconds */
};

struct oci_hooks {
    size_t count;
    const struct oci_hook *at;
};

struct oci_config {
    const char *oci_version;
    struct oci_root root;
    struct oci_process process;
    const char *hostname;   /* NULL: none is set */
    const char *domainname; /* NULL: none is set */
    struct oci_mounts mounts;
    struct oci_hooks hooks[OCI_HOOK_KINDS];
    struct oci_pairs annotations;

    /* below "linux" in config.json */
    struct oci_namespace namespaces[OCI_NAMESPACE_KINDS];
    struct oci_id_maps uid_maps;
    struct oci_id_maps gid_maps;
    struct oci_devices devices;
    struct oci_pairs sysctl;
    const char *cgroups_path; /* NULL: the runtime chooses a place, if it needs one */
    struct oci_resources resources;
    const char *rootfs_propagation; /* NULL as "private" */
    struct oci_seccomp seccomp;
    struct oci_time_offset monotonic_offset; /* timeOffsets.monotonic */
    struct oci_time_offset boottime_offset;
    struct oci_net_devices net_devices;
    struct oci_personality personality;
    struct oci_memory_policy memory_policy;
    struct oci_intel_rdt intel_rdt;
    const char *mount_label; /* NULL: none */
    struct oci_texts masked_paths;
    struct oci_texts readonly_paths;

    /* What was passed over though it asks for something, a sentence each. Nothing of config.json.
     */
    struct oci_texts warnings;
};

/* Who starts the container: with uid 0 a config can have all that the kernel has; another user gets
 * a user namespace in which its own ids are 0. */
struct oci_caller {
    uid_t uid;
    gid_t gid;
    bool is_nested;    /* in a user namespace that somebody has made, as rootless podman does */
    bool keeps_groups; /* nobody may change groups there: user_namespaces(7), "setgroups" */
    uint64_t lacks;    /* capabilities that it does not have: bit n stands for n */
};

/* The calling process's effective ids, and where they are so. */
struct oci_caller oci_caller_now(void);

/* Whether it is the machine's root: that of a user namespace has all ids that are there, but makes
 * no device nodes, and has those cgroups alone that its maker was given. */
bool oci_caller_has_machine(const struct oci_caller *caller);

/* The config that `cupel-oci spec` prints: a shell in a root file system "rootfs", with new pid,
 * mount, uts, ipc, network, cgroup and, unless the caller is root, user namespaces. What depends on
 * the caller lives in the arena. Fails only without memory. */
int oci_config_default(struct arena *arena, struct oci_caller caller, struct oci_config *ret_config,
                       struct err *err);

/* Reads the text of a config.json. Pure. Everything that is wrong gives -EINVAL and one sentence
 * that begins with the place, e.g. "process.args[1]: is a number, must be a string"; *ret_config is
 * then untouched. Keys that the specification does not know are ignored, as it demands; what it
 * knows and Cupel does not do is refused, unless it asks for nothing (null, false, "", [], {}).
 * Texts and lists live in the arena. */
int oci_config_parse(struct bytes json, struct arena *arena, struct oci_config *ret_config,
                     struct err *err);

/* Reads linux.resources alone, as oci_config_parse(); places in sentences begin with its keys. */
int oci_resources_parse(struct bytes json, struct arena *arena, struct oci_resources *ret_resources,
                        struct err *err);

/* Reads the text of a file of the bundle directory, such as config.json, into the arena. */
int oci_config_load(const char *bundle, const char *name, struct arena *arena,
                    struct bytes *ret_json, struct err *err);

/* Puts a copy of the text, with control characters as '?', behind the other warnings; past
 * OCI_WARNINGS_MAX it is dropped. False without memory. */
bool oci_warnings_add(struct oci_texts *warnings, struct arena *arena, const char *text);

/* The same for a program that is started in a container: `json` is the container's config.json, and
 * `process` the text of an object such as its "process", whose keys stand in place of those there.
 * What it does not say is as in config.json, but for a terminal, which is the container's first
 * program's own. With `process` empty, all is. */
int oci_config_parse_exec(struct bytes json, struct bytes process, struct arena *arena,
                          struct oci_config *ret_config, struct err *err);

/* Reads config.json of the bundle directory, as oci_config_parse(). */
int oci_config_read(const char *bundle, struct arena *arena, struct oci_config *ret_config,
                    struct err *err);

/* Writes the config as the text of a config.json into the arena; reading that gives the same
 * config. Fails only without memory. */
int oci_config_format(const struct oci_config *config, struct arena *arena, struct bytes *ret_json,
                      struct err *err);
