/*
 * Between the caller's terminal and that of a container whose program it waits for.
 *
 * What is typed goes in, what is printed comes out, the size follows the caller's; the caller's
 * terminal is raw meanwhile, so that the keys for signals are the container's, and is as before at
 * the end, however that comes (but by SIGKILL). Where standard input is no terminal, its octets are
 * passed on as they are.
 */
#pragma once

#include "base/err.h"

#include <signal.h>

/* `console_fd` is our end of a pair of sockets, of which the container's process has sent its
 * terminal over the other; `pidfd` is of that process, a child. Passes on all signals of `signals`,
 * which the caller blocks, and SIGWINCH as the new size. Until the process ends: 0 with its status,
 * see kernel_process_wait(); or -errno with a sentence. */
int oci_relay(int console_fd, int pidfd, const sigset_t *signals, int *ret_status, struct err *err);
