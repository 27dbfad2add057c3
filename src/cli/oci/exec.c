/* cupel-oci exec: another program in a container that runs. */
#include "oci/joining.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text_format.h"
#include "cli/oci/oci.h"
#include "oci/channel.h"
#include "oci/environment.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* What is known once the container has been looked at. */
struct execing {
    const struct oci_globals *globals;
    const struct oci_exec_options *options;
    struct cli_operands operands;
    struct arena *arena;
    struct oci_joining *joining;
    struct oci_passing passing;
    int failure_status;
};

static int no_memory(struct err *err)
{
    return err_system(err, ENOMEM, "execute a program in the container");
}

/* A whole number up to that of the largest id; false where the word is none. */
static bool read_id(const char *word, char end, uint32_t *ret_id, const char **ret_rest)
{
    char *rest = NULL;
    unsigned long id = strtoul(word, &rest, 10);

    if (word[0] < '0' || word[0] > '9' || id >= UINT32_MAX || (*rest != '\0' && *rest != end))
        return false;
    *ret_id = (uint32_t)id;
    *ret_rest = rest;
    return true;
}

/* "UID[:GID]" */
static int set_user(const char *word, struct oci_user *user, struct err *err)
{
    const char *rest = word;
    bool ok = word == NULL || read_id(word, ':', &user->uid, &rest);

    if (ok && word != NULL && *rest == ':')
        ok = read_id(rest + 1, '\0', &user->gid, &rest);
    return ok ? 0 : err_set(err, -EINVAL, "option '--user': '%s' is not UID[:GID]", word);
}

static int add_groups(const struct execing *execing, struct oci_ids *gids, struct err *err)
{
    const struct cli_texts *words = &execing->options->additional_gids;
    uint32_t *all = arena_alloc_array(execing->arena, gids->count + words->count + 1, sizeof(*all));
    const char *rest;

    if (all == NULL)
        return no_memory(err);
    if (gids->count > 0)
        memcpy(all, gids->at, gids->count * sizeof(*all));
    for (size_t i = 0; i < words->count; i++) {
        if (!read_id(words->at[i], '\0', &all[gids->count + i], &rest))
            return err_set(err, -EINVAL, "option '--additional-gids': '%s' is no group's id",
                           words->at[i]);
    }
    *gids = (struct oci_ids){ .count = gids->count + words->count, .at = all };
    return 0;
}

/* Those of the options join what the program may have. None becomes inheritable by that; one that
 * is so already becomes ambient, so that a user that is not root has it (as with runc). One that
 * nobody knows is passed over, as in config.json. */
static void add_capabilities(const struct execing *execing, struct oci_capabilities *sets)
{
    const struct cli_texts *names = &execing->options->cap;
    struct err unknown = { 0 };

    for (size_t i = 0; i < names->count; i++) {
        int capability = kernel_capability_find(names->at[i]);

        if (capability < 0) {
            (void)err_set(&unknown, -EINVAL, "option '--cap': there is no capability '%s'",
                          names->at[i]);
            oci_warn(execing->globals, &unknown);
            continue;
        }
        sets->bounding |= UINT64_C(1) << capability;
        sets->permitted |= UINT64_C(1) << capability;
        sets->effective |= UINT64_C(1) << capability;
        sets->ambient |= sets->inheritable & UINT64_C(1) << capability;
    }
}

/* "NAME=value" stands in place of another value of that name. */
static int set_environment(const struct execing *execing, struct oci_texts *env, struct err *err)
{
    const struct cli_texts *words = &execing->options->env;
    const struct oci_texts added = { .count = words->count, .at = words->at };

    for (size_t i = 0; i < words->count; i++) {
        size_t size = strcspn(words->at[i], "=");

        if (size == 0 || words->at[i][size] != '=')
            return err_set(err, -EINVAL, "option '--env': '%s' is not NAME=VALUE", words->at[i]);
    }
    return oci_environment_add(execing->arena, &added, env, err);
}

static void set_texts(const struct oci_exec_options *options, struct oci_process *process)
{
    if (options->cwd != NULL)
        process->cwd = options->cwd;
    if (options->apparmor != NULL)
        process->apparmor_profile = options->apparmor;
    if (options->process_label != NULL)
        process->selinux_label = options->process_label;
}

/* What the command line says of the program goes before all else. */
static int apply_words(struct execing *execing, struct err *err)
{
    const struct oci_exec_options *options = execing->options;
    struct oci_process *process = &execing->joining->config.process;
    char *const *words = execing->operands.at + 1;
    int count = execing->operands.count - 1;

    if (count > 0 && strcmp(words[0], "--") == 0) {
        words++;
        count--;
    }
    if (count == 0 && options->process == NULL)
        return err_set(err, -EINVAL, "there is neither a command nor the option '--process'");
    if (count > 0) {
        const char **args = arena_alloc_array(execing->arena, (size_t)count, sizeof(*args));

        if (args == NULL)
            return no_memory(err);
        for (int i = 0; i < count; i++)
            args[i] = words[i];
        process->args = (struct oci_texts){ .count = (size_t)count, .at = args };
    }
    set_texts(options, process);
    process->terminal = process->terminal || options->tty;
    process->no_new_privileges = process->no_new_privileges || options->no_new_privs;
    if (set_user(options->user, &process->user, err) < 0 ||
        add_groups(execing, &process->user.additional_gids, err) < 0)
        return err->number;
    add_capabilities(execing, &process->capabilities);
    return set_environment(execing, &process->env, err);
}

