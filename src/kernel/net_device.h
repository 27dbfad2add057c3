/*
 * A network device that goes to another network namespace.
 *
 * Errors are 0 or -errno with a sentence. Nothing allocates. Call it from a process with one
 * thread: it enters the other namespace for a moment. Sources: rtnetlink(7), network_namespaces(7).
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>

/* Moves the device `name` of the calling process's network namespace to the one at `path` (such as
 * /proc/7/ns/net), where it is called `new_name`, has the global addresses that it had and were to
 * stay, and is up. A "%d" at the end of `new_name` becomes the first number that is free there.
 * -EEXIST: there is a device of that name; the device then has stayed where it was. */
int kernel_net_device_move(const char *name, const char *new_name, const char *path,
                           struct err *err);

/* Sets up the device "lo" of the calling process's network namespace, which is down in a new one.
 */
int kernel_net_loopback_set_up(struct err *err);

/* Whether a device can have this name; with `may_have_number`, it may end in "%d". Pure. */
bool kernel_net_device_is_name(const char *name, bool may_have_number);
