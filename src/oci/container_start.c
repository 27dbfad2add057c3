/* What makes processes: a container, and another program in it. */
#include "oci/container.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "kernel/process.h"
#include "oci/calling.h"
#include "oci/environment.h"
#include "oci/joining.h"
#include "oci/making.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

/* The on_started of struct oci_making and of struct oci_run_options. */
static int note(void *owner, pid_t pid, struct err *err)
{
    struct oci_started *started = owner;

    started->pid = pid;
    return kernel_process_open(pid, &started->pidfd, err);
}

static struct oci_started take(struct oci_started *started)
{
    const struct oci_started taken = *started;

    started->pidfd = -1;
    return taken;
}

int oci_container_create(const struct oci_runtime *runtime, const char *id,
                         const struct oci_container_request *request,
                         struct oci_started *ret_started, struct err *err)
{
    CLEANUP(oci_calling_end) struct oci_calling calling = oci_calling_begin();
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    CLEANUP(oci_started_close) struct oci_started started = { .pidfd = -1 };
    const struct oci_bundle bundle = {
        .path = request->bundle,
        .id = id,
        .config = request->config,
        .has_gate = true,
        .is_by_systemd = request->is_by_systemd,
    };
    const struct oci_calling_preserved preserved = { .fds = request->preserved,
                                                     .count = request->preserved_count,
                                                     .listening = request->listening };
    struct oci_prepared prepared;
    struct oci_making making = { .listener = &runtime->listener,
                                 .prepared = &prepared,
                                 .arena = &arena,
                                 .console_fd = request->console_fd,
                                 .streams = request->streams,
                                 .preserved = request->preserved,
                                 .is_among_threads = true,
                                 .on_started = note,
                                 .owner = &started };

    if (oci_calling_check_root(runtime->root, err) < 0 ||
        oci_calling_check(request->streams, err) < 0 ||
        oci_calling_check_preserved(&preserved, err) < 0 ||
        oci_prepared_read(&bundle, &arena, &prepared, err) < 0 ||
        oci_environment_add_listening(&arena, request->listening, request->listening_names,
                                      &prepared.config.process.env, err) < 0)
        return err->number;
    prepared.request.has_console = request->console_fd > 0;
    prepared.request.preserved_fds = request->preserved_count;
    if (oci_prepared_plan(&prepared, &arena, err) < 0)
        return err->number;
    oci_plan_warn(&prepared.plan, &runtime->listener, prepared.name);
    oci_making_set_root(&making, runtime->root);
    if (oci_making_create(&making, err) < 0)
        return err->number;
    *ret_started = take(&started);
    return 0;
}

/* A list that ends with NULL. */
static struct oci_texts texts_of(const char *const *list)
{
    struct oci_texts texts = { .at = list };

    while (list != NULL && list[texts.count] != NULL)
        texts.count++;
    return texts;
}

/* What the request says of the program goes before all else. */
static int change_process(const struct oci_program_request *request, struct arena *arena,
                          struct oci_process *process, struct err *err)
{
    const struct oci_texts env = texts_of(request->env);

    if (request->args != NULL)
        process->args = texts_of(request->args);
    if (request->cwd != NULL)
        process->cwd = request->cwd;
    for (size_t i = 0; i < env.count; i++) {
        if (env.at[i][0] == '=' || strchr(env.at[i], '=') == NULL)
            return err_set(err, -EINVAL, "env[%zu]: '%s' is not NAME=value", i, env.at[i]);
    }
    return oci_environment_add(arena, &env, &process->env, err);
}

/* From the name of the container to the plan. */
static int prepare(struct oci_joining *joining, const char *id,
                   const struct oci_program_request *request, struct arena *arena, struct err *err)
{
    struct oci_joining_process process = { .name = "the process" };

    if (request->process == NULL && (request->args == NULL || request->args[0] == NULL))
        return err_set(err, -EINVAL, "there is neither a process nor args to be executed");
    if (request->process != NULL)
        process.json = bytes_of_text(request->process);
    if (process.json.size > OCI_JSON_BYTES_MAX)
        return err_system(err, EFBIG, "%s", process.name);
    if (oci_state_await(joining->root, id, arena, &joining->state, err) < 0)
        return err->number;
    if (joining->state.status == OCI_PAUSED)
        return err_set(err, -EBUSY, "the container '%s' is paused", id);
    if (oci_joining_open(joining, err) < 0 || oci_joining_read(joining, &process, arena, err) < 0 ||
        change_process(request, arena, &joining->config.process, err) < 0)
        return err->number;
    if (joining->config.process.terminal && request->console_fd <= 0)
        return err_set(err, -EINVAL, "process.terminal: there is no console_fd to send it over");
    return oci_joining_plan(joining, arena, err);
}

int oci_container_exec(const struct oci_runtime *runtime, const char *id,
                       const struct oci_program_request *request, struct oci_started *ret_started,
                       struct err *err)
{
    CLEANUP(oci_calling_end) struct oci_calling calling = oci_calling_begin();
    CLEANUP(arena_done) struct arena arena = arena_init(2 * OCI_ARENA_BYTES);
    CLEANUP(oci_joining_close) struct oci_joining joining = {
        .root = runtime->root, .target_fd = -1, .preserved_fds = request->preserved_count
    };
    CLEANUP(oci_started_close) struct oci_started started = { .pidfd = -1 };
    const struct oci_calling_preserved preserved = { .fds = request->preserved,
                                                     .count = request->preserved_count };
    struct oci_run_options how = { .on_started = note,
                                   .owner = &started,
                                   .console_fd = request->console_fd,
                                   .streams = request->streams,
                                   .preserved = request->preserved,
                                   .is_among_threads = true };

    if (oci_calling_check_root(runtime->root, err) < 0 ||
        oci_calling_check(request->streams, err) < 0 ||
        oci_calling_check_preserved(&preserved, err) < 0 ||
        /* A step of the plan may ask for others for as long as the program is born. */
        oci_calling_keep_processors(&calling, err) < 0 ||
        prepare(&joining, id, request, &arena, err) < 0)
        return err->number;
    how.target_fd = joining.target_fd;
    if (oci_launch(&joining.plan, &how, err) < 0)
        return err->number;
    *ret_started = take(&started);
    return 0;
}

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int oci_started_wait(const struct oci_started *started, int timeout_ms, int *ret_status,
                     struct err *err)
{
    const int64_t end_ms = now_ms() + timeout_ms;
    struct pollfd process = { .fd = started->pidfd, .events = POLLIN };

    for (;;) {
        int64_t left_ms = timeout_ms < 0 ? -1 : end_ms - now_ms();
        int count = poll(&process, 1, timeout_ms >= 0 && left_ms < 0 ? 0 : (int)left_ms);

        if (count > 0)
            return kernel_process_wait(started->pidfd, true, ret_status, err);
        if (count < 0 && errno != EINTR)
            return err_system(err, errno, "wait for process %d", (int)started->pid);
        if (count == 0)
            return err_set(err, -ETIMEDOUT, "process %d still runs", (int)started->pid);
    }
}

void oci_started_close(struct oci_started *started)
{
    fd_close(&started->pidfd);
}
