/* A method call each, and the wait for the job that comes of it. */
#include "units/unit.h"

#include "base/cleanup.h"
#include "base/text_format.h"
#include "units/property.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SERVICE "org.freedesktop.systemd1"
#define OBJECT "/org/freedesktop/systemd1"
#define MANAGER "org.freedesktop.systemd1.Manager"
#define PATIENCE_US 30000000

/* A job that is waited for. */
struct job {
    const char *path;
    bool is_over;
    char result[32];
};

static void free_message(sd_bus_message **message)
{
    *message = sd_bus_message_unref(*message);
}

static void free_slot(sd_bus_slot **slot)
{
    *slot = sd_bus_slot_unref(*slot);
}

/* "unix:path=…" of systemd's own socket; false where there can be none for the caller. */
static bool find_socket(bool is_user, struct text *address)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");

    if (!is_user)
        return text_append(address, "unix:path=/run/systemd/private");
    return runtime != NULL && runtime[0] == '/' &&
           text_format(address, "unix:path=%s/systemd/private", runtime);
}

static int open_socket(const char *address, sd_bus **ret_bus)
{
    sd_bus *bus = NULL;
    int number = sd_bus_new(&bus);

    if (number >= 0)
        number = sd_bus_set_address(bus, address);
    if (number >= 0)
        number = sd_bus_start(bus);
    if (number >= 0)
        *ret_bus = bus;
    else
        sd_bus_close_unref(bus);
    return number;
}

int units_open(bool is_user, struct units_bus *ret_bus, struct err *err)
{
    char block[PATH_MAX];
    struct text address = text_init(block, sizeof(block));
    sd_bus *bus = NULL;
    int number = find_socket(is_user, &address) ? open_socket(block, &bus) : -ENOENT;

    if (number < 0)
        number = is_user ? sd_bus_open_user(&bus) : sd_bus_open_system(&bus);
    if (number < 0)
        return err_system(err, -number, "connect with the systemd of %s",
                          is_user ? "the user" : "the machine");
    ret_bus->bus = bus;
    return 0;
}

void units_close(struct units_bus *bus)
{
    bus->bus = sd_bus_flush_close_unref(bus->bus);
}

static int no_message(int number, struct err *err)
{
    return err_system(err, -number, "make a message for systemd");
}

/* Sends the message and waits for the answer. */
static int call(struct units_bus *bus, sd_bus_message *message, sd_bus_message **ret_reply,
                struct err *err)
{
    sd_bus_error error = SD_BUS_ERROR_NULL;
    int number = sd_bus_call(bus->bus, message, PATIENCE_US, &error, ret_reply);

    if (number < 0) {
        /* What is known by name, for those who make a difference. */
        if (sd_bus_error_has_name(&error, "org.freedesktop.systemd1.UnitExists"))
            number = -EEXIST;
        else if (sd_bus_error_has_name(&error, "org.freedesktop.systemd1.NoSuchUnit"))
            number = -ENOENT;
        (void)err_set(err, number, "systemd: %s",
                      error.message == NULL ? strerror(-number) : error.message);
    }
    sd_bus_error_free(&error);
    return number < 0 ? number : 0;
}

static int new_call(struct units_bus *bus, const char *method, sd_bus_message **ret_message,
                    struct err *err)
{
    int number =
        sd_bus_message_new_method_call(bus->bus, ret_message, SERVICE, OBJECT, MANAGER, method);

    return number < 0 ? no_message(number, err) : 0;
}

/* JobRemoved: number, path, unit, result. */
static int on_removed(sd_bus_message *message, void *owner, sd_bus_error *error)
{
    struct job *job = owner;
    const char *path;
    const char *unit;
    const char *result;
    uint32_t id;

    (void)error;
    if (job->path == NULL || sd_bus_message_read(message, "uoss", &id, &path, &unit, &result) < 0 ||
        strcmp(path, job->path) != 0)
        return 0;
    (void)strncpy(job->result, result, sizeof(job->result) - 1);
    job->is_over = true;
    return 0;
}

