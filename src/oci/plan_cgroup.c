/*
 * The container's cgroup. There is one when a limit asks for it, or the config names it; else the
 * container stays where its caller is, which costs nothing.
 *
 * v1 has a hierarchy for each controller, and the cgroup is made in those that are needed; v2 has
 * one, in which each level above must hand the controllers down.
 */
#include "oci/planning.h"

#include "base/text_format.h"
#include "kernel/cgroup_v1.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mount.h>

#define CGROUP_ROOT "/sys/fs/cgroup"

/* A limit of the config, and the file that it is written to. */
struct limit {
    const char *field;
    const char *controller;
    struct oci_number value;
    const char *v1_file;
    const char *v1_unlimited;
    const char *v2_file;
    const char *v2_unlimited;
};

enum { LIMIT_PIDS, LIMIT_MEMORY, LIMITS };

static void read_limits(const struct oci_config *config, struct limit limits[LIMITS])
{
    limits[LIMIT_PIDS] = (struct limit){
        .field = "linux.resources.pids.limit",
        .controller = "pids",
        .value = config->resources.pids_limit,
        .v1_file = "pids.max",
        .v1_unlimited = "max",
        .v2_file = "pids.max",
        .v2_unlimited = "max",
    };
    limits[LIMIT_MEMORY] = (struct limit){
        .field = "linux.resources.memory.limit",
        .controller = "memory",
        .value = config->resources.memory_limit,
        .v1_file = "memory.limit_in_bytes",
        .v1_unlimited = "-1",
        .v2_file = "memory.max",
        .v2_unlimited = "max",
    };
}

/* 0 has always been written for "no limit is asked for". */
static bool is_asked(struct oci_number limit)
{
    return limit.is_set && limit.value != 0;
}

/* Device rules are for those who may make device nodes. In the user namespace of a plain user
 * nobody may, and what a user can open inside it could open outside as well. */
static bool has_device_rules(const struct oci_planning *planning)
{
    return planning->config->resources.devices.count > 0 && planning->host->caller.uid == 0;
}

static bool has_part(const char *list, const char *word)
{
    size_t size = strlen(word);

    for (const char *at = list;; at++) {
        size_t part = strcspn(at, ",");

        if (part == size && strncmp(at, word, size) == 0)
            return true;
        at += part;
        if (*at == '\0')
            return false;
    }
}

/* The v1 hierarchy that has the controller, or NULL. */
static const struct oci_pair *find_hierarchy(const struct oci_host *host, const char *controller)
{
    for (size_t i = 0; i < host->hierarchies.count; i++) {
        if (has_part(host->hierarchies.at[i].name, controller))
            return &host->hierarchies.at[i];
    }
    return NULL;
}

/* The path in the hierarchies: as configured, or a name of its own: for root at the top, for a user
 * beside its own cgroup, where it may make others if its cgroups were delegated to it. */
static const char *choose_path(struct oci_planning *planning)
{
    const struct oci_host *host = planning->host;
    const char *wanted = planning->config->cgroups_path;
    const char *own = "/";
    const char *slash;

    if (wanted != NULL && strchr(wanted, '/') == NULL && strchr(wanted, ':') != NULL) {
        (void)oci_planning_refuse(
            planning, "linux.cgroupsPath: '%s' is a name for systemd, and must be a path", wanted);
        return NULL;
    }
    if (wanted != NULL)
        return oci_planning_path(planning, "linux.cgroupsPath", wanted);
    if (host->cgroup_layout == OCI_CGROUP_UNIFIED && host->caller.uid != 0)
        own = host->hierarchies.at[0].value;
    slash = strrchr(own, '/');
    return oci_planning_text(planning, "%.*s/cupel-%s", slash == NULL ? 0 : (int)(slash - own), own,
                             planning->request->id);
}

