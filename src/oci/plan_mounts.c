/* The mounts of the config: what their options mean, and which are refused. */
#include "oci/features.h"
#include "oci/planning.h"

#include "base/text.h"

#include <errno.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

/* What an option of a mount does (config.md#mounts, "Linux mount options"). */
enum effect {
    NOTHING,     /* what is so anyway */
    ATTRIBUTE,   /* of this mount */
    EVERYWHERE,  /* of this mount and those below it */
    PROPAGATION, /* how mounts below it are shared */
    BIND,        /* it is a bind mount; `set` is not 0: a recursive one */
    SUPERBLOCK,  /* of the file system itself, and so of no bind mount */
    FLAG,        /* the same, which only mount(2) knows */
    COPY_UP,     /* it has at first what it covers */
    IDMAP,       /* its ids are mapped; `set` is not 0: and those of the mounts below it */
    REMOUNT,     /* what is there changes */
};

struct option {
    const char *name;
    enum effect effect;
    uint64_t set;
    uint64_t clear;
};

#define ATIME MOUNT_ATTR__ATIME
static const struct option options[] = {
    { "async", NOTHING, 0, 0 },
    { "atime", ATTRIBUTE, MOUNT_ATTR_RELATIME, ATIME },
    { "bind", BIND, 0, 0 },
    { "defaults", NOTHING, 0, 0 },
    { "dev", ATTRIBUTE, 0, MOUNT_ATTR_NODEV },
    { "diratime", ATTRIBUTE, 0, MOUNT_ATTR_NODIRATIME },
    { "dirsync", SUPERBLOCK, 0, 0 },
    { "exec", ATTRIBUTE, 0, MOUNT_ATTR_NOEXEC },
    { "idmap", IDMAP, 0, 0 },
    { "iversion", FLAG, MS_I_VERSION, 0 },
    { "lazytime", SUPERBLOCK, 0, 0 },
    { "loud", NOTHING, 0, 0 },
    { "mand", SUPERBLOCK, 0, 0 },
    { "noatime", ATTRIBUTE, MOUNT_ATTR_NOATIME, ATIME },
    { "nodev", ATTRIBUTE, MOUNT_ATTR_NODEV, 0 },
    { "nodiratime", ATTRIBUTE, MOUNT_ATTR_NODIRATIME, 0 },
    { "noexec", ATTRIBUTE, MOUNT_ATTR_NOEXEC, 0 },
    { "noiversion", FLAG, 0, MS_I_VERSION },
    { "nolazytime", NOTHING, 0, 0 },
    { "nomand", NOTHING, 0, 0 },
    { "norelatime", ATTRIBUTE, MOUNT_ATTR_STRICTATIME, ATIME },
    { "nostrictatime", ATTRIBUTE, MOUNT_ATTR_RELATIME, ATIME },
    { "nosuid", ATTRIBUTE, MOUNT_ATTR_NOSUID, 0 },
    { "nosymfollow", ATTRIBUTE, MOUNT_ATTR_NOSYMFOLLOW, 0 },
    { "private", PROPAGATION, MS_PRIVATE, 0 },
    { "ratime", EVERYWHERE, MOUNT_ATTR_RELATIME, ATIME },
    { "rbind", BIND, 1, 0 },
    { "rdev", EVERYWHERE, 0, MOUNT_ATTR_NODEV },
    { "rdiratime", EVERYWHERE, 0, MOUNT_ATTR_NODIRATIME },
    { "relatime", ATTRIBUTE, MOUNT_ATTR_RELATIME, ATIME },
    { "remount", REMOUNT, 0, 0 },
    { "rexec", EVERYWHERE, 0, MOUNT_ATTR_NOEXEC },
    { "ridmap", IDMAP, 1, 0 },
    { "rnoatime", EVERYWHERE, MOUNT_ATTR_NOATIME, ATIME },
    { "rnodev", EVERYWHERE, MOUNT_ATTR_NODEV, 0 },
    { "rnodiratime", EVERYWHERE, MOUNT_ATTR_NODIRATIME, 0 },
    { "rnoexec", EVERYWHERE, MOUNT_ATTR_NOEXEC, 0 },
    { "rnorelatime", EVERYWHERE, MOUNT_ATTR_STRICTATIME, ATIME },
    { "rnostrictatime", EVERYWHERE, MOUNT_ATTR_RELATIME, ATIME },
    { "rnosuid", EVERYWHERE, MOUNT_ATTR_NOSUID, 0 },
    { "rnosymfollow", EVERYWHERE, MOUNT_ATTR_NOSYMFOLLOW, 0 },
    { "ro", ATTRIBUTE, MOUNT_ATTR_RDONLY, 0 },
    { "rprivate", PROPAGATION, MS_PRIVATE | MS_REC, 0 },
    { "rrelatime", EVERYWHERE, MOUNT_ATTR_RELATIME, ATIME },
    { "rro", EVERYWHERE, MOUNT_ATTR_RDONLY, 0 },
    { "rrw", EVERYWHERE, 0, MOUNT_ATTR_RDONLY },
    { "rshared", PROPAGATION, MS_SHARED | MS_REC, 0 },
    { "rslave", PROPAGATION, MS_SLAVE | MS_REC, 0 },
    { "rstrictatime", EVERYWHERE, MOUNT_ATTR_STRICTATIME, ATIME },
    { "rsuid", EVERYWHERE, 0, MOUNT_ATTR_NOSUID },
    { "rsymfollow", EVERYWHERE, 0, MOUNT_ATTR_NOSYMFOLLOW },
    { "runbindable", PROPAGATION, MS_UNBINDABLE | MS_REC, 0 },
    { "rw", ATTRIBUTE, 0, MOUNT_ATTR_RDONLY },
    { "shared", PROPAGATION, MS_SHARED, 0 },
    { "silent", NOTHING, 0, 0 },
    { "slave", PROPAGATION, MS_SLAVE, 0 },
    { "strictatime", ATTRIBUTE, MOUNT_ATTR_STRICTATIME, ATIME },
    { "suid", ATTRIBUTE, 0, MOUNT_ATTR_NOSUID },
    { "symfollow", ATTRIBUTE, 0, MOUNT_ATTR_NOSYMFOLLOW },
    { "sync", SUPERBLOCK, 0, 0 },
    { "tmpcopyup", COPY_UP, 0, 0 },
    { "unbindable", PROPAGATION, MS_UNBINDABLE, 0 },
};

