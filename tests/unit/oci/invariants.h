/*
 * What holds for every plan, whatever config it was made of: for the unit tests and the fuzz
 * target.
 */
#pragma once

#include "oci/plan.h"

#include <limits.h>
#include <sched.h>

/* How often a kind is in the plan, and where first and last. */
struct occurrence {
    size_t count;
    size_t first;
    size_t last;
};

static inline struct occurrence occurrence_of(const struct oci_plan *plan, enum oci_step_kind kind)
{
    struct occurrence found = { 0 };

    for (size_t i = 0; i < plan->count; i++) {
        if (plan->steps[i].kind != kind)
            continue;
        if (found.count++ == 0)
            found.first = i;
        found.last = i;
    }
    return found;
}

/* Whether each step of kind `earlier` comes before each of kind `later`. */
static inline bool comes_before(const struct oci_plan *plan, enum oci_step_kind earlier,
                                enum oci_step_kind later)
{
    struct occurrence a = occurrence_of(plan, earlier);
    struct occurrence b = occurrence_of(plan, later);

    return a.count == 0 || b.count == 0 || a.last < b.first;
}

/* Whether a path is absolute, below "/", and without ".", ".." and empty parts. */
static inline bool is_inside(const char *path)
{
    if (path == NULL || path[0] != '/' || path[1] == '\0' || strlen(path) >= PATH_MAX)
        return false;
    for (const char *at = path; *at != '\0';) {
        size_t size = strcspn(at + 1, "/");

        if (size == 0 || (size == 1 && at[1] == '.') || (size == 2 && at[1] == '.' && at[2] == '.'))
            return false;
        at += size + 1;
    }
    return true;
}

/* The path that a step leads to inside of the root; NULL for a step that has none. */
static inline const char *destination_of(const struct oci_step *step)
{
    switch ((int)step->kind) {
    case OCI_STEP_MOUNT:
        return step->mount.destination;
    case OCI_STEP_BIND:
        return step->bind.destination;
    case OCI_STEP_REMOUNT:
        return step->remount.destination;
    case OCI_STEP_DEVICE:
    case OCI_STEP_DEVICE_BIND:
        return step->device.destination;
    case OCI_STEP_SYMLINK:
        return step->symlink.destination;
    case OCI_STEP_MASK:
    case OCI_STEP_READONLY:
        return step->text;
    default:
        return NULL;
    }
}

