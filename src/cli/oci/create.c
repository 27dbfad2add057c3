/* cupel-oci create and start: a container in two steps, for those who do something in between. */
#include "base/cleanup.h"
#include "cli/oci/oci.h"
#include "oci/state.h"

#include <errno.h>

int oci_create_command(const void *globals, const void *options, struct cli_operands operands)
{
    const struct oci_run_words *words = options;
    const struct oci_wanted wanted = {
        .bundle = words->bundle, .id = operands.at[0], .words = words, .has_gate = true
    };
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    CLEANUP(oci_console_close) struct oci_console console = OCI_CONSOLE_NONE;
    struct oci_console_wanted terminal = { .path = words->console_socket, .is_left = true };
    struct oci_prepared prepared;
    struct oci_making making = {
        .globals = globals,
        .pid_file = words->pid_file,
        .prepared = &prepared,
        .console = &console,
        .arena = &arena,
    };
    struct err err = { 0 };

    if (oci_protect(&err) < 0 || oci_making_find(&making, &err) < 0 ||
        oci_prepare(&wanted, &arena, &prepared, &err) < 0)
        return oci_fail(globals, &err, 1);
    terminal.has_terminal = prepared.config.process.terminal;
    if (oci_console_open(&terminal, &console, &err) < 0)
        return oci_fail(globals, &err, 1);
    oci_debug_plan(globals, &prepared.plan, &arena);
    return oci_make_created(&making, &err) < 0 ? oci_fail(globals, &err, 1) : 0;
}

int oci_start_command(const void *globals, const void *options, struct cli_operands operands)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_found found;
    struct err err = { 0 };
    int number = oci_find(globals, operands.at[0], &arena, &found, &err);

    (void)options;
    if (number == 0 && found.state.status != OCI_CREATED)
        number = err_set(&err, -EBUSY, "the container '%s' is %s, and cannot be started",
                         found.state.id, oci_status_name(found.state.status));
    if (number == 0)
        number = oci_start_created(globals, found.root, found.state.id, &err);
    return number < 0 ? oci_fail(globals, &err, 1) : 0;
}
