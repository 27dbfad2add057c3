/*
 * Units of systemd, asked for over D-Bus (libsystemd's sd-bus): transient scopes, which are cgroups
 * for processes that somebody else has made.
 *
 *     CLEANUP(units_close) struct units_bus bus = UNITS_CLOSED;
 *
 *     if (units_open(false, &bus, &err) < 0 ||
 *         units_scope_start(&bus, &scope, &err) < 0) …
 *
 * systemd is asked over its own socket, which needs no message bus; where the caller may not use
 * that, over the message bus. Each call returns when systemd is done, or after 30 seconds. Errors
 * are 0 or -errno with a sentence. Source: org.freedesktop.systemd1(5).
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct units_bus {
    void *bus; /* sd_bus */
};

#define UNITS_CLOSED { NULL }

/* A scope that is to be made. */
struct units_scope {
    const char *unit;
    pid_t pid;               /* of the process that is put into it, as systemd sees it */
    char *const *properties; /* units/property.h; ends with NULL */
};

/* Connects with the systemd of the machine, or with that of the calling user. */
int units_open(bool is_user, struct units_bus *ret_bus, struct err *err);

/* Closes it; done twice is fine. Fits CLEANUP. */
void units_close(struct units_bus *bus);

/* Makes the scope, and puts the process into it. A unit of that name that has failed is no
 * obstacle; -EEXIST: there is another. */
int units_scope_start(struct units_bus *bus, const struct units_scope *scope, struct err *err);

/* Gives a unit other properties, until the machine is started again. */
int units_set(struct units_bus *bus, const char *unit, char *const *properties, struct err *err);

/* Stops a unit, and has it forgotten where it failed. One that is not there is no error. */
int units_stop(struct units_bus *bus, const char *unit, struct err *err);

/* Has a unit forgotten that failed; others stay as they are. One that is not there is no error. */
int units_forget(struct units_bus *bus, const char *unit, struct err *err);
