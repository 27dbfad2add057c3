/*
 * The scope of systemd that the container's cgroup is, where the caller wants systemd to make it:
 * its name, its place, its properties. systemd puts a process into it that is there, so all that is
 * done with cgroups comes behind the clone, and the container's process waits for it.
 */
#include "oci/planning.h"

#include "base/text_format.h"
#include "oci/scope_properties.h"

#include <limits.h>

#define FIELD "linux.cgroupsPath"

/* The three parts of "slice:prefix:name". */
struct parts {
    struct bytes slice;
    struct bytes prefix;
    struct bytes name;
};

static int split(struct oci_planning *planning, struct parts *ret_parts)
{
    const char *wanted = planning->config->cgroups_path;
    size_t first;
    size_t second;

    if (wanted == NULL) {
        *ret_parts = (struct parts){ .slice = bytes_of_text(""),
                                     .prefix = bytes_of_text("cupel"),
                                     .name = bytes_of_text(planning->request->id) };
        return 0;
    }
    first = strcspn(wanted, ":");
    second = wanted[first] == '\0' ? first : first + 1 + strcspn(wanted + first + 1, ":");
    if (wanted[second] == '\0' || strchr(wanted + second + 1, ':') != NULL)
        return oci_planning_refuse(
            planning, FIELD ": '%s' is no 'slice:prefix:name', which --systemd-cgroup wants",
            wanted);
    *ret_parts = (struct parts){
        .slice = bytes_of(wanted, first),
        .prefix = bytes_of(wanted + first + 1, second - first - 1),
        .name = bytes_of_text(wanted + second + 1),
    };
    return 0;
}

/* Whether it can be a part of a unit's name. */
static bool is_word(const char *word)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@";

    return strspn(word, letters) == strlen(word);
}

/* "a-b.slice" is in "/a.slice/a-b.slice"; "-.slice" is the top, "". */
static const char *expand_slice(struct oci_planning *planning, const char *slice)
{
    char block[PATH_MAX];
    struct text path = text_init(block, sizeof(block));
    const char *end = strstr(slice, ".slice");
    bool fits = end != NULL && end[6] == '\0' && end > slice && is_word(slice);

    if (strcmp(slice, "-.slice") == 0)
        return "";
    for (const char *at = slice; fits && at <= end; at++) {
        size_t size = strcspn(at, "-");

        size = at + size > end ? (size_t)(end - at) : size;
        at += size;
        fits = size > 0 && text_format(&path, "/%.*s.slice", (int)(at - slice), slice);
    }
    if (fits)
        return oci_planning_text(planning, "%s", block);
    (void)oci_planning_refuse(planning, FIELD ": '%s' is no name of a slice of systemd", slice);
    return NULL;
}

static int name_unit(struct oci_planning *planning, const struct parts *parts)
{
    struct oci_unit *unit = &planning->cgroup.unit;
    size_t size = parts->name.size;

    if (size >= 6 && memcmp(parts->name.at + size - 6, ".slice", 6) == 0)
        return oci_planning_refuse(
            planning, FIELD ": '%s' names a slice of systemd, and a container is a scope",
            planning->config->cgroups_path);
    unit->is_user = planning->request->systemd->is_user;
    unit->name =
        oci_planning_text(planning, "%.*s-%.*s.scope", (int)parts->prefix.size,
                          (const char *)parts->prefix.at, (int)size, (const char *)parts->name.at);
    if (unit->name == NULL)
        return planning->err->number;
    if (size > 0 && is_word(unit->name) && strlen(unit->name) <= OCI_UNIT_MAX)
        return 0;
    return oci_planning_refuse(planning, FIELD ": '%s' is no name of a unit of systemd",
                               unit->name);
}

int oci_plan_choose_scope(struct oci_planning *planning)
{
    const struct oci_systemd *systemd = planning->request->systemd;
    struct oci_cgroup *cgroup = &planning->cgroup;
    struct parts parts = { bytes_of_text(""), bytes_of_text(""), bytes_of_text("") };
    const char *place;

    if (split(planning, &parts) < 0 || name_unit(planning, &parts) < 0)
        return planning->err->number;
    if (parts.slice.size == 0)
        parts.slice = bytes_of_text(systemd->is_user ? "user.slice" : "system.slice");
    cgroup->slice = parts.slice.size == 1 && parts.slice.at[0] == '-'
                        ? "-.slice"
                        : oci_planning_text(planning, "%.*s", (int)parts.slice.size,
                                            (const char *)parts.slice.at);
    place = cgroup->slice == NULL ? NULL : expand_slice(planning, cgroup->slice);
    if (place == NULL)
        return planning->err->number;
    cgroup->path =
        oci_planning_text(planning, "%s%s/%s", systemd->cgroup, place, cgroup->unit.name);
    cgroup->is_made = cgroup->path != NULL;
    return cgroup->is_made ? 0 : planning->err->number;
}

/* What every scope has. */
static int add_common(struct oci_planning *planning, struct oci_properties *properties)
{
    const char *const all[] = {
        "Delegate=b:true",
        "DefaultDependencies=b:false",
        "CPUAccounting=b:true",
        "MemoryAccounting=b:true",
        planning->request->systemd->is_unified ? "IOAccounting=b:true" : "BlockIOAccounting=b:true",
        "TasksAccounting=b:true",
    };
    struct err *err = planning->err;
    int number = oci_properties_add(properties, err, "Description=s:container %s of cupel-oci",
                                    planning->request->id);

    if (number == 0)
        number = oci_properties_add(properties, err, "Slice=s:%s", planning->cgroup.slice);
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]) && number == 0; i++)
        number = oci_properties_add(properties, err, "%s", all[i]);
    return number;
}

int oci_plan_scope(struct oci_planning *planning)
{
    struct oci_properties properties = { .arena = planning->arena };
    struct kernel_device_rules rules = { 0 };
    struct err *err = planning->err;
    char *const *list;

    if (planning->request->systemd == NULL)
        return 0;
    if (add_common(planning, &properties) < 0 ||
        oci_properties_add_limits(&properties, &planning->cgroup.writes, err) < 0 ||
        oci_planning_device_rules(planning, &rules) < 0 ||
        oci_properties_add_devices(&properties, &rules, err) < 0 ||
        oci_properties_add_annotations(&properties, &planning->config->annotations, err) < 0)
        return err->number;
    list = oci_properties_list(&properties, err);
    if (list == NULL)
        return err->number;
    if (PLAN(planning, SCOPE, FIELD,
             .scope = { .unit = planning->cgroup.unit,
                        .path = planning->cgroup.path,
                        .properties = list }) < 0)
        return err->number;
    return oci_plan_cgroup_trees(planning);
}
