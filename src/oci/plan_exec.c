/* The plan of a program in a container that runs: what is joined, then the program as ever. */
#include "oci/exec.h"
#include "oci/planning.h"

#include <errno.h>
#include <sched.h>
#include <string.h>

#define ROOT_SLOT (OCI_SLOTS - 1)
#define UNIFIED_BESIDE_V1 "/sys/fs/cgroup/unified/"

/* Whether a cgroup is of the tree of v2; beside v1 that is in a directory of its own. */
static bool is_of_v2(const struct oci_planning *planning, const char *path)
{
    return planning->host->cgroup_layout == OCI_CGROUP_UNIFIED ||
           strncmp(path, UNIFIED_BESIDE_V1, sizeof(UNIFIED_BESIDE_V1) - 1) == 0;
}

/* The one that the program is born in; those of v1 it enters. */
static unsigned int find_birthplace(const struct oci_planning *planning,
                                    const struct oci_texts *cgroups)
{
    for (unsigned int i = 0; i < cgroups->count; i++) {
        if (is_of_v2(planning, cgroups->at[i]))
            return i;
    }
    return OCI_SLOT_NONE;
}

/* One slot for each cgroup, one for the cgroup namespace, and the last for the root directory. */
static int plan_cgroups(struct oci_planning *planning, const struct oci_texts *cgroups)
{
    size_t room = OCI_SLOTS - 1 - (oci_plan_has_others_mounts(planning) ? 1 : 0);
    int number = 0;

    if (cgroups->count > room)
        return oci_planning_refuse(planning, "linux.cgroupsPath: there are more than %zu cgroups",
                                   room);
    for (unsigned int i = 0; i < cgroups->count && number == 0; i++) {
        bool is_v2 = is_of_v2(planning, cgroups->at[i]);
        const struct oci_step step = { .kind = is_v2 ? OCI_STEP_CGROUP_OPEN_V2
                                                     : OCI_STEP_CGROUP_OPEN_V1,
                                       .field = "linux.cgroupsPath",
                                       .cgroup = { .path = cgroups->at[i], .slot = i } };

        number = oci_planning_add(planning, &step);
    }
    if (number == 0 && planning->config->namespaces[OCI_NAMESPACE_CGROUP].is_wanted)
        number = PLAN(planning, CGROUP_OPEN_NAMESPACE, "linux.namespaces",
                      .cgroup = { .slot = (unsigned int)cgroups->count });
    /* The root of a mount namespace is not that of a container which has none of its own. */
    if (number == 0 && oci_plan_has_others_mounts(planning))
        number = PLAN(planning, ROOT_OPEN, "root.path", .cgroup = { .slot = ROOT_SLOT });
    return number;
}

/* The cgroup namespace is entered by the child: from inside of it nothing could be born in a cgroup
 * of it by one who is in a cgroup outside. */
static uint64_t find_joined(const struct oci_config *config)
{
    uint64_t flags = CLONE_NEWNS;

    for (size_t i = 0; i < OCI_NAMESPACE_KINDS; i++) {
        if (i != OCI_NAMESPACE_CGROUP && config->namespaces[i].is_wanted)
            flags |= (uint64_t)oci_namespace_flag((enum oci_namespace_kind)i);
    }
    return flags;
}

/* What is born of the joiner has its score, and is hidden as it is. */
static int plan_joiner(struct oci_planning *planning, const struct oci_texts *cgroups)
{
    const struct oci_number *score = &planning->config->process.oom_score_adj;
    int number = 0;

    if (score->is_set) {
        const char *value = oci_planning_text(planning, "%d", (int)score->value);

        if (value == NULL)
            return planning->err->number;
        number = PLAN(planning, SELF_WRITE, "process.oomScoreAdj",
                      .process_file = { .file = "oom_score_adj", .value = value });
    }
    if (number == 0)
        number = oci_plan_joiner_labels(planning);
    if (number == 0)
        number = PLAN(planning, HIDE, "", .text = NULL);
    if (number == 0)
        number = PLAN(planning, PROCESS_JOIN, "linux.namespaces",
                      .clone = { .flags = find_joined(planning->config) });
    if (number == 0)
        number = PLAN(planning, CLONE, "linux.namespaces",
                      .clone = { .flags = 0, .slot = find_birthplace(planning, cgroups) });
    return number;
}

/* A step that sets the processors of a list. */
static int plan_affinity(struct oci_planning *planning, enum oci_step_kind kind, const char *field,
                         const char *list)
{
    struct oci_step step = { .kind = kind, .field = field, .affinity = { .list = list } };

    if (list == NULL)
        return 0;
    if (!kernel_set_parse(list, &step.affinity.set))
        return oci_planning_refuse(planning, "%s: '%s' is no list of processors", field, list);
    return oci_planning_add(planning, &step);
}

