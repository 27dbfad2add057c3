/*
 * What the program has of its own, and no namespace or cgroup gives it: policies of scheduling,
 * labels of security modules, memory nodes, a personality.
 */
#include "oci/planning.h"

#include <string.h>
#include <sys/personality.h>

typedef bool (*finder)(const char *name, uint32_t *ret_number);

/* The words of a list, or'ed; -1 with the sentence for one that is unknown. */
static int64_t find_flags(struct oci_planning *planning, const char *field,
                          const struct oci_texts *names, finder find)
{
    int64_t flags = 0;

    for (size_t i = 0; i < names->count; i++) {
        uint32_t flag;

        if (!find(names->at[i], &flag)) {
            (void)oci_planning_refuse(planning, "%s[%zu]: '%s' is not supported", field, i,
                                      names->at[i]);
            return -1;
        }
        flags |= flag;
    }
    return flags;
}

/* What each policy has beside its name. */
static const struct {
    const char *name;
    bool has_priority;
    bool has_times;
} policies[] = {
    { .name = "SCHED_OTHER" },
    { .name = "SCHED_BATCH" },
    { .name = "SCHED_FIFO", .has_priority = true },
    { .name = "SCHED_RR", .has_priority = true },
    { .name = "SCHED_IDLE" },
    { .name = "SCHED_DEADLINE", .has_times = true },
};

static int check_times(struct oci_planning *planning, const struct oci_scheduler *wanted,
                       bool has_times)
{
    bool are_set =
        wanted->runtime.value != 0 || wanted->deadline.value != 0 || wanted->period.value != 0;

    if (are_set && !has_times)
        return oci_planning_refuse(
            planning, "process.scheduler: %s has no runtime, deadline and period", wanted->policy);
    if (has_times && wanted->runtime.value == 0)
        return oci_planning_refuse(planning, "process.scheduler.runtime: %s needs it",
                                   wanted->policy);
    return 0;
}

/* A value that goes with other policies, and one that is needed. */
static int check_scheduler(struct oci_planning *planning, const struct oci_scheduler *wanted,
                           size_t policy)
{
    const int nice = (int)wanted->nice.value;
    const int priority = (int)wanted->priority.value;
    const char *name = wanted->policy;

    /* Under a policy that has none it is kept for when the process has another. */
    if (nice < -20 || nice > 19)
        return oci_planning_refuse(
            planning, "process.scheduler.nice: is %d, must be between -20 and 19", nice);
    if (policies[policy].has_priority && (priority < 1 || priority > 99))
        return oci_planning_refuse(planning,
                                   "process.scheduler.priority: is %d, %s has those from 1 to 99",
                                   priority, name);
    if (priority != 0 && !policies[policy].has_priority)
        return oci_planning_refuse(planning, "process.scheduler.priority: %s has none", name);
    return check_times(planning, wanted, policies[policy].has_times);
}

static int plan_scheduler(struct oci_planning *planning)
{
    const struct oci_scheduler *wanted = &planning->config->process.scheduler;
    struct oci_step_scheduler step = { .policy = wanted->policy };
    size_t policy = 0;
    int64_t flags;

    if (wanted->policy == NULL)
        return 0;
    if (!kernel_scheduling_policy_find(wanted->policy, &step.how.policy))
        return oci_planning_refuse(planning, "process.scheduler.policy: '%s' is not supported",
                                   wanted->policy);
    while (strcmp(policies[policy].name, wanted->policy) != 0)
        policy++;
    flags = find_flags(planning, "process.scheduler.flags", &wanted->flags,
                       kernel_scheduling_flag_find);
    if (flags < 0 || check_scheduler(planning, wanted, policy) < 0)
        return planning->err->number;
    step.how.flags = (uint64_t)flags;
    step.how.nice = (int32_t)wanted->nice.value;
    step.how.priority = (uint32_t)wanted->priority.value;
    step.how.runtime_ns = (uint64_t)wanted->runtime.value;
    step.how.deadline_ns = (uint64_t)wanted->deadline.value;
    step.how.period_ns = (uint64_t)wanted->period.value;
    return PLAN(planning, SCHEDULER, "process.scheduler", .scheduler = step);
}

