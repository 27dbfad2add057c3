/*
 * How a container reaches other machines: through slirp4netns, a program that is a whole TCP/IP
 * stack in user space and needs no rights but the user's. The container has the address 10.0.2.100
 * and asks 10.0.2.3 for names; the machine's own loopback is not to be reached.
 *
 * Order of calls: engine_slirp_start() when the container's namespaces exist, engine_slirp_stop()
 * when it has ended. slirp4netns also ends by itself when this process does, however that ends.
 * One thread.
 */
#pragma once

#include "base/err.h"

#include <sys/types.h>

struct engine_slirp {
    pid_t pid;   /* 0: not started */
    int exit_fd; /* slirp4netns ends when this is closed; -1: not started */
};

/* Starts slirp4netns (found in PATH) for the network namespace of the process, and waits until the
 * network is ready. -ENOENT with the package's name where there is no slirp4netns; what it says
 * itself where it gives up. *ret_slirp is the caller's to stop. */
int engine_slirp_start(pid_t container, struct engine_slirp *ret_slirp, struct err *err);

/* Ends it and waits for its end. Safe twice, and on one that is not started. Fits CLEANUP. */
void engine_slirp_stop(struct engine_slirp *slirp);
