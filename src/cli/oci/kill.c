/* cupel-oci kill: a signal to a container. */
#include "base/cleanup.h"
#include "cli/oci/oci.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* The number of "TERM", "SIGTERM", "term" or "15"; -EINVAL with a sentence. */
static int find_signal(const char *word, struct err *err)
{
    const char *name = strncasecmp(word, "SIG", 3) == 0 ? word + 3 : word;
    char *end = NULL;
    unsigned long number = strtoul(word, &end, 10);

    if (word[0] >= '0' && word[0] <= '9' && *end == '\0' && number < NSIG)
        return (int)number;
    for (int i = 1; i < NSIG; i++) {
        const char *known = sigabbrev_np(i);

        if (known != NULL && strcasecmp(known, name) == 0)
            return i;
    }
    return err_set(err, -EINVAL, "there is no signal '%s'", word);
}

int oci_kill_command(const void *globals, const void *options, struct cli_operands operands)
{
    const struct oci_kill_options *wanted = options;
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_runtime runtime;
    struct err err = { 0 };
    int signal = find_signal(operands.count > 1 ? operands.at[1] : "TERM", &err);

    if (signal < 0 || oci_runtime_find(globals, &arena, &runtime, &err) < 0 ||
        oci_container_kill(&runtime, operands.at[0], signal, wanted->all, &err) < 0)
        return oci_fail(globals, &err, 1);
    return 0;
}
