/* The name, the state, the way to the gate or to the end, and the name again. */
#include "oci/making.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "oci/gate.h"
#include "oci/hooks.h"
#include "oci/kept.h"
#include "oci/signals.h"
#include "oci/state.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

void oci_making_set_root(struct oci_making *making, const char *root)
{
    char block[PATH_MAX];
    struct text path = text_init(block, sizeof(block));

    making->root = root;
    /* No container has a name with a dot at its beginning. */
    if (text_append(&path, root) && text_append(&path, "/.filters"))
        making->filters = arena_copy_text(making->arena, path.at);
}

/* `pid` is 0 as long as there is no process. */
static int tell_state(struct oci_making *making, pid_t pid, struct err *err)
{
    const struct oci_plan_request *request = &making->prepared->request;
    struct oci_state state = { .id = request->id,
                               .bundle = request->bundle,
                               .pid = pid,
                               .boot = making->boot,
                               .cgroup_inodes = making->cgroup_inodes };

    if (oci_state_describe(&making->prepared->plan, making->arena, &state, err) < 0)
        return err->number;
    making->boot = state.boot;
    return oci_state_write(making->claim_fd, &state, err);
}

/* What was made of a path; 0: nothing, it was there. */
static uint64_t find_made(struct oci_made_cgroups cgroups, const char *path)
{
    for (size_t i = 0; i < cgroups.count; i++) {
        if (strcmp(cgroups.at[i].path, path) == 0)
            return cgroups.at[i].inode;
    }
    return 0;
}

/* The on_cgroups of struct oci_run_options: writes the state again, now with what tells the cgroups
 * from others of their name. */
static int tell_cgroups(void *owner, struct oci_made_cgroups cgroups, struct err *err)
{
    struct oci_making *making = owner;
    struct oci_texts paths;
    uint64_t *inodes;

    if (oci_state_cgroups(&making->prepared->plan, making->arena, &paths, err) < 0)
        return err->number;
    inodes = arena_alloc_array(making->arena, paths.count, sizeof(*inodes));
    if (inodes == NULL)
        return err_system(err, ENOMEM, "the state of a container");
    for (size_t i = 0; i < paths.count; i++)
        inodes[i] = find_made(cgroups, paths.at[i]);
    making->cgroup_inodes = inodes;
    return tell_state(making, 0, err);
}

/* The on_created of struct oci_run_options. */
static int tell_created(void *owner, pid_t pid, int pidfd, struct err *err)
{
    const struct oci_making *making = owner;

    return making->on_created == NULL ? 0 : making->on_created(making->owner, pid, pidfd, err);
}

/* The on_started of struct oci_run_options: writes the state, says so and, where the program runs
 * with that, runs the hooks of poststart. */
static int tell_started(void *owner, pid_t pid, struct err *err)
{
    struct oci_making *making = owner;
    const struct oci_plan_request *request = &making->prepared->request;
    const struct oci_state state = {
        .id = request->id, .pid = pid, .bundle = request->bundle, .status = OCI_RUNNING
    };

    if (tell_state(making, pid, err) < 0 ||
        (making->on_started != NULL && making->on_started(making->owner, pid, err) < 0))
        return err->number;
    return request->has_gate ? 0 : oci_hooks_poststart(request->config, &state, err);
}

/* Takes the container's name, and writes a state from which a removal knows what there is, should
 * this process be killed. *claim_fd, which is the caller's, is set as soon as the name is taken; it
 * is claimed as long as that is open (oci_state_claim()). The caller holds all signals. */
static int begin(struct oci_making *making, int *claim_fd, struct err *err)
{
    const char *id = making->prepared->request.id;
    struct err second = { 0 };

    if (oci_state_claim(making->root, id, claim_fd, err) < 0)
        return err->number;
    making->claim_fd = *claim_fd;
    if (oci_kept_write(*claim_fd, making->prepared->json, err) == 0 &&
        tell_state(making, 0, err) == 0)
        return 0;
    if (oci_state_remove(making->root, id, &second) < 0)
        return err_add(err, err->number, &second);
    return err->number;
}

/* Makes the name free again where the container is wholly gone, and runs the hooks of poststop.
 * `number` is 0, or that of `err`, which tells why there is no container; gives it, or why the name
 * is not free. */
static int end(const struct oci_making *making, int number, struct err *err)
{
    const struct oci_plan_request *request = &making->prepared->request;
    const struct oci_state state = { .id = request->id,
                                     .bundle = request->bundle,
                                     .status = OCI_STOPPED };
    struct err second = { 0 };

    /* As long as something is left, `delete` has to know of it. */
    if (making->is_left)
        return number;
    if (oci_state_remove(making->root, request->id, &second) < 0)
        return err_add(err, number, &second);
    oci_hooks_poststop(request->config, &state, making->listener);
    return number;
}

/* Makes the gate and, behind it, the container. */
static int make_behind_gate(struct oci_making *making, struct err *err)
{
    const struct oci_run_options how = { .on_cgroups = tell_cgroups,
                                         .on_started = tell_started,
                                         .owner = making,
                                         .filters = making->filters,
                                         .console_fd = making->console_fd,
                                         .streams = making->streams,
                                         .preserved = making->preserved,
                                         .net_early = making->net_early,
                                         .is_among_threads = making->is_among_threads,
                                         .ret_is_left = &making->is_left,
                                         .trace = making->trace };
    CLEANUP(fd_close) int gate_fd = -1;

    if (oci_gate_make(making->claim_fd, &gate_fd, err) < 0)
        return err->number;
    return oci_create(&making->prepared->plan, &how, gate_fd, err);
}

int oci_making_create(struct oci_making *making, struct err *err)
{
    CLEANUP(fd_close) int claim_fd = -1;
    CLEANUP(oci_signals_release) struct oci_signals signals = OCI_SIGNALS_FREE;

    if (oci_signals_hold(&signals, err) < 0 || begin(making, &claim_fd, err) < 0)
        return err->number;
    if (make_behind_gate(making, err) == 0)
        return 0;
    return end(making, err->number, err);
}

int oci_making_run(struct oci_making *making, int *ret_status, struct err *err)
{
    const struct oci_run_options how = { .on_cgroups = tell_cgroups,
                                         .on_created = tell_created,
                                         .on_started = tell_started,
                                         .owner = making,
                                         .filters = making->filters,
                                         .console_fd = making->console_fd,
                                         .relay_fd = making->relay_fd,
                                         .net_early = making->net_early,
                                         .is_kept = making->is_kept,
                                         .ret_is_left = &making->is_left,
                                         .trace = making->trace };
    CLEANUP(oci_signals_release) struct oci_signals signals = OCI_SIGNALS_FREE;
    CLEANUP(fd_close) int claim_fd = -1;
    int number;

    if (oci_signals_hold(&signals, err) < 0 || begin(making, &claim_fd, err) < 0)
        return err->number;
    number = oci_run(&making->prepared->plan, &how, ret_status, err);
    if (number == 0 && making->is_kept)
        return 0;
    return end(making, number, err);
}
