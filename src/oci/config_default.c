/* The config that one starts from: what `cupel-oci spec` prints, and `cupel run` runs. */
#include "oci/config.h"

#include "kernel/capabilities.h"
#include "kernel/namespace.h"

#include <errno.h>
#include <linux/capability.h>
#include <unistd.h>

#define TEXTS(...)                                                                                 \
    {                                                                                              \
        .count = sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *),              \
        .at = (const char *const[])                                                                \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define FEW_CAPABILITIES                                                                           \
    (UINT64_C(1) << CAP_AUDIT_WRITE | UINT64_C(1) << CAP_KILL | UINT64_C(1) << CAP_NET_BIND_SERVICE)

#define MOUNT(where, what, from, its_options)                                                      \
    { .destination = (where), .type = (what), .source = (from), .options = its_options }

static const struct oci_mount mounts[] = {
    MOUNT("/proc", "proc", "proc", TEXTS("nosuid", "noexec", "nodev")),
    MOUNT("/dev", "tmpfs", "tmpfs", TEXTS("nosuid", "strictatime", "mode=755", "size=65536k")),
    MOUNT("/dev/pts", "devpts", "devpts",
          TEXTS("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5")),
    MOUNT("/dev/shm", "tmpfs", "shm",
          TEXTS("nosuid", "noexec", "nodev", "mode=1777", "size=65536k")),
    MOUNT("/dev/mqueue", "mqueue", "mqueue", TEXTS("nosuid", "noexec", "nodev")),
    MOUNT("/sys", "sysfs", "sysfs", TEXTS("nosuid", "noexec", "nodev", "ro")),
    MOUNT("/sys/fs/cgroup", "cgroup", "cgroup",
          TEXTS("nosuid", "noexec", "nodev", "relatime", "ro")),
};

/* A user has no group 5 to give terminals to, and no cgroup of its own to show. */
static const struct oci_mount user_mounts[] = {
    MOUNT("/proc", "proc", "proc", TEXTS("nosuid", "noexec", "nodev")),
    MOUNT("/dev", "tmpfs", "tmpfs", TEXTS("nosuid", "strictatime", "mode=755", "size=65536k")),
    MOUNT("/dev/pts", "devpts", "devpts",
          TEXTS("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620")),
    MOUNT("/dev/shm", "tmpfs", "shm",
          TEXTS("nosuid", "noexec", "nodev", "mode=1777", "size=65536k")),
    MOUNT("/dev/mqueue", "mqueue", "mqueue", TEXTS("nosuid", "noexec", "nodev")),
    MOUNT("/sys", "sysfs", "sysfs", TEXTS("nosuid", "noexec", "nodev", "ro")),
};

static const struct oci_rlimit rlimits[] = {
    { .type = "RLIMIT_NOFILE", .soft = 1024, .hard = 1024 },
};

/* All but what our own /dev has; root's containers could make nodes and find them in images. */
static const struct oci_device_rule no_devices[] = {
    { .allow = false, .access = "rwm" },
};

static const struct oci_config standard = {
    .oci_version = OCI_VERSION,
    .root = { .path = "rootfs", .readonly = true },
    .process = {
        .args = TEXTS("sh"),
        .env = TEXTS("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                     "TERM=xterm"),
        .cwd = "/",
        .capabilities = { .bounding = FEW_CAPABILITIES,
                          .effective = FEW_CAPABILITIES,
                          .permitted = FEW_CAPABILITIES },
        .rlimits = { .count = COUNT(rlimits), .at = rlimits },
        .no_new_privileges = true,
    },
    .hostname = "cupel",
    .mounts = { .count = COUNT(mounts), .at = mounts },
    .namespaces = {
        [OCI_NAMESPACE_PID] = { .is_wanted = true },
        [OCI_NAMESPACE_NETWORK] = { .is_wanted = true },
        [OCI_NAMESPACE_MOUNT] = { .is_wanted = true },
        [OCI_NAMESPACE_IPC] = { .is_wanted = true },
        [OCI_NAMESPACE_UTS] = { .is_wanted = true },
        [OCI_NAMESPACE_CGROUP] = { .is_wanted = true },
    },
    .resources = { .devices = { .count = COUNT(no_devices), .at = no_devices } },
    .masked_paths = TEXTS("/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys",
                          "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
                          "/proc/sched_debug", "/proc/scsi", "/sys/firmware",
                          "/sys/devices/virtual/powercap"),
    .readonly_paths = TEXTS("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
                            "/proc/sysrq-trigger"),
};

struct oci_caller oci_caller_now(void)
{
    return (struct oci_caller){ .uid = geteuid(),
                                .gid = getegid(),
                                .is_nested = !kernel_namespace_user_is_first(),
                                .keeps_groups = kernel_namespace_keeps_groups(),
                                .lacks = ~kernel_capabilities_permitted() };
}

bool oci_caller_has_machine(const struct oci_caller *caller)
{
    return caller->uid == 0 && !caller->is_nested;
}

int oci_config_default(struct arena *arena, struct oci_caller caller, struct oci_config *ret_config,
                       struct err *err)
{
    struct oci_id_map *maps;

    if (caller.uid == 0) {
        *ret_config = standard;
        return 0;
    }
    maps = arena_alloc_array(arena, 2, sizeof(*maps));
    if (maps == NULL)
        return err_system(err, ENOMEM, "make the default config");
    maps[0] = (struct oci_id_map){ .container_id = 0, .host_id = caller.uid, .size = 1 };
    maps[1] = (struct oci_id_map){ .container_id = 0, .host_id = caller.gid, .size = 1 };
    *ret_config = standard;
    ret_config->namespaces[OCI_NAMESPACE_USER].is_wanted = true;
    ret_config->uid_maps = (struct oci_id_maps){ .count = 1, .at = &maps[0] };
    ret_config->gid_maps = (struct oci_id_maps){ .count = 1, .at = &maps[1] };
    ret_config->mounts = (struct oci_mounts){ .count = COUNT(user_mounts), .at = user_mounts };
    ret_config->resources = (struct oci_resources){ 0 };
    return 0;
}