const char *oci_mount_option(size_t index)
{
    return index < sizeof(options) / sizeof(options[0]) ? options[index].name : NULL;
}

/* A mount of the config, as far as it has been read. */
struct reading {
    const struct oci_mount *mount;
    const char *field; /* "mounts[3]" */
    const char *destination;
    bool is_bind;
    bool is_recursive;
    bool is_remount;
    bool copies_contents;
    bool is_mapped;
    struct kernel_idmap idmap;
    unsigned long flags; /* MS_… */
    struct kernel_mount_change own;
    struct kernel_mount_change all;
    unsigned long propagation;
    struct kernel_mount_option *rest; /* the options that are the file system's own */
    size_t rest_count;
    const char *rest_word; /* the first of them that is a word without a value */
};

static const struct option *find_option(const char *name)
{
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (strcmp(options[i].name, name) == 0)
            return &options[i];
    }
    return NULL;
}

/* A later option takes back what an earlier one has said. */
static void apply(struct kernel_mount_change *change, const struct option *option)
{
    change->set = (change->set & ~option->clear) | option->set;
    change->clear = (change->clear & ~option->set) | option->clear;
}

/* "size=64k" or "newinstance": for the file system. */
static int keep_option(struct oci_planning *planning, struct reading *reading, const char *word)
{
    const char *equals = strchr(word, '=');
    struct kernel_mount_option *option = &reading->rest[reading->rest_count++];

    if (equals == NULL) {
        if (reading->rest_word == NULL)
            reading->rest_word = word;
        option->name = word;
        return 0;
    }
    option->name = oci_planning_text(planning, "%.*s", (int)(equals - word), word);
    option->value = equals + 1;
    return option->name == NULL ? planning->err->number : 0;
}

static int read_option(struct oci_planning *planning, struct reading *reading, const char *word)
{
    const struct option *option = find_option(word);

    if (option == NULL)
        return keep_option(planning, reading, word);
    switch (option->effect) {
    case NOTHING:
        return 0;
    case ATTRIBUTE:
        apply(&reading->own, option);
        return 0;
    case EVERYWHERE:
        apply(&reading->all, option);
        return 0;
    case PROPAGATION:
        reading->propagation = (unsigned long)option->set;
        return 0;
    case BIND:
        reading->is_bind = true;
        reading->is_recursive = option->set != 0;
        return 0;
    case FLAG:
        reading->flags = (reading->flags & ~(unsigned long)option->clear) | option->set;
        return 0;
    case COPY_UP:
        reading->copies_contents = true;
        return 0;
    case IDMAP:
        reading->is_mapped = true;
        reading->idmap.is_recursive = option->set != 0;
        return 0;
    case REMOUNT:
        reading->is_remount = true;
        return 0;
    case SUPERBLOCK:
        break;
    }
    return keep_option(planning, reading, word);
}

