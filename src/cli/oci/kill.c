/* cupel-oci kill: a signal to a container. */
#include "base/cleanup.h"
#include "cli/oci/oci.h"
#include "oci/freeze.h"

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
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_found found;
    struct err err = { 0 };
    int signal = find_signal(operands.count > 1 ? operands.at[1] : "TERM", &err);
    const struct oci_kill_options *wanted = options;
    int number;

    if (signal < 0 || oci_find(globals, operands.at[0], &arena, &found, &err) < 0)
        return oci_fail(globals, &err, 1);
    number = wanted->all ? oci_kill_all(&found.state, signal, &arena, &err)
                         : oci_state_kill(&found.state, signal, &err);
    /* With cgroup v1 what stands still does not even die. */
    if (number == 0 && signal == SIGKILL && found.state.status == OCI_PAUSED)
        number = oci_freeze_end(&found.state, &err);
    return number < 0 ? oci_fail(globals, &err, 1) : 0;
}
