/* The mounts of the config: what their options mean, and which are refused. */
#include "oci/features.h"
#include "oci/planning.h"

#include "base/text.h"

#include <errno.h>
#include <limits.h>
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
    REFUSED,     /* is not done */
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
    { "idmap", REFUSED, 0, 0 },
    { "iversion", SUPERBLOCK, 0, 0 },
    { "lazytime", SUPERBLOCK, 0, 0 },
    { "loud", NOTHING, 0, 0 },
    { "mand", REFUSED, 0, 0 },
    { "noatime", ATTRIBUTE, MOUNT_ATTR_NOATIME, ATIME },
    { "nodev", ATTRIBUTE, MOUNT_ATTR_NODEV, 0 },
    { "nodiratime", ATTRIBUTE, MOUNT_ATTR_NODIRATIME, 0 },
    { "noexec", ATTRIBUTE, MOUNT_ATTR_NOEXEC, 0 },
    { "noiversion", NOTHING, 0, 0 },
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
    { "remount", REFUSED, 0, 0 },
    { "rexec", EVERYWHERE, 0, MOUNT_ATTR_NOEXEC },
    { "ridmap", REFUSED, 0, 0 },
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
    { "tmpcopyup", REFUSED, 0, 0 },
    { "unbindable", PROPAGATION, MS_UNBINDABLE, 0 },
};

const char *oci_mount_option(size_t index)
{
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (options[i].effect != REFUSED && index-- == 0)
            return options[i].name;
    }
    return NULL;
}

/* A mount of the config, as far as it has been read. */
struct reading {
    const struct oci_mount *mount;
    const char *field; /* "mounts[3]" */
    const char *destination;
    bool is_bind;
    bool is_recursive;
    struct kernel_mount_change own;
    struct kernel_mount_change all;
    unsigned long propagation;
    struct kernel_mount_option *rest; /* the options that are the file system's own */
    size_t rest_count;
    const char *rest_first; /* the first of them, as it is written */
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

    if (reading->rest_first == NULL)
        reading->rest_first = word;
    if (equals == NULL) {
        option->name = word;
        return 0;
    }
    option->name = oci_planning_text(planning, "%.*s", (int)(equals - word), word);
    option->value = equals + 1;
    return option->name == NULL ? planning->err->number : 0;
}

static int read_option(struct oci_planning *planning, struct reading *reading, size_t index)
{
    const char *word = reading->mount->options.at[index];
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
    case SUPERBLOCK:
        return keep_option(planning, reading, word);
    case REFUSED:
        break;
    }
    return oci_planning_refuse(planning, "%s.options[%zu]: '%s' is not supported", reading->field,
                               index, word);
}

static int read_options(struct oci_planning *planning, struct reading *reading)
{
    const struct oci_texts *words = &reading->mount->options;

    reading->rest = oci_planning_alloc(planning, words->count, sizeof(*reading->rest));
    if (reading->rest == NULL)
        return planning->err->number;
    for (size_t i = 0; i < words->count; i++) {
        if (read_option(planning, reading, i) < 0)
            return planning->err->number;
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
        return oci_planning_refuse(planning, "%s.destination: would cover the root",
                                   reading->field);
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

static int plan_bind(struct oci_planning *planning, const struct reading *reading)
{
    const char *source = reading->mount->source;

    if (source == NULL)
        return oci_planning_refuse(planning, "%s.source: is missing", reading->field);
    if (reading->rest_count > 0)
        return oci_planning_refuse(planning, "%s.options: a bind mount has no option '%s'",
                                   reading->field, reading->rest_first);
    if (source[0] != '/')
        source = oci_planning_text(planning, "%s/%s", planning->request->bundle, source);
    if (source == NULL)
        return planning->err->number;
    return PLAN(planning, BIND, reading->field,
                .bind = { .destination = reading->destination,
                          .bind = { .source = source,
                                    .is_recursive = reading->is_recursive,
                                    .own = reading->own,
                                    .all = reading->all,
                                    .propagation = reading->propagation } });
}

static int plan_new(struct oci_planning *planning, const struct reading *reading)
{
    const char *type = reading->mount->type;
    /* proc and sysfs are what the runtime and the kernel trust: they come where they are said to
     * come, and nowhere else. */
    bool is_trusted = strcmp(type, "proc") == 0 || strcmp(type, "sysfs") == 0;
    bool is_cgroup = strcmp(type, "cgroup") == 0 || strcmp(type, "cgroup2") == 0;
    struct oci_step_mount mount = {
        .destination = reading->destination,
        .mount = { .fstype = type,
                   .source = reading->mount->source,
                   .options_count = reading->rest_count,
                   .options = reading->rest,
                   .attributes = reading->own.set | reading->all.set,
                   .propagation = reading->propagation,
                   .refuses_symlinks = is_trusted || is_cgroup },
    };

    if (is_cgroup)
        return oci_plan_cgroup_mount(planning, reading->field, &mount);
    return PLAN(planning, MOUNT, reading->field, .mount = mount);
}

static int plan_mount(struct oci_planning *planning, size_t index)
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
    if (!reading.is_bind && mount->type == NULL)
        return oci_planning_refuse(planning, "%s.type: is missing", reading.field);
    if (check_destination(planning, &reading) < 0)
        return planning->err->number;
    return reading.is_bind ? plan_bind(planning, &reading) : plan_new(planning, &reading);
}

static int plan_detachment(struct oci_planning *planning)
{
    static const struct {
        const char *name;
        unsigned long flag;
    } rows[] = {
        { "private", MS_PRIVATE },
        { "rprivate", MS_PRIVATE },
        { "slave", MS_SLAVE },
        { "rslave", MS_SLAVE },
    };
    const char *wanted = planning->config->rootfs_propagation;

    if (wanted == NULL)
        wanted = "private";
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].name, wanted) == 0)
            return PLAN(planning, DETACH, "linux.rootfsPropagation", .flags = rows[i].flag);
    }
    return oci_planning_refuse(planning,
                               "linux.rootfsPropagation: '%s' is not supported, only private, "
                               "rprivate, slave and rslave",
                               wanted);
}

int oci_plan_mounts(struct oci_planning *planning)
{
    const char *path = planning->config->root.path;
    int number = plan_detachment(planning);

    if (path == NULL)
        return oci_planning_refuse(planning, "root.path: is missing");
    if (path[0] != '/')
        path = oci_planning_text(planning, "%s/%s", planning->request->bundle, path);
    if (path == NULL)
        return planning->err->number;
    if (number == 0)
        number = PLAN(planning, ROOT, "root.path", .text = path);
    for (size_t i = 0; i < planning->config->mounts.count && number == 0; i++)
        number = plan_mount(planning, i);
    return number;
}
