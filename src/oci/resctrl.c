/* A list of directories. */
#include "oci/resctrl.h"

#include <errno.h>

int oci_resctrl_find(const struct oci_plan *plan, struct arena *arena, struct oci_texts *ret_groups,
                     struct err *err)
{
    const char **groups = arena_alloc_array(arena, OCI_RESCTRL_GROUPS, sizeof(*groups));
    size_t count = 0;

    if (groups == NULL)
        return err_system(err, ENOMEM, "the groups of a container");
    for (size_t i = 0; i < plan->count && count < OCI_RESCTRL_GROUPS; i++) {
        if (plan->steps[i].kind == OCI_STEP_RESCTRL_MAKE && plan->steps[i].resctrl.is_own)
            groups[count++] = plan->steps[i].resctrl.group.path;
    }
    *ret_groups = (struct oci_texts){ .count = count, .at = groups };
    return 0;
}

int oci_resctrl_make(const struct oci_step_resctrl *step, struct oci_made_groups *made,
                     struct err *err)
{
    if (kernel_resctrl_make(&step->group, err) < 0)
        return err->number;
    if (step->is_own)
        made->at[made->count++] = step->group.path;
    return 0;
}

int oci_resctrl_remove(const struct oci_texts *groups, struct err *err)
{
    struct err second = { 0 };
    int number = 0;

    for (size_t i = groups->count; i > 0; i--) {
        if (kernel_resctrl_remove(groups->at[i - 1], &second) < 0 && number == 0) {
            number = second.number;
            *err = second;
        }
    }
    return number;
}