int oci_plan_choose_cgroup(struct oci_planning *planning)
{
    struct limit limits[LIMITS];
    const char *field = planning->config->cgroups_path == NULL ? NULL : "linux.cgroupsPath";

    read_limits(planning->config, limits);
    if (has_device_rules(planning))
        field = "linux.resources.devices";
    for (size_t i = 0; i < LIMITS; i++) {
        if (is_asked(limits[i].value))
            field = limits[i].field;
    }
    if (field == NULL)
        return 0;
    if (planning->host->cgroup_layout == OCI_CGROUP_NONE)
        return oci_planning_refuse(planning, "%s: there is no cgroup file system in " CGROUP_ROOT,
                                   field);
    planning->cgroup.path = choose_path(planning);
    if (planning->cgroup.path == NULL)
        return planning->err->number;
    if (strcmp(planning->cgroup.path, "/") == 0)
        return oci_planning_refuse(planning,
                                   "linux.cgroupsPath: '%s' is the cgroup of the whole system",
                                   planning->config->cgroups_path);
    planning->cgroup.is_made = true;
    return 0;
}

static int add_make(struct oci_planning *planning, const char *path)
{
    return PLAN(
        planning, CGROUP_MAKE, "linux.cgroupsPath",
        .cgroup = { .path = path, .may_be_shared = planning->config->cgroups_path != NULL });
}

static int add_limit(struct oci_planning *planning, const struct limit *limit,
                     const char *directory, bool is_v2)
{
    const char *file =
        oci_planning_text(planning, "%s/%s", directory, is_v2 ? limit->v2_file : limit->v1_file);
    const char *value = is_v2 ? limit->v2_unlimited : limit->v1_unlimited;

    if (limit->value.value > 0)
        value = oci_planning_text(planning, "%lld", (long long)limit->value.value);
    if (file == NULL || value == NULL)
        return planning->err->number;
    return PLAN(planning, CGROUP_WRITE, limit->field, .cgroup = { .path = file, .value = value });
}

/* One rule of the config, checked. */
static int read_rule(struct oci_planning *planning, size_t index,
                     struct kernel_device_rule *ret_rule)
{
    const struct oci_device_rule *rule = &planning->config->resources.devices.at[index];
    const char *type = rule->type == NULL ? "a" : rule->type;
    const char *access = rule->access == NULL ? "rwm" : rule->access;

    if (strlen(type) != 1 || strchr("abc", type[0]) == NULL)
        return oci_planning_refuse(
            planning, "linux.resources.devices[%zu].type: '%s' is none of a, b and c", index, type);
    if (strspn(access, "rwm") != strlen(access))
        return oci_planning_refuse(
            planning, "linux.resources.devices[%zu].access: '%s' has other letters than r, w and m",
            index, access);
    *ret_rule = (struct kernel_device_rule){
        .allow = rule->allow,
        .type = type[0],
        .major = rule->major.is_set ? rule->major.value : KERNEL_DEVICE_ANY,
        .minor = rule->minor.is_set ? rule->minor.value : KERNEL_DEVICE_ANY,
        .access = (strchr(access, 'r') != NULL ? KERNEL_DEVICE_READ : 0U) |
                  (strchr(access, 'w') != NULL ? KERNEL_DEVICE_WRITE : 0U) |
                  (strchr(access, 'm') != NULL ? KERNEL_DEVICE_MKNOD : 0U),
    };
    return 0;
}

#define ALL_ACCESS (KERNEL_DEVICE_READ | KERNEL_DEVICE_WRITE | KERNEL_DEVICE_MKNOD)

/* What every container may use, whatever the rules say: config-linux.md#default-devices, terminals,
 * and making nodes, which says nothing about opening them. */
static const struct kernel_device_rule always_allowed[] = {
    { true, 'c', KERNEL_DEVICE_ANY, KERNEL_DEVICE_ANY, KERNEL_DEVICE_MKNOD },
    { true, 'b', KERNEL_DEVICE_ANY, KERNEL_DEVICE_ANY, KERNEL_DEVICE_MKNOD },
    { true, 'c', 1, 3, ALL_ACCESS },                   /* null */
    { true, 'c', 1, 5, ALL_ACCESS },                   /* zero */
    { true, 'c', 1, 7, ALL_ACCESS },                   /* full */
    { true, 'c', 1, 8, ALL_ACCESS },                   /* random */
    { true, 'c', 1, 9, ALL_ACCESS },                   /* urandom */
    { true, 'c', 5, 0, ALL_ACCESS },                   /* tty */
    { true, 'c', 5, 2, ALL_ACCESS },                   /* ptmx */
    { true, 'c', 136, KERNEL_DEVICE_ANY, ALL_ACCESS }, /* pts */
};
#define ALWAYS_ALLOWED (sizeof(always_allowed) / sizeof(always_allowed[0]))

