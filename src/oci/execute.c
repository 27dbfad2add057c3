/* The runtime's side: its own steps, the start, the wait, and the removal of what was made. */
#include "oci/execute.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text_format.h"
#include "kernel/cgroup.h"
#include "kernel/cgroup_v1.h"
#include "kernel/cgroup_v2.h"
#include "kernel/handover.h"
#include "kernel/namespace.h"
#include "kernel/seccomp_cache.h"
#include "oci/child.h"
#include "oci/claim.h"
#include "oci/hooks.h"
#include "oci/outside.h"
#include "oci/plain_step.h"
#include "oci/relay.h"
#include "oci/resctrl.h"
#include "oci/signals.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define LISTENER_PAUSE_MS 1

struct execution {
    const struct oci_run_options *options;
    struct oci_child child; /* with the runtime's copies of the descriptors */
    pid_t pid;              /* of the container's process; 0: there is none */
    pid_t proc_pid;         /* the same, as /proc has it; 0: it has not been looked for */
    int pidfd;
    bool is_told;       /* the child has been at its OCI_STEP_TELL */
    int listener;       /* the child's descriptor of the listener of its filter; -1: none so far */
    bool is_ready;      /* the child has said that it is about to become the program */
    struct err failure; /* what the child or the joiner has said; number 0: nothing */
    int failure_status; /* see struct oci_run_options */
    struct oci_made_cgroup cgroups[OCI_SLOTS];
    size_t cgroups_count;
    bool is_cgroups_told;  /* on_cgroups has been called */
    struct oci_unit scope; /* that systemd has made; without a name: none */
    struct oci_made_groups groups;
};

static int do_cgroup_make(struct execution *run, const struct oci_step *step, struct err *err)
{
    struct oci_made_cgroup *made = &run->cgroups[run->cgroups_count];
    int *claim_fd = &run->child.claims[run->cgroups_count];
    int number;

    *made = (struct oci_made_cgroup){ .path = step->cgroup.path };
    if (step->cgroup.is_scopes)
        return oci_made_cgroup_adopt(made, &run->cgroups_count, err);
    number = oci_made_cgroup_make(step->cgroup.may_be_shared, made, claim_fd, err);
    if (made->levels > 0)
        run->cgroups_count++;
    return number;
}

static int do_plain(struct execution *run, const struct oci_step *step, struct err *err)
{
    (void)run;
    return oci_plain_step_perform(step, run->options->streams, err);
}

static int do_cgroup_open_v1(struct execution *run, const struct oci_step *step, struct err *err)
{
    return kernel_cgroup_v1_open(step->cgroup.path, &run->child.slots[step->cgroup.slot], err);
}

static int do_cgroup_open_v2(struct execution *run, const struct oci_step *step, struct err *err)
{
    return kernel_cgroup_v2_open(step->cgroup.path, &run->child.slots[step->cgroup.slot], err);
}

static int do_cgroup_open_namespace(struct execution *run, const struct oci_step *step,
                                    struct err *err)
{
    return kernel_namespace_open(run->options->target_fd, "cgroup",
                                 &run->child.slots[step->cgroup.slot], err);
}

static int do_root_open(struct execution *run, const struct oci_step *step, struct err *err)
{
    return kernel_namespace_open_root(run->options->target_fd, &run->child.slots[step->cgroup.slot],
                                      err);
}

static int do_resctrl_make(struct execution *run, const struct oci_step *step, struct err *err)
{
    return oci_resctrl_make(&step->resctrl, &run->groups, err);
}

static int do_seccomp_compile(struct execution *run, const struct oci_step *step, struct err *err)
{
    if (run->options->filters == NULL)
        return kernel_seccomp_compile(&step->seccomp, &run->child.filter, err);
    return kernel_seccomp_compile_cached(run->options->filters, &step->seccomp, &run->child.filter,
                                         err);
}

/* Looks for the process in /proc, where it may have another id than here. */
static int find_in_proc(struct execution *run, struct err *err)
{
    if (run->proc_pid != 0)
        return 0;
    if (kernel_process_find_in_proc(run->pidfd, &run->proc_pid, err) == -ESRCH)
        return err_set(err, -ESRCH, "/proc does not show the container's process");
    return run->proc_pid == 0 ? err->number : 0;
}

