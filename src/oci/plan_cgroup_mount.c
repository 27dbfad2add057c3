/*
 * A mount of type cgroup shows the container its own cgroups. With v2 in a cgroup namespace that is
 * a mount of cgroup2; in all other cases the directories of outside are bound to their places.
 */
#include "oci/planning.h"

#include <sched.h>
#include <sys/mount.h>

#define CGROUP_ROOT "/sys/fs/cgroup"

/* Whether the container has entered its own cgroup in the hierarchy of this directory. */
static bool is_entered(const struct oci_planning *planning, const char *directory)
{
    for (size_t i = 0; i < planning->count; i++) {
        const struct oci_step *step = &planning->steps[i];

        if ((step->kind == OCI_STEP_CGROUP_OPEN_V1 || step->kind == OCI_STEP_CGROUP_OPEN_V2 ||
             step->kind == OCI_STEP_CGROUP_PUT) &&
            strcmp(step->cgroup.path, directory) == 0)
            return true;
    }
    return false;
}

static int bind(struct oci_planning *planning, const char *field, const char *destination,
                const char *source, const struct kernel_mount *like)
{
    if (destination == NULL || source == NULL)
        return planning->err->number;
    return PLAN(planning, BIND, field,
                .bind = { .destination = destination,
                          .bind = { .source = source, .own = { .set = like->attributes } } });
}

/* The hierarchy's own place, and for one of several controllers a link for each. */
static int add_v1_hierarchy(struct oci_planning *planning, const char *field,
                            const struct oci_step_mount *mount, const char *name)
{
    const char *source =
        oci_planning_text(planning, CGROUP_ROOT "/%s%s", name, planning->cgroup.path);
    const char *place = oci_planning_text(planning, "%s/%s", mount->destination, name);

    if (source == NULL || place == NULL)
        return planning->err->number;
    if (!is_entered(planning, source))
        return 0;
    if (bind(planning, field, place, source, &mount->mount) < 0)
        return planning->err->number;
    for (const char *at = name; strchr(name, ',') != NULL && *at != '\0';) {
        size_t size = strcspn(at, ",");
        const char *link =
            oci_planning_text(planning, "%s/%.*s", mount->destination, (int)size, at);

        if (link == NULL)
            return planning->err->number;
        if (PLAN(planning, SYMLINK, field, .symlink = { .destination = link, .target = name }) < 0)
            return planning->err->number;
        at += size;
        at += strspn(at, ",");
    }
    return 0;
}

/* A directory with a directory for each hierarchy in which the container has a cgroup of its own
 * (the others would show it what runs outside); read-only at the end, if it shall be. */
static int plan_v1(struct oci_planning *planning, const char *field,
                   const struct oci_step_mount *mount)
{
    static const struct kernel_mount_option mode = { "mode", "755" };
    const struct kernel_mount frame = { .fstype = "tmpfs",
                                        .source = "cgroup",
                                        .options_count = 1,
                                        .options = &mode,
                                        .attributes =
                                            mount->mount.attributes & ~(uint64_t)MOUNT_ATTR_RDONLY,
                                        .refuses_symlinks = true };
    int number = PLAN(planning, MOUNT, field,
                      .mount = { .destination = mount->destination, .mount = frame });

    for (size_t i = 0;
         planning->cgroup.is_made && i < planning->host->hierarchies.count && number == 0; i++)
        number = add_v1_hierarchy(planning, field, mount, planning->host->hierarchies.at[i].name);
    if (number == 0 && (mount->mount.attributes & MOUNT_ATTR_RDONLY) != 0)
        number = PLAN(planning, READONLY, field, .text = mount->destination);
    return number;
}

int oci_plan_cgroup_mount(struct oci_planning *planning, const char *field,
                          const struct oci_step_mount *mount)
{
    const struct oci_host *host = planning->host;
    struct oci_step_mount cgroup2 = *mount;
    const char *path;

    if (host->cgroup_layout == OCI_CGROUP_NONE)
        return oci_planning_refuse(planning, "%s: there is no cgroup file system in " CGROUP_ROOT,
                                   field);
    if (host->cgroup_layout == OCI_CGROUP_V1)
        return plan_v1(planning, field, mount);
    if (planning->config->namespaces[OCI_NAMESPACE_CGROUP].is_wanted) {
        cgroup2.mount.fstype = "cgroup2";
        return PLAN(planning, MOUNT, field, .mount = cgroup2);
    }
    path = planning->cgroup.is_made ? planning->cgroup.path : host->hierarchies.at[0].value;
    return bind(planning, field, mount->destination,
                oci_planning_text(planning, CGROUP_ROOT "%s", path), &mount->mount);
}
