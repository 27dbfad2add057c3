/* What is hidden, the new root, and the program: its limits, rights, user and start. */
#include "oci/planning.h"

#include "base/text.h"
#include "kernel/capabilities.h"
#include "oci/home.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>

#define UMASK_STANDARD 022
#define PATH_STANDARD "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* Whether there is such a step already: once is enough. */
static bool has_step(const struct oci_planning *planning, enum oci_step_kind kind, const char *path)
{
    for (size_t i = planning->count; i > 0 && planning->steps[i - 1].kind == kind; i--) {
        if (strcmp(planning->steps[i - 1].text, path) == 0)
            return true;
    }
    return false;
}

/* A MASK or READONLY step for each path. */
static int plan_paths(struct oci_planning *planning, enum oci_step_kind kind, const char *name,
                      const struct oci_texts *paths)
{
    for (size_t i = 0; i < paths->count; i++) {
        const char *field = oci_planning_text(planning, "linux.%s[%zu]", name, i);
        const char *path = field == NULL ? NULL : oci_planning_path(planning, field, paths->at[i]);
        struct oci_step step = { .kind = kind, .field = field, .text = path };

        if (path == NULL)
            return planning->err->number;
        if (paths->at[i][0] != '/')
            return oci_planning_refuse(planning, "%s: '%s' is no absolute path", field,
                                       paths->at[i]);
        if (strcmp(path, "/") == 0)
            return oci_planning_refuse(planning, "%s: is the root", field);
        if (!has_step(planning, kind, path) && oci_planning_add(planning, &step) < 0)
            return planning->err->number;
    }
    return 0;
}

int oci_plan_terminal(struct oci_planning *planning, bool is_new)
{
    const struct oci_process *process = &planning->config->process;

    if (!process->terminal)
        return 0;
    if (!planning->request->has_console)
        return oci_planning_refuse(planning,
                                   "process.terminal: there is nobody here who would take it");
    return PLAN(planning, TERMINAL, "process.terminal",
                .terminal = { .terminal = { .uid = process->user.uid,
                                            .height = (unsigned int)process->console_height.value,
                                            .width = (unsigned int)process->console_width.value,
                                            .keeps_lines = planning->request->is_relayed },
                              .is_console = is_new });
}

/* A working directory that is missing is made, as by others, while the root can be written. */
static int plan_cwd(struct oci_planning *planning)
{
    const char *cwd = planning->config->process.cwd;
    const char *path;

    if (cwd == NULL || cwd[0] != '/' || strcmp(cwd, "/") == 0)
        return 0;
    path = oci_planning_path(planning, "process.cwd", cwd);
    return path == NULL ? planning->err->number
                        : PLAN(planning, DIRECTORY_MAKE, "process.cwd", .text = path);
}

/* How the root becomes that; NULL: by pivot_root. */
static const char *find_pivot(const struct oci_planning *planning)
{
    if (oci_plan_has_others_mounts(planning))
        return "home";
    return planning->request->without_pivot ? "move" : NULL;
}

int oci_plan_root(struct oci_planning *planning)
{
    const struct oci_config *config = planning->config;
    const struct oci_step dev = {
        .kind = OCI_STEP_REMOUNT,
        .field = planning->read_only_dev,
        .remount = { .destination = "/dev", .change = { .own = { .set = MOUNT_ATTR_RDONLY } } },
    };
    int number = oci_plan_terminal(planning, true);

    if (number == 0 && planning->read_only_dev != NULL)
        number = oci_planning_add(planning, &dev);
    if (number == 0)
        number = plan_paths(planning, OCI_STEP_READONLY, "readonlyPaths", &config->readonly_paths);

    if (number == 0)
        number = plan_paths(planning, OCI_STEP_MASK, "maskedPaths", &config->masked_paths);
    if (number == 0)
        number = plan_cwd(planning);
    if (number == 0 && config->root.readonly)
        number = PLAN(planning, ROOT_READONLY, "root.readonly", .text = NULL);
    if (number == 0)
        number = oci_plan_labels(planning);
    if (number == 0)
        number = PLAN(planning, PIVOT, "root.path", .text = find_pivot(planning));
    return number < 0 ? number : oci_plan_root_propagation(planning);
}

