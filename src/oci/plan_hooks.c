/* The hooks that are steps: who runs which, and what is awaited in between. */
#include "oci/hooks.h"
#include "oci/planning.h"

static int check_hook(struct oci_planning *planning, const char *field, const struct oci_hook *hook)
{
    if (hook->path == NULL || hook->path[0] != '/')
        return oci_planning_refuse(planning, "%s.path: '%s' is no absolute path", field,
                                   hook->path == NULL ? "" : hook->path);
    if (hook->timeout.is_set && hook->timeout.value <= 0)
        return oci_planning_refuse(planning, "%s.timeout: must be greater than 0", field);
    return oci_plan_check_environment(planning, field, &hook->env);
}

/* The place of a hook; NULL with the sentence where that is wrong. */
static const char *find_field(struct oci_planning *planning, enum oci_hook_kind kind, size_t index)
{
    const char *field = oci_planning_text(planning, "hooks.%s[%zu]", oci_hook_name(kind), index);

    if (field == NULL || check_hook(planning, field, &planning->config->hooks[kind].at[index]) < 0)
        return NULL;
    return field;
}

/* The steps of hooks of one kind, which hear of the status. */
struct steps {
    enum oci_step_kind kind;
    enum oci_status status;
    char *const *envp; /* of those that do not say theirs; NULL: that of the runtime's caller */
    bool are_filtered;
};

static int plan_hooks(struct oci_planning *planning, enum oci_hook_kind kind,
                      const struct steps *steps)
{
    const struct oci_plan_request *request = planning->request;
    const struct oci_hooks *hooks = &planning->config->hooks[kind];
    const struct oci_state state = { .id = request->id,
                                     .bundle = request->bundle,
                                     .status = steps->status };
    const char *text = NULL;

    for (size_t i = 0; i < hooks->count; i++) {
        struct oci_step step = { .kind = steps->kind, .field = find_field(planning, kind, i) };

        if (step.field != NULL && text == NULL)
            text = oci_hook_state(&state, &planning->config->annotations, planning->arena,
                                  planning->err);
        if (step.field == NULL || text == NULL ||
            oci_hook_prepare(&hooks->at[i], text, planning->arena, &step.hook, planning->err) < 0)
            return planning->err->number;
        if (step.hook.envp == NULL)
            step.hook.envp = steps->envp;
        step.hook.is_filtered = steps->are_filtered;
        if (steps->kind == OCI_STEP_RUNTIME_HOOK)
            step.hook.directory = request->bundle;
        if (oci_planning_add(planning, &step) < 0)
            return planning->err->number;
    }
    return 0;
}

static bool has_runtime_hooks(const struct oci_planning *planning)
{
    return planning->config->hooks[OCI_HOOK_PRESTART].count > 0 ||
           planning->config->hooks[OCI_HOOK_CREATE_RUNTIME].count > 0;
}

int oci_plan_runtime_hooks(struct oci_planning *planning)
{
    const struct steps steps = { .kind = OCI_STEP_RUNTIME_HOOK, .status = OCI_CREATING };
    int number;

    if (!has_runtime_hooks(planning))
        return 0;
    number = PLAN(planning, LISTEN, "", .text = "mounts");
    if (number == 0)
        number = plan_hooks(planning, OCI_HOOK_PRESTART, &steps);
    if (number == 0)
        number = plan_hooks(planning, OCI_HOOK_CREATE_RUNTIME, &steps);
    return number < 0 ? number : PLAN(planning, RELEASE, "", .text = "runtime-hooks");
}

int oci_plan_create_hooks(struct oci_planning *planning)
{
    const struct steps steps = { .kind = OCI_STEP_CONTAINER_HOOK, .status = OCI_CREATING };
    int number = 0;

    if (has_runtime_hooks(planning))
        number = PLAN(planning, TELL, "", .text = "mounts");
    if (number == 0 && has_runtime_hooks(planning))
        number = PLAN(planning, AWAIT, "", .text = "runtime-hooks");
    return number < 0 ? number : plan_hooks(planning, OCI_HOOK_CREATE_CONTAINER, &steps);
}

int oci_plan_start_hooks(struct oci_planning *planning, char *const *envp)
{
    /* A program of the container's hears nothing of the environment outside. Where the filter is
     * loaded only when nothing is left to do, a hook's process loads it before the hook, so that
     * what is done to run that is no matter of the filter's. */
    const struct steps steps = { .kind = OCI_STEP_CONTAINER_HOOK,
                                 .status = OCI_CREATED,
                                 .envp = envp,
                                 .are_filtered = oci_plan_filters_late(planning) };

    /* No steps: they are run by others, later. */
    for (int kind = OCI_HOOK_POSTSTART; kind <= OCI_HOOK_POSTSTOP; kind++) {
        for (size_t i = 0; i < planning->config->hooks[kind].count; i++) {
            if (find_field(planning, (enum oci_hook_kind)kind, i) == NULL)
                return planning->err->number;
        }
    }
    return plan_hooks(planning, OCI_HOOK_START_CONTAINER, &steps);
}
