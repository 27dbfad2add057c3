/* Whether there is anything against a clone that shares its memory. */
#include "oci/planning.h"

#include "base/require.h"

#include <sched.h>
#include <string.h>

/* The kernel kills all processes that share the memory of one which takes too much of it. */
static bool limits_memory(const struct oci_step *step)
{
    const char *slash = strrchr(step->cgroup_value.path, '/');

    return strncmp(slash == NULL ? "" : slash, "/memory.", strlen("/memory.")) == 0;
}

static bool is_against(const struct oci_step *step, bool is_cloned)
{
    switch ((int)step->kind) {
    case OCI_STEP_CGROUP_WRITE:
        return limits_memory(step);
    case OCI_STEP_CLONE:
        return (step->clone.flags & CLONE_NEWPID) == 0;
    case OCI_STEP_TIME_NAMESPACE: /* setns(2): none that shares its memory enters one */
    case OCI_STEP_START:          /* waits for another program */
    case OCI_STEP_CONTAINER_HOOK: /* makes a process of its own */
        return true;
    default:
        return oci_step_actor(step->kind) == OCI_JOINER ||
               (is_cloned && oci_step_actor(step->kind) == OCI_RUNTIME);
    }
}

void oci_plan_vfork(struct oci_planning *planning)
{
    struct oci_step *clone = NULL;

    for (size_t i = 0; i < planning->count; i++) {
        struct oci_step *step = &planning->steps[i];

        if (is_against(step, clone != NULL))
            return;
        if (step->kind == OCI_STEP_CLONE)
            clone = step;
    }
    REQUIRE(clone != NULL);
    clone->clone.is_vfork = true;
}
