/*
 * What a call of the library changes of its thread, and gives back: the state of cancellation, and
 * the processors that it may run on.
 *
 *     CLEANUP(oci_calling_end) struct oci_calling calling = oci_calling_begin();
 */
#pragma once

#include "base/err.h"
#include "kernel/scheduling.h"
#include "oci/container.h"
#include "oci/state.h"

struct oci_calling {
    int cancellation; /* as it was */
    struct kernel_set processors;
    bool has_processors; /* they were asked for, and are set again */
};

/* Begins a call: the thread is not cancelled in the midst of it. */
struct oci_calling oci_calling_begin(void);

/* Remembers the processors of the thread. 0, or -errno with a sentence. */
int oci_calling_keep_processors(struct oci_calling *calling, struct err *err);

/* Gives all back. Fits CLEANUP. */
void oci_calling_end(struct oci_calling *calling);

/* Whether the place where containers are known is one: an absolute path. 0, or -EINVAL with a
 * sentence. */
int oci_calling_check_root(const char *root, struct err *err);

/* Looks for a container that is made, below such a root (oci_state_await()); in the arena. */
int oci_calling_find(const struct oci_runtime *runtime, const char *id, struct arena *arena,
                     struct oci_state *ret_state, struct err *err);

/* Descriptors that a program is given from 3 on. */
struct oci_calling_preserved {
    const int *fds;
    unsigned int count;
    unsigned int listening;
};

/* Whether they can be: no more than OCI_PRESERVED_MAX, all open, none of them a standard one. 0, or
 * -errno with a sentence. */
int oci_calling_check_preserved(const struct oci_calling_preserved *preserved, struct err *err);

/* Whether the calling program keeps to what a call demands of it that makes processes: standard
 * input, output and error are open, as are those `streams` (or NULL), and the end of a child is
 * something to wait for. 0, or -errno with a sentence. */
int oci_calling_check(const int *streams, struct err *err);
