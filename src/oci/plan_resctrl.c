/* Classes of service: shares of caches and of memory's bandwidth. config-linux.md#intelrdt */
#include "oci/planning.h"

#include "base/text.h"

#include <limits.h>
#include <string.h>

#define FIELD "linux.intelRdt"
#define NAME_BYTES_MAX 255

bool oci_plan_has_resctrl(const struct oci_planning *planning)
{
    return planning->config->intel_rdt.is_wanted;
}

/* Whether a directory of that name can be a group: the kernel has some of its own. */
static bool is_group_name(const char *name)
{
    static const char *const others[] = { "", ".", "..", "info", "mon_groups", "mon_data" };

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (strcmp(name, others[i]) == 0)
            return false;
    }
    return strpbrk(name, "/\n") == NULL && strlen(name) <= NAME_BYTES_MAX;
}

static int check(struct oci_planning *planning)
{
    const struct oci_intel_rdt *rdt = &planning->config->intel_rdt;

    if (rdt->clos_id != NULL && strcmp(rdt->clos_id, "/") != 0 && !is_group_name(rdt->clos_id))
        return oci_planning_refuse(planning, FIELD ".closID: '%s' cannot be a group's name",
                                   rdt->clos_id);
    if (rdt->clos_id == NULL && !is_group_name(planning->request->id))
        return oci_planning_refuse(planning, FIELD ": '%s' cannot be a group's name",
                                   planning->request->id);
    if (!planning->host->has_resctrl)
        return oci_planning_refuse(planning,
                                   FIELD ": there is no resctrl file system at /sys/fs/resctrl");
    if (planning->host->caller.uid != 0)
        return oci_planning_refuse(planning, FIELD ": only root can make groups of resctrl");
    return 0;
}

/* One line of what is written to schemata; NULL asks for nothing. */
static int add_line(struct oci_planning *planning, const char *field, const char *line,
                    struct text *schemata)
{
    if (line == NULL)
        return 0;
    if (line[0] == '\0' || strchr(line, '\n') != NULL)
        return oci_planning_refuse(planning, FIELD ".%s: must be one line", field);
    if (!text_append(schemata, line) || !text_append_char(schemata, '\n'))
        return oci_planning_refuse(planning,
                                   FIELD ".%s: with this the schemata are longer than "
                                         "%d characters",
                                   field, PATH_MAX);
    return 0;
}

/* In the order that the specification demands; *ret_schemata is NULL where there are none. */
static int find_schemata(struct oci_planning *planning, const char **ret_schemata)
{
    const struct oci_intel_rdt *rdt = &planning->config->intel_rdt;
    char block[PATH_MAX];
    struct text text = text_init(block, sizeof(block));

    if (rdt->mem_bw_schema != NULL && strncmp(rdt->mem_bw_schema, "MB:", 3) != 0)
        return oci_planning_refuse(planning, FIELD ".memBwSchema: '%s' does not begin with 'MB:'",
                                   rdt->mem_bw_schema);
    if (add_line(planning, "l3CacheSchema", rdt->l3_cache_schema, &text) < 0 ||
        add_line(planning, "memBwSchema", rdt->mem_bw_schema, &text) < 0)
        return planning->err->number;
    for (size_t i = 0; i < rdt->schemata.count; i++) {
        if (add_line(planning, "schemata", rdt->schemata.at[i], &text) < 0)
            return planning->err->number;
    }
    *ret_schemata = NULL;
    if (text.size > 0)
        *ret_schemata = oci_planning_text(planning, "%s", text.at);
    return text.size > 0 && *ret_schemata == NULL ? planning->err->number : 0;
}

/* The group's directory; NULL with the sentence. */
static const char *find_group(struct oci_planning *planning)
{
    const char *name = planning->config->intel_rdt.clos_id;

    if (name != NULL && strcmp(name, "/") == 0)
        return KERNEL_RESCTRL_ROOT;
    return oci_planning_text(planning, KERNEL_RESCTRL_ROOT "/%s",
                             name == NULL ? planning->request->id : name);
}

static const char *find_monitor(struct oci_planning *planning, const char *group)
{
    return oci_planning_text(planning, "%s/mon_groups/%s", group, planning->request->id);
}

int oci_plan_resctrl(struct oci_planning *planning)
{
    const struct oci_intel_rdt *rdt = &planning->config->intel_rdt;
    struct oci_step_resctrl step = { .is_own = rdt->clos_id == NULL };
    struct oci_step_resctrl monitor = { .is_own = true };
    int number;

    if (!oci_plan_has_resctrl(planning))
        return 0;
    if (check(planning) < 0 || find_schemata(planning, &step.group.schemata) < 0)
        return planning->err->number;
    step.group.path = find_group(planning);
    if (step.group.path == NULL)
        return planning->err->number;
    step.group.must_be_new = step.is_own;
    step.group.must_be_there = !step.is_own && step.group.schemata == NULL;
    number = PLAN(planning, RESCTRL_MAKE, FIELD, .resctrl = step);
    if (number < 0 || !rdt->enable_monitoring)
        return number;
    monitor.group.path = find_monitor(planning, step.group.path);
    monitor.group.must_be_new = true;
    return monitor.group.path == NULL
               ? planning->err->number
               : PLAN(planning, RESCTRL_MAKE, FIELD ".enableMonitoring", .resctrl = monitor);
}

/* A group of monitoring takes what is in its class alone. */
int oci_plan_resctrl_entry(struct oci_planning *planning)
{
    const char *group;
    const char *monitor;
    int number;

    if (!oci_plan_has_resctrl(planning))
        return 0;
    if (check(planning) < 0)
        return planning->err->number;
    group = find_group(planning);
    if (group == NULL)
        return planning->err->number;
    number = PLAN(planning, RESCTRL_ENTER, FIELD, .resctrl = { .group = { .path = group } });
    if (number < 0 || !planning->config->intel_rdt.enable_monitoring)
        return number;
    monitor = find_monitor(planning, group);
    return monitor == NULL ? planning->err->number
                           : PLAN(planning, RESCTRL_ENTER, FIELD ".enableMonitoring",
                                  .resctrl = { .group = { .path = monitor } });
}