/* Kinds that come before other kinds; the first pair that does not hold is named by its rows. */
static const enum oci_step_kind plan_order[][2] = {
    { OCI_STEP_CGROUP_MAKE, OCI_STEP_CLONE },
    { OCI_STEP_CGROUP_WRITE, OCI_STEP_CLONE },
    { OCI_STEP_CGROUP_OFFER, OCI_STEP_CLONE },
    { OCI_STEP_CGROUP_INHERIT, OCI_STEP_CLONE },
    { OCI_STEP_CGROUP_DEVICES, OCI_STEP_CLONE },
    { OCI_STEP_CGROUP_OPEN_V1, OCI_STEP_CLONE },
    { OCI_STEP_CGROUP_OPEN_V2, OCI_STEP_CLONE },
    { OCI_STEP_SECCOMP_COMPILE, OCI_STEP_CLONE },
    { OCI_STEP_SECCOMP_COMPILE, OCI_STEP_SECCOMP },
    { OCI_STEP_SOURCE, OCI_STEP_NAMESPACE_JOIN },
    { OCI_STEP_SOURCE, OCI_STEP_CLONE },
    { OCI_STEP_SOURCE, OCI_STEP_BIND },
    { OCI_STEP_NAMESPACE_JOIN, OCI_STEP_CLONE },
    { OCI_STEP_CLONE, OCI_STEP_SCOPE },
    { OCI_STEP_SCOPE, OCI_STEP_CGROUP_MAKE },
    { OCI_STEP_SCOPE, OCI_STEP_CGROUP_WRITE },
    { OCI_STEP_CGROUP_WRITE, OCI_STEP_RELEASE },
    { OCI_STEP_CGROUP_DEVICES, OCI_STEP_RELEASE },
    { OCI_STEP_CGROUP_PUT, OCI_STEP_RELEASE },
    { OCI_STEP_CLONE, OCI_STEP_PROCESS_WRITE },
    { OCI_STEP_CLONE, OCI_STEP_OWN_WRITE },
    { OCI_STEP_OWN_WRITE, OCI_STEP_SESSION },
    { OCI_STEP_OWN_WRITE, OCI_STEP_BECOME_ROOT },
    { OCI_STEP_CLONE, OCI_STEP_RELEASE },
    { OCI_STEP_CLONE, OCI_STEP_HOOK },
    { OCI_STEP_CLONE, OCI_STEP_SESSION },
    { OCI_STEP_PROCESS_WRITE, OCI_STEP_RELEASE },
    { OCI_STEP_CGROUP_OPEN_V1, OCI_STEP_CGROUP_ENTER },
    { OCI_STEP_CGROUP_ENTER, OCI_STEP_CGROUP_NAMESPACE },
    { OCI_STEP_KEYRING, OCI_STEP_USER },
    { OCI_STEP_STREAMS, OCI_STEP_CLONE },
    { OCI_STEP_BECOME_ROOT, OCI_STEP_LOOPBACK },
    { OCI_STEP_BECOME_ROOT, OCI_STEP_HOSTNAME },
    { OCI_STEP_BECOME_ROOT, OCI_STEP_DETACH },
    { OCI_STEP_SCHEDULER, OCI_STEP_RELEASE },
    { OCI_STEP_IO_PRIORITY, OCI_STEP_RELEASE },
    { OCI_STEP_TIME_NAMESPACE, OCI_STEP_BECOME_ROOT },
    { OCI_STEP_TIME_NAMESPACE, OCI_STEP_PIVOT },
    { OCI_STEP_LABEL, OCI_STEP_PIVOT },
    { OCI_STEP_MEMORY_POLICY, OCI_STEP_USER },
    { OCI_STEP_LISTEN, OCI_STEP_RUNTIME_HOOK },
    { OCI_STEP_RUNTIME_HOOK, OCI_STEP_HOOK },
    { OCI_STEP_RUNTIME_HOOK, OCI_STEP_SECCOMP_SEND },
    { OCI_STEP_SECCOMP_SEND, OCI_STEP_HOOK },
    { OCI_STEP_MOUNT, OCI_STEP_CONTAINER_HOOK },
    { OCI_STEP_DEVICE, OCI_STEP_TELL },
    { OCI_STEP_TELL, OCI_STEP_CONTAINER_HOOK },
    { OCI_STEP_TELL, OCI_STEP_PIVOT },
    { OCI_STEP_START, OCI_STEP_READY },
    { OCI_STEP_CONTAINER_HOOK, OCI_STEP_READY },
    { OCI_STEP_SYSCTL, OCI_STEP_PIVOT },
    { OCI_STEP_SYSCTL, OCI_STEP_MOUNT_NAMESPACE },
    { OCI_STEP_TIME_NAMESPACE, OCI_STEP_MOUNT_NAMESPACE },
    { OCI_STEP_BECOME_ROOT, OCI_STEP_MOUNT_NAMESPACE },
    { OCI_STEP_MOUNT_NAMESPACE, OCI_STEP_DETACH },
    { OCI_STEP_DETACH, OCI_STEP_ROOT },
    { OCI_STEP_ROOT, OCI_STEP_MOUNT },
    { OCI_STEP_ROOT, OCI_STEP_BIND },
    { OCI_STEP_ROOT, OCI_STEP_REMOUNT },
    { OCI_STEP_ROOT, OCI_STEP_ROOT_PROPAGATION },
    { OCI_STEP_ROOT, OCI_STEP_DEVICE },
    { OCI_STEP_ROOT, OCI_STEP_DEVICE_BIND },
    { OCI_STEP_ROOT, OCI_STEP_SYMLINK },
    { OCI_STEP_ROOT, OCI_STEP_READONLY },
    { OCI_STEP_MOUNT, OCI_STEP_MASK },
    { OCI_STEP_BIND, OCI_STEP_MASK },
    { OCI_STEP_DEVICE, OCI_STEP_MASK },
    { OCI_STEP_REMOUNT, OCI_STEP_MASK },
    { OCI_STEP_MOUNT, OCI_STEP_ROOT_READONLY },
    { OCI_STEP_SYMLINK, OCI_STEP_ROOT_READONLY },
    { OCI_STEP_SESSION, OCI_STEP_TERMINAL },
    { OCI_STEP_MOUNT, OCI_STEP_TERMINAL },
    { OCI_STEP_DEVICE, OCI_STEP_TERMINAL },
    { OCI_STEP_TERMINAL, OCI_STEP_MASK },
    { OCI_STEP_TERMINAL, OCI_STEP_ROOT_READONLY },
    { OCI_STEP_TERMINAL, OCI_STEP_PIVOT },
    { OCI_STEP_TERMINAL, OCI_STEP_USER },
    { OCI_STEP_MASK, OCI_STEP_PIVOT },
    { OCI_STEP_READONLY, OCI_STEP_PIVOT },
    { OCI_STEP_ROOT_READONLY, OCI_STEP_PIVOT },
    { OCI_STEP_PIVOT, OCI_STEP_CLOSE },
    { OCI_STEP_ROOT_PROPAGATION, OCI_STEP_CLOSE },
    { OCI_STEP_CLOSE, OCI_STEP_DIRECTORY },
    { OCI_STEP_RLIMIT, OCI_STEP_USER },
    { OCI_STEP_BOUNDING, OCI_STEP_USER },
    { OCI_STEP_USER, OCI_STEP_CAPABILITIES },
    { OCI_STEP_CAPABILITIES, OCI_STEP_EXEC },
    { OCI_STEP_NO_NEW_PRIVILEGES, OCI_STEP_EXEC },
    { OCI_STEP_USER, OCI_STEP_DEATH_SIGNAL },
    { OCI_STEP_CAPABILITIES, OCI_STEP_DEATH_SIGNAL },
    { OCI_STEP_DEATH_SIGNAL, OCI_STEP_READY },
    { OCI_STEP_CAPABILITIES, OCI_STEP_READY },
    { OCI_STEP_START, OCI_STEP_READY },
    { OCI_STEP_SECCOMP, OCI_STEP_EXEC },
};

