/* cupel-oci run: a container from a bundle, from its making to its end, or to its start. */
#include "cli/oci/oci.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "oci/execute.h"
#include "oci/signals.h"
#include "oci/state.h"

#include <errno.h>
#include <string.h>

/* Runs it under its name, which is free again afterwards. */
static int run_to_end(struct oci_making *making, int *ret_status, struct err *err)
{
    const struct oci_run_options how = { .on_cgroups = oci_making_tell_cgroups,
                                         .on_created = oci_making_notify,
                                         .on_started = oci_making_tell,
                                         .owner = making,
                                         .filters = making->filters,
                                         .console_fd = making->console->child_fd,
                                         .relay_fd = making->console->relay_fd,
                                         .ret_is_left = &making->is_left,
                                         .trace = making->trace };
    CLEANUP(oci_signals_release) struct oci_signals signals = OCI_SIGNALS_FREE;
    CLEANUP(fd_close) int claim_fd = -1;
    int number;

    if (oci_signals_hold(&signals, err) < 0 || oci_making_begin(making, &claim_fd, err) < 0)
        return err->number;
    number = oci_run(&making->prepared->plan, &how, ret_status, err);
    if (number == 0 && making->is_kept)
        return 0;
    return oci_making_end(making, number, err);
}

/* Leaves it running. */
static int run_detached(struct oci_making *making, struct err *err)
{
    const char *id = making->prepared->request.id;
    struct err second = { 0 };
    struct oci_state state;
    int number;

    if (oci_make_created(making, err) < 0)
        return err->number;
    if (oci_start_created(making->globals, making->root, id, err) == 0)
        return 0;
    number = oci_state_read(making->root, id, making->arena, &state, &second);
    if (number == 0)
        number = oci_remove(making->globals, making->root, &state, &second);
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
    number = words->detach ? run_detached(making, err) : run_to_end(making, ret_status, err);
    if (words->trace_steps && tell_times(words, &trace, making->arena, &second) < 0)
        return err_add(err, number, &second);
    return number;
}

int oci_run_command(const void *globals, const void *options, struct cli_operands operands)
{
    const struct oci_run_words *words = options;
    const struct oci_wanted wanted = {
        .bundle = words->bundle, .id = operands.at[0], .words = words, .has_gate = words->detach
    };
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    CLEANUP(oci_console_close) struct oci_console console = OCI_CONSOLE_NONE;
    struct oci_console_wanted terminal = { .path = words->console_socket,
                                           .is_left = words->detach };
    struct oci_prepared prepared;
    struct oci_making making = {
        .globals = globals,
        .pid_file = words->pid_file,
        .is_kept = words->keep,
        .prepared = &prepared,
        .console = &console,
        .arena = &arena,
    };
    struct err err = { 0 };
    int status = 0;

    if (oci_protect(&err) < 0 || oci_making_find(&making, &err) < 0 ||
        oci_prepare(&wanted, &arena, &prepared, &err) < 0)
        return oci_fail(globals, &err, 1);
    terminal.has_terminal = prepared.config.process.terminal;
    if (oci_console_open(&terminal, &console, &err) < 0)
        return oci_fail(globals, &err, 1);
    oci_debug_plan(globals, &prepared.plan, &arena);
    return run(words, &making, &status, &err) < 0 ? oci_fail(globals, &err, 1) : status;
}
