/* linux.seccomp: names become numbers, and every rule has what it needs. */
#include "oci/hooks.h"
#include "oci/planning.h"

#include "base/cleanup.h"
#include "oci/json_text.h"

#include <errno.h>
#include <jansson.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>

#define LISTENER_PATH_MAX 108 /* of sockaddr_un, with the NUL */

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

    /* Where nothing is said, a filter costs a program no speculation, which Linux before 5.16 took
     * from all that have one; runc and crun do the same. */
    if (names->at == NULL)
        filter->flags |= SECCOMP_FILTER_FLAG_SPEC_ALLOW;
    for (size_t i = 0; i < names->count; i++) {
        unsigned int flag;

        if (!kernel_seccomp_flag_find(names->at[i], &flag))
            return oci_planning_refuse(planning, "linux.seccomp.flags[%zu]: '%s' is not supported",
                                       i, names->at[i]);
        filter->flags |= flag;
    }
    return 0;
}

/* Whether a rule has somebody told of system calls. */
static bool tells(const struct oci_planning *planning)
{
    static const char notify[] = "SCMP_ACT_NOTIFY";
    const struct oci_seccomp *wanted = &planning->config->seccomp;

    if (wanted->default_action == NULL)
        return false;
    if (strcmp(wanted->default_action, notify) == 0)
        return true;
    for (size_t i = 0; i < wanted->rules.count; i++) {
        if (strcmp(wanted->rules.at[i].action, notify) == 0)
            return true;
    }
    return false;
}

bool oci_plan_has_listener(const struct oci_planning *planning)
{
    const struct oci_seccomp *wanted = &planning->config->seccomp;

    return wanted->default_action != NULL && (wanted->listener_path != NULL || tells(planning));
}

bool oci_plan_filters_late(const struct oci_planning *planning)
{
    const struct oci_config *config = planning->config;

    return config->seccomp.default_action != NULL && config->process.no_new_privileges &&
           !oci_plan_has_listener(planning);
}

static int check_listener(struct oci_planning *planning)
{
    const struct oci_seccomp *wanted = &planning->config->seccomp;
    const char *path = wanted->listener_path;

    if (path == NULL && wanted->listener_metadata != NULL)
        return oci_planning_refuse(
            planning, "linux.seccomp.listenerMetadata: there is no listenerPath to send it to");
    if (path == NULL && oci_plan_has_listener(planning))
        return oci_planning_refuse(planning,
                                   "linux.seccomp.listenerPath: SCMP_ACT_NOTIFY needs it");
    if (path != NULL && path[0] != '/')
        return oci_planning_refuse(planning, "linux.seccomp.listenerPath: '%s' is no absolute path",
                                   path);
    if (path != NULL && strlen(path) >= LISTENER_PATH_MAX)
        return oci_planning_refuse(
            planning, "linux.seccomp.listenerPath: is longer than the %d characters of a socket's",
            LISTENER_PATH_MAX - 1);
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
        plan_flags(planning, &filter) < 0 || check_listener(planning) < 0)
        return planning->err->number;
    return PLAN(planning, SECCOMP_COMPILE, "linux.seccomp", .seccomp = filter);
}

/* The container process state: {"ociVersion":…,"fds":["seccompFd"],"metadata":…,"state":{…,"pid":
 * and then that number, a brace, ,"pid": and the number again, and another brace. NULL, with the
 * sentence, without memory. */
static const char *listener_state(struct oci_planning *planning)
{
    const struct oci_plan_request *request = planning->request;
    const struct oci_state state = { .id = request->id,
                                     .bundle = request->bundle,
                                     .status = OCI_CREATING };
    const char *inner =
        oci_hook_state(&state, &planning->config->annotations, planning->arena, planning->err);
    json_t *json = json_pack("{ss s[s] ss*}", "ociVersion", OCI_VERSION, "fds", "seccompFd",
                             "metadata", planning->config->seccomp.listener_metadata);
    CLEANUP(oci_json_text_free) char *outer = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);
    size_t room = inner == NULL || outer == NULL ? 0 : strlen(inner) + strlen(outer) + 16;
    char *block = room == 0 ? NULL : arena_alloc(planning->arena, room);
    struct text text;

    json_decref(json);
    if (block == NULL) {
        (void)err_set(planning->err, -ENOMEM, "the plan needs more memory than it may have");
        return NULL;
    }
    text = text_init(block, room);
    /* Without the brace at its end. */
    (void)text_append_bytes(&text, bytes_of(outer, strlen(outer) - 1));
    (void)text_append(&text, ",\"state\":");
    (void)text_append(&text, inner);
    return block;
}

int oci_plan_listener(struct oci_planning *planning)
{
    /* One that no rule tells of anything may be waiting all the same, as it may with crun. */
    struct oci_step_listener listener = { .path = planning->config->seccomp.listener_path,
                                          .is_optional = !tells(planning) };
    int number;

    if (!oci_plan_has_listener(planning))
        return 0;
    listener.state = listener_state(planning);
    if (listener.state == NULL)
        return planning->err->number;
    number = PLAN(planning, SECCOMP_SEND, "linux.seccomp.listenerPath", .listener = listener);
    return number < 0 ? number : PLAN(planning, RELEASE, "", .text = "listener");
}