/* The steps that every plan has, each once. */
static const enum oci_step_kind plan_always[] = {
    OCI_STEP_CLONE, OCI_STEP_SESSION,   OCI_STEP_DETACH,   OCI_STEP_ROOT,    OCI_STEP_PIVOT,
    OCI_STEP_CLOSE, OCI_STEP_DIRECTORY, OCI_STEP_BOUNDING, OCI_STEP_USER,    OCI_STEP_CAPABILITIES,
    OCI_STEP_UMASK, OCI_STEP_READY,     OCI_STEP_EXEC,     OCI_STEP_KEYRING,
};

/* Whether what is waited for is let go, in the same order. */
static inline bool awaits_what_is_released(const struct oci_plan *plan)
{
    size_t release = 0;

    for (size_t i = 0; i < plan->count; i++) {
        if (plan->steps[i].kind != OCI_STEP_AWAIT)
            continue;
        while (release < plan->count && plan->steps[release].kind != OCI_STEP_RELEASE)
            release++;
        if (release == plan->count || strcmp(plan->steps[release].text, plan->steps[i].text) != 0)
            return false;
        release++;
    }
    return occurrence_of(plan, OCI_STEP_AWAIT).count == occurrence_of(plan, OCI_STEP_RELEASE).count;
}

/* Whether a cgroup's path stays below the place where cgroups are. */
static inline bool is_cgroup_inside(const char *path)
{
    static const char top[] = "/sys/fs/cgroup";
    size_t size = sizeof(top) - 1;

    return strncmp(path, top, size) == 0 && (path[size] == '\0' || is_inside(path + size));
}

