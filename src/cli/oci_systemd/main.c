/*
 * cupel-oci-systemd: what `cupel-oci --systemd-cgroup` asks of systemd, in a program of its own, so
 * that no other start of the runtime loads libsystemd:
 *
 *     cupel-oci-systemd system|user start UNIT PID PROPERTY…
 *     cupel-oci-systemd system|user set UNIT PROPERTY…
 *     cupel-oci-systemd system|user stop UNIT
 *     cupel-oci-systemd system|user forget UNIT
 *
 * It says nothing and exits with 0, or writes a sentence to standard error and exits with 1.
 * Properties are as in units/property.h.
 */
#include "base/cleanup.h"
#include "units/unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int start(struct units_bus *bus, char *const *words, struct err *err)
{
    const struct units_scope scope = { .unit = words[0],
                                       .pid = (pid_t)strtol(words[1], NULL, 10),
                                       .properties = words + 2 };

    if (scope.pid <= 0)
        return err_set(err, -EINVAL, "'%s' is no process id", words[1]);
    return units_scope_start(bus, &scope, err);
}

static int set(struct units_bus *bus, char *const *words, struct err *err)
{
    return units_set(bus, words[0], words + 1, err);
}

static int stop(struct units_bus *bus, char *const *words, struct err *err)
{
    return units_stop(bus, words[0], err);
}

static int forget(struct units_bus *bus, char *const *words, struct err *err)
{
    return units_forget(bus, words[0], err);
}

static const struct {
    const char *name;
    int words_min;
    int (*perform)(struct units_bus *bus, char *const *words, struct err *err);
} verbs[] = {
    { "start", 2, start },
    { "set", 1, set },
    { "stop", 1, stop },
    { "forget", 1, forget },
};

static int perform(int count, char **words, struct err *err)
{
    CLEANUP(units_close) struct units_bus bus = UNITS_CLOSED;
    bool is_user = count > 0 && strcmp(words[0], "user") == 0;

    if (count < 2 || (!is_user && strcmp(words[0], "system") != 0))
        return err_set(err, -EINVAL, "this program is for cupel-oci --systemd-cgroup");
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (strcmp(verbs[i].name, words[1]) != 0 || count - 2 < verbs[i].words_min)
            continue;
        if (units_open(is_user, &bus, err) < 0)
            return err->number;
        return verbs[i].perform(&bus, words + 2, err);
    }
    return err_set(err, -EINVAL, "'%s' is nothing that this program does", words[1]);
}

int main(int argc, char **argv)
{
    struct err err = { 0 };

    if (perform(argc - 1, argv + 1, &err) == 0)
        return EXIT_SUCCESS;
    (void)fprintf(stderr, "%s\n", err.sentence);
    return EXIT_FAILURE;
}
