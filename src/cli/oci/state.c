/* cupel-oci state: what is known of a container. */
#include "oci/state.h"

#include "base/cleanup.h"
#include "cli/document.h"
#include "cli/oci/oci.h"

#include <stdio.h>

int oci_state_command(const void *globals, const void *options, struct cli_operands operands)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_state state;
    struct bytes json;
    struct err err = { 0 };
    const char *root;

    (void)options;
    if (oci_root_find(globals, &arena, &root, &err) < 0 ||
        oci_state_read(root, operands.at[0], &arena, &state, &err) < 0 ||
        oci_state_format(&state, &arena, &json, &err) < 0)
        return oci_fail(globals, &err, 1);
    printf("%.*s\n", (int)json.size, (const char *)json.at);
    return cli_printed(stdout);
}
