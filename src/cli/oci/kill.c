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

struct killing {
    const struct oci_runtime *runtime;
    int signal;
    bool all;
};

static int kill_one(void *owner, const char *id, struct err *err)
{
    const struct killing *killing = owner;

    return oci_container_kill(killing->runtime, id, killing->signal, killing->all, err);
}

int oci_kill_command(const void *globals, const void *options, struct cli_operands operands)
{
    const struct oci_kill_options *wanted = options;
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_runtime runtime;
    struct killing killing = { .runtime = &runtime, .all = wanted->all };
    struct err err = { 0 };

    killing.signal = find_signal(operands.count > 1 ? operands.at[1] : "TERM", &err);
    if (killing.signal < 0 || oci_runtime_find(globals, &arena, &runtime, &err) < 0)
        return oci_fail(globals, &err, 1);
    if (wanted->regex)
        return oci_for_each_like(globals, operands.at[0], kill_one, &killing);
    return kill_one(&killing, operands.at[0], &err) < 0 ? oci_fail(globals, &err, 1) : 0;
}
