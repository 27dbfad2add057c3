/* A plan for people and for programs: the table of steps says which values are shown, and how. */
#include "oci/plan.h"

#include "base/cleanup.h"
#include "base/text_format.h"
#include "kernel/cgroup_v1.h"
#include "oci/json_text.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <sched.h>
#include <sys/mount.h>

#define VALUE_BYTES 16384

struct flag {
    uint64_t bit;
    const char *name;
};

static const struct flag namespace_flags[] = {
    { CLONE_NEWUSER, "user" },     { CLONE_NEWPID, "pid" },   { CLONE_NEWNS, "mount" },
    { CLONE_NEWNET, "network" },   { CLONE_NEWIPC, "ipc" },   { CLONE_NEWUTS, "uts" },
    { CLONE_NEWCGROUP, "cgroup" }, { CLONE_NEWTIME, "time" }, { 0, NULL },
};

static const struct flag attribute_flags[] = {
    { MOUNT_ATTR_RDONLY, "ro" },
    { MOUNT_ATTR_NOSUID, "nosuid" },
    { MOUNT_ATTR_NODEV, "nodev" },
    { MOUNT_ATTR_NOEXEC, "noexec" },
    { MOUNT_ATTR_NOATIME, "noatime" },
    { MOUNT_ATTR_STRICTATIME, "strictatime" },
    { MOUNT_ATTR_NODIRATIME, "nodiratime" },
    { MOUNT_ATTR_NOSYMFOLLOW, "nosymfollow" },
    { 0, NULL },
};

static const struct flag propagation_flags[] = {
    { MS_PRIVATE, "private" }, { MS_SLAVE, "slave" },           { MS_SHARED, "shared" },
    { MS_REC, "recursive" },   { MS_UNBINDABLE, "unbindable" }, { 0, NULL },
};

/* Appends a part of a list, after a comma where it is not the first. */
static bool append_part(struct text *text, const char *part)
{
    return (text->size == 0 || text_append_char(text, ',')) && text_append(text, part);
}

static bool append_flags(struct text *text, const struct flag *flags, uint64_t bits)
{
    for (; flags->name != NULL; flags++) {
        if ((bits & flags->bit) == flags->bit && !append_part(text, flags->name))
            return false;
    }
    return true;
}

/* A value as text; nothing for one that is not shown. False where it does not fit. */
typedef bool (*appender)(struct text *text, const void *value);

static bool append_text(struct text *text, const void *value)
{
    const char *string = *(const char *const *)value;

    return string == NULL || text_append(text, string);
}

static bool append_number(struct text *text, const void *value)
{
    return text_append_decimal(text, *(const unsigned int *)value, 0);
}

static bool append_timeout(struct text *text, const void *value)
{
    unsigned int seconds = *(const unsigned int *)value;

    return seconds == 0 || text_format(text, "%us", seconds);
}

static bool append_signed(struct text *text, const void *value)
{
    int32_t number = *(const int32_t *)value;

    return number == 0 || text_format(text, "%d", number);
}

static bool append_some(struct text *text, const void *value)
{
    uint64_t number = *(const uint64_t *)value;

    return number == 0 || text_append_decimal(text, number, 0);
}

static bool append_limit(struct text *text, const void *value)
{
    uint64_t limit = *(const uint64_t *)value;

    return limit == UINT64_MAX ? text_append(text, "unlimited")
                               : text_append_decimal(text, limit, 0);
}

static bool append_mode(struct text *text, const void *value)
{
    return text_format(text, "%04o", *(const mode_t *)value);
}

static bool append_flag(struct text *text, const void *value)
{
    return !*(const bool *)value || text_append(text, "yes");
}

static bool append_namespaces(struct text *text, const void *value)
{
    return append_flags(text, namespace_flags, *(const uint64_t *)value);
}

static bool append_namespace(struct text *text, const void *value)
{
    return append_flags(text, namespace_flags, (uint64_t)*(const int *)value);
}

static bool append_attributes(struct text *text, const void *value)
{
    return append_flags(text, attribute_flags, *(const uint64_t *)value);
}

static bool append_propagation(struct text *text, const void *value)
{
    return append_flags(text, propagation_flags, *(const unsigned long *)value);
}

static bool append_capabilities(struct text *text, const void *value)
{
    uint64_t set = *(const uint64_t *)value;

    if (set == UINT64_MAX)
        return text_append(text, "all");
    for (unsigned int i = 0; i < 64; i++) {
        char block[64];
        struct text name = text_init(block, sizeof(block));

        if ((set >> i & 1) == 0)
            continue;
        if (!kernel_capability_name(i, &name))
            (void)text_format(&name, "%u", i);
        if (!append_part(text, name.at))
            return false;
    }
    return text->size > 0 || text_append(text, "none");
}

