/* cupel-oci run: a container from a bundle, from its making to its end, or to its start. */
#include "cli/oci/oci.h"

#include "base/cleanup.h"

#include <errno.h>
#include <string.h>

/* Leaves it running. */
static int run_detached(struct oci_making *making, struct err *err)
{
    const char *id = making->prepared->request.id;
    struct err second = { 0 };
    const struct oci_told *told = making->owner;
    struct oci_state state;
    int number;

    if (oci_making_create(making, err) < 0)
        return err->number;
    oci_notify_main_process(told->globals, told->pid);
    if (oci_start_created(making->listener, making->root, id, err) == 0)
        return 0;
    number = oci_state_read(making->root, id, making->arena, &state, &second);
    if (number == 0)
        number = oci_remove(making->listener, making->root, &state, &second);
    if (number < 0 && number != -ENOENT)
        return err_add(err, err->number, &second);
    return err->number;
}

/* Says on stderr where the time went. */
static int tell_times(const struct oci_run_words *words, const struct oci_trace *trace,
                      struct arena *arena, struct err *err)
{
    struct bytes text;

    if (oci_trace_format(trace, strcmp(words->trace_format, "json") == 0, arena, &text, err) < 0)
        return err->number;
    (void)fwrite(text.at, 1, text.size, stderr);
    return 0;
}

static int run(const struct oci_run_words *words, struct oci_making *making, int *ret_status,
               struct err *err)
{
    CLEANUP(oci_trace_done) struct oci_trace trace = { 0 };
    struct err second = { 0 };
    int number;

    if (words->trace_steps && oci_trace_open(&making->prepared->plan, &trace, err) < 0)
        return err->number;
    making->trace = words->trace_steps ? &trace : NULL;
    number = words->detach ? run_detached(making, err) : oci_making_run(making, ret_status, err);
    if (words->trace_steps && tell_times(words, &trace, making->arena, &second) < 0)
        return err_add(err, number, &second);
    return number;
}

int oci_run_command(const void *globals, const void *options, struct cli_operands operands)
{
    const struct oci_run_words *words = options;
    CLEANUP(kernel_net_early_done) struct kernel_net_early early = KERNEL_NET_EARLY_NONE;
    const struct oci_bundle bundle = { words->bundle,
                                       operands.at[0],
                                       .net_early = &early,
                                       .has_gate = words->detach,
                                       .is_by_systemd = oci_is_by_systemd(globals),
                                       .is_without_cgroup = oci_is_without_cgroup(globals),
                                       .file = words->config };
    const struct oci_listener listener = oci_listener_of(globals);
    struct oci_told told = { .globals = globals,
                             .pid_file = words->pid_file,
                             .pidfd_socket = words->pidfd_socket };
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    CLEANUP(oci_console_close) struct oci_console console = OCI_CONSOLE_NONE;
    struct oci_console_wanted terminal = { .path = words->console_socket,
                                           .is_left = words->detach };
    struct oci_prepared prepared;
    struct oci_making making = {
        .listener = &listener,
        .prepared = &prepared,
        .arena = &arena,
        .net_early = &early,
        .on_created = oci_tell_created,
        .on_started = oci_tell_started,
        .owner = &told,
        .is_kept = words->keep,
    };
    struct err err = { 0 };
    const char *root;
    int status = 0;

    if (oci_protect(globals, &err) < 0 || oci_root_find(globals, &arena, &root, &err) < 0 ||
        oci_prepare(&bundle, words, &arena, &prepared, &err) < 0)
        return oci_fail(globals, &err, 1);
    oci_making_set_root(&making, root);
    terminal.has_terminal = prepared.config.process.terminal;
    if (oci_console_open(&terminal, &console, &err) < 0)
        return oci_fail(globals, &err, 1);
    making.console_fd = console.child_fd;
    making.relay_fd = console.relay_fd;
    oci_tell_plan(globals, prepared.name, &prepared.plan, &arena);
    return run(words, &making, &status, &err) < 0 ? oci_fail(globals, &err, 1) : status;
}
