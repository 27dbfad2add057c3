/* cupel-oci pause and resume: a container's processes stand still, and go on. */
#include "base/cleanup.h"
#include "cli/oci/oci.h"

typedef int (*call)(const struct oci_runtime *runtime, const char *id, struct err *err);

static int perform(const struct oci_globals *globals, const char *id, call function)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_runtime runtime;
    struct err err = { 0 };

    if (oci_runtime_find(globals, &arena, &runtime, &err) < 0 || function(&runtime, id, &err) < 0)
        return oci_fail(globals, &err, 1);
    return 0;
}

int oci_pause_command(const void *globals, const void *options, struct cli_operands operands)
{
    (void)options;
    return perform(globals, operands.at[0], oci_container_pause);
}

int oci_resume_command(const void *globals, const void *options, struct cli_operands operands)
{
    (void)options;
    return perform(globals, operands.at[0], oci_container_resume);
}
