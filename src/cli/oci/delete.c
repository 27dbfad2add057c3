/* cupel-oci delete: removes what is left of a container. */
#include "base/cleanup.h"
#include "cli/oci/oci.h"
#include "oci/state.h"

#include <errno.h>

int oci_delete_command(const void *globals, const void *options, struct cli_operands operands)
{
    const struct oci_delete_options *wanted = options;
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_state state;
    struct err err = { 0 };
    const char *root;
    int number = oci_root_find(globals, &arena, &root, &err);

    if (number == 0)
        number = oci_state_read(root, operands.at[0], &arena, &state, &err);
    if (number == -ENOENT && wanted->force)
        return 0;
    if (number == 0 && state.status != OCI_STOPPED && state.status != OCI_CREATED && !wanted->force)
        number = err_set(&err, -EBUSY, "the container '%s' is %s; --force kills it", state.id,
                         oci_status_name(state.status));
    if (number == 0)
        number = oci_remove(globals, root, &state, &err);
    return number < 0 ? oci_fail(globals, &err, 1) : 0;
}
