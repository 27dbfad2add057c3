/* cupel-oci pause and resume: a container's processes stand still, and go on. */
#include "base/cleanup.h"
#include "cli/oci/oci.h"
#include "oci/freeze.h"

#include <errno.h>

static int read_state(const struct oci_globals *globals, const char *id, struct arena *arena,
                      struct oci_state *ret_state, struct err *err)
{
    const char *root;

    if (oci_root_find(globals, arena, &root, err) < 0)
        return err->number;
    return oci_state_read(root, id, arena, ret_state, err);
}

static int check_status(const struct oci_state *state, enum oci_status wanted, struct err *err)
{
    if (state->status == wanted)
        return 0;
    return err_set(err, -EBUSY, "the container '%s' is %s, and not %s", state->id,
                   oci_status_name(state->status), oci_status_name(wanted));
}

int oci_pause_command(const void *globals, const void *options, struct cli_operands operands)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_state state;
    struct err err = { 0 };

    (void)options;
    if (read_state(globals, operands.at[0], &arena, &state, &err) < 0 ||
        check_status(&state, OCI_RUNNING, &err) < 0 || oci_freeze_begin(&state, &err) < 0)
        return oci_fail(globals, &err, 1);
    return 0;
}

int oci_resume_command(const void *globals, const void *options, struct cli_operands operands)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_state state;
    struct err err = { 0 };

    (void)options;
    if (read_state(globals, operands.at[0], &arena, &state, &err) < 0 ||
        check_status(&state, OCI_PAUSED, &err) < 0 || oci_freeze_end(&state, &err) < 0)
        return oci_fail(globals, &err, 1);
    return 0;
}
