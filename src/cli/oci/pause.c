/* cupel-oci pause and resume: a container's processes stand still, and go on. */
#include "base/cleanup.h"
#include "cli/oci/oci.h"
#include "oci/freeze.h"

#include <errno.h>

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
    struct oci_found found;
    struct err err = { 0 };

    (void)options;
    if (oci_find(globals, operands.at[0], &arena, &found, &err) < 0 ||
        check_status(&found.state, OCI_RUNNING, &err) < 0 ||
        oci_freeze_begin(&found.state, &err) < 0)
        return oci_fail(globals, &err, 1);
    return 0;
}

int oci_resume_command(const void *globals, const void *options, struct cli_operands operands)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_found found;
    struct err err = { 0 };

    (void)options;
    if (oci_find(globals, operands.at[0], &arena, &found, &err) < 0 ||
        check_status(&found.state, OCI_PAUSED, &err) < 0 || oci_freeze_end(&found.state, &err) < 0)
        return oci_fail(globals, &err, 1);
    return 0;
}
