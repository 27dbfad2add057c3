/* The start and the end of a container, with the hooks that come after them. */
#include "oci/ending.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "oci/channel.h"
#include "oci/gate.h"
#include "oci/kept.h"

#include <errno.h>

int oci_read_kept(const char *root, const char *id, struct arena *arena,
                  struct oci_config *ret_config, struct err *err)
{
    CLEANUP(fd_close) int directory_fd = oci_state_open(root, id, err);
    int number =
        directory_fd < 0 ? directory_fd : oci_kept_read(directory_fd, arena, ret_config, err);

    if (number == -ENOENT) {
        *ret_config = (struct oci_config){ 0 };
        number = 0;
    }
    return number;
}

int oci_remove(const struct oci_listener *listener, const char *root, const struct oci_state *state,
               struct err *err)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_state stopped = *state;
    struct oci_config config = { 0 };

    /* What cannot be read shall not keep the container from being removed. */
    if (oci_read_kept(root, state->id, &arena, &config, err) < 0 && listener->warn != NULL)
        listener->warn(listener->owner, err);
    if (oci_state_destroy(root, state, err) < 0)
        return err->number;
    stopped.status = OCI_STOPPED;
    stopped.pid = 0;
    oci_hooks_poststop(&config, &stopped, listener);
    return 0;
}

/* Lets the process behind the gate go on. */
static int open_gate(const char *root, const char *id, int *ret_failure_status, struct err *err)
{
    CLEANUP(fd_close) int directory_fd = oci_state_open(root, id, err);

    return directory_fd < 0 ? directory_fd : oci_gate_open(directory_fd, ret_failure_status, err);
}

int oci_start_created(const struct oci_listener *listener, const char *root, const char *id,
                      struct err *err)
{
    CLEANUP(arena_done) struct arena arena = arena_init(2 * OCI_ARENA_BYTES);
    struct oci_config config;
    struct oci_state state;
    struct err second = { 0 };
    int status = 0;

    if (oci_state_read(root, id, &arena, &state, err) < 0 ||
        oci_read_kept(root, id, &arena, &config, err) < 0)
        return err->number;
    if (open_gate(root, id, &status, err) == 0) {
        state.status = OCI_RUNNING;
        if (oci_hooks_poststart(&config, &state, err) == 0)
            return 0;
        status = OCI_FAILED_HOOK;
    }
    if (status == OCI_FAILED_HOOK && oci_remove(listener, root, &state, &second) < 0)
        return err_add(err, err->number, &second);
    return err->number;
}