/* Whether what a step says of cgroups stays where cgroups are; true for all other steps. */
static inline bool is_cgroup_step_sound(const struct oci_step *step)
{
    switch ((int)step->kind) {
    case OCI_STEP_CGROUP_WRITE:
        return is_cgroup_inside(step->cgroup_value.path) &&
               (step->cgroup_value.other_path == NULL ||
                is_cgroup_inside(step->cgroup_value.other_path));
    case OCI_STEP_CGROUP_MAKE:
    case OCI_STEP_CGROUP_ENABLE:
    case OCI_STEP_CGROUP_OFFER:
    case OCI_STEP_CGROUP_INHERIT:
    case OCI_STEP_CGROUP_PUT:
        return is_cgroup_inside(step->cgroup.path);
    case OCI_STEP_SCOPE:
        return is_inside(step->scope.path) && strlen(step->scope.unit.name) <= OCI_UNIT_MAX &&
               strchr(step->scope.unit.name, '/') == NULL;
    case OCI_STEP_CGROUP_OPEN_V1:
    case OCI_STEP_CGROUP_OPEN_V2:
        return is_cgroup_inside(step->cgroup.path) && step->cgroup.slot < OCI_SLOTS;
    case OCI_STEP_CGROUP_ENTER:
        return step->cgroup.slot < OCI_SLOTS;
    case OCI_STEP_CGROUP_DEVICES:
        return step->devices.rules.count <= KERNEL_DEVICE_RULES_MAX;
    default:
        return true;
    }
}

/* Whether the kernel could take these sets together (capabilities(7)). */
static inline bool are_capabilities_sound(const struct kernel_capabilities *sets)
{
    return (sets->effective & ~sets->permitted) == 0 && (sets->ambient & ~sets->permitted) == 0 &&
           (sets->ambient & ~sets->inheritable) == 0;
}

/* Whether what a filter says can be compiled. */
static inline bool is_filter_sound(const struct kernel_seccomp *filter)
{
    for (size_t i = 0; i < filter->rules_count; i++) {
        const struct kernel_seccomp_rule *rule = &filter->rules[i];

        if (rule->names_count == 0)
            return false;
        for (size_t j = 0; j < rule->conditions_count; j++) {
            if (rule->conditions[j].index >= KERNEL_SECCOMP_ARGS)
                return false;
        }
    }
    return true;
}

/* Whether a bind mount has a source, a number if it is opened outside, and ids where it shall be
 * mapped. */
static inline bool is_bind_sound(const struct oci_step_bind *bind, bool is_source)
{
    const struct kernel_idmap *idmap = &bind->idmap;
    bool has_lines = idmap->uids != NULL && idmap->gids != NULL;

    return bind->bind.source[0] == '/' && bind->opened <= OCI_SOURCES &&
           (bind->opened > 0 || !(is_source || bind->is_spare)) &&
           !(bind->is_spare && bind->is_mapped) &&
           (!bind->is_mapped || has_lines != (idmap->namespace_path != NULL));
}

/* How many mounts come to their places of those that are opened outside. */
static inline size_t opened_binds(const struct oci_plan *plan)
{
    size_t count = 0;

    for (size_t i = 0; i < plan->count; i++)
        count += plan->steps[i].kind == OCI_STEP_BIND && plan->steps[i].bind.opened > 0;
    return count;
}

/* Whether a step leads into the root, or in place of it, which mounts alone do. */
static inline bool is_destination_sound(const struct oci_step *step)
{
    const char *destination = destination_of(step);
    bool is_mount = step->kind == OCI_STEP_MOUNT || step->kind == OCI_STEP_BIND;

    return destination == NULL || is_inside(destination) ||
           (is_mount && strcmp(destination, "/") == 0);
}

/* Whether the values of one step are what its kind demands. */
static inline bool is_step_sound(const struct oci_step *step)
{
    if (step->kind >= OCI_STEP_KINDS || step->field == NULL || !is_destination_sound(step))
        return false;
    switch ((int)step->kind) {
    case OCI_STEP_BIND:
    case OCI_STEP_SOURCE:
        return is_bind_sound(&step->bind, step->kind == OCI_STEP_SOURCE);
    case OCI_STEP_DIRECTORY:
    case OCI_STEP_ROOT:
        return step->text[0] == '/';
    case OCI_STEP_SECCOMP_COMPILE:
        return is_filter_sound(&step->seccomp);
    case OCI_STEP_CAPABILITIES:
        return are_capabilities_sound(&step->capabilities);
    case OCI_STEP_RUNTIME_HOOK:
    case OCI_STEP_CONTAINER_HOOK:
        return step->hook.path[0] == '/' && step->hook.argv[0] != NULL && step->hook.state != NULL;
    case OCI_STEP_EXEC:
        return (step->exec.candidates[0] != NULL) == (step->exec.argv[0] != NULL);
    default:
        return is_cgroup_step_sound(step);
    }
}

