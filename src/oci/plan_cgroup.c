/*
 * The container's cgroup. There is one where the caller may make it, or the config asks for it by
 * its name or a limit; else the container stays where its caller is.
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
#define CONTROLLERS_ROOM 256

/* A cgroup that is looked into, changed later on or frozen has all controllers that are there. */
static const char *const all_of_v1[] = {
    "pids",    "memory",  "cpu",      "cpuacct", "cpuset",  "blkio",
    "hugetlb", "net_cls", "net_prio", "rdma",    "freezer", "perf_event",
};
#define OWN_OF_SYSTEMD "systemd" /* the hierarchy of v1 without a controller */
#define ALL_OF_V2 "+cpu +cpuset +io +memory +pids +hugetlb +rdma"

/* The trees in which the container has a cgroup: those of v1, or that of v2. */
struct tree {
    const char *name; /* the hierarchy's */
    const char *root; /* CGROUP_ROOT, or a directory in it */
    bool is_v2;
};

/* Device rules are for those who may make device nodes. In the user namespace of a plain user
 * nobody may, and what a user can open inside it could open outside as well. */
static bool has_device_rules(const struct oci_planning *planning)
{
    return planning->config->resources.devices.count > 0 &&
           oci_caller_has_machine(&planning->host->caller);
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
            planning,
            "linux.cgroupsPath: '%s' is a name for systemd (--systemd-cgroup), and must be a path",
            wanted);
        return NULL;
    }
    if (wanted != NULL)
        return oci_planning_path(planning, "linux.cgroupsPath", wanted);
    if (host->cgroup_layout == OCI_CGROUP_UNIFIED && !oci_caller_has_machine(&host->caller))
        own = host->hierarchies.at[0].value;
    slash = strrchr(own, '/');
    return oci_planning_text(planning, "%.*s/cupel-%s", slash == NULL ? 0 : (int)(slash - own), own,
                             planning->request->id);
}

/* With v1 no user is given a controller, by whoever: a scope of a user's systemd is a name. */
static bool is_of_user_on_v1(const struct oci_planning *planning)
{
    const struct oci_systemd *systemd = planning->request->systemd;

    return systemd != NULL && systemd->is_user && !systemd->is_unified;
}

static int check_limits(struct oci_planning *planning)
{
    const struct oci_cgroup_writes *writes = &planning->cgroup.writes;

    for (size_t i = 0; i < writes->count && is_of_user_on_v1(planning); i++) {
        if (!writes->at[i].is_v2)
            return oci_planning_refuse(planning,
                                       "%s: a user's systemd has no controller '%s' to give, which "
                                       "cgroup v1 has here",
                                       writes->at[i].field, writes->at[i].controller);
    }
    return 0;
}

/* Whether the container has all controllers that there are. */
static bool is_whole(const struct oci_planning *planning)
{
    return (planning->config->cgroups_path != NULL || planning->request->systemd != NULL ||
            planning->host->can_make_cgroup) &&
           !is_of_user_on_v1(planning);
}

