/* cupel-oci delete: removes what is left of a container. */
#include "base/cleanup.h"
#include "cli/oci/oci.h"

#include <errno.h>

/* Adds what could be done about it. */
static void advise(const struct oci_runtime *runtime, const char *id, struct err *err)
{
    static const struct err advice = { .number = -EBUSY, .sentence = "--force kills it" };
    struct oci_container_state state;
    struct err ignored;

    if (oci_container_read(runtime, id, &state, &ignored) == 0 && state.status != OCI_STOPPED &&
        state.status != OCI_CREATED)
        (void)err_add(err, err->number, &advice);
}

int oci_delete_command(const void *globals, const void *options, struct cli_operands operands)
{
    const struct oci_delete_options *wanted = options;
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_runtime runtime;
    struct err err = { 0 };
    int number = oci_runtime_find(globals, &arena, &runtime, &err);

    if (number == 0)
        number = oci_container_delete(&runtime, operands.at[0], wanted->force, &err);
    if (number == -ENOENT && wanted->force)
        return 0;
    if (number == -EBUSY && !wanted->force)
        advise(&runtime, operands.at[0], &err);
    return number < 0 ? oci_fail(globals, &err, 1) : 0;
}
