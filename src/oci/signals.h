/*
 * Signals wait while something is made that must not be left behind half made:
 *
 *     CLEANUP(oci_signals_release) struct oci_signals signals = OCI_SIGNALS_FREE;
 *
 *     number = oci_signals_hold(&signals, &err);
 *     if (number == 0)
 *         number = prepare(); // may look at oci_signals_are_against_it() now and then
 *     if (number == 0)
 *         number = oci_run(&plan, &options, &status, &err);
 *     clean_up();
 *
 * What comes meanwhile is delivered by the release. oci_run() passes on to the container what comes
 * while that runs, and does not begin where the user has had enough already.
 */
#pragma once

#include "base/err.h"

#include <signal.h>
#include <stdbool.h>

struct oci_signals {
    bool is_held;
    sigset_t before;
};

#define OCI_SIGNALS_FREE { .is_held = false }

/* Blocks all signals for the calling thread. 0, or -errno with a sentence. */
int oci_signals_hold(struct oci_signals *signals, struct err *err);

/* Blocks those again that were blocked before, and no other. Safe twice. */
void oci_signals_release(struct oci_signals *signals);

/* Whether a signal waits that asks programs to end: SIGINT, SIGTERM, SIGHUP or SIGQUIT. */
bool oci_signals_are_against_it(void);

/* Waits, with these signals blocked, until the descriptor can be read. -ECANCELED: such a signal
 * waits. */
int oci_signals_await(int fd, struct err *err);

/* All signals of the calling thread while a container runs, and what they were before. */
struct oci_all_signals {
    bool leaves_child_action; /* set by the caller: of other threads, too, and as they want it */
    sigset_t all;
    sigset_t before;
    struct sigaction child_before;
};

/* Blocks all signals, and makes the end of a child something to wait for, unless the action of
 * SIGCHLD is to be left. 0, or -errno with a sentence. */
int oci_signals_take(struct oci_all_signals *signals, struct err *err);

/* Undoes it. */
void oci_signals_give_back(const struct oci_all_signals *signals);
