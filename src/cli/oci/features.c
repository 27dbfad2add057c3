/* cupel-oci features: what the runtime does. */
#include "oci/features.h"

#include "base/cleanup.h"
#include "cli/document.h"
#include "cli/oci/oci.h"
#include "oci/scope.h"

#include <stdio.h>

void oci_print_version(void)
{
    printf("spec: " OCI_VERSION "\n%s+SELINUX +APPARMOR +CAP +SECCOMP +EBPF\n",
           oci_scope_is_offered() ? "+SYSTEMD " : "");
}

int oci_features_command(const void *globals, const void *options, struct cli_operands operands)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct bytes json;
    struct err err = { 0 };

    (void)options;
    (void)operands;
    if (oci_features_format(&arena, &json, &err) < 0)
        return oci_fail(globals, &err, 1);
    printf("%.*s\n", (int)json.size, (const char *)json.at);
    return cli_printed(stdout);
}