static uint64_t now_us(void)
{
    struct timespec now = { 0 };

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static int await_job(struct units_bus *bus, const struct job *job, const char *unit,
                     struct err *err)
{
    uint64_t end = now_us() + PATIENCE_US;

    while (!job->is_over) {
        int number = sd_bus_process(bus->bus, NULL);
        uint64_t now = now_us();

        if (number == 0 && now < end)
            number = sd_bus_wait(bus->bus, end - now);
        if (number < 0 && number != -EINTR)
            return err_system(err, -number, "wait for systemd");
        if (now >= end)
            return err_set(err, -ETIMEDOUT, "systemd is not done with '%s' after 30 seconds", unit);
    }
    if (strcmp(job->result, "done") != 0)
        return err_set(err, -EIO, "systemd: the job for '%s' ended with '%s'", unit, job->result);
    return 0;
}

/* A call that makes a job, and the end of that. */
static int call_job(struct units_bus *bus, sd_bus_message *message, const char *unit,
                    struct err *err)
{
    CLEANUP(free_message) sd_bus_message *reply = NULL;
    CLEANUP(free_slot) sd_bus_slot *slot = NULL;
    struct job job = { 0 };
    int number = sd_bus_add_match(bus->bus, &slot,
                                  "type='signal',interface='" MANAGER "',member='JobRemoved'",
                                  on_removed, &job);

    if (number < 0)
        return no_message(number, err);
    if (call(bus, message, &reply, err) < 0)
        return err->number;
    number = sd_bus_message_read(reply, "o", &job.path);
    return number < 0 ? no_message(number, err) : await_job(bus, &job, unit, err);
}

/* Appends all of them as an array. */
static int append_properties(sd_bus_message *message, const struct units_scope *scope,
                             struct err *err)
{
    int number = sd_bus_message_open_container(message, 'a', "(sv)");

    if (number >= 0 && scope->pid > 0)
        number = sd_bus_message_append(message, "(sv)", "PIDs", "au", 1, (uint32_t)scope->pid);
    if (number < 0)
        return no_message(number, err);
    for (char *const *word = scope->properties; *word != NULL; word++) {
        if (units_property_append(message, *word, err) < 0)
            return err->number;
    }
    number = sd_bus_message_close_container(message);
    return number < 0 ? no_message(number, err) : 0;
}

/* Jobs are told to those who have subscribed; over systemd's own socket to all. */
static void subscribe(struct units_bus *bus)
{
    (void)sd_bus_call_method(bus->bus, SERVICE, OBJECT, MANAGER, "Subscribe", NULL, NULL, NULL);
}

static int start(struct units_bus *bus, const struct units_scope *scope, struct err *err)
{
    CLEANUP(free_message) sd_bus_message *message = NULL;
    int number;

    if (new_call(bus, "StartTransientUnit", &message, err) < 0)
        return err->number;
    number = sd_bus_message_append(message, "ss", scope->unit, "fail");
    if (number < 0)
        return no_message(number, err);
    if (append_properties(message, scope, err) < 0)
        return err->number;
    number = sd_bus_message_append(message, "a(sa(sv))", 0);
    return number < 0 ? no_message(number, err) : call_job(bus, message, scope->unit, err);
}

int units_scope_start(struct units_bus *bus, const struct units_scope *scope, struct err *err)
{
    struct err ignored;
    int number;

    subscribe(bus);
    number = start(bus, scope, err);
    if (number != -EEXIST)
        return number;
    /* It may be one that failed, and is known for that reason alone. */
    (void)units_forget(bus, scope->unit, &ignored);
    return start(bus, scope, err);
}

int units_set(struct units_bus *bus, const char *unit, char *const *properties, struct err *err)
{
    CLEANUP(free_message) sd_bus_message *message = NULL;
    CLEANUP(free_message) sd_bus_message *reply = NULL;
    const struct units_scope all = { .unit = unit, .properties = properties };
    int number;

    if (new_call(bus, "SetUnitProperties", &message, err) < 0)
        return err->number;
    number = sd_bus_message_append(message, "sb", unit, 1);
    if (number < 0)
        return no_message(number, err);
    if (append_properties(message, &all, err) < 0)
        return err->number;
    return call(bus, message, &reply, err);
}

int units_stop(struct units_bus *bus, const char *unit, struct err *err)
{
    CLEANUP(free_message) sd_bus_message *message = NULL;
    int number;

    subscribe(bus);
    if (new_call(bus, "StopUnit", &message, err) < 0)
        return err->number;
    number = sd_bus_message_append(message, "ss", unit, "replace");
    if (number < 0)
        return no_message(number, err);
    number = call_job(bus, message, unit, err);
    if (number < 0 && number != -ENOENT)
        return number;
    return units_forget(bus, unit, err);
}

int units_forget(struct units_bus *bus, const char *unit, struct err *err)
{
    CLEANUP(free_message) sd_bus_message *message = NULL;
    CLEANUP(free_message) sd_bus_message *reply = NULL;
    int number;

    if (new_call(bus, "ResetFailedUnit", &message, err) < 0)
        return err->number;
    number = sd_bus_message_append(message, "s", unit);
    if (number < 0)
        return no_message(number, err);
    number = call(bus, message, &reply, err);
    return number == -ENOENT ? 0 : number;
}
