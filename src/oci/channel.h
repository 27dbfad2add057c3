/*
 * The channel between the runtime and the container's process, while that is being made: a pair of
 * sockets that keep records apart. Upwards go `struct oci_record`s; downwards goes one octet for
 * each OCI_STEP_RELEASE, and for OCI_STEP_START. The child's end closes itself at exec, so the end
 * of the channel tells that the program runs.
 *
 * Nothing allocates; oci_channel_say() and oci_channel_await() may be called between clone and
 * exec.
 */
#pragma once

#include "base/err.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/types.h>

enum oci_record_kind {
    OCI_RECORD_PID,      /* from the joiner: the child's process id */
    OCI_RECORD_TOLD,     /* from the child: it is at its OCI_STEP_TELL */
    OCI_RECORD_LISTENER, /* from the child: it is about to make the listener of its filter */
    OCI_RECORD_READY,    /* from the child: all is done but the exec itself */
    OCI_RECORD_FAILED,   /* from either: a step failed, and it gives up */
};

struct oci_record {
    enum oci_record_kind kind;
    pid_t pid;
    int fd;          /* LISTENER: the number that the descriptor will have there */
    bool is_program; /* FAILED: it was the program itself that could not be executed */
    bool is_hook;    /* FAILED: it was a hook that failed */
    struct err err;
};

/* What shells, docker and podman exit with where a program does not start. */
enum {
    OCI_FAILED_RUNTIME = 125,
    OCI_FAILED_EXEC = 126, /* it is there, but cannot be executed */
    OCI_FAILED_NO_PROGRAM = 127,
    /* Of oci_gate_open() alone: a hook failed, and the container is to be removed. */
    OCI_FAILED_HOOK = 124,
};

/* That status for a record of the kind FAILED. Pure. */
static inline int oci_record_status(const struct oci_record *record)
{
    if (!record->is_program)
        return OCI_FAILED_RUNTIME;
    return record->err.number == -ENOENT ? OCI_FAILED_NO_PROGRAM : OCI_FAILED_EXEC;
}

/* Makes the pair. Both descriptors belong to the caller and close themselves at exec. */
int oci_channel_open(int *ret_runtime_fd, int *ret_child_fd, struct err *err);

/* Upwards: sends a record. False when the runtime has gone. */
bool oci_channel_say(int child_fd, const struct oci_record *record);

/* Downwards: waits for the next release. -ECANCELED when the runtime has gone. */
int oci_channel_await(int child_fd, struct err *err);

/* In the runtime: lets the child go on. -EPIPE, without a sentence, when the child has gone. */
int oci_channel_release(int runtime_fd);

/* In the runtime: 1 with the next record; 0 when there is none any more, or, with `may_wait` false,
 * none at the moment. */
int oci_channel_listen(int runtime_fd, bool may_wait, struct oci_record *ret_record,
                       struct err *err);