static int do_source(struct execution *run, const struct oci_step *step, struct err *err)
{
    int *tree_fd = &run->child.sources[step->bind.opened - 1];
    struct err ignored;

    /* Where there is no spare one, the child will say what is wrong with the source. */
    if (step->bind.is_spare) {
        (void)kernel_mount_copy_as_slave(&step->bind.bind, tree_fd, &ignored);
        return 0;
    }
    if (kernel_mount_copy(&step->bind.bind, tree_fd, err) < 0)
        return err->number;
    if (step->bind.is_mapped && kernel_idmap_set(*tree_fd, &step->bind.idmap, err) < 0)
        return err_prefix(err, "bind '%s'", step->bind.bind.source);
    return 0;
}

static int do_outside(struct execution *run, const struct oci_step *step, struct err *err)
{
    if (find_in_proc(run, err) < 0)
        return err->number;
    return oci_outside_perform(step, run->pid, run->proc_pid, err);
}

/* Once, when all are there. */
static int tell_cgroups(struct execution *run, struct err *err)
{
    const struct oci_run_options *options = run->options;

    if (options->on_cgroups == NULL || run->cgroups_count == 0 || run->is_cgroups_told)
        return 0;
    run->is_cgroups_told = true;
    return options->on_cgroups(options->owner,
                               (struct oci_made_cgroups){ run->cgroups_count, run->cgroups }, err);
}

static int do_scope(struct execution *run, const struct oci_step *step, struct err *err)
{
    if (find_in_proc(run, err) < 0)
        return err->number;
    if (oci_scope_start(&step->scope, run->proc_pid, err) < 0)
        return err->number;
    run->scope = step->scope.unit;
    return oci_scope_check(&step->scope, run->proc_pid, err);
}

static int do_release(struct execution *run, const struct oci_step *step, struct err *err)
{
    int number = tell_cgroups(run, err);

    if (number < 0)
        return number;
    number = oci_channel_release(run->child.runtime_fd);
    if (number < 0)
        return err_system(err, -number, "let the container go on (%s)", step->text);
    return 0;
}

static int do_hook(struct execution *run, const struct oci_step *step, struct err *err)
{
    (void)step;
    return run->options->on_created(run->options->owner, run->pid, run->pidfd, err);
}

/* Takes note of a record. */
static void hear(struct execution *run, const struct oci_record *record)
{
    switch (record->kind) {
    case OCI_RECORD_PID:
        run->pid = record->pid;
        break;
    case OCI_RECORD_TOLD:
        run->is_told = true;
        break;
    case OCI_RECORD_LISTENER:
        run->listener = record->fd;
        break;
    case OCI_RECORD_READY:
        run->is_ready = true;
        break;
    case OCI_RECORD_FAILED:
        run->failure = record->err;
        run->failure_status = oci_record_status(record);
        break;
    }
}

/* Waits for the next record, as oci_channel_listen(), unless the user has had enough. */
static int listen_for(struct execution *run, struct oci_record *ret_record, struct err *err)
{
    if (oci_signals_await(run->child.runtime_fd, err) < 0)
        return err->number;
    return oci_channel_listen(run->child.runtime_fd, true, ret_record, err);
}

/* Listens until the child has said what is waited for. */
static int await_record(struct execution *run, bool (*is_said)(const struct execution *run),
                        struct err *err)
{
    struct oci_record record;
    int heard = 0;

    while (!is_said(run) && run->failure.number == 0 && (heard = listen_for(run, &record, err)) > 0)
        hear(run, &record);
    if (heard < 0)
        return heard;
    /* The sentence of a child that has failed takes the place of this one: see start(). */
    if (!is_said(run))
        return err_set(err, -ECHILD, "the container's process was killed while it was set up");
    return 0;
}

static bool is_told(const struct execution *run)
{
    return run->is_told;
}

static bool is_listener_there(const struct execution *run)
{
    return run->listener >= 0;
}

static int do_listen(struct execution *run, const struct oci_step *step, struct err *err)
{
    (void)step;
    if (await_record(run, is_told, err) < 0)
        return err->number;
    run->is_told = false;
    return 0;
}

static int do_runtime_hook(struct execution *run, const struct oci_step *step, struct err *err)
{
    const struct oci_hook_place place = { .pid = run->pid,
                                          .directory_fd = -1,
                                          .is_against = oci_signals_are_against_it };

    return oci_hook_run(&step->hook, &place, err);
}