static bool append_rlimit(struct text *text, const void *value)
{
    const char *name = oci_rlimit_name(*(const int *)value);

    return name == NULL || text_append(text, name);
}

static bool append_slot(struct text *text, const void *value)
{
    unsigned int slot = *(const unsigned int *)value;

    return slot == OCI_SLOT_NONE || text_append_decimal(text, slot, 0);
}

static bool append_opened(struct text *text, const void *value)
{
    unsigned int opened = *(const unsigned int *)value;

    return opened == 0 || text_append_decimal(text, opened, 0);
}

static bool append_lines(struct text *text, const void *value)
{
    const char *lines = *(const char *const *)value;

    for (; lines != NULL && *lines != '\0'; lines++) {
        bool is_last = lines[0] == '\n' && lines[1] == '\0';

        if (!is_last && !text_append_char(text, lines[0] == '\n' ? ',' : lines[0]))
            return false;
    }
    return true;
}

static bool append_options(struct text *text, const void *value)
{
    const struct kernel_mount *mount = value;

    if ((mount->flags & MS_I_VERSION) != 0 && !append_part(text, "iversion"))
        return false;
    for (size_t i = 0; i < mount->options_count; i++) {
        const struct kernel_mount_option *option = &mount->options[i];

        if (!append_part(text, option->name))
            return false;
        if (option->value != NULL &&
            (!text_append_char(text, '=') || !text_append(text, option->value)))
            return false;
    }
    return true;
}

static bool append_rules(struct text *text, const void *value)
{
    const struct kernel_device_rules *rules = value;

    for (size_t i = 0; i < rules->count; i++) {
        const struct kernel_device_rule *rule = &rules->at[i];
        char block[96] = "";
        struct text one = text_init(block, sizeof(block));

        if (!text_append(&one, rule->allow ? "allow " : "deny ") ||
            !kernel_cgroup_v1_device_rule(rule, &one) || !append_part(text, one.at))
            return false;
    }
    return true;
}

static bool append_action(struct text *text, const void *value)
{
    return kernel_seccomp_action_format(*(const uint32_t *)value, text);
}

static bool append_filter(struct text *text, const void *value)
{
    const struct kernel_seccomp *filter = value;

    for (size_t i = 0; i < filter->rules_count; i++) {
        if ((i > 0 && !text_append(text, "; ")) ||
            !kernel_seccomp_rule_format(&filter->rules[i], text))
            return false;
    }
    return true;
}

static bool append_groups(struct text *text, const void *value)
{
    const struct kernel_user *user = value;

    if (!user->sets_groups)
        return text_append(text, "unchanged");
    for (size_t i = 0; i < user->groups_count; i++) {
        if (!text_format(text, "%s%u", i == 0 ? "" : ",", user->groups[i]))
            return false;
    }
    return true;
}

static const appender appenders[] = {
    [OCI_ARG_TEXT] = append_text,
    [OCI_ARG_NUMBER] = append_number,
    [OCI_ARG_TIMEOUT] = append_timeout,
    [OCI_ARG_SIGNED] = append_signed,
    [OCI_ARG_SOME] = append_some,
    [OCI_ARG_LIMIT] = append_limit,
    [OCI_ARG_MODE] = append_mode,
    [OCI_ARG_FLAG] = append_flag,
    [OCI_ARG_NAMESPACES] = append_namespaces,
    [OCI_ARG_NAMESPACE] = append_namespace,
    [OCI_ARG_ATTRIBUTES] = append_attributes,
    [OCI_ARG_PROPAGATION] = append_propagation,
    [OCI_ARG_CAPABILITIES] = append_capabilities,
    [OCI_ARG_RLIMIT] = append_rlimit,
    [OCI_ARG_SLOT] = append_slot,
    [OCI_ARG_OPENED] = append_opened,
    [OCI_ARG_LINES] = append_lines,
    [OCI_ARG_OPTIONS] = append_options,
    [OCI_ARG_RULES] = append_rules,
    [OCI_ARG_ACTION] = append_action,
    [OCI_ARG_FILTER] = append_filter,
    [OCI_ARG_GROUPS] = append_groups,
};

static json_t *list_json(char *const *list)
{
    json_t *json = json_array();

    for (size_t i = 0; list[i] != NULL; i++) {
        if (json_array_append_new(json, json_string(list[i])) < 0) {
            json_decref(json);
            return NULL;
        }
    }
    return json;
}

