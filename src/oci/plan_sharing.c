/* What the mounts of a container share with those outside, and hear of them. */
#include "oci/planning.h"

#include <string.h>
#include <sys/mount.h>

int oci_plan_check_sharing(struct oci_planning *planning, const char *field,
                           unsigned long propagation)
{
    if (!oci_plan_has_others_mounts(planning) ||
        (propagation & (MS_SHARED | MS_SLAVE | MS_UNBINDABLE)) == 0)
        return 0;
    return oci_planning_refuse(
        planning, "%s: what is not private needs a new namespace of type 'mount'", field);
}

unsigned long oci_plan_find_root_propagation(struct oci_planning *planning)
{
    static const struct {
        const char *word;
        unsigned long flags;
    } rows[] = {
        { "private", MS_PRIVATE },
        { "slave", MS_SLAVE },
        { "shared", MS_SHARED },
        { "unbindable", MS_UNBINDABLE },
        { "rprivate", MS_PRIVATE | MS_REC },
        { "rslave", MS_SLAVE | MS_REC },
        { "rshared", MS_SHARED | MS_REC },
        { "runbindable", MS_UNBINDABLE | MS_REC },
    };
    const char *wanted = planning->config->rootfs_propagation;

    if (wanted == NULL)
        return MS_PRIVATE;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].word, wanted) == 0)
            return rows[i].flags;
    }
    (void)oci_planning_refuse(planning,
                              "linux.rootfsPropagation: '%s' is none of shared, slave, private and "
                              "unbindable",
                              wanted);
    return 0;
}

int oci_plan_root_propagation(struct oci_planning *planning)
{
    unsigned long root = oci_plan_find_root_propagation(planning);

    if ((root & (MS_SHARED | MS_UNBINDABLE)) == 0)
        return 0;
    return PLAN(planning, ROOT_PROPAGATION, "linux.rootfsPropagation", .flags = root);
}
