/* What a container is doing. Pure; any thread. Source: OCI runtime-spec 1.2, runtime.md#state. */
#pragma once

#include <stdbool.h>

/* The most characters that the name of a container has. */
#define OCI_ID_MAX 128

enum oci_status {
    OCI_CREATING, /* its name is taken by one who is at it, and it has no process so far */
    OCI_CREATED,  /* its first process waits to be started */
    OCI_RUNNING,
    OCI_PAUSED, /* it runs, and all its processes stand still */
    OCI_STOPPED,
};

/* "creating", "created", "running", "paused" or "stopped". */
const char *oci_status_name(enum oci_status status);

/* Whether a container of this status has a process. */
bool oci_status_has_process(enum oci_status status);
