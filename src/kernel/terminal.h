/*
 * A terminal of a container's own: a pair of ends that is made in the devpts file system which is
 * mounted in its root. The master's end goes to somebody outside, over a socket; the slave's end is
 * what a program inside sees.
 *
 * In the container's process:
 *     kernel_terminal_open(), kernel_terminal_bind(), kernel_terminal_send(),
 * kernel_terminal_take() Outside, before and after: kernel_terminal_connect() or a pair of sockets,
 * and kernel_terminal_receive().
 *
 * The root may be full of symbolic links: the device is found below a directory that is checked to
 * be a devpts file system, the slave's end without any path, and the place for /dev/console may not
 * be a link (CVE-2025-52565). Errors are 0 or -errno with a sentence. Nothing allocates; all may be
 * called between clone and exec. Sources: pts(4), ioctl_tty(2), unix(7).
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <sys/types.h>

struct kernel_terminal {
    uid_t uid;           /* who owns it */
    unsigned int height; /* in characters; 0 with a width of 0: not said */
    unsigned int width;
    bool keeps_lines; /* a new line comes out as it was printed, without a carriage return */
};

/* Makes a terminal in /dev/pts of the root. On success both ends are the caller's, and close
 * themselves at exec. -ENODEV: there is no devpts file system. */
int kernel_terminal_open(int root_fd, const struct kernel_terminal *terminal, int *ret_master_fd,
                         int *ret_slave_fd, struct err *err);

/* Shows the slave's end at /dev/console of the root as well. */
int kernel_terminal_bind(int root_fd, int slave_fd, struct err *err);

/* Makes the slave's end standard input, output and error, and the terminal of the session that the
 * process leads. */
int kernel_terminal_take(int slave_fd, struct err *err);

/* Connects to a socket that waits for a terminal; a path of any length. On success *ret_fd is the
 * caller's. */
int kernel_terminal_connect(const char *path, int *ret_fd, struct err *err);

/* Sends the master's end. */
int kernel_terminal_send(int socket_fd, int master_fd, struct err *err);

/* Receives it; it is then the caller's. -ENODATA: the other side has gone. */
int kernel_terminal_receive(int socket_fd, int *ret_master_fd, struct err *err);