static int plan_rlimits(struct oci_planning *planning)
{
    const struct oci_rlimits *limits = &planning->config->process.rlimits;
    bool seen[RLIM_NLIMITS] = { false };

    for (size_t i = 0; i < limits->count; i++) {
        const struct oci_rlimit *limit = &limits->at[i];
        const char *field = oci_planning_text(planning, "process.rlimits[%zu]", i);
        int resource = oci_rlimit_find(limit->type == NULL ? "" : limit->type);

        if (field == NULL)
            return planning->err->number;
        if (resource < 0)
            return oci_planning_refuse(planning, "%s.type: there is no limit '%s'", field,
                                       limit->type == NULL ? "" : limit->type);
        if (seen[resource])
            return oci_planning_refuse(planning, "%s.type: '%s' is there twice", field,
                                       limit->type);
        if (limit->soft > limit->hard)
            return oci_planning_refuse(planning, "%s.soft: is more than hard", field);
        seen[resource] = true;
        if (PLAN(planning, RLIMIT, field,
                 .rlimit = { .resource = resource, .soft = limit->soft, .hard = limit->hard }) < 0)
            return planning->err->number;
    }
    return 0;
}

/* Whether an annotation, as podman's --group-add keep-groups has it, wants the caller's groups. */
static bool keeps_groups(const struct oci_pairs *annotations)
{
    for (size_t i = 0; i < annotations->count; i++) {
        if (strcmp(annotations->at[i].name, "run.oci.keep_original_groups") == 0)
            return strcmp(annotations->at[i].value, "1") == 0;
    }
    return false;
}

static int plan_user(struct oci_planning *planning)
{
    const struct oci_user *user = &planning->config->process.user;
    bool keeps = keeps_groups(&planning->config->annotations);

    /* Where a user made the user namespace, and has no subordinate groups, the kernel allows no
     * setgroups(2) in it, and the groups that the user is in stay: they give no rights to anything
     * that was not its own. */
    return PLAN(planning, USER, "process.user",
                .user = { .uid = user->uid,
                          .gid = user->gid,
                          .sets_groups = !keeps && oci_planning_sets_groups(planning),
                          .groups_count = user->additional_gids.count,
                          .groups = user->additional_gids.at });
}

/* The bits of the capabilities that the kernel has. */
static uint64_t known_capabilities(const struct oci_host *host)
{
    return host->cap_last >= 63 ? UINT64_MAX : (UINT64_C(1) << (host->cap_last + 1)) - 1;
}

/* In the user namespace of the caller nobody can have more than that has itself. */
static uint64_t lacked_capabilities(const struct oci_planning *planning)
{
    return planning->has_user_namespace ? 0 : planning->host->caller.lacks;
}

/* What is asked for and cannot be had is passed over with a warning, as the specification wants it
 * (config.md#linux-process). */
static int warn_of_capabilities(struct oci_planning *planning, const char *set, uint64_t refused,
                                const char *why)
{
    int number = 0;

    for (unsigned int i = 0; i < 64 && number == 0; i++) {
        char block[64];
        struct text name = text_init(block, sizeof(block));

        if ((refused >> i & 1) == 0)
            continue;
        if (!kernel_capability_name(i, &name))
            (void)text_append_decimal(&name, i, 0);
        number = oci_planning_warn(
            planning, "process.capabilities: can't raise %s capability %s: %s", set, name.at, why);
    }
    return number;
}

