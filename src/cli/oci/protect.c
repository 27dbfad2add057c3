/* The runtime's own program, out of reach of the containers. */
#include "cli/oci/oci.h"

#include "kernel/self.h"
#include "kernel/self_entry.h"
#include "kernel/self_map.h"

/* The commands that start a program in a container; and the option whose helper is looked for
 * beside the program. */
const char kernel_self_words_anew[][KERNEL_SELF_WORD_BYTES] = { "run", "create", "exec", "" };
const char kernel_self_words_later[][KERNEL_SELF_WORD_BYTES] = { "--systemd-cgroup", "" };

static char **own_argv;

void oci_protect_remember(char **argv)
{
    own_argv = argv;
}

int oci_protect(const struct oci_globals *globals, struct err *err)
{
    int number;

    if (globals->systemd_cgroup)
        oci_scope_remember();
    number = kernel_self_protect(own_argv, err);
    kernel_self_map_in_heap();
    return number;
}