static bool is_prepared_from_outside(const struct oci_planning *planning)
{
    const struct oci_process *process = &planning->config->process;

    return process->scheduler.policy != NULL || process->io_priority.class_name != NULL ||
           oci_plan_has_resctrl(planning);
}

/* What the runtime does beside the child. */
static int plan_outside(struct oci_planning *planning)
{
    int number = oci_plan_resctrl_entry(planning);

    if (number == 0)
        number = oci_plan_scheduling(planning);
    if (number == 0 && is_prepared_from_outside(planning))
        number = PLAN(planning, RELEASE, "", .text = "prepared");
    return number < 0 ? number : oci_plan_listener(planning);
}

static int plan_child(struct oci_planning *planning, const struct oci_texts *cgroups)
{
    const struct oci_affinity *affinity = &planning->config->process.exec_affinity;
    int number = 0;

    if (is_prepared_from_outside(planning))
        number = PLAN(planning, AWAIT, "", .text = "prepared");
    if (number == 0)
        number = PLAN(planning, SESSION, "", .text = NULL);
    /* Of that name there is the container's already. */
    if (number == 0)
        number = PLAN(planning, KEYRING, "", .text = planning->request->id);
    for (unsigned int i = 0; i < cgroups->count && number == 0; i++) {
        if (!is_of_v2(planning, cgroups->at[i]))
            number = PLAN(planning, CGROUP_ENTER, "linux.cgroupsPath", .cgroup = { .slot = i });
    }
    if (number == 0 && planning->config->namespaces[OCI_NAMESPACE_CGROUP].is_wanted)
        number = PLAN(planning, CGROUP_JOIN, "linux.namespaces",
                      .cgroup = { .slot = (unsigned int)cgroups->count });
    if (number == 0)
        number = affinity->initial == NULL && affinity->final == NULL
                     ? oci_plan_all_processors(planning)
                     : plan_affinity(planning, OCI_STEP_AFFINITY, "process.execCPUAffinity.final",
                                     affinity->final);
    if (number == 0 && oci_plan_has_others_mounts(planning))
        number = PLAN(planning, ROOT_ENTER, "root.path", .cgroup = { .slot = ROOT_SLOT });
    return number < 0 ? number : oci_plan_become_root(planning);
}

typedef int (*planner)(struct oci_planning *planning);

static int plan_own_terminal(struct oci_planning *planning)
{
    return oci_plan_terminal(planning, false);
}

int oci_exec_plan_make(const struct oci_exec_request *request, struct arena *arena,
                       struct oci_plan *ret_plan, struct err *err)
{
    static const planner last[] = { plan_own_terminal, oci_plan_program };
    static const planner first[] = { oci_plan_check_user, oci_plan_seccomp };
    const struct oci_plan_request plain = { .config = request->config,
                                            .host = request->host,
                                            .id = request->id,
                                            .bundle = request->bundle,
                                            .has_console = request->has_console,
                                            .is_relayed = request->is_relayed,
                                            .preserved_fds = request->preserved_fds };
    struct oci_config config = *request->config;
    struct oci_planning planning = {
        .request = &plain,
        .config = &config,
        .host = request->host,
        .arena = arena,
        .has_user_namespace = config.namespaces[OCI_NAMESPACE_USER].is_wanted,
        .warnings = config.warnings,
        .err = err,
    };
    int number = 0;

    /* They are of the container's life, and not of its other programs. */
    memset(config.hooks, 0, sizeof(config.hooks));
    for (size_t i = 0; i < sizeof(first) / sizeof(first[0]) && number == 0; i++)
        number = first[i](&planning);
    if (number == 0)
        number = plan_cgroups(&planning, &request->cgroups);
    if (number == 0)
        number =
            plan_affinity(&planning, OCI_STEP_RUNTIME_AFFINITY, "process.execCPUAffinity.initial",
                          config.process.exec_affinity.initial);
    if (number == 0)
        number = oci_plan_streams(&planning);
    if (number == 0)
        number = plan_joiner(&planning, &request->cgroups);
    if (number == 0)
        number = plan_outside(&planning);
    if (number == 0)
        number = plan_child(&planning, &request->cgroups);
    for (size_t i = 0; i < sizeof(last) / sizeof(last[0]) && number == 0; i++)
        number = last[i](&planning);
    if (number < 0)
        return number;
    *ret_plan = (struct oci_plan){ .steps = planning.steps,
                                   .count = planning.count,
                                   .warnings = planning.warnings };
    return 0;
}
