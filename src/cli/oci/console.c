/* Who takes the terminal of a container: a socket that is named, or this process. */
#include "base/cleanup.h"
#include "base/fd.h"
#include "cli/oci/oci.h"
#include "kernel/terminal.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

void oci_console_measure(struct oci_process *process)
{
    struct winsize size;

    if (!process->terminal || process->console_height.is_set ||
        ioctl(STDIN_FILENO, TIOCGWINSZ, &size) < 0)
        return;
    process->console_height = oci_number(size.ws_row);
    process->console_width = oci_number(size.ws_col);
}

int oci_console_open(const struct oci_console_wanted *wanted, struct oci_console *console,
                     struct err *err)
{
    int fds[2];

    if (!wanted->has_terminal && wanted->path != NULL)
        return err_set(err, -EINVAL,
                       "option '--console-socket': process.terminal is false, and there is no "
                       "terminal to be sent");
    if (!wanted->has_terminal)
        return 0;
    if (wanted->path != NULL && kernel_terminal_connect(wanted->path, &console->child_fd, err) < 0)
        return err_prefix(err, "option '--console-socket'");
    if (wanted->path != NULL)
        return 0;
    if (wanted->is_left)
        return err_set(err, -EINVAL,
                       "process.terminal: what is left running needs the option "
                       "'--console-socket'");
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
        return err_system(err, errno, "make a pair of sockets");
    console->child_fd = fds[0];
    console->relay_fd = fds[1];
    return 0;
}

void oci_console_close(struct oci_console *console)
{
    fd_close(&console->child_fd);
    fd_close(&console->relay_fd);
}