int oci_plan_choose_cgroup(struct oci_planning *planning)
{
    const struct oci_resources_request request = { .resources = &planning->config->resources,
                                                   .host = planning->host };
    const char *field = planning->config->cgroups_path == NULL ? NULL : "linux.cgroupsPath";

    if (planning->request->without_cgroup)
        return 0;
    if (has_device_rules(planning))
        field = "linux.resources.devices";
    if (oci_resources_compile(&request, planning->arena, &planning->cgroup.writes, planning->err) <
            0 ||
        check_limits(planning) < 0)
        return planning->err->number;
    planning->cgroup.is_whole = is_whole(planning);
    if (field == NULL && planning->cgroup.writes.count == 0 && !planning->cgroup.is_whole &&
        planning->request->systemd == NULL)
        return 0;
    if (planning->host->cgroup_layout == OCI_CGROUP_NONE)
        return oci_planning_refuse(planning, "%s: there is no cgroup file system in " CGROUP_ROOT,
                                   field == NULL ? "linux.cgroupsPath" : field);
    if (planning->request->systemd != NULL)
        return oci_plan_choose_scope(planning);
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
    return PLAN(planning, CGROUP_MAKE, "linux.cgroupsPath",
                .cgroup = { .path = path,
                            .may_be_shared = planning->request->systemd == NULL &&
                                             planning->config->cgroups_path != NULL,
                            .is_scopes = planning->request->systemd != NULL });
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

static bool is_for_all(const struct kernel_device_rule *rule)
{
    return rule->type == 'a' && rule->major == KERNEL_DEVICE_ANY &&
           rule->minor == KERNEL_DEVICE_ANY && rule->access == ALL_ACCESS;
}

/* The rules that matter: none before the last one for all devices does, and none behind one that
 * allows all where nothing is denied any more. */
static struct kernel_device_rules that_matter(const struct kernel_device_rule *rules, size_t count)
{
    size_t first = 0;
    bool denies = false;

    for (size_t i = 0; i < count; i++) {
        first = is_for_all(&rules[i]) ? i : first;
        denies = !rules[i].allow || (denies && first != i);
    }
    if (is_for_all(&rules[first]) && !denies)
        count = first + 1;
    return (struct kernel_device_rules){ .count = count - first, .at = rules + first };
}

static bool allow_all(const struct kernel_device_rules *rules)
{
    return rules->count == 1 && rules->at[0].allow && is_for_all(&rules->at[0]);
}

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
    *ret_rules = that_matter(rules, wanted + ALWAYS_ALLOWED);
    return 0;
}

/* v1: a write for each rule. For the kernel "a" stands for all devices and all that can be done
 * with them, so a rule of that type with less is written as two. */
static int add_v1_rule(struct oci_planning *planning, const char *directory,
                       const struct kernel_device_rule *rule)
{
    const char *file =
        oci_planning_text(planning, "%s/devices.%s", directory, rule->allow ? "allow" : "deny");
    const char *types = is_for_all(rule)    ? "a"
                        : rule->type == 'b' ? "b"
                        : rule->type == 'c' ? "c"
                                            : "bc";

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
                 .cgroup_value = { .path = file, .value = value }) < 0)
            return planning->err->number;
    }
    return 0;
}

static int add_v1_rules(struct oci_planning *planning, const char *directory)
{
    struct kernel_device_rules rules = { 0 };
    int number = collect_rules(planning, &rules);

    for (size_t i = 0; number == 0 && i < rules.count; i++)
        number = add_v1_rule(planning, directory, &rules.at[i]);
    return number;
}

int oci_planning_device_rules(struct oci_planning *planning, struct kernel_device_rules *ret_rules)
{
    return has_device_rules(planning) ? collect_rules(planning, ret_rules) : 0;
}

static int add_v2_rules(struct oci_planning *planning, const char *directory)
{
    struct kernel_device_rules rules = { 0 };

    if (collect_rules(planning, &rules) < 0)
        return planning->err->number;
    /* Where everything is allowed, a filter would only cost time. */
    if (allow_all(&rules))
        return 0;
    return PLAN(planning, CGROUP_DEVICES, "linux.resources.devices",
                .devices = { .path = directory, .rules = rules });
}

static bool is_of(const struct oci_cgroup_write *write, const struct tree *tree)
{
    return write->is_v2 == tree->is_v2 &&
           (tree->is_v2 || oci_list_has(tree->name, write->controller));
}

static int add_writes(struct oci_planning *planning, const struct tree *tree, const char *directory)
{
    const struct oci_cgroup_writes *writes = &planning->cgroup.writes;

    for (size_t i = 0; i < writes->count; i++) {
        const struct oci_cgroup_write *write = &writes->at[i];
        struct kernel_cgroup_value value = { .value = write->value,
                                             .other_value = write->other_value,
                                             .is_optional = write->is_optional };

        if (!is_of(write, tree))
            continue;
        value.path = oci_planning_text(planning, "%s/%s", directory, write->file);
        if (write->other_file != NULL)
            value.other_path = oci_planning_text(planning, "%s/%s", directory, write->other_file);
        if (value.path == NULL || (write->other_file != NULL && value.other_path == NULL))
            return planning->err->number;
        if (PLAN(planning, CGROUP_WRITE, write->field, .cgroup_value = value) < 0)
            return planning->err->number;
    }
    return 0;
}