static int read_options(struct oci_planning *planning, struct reading *reading)
{
    const struct oci_texts *words = &reading->mount->options;

    /* One more for what a remount adds. */
    reading->rest = oci_planning_alloc(planning, words->count + 1, sizeof(*reading->rest));
    if (reading->rest == NULL)
        return planning->err->number;
    for (size_t i = 0; i < words->count; i++) {
        if (read_option(planning, reading, words->at[i]) < 0)
            return planning->err->number;
    }
    return 0;
}

/* Whether there can be what a mount's mappings and its option ask for. */
static int check_ids(struct oci_planning *planning, const struct reading *reading)
{
    size_t uids = reading->mount->uid_maps.count;
    size_t gids = reading->mount->gid_maps.count;

    if (!reading->is_bind || reading->is_remount)
        return oci_planning_refuse(planning, "%s: only a bind mount can have its ids mapped",
                                   reading->field);
    if (planning->host->caller.uid != 0)
        return oci_planning_refuse(planning, "%s: only root may map the ids of a mount (idmap)",
                                   reading->field);
    if ((uids == 0) != (gids == 0))
        return oci_planning_refuse(planning, "%s.%s: must be there as %s is", reading->field,
                                   uids == 0 ? "uidMappings" : "gidMappings",
                                   uids == 0 ? "gidMappings" : "uidMappings");
    if (uids == 0 && !planning->has_user_namespace)
        return oci_planning_refuse(planning,
                                   "%s.options: 'idmap' needs uidMappings and gidMappings, or a "
                                   "namespace of type 'user'",
                                   reading->field);
    return 0;
}

/* The mappings of an idmapped mount: its own, or those of the container's user namespace. */
static int read_ids(struct oci_planning *planning, struct reading *reading)
{
    const struct oci_config *config = planning->config;
    const struct oci_mount *mount = reading->mount;
    bool has_maps = mount->uid_maps.count > 0 || mount->gid_maps.count > 0;

    if (!reading->is_mapped && !has_maps)
        return 0;
    reading->is_mapped = true;
    if (check_ids(planning, reading) < 0)
        return planning->err->number;
    if (!has_maps)
        reading->idmap.namespace_path = config->namespaces[OCI_NAMESPACE_USER].path;
    if (reading->idmap.namespace_path != NULL)
        return 0;
    reading->idmap.uids = oci_planning_id_map(planning, reading->field,
                                              has_maps ? &mount->uid_maps : &config->uid_maps);
    reading->idmap.gids = oci_planning_id_map(planning, reading->field,
                                              has_maps ? &mount->gid_maps : &config->gid_maps);
    return reading->idmap.uids == NULL || reading->idmap.gids == NULL ? planning->err->number : 0;
}

/* What may stand in place of the root: another directory, or a file system for files. */
static int check_root(struct oci_planning *planning, const struct reading *reading)
{
    static const char *const kernels[] = { "proc", "sysfs", "cgroup", "cgroup2" };

    if (reading->is_remount)
        return oci_planning_refuse(planning, "%s.destination: the root cannot be mounted anew",
                                   reading->field);
    for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]) && !reading->is_bind; i++) {
        if (strcmp(reading->mount->type, kernels[i]) == 0)
            return oci_planning_refuse(planning, "%s.destination: would cover the root",
                                       reading->field);
    }
    return 0;
}

/* What lies below /proc belongs to the kernel: a mount there could feign what security modules and
 * the runtime itself write to. The files that only inform may be replaced. */
