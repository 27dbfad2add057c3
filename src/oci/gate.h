/*
 * The gate of a created container: a socket "start" in the directory of its state, on which its
 * process listens when all is done but the exec. Whoever connects starts the program, and has with
 * that a channel (oci/channel.h) on which the process says whether the exec succeeded. None but the
 * user whose containers these are can reach the socket.
 *
 * A `directory_fd` is of oci_state_open(). Errors are 0 or -errno with a sentence.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>

/* In the runtime: makes the gate. *ret_fd is for the container's process; it belongs to the caller
 * and closes itself at exec. */
int oci_gate_make(int directory_fd, int *ret_fd, struct err *err);

/* In the container's process: waits until somebody comes, or ends by SIGTERM, SIGINT, SIGHUP or
 * SIGQUIT, which are blocked afterwards, with their default action. *ret_channel_fd is the child's
 * end of a channel to that. Nothing allocates. */
int oci_gate_await(int gate_fd, int *ret_channel_fd, struct err *err);

/* Starts the program and waits until it runs. -ESRCH: nobody waits behind the gate; other numbers
 * are those of a hook or of the exec, and *ret_failure_status then is OCI_FAILED_HOOK or as in
 * struct oci_run_options. Afterwards there is no gate. */
int oci_gate_open(int directory_fd, int *ret_failure_status, struct err *err);

/* Whether there is a gate: the container has not been started. */
int oci_gate_find(int directory_fd, bool *ret_is_there, struct err *err);

/* Removes the gate; one that is not there is no error. */
int oci_gate_remove(int directory_fd, struct err *err);
