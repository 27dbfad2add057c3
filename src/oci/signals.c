/* The thread's mask of signals, there and back. */
#include "oci/signals.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>

#define SLICE_MS 200 /* how often it is looked whether the user has had enough */

int oci_signals_hold(struct oci_signals *signals, struct err *err)
{
    sigset_t all;

    if (sigfillset(&all) < 0 || sigprocmask(SIG_BLOCK, &all, &signals->before) < 0)
        return err_system(err, errno, "block signals");
    signals->is_held = true;
    return 0;
}

void oci_signals_release(struct oci_signals *signals)
{
    if (signals->is_held)
        (void)sigprocmask(SIG_SETMASK, &signals->before, NULL);
    signals->is_held = false;
}

bool oci_signals_are_against_it(void)
{
    static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
    sigset_t waiting;

    if (sigpending(&waiting) < 0)
        return false;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        if (sigismember(&waiting, ends[i]) == 1)
            return true;
    }
    return false;
}

int oci_signals_await(int fd, struct err *err)
{
    struct pollfd watched = { .fd = fd, .events = POLLIN };

    for (;;) {
        int count = poll(&watched, 1, SLICE_MS);

        if (count > 0)
            return 0;
        if (count < 0 && errno != EINTR)
            return err_system(err, errno, "wait for the container's process");
        if (oci_signals_are_against_it())
            return err_set(err, -ECANCELED, "interrupted");
    }
}

int oci_signals_take(struct oci_all_signals *signals, struct err *err)
{
    const struct sigaction standard = { .sa_handler = SIG_DFL };
    bool ok = sigfillset(&signals->all) == 0 &&
              sigprocmask(SIG_BLOCK, &signals->all, &signals->before) == 0 &&
              /* Where SIGCHLD is ignored, the end of a child leaves nothing to wait for. */
              (signals->leaves_child_action ||
               sigaction(SIGCHLD, &standard, &signals->child_before) == 0);

    if (ok)
        return 0;
    (void)err_system(err, errno, "block signals");
    (void)sigprocmask(SIG_SETMASK, &signals->before, NULL);
    return err->number;
}

void oci_signals_give_back(const struct oci_all_signals *signals)
{
    if (!signals->leaves_child_action)
        (void)sigaction(SIGCHLD, &signals->child_before, NULL);
    (void)sigprocmask(SIG_SETMASK, &signals->before, NULL);
}