static int plan_capabilities(struct oci_planning *planning)
{
    const struct oci_capabilities *wanted = &planning->config->process.capabilities;
    uint64_t known = known_capabilities(planning->host);
    uint64_t had = known & ~lacked_capabilities(planning);
    uint64_t named = wanted->bounding | wanted->effective | wanted->permitted |
                     wanted->inheritable | wanted->ambient;
    struct kernel_capabilities sets = { .permitted = wanted->permitted & had };

    /* capabilities(7), "Transformation of capabilities" and "Programmatically adjusting". */
    sets.effective = wanted->effective & sets.permitted;
    sets.inheritable = wanted->inheritable & (wanted->permitted | wanted->bounding) & had;
    sets.ambient = wanted->ambient & sets.permitted & sets.inheritable;
    if (warn_of_capabilities(planning, "any", named & ~known, "this kernel does not have it") < 0 ||
        warn_of_capabilities(planning, "any", named & known & ~had, "its caller lacks it") < 0 ||
        warn_of_capabilities(planning, "effective", wanted->effective & had & ~sets.effective,
                             "it is not in permitted") < 0 ||
        warn_of_capabilities(planning, "inheritable", wanted->inheritable & had & ~sets.inheritable,
                             "it is neither in permitted nor in bounding") < 0 ||
        warn_of_capabilities(planning, "ambient", wanted->ambient & had & ~sets.ambient,
                             "it is not both in permitted and in inheritable") < 0)
        return planning->err->number;
    return PLAN(planning, CAPABILITIES, "process.capabilities", .capabilities = sets);
}

/* Loads the filter, and waits until the listener has been passed on. */
static int plan_filter(struct oci_planning *planning)
{
    bool has_listener = oci_plan_has_listener(planning);
    int number;

    if (planning->config->seccomp.default_action == NULL)
        return 0;
    number = PLAN(planning, SECCOMP, "linux.seccomp", .has_listener = has_listener);
    if (number == 0 && has_listener)
        number = PLAN(planning, AWAIT, "linux.seccomp", .text = "listener");
    return number;
}

static int plan_rights(struct oci_planning *planning)
{
    const struct oci_process *process = &planning->config->process;
    const struct oci_number *umask = &process->user.umask;
    int number = plan_rlimits(planning);

    if (number == 0)
        number = oci_plan_memory(planning);
    if (number == 0 && !process->no_new_privileges)
        number = plan_filter(planning);
    if (number == 0)
        number = PLAN(planning, BOUNDING, "process.capabilities.bounding",
                      .bounding = process->capabilities.bounding);
    if (number == 0)
        number = plan_user(planning);
    if (number == 0)
        number = plan_capabilities(planning);
    if (number == 0)
        number = PLAN(planning, UMASK, "process.user.umask",
                      .umask = umask->is_set ? (mode_t)umask->value : UMASK_STANDARD);
    if (number == 0 && process->no_new_privileges)
        number = PLAN(planning, NO_NEW_PRIVILEGES, "process.noNewPrivileges", .text = NULL);
    if (number == 0 && process->no_new_privileges && oci_plan_has_listener(planning))
        number = plan_filter(planning);
    return number;
}

static bool is_home(const char *variable)
{
    return strncmp(variable, "HOME=", 5) == 0;
}

/* Who does not say what HOME is, or says that it is empty, gets what the container's /etc/passwd
 * says of the user, or "/", as with runc and crun, on which docker and Kubernetes rely. */
static int plan_home(struct oci_planning *planning)
{
    static const char root[] = "HOME=/";
    const struct oci_process *process = &planning->config->process;
    bool has_home = false;

    for (size_t i = 0; i < process->env.count; i++) {
        if (is_home(process->env.at[i]))
            has_home = process->env.at[i][5] != '\0';
    }
    if (has_home)
        return 0;
    planning->home = oci_planning_alloc(planning, 1, OCI_HOME_ROOM);
    if (planning->home == NULL)
        return planning->err->number;
    memcpy(planning->home, root, sizeof(root));
    return PLAN(planning, HOME, "process.env",
                .home = { .uid = process->user.uid, .variable = planning->home });
}

/* A list for execve(2), which may not be of constants. */
static char **copy_list(struct oci_planning *planning, const struct oci_texts *texts)
{
    char **list = oci_planning_alloc(planning, texts->count + 1, sizeof(*list));

    for (size_t i = 0; list != NULL && i < texts->count; i++) {
        list[i] = arena_copy_text(planning->arena, texts->at[i]);
        if (list[i] == NULL) {
            (void)err_set(planning->err, -ENOMEM, "the plan needs more memory than it may have");
            return NULL;
        }
    }
    return list;
}

