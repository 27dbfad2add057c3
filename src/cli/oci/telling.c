/* What is said of a container in the making: its steps, its process, what went wrong. */
#include "cli/oci/oci.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "kernel/handover.h"
#include "kernel/process.h"

#include <fcntl.h>
#include <string.h>

static void warn(void *owner, const struct err *warning)
{
    oci_warn(owner, warning);
}

struct oci_listener oci_listener_of(const struct oci_globals *globals)
{
    /* The listener's owner is not changed. */
    return (struct oci_listener){ .warn = warn, .owner = (void *)(uintptr_t)globals };
}

void oci_tell_plan(const struct oci_globals *globals, const char *name, const struct oci_plan *plan,
                   struct arena *arena)
{
    const struct oci_listener listener = oci_listener_of(globals);
    struct err ignored = { 0 };
    struct bytes text;
    char *lines;

    oci_plan_warn(plan, &listener, name);
    if (!oci_is_debugging(globals) || oci_plan_format(plan, false, arena, &text, &ignored) < 0)
        return;
    lines = arena_copy_bytes(arena, text);
    for (char *line = lines == NULL ? NULL : strtok_r(lines, "\n", &lines); line != NULL;
         line = strtok_r(NULL, "\n", &lines))
        oci_debug(globals, line);
}

int oci_write_pid_file(const char *path, pid_t pid, struct err *err)
{
    char block[32];
    struct text text = text_init(block, sizeof(block));

    (void)text_append_decimal(&text, (uint64_t)pid, 0);
    if (file_write_atomic((struct file_place){ AT_FDCWD, path }, text_bytes(&text), 0644, err) < 0)
        return err_prefix(err, "option '--pid-file'");
    return 0;
}

int oci_send_pidfd(const char *path, pid_t pid, const char *what, struct err *err)
{
    CLEANUP(fd_close) int pidfd = -1;
    const struct bytes word = bytes_of_text(what);

    if (kernel_process_open(pid, &pidfd, err) < 0 ||
        kernel_handover_send(path, &(const struct kernel_message){ &word, 1, pidfd }, err) < 0)
        return err_prefix(err, "option '--pidfd-socket'");
    return 0;
}

int oci_tell_created(void *owner, pid_t pid, int pidfd, struct err *err)
{
    const struct oci_told *told = owner;

    (void)pidfd;
    (void)err;
    oci_notify_main_process(told->globals, pid);
    return 0;
}

int oci_tell_started(void *owner, pid_t pid, struct err *err)
{
    struct oci_told *told = owner;

    told->pid = pid;
    if (told->pid_file != NULL && oci_write_pid_file(told->pid_file, pid, err) < 0)
        return err->number;
    return told->pidfd_socket == NULL ? 0
                                      : oci_send_pidfd(told->pidfd_socket, pid, "standard", err);
}