/* Takes the listener out of the child, which makes it at any moment, or fails. */
static int take_listener(struct execution *run, int *ret_fd, struct err *err)
{
    struct pollfd channel = { .fd = run->child.runtime_fd, .events = POLLIN };
    struct oci_record record;
    int number;

    while ((number = kernel_handover_take(run->pidfd, run->listener, ret_fd, err)) == -EBADF) {
        if (poll(&channel, 1, LISTENER_PAUSE_MS) <= 0)
            continue;
        if (oci_channel_listen(run->child.runtime_fd, true, &record, err) <= 0)
            return err_set(err, -ECHILD, "the container's process was killed while it was set up");
        hear(run, &record);
        if (run->failure.number < 0)
            return run->failure.number;
    }
    return number;
}

/* config-linux.md#the-container-process-state */
static int do_seccomp_send(struct execution *run, const struct oci_step *step, struct err *err)
{
    CLEANUP(fd_close) int fd = -1;
    char block[64];
    struct text pids = text_init(block, sizeof(block));
    struct bytes parts[2];
    int number;

    if (await_record(run, is_listener_there, err) < 0 || take_listener(run, &fd, err) < 0)
        return err->number;
    (void)text_format(&pids, "%d},\"pid\":%d}", (int)run->pid, (int)run->pid);
    parts[0] = bytes_of_text(step->listener.state);
    parts[1] = text_bytes(&pids);
    number = kernel_handover_send(step->listener.path,
                                  &(const struct kernel_message){ parts, 2, fd }, err);
    return step->listener.is_optional && (number == -ENOENT || number == -ECONNREFUSED) ? 0
                                                                                        : number;
}

/* The joiner makes the container's process, says which it is, and ends. */
static int clone_by_joiner(struct execution *run, struct err *err)
{
    const struct kernel_clone plain = { .flags = 0, .cgroup_fd = -1 };
    CLEANUP(fd_close) int joiner_fd = -1;
    struct oci_record record;
    int heard = 0;
    int status;
    pid_t joiner = kernel_namespace_clone(&plain, err);

    if (joiner == 0)
        oci_joiner_run(&run->child);
    if (joiner < 0)
        return (int)joiner;
    fd_close(&run->child.channel_fd);
    while (run->pid == 0 && (heard = listen_for(run, &record, err)) > 0)
        hear(run, &record);
    if (kernel_process_open(joiner, &joiner_fd, err) < 0 ||
        kernel_process_wait(joiner_fd, true, &status, err) < 0)
        return err->number;
    if (run->pid != 0)
        return 0;
    if (run->failure.number < 0) {
        *err = run->failure;
        return err->number;
    }
    if (heard < 0)
        return heard;
    return err_set(err, -ECHILD, "the process that joins namespaces ended with status %d", status);
}

static int do_clone(struct execution *run, const struct oci_step *step, struct err *err)
{
    int number = tell_cgroups(run, err);

    (void)step;
    if (number == 0)
        number = oci_channel_open(&run->child.runtime_fd, &run->child.channel_fd, err);
    if (number < 0)
        return number;
    run->child.ignored_signals = kernel_process_ignored_signals();
    if (oci_child_has_joiner(run->child.plan)) {
        number = clone_by_joiner(run, err);
    } else {
        pid_t pid = oci_child_clone(&run->child, 0, err);

        number = pid < 0 ? (int)pid : 0;
        run->pid = pid < 0 ? 0 : pid;
        fd_close(&run->child.channel_fd);
    }
    return number < 0 ? number : kernel_process_open(run->pid, &run->pidfd, err);
}

typedef int (*performer)(struct execution *run, const struct oci_step *step, struct err *err);