/* A variable, where it stands in the list, and how much of it is its name. */
struct variable {
    const char *text;
    size_t place;
    size_t name_size;
};

static int compare_variables(const void *a, const void *b)
{
    const struct variable *one = a;
    const struct variable *other = b;
    size_t size = one->name_size < other->name_size ? one->name_size : other->name_size;
    int order = memcmp(one->text, other->text, size);

    if (order != 0)
        return order;
    if (one->name_size != other->name_size)
        return one->name_size < other->name_size ? -1 : 1;
    return one->place < other->place ? -1 : 1;
}

static bool have_same_name(const struct variable *one, const struct variable *other)
{
    return one->name_size == other->name_size &&
           memcmp(one->text, other->text, one->name_size) == 0;
}

int oci_plan_check_environment(struct oci_planning *planning, const char *field,
                               const struct oci_texts *env)
{
    for (size_t i = 0; i < env->count; i++) {
        size_t size = strcspn(env->at[i], "=");

        if (size == 0 || env->at[i][size] != '=')
            return oci_planning_refuse(planning, "%s.env[%zu]: '%s' is not NAME=VALUE", field, i,
                                       env->at[i]);
    }
    return 0;
}

/* The environment of the config. Of a variable that is in there more than once, programs would find
 * the first, where other runtimes have the last alone: that goes to the place of the first. */
static int find_environment(struct oci_planning *planning, struct oci_texts *ret_env)
{
    const struct oci_texts *env = &planning->config->process.env;
    struct variable *sorted = oci_planning_alloc(planning, env->count + 1, sizeof(*sorted));
    const char **list = oci_planning_alloc(planning, env->count + 1, sizeof(*list));
    size_t count = 0;

    if (sorted == NULL || list == NULL)
        return planning->err->number;
    for (size_t i = 0; i < env->count; i++)
        sorted[i] = (struct variable){ env->at[i], i, strcspn(env->at[i], "=") };
    qsort(sorted, env->count, sizeof(*sorted), compare_variables);
    for (size_t i = 0; i < env->count;) {
        size_t first = i++;

        while (i < env->count && have_same_name(&sorted[first], &sorted[i]))
            i++;
        list[sorted[first].place] = sorted[i - 1].text;
    }
    for (size_t i = 0; i < env->count; i++) {
        if (list[i] != NULL && (planning->home == NULL || !is_home(list[i])))
            list[count++] = list[i];
    }
    if (planning->home != NULL)
        list[count++] = planning->home;
    *ret_env = (struct oci_texts){ count, list };
    return 0;
}

/* The directories that the program is looked for in: PATH of its own environment. */
static const char *find_path(const struct oci_texts *env)
{
    for (size_t i = 0; i < env->count; i++) {
        if (strncmp(env->at[i], "PATH=", 5) == 0)
            return env->at[i] + 5;
    }
    return PATH_STANDARD;
}

/* "name" in each directory of PATH, where an empty one is the working directory. */
static char **find_candidates(struct oci_planning *planning, const struct oci_texts *env,
                              const char *name)
{
    const char *path = find_path(env);
    size_t count = 1;
    size_t size = strlen(path) + strlen(name) + 3;
    char **list;

    for (const char *at = path; *at != '\0'; at++)
        count += *at == ':' ? 1 : 0;
    list = oci_planning_alloc(planning, count + 1, sizeof(*list));
    for (size_t i = 0; list != NULL && i < count; i++) {
        size_t length = strcspn(path, ":");

        list[i] = oci_planning_alloc(planning, 1, size);
        if (list[i] == NULL)
            return NULL;
        (void)snprintf(list[i], size, "%.*s/%s", length == 0 ? 1 : (int)length,
                       length == 0 ? "." : path, name);
        path += length + 1;
    }
    return list;
}