/* Adds one value of a step to its object; false without memory. */
static bool add_value(json_t *object, const struct oci_step *step, const struct oci_arg *arg)
{
    const void *value = (const char *)step + arg->offset;
    char block[VALUE_BYTES];
    struct text text = text_init(block, sizeof(block));

    if (arg->kind == OCI_ARG_LIST && *(char *const *const *)value == NULL)
        return true;
    if (arg->kind == OCI_ARG_LIST)
        return json_object_set_new(object, arg->name, list_json(*(char *const *const *)value)) == 0;
    if (!appenders[arg->kind](&text, value))
        (void)text_append(&text, "…");
    if (text.size == 0)
        return true;
    if (arg->kind == OCI_ARG_NUMBER || arg->kind == OCI_ARG_SLOT || arg->kind == OCI_ARG_OPENED)
        return json_object_set_new(object, arg->name, json_integer(*(const unsigned int *)value)) ==
               0;
    return json_object_set_new(object, arg->name, json_string(text.at)) == 0;
}

static json_t *step_json(const struct oci_step *step)
{
    const struct oci_arg *args = oci_step_args(step->kind);
    json_t *object = json_pack("{ss ss}", "step", oci_step_name(step->kind), "process",
                               oci_actor_name(oci_step_actor(step->kind)));
    bool ok = object != NULL;

    for (size_t i = 0; ok && i < OCI_ARGS_MAX && args[i].name[0] != '\0'; i++)
        ok = add_value(object, step, &args[i]);
    if (ok && step->field[0] != '\0')
        ok = json_object_set_new(object, "field", json_string(step->field)) == 0;
    if (!ok)
        json_decref(object);
    return ok ? object : NULL;
}

static json_t *plan_json(const struct oci_plan *plan)
{
    json_t *list = json_array();

    for (size_t i = 0; i < plan->count; i++) {
        if (json_array_append_new(list, step_json(&plan->steps[i])) < 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* Whether a text can stand on a line without quotes. */
static bool is_plain(const char *text)
{
    for (; *text != '\0'; text++) {
        if (!isgraph((unsigned char)*text) || strchr("\"'\\#", *text) != NULL)
            return false;
    }
    return true;
}

/* " name=value" of one member of a step's object. */
static void print_member(FILE *out, const char *name, const json_t *value)
{
    char *text;

    if (json_is_string(value) && is_plain(json_string_value(value))) {
        (void)fprintf(out, " %s=%s", name, json_string_value(value));
        return;
    }
    text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    (void)fprintf(out, " %s=%s", name, text == NULL ? "?" : text);
    oci_json_text_free(&text);
}

/* The same objects, a line each. */
static void print_lines(FILE *out, const json_t *list)
{
    size_t index;
    json_t *object;

    json_array_foreach(list, index, object)
    {
        const char *field = json_string_value(json_object_get(object, "field"));
        const char *name;
        json_t *value;

        (void)fprintf(out, "%3zu %-7s %s", index + 1,
                      json_string_value(json_object_get(object, "process")),
                      json_string_value(json_object_get(object, "step")));
        json_object_foreach(object, name, value)
        {
            if (strcmp(name, "step") != 0 && strcmp(name, "process") != 0 &&
                strcmp(name, "field") != 0)
                print_member(out, name, value);
        }
        (void)fprintf(out, "%s%s\n", field == NULL ? "" : "  # ", field == NULL ? "" : field);
    }
}

static void release(json_t **json)
{
    json_decref(*json);
}

int oci_plan_format(const struct oci_plan *plan, bool as_json, struct arena *arena,
                    struct bytes *ret_text, struct err *err)
{
    CLEANUP(release) json_t *list = plan_json(plan);
    CLEANUP(free_pointer) char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    char *copy;

    if (list == NULL || out == NULL) {
        if (out != NULL)
            (void)fclose(out);
        return err_set(err, -EINVAL, "this plan cannot be printed: it holds text that is no UTF-8");
    }
    if (as_json)
        (void)(json_dumpf(list, out, JSON_INDENT(2)) == 0 && fputc('\n', out));
    else
        print_lines(out, list);
    if (fclose(out) != 0)
        return err_system(err, ENOMEM, "print the plan");
    copy = arena_copy_bytes(arena, bytes_of(text, size));
    if (copy == NULL)
        return err_system(err, ENOMEM, "print the plan");
    *ret_text = bytes_of(copy, size);
    return 0;
}
