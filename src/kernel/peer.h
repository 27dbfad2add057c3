/*
 * Who is behind a socket of this machine. Source: unix(7), SO_PEERCRED.
 */
#pragma once

#include "base/err.h"

#include <sys/types.h>

/* Which process listens at the socket `path` (of the type SOCK_STREAM), or did so when it was made.
 * 0 or -errno with a sentence. Nothing allocates. */
int kernel_peer_find(const char *path, pid_t *ret_pid, struct err *err);