/* Whether there is `process`, which the specification wants at the start alone. */
static bool has_program(const struct oci_planning *planning)
{
    const struct oci_process *process = &planning->config->process;

    return process->args.count > 0 || process->cwd != NULL;
}

/* What execve(2) is given; without a program nothing, which it refuses. */
static int find_exec(struct oci_planning *planning, struct oci_step_exec *ret_exec)
{
    const struct oci_process *process = &planning->config->process;
    const struct oci_texts first = { .count = 1, .at = process->args.at };
    struct oci_texts env = { 0 };
    char **envp;

    if (find_environment(planning, &env) < 0)
        return planning->err->number;
    if (process->args.count == 0)
        ret_exec->candidates = copy_list(planning, &process->args);
    else if (strchr(process->args.at[0], '/') != NULL)
        ret_exec->candidates = copy_list(planning, &first);
    else
        ret_exec->candidates = find_candidates(planning, &env, process->args.at[0]);
    if (ret_exec->candidates == NULL)
        return planning->err->number;
    ret_exec->argv = copy_list(planning, &process->args);
    envp = copy_list(planning, &env);
    if (ret_exec->argv == NULL || envp == NULL)
        return planning->err->number;
    if (planning->home != NULL)
        envp[env.count - 1] = planning->home;
    ret_exec->envp = envp;
    return 0;
}

/* The program's start: at once, or when it is started. */
static int plan_exec(struct oci_planning *planning)
{
    struct oci_step_exec exec;
    bool has = has_program(planning);
    int number = find_exec(planning, &exec);

    if (number < 0)
        return number;
    if (has && planning->request->has_gate)
        number = PLAN(planning, FIND, "process.args", .exec = exec);
    if (number == 0 && planning->request->has_gate)
        number = PLAN(planning, START, "", .text = NULL);
    if (number == 0 && has)
        number = oci_plan_start_hooks(planning, exec.envp);
    if (number == 0)
        number = PLAN(planning, READY, "", .text = NULL);
    if (number == 0 && oci_plan_filters_late(planning))
        number = plan_filter(planning);
    return number < 0 ? number
                      : PLAN(planning, EXEC, has ? "process.args" : "process", .exec = exec);
}

static int check_program(struct oci_planning *planning)
{
    const struct oci_process *process = &planning->config->process;

    if (!has_program(planning))
        return planning->request->has_gate ? 0
                                           : oci_planning_refuse(planning, "process: is missing");
    if (process->args.count == 0)
        return oci_planning_refuse(planning, "process.args: is empty");
    if (process->args.at[0][0] == '\0')
        return oci_planning_refuse(planning, "process.args[0]: is empty");
    if (process->cwd == NULL)
        return oci_planning_refuse(planning, "process.cwd: is missing");
    if (process->cwd[0] != '/')
        return oci_planning_refuse(planning, "process.cwd: '%s' is no absolute path", process->cwd);
    return oci_plan_check_environment(planning, "process", &process->env);
}

static bool ends_with_caller(const struct oci_planning *planning)
{
    const struct oci_plan_request *request = planning->request;

    return request->ends_with_caller || (request->ends_without_cgroup && !planning->cgroup.is_made);
}

int oci_plan_program(struct oci_planning *planning)
{
    const char *cwd = planning->config->process.cwd;
    int number = check_program(planning);

    if (number == 0)
        number = PLAN(planning, CLOSE, "", .preserved = planning->request->preserved_fds);
    if (number == 0)
        number = PLAN(planning, DIRECTORY, "process.cwd", .text = cwd == NULL ? "/" : cwd);
    if (number == 0)
        number = plan_home(planning);
    if (number == 0)
        number = plan_rights(planning);
    if (number == 0 && planning->request->has_hook)
        number = PLAN(planning, AWAIT, "", .text = "hook");
    /* After the last change of ids and capabilities, which would undo it. */
    if (number == 0 && ends_with_caller(planning))
        number = PLAN(planning, DEATH_SIGNAL, "", .text = NULL);
    return number < 0 ? number : plan_exec(planning);
}
