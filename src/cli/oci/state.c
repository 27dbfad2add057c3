/* cupel-oci state: what is known of a container. */
#include "oci/state.h"

#include "base/cleanup.h"
#include "cli/document.h"
#include "cli/oci/oci.h"

#include <stdio.h>

/* A hook may ask while the container waits for that hook. */
static bool has_hooks(const struct oci_config *config)
{
    return config->hooks[OCI_HOOK_PRESTART].count > 0 ||
           config->hooks[OCI_HOOK_CREATE_RUNTIME].count > 0 ||
           config->hooks[OCI_HOOK_CREATE_CONTAINER].count > 0;
}

int oci_state_command(const void *globals, const void *options, struct cli_operands operands)
{
    CLEANUP(arena_done) struct arena arena = arena_init(2 * OCI_ARENA_BYTES);
    struct oci_found found;
    struct oci_config config;
    struct bytes json;
    struct err err = { 0 };
    bool is_kept;

    (void)options;
    if (oci_find(globals, operands.at[0], &arena, &found, &err) < 0)
        return oci_fail(globals, &err, 1);
    is_kept = oci_read_kept(found.root, found.state.id, &arena, &config, &err) == 0;
    if (found.state.status == OCI_CREATING && is_kept && !has_hooks(&config) &&
        oci_find_created(globals, operands.at[0], &arena, &found, &err) < 0)
        return oci_fail(globals, &err, 1);
    if (is_kept)
        found.state.annotations = &config.annotations;
    if (oci_state_format(&found.state, false, &arena, &json, &err) < 0)
        return oci_fail(globals, &err, 1);
    printf("%.*s\n", (int)json.size, (const char *)json.at);
    return cli_printed(stdout);
}
