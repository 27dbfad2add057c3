/* cupel-oci state: what is known of a container. */
#include "oci/state.h"

#include "base/cleanup.h"
#include "cli/document.h"
#include "cli/oci/oci.h"

#include <stdio.h>

int oci_state_command(const void *globals, const void *options, struct cli_operands operands)
{
    CLEANUP(arena_done) struct arena arena = arena_init(2 * OCI_ARENA_BYTES);
    struct oci_found found;
    struct oci_config config;
    struct bytes json;
    struct err err = { 0 };

    (void)options;
    if (oci_find(globals, operands.at[0], &arena, &found, &err) < 0)
        return oci_fail(globals, &err, 1);
    if (oci_read_kept(found.root, found.state.id, &arena, &config, &err) == 0)
        found.state.annotations = &config.annotations;
    if (oci_state_format(&found.state, &arena, &json, &err) < 0)
        return oci_fail(globals, &err, 1);
    printf("%.*s\n", (int)json.size, (const char *)json.at);
    return cli_printed(stdout);
}