/* The rules of the config, then what is always allowed. */
static int collect_rules(struct oci_planning *planning, struct kernel_device_rules *ret_rules)
{
    size_t wanted = planning->config->resources.devices.count;
    struct kernel_device_rule *rules;

    if (wanted > KERNEL_DEVICE_RULES_MAX - ALWAYS_ALLOWED)
        return oci_planning_refuse(planning, "linux.resources.devices: has more than %zu entries",
                                   KERNEL_DEVICE_RULES_MAX - ALWAYS_ALLOWED);
    rules = oci_planning_alloc(planning, wanted + ALWAYS_ALLOWED, sizeof(*rules));
    if (rules == NULL)
        return planning->err->number;
    for (size_t i = 0; i < wanted; i++) {
        if (read_rule(planning, i, &rules[i]) < 0)
            return planning->err->number;
    }
    memcpy(&rules[wanted], always_allowed, sizeof(always_allowed));
    *ret_rules = (struct kernel_device_rules){ .count = wanted + ALWAYS_ALLOWED, .at = rules };
    return 0;
}

/* v1: a write for each rule. For the kernel "a" stands for all devices and all that can be done
 * with them, so a rule of that type with less is written as two. */
static int add_v1_rule(struct oci_planning *planning, const char *directory,
                       const struct kernel_device_rule *rule)
{
    bool is_all = rule->type == 'a' && rule->major == KERNEL_DEVICE_ANY &&
                  rule->minor == KERNEL_DEVICE_ANY && rule->access == ALL_ACCESS;
    const char *file =
        oci_planning_text(planning, "%s/devices.%s", directory, rule->allow ? "allow" : "deny");
    const char *types = is_all ? "a" : rule->type == 'b' ? "b" : rule->type == 'c' ? "c" : "bc";

    for (; *types != '\0'; types++) {
        struct kernel_device_rule typed = *rule;
        char block[64];
        struct text text = text_init(block, sizeof(block));
        const char *value;

        typed.type = *types;
        if (!kernel_cgroup_v1_device_rule(&typed, &text))
            return oci_planning_refuse(planning, "linux.resources.devices: a number is too large");
        value = oci_planning_text(planning, "%s", text.at);
        if (file == NULL || value == NULL)
            return planning->err->number;
        if (PLAN(planning, CGROUP_WRITE, "linux.resources.devices",
                 .cgroup = { .path = file, .value = value }) < 0)
            return planning->err->number;
    }
    return 0;
}

/* Makes the cgroup in the hierarchy of a controller; *ret_directory is where. */
static int add_v1_cgroup(struct oci_planning *planning, const char *field, const char *controller,
                         const char **ret_directory)
{
    const struct oci_pair *hierarchy = find_hierarchy(planning->host, controller);
    const char *directory;

    if (hierarchy == NULL)
        return oci_planning_refuse(planning, "%s: this system has no cgroup hierarchy for '%s'",
                                   field, controller);
    directory =
        oci_planning_text(planning, CGROUP_ROOT "/%s%s", hierarchy->name, planning->cgroup.path);
    if (directory == NULL)
        return planning->err->number;
    if (add_make(planning, directory) < 0)
        return planning->err->number;
    *ret_directory = directory;
    return 0;
}

static int add_v1_open(struct oci_planning *planning, const char *directory)
{
    return PLAN(planning, CGROUP_OPEN_V1, "linux.cgroupsPath",
                .cgroup = { .path = directory, .slot = (unsigned int)planning->cgroup.slots++ });
}