static int check_destination(struct oci_planning *planning, const struct reading *reading)
{
    static const char *const informing[] = {
        "/proc/cpuinfo",  "/proc/diskstats", "/proc/loadavg", "/proc/meminfo", "/proc/net/dev",
        "/proc/slabinfo", "/proc/stat",      "/proc/swaps",   "/proc/uptime",
    };
    const char *destination = reading->destination;
    const char *type = reading->mount->type;

    if (strcmp(destination, "/") == 0)
        return check_root(planning, reading);
    if (reading->is_remount)
        return 0;
    if (strcmp(destination, "/proc") == 0 && !reading->is_bind && strcmp(type, "proc") != 0)
        return oci_planning_refuse(planning, "%s.destination: '/proc' must be of type proc",
                                   reading->field);
    if (strncmp(destination, "/proc/", 6) != 0)
        return 0;
    for (size_t i = 0; i < sizeof(informing) / sizeof(informing[0]); i++) {
        if (reading->is_bind && strcmp(destination, informing[i]) == 0)
            return 0;
    }
    return oci_planning_refuse(planning, "%s.destination: '%s' is inside of /proc", reading->field,
                               destination);
}

/* Whether a mount that is shared is that with outside as well: where the root is, too, as with runc
 * and crun. (It may not in a user namespace.) */
static bool is_shared_with_outside(const struct oci_planning *planning,
                                   const struct reading *reading)
{
    return (reading->propagation & MS_SHARED) != 0 && !planning->has_user_namespace &&
           planning->has_shared_root;
}

/* Whether someone outside must open it: a user namespace may not map ids, and a copy made in
 * another mount namespace shares nothing with what is outside. */
static bool needs_source(const struct oci_planning *planning, const struct reading *reading)
{
    return reading->is_bind && !reading->is_remount &&
           (reading->is_mapped || is_shared_with_outside(planning, reading));
}

/* Whether someone outside opens it as well, who can: root of a user namespace may not be able to
 * reach it (a home directory of somebody whom nobody else may enter). */
static bool has_spare(const struct oci_planning *planning, const struct reading *reading)
{
    bool may_open = (planning->host->caller.lacks >> CAP_SYS_ADMIN & 1) == 0;

    return reading->is_bind && !reading->is_remount && !needs_source(planning, reading) &&
           planning->has_user_namespace && may_open &&
           planning->config->mounts.count <= OCI_SOURCES;
}

/* The step of a bind mount, but for its number. */
static int make_bind(struct oci_planning *planning, const struct reading *reading,
                     struct oci_step_bind *ret_step)
{
    const char *source = reading->mount->source;
    unsigned long propagation = reading->propagation;

    if (source == NULL)
        return oci_planning_refuse(planning, "%s.source: is missing", reading->field);
    /* "mode=755" and the like are of a file system that is not made here: passed over, as mount(2)
     * does. A word that nobody knows is more likely one that is misspelt. */
    if (reading->rest_word != NULL)
        return oci_planning_refuse(planning, "%s.options: a bind mount has no option '%s'",
                                   reading->field, reading->rest_word);
    if (source[0] != '/')
        source = oci_planning_text(planning, "%s/%s", planning->request->bundle, source);
    if (source == NULL)
        return planning->err->number;
    /* What is shared is what the config says, and not what happens to be so outside. */
    if (propagation == 0 && (needs_source(planning, reading) || planning->detachment != MS_PRIVATE))
        propagation = MS_PRIVATE | (reading->is_recursive ? MS_REC : 0UL);
    *ret_step = (struct oci_step_bind){ .destination = reading->destination,
                                        .bind = { .source = source,
                                                  .is_recursive = reading->is_recursive,
                                                  .own = reading->own,
                                                  .all = reading->all,
                                                  .propagation = propagation },
                                        .is_spare = has_spare(planning, reading),
                                        .is_mapped = reading->is_mapped,
                                        .idmap = reading->idmap };
    return 0;
}

static int plan_bind(struct oci_planning *planning, const struct reading *reading)
{
    struct oci_step_bind step;

    if (make_bind(planning, reading, &step) < 0)
        return planning->err->number;
    if (needs_source(planning, reading) || step.is_spare)
        step.opened = ++planning->opened_used;
    return PLAN(planning, BIND, reading->field, .bind = step);
}

/* File systems that show a namespace may be mounted only by whoever owns that: where the container
 * has a user namespace and shares this one with outside, it gets what is mounted there. */
static const char *find_mount_of_outside(const struct oci_planning *planning, const char *type)
{
    static const struct {
        const char *type;
        enum oci_namespace_kind kind;
        const char *source;
    } rows[] = {
        { "sysfs", OCI_NAMESPACE_NETWORK, "/sys" },
        { "proc", OCI_NAMESPACE_PID, "/proc" },
        { "mqueue", OCI_NAMESPACE_IPC, "/dev/mqueue" },
    };
    const struct oci_namespace *all = planning->config->namespaces;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct oci_namespace *one = &all[rows[i].kind];
        bool may_be_owned = all[OCI_NAMESPACE_USER].path != NULL || one->path == NULL;

        if (strcmp(rows[i].type, type) == 0 && planning->has_user_namespace &&
            !(one->is_wanted && may_be_owned))
            return rows[i].source;
    }
    return NULL;
}