/* The controllers of all writes to cgroup v2, "+pids +memory"; "" for none. */
static const char *needed_controllers(struct oci_planning *planning)
{
    const struct oci_cgroup_writes *writes = &planning->cgroup.writes;
    char block[CONTROLLERS_ROOM];
    struct text names = text_init(block, sizeof(block));

    for (size_t i = 0; i < writes->count; i++) {
        const char *name = writes->at[i].controller;
        char word_block[CONTROLLERS_ROOM];
        struct text word = text_init(word_block, sizeof(word_block));

        if (!writes->at[i].is_v2 || name[0] == '\0' || !text_format(&word, "+%s", name) ||
            oci_list_has(names.at, word.at))
            continue;
        if (!text_format(&names, "%s%s", names.size > 0 ? " " : "", word.at)) {
            (void)oci_planning_refuse(planning, "%s: these are too many controllers",
                                      writes->at[i].field);
            return NULL;
        }
    }
    return oci_planning_text(planning, "%s", names.at);
}

/* Whether a cgroup above the container's is to hand down all controllers: where the config does not
 * name a path, that in which the container's is made alone, with what has come to it. */
static bool is_offering(const struct oci_planning *planning, const char *rest)
{
    return planning->request->systemd == NULL && planning->cgroup.is_whole &&
           (planning->config->cgroups_path != NULL || strchr(rest + 1, '/') == NULL);
}

/* Every cgroup above the container's hands the controllers down: "", "/a", "/a/b" for "/a/b/c". Of
 * those of a user's systemd, from its own on; what is offered to a scope is systemd's matter. */
static int add_v2_controllers(struct oci_planning *planning, const struct tree *tree)
{
    const struct oci_systemd *systemd = planning->request->systemd;
    const char *needed = needed_controllers(planning);
    const char *path = planning->cgroup.path;
    const char *first = systemd != NULL && systemd->is_user ? path + strlen(systemd->cgroup) : path;
    int number = needed == NULL ? planning->err->number : 0;

    for (const char *slash = first; slash != NULL && number == 0; slash = strchr(slash + 1, '/')) {
        const char *above =
            oci_planning_text(planning, "%s%.*s", tree->root, (int)(slash - path), path);

        if (above == NULL)
            return planning->err->number;
        if (needed[0] != '\0')
            number = PLAN(planning, CGROUP_ENABLE, "linux.resources",
                          .cgroup = { .path = above, .value = needed });
        if (number == 0 && is_offering(planning, slash))
            number = PLAN(planning, CGROUP_OFFER, "linux.cgroupsPath",
                          .cgroup = { .path = above, .value = ALL_OF_V2 });
    }
    return number;
}

/* What the container's cgroup in one tree gives it, and what it may do. */
static int plan_limits(struct oci_planning *planning, const struct tree *tree,
                       const char *directory)
{
    int number = tree->is_v2 ? add_v2_controllers(planning, tree) : 0;

    if (number == 0 && oci_list_has(tree->name, "cpuset"))
        number = PLAN(planning, CGROUP_INHERIT, "linux.cgroupsPath",
                      .cgroup = { .path = directory, .value = tree->root });
    if (number == 0)
        number = add_writes(planning, tree, directory);
    if (number == 0 && has_device_rules(planning) && oci_list_has(tree->name, "devices"))
        number = add_v1_rules(planning, directory);
    if (number == 0 && has_device_rules(planning) && tree->name[0] == '\0')
        number = add_v2_rules(planning, directory);
    return number;
}

