/* The order of the steps, and the reasons for it. */
#include "oci/planning.h"

#include "base/text.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Version 1.N of the specification is the last whose fields are known. */
#define KNOWN_MINOR 3

typedef int (*planner)(struct oci_planning *planning);

/*
 * Each part stands where it does for a reason:
 *
 *  1. The cgroup, so that its limits hold before the container's first instruction, and its class
 *     of service, which may be refused; and the filter
 *     of system calls, which takes memory, and so is no work for the container's process. Then the
 *     mounts of outside that only someone outside can open as they shall be.
 *  2. The process: joined namespaces before new ones, since what is new belongs to the user
 *     namespace that its maker is in. Then ids, which only someone outside can map.
 *  3. Its identity: it waits for its ids and becomes root in them, since all that follows needs
 *     that root's rights; it enters its cgroup before it makes a cgroup namespace, whose top is
 *     wherever the process is at that time; names, and kernel settings while /proc/sys of outside
 *     can still be written.
 *  4. The mounts, in the order of the config, as the specification demands, cut off from those
 *     outside first.
 *  5. Devices after the mounts, since /dev is usually one of them.
 *     The hooks of the creation see all of that, from outside and from inside, and may add to it.
 *  6. What is hidden or read-only comes last, so that no mount covers it; then the new root, after
 *     which nothing of outside can be named any more.
 *  7. The program: all descriptors are closed before the working directory is entered, so that no
 *     path leads through one of them; rights are given up from the top down, the user's change
 *     keeping only what the capabilities then set; last of all it waits for the runtime's caller.
 * The filter is loaded while there are rights to do so, or, where none are needed (no new
 * privileges), when there is nothing left to do but the exec.
 */
static const planner planners[] = {
    oci_plan_cgroup,       oci_plan_resctrl,      oci_plan_seccomp, oci_plan_sources,
    oci_plan_process,      oci_plan_identity,     oci_plan_mounts,  oci_plan_devices,
    oci_plan_mount_labels, oci_plan_create_hooks, oci_plan_root,    oci_plan_program,
};

int oci_planning_add(struct oci_planning *planning, const struct oci_step *step)
{
    if (planning->count == OCI_STEPS_MAX)
        return oci_planning_refuse(planning, "%s: this makes more than %d steps", step->field,
                                   OCI_STEPS_MAX);
    if (planning->count == planning->capacity) {
        size_t larger = planning->capacity == 0 ? 64 : planning->capacity * 2;
        struct oci_step *moved = oci_planning_alloc(planning, larger, sizeof(*moved));

        if (moved == NULL)
            return planning->err->number;
        if (planning->count > 0)
            memcpy(moved, planning->steps, planning->count * sizeof(*moved));
        planning->steps = moved;
        planning->capacity = larger;
    }
    planning->steps[planning->count++] = *step;
    return 0;
}

void *oci_planning_alloc(struct oci_planning *planning, size_t count, size_t size)
{
    void *given = arena_alloc_array(planning->arena, count, size);

    if (given == NULL)
        (void)err_set(planning->err, -ENOMEM, "the plan needs more memory than it may have");
    return given;
}

const char *oci_planning_text(struct oci_planning *planning, const char *format, ...)
{
    char block[PATH_MAX];
    va_list arguments;
    int size;
    char *copy;

    va_start(arguments, format);
    size = vsnprintf(block, sizeof(block), format, arguments);
    va_end(arguments);
    if (size < 0 || (size_t)size >= sizeof(block)) {
        (void)err_set(planning->err, -ENAMETOOLONG, "'%.64s…' is longer than %d characters", block,
                      PATH_MAX);
        return NULL;
    }
    copy = arena_copy_text(planning->arena, block);
    if (copy == NULL)
        (void)err_set(planning->err, -ENOMEM, "the plan needs more memory than it may have");
    return copy;
}

int oci_planning_refuse(struct oci_planning *planning, const char *format, ...)
{
    char block[sizeof(planning->err->sentence)];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(block, sizeof(block), format, arguments);
    va_end(arguments);
    return err_set(planning->err, -EINVAL, "%s", block);
}

int oci_planning_warn(struct oci_planning *planning, const char *format, ...)
{
    char block[sizeof(planning->err->sentence)];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(block, sizeof(block), format, arguments);
    va_end(arguments);
    if (!oci_warnings_add(&planning->warnings, planning->arena, block))
        return err_set(planning->err, -ENOMEM, "the plan needs more memory than it may have");
    return 0;
}

