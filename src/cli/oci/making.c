/* What run and create share: the name, the state, the pid file, and the way to the gate. */
#include "cli/oci/oci.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "oci/execute.h"
#include "oci/gate.h"
#include "oci/kept.h"
#include "oci/signals.h"
#include "oci/state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

void oci_debug_plan(const struct oci_globals *globals, const struct oci_plan *plan,
                    struct arena *arena)
{
    struct err ignored = { 0 };
    struct bytes text;
    char *lines;

    if (!globals->debug || oci_plan_format(plan, false, arena, &text, &ignored) < 0)
        return;
    lines = arena_copy_bytes(arena, text);
    for (char *line = lines == NULL ? NULL : strtok_r(lines, "\n", &lines); line != NULL;
         line = strtok_r(NULL, "\n", &lines))
        oci_debug(globals, line);
}

int oci_write_pid_file(const char *path, pid_t pid, struct err *err)
{
    char block[32];
    struct text text = text_init(block, sizeof(block));

    (void)text_append_decimal(&text, (uint64_t)pid, 0);
    if (file_write_atomic((struct file_place){ AT_FDCWD, path }, text_bytes(&text), 0644, err) < 0)
        return err_prefix(err, "option '--pid-file'");
    return 0;
}

int oci_making_find(struct oci_making *making, struct err *err)
{
    char block[PATH_MAX];
    struct text path = text_init(block, sizeof(block));

    if (oci_root_find(making->globals, making->arena, &making->root, err) < 0)
        return err->number;
    /* No container has a name with a dot at its beginning. */
    if (text_append(&path, making->root) && text_append(&path, "/.filters"))
        making->filters = arena_copy_text(making->arena, path.at);
    return 0;
}

/* `pid` is 0 as long as there is no process. */
static int tell_state(const struct oci_making *making, pid_t pid, struct err *err)
{
    const struct oci_plan_request *request = &making->prepared->request;
    struct oci_state state = { .id = request->id,
                               .bundle = request->bundle,
                               .pid = pid,
                               .cgroup_inodes = making->cgroup_inodes };

    if (oci_state_describe(&making->prepared->plan, making->arena, &state, err) < 0)
        return err->number;
    return oci_state_write(making->root, &state, err);
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

int oci_making_tell_cgroups(void *owner, struct oci_made_cgroups cgroups, struct err *err)
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

int oci_making_notify(void *owner, pid_t pid, int pidfd, struct err *err)
{
    const struct oci_making *making = owner;

    (void)pidfd;
    (void)err;
    oci_notify_main_process(making->globals, pid);
    return 0;
}

int oci_making_tell(void *owner, pid_t pid, struct err *err)
{
    const struct oci_making *making = owner;
    const struct oci_plan_request *request = &making->prepared->request;
    const struct oci_state state = {
        .id = request->id, .pid = pid, .bundle = request->bundle, .status = OCI_RUNNING
    };

    if (tell_state(making, pid, err) < 0 ||
        (making->pid_file != NULL && oci_write_pid_file(making->pid_file, pid, err) < 0))
        return err->number;
    if (!request->has_gate)
        oci_run_hooks(making->globals, request->config, OCI_HOOK_POSTSTART, &state);
    return 0;
}

int oci_making_begin(const struct oci_making *making, int *claim_fd, struct err *err)
{
    const char *id = making->prepared->request.id;
    struct err second = { 0 };

    if (oci_state_claim(making->root, id, claim_fd, err) < 0)
        return err->number;
    if (oci_kept_write(*claim_fd, making->prepared->json, err) == 0 &&
        tell_state(making, 0, err) == 0)
        return 0;
    if (oci_state_remove(making->root, id, &second) < 0)
        return err_add(err, err->number, &second);
    return err->number;
}

int oci_making_end(const struct oci_making *making, int number, struct err *err)
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
    oci_run_hooks(making->globals, request->config, OCI_HOOK_POSTSTOP, &state);
    return number;
}

/* Makes the gate and, behind it, the container. */
static int make_behind_gate(struct oci_making *making, struct err *err)
{
    const struct oci_run_options how = { .on_cgroups = oci_making_tell_cgroups,
                                         .on_started = oci_making_tell,
                                         .owner = making,
                                         .filters = making->filters,
                                         .console_fd = making->console->child_fd,
                                         .ret_is_left = &making->is_left,
                                         .trace = making->trace };
    CLEANUP(fd_close) int directory_fd =
        oci_state_open(making->root, making->prepared->request.id, err);
    CLEANUP(fd_close) int gate_fd = -1;

    if (directory_fd < 0 || oci_gate_make(directory_fd, &gate_fd, err) < 0)
        return err->number;
    return oci_create(&making->prepared->plan, &how, gate_fd, err);
}

int oci_make_created(struct oci_making *making, struct err *err)
{
    CLEANUP(fd_close) int claim_fd = -1;
    CLEANUP(oci_signals_release) struct oci_signals signals = OCI_SIGNALS_FREE;

    if (oci_signals_hold(&signals, err) < 0 || oci_making_begin(making, &claim_fd, err) < 0)
        return err->number;
    if (make_behind_gate(making, err) == 0)
        return 0;
    return oci_making_end(making, err->number, err);
}