static const performer performers[OCI_STEP_KINDS] = {
    [OCI_STEP_CGROUP_MAKE] = do_cgroup_make,
    [OCI_STEP_CGROUP_ENABLE] = do_plain,
    [OCI_STEP_CGROUP_OFFER] = do_plain,
    [OCI_STEP_CGROUP_INHERIT] = do_plain,
    [OCI_STEP_CGROUP_WRITE] = do_plain,
    [OCI_STEP_CGROUP_DEVICES] = do_plain,
    [OCI_STEP_CGROUP_OPEN_V1] = do_cgroup_open_v1,
    [OCI_STEP_CGROUP_OPEN_V2] = do_cgroup_open_v2,
    [OCI_STEP_CGROUP_OPEN_NAMESPACE] = do_cgroup_open_namespace,
    [OCI_STEP_ROOT_OPEN] = do_root_open,
    [OCI_STEP_RESCTRL_MAKE] = do_resctrl_make,
    [OCI_STEP_RUNTIME_AFFINITY] = do_plain,
    [OCI_STEP_SECCOMP_COMPILE] = do_seccomp_compile,
    [OCI_STEP_SOURCE] = do_source,
    [OCI_STEP_CLONE] = do_clone,
    [OCI_STEP_SCOPE] = do_scope,
    [OCI_STEP_CGROUP_PUT] = do_outside,
    [OCI_STEP_PROCESS_WRITE] = do_outside,
    [OCI_STEP_ID_MAP] = do_outside,
    [OCI_STEP_NET_DEVICE] = do_outside,
    [OCI_STEP_RESCTRL_ENTER] = do_outside,
    [OCI_STEP_SCHEDULER] = do_outside,
    [OCI_STEP_IO_PRIORITY] = do_outside,
    [OCI_STEP_LISTEN] = do_listen,
    [OCI_STEP_STREAMS] = do_plain,
    [OCI_STEP_RUNTIME_HOOK] = do_runtime_hook,
    [OCI_STEP_SECCOMP_SEND] = do_seccomp_send,
    [OCI_STEP_HOOK] = do_hook,
    [OCI_STEP_RELEASE] = do_release,
};

static int perform(struct execution *run, struct err *err)
{
    for (size_t i = 0; i < run->child.plan->count; i++) {
        const struct oci_step *step = &run->child.plan->steps[i];
        performer function = performers[step->kind];
        int number;

        if (function == NULL)
            continue;
        oci_trace_begin(run->options->trace, i);
        number = function(run, step, err);
        oci_trace_end(run->options->trace, i);
        if (number < 0 && step->field[0] != '\0' && step->kind != OCI_STEP_CLONE)
            return err_prefix(err, "%s", step->field);
        if (number < 0)
            return number;
    }
    return 0;
}

/* The program runs, or is about to wait at its gate, where the process goes when that is known: of
 * one that waits already, nobody would know whose runtime is killed before it has told. */
static int tell_started(struct execution *run, struct err *err)
{
    int number = 0;

    if (run->options->on_started != NULL)
        number = run->options->on_started(run->options->owner, run->pid, err);
    if (number < 0 || run->child.gate_fd < 0)
        return number;
    number = oci_channel_release(run->child.runtime_fd);
    return number < 0 && number != -EPIPE ? err_system(err, -number, "let it go to its gate") : 0;
}

/* Listens until the child becomes the program, waits for that, or gives up. */
static int await_start(struct execution *run, struct err *err)
{
    struct oci_record record;
    int heard;

    while ((heard = listen_for(run, &record, err)) > 0) {
        hear(run, &record);
        if (record.kind == OCI_RECORD_READY && run->child.gate_fd >= 0 &&
            tell_started(run, err) < 0)
            return err->number;
    }
    if (heard < 0)
        return heard;
    if (run->failure.number < 0) {
        *err = run->failure;
        return err->number;
    }
    if (!run->is_ready)
        return err_set(err, -ECHILD, "the container's process was killed while it was set up");
    return 0;
}

static int start(struct execution *run, struct err *err)
{
    struct oci_record record;
    struct err ignored;
    int number = 0;

    if (oci_signals_are_against_it())
        return err_set(err, -ECANCELED, "interrupted");
    number = perform(run, err);
    if (number == 0)
        number = await_start(run, err);
    else if (run->child.runtime_fd >= 0) {
        /* What went wrong here may follow from what went wrong there. */
        while (run->pid != 0 &&
               oci_channel_listen(run->child.runtime_fd, false, &record, &ignored) > 0)
            hear(run, &record);
        if (run->failure.number < 0)
            *err = run->failure;
        number = err->number;
    }
    return number < 0 || run->child.gate_fd >= 0 ? number : tell_started(run, err);
}

/* Waits for the end of the program and passes every signal on to it meanwhile. */
static int wait_for_end(struct execution *run, const struct oci_all_signals *signals,
                        int *ret_status, struct err *err)
{
    for (;;) {
        int number = kernel_process_wait(run->pidfd, false, ret_status, err);
        int signal;

        if (number != -EAGAIN)
            return number;
        signal = sigwaitinfo(&signals->all, NULL);
        if (signal > 0 && signal != SIGCHLD && kernel_process_signal(run->pidfd, signal, err) < 0)
            return err->number;
    }
}