void oci_plan_warn(const struct oci_plan *plan, const struct oci_listener *listener,
                   const char *name)
{
    for (size_t i = 0; i < plan->warnings.count && listener->warn != NULL; i++) {
        struct err warning = { 0 };

        (void)err_set(&warning, -EINVAL, "%s: %s", name, plan->warnings.at[i]);
        listener->warn(listener->owner, &warning);
    }
}

const char *oci_planning_path(struct oci_planning *planning, const char *field, const char *path)
{
    char block[PATH_MAX];
    struct text clean = text_init(block, sizeof(block));
    bool fits = true;

    for (const char *at = path + strspn(path, "/"); *at != '\0' && fits;) {
        size_t size = strcspn(at, "/");
        struct bytes part = bytes_of(at, size);

        if (bytes_equal(part, bytes_of_text(".."))) {
            const char *slash = strrchr(clean.at, '/');

            if (slash != NULL)
                text_rollback(&clean, (size_t)(slash - clean.at));
        } else if (!bytes_equal(part, bytes_of_text("."))) {
            fits = text_append_char(&clean, '/') && text_append_bytes(&clean, part);
        }
        at += size;
        at += strspn(at, "/");
    }
    if (!fits) {
        (void)oci_planning_refuse(planning, "%s: is longer than %d characters", field, PATH_MAX);
        return NULL;
    }
    return oci_planning_text(planning, "%s", clean.size == 0 ? "/" : clean.at);
}

int oci_id_check(const char *id, struct err *err)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    static const char all[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-.";
    size_t size = strlen(id);

    if (size < 1 || size > OCI_ID_MAX)
        return err_set(err, -EINVAL, "the name of a container has 1 to %d characters", OCI_ID_MAX);
    if (strspn(id, letters) == 0 || strspn(id, all) != size)
        return err_set(err, -EINVAL,
                       "'%s' cannot name a container: it must have only letters, digits and "
                       "\"_+-.\", and begin with a letter or digit",
                       id);
    return 0;
}

/* "1.2.0" or "1.0.2-dev": three numbers with dots between them, of which the first must be 1, since
 * that is what another meaning of the fields would change (semver.org). What a newer version of the
 * second adds is not known here, and so passed over. */
static int check_version(struct oci_planning *planning)
{
    static const char digits[] = "0123456789";
    const char *given = planning->config->oci_version;
    const char *version = given == NULL ? "" : given;
    const char *at = version;
    size_t major = strspn(at, digits);

    for (int i = 0; i < 3; i++) {
        size_t size = strspn(at, digits);

        if (size == 0 || (i < 2 && at[size] != '.'))
            return oci_planning_refuse(planning, "ociVersion: '%s' is no version", version);
        at += i < 2 ? size + 1 : size;
    }
    if (*at != '\0' && *at != '-' && *at != '+')
        return oci_planning_refuse(planning, "ociVersion: '%s' is no version", version);
    if (major != 1 || version[0] != '1')
        return oci_planning_refuse(planning, "ociVersion: is %s, only 1.x is known", version);
    if (strtoul(version + 2, NULL, 10) <= KNOWN_MINOR)
        return 0;
    return oci_planning_warn(planning, "ociVersion: is %s; what is newer than 1.%d is passed over",
                             version, KNOWN_MINOR);
}

int oci_plan_make(const struct oci_plan_request *request, struct arena *arena,
                  struct oci_plan *ret_plan, struct err *err)
{
    struct oci_planning planning = {
        .request = request,
        .config = request->config,
        .host = request->host,
        .arena = arena,
        .cgroup = { .v2_slot = OCI_SLOT_NONE },
        .has_user_namespace = request->config->namespaces[OCI_NAMESPACE_USER].is_wanted,
        .warnings = request->config->warnings,
        .err = err,
    };
    int number = oci_id_check(request->id, err);

    if (number == 0)
        number = check_version(&planning);
    if (number == 0)
        number = oci_plan_choose_cgroup(&planning);
    for (size_t i = 0; i < sizeof(planners) / sizeof(planners[0]) && number == 0; i++)
        number = planners[i](&planning);
    if (number < 0)
        return number;
    oci_plan_vfork(&planning);
    *ret_plan = (struct oci_plan){ .steps = planning.steps,
                                   .count = planning.count,
                                   .warnings = planning.warnings };
    return 0;
}