static int plan_mount_of_outside(struct oci_planning *planning, const struct reading *reading,
                                 const char *source)
{
    return PLAN(planning, BIND, reading->field,
                .bind = { .destination = reading->destination,
                          .bind = { .source = source,
                                    .is_recursive = true,
                                    .all = { .set = reading->own.set | reading->all.set },
                                    .propagation = reading->propagation,
                                    .refuses_symlinks = true } });
}

static bool has_option(const struct reading *reading, const char *name)
{
    for (size_t i = 0; i < reading->rest_count; i++) {
        if (strcmp(reading->rest[i].name, name) == 0)
            return true;
    }
    return false;
}

static int plan_new(struct oci_planning *planning, const struct reading *reading)
{
    const char *type = reading->mount->type;
    /* proc and sysfs are what the runtime and the kernel trust: they come where they are said to
     * come, and nowhere else. */
    bool is_trusted = strcmp(type, "proc") == 0 || strcmp(type, "sysfs") == 0;
    bool is_cgroup = strcmp(type, "cgroup") == 0 || strcmp(type, "cgroup2") == 0;
    bool is_tmpfs = strcmp(type, "tmpfs") == 0;
    const char *outside = find_mount_of_outside(planning, type);
    struct oci_step_mount mount = {
        .destination = reading->destination,
        .mount = { .fstype = type,
                   .source = reading->mount->source,
                   .options_count = reading->rest_count,
                   .options = reading->rest,
                   .attributes = reading->own.set | reading->all.set,
                   .flags = reading->flags,
                   .propagation = reading->propagation,
                   .refuses_symlinks = is_trusted || is_cgroup,
                   .keeps_permissions = is_tmpfs && !has_option(reading, "mode"),
                   .copies_contents = reading->copies_contents },
    };

    if (reading->copies_contents && !is_tmpfs)
        return oci_planning_refuse(planning, "%s.options: 'tmpcopyup' is for a tmpfs alone",
                                   reading->field);
    if (is_cgroup)
        return oci_plan_cgroup_mount(planning, reading->field, &mount);
    if (outside != NULL)
        return plan_mount_of_outside(planning, reading, outside);
    return PLAN(planning, MOUNT, reading->field, .mount = mount);
}

/* With "bind" the mount alone changes, else its file system as well (mount(8), "remount"). */
static int plan_remount(struct oci_planning *planning, struct reading *reading)
{
    const char *type = reading->mount->type;
    struct oci_step_remount remount = {
        .destination = reading->destination,
        .change = { .own = reading->own, .all = reading->all, .propagation = reading->propagation },
        .has_options = !reading->is_bind
    };

    if (reading->is_bind && reading->rest_word != NULL)
        return oci_planning_refuse(planning, "%s.options: a bind mount has no option '%s'",
                                   reading->field, reading->rest_word);
    if (reading->copies_contents || reading->flags != 0)
        return oci_planning_refuse(planning,
                                   "%s.options: 'remount' cannot be with 'tmpcopyup' or 'iversion'",
                                   reading->field);
    if (((reading->own.set | reading->own.clear) & MOUNT_ATTR_RDONLY) != 0) {
        bool is_read_only = (reading->own.set & MOUNT_ATTR_RDONLY) != 0;

        reading->rest[reading->rest_count++].name = is_read_only ? "ro" : "rw";
    }
    if (remount.has_options)
        remount.options = (struct kernel_mount){ .fstype = type == NULL ? "file system" : type,
                                                 .options_count = reading->rest_count,
                                                 .options = reading->rest };
    return PLAN(planning, REMOUNT, reading->field, .remount = remount);
}

static int read_mount(struct oci_planning *planning, size_t index, struct reading *ret_reading)
{
    const struct oci_mount *mount = &planning->config->mounts.at[index];
    struct reading reading = { .mount = mount,
                               .field = oci_planning_text(planning, "mounts[%zu]", index) };

    if (reading.field == NULL)
        return planning->err->number;
    if (mount->destination == NULL)
        return oci_planning_refuse(planning, "%s.destination: is missing", reading.field);
    reading.destination = oci_planning_path(planning, reading.field, mount->destination);
    if (reading.destination == NULL || read_options(planning, &reading) < 0)
        return planning->err->number;
    if (mount->type != NULL && strcmp(mount->type, "bind") == 0)
        reading.is_bind = true;
    if (!reading.is_bind && !reading.is_remount && mount->type == NULL)
        return oci_planning_refuse(planning, "%s.type: is missing", reading.field);
    if (check_destination(planning, &reading) < 0 || read_ids(planning, &reading) < 0)
        return planning->err->number;
    *ret_reading = reading;
    return 0;
}