static int plan_io_priority(struct oci_planning *planning)
{
    const struct oci_io_priority *wanted = &planning->config->process.io_priority;
    struct oci_step_io_priority step = { .class_name = wanted->class_name,
                                         .how.level = (uint32_t)wanted->priority.value };

    if (wanted->class_name == NULL)
        return 0;
    if (!kernel_scheduling_io_class_find(wanted->class_name, &step.how.class_number))
        return oci_planning_refuse(planning, "process.ioPriority.class: '%s' is not supported",
                                   wanted->class_name);
    return PLAN(planning, IO_PRIORITY, "process.ioPriority", .io_priority = step);
}

/* Of processes that are added to the container alone, but wrong is wrong. */
static int check_affinity(struct oci_planning *planning, const char *field, const char *list)
{
    struct kernel_set set;

    if (list == NULL || kernel_set_parse(list, &set))
        return 0;
    return oci_planning_refuse(planning, "%s: '%s' is no list of processors", field, list);
}

int oci_plan_scheduling(struct oci_planning *planning)
{
    const struct oci_affinity *affinity = &planning->config->process.exec_affinity;
    int number = plan_scheduler(planning);

    if (number == 0)
        number = plan_io_priority(planning);
    if (number == 0)
        number = check_affinity(planning, "process.execCPUAffinity.initial", affinity->initial);
    return number < 0 ? number
                      : check_affinity(planning, "process.execCPUAffinity.final", affinity->final);
}

int oci_plan_all_processors(struct oci_planning *planning)
{
    struct oci_step_affinity all = { .list = "all" };

    memset(all.set.bits, 0xff, sizeof(all.set.bits));
    return PLAN(planning, AFFINITY, "", .affinity = all);
}

/* A step of that kind for each. */
static int plan_labels(struct oci_planning *planning, enum oci_step_kind kind)
{
    const char *profile = planning->config->process.apparmor_profile;
    const char *label = planning->config->process.selinux_label;
    bool is_confined = profile != NULL && strcmp(profile, "unconfined") != 0;
    const struct oci_step of_apparmor = { .kind = kind,
                                          .field = "process.apparmorProfile",
                                          .label = { KERNEL_LABEL_APPARMOR, "apparmor", profile } };
    const struct oci_step of_selinux = { .kind = kind,
                                         .field = "process.selinuxLabel",
                                         .label = { KERNEL_LABEL_SELINUX, "selinux", label } };
    int number = 0;

    if (is_confined && !planning->host->has_apparmor)
        return oci_planning_refuse(planning,
                                   "process.apparmorProfile: AppArmor is not enabled here");
    if (label != NULL && !planning->host->has_selinux)
        return oci_planning_refuse(planning, "process.selinuxLabel: SELinux is not enabled here");
    if (profile != NULL && planning->host->has_apparmor)
        number = oci_planning_add(planning, &of_apparmor);
    if (number == 0 && label != NULL)
        number = oci_planning_add(planning, &of_selinux);
    return number;
}

int oci_plan_labels(struct oci_planning *planning)
{
    return plan_labels(planning, OCI_STEP_LABEL);
}

int oci_plan_joiner_labels(struct oci_planning *planning)
{
    return plan_labels(planning, OCI_STEP_JOINER_LABEL);
}

/* Whether a file system takes the label of all its files as an option of its mount. */
static bool takes_context(const struct kernel_mount *mount)
{
    static const char *const others[] = { "proc", "sysfs", "mqueue", "cgroup", "cgroup2" };

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (strcmp(others[i], mount->fstype) == 0)
            return false;
    }
    for (size_t i = 0; i < mount->options_count; i++) {
        if (strcmp(mount->options[i].name, "context") == 0)
            return false;
    }
    return true;
}