/* Whether a pair of plan_order does not hold for cgroups of a scope, which is made for a process
 * that is there. */
static inline bool is_but_for_scopes(const enum oci_step_kind pair[2])
{
    return pair[1] == OCI_STEP_CLONE &&
           (pair[0] == OCI_STEP_CGROUP_MAKE || pair[0] == OCI_STEP_CGROUP_WRITE ||
            pair[0] == OCI_STEP_CGROUP_INHERIT || pair[0] == OCI_STEP_CGROUP_DEVICES);
}

/* Whether a pair of plan_order holds. */
static inline bool is_in_order(const struct oci_plan *plan, const enum oci_step_kind pair[2])
{
    if (occurrence_of(plan, OCI_STEP_SCOPE).count > 0 && is_but_for_scopes(pair))
        return true;
    return comes_before(plan, pair[0], pair[1]);
}

/* Whether nothing is mounted but in a mount namespace of the plan's own: a new one, or a copy that
 * the process leaves again. Only for plans that have one clone and one pivot. */
static inline bool mounts_in_its_own(const struct oci_plan *plan)
{
    const struct oci_step *clone = &plan->steps[occurrence_of(plan, OCI_STEP_CLONE).first];
    const struct oci_step *pivot = &plan->steps[occurrence_of(plan, OCI_STEP_PIVOT).first];
    size_t copies = occurrence_of(plan, OCI_STEP_MOUNT_NAMESPACE).count;
    bool goes_home = pivot->text != NULL && strcmp(pivot->text, "home") == 0;

    if ((clone->clone.flags & CLONE_NEWNS) != 0)
        return copies == 0 && !goes_home;
    return copies == 1 && goes_home;
}

/* What is wrong with the end; NULL: nothing. What is created may have no program. */
static inline const char *ending_flaw(const struct oci_plan *plan)
{
    const struct oci_step *last = &plan->steps[plan->count - 1];

    if (last->kind != OCI_STEP_EXEC)
        return "exec is not last";
    return last->exec.argv[0] != NULL || occurrence_of(plan, OCI_STEP_START).count == 1
               ? NULL
               : "there is no program";
}

/* NULL where all holds, else what does not. */
static inline const char *plan_flaw(const struct oci_plan *plan)
{
    if (plan->count == 0 || plan->count > OCI_STEPS_MAX)
        return "the number of steps";
    for (size_t i = 0; i < plan->count; i++) {
        if (!is_step_sound(&plan->steps[i]))
            return oci_step_name(plan->steps[i].kind);
    }
    for (size_t i = 0; i < sizeof(plan_always) / sizeof(plan_always[0]); i++) {
        if (occurrence_of(plan, plan_always[i]).count != 1)
            return oci_step_name(plan_always[i]);
    }
    for (size_t i = 0; i < sizeof(plan_order) / sizeof(plan_order[0]); i++) {
        if (!is_in_order(plan, plan_order[i]))
            return oci_step_name(plan_order[i][1]);
    }
    if (!mounts_in_its_own(plan))
        return "the mount namespace";
    if (!awaits_what_is_released(plan))
        return "await and release";
    if (occurrence_of(plan, OCI_STEP_SECCOMP).count !=
        occurrence_of(plan, OCI_STEP_SECCOMP_COMPILE).count)
        return "a filter that is made and not loaded, or not made";
    if (occurrence_of(plan, OCI_STEP_SOURCE).count != opened_binds(plan))
        return "a mount that is opened and not mounted";
    if (occurrence_of(plan, OCI_STEP_CGROUP_MAKE).count > OCI_SLOTS)
        return "the number of cgroups";
    return ending_flaw(plan);
}