static struct execution execution_of(const struct oci_plan *plan,
                                     const struct oci_run_options *options)
{
    return (struct execution){
        .options = options,
        .child = oci_child_of(plan, options),
        .failure_status = OCI_FAILED_RUNTIME,
        .listener = -1,
        .pidfd = -1,
    };
}

/* Closes all descriptors and frees the filter; the container stays as it is. */
static void let_go(struct execution *run)
{
    fd_close(&run->child.runtime_fd);
    fd_close(&run->pidfd);
    for (size_t i = 0; i < OCI_SLOTS; i++) {
        fd_close(&run->child.slots[i]);
        fd_close(&run->child.claims[i]);
    }
    for (size_t i = 0; i < OCI_SOURCES; i++)
        fd_close(&run->child.sources[i]);
    kernel_seccomp_done(&run->child.filter);
}

/* Ends what still runs, and removes the cgroups. The first thing that fails is told, unless `err`
 * tells of something already. */
static int take_down(struct execution *run, bool is_over, struct err *err)
{
    struct err ignored = { 0 };
    const struct oci_texts groups = { run->groups.count, run->groups.at };
    int number;
    int status;

    fd_close(&run->child.runtime_fd);
    if (run->pidfd >= 0 && !is_over) {
        (void)kernel_process_signal(run->pidfd, SIGKILL, &ignored);
        (void)kernel_process_wait(run->pidfd, true, &status, &ignored);
    }
    number = oci_resctrl_remove(&groups, err);
    for (size_t i = run->cgroups_count; i > 0; i--) {
        const struct oci_made_cgroup *made = &run->cgroups[i - 1];
        int removed = kernel_cgroup_remove(made->path, made->levels, &ignored);

        if (removed < 0 && number == 0) {
            number = removed;
            *err = ignored;
        }
    }
    if (run->scope.name != NULL && oci_scope_end(&run->scope, true, &ignored) < 0 && number == 0) {
        number = ignored.number;
        *err = ignored;
    }
    let_go(run);
    return number;
}

int oci_run(const struct oci_plan *plan, const struct oci_run_options *options, int *ret_status,
            struct err *err)
{
    struct execution run = execution_of(plan, options);
    struct oci_all_signals signals = { .leaves_child_action = false };
    struct err second = { 0 };
    bool is_left = false;
    int status = 0;
    int number = oci_signals_take(&signals, err);

    if (number < 0)
        return number;
    number = start(&run, err);
    if (number == 0 && options->relay_fd > 0)
        number = oci_relay(options->relay_fd, run.pidfd, &signals.all, &status, err);
    else if (number == 0)
        number = wait_for_end(&run, &signals, &status, err);
    if (number == 0 && options->is_kept)
        let_go(&run);
    else
        is_left = take_down(&run, number == 0, &second) < 0;
    if (is_left)
        number = err_add(err, number, &second);
    if (options->ret_is_left != NULL)
        *options->ret_is_left = is_left;
    oci_signals_give_back(&signals);
    if (number == 0)
        *ret_status = status;
    else if (options->ret_failure_status != NULL)
        *options->ret_failure_status = run.failure_status;
    return number;
}

int oci_launch(const struct oci_plan *plan, const struct oci_run_options *options, struct err *err)
{
    return oci_create(plan, options, -1, err);
}

int oci_create(const struct oci_plan *plan, const struct oci_run_options *options, int gate_fd,
               struct err *err)
{
    struct execution run = execution_of(plan, options);
    struct oci_all_signals signals = { .leaves_child_action = options->is_among_threads };
    struct err second = { 0 };
    bool is_left = false;
    int number = oci_signals_take(&signals, err);

    if (number < 0)
        return number;
    run.child.gate_fd = gate_fd;
    number = start(&run, err);
    if (number == 0)
        let_go(&run);
    else
        is_left = take_down(&run, false, &second) < 0;
    if (is_left)
        number = err_add(err, number, &second);
    if (options->ret_is_left != NULL)
        *options->ret_is_left = is_left;
    oci_signals_give_back(&signals);
    if (number < 0 && options->ret_failure_status != NULL)
        *options->ret_failure_status = run.failure_status;
    return number;
}
