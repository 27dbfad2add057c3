/* linux.seccomp: names become numbers, and every rule has what it needs. */
#include "oci/planning.h"

#include <errno.h>
#include <stddef.h>

/* The number of an action; false with the sentence. */
static bool find_action(struct oci_planning *planning, const char *field, const char *name,
                        const struct oci_number *errno_ret, uint32_t *ret_action)
{
    uint16_t number = errno_ret->is_set ? (uint16_t)errno_ret->value : EPERM;

    if (kernel_seccomp_action_find(name, number, ret_action))
        return true;
    (void)oci_planning_refuse(planning, "%s: '%s' is not supported", field, name);
    return false;
}

static int plan_condition(struct oci_planning *planning, const char *field,
                          const struct oci_seccomp_arg *arg,
                          struct kernel_seccomp_condition *ret_condition)
{
    int op;

    if (arg->index >= KERNEL_SECCOMP_ARGS)
        return oci_planning_refuse(planning, "%s.index: is %u, a system call has %d arguments",
                                   field, arg->index, KERNEL_SECCOMP_ARGS);
    if (!kernel_seccomp_op_find(arg->op, &op))
        return oci_planning_refuse(planning, "%s.op: there is no comparison '%s'", field, arg->op);
    *ret_condition = (struct kernel_seccomp_condition){
        .index = arg->index, .op = op, .value = arg->value, .value_two = arg->value_two
    };
    return 0;
}

static int plan_conditions(struct oci_planning *planning, const char *field,
                           const struct oci_seccomp_args *args, struct kernel_seccomp_rule *rule)
{
    struct kernel_seccomp_condition *conditions =
        oci_planning_alloc(planning, args->count, sizeof(*conditions));

    if (conditions == NULL)
        return planning->err->number;
    for (size_t i = 0; i < args->count; i++) {
        const char *place = oci_planning_text(planning, "%s.args[%zu]", field, i);

        if (place == NULL || plan_condition(planning, place, &args->at[i], &conditions[i]) < 0)
            return planning->err->number;
    }
    rule->conditions = conditions;
    rule->conditions_count = args->count;
    return 0;
}

static int plan_rule(struct oci_planning *planning, size_t index, struct kernel_seccomp_rule *rule)
{
    const struct oci_seccomp_rule *wanted = &planning->config->seccomp.rules.at[index];
    const char *field = oci_planning_text(planning, "linux.seccomp.syscalls[%zu]", index);
    const char *place = field == NULL ? NULL : oci_planning_text(planning, "%s.action", field);

    if (place == NULL ||
        !find_action(planning, place, wanted->action, &wanted->errno_ret, &rule->action))
        return planning->err->number;
    if (wanted->names.count == 0)
        return oci_planning_refuse(planning, "%s.names: is empty", field);
    rule->names = wanted->names.at;
    rule->names_count = wanted->names.count;
    return plan_conditions(planning, field, &wanted->args, rule);
}

static int plan_rules(struct oci_planning *planning, struct kernel_seccomp *filter)
{
    size_t count = planning->config->seccomp.rules.count;
    struct kernel_seccomp_rule *rules = oci_planning_alloc(planning, count, sizeof(*rules));

    if (rules == NULL)
        return planning->err->number;
    for (size_t i = 0; i < count; i++) {
        if (plan_rule(planning, i, &rules[i]) < 0)
            return planning->err->number;
    }
    filter->rules = rules;
    filter->rules_count = count;
    return 0;
}

static int plan_architectures(struct oci_planning *planning, struct kernel_seccomp *filter)
{
    const struct oci_texts *names = &planning->config->seccomp.architectures;
    uint32_t *architectures = oci_planning_alloc(planning, names->count, sizeof(*architectures));

    if (architectures == NULL)
        return planning->err->number;
    for (size_t i = 0; i < names->count; i++) {
        if (!kernel_seccomp_architecture_find(names->at[i], &architectures[i]))
            return oci_planning_refuse(planning,
                                       "linux.seccomp.architectures[%zu]: '%s' is not supported", i,
                                       names->at[i]);
    }
    filter->architectures = architectures;
    filter->architectures_count = names->count;
    return 0;
}

static int plan_flags(struct oci_planning *planning, struct kernel_seccomp *filter)
{
    const struct oci_texts *names = &planning->config->seccomp.flags;

    for (size_t i = 0; i < names->count; i++) {
        unsigned int flag;

        if (!kernel_seccomp_flag_find(names->at[i], &flag))
            return oci_planning_refuse(planning, "linux.seccomp.flags[%zu]: '%s' is not supported",
                                       i, names->at[i]);
        filter->flags |= flag;
    }
    return 0;
}

int oci_plan_seccomp(struct oci_planning *planning)
{
    const struct oci_seccomp *wanted = &planning->config->seccomp;
    struct kernel_seccomp filter = { 0 };

    if (wanted->default_action == NULL)
        return 0;
    if (!find_action(planning, "linux.seccomp.defaultAction", wanted->default_action,
                     &wanted->default_errno_ret, &filter.default_action) ||
        plan_rules(planning, &filter) < 0 || plan_architectures(planning, &filter) < 0 ||
        plan_flags(planning, &filter) < 0)
        return planning->err->number;
    return PLAN(planning, SECCOMP_COMPILE, "linux.seccomp", .seccomp = filter);
}