static int read_process(const char *path, struct arena *arena, struct bytes *ret_json,
                        struct err *err)
{
    CLEANUP(fd_close) int fd = -1;

    if (path == NULL)
        return 0;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return err_system(err, errno, "option '--process': open '%s'", path);
    if (fd_read_all(fd, OCI_JSON_BYTES_MAX, arena, ret_json, err) < 0)
        return err_prefix(err, "option '--process': '%s'", path);
    if (ret_json->size == 0)
        return err_set(err, -EINVAL, "option '--process': '%s' is empty", path);
    return 0;
}

static int read_config(struct execing *execing, struct err *err)
{
    const char *path = execing->options->process;
    char block[PATH_MAX + 64];
    struct text name = text_init(block, sizeof(block));
    struct oci_joining_process process = { .name = block };

    if (path != NULL)
        (void)text_format(&name, "option '--process': '%s'", path);
    if (read_process(path, execing->arena, &process.json, err) < 0)
        return err->number;
    return oci_joining_read(execing->joining, &process, execing->arena, err);
}

/* Looks at the container, which must run or wait to be started. */
static int look(const struct oci_globals *globals, struct execing *execing, struct err *err)
{
    struct oci_joining *joining = execing->joining;
    const struct oci_state *state = &joining->state;
    struct oci_found found;

    if (oci_find_created(globals, execing->operands.at[0], execing->arena, &found, err) < 0)
        return err->number;
    joining->root = found.root;
    joining->state = found.state;
    if (state->status == OCI_PAUSED && !execing->options->ignore_paused)
        return err_set(err, -EBUSY,
                       "the container '%s' is paused; with --ignore-paused the program "
                       "goes on when it does",
                       state->id);
    return oci_joining_open(joining, err);
}

static int prepare(const struct oci_globals *globals, struct execing *execing, struct err *err)
{
    struct oci_joining *joining = execing->joining;

    joining->preserved_fds = execing->passing.count;
    joining->cgroup = execing->options->cgroup;
    joining->is_relayed = execing->options->console_socket == NULL;
    if (look(globals, execing, err) < 0 || read_config(execing, err) < 0 ||
        apply_words(execing, err) < 0)
        return err->number;
    oci_console_measure(&joining->config.process);
    return oci_joining_plan(joining, execing->arena, err);
}

static int open_console(const struct execing *execing, struct oci_console *console, struct err *err)
{
    const struct oci_console_wanted wanted = { .path = execing->options->console_socket,
                                               .has_terminal =
                                                   execing->joining->config.process.terminal,
                                               .is_left = execing->options->detach };

    return oci_console_open(&wanted, console, err);
}

/* The on_started of struct oci_run_options. */
static int tell(void *owner, pid_t pid, struct err *err)
{
    const struct execing *execing = owner;
    const struct oci_exec_options *options = execing->options;

    if (options->pid_file != NULL && oci_write_pid_file(options->pid_file, pid, err) < 0)
        return err->number;
    return options->pidfd_socket == NULL ? 0
                                         : oci_send_pidfd(options->pidfd_socket, pid, "setns", err);
}

int oci_exec_command(const void *globals, const void *options, struct cli_operands operands)
{
    CLEANUP(arena_done) struct arena arena = arena_init(2 * OCI_ARENA_BYTES);
    CLEANUP(oci_joining_close) struct oci_joining joining = { .target_fd = -1 };
    CLEANUP(oci_console_close) struct oci_console console = OCI_CONSOLE_NONE;
    struct execing execing = { .globals = globals,
                               .options = options,
                               .operands = operands,
                               .arena = &arena,
                               .joining = &joining,
                               .failure_status = OCI_FAILED_RUNTIME };
    struct oci_run_options how = { .on_started = tell,
                                   .owner = &execing,
                                   .ret_failure_status = &execing.failure_status };
    struct err err = { 0 };
    int status = 0;
    int number = oci_protect(globals, &err);

    if (number == 0)
        number = oci_passing_find(execing.options->preserve_fds, false, &execing.passing, &err);
    if (number == 0)
        number = prepare(globals, &execing, &err);
    if (number == 0)
        number = open_console(&execing, &console, &err);
    if (number < 0)
        return oci_fail(globals, &err, OCI_FAILED_RUNTIME);
    how.console_fd = console.child_fd;
    how.relay_fd = console.relay_fd;
    oci_tell_plan(globals, joining.state.id, &joining.plan, &arena);
    how.target_fd = joining.target_fd;
    number = execing.options->detach ? oci_launch(&joining.plan, &how, &err)
                                     : oci_run(&joining.plan, &how, &status, &err);
    return number < 0 ? oci_fail(globals, &err, execing.failure_status) : status;
}