static int add_v1_devices(struct oci_planning *planning)
{
    struct kernel_device_rules rules = { 0 };
    const char *directory = NULL;
    int number = add_v1_cgroup(planning, "linux.resources.devices", "devices", &directory);

    if (number == 0)
        number = collect_rules(planning, &rules);
    for (size_t i = 0; number == 0 && i < rules.count; i++)
        number = add_v1_rule(planning, directory, &rules.at[i]);
    return number < 0 ? number : add_v1_open(planning, directory);
}

/* The hierarchies that a limit asks for; where the config names the cgroup, also those of the other
 * limits that there could be. */
static int plan_v1(struct oci_planning *planning)
{
    bool is_named = planning->config->cgroups_path != NULL;
    struct limit limits[LIMITS];

    read_limits(planning->config, limits);
    for (size_t i = 0; i < LIMITS; i++) {
        const char *directory = NULL;

        if (!is_asked(limits[i].value) &&
            !(is_named && find_hierarchy(planning->host, limits[i].controller) != NULL))
            continue;
        if (add_v1_cgroup(planning, limits[i].field, limits[i].controller, &directory) < 0)
            return planning->err->number;
        if (is_asked(limits[i].value) && add_limit(planning, &limits[i], directory, false) < 0)
            return planning->err->number;
        if (add_v1_open(planning, directory) < 0)
            return planning->err->number;
    }
    return has_device_rules(planning) ? add_v1_devices(planning) : 0;
}

/* Every cgroup above the container's hands the controllers down: "", "/a", "/a/b" for "/a/b/c". */
static int add_v2_enable(struct oci_planning *planning, const char *controllers)
{
    const char *path = planning->cgroup.path;

    for (const char *slash = path; slash != NULL; slash = strchr(slash + 1, '/')) {
        const char *above =
            oci_planning_text(planning, CGROUP_ROOT "%.*s", (int)(slash - path), path);

        if (above == NULL)
            return planning->err->number;
        if (PLAN(planning, CGROUP_ENABLE, "linux.resources",
                 .cgroup = { .path = above, .value = controllers }) < 0)
            return planning->err->number;
    }
    return 0;
}

static int add_v2_limits(struct oci_planning *planning, const char *directory)
{
    struct limit limits[LIMITS];
    char block[64];
    struct text controllers = text_init(block, sizeof(block));
    const char *copy;

    read_limits(planning->config, limits);
    for (size_t i = 0; i < LIMITS; i++) {
        if (is_asked(limits[i].value))
            (void)text_format(&controllers, "%s+%s", controllers.size > 0 ? " " : "",
                              limits[i].controller);
    }
    if (controllers.size == 0)
        return 0;
    copy = oci_planning_text(planning, "%s", controllers.at);
    if (copy == NULL || add_v2_enable(planning, copy) < 0)
        return planning->err->number;
    for (size_t i = 0; i < LIMITS; i++) {
        if (is_asked(limits[i].value) && add_limit(planning, &limits[i], directory, true) < 0)
            return planning->err->number;
    }
    return 0;
}

static int plan_v2(struct oci_planning *planning)
{
    const char *directory = oci_planning_text(planning, CGROUP_ROOT "%s", planning->cgroup.path);
    struct kernel_device_rules rules;
    int number = directory == NULL ? planning->err->number : add_make(planning, directory);

    if (number == 0)
        number = add_v2_limits(planning, directory);
    if (number == 0 && has_device_rules(planning)) {
        number = collect_rules(planning, &rules);
        if (number == 0)
            number = PLAN(planning, CGROUP_DEVICES, "linux.resources.devices",
                          .devices = { .path = directory, .rules = rules });
    }
    if (number < 0)
        return number;
    return PLAN(planning, CGROUP_OPEN_V2, "linux.cgroupsPath",
                .cgroup = { .path = directory, .slot = (unsigned int)planning->cgroup.slots++ });
}

int oci_plan_cgroup(struct oci_planning *planning)
{
    if (!planning->cgroup.is_made)
        return 0;
    return planning->host->cgroup_layout == OCI_CGROUP_V1 ? plan_v1(planning) : plan_v2(planning);
}