int oci_plan_mount_labels(struct oci_planning *planning)
{
    const char *label = planning->config->mount_label;

    if (label == NULL)
        return 0;
    if (!planning->host->has_selinux)
        return oci_planning_refuse(planning, "linux.mountLabel: SELinux is not enabled here");
    for (size_t i = 0; i < planning->count; i++) {
        struct kernel_mount *mount = &planning->steps[i].mount.mount;
        struct kernel_mount_option *options;

        if (planning->steps[i].kind != OCI_STEP_MOUNT || !takes_context(mount))
            continue;
        options = oci_planning_alloc(planning, mount->options_count + 1, sizeof(*options));
        if (options == NULL)
            return planning->err->number;
        if (mount->options_count > 0)
            memcpy(options, mount->options, mount->options_count * sizeof(*options));
        options[mount->options_count] = (struct kernel_mount_option){ "context", label };
        mount->options = options;
        mount->options_count++;
    }
    return 0;
}

/* Which modes may, and which must have nodes (set_mempolicy(2)). */
static int check_nodes(struct oci_planning *planning, const char *mode, bool has_nodes)
{
    static const struct {
        const char *mode;
        bool must;
        bool may;
    } rows[] = {
        { "MPOL_DEFAULT", false, false },
        { "MPOL_LOCAL", false, false },
        { "MPOL_PREFERRED", false, true },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].mode, mode) != 0)
            continue;
        if (has_nodes && !rows[i].may)
            return oci_planning_refuse(planning, "linux.memoryPolicy.nodes: %s has none", mode);
        return 0;
    }
    if (!has_nodes)
        return oci_planning_refuse(planning, "linux.memoryPolicy.nodes: %s needs some", mode);
    return 0;
}

static int plan_memory_policy(struct oci_planning *planning)
{
    const struct oci_memory_policy *wanted = &planning->config->memory_policy;
    struct oci_step_memory_policy step = { .mode = wanted->mode, .nodes = wanted->nodes };
    int64_t flags;

    if (wanted->mode == NULL)
        return 0;
    if (!kernel_scheduling_memory_mode_find(wanted->mode, &step.how.mode))
        return oci_planning_refuse(planning, "linux.memoryPolicy.mode: '%s' is not supported",
                                   wanted->mode);
    if (wanted->nodes != NULL && !kernel_set_parse(wanted->nodes, &step.how.nodes))
        return oci_planning_refuse(planning, "linux.memoryPolicy.nodes: '%s' is no list of nodes",
                                   wanted->nodes);
    flags = find_flags(planning, "linux.memoryPolicy.flags", &wanted->flags,
                       kernel_scheduling_memory_flag_find);
    if (flags < 0 || check_nodes(planning, wanted->mode, wanted->nodes != NULL) < 0)
        return planning->err->number;
    step.how.flags = (uint32_t)flags;
    return PLAN(planning, MEMORY_POLICY, "linux.memoryPolicy", .memory_policy = step);
}

static int plan_personality(struct oci_planning *planning)
{
    static const struct {
        const char *name;
        unsigned long domain;
    } rows[] = { { "LINUX", PER_LINUX }, { "LINUX32", PER_LINUX32 } };
    const struct oci_personality *wanted = &planning->config->personality;

    if (wanted->domain == NULL)
        return 0;
    if (wanted->flags.count > 0)
        return oci_planning_refuse(planning, "linux.personality.flags[0]: '%s' is not supported",
                                   wanted->flags.at[0]);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].name, wanted->domain) == 0)
            return PLAN(planning, PERSONALITY, "linux.personality",
                        .personality = { .name = rows[i].name, .domain = rows[i].domain });
    }
    return oci_planning_refuse(planning, "linux.personality.domain: '%s' is not supported",
                               wanted->domain);
}

int oci_plan_memory(struct oci_planning *planning)
{
    int number = plan_memory_policy(planning);

    return number < 0 ? number : plan_personality(planning);
}