/* The container's cgroup in one tree. */
static int plan_tree(struct oci_planning *planning, const struct tree *tree)
{
    const char *directory = oci_planning_text(planning, "%s%s", tree->root, planning->cgroup.path);
    unsigned int slot = (unsigned int)planning->cgroup.slots++;
    int number = directory == NULL ? planning->err->number : add_make(planning, directory);

    if (number == 0)
        number = plan_limits(planning, tree, directory);
    if (number < 0)
        return number;
    if (planning->request->systemd != NULL)
        return tree->is_v2 ? 0
                           : PLAN(planning, CGROUP_PUT, "linux.cgroupsPath",
                                  .cgroup = { .path = directory });
    if (!tree->is_v2)
        return PLAN(planning, CGROUP_OPEN_V1, "linux.cgroupsPath",
                    .cgroup = { .path = directory, .slot = slot });
    planning->cgroup.v2_slot = slot;
    return PLAN(planning, CGROUP_OPEN_V2, "linux.cgroupsPath",
                .cgroup = { .path = directory, .slot = slot });
}

/* In v1 a new cgroup of the CPUs has no time for those who go by the real time, and takes none. */
static bool is_barred(const struct oci_planning *planning, const struct tree *tree)
{
    const char *policy = planning->config->process.scheduler.policy;

    return planning->config->cgroups_path == NULL && oci_list_has(tree->name, "cpu") &&
           policy != NULL && (strcmp(policy, "SCHED_FIFO") == 0 || strcmp(policy, "SCHED_RR") == 0);
}

/* Whether the container needs a cgroup in a tree: a limit or device rules ask for it, or it has one
 * in all. */
static bool is_needed(const struct oci_planning *planning, const struct tree *tree)
{
    const struct oci_cgroup_writes *writes = &planning->cgroup.writes;

    for (size_t i = 0; i < writes->count; i++) {
        if (is_of(&writes->at[i], tree))
            return true;
    }
    for (size_t i = 0; planning->cgroup.is_whole && i < sizeof(all_of_v1) / sizeof(all_of_v1[0]);
         i++) {
        if (!is_barred(planning, tree) && oci_list_has(tree->name, all_of_v1[i]))
            return true;
    }
    /* Where systemd keeps its units, what is executed in the container later has to be, too. */
    return (has_device_rules(planning) && oci_list_has(tree->name, "devices")) ||
           (planning->request->systemd != NULL &&
            (tree->is_v2 || strcmp(tree->name, OWN_OF_SYSTEMD) == 0));
}

static int plan_v1_tree(struct oci_planning *planning, const char *name, bool is_v2)
{
    struct tree tree = { .name = name, .is_v2 = is_v2 };

    if (!is_needed(planning, &tree))
        return 0;
    if (planning->cgroup.slots == OCI_SLOTS)
        return oci_planning_refuse(planning,
                                   "linux.resources: more than %d hierarchies of "
                                   "cgroups are needed",
                                   OCI_SLOTS);
    tree.root = oci_planning_text(planning, CGROUP_ROOT "/%s", name);
    return tree.root == NULL ? planning->err->number : plan_tree(planning, &tree);
}

static int plan_v1(struct oci_planning *planning)
{
    const struct oci_pairs *hierarchies = &planning->host->hierarchies;
    struct oci_controller devices;
    int number = 0;

    if (has_device_rules(planning) &&
        !oci_controller_find(planning->host, "devices", NULL, &devices))
        return oci_planning_refuse(
            planning, "linux.resources.devices: this system has no cgroup hierarchy for 'devices'");
    for (size_t i = 0; i < hierarchies->count && number == 0; i++) {
        const char *name = hierarchies->at[i].name;

        number = plan_v1_tree(planning, name, strcmp(name, "unified") == 0);
    }
    return number;
}

int oci_plan_cgroup(struct oci_planning *planning)
{
    return planning->request->systemd == NULL ? oci_plan_cgroup_trees(planning) : 0;
}

int oci_plan_cgroup_trees(struct oci_planning *planning)
{
    static const struct tree unified = { .name = "", .root = CGROUP_ROOT, .is_v2 = true };

    if (!planning->cgroup.is_made)
        return 0;
    return planning->host->cgroup_layout == OCI_CGROUP_V1 ? plan_v1(planning)
                                                          : plan_tree(planning, &unified);
}
