/* cupel-oci create and start: a container in two steps, for those who do something in between. */
#include "base/cleanup.h"
#include "cli/oci/oci.h"
#include "oci/state.h"

#include <errno.h>

int oci_create_command(const void *globals, const void *options, struct cli_operands operands)
{
    const struct oci_run_words *words = options;
    CLEANUP(kernel_net_early_done) struct kernel_net_early early = KERNEL_NET_EARLY_NONE;
    const struct oci_bundle bundle = { words->bundle,
                                       operands.at[0],
                                       .net_early = &early,
                                       .has_gate = true,
                                       .is_by_systemd = oci_is_by_systemd(globals),
                                       .is_without_cgroup = oci_is_without_cgroup(globals),
                                       .file = words->config };
    const struct oci_listener listener = oci_listener_of(globals);
    struct oci_told told = { .globals = globals,
                             .pid_file = words->pid_file,
                             .pidfd_socket = words->pidfd_socket };
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    CLEANUP(oci_console_close) struct oci_console console = OCI_CONSOLE_NONE;
    struct oci_console_wanted terminal = { .path = words->console_socket, .is_left = true };
    struct oci_prepared prepared;
    struct oci_making making = {
        .listener = &listener,
        .prepared = &prepared,
        .arena = &arena,
        .net_early = &early,
        .on_started = oci_tell_started,
        .owner = &told,
    };
    struct err err = { 0 };
    const char *root;

    if (oci_protect(globals, &err) < 0 || oci_root_find(globals, &arena, &root, &err) < 0 ||
        oci_prepare(&bundle, words, &arena, &prepared, &err) < 0)
        return oci_fail(globals, &err, 1);
    oci_making_set_root(&making, root);
    terminal.has_terminal = prepared.config.process.terminal;
    if (oci_console_open(&terminal, &console, &err) < 0)
        return oci_fail(globals, &err, 1);
    making.console_fd = console.child_fd;
    oci_tell_plan(globals, prepared.name, &prepared.plan, &arena);
    return oci_making_create(&making, &err) < 0 ? oci_fail(globals, &err, 1) : 0;
}

int oci_start_command(const void *globals, const void *options, struct cli_operands operands)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    const struct oci_listener listener = oci_listener_of(globals);
    struct oci_found found;
    struct err err = { 0 };
    int number = oci_find_created(globals, operands.at[0], &arena, &found, &err);

    (void)options;
    if (number == 0 && found.state.status != OCI_CREATED)
        number = err_set(&err, -EBUSY, "the container '%s' is %s, and cannot be started",
                         found.state.id, oci_status_name(found.state.status));
    if (number == 0) {
        oci_notify_main_process(globals, found.state.pid);
        number = oci_start_created(&listener, found.root, found.state.id, &err);
    }
    return number < 0 ? oci_fail(globals, &err, 1) : 0;
}