static int plan_mount(struct oci_planning *planning, size_t index)
{
    struct reading reading;

    if (read_mount(planning, index, &reading) < 0)
        return planning->err->number;
    if (reading.is_remount)
        return plan_remount(planning, &reading);
    /* A /dev that is read-only is so when all is in it. */
    if (!reading.is_bind && (reading.own.set & MOUNT_ATTR_RDONLY) != 0 &&
        strcmp(reading.destination, "/dev") == 0) {
        reading.own.set &= ~(uint64_t)MOUNT_ATTR_RDONLY;
        planning->read_only_dev = reading.field;
    }
    return reading.is_bind ? plan_bind(planning, &reading) : plan_new(planning, &reading);
}

/* What a mount needs that is outside: to hear of what is mounted there. */
static bool is_slave(const struct oci_planning *planning, const struct reading *reading)
{
    return reading->is_bind && (reading->propagation & (MS_SHARED | MS_SLAVE)) != 0 &&
           !is_shared_with_outside(planning, reading);
}

static int plan_source(struct oci_planning *planning, const struct reading *reading)
{
    struct oci_step_bind step;

    if (make_bind(planning, reading, &step) < 0)
        return planning->err->number;
    if (planning->opened_count == OCI_SOURCES)
        return oci_planning_refuse(planning,
                                   "%s: more than %d mounts with mapped ids or shared with outside",
                                   reading->field, OCI_SOURCES);
    step.opened = ++planning->opened_count;
    return PLAN(planning, SOURCE, reading->field, .bind = step);
}

int oci_plan_sources(struct oci_planning *planning)
{
    unsigned long root = oci_plan_find_root_propagation(planning);

    if (root == 0)
        return planning->err->number;
    if (oci_plan_check_sharing(planning, "linux.rootfsPropagation", root) < 0)
        return planning->err->number;
    planning->has_shared_root = (root & MS_SHARED) != 0;
    planning->detachment = (root & MS_SLAVE) != 0 ? MS_SLAVE : MS_PRIVATE;
    for (size_t i = 0; i < planning->config->mounts.count; i++) {
        struct reading reading;

        if (read_mount(planning, i, &reading) < 0)
            return planning->err->number;
        if (oci_plan_check_sharing(planning, reading.field, reading.propagation) < 0)
            return planning->err->number;
        if (is_slave(planning, &reading))
            planning->detachment = MS_SLAVE;
        if ((needs_source(planning, &reading) || has_spare(planning, &reading)) &&
            plan_source(planning, &reading) < 0)
            return planning->err->number;
    }
    return 0;
}

int oci_plan_mounts(struct oci_planning *planning)
{
    const char *path = planning->config->root.path;
    bool is_slave_root = (oci_plan_find_root_propagation(planning) & MS_SLAVE) != 0;
    int number = 0;

    if (oci_plan_has_others_mounts(planning))
        number = PLAN(planning, MOUNT_NAMESPACE, "linux.namespaces",
                      .text = planning->config->namespaces[OCI_NAMESPACE_MOUNT].path);
    if (number == 0)
        number = PLAN(planning, DETACH, "linux.rootfsPropagation", .flags = planning->detachment);
    if (path == NULL)
        return oci_planning_refuse(planning, "root.path: is missing");
    if (path[0] != '/')
        path = oci_planning_text(planning, "%s/%s", planning->request->bundle, path);
    if (path == NULL)
        return planning->err->number;
    if (number == 0)
        number = PLAN(planning, ROOT, "root.path", .text = path);
    /* Where others hear of what is mounted outside, the root itself does not. */
    if (number == 0 && planning->detachment == MS_SLAVE && !is_slave_root)
        number = PLAN(planning, ROOT_PROPAGATION, "linux.rootfsPropagation",
                      .flags = MS_PRIVATE | MS_REC);
    for (size_t i = 0; i < planning->config->mounts.count && number == 0; i++)
        number = plan_mount(planning, i);
    return number;
}
