/* cupel-oci delete: removes what is left of a container. */
#include "base/cleanup.h"
#include "cli/oci/oci.h"
#include "oci/state.h"

#include <errno.h>

int oci_delete_command(const void *globals, const void *options, struct cli_operands operands)
{
    const struct oci_delete_options *wanted = options;
    const struct oci_listener listener = oci_listener_of(globals);
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_found found;
    struct err err = { 0 };
    int number = oci_find(globals, operands.at[0], &arena, &found, &err);

    if (number == -ENOENT && wanted->force)
        return 0;
    if (number == 0 && found.state.status != OCI_STOPPED && found.state.status != OCI_CREATED &&
        !wanted->force)
        number = err_set(&err, -EBUSY, "the container '%s' is %s; --force kills it", found.state.id,
                         oci_status_name(found.state.status));
    if (number == 0)
        number = oci_remove(&listener, found.root, &found.state, &err);
    return number < 0 ? oci_fail(globals, &err, 1) : 0;
}
