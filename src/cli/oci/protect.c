/* The runtime's own program, out of reach of the containers. */
#include "cli/oci/oci.h"

#include "kernel/self.h"
#include "kernel/self_map.h"

static char **own_argv;

void oci_protect_remember(char **argv)
{
    own_argv = argv;
}

int oci_protect(const struct oci_globals *globals, struct err *err)
{
    int number;

    if (oci_is_by_systemd(globals))
        oci_scope_remember();
    number = kernel_self_protect(own_argv, err);
    kernel_self_map_in_heap();
    return number;
}
