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

struct deleting {
    const struct oci_runtime *runtime;
    bool force;
};

static int delete_one(void *owner, const char *id, struct err *err)
{
    const struct deleting *deleting = owner;
    int number = oci_container_delete(deleting->runtime, id, deleting->force, err);

    if (number == -ENOENT && deleting->force)
        return 0;
    if (number == -EBUSY && !deleting->force)
        advise(deleting->runtime, id, err);
    return number;
}

int oci_delete_command(const void *globals, const void *options, struct cli_operands operands)
{
    const struct oci_delete_options *wanted = options;
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_runtime runtime;
    struct deleting deleting = { .runtime = &runtime, .force = wanted->force };
    struct err err = { 0 };

    if (oci_runtime_find(globals, &arena, &runtime, &err) < 0)
        return oci_fail(globals, &err, 1);
    if (wanted->regex)
        return oci_for_each_like(globals, operands.at[0], delete_one, &deleting);
    return delete_one(&deleting, operands.at[0], &err) < 0 ? oci_fail(globals, &err, 1) : 0;
}
