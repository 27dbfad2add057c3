/* cupel-oci pause and resume: a container's processes stand still, and go on. */
#include "base/cleanup.h"
#include "cli/oci/oci.h"
#include "oci/freeze.h"

#include <errno.h>

/* Reads the container's state, which must be `wanted`. */
static int read_as(const struct oci_globals *globals, const char *id, enum oci_status wanted,
                   struct arena *arena, struct oci_state *ret_state, struct err *err)
{
    const char *root;

    if (oci_root_find(globals, arena, &root, err) < 0 ||
        oci_state_read(root, id, arena, ret_state, err) < 0)
        return err->number;
    if (ret_state->status != wanted)
        return err_set(err, -EBUSY, "the container '%s' is %s, and not %s", id,
                       oci_status_name(ret_state->status), oci_status_name(wanted));
    return 0;
}

int oci_pause_command(const void *globals, const void *options, struct cli_operands operands)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_state state;
    struct err err = { 0 };

    (void)options;
    if (read_as(globals, operands.at[0], OCI_RUNNING, &arena, &state, &err) < 0 ||
        oci_freeze_begin(&state, &err) < 0)
        return oci_fail(globals, &err, 1);
    return 0;
}

int oci_resume_command(const void *globals, const void *options, struct cli_operands operands)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_state state;
    struct err err = { 0 };

    (void)options;
    if (read_as(globals, operands.at[0], OCI_PAUSED, &arena, &state, &err) < 0 ||
        oci_freeze_end(&state, &err) < 0)
        return oci_fail(globals, &err, 1);
    return 0;
}
