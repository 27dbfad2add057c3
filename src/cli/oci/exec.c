/* cupel-oci exec: another program in a container that runs. */
#include "oci/exec.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "cli/oci/oci.h"
#include "oci/channel.h"
#include "oci/execute.h"
#include "oci/kept.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

/* What is known once the container has been looked at. */
struct execing {
    const struct oci_exec_options *options;
    struct cli_operands operands;
    struct arena *arena;
    struct oci_found found;
    struct oci_config config;
    struct oci_host host;
    struct oci_plan plan;
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

/* Those of the options join what the program may have; inheritable and ambient ones stay few. */
static int add_capabilities(const struct cli_texts *names, struct oci_capabilities *sets,
                            struct err *err)
{
    for (size_t i = 0; i < names->count; i++) {
        int capability = kernel_capability_find(names->at[i]);

        if (capability < 0)
            return err_set(err, -EINVAL, "option '--cap': there is no capability '%s'",
                           names->at[i]);
        sets->bounding |= UINT64_C(1) << capability;
        sets->permitted |= UINT64_C(1) << capability;
        sets->effective |= UINT64_C(1) << capability;
    }
    return 0;
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
    struct oci_process *process = &execing->config.process;
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
        add_groups(execing, &process->user.additional_gids, err) < 0 ||
        add_capabilities(&options->cap, &process->capabilities, err) < 0)
        return err->number;
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
    CLEANUP(fd_close) int directory_fd =
        oci_state_open(execing->found.root, execing->found.state.id, err);
    const char *path = execing->options->process;
    struct bytes config;
    struct bytes process = { 0 };

    if (directory_fd < 0 || read_process(path, execing->arena, &process, err) < 0 ||
        oci_kept_load(directory_fd, execing->arena, &config, err) < 0)
        return err->number;
    if (oci_config_parse_exec(config, process, execing->arena, &execing->config, err) < 0)
        return path == NULL ? err_prefix(err, "the config of '%s'", execing->found.state.id)
                            : err_prefix(err, "option '--process': '%s'", path);
    return 0;
}

/* Looks at the container, which must run or wait to be started. */
static int look(const struct oci_globals *globals, struct execing *execing, int *target_fd,
                struct err *err)
{
    struct oci_state *state = &execing->found.state;

    if (oci_find(globals, execing->operands.at[0], execing->arena, &execing->found, err) < 0)
        return err->number;
    if (state->status == OCI_PAUSED && !execing->options->ignore_paused)
        return err_set(err, -EBUSY,
                       "the container '%s' is paused; with --ignore-paused the program "
                       "goes on when it does",
                       state->id);
    if (state->status != OCI_RUNNING && state->status != OCI_CREATED && state->status != OCI_PAUSED)
        return err_set(err, -ESRCH, "the container '%s' is %s, and nothing can be executed in it",
                       state->id, oci_status_name(state->status));
    *target_fd = oci_state_open_process(state, err);
    return *target_fd < 0 ? *target_fd : 0;
}

static int prepare(const struct oci_globals *globals, struct execing *execing, int *target_fd,
                   struct err *err)
{
    struct oci_exec_request request = { .config = &execing->config,
                                        .host = &execing->host,
                                        .has_console = true,
                                        .preserved_fds = execing->passing.count };

    if (look(globals, execing, target_fd, err) < 0 || read_config(execing, err) < 0 ||
        apply_words(execing, err) < 0 || oci_host_read(execing->arena, &execing->host, err) < 0 ||
        oci_exec_find_cgroups(&request, &execing->found.state, *target_fd, execing->arena, err) < 0)
        return err->number;
    oci_console_measure(&execing->config.process);
    request.id = execing->found.state.id;
    request.bundle = execing->found.state.bundle;
    return oci_exec_plan_make(&request, execing->arena, &execing->plan, err);
}

static int open_console(const struct execing *execing, struct oci_console *console, struct err *err)
{
    const struct oci_console_wanted wanted = { .path = execing->options->console_socket,
                                               .has_terminal = execing->config.process.terminal,
                                               .is_left = execing->options->detach };

    return oci_console_open(&wanted, console, err);
}

/* The on_started of struct oci_run_options. */
static int tell(void *owner, pid_t pid, struct err *err)
{
    const struct execing *execing = owner;
    const char *path = execing->options->pid_file;

    return path == NULL ? 0 : oci_write_pid_file(path, pid, err);
}

int oci_exec_command(const void *globals, const void *options, struct cli_operands operands)
{
    CLEANUP(arena_done) struct arena arena = arena_init(2 * OCI_ARENA_BYTES);
    CLEANUP(fd_close) int target_fd = -1;
    CLEANUP(oci_console_close) struct oci_console console = OCI_CONSOLE_NONE;
    struct execing execing = { .options = options,
                               .operands = operands,
                               .arena = &arena,
                               .failure_status = OCI_FAILED_RUNTIME };
    struct oci_run_options how = { .on_started = tell,
                                   .owner = &execing,
                                   .ret_failure_status = &execing.failure_status };
    struct err err = { 0 };
    int status = 0;
    int number = oci_protect(&err);

    if (number == 0)
        number = oci_passing_find(execing.options->preserve_fds, false, &execing.passing, &err);
    if (number == 0)
        number = prepare(globals, &execing, &target_fd, &err);
    if (number == 0)
        number = open_console(&execing, &console, &err);
    if (number < 0)
        return oci_fail(globals, &err, OCI_FAILED_RUNTIME);
    how.console_fd = console.child_fd;
    how.relay_fd = console.relay_fd;
    oci_debug_plan(globals, &execing.plan, &arena);
    how.target_fd = target_fd;
    number = execing.options->detach ? oci_launch(&execing.plan, &how, &err)
                                     : oci_run(&execing.plan, &how, &status, &err);
    return number < 0 ? oci_fail(globals, &err, execing.failure_status) : status;
}
