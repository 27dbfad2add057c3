/* cupel-oci plan: what would be done for a bundle, step by step. */
#include "cli/oci/oci.h"

#include "base/cleanup.h"
#include "cli/document.h"

#include <stdio.h>

int oci_plan_command(const void *globals, const void *options, struct cli_operands operands)
{
    const struct oci_plan_options *command = options;
    const struct oci_bundle bundle = { .path = command->bundle,
                                       .id = operands.count > 0 ? operands.at[0] : "container",
                                       .is_by_systemd = oci_is_by_systemd(globals),
                                       .is_without_cgroup = oci_is_without_cgroup(globals) };
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    const struct oci_listener listener = oci_listener_of(globals);
    struct oci_prepared prepared;
    struct bytes text;
    struct err err = { 0 };

    if (oci_prepare(&bundle, NULL, &arena, &prepared, &err) < 0 ||
        oci_plan_format(&prepared.plan, command->json, &arena, &text, &err) < 0)
        return oci_fail(globals, &err, 1);
    oci_plan_warn(&prepared.plan, &listener, prepared.name);
    (void)fwrite(text.at, 1, text.size, stdout);
    return cli_printed(stdout);
}
