/* cupel-oci run: a container from a bundle, from its making to its end. */
#include "cli/oci/oci.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "oci/execute.h"
#include "oci/signals.h"
#include "oci/state.h"

#include <fcntl.h>
#include <string.h>

/* What is done when the program has been started. */
struct start {
    const char *root;
    const char *pid_file; /* or NULL */
    const struct oci_prepared *prepared;
    struct arena *arena;
};

static int write_pid_file(const char *path, pid_t pid, struct err *err)
{
    char block[32];
    struct text text = text_init(block, sizeof(block));

    (void)text_append_decimal(&text, (uint64_t)pid, 0);
    if (file_write_atomic((struct file_place){ AT_FDCWD, path }, text_bytes(&text), 0644, err) < 0)
        return err_prefix(err, "option '--pid-file'");
    return 0;
}

/* `pid` is 0 as long as there is no process. */
static int tell_state(const struct start *start, pid_t pid, struct err *err)
{
    const struct oci_plan_request *request = &start->prepared->request;
    struct oci_state state = { .id = request->id, .bundle = request->bundle, .pid = pid };

    if (oci_state_describe(&start->prepared->plan, start->arena, &state, err) < 0)
        return err->number;
    return oci_state_write(start->root, &state, err);
}

static int tell_others(void *owner, pid_t pid, struct err *err)
{
    const struct start *start = owner;

    if (tell_state(start, pid, err) < 0)
        return err->number;
    return start->pid_file == NULL ? 0 : write_pid_file(start->pid_file, pid, err);
}

/* Runs it under its name, which is free again afterwards. */
static int run_claimed(struct start *start, int *ret_status, struct err *err)
{
    const struct oci_run_options how = { .on_started = tell_others, .owner = start };
    const char *id = start->prepared->request.id;
    CLEANUP(oci_signals_release) struct oci_signals signals = OCI_SIGNALS_FREE;
    struct err second = { 0 };
    int number = oci_signals_hold(&signals, err);

    if (number == 0)
        number = oci_state_claim(start->root, id, err);
    if (number < 0)
        return number;
    /* From here on `delete` knows what to remove, should this process be killed. */
    number = tell_state(start, 0, err);
    if (number == 0)
        number = oci_run(&start->prepared->plan, &how, ret_status, err);
    if (oci_state_remove(start->root, id, &second) < 0 && number == 0) {
        *err = second;
        number = second.number;
    }
    return number;
}

/* The plan, a message a line. */
static void debug_plan(const struct oci_globals *globals, const struct oci_plan *plan,
                       struct arena *arena)
{
    struct err ignored = { 0 };
    struct bytes text;
    char *lines;

    if (!globals->debug || oci_plan_format(plan, false, arena, &text, &ignored) < 0)
        return;
    lines = arena_copy_bytes(arena, text);
    for (char *line = lines == NULL ? NULL : strtok_r(lines, "\n", &lines); line != NULL;
         line = strtok_r(NULL, "\n", &lines))
        oci_debug(globals, line);
}

int oci_run_command(const void *globals, const void *options, struct cli_operands operands)
{
    const struct oci_run_words *words = options;
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_prepared prepared;
    struct start start = { .pid_file = words->pid_file, .prepared = &prepared, .arena = &arena };
    struct err err = { 0 };
    int status = 0;

    if (oci_root_find(globals, &arena, &start.root, &err) < 0 ||
        oci_prepare(words->bundle, operands.at[0], &arena, &prepared, &err) < 0)
        return oci_fail(globals, &err, 1);
    debug_plan(globals, &prepared.plan, &arena);
    if (run_claimed(&start, &status, &err) < 0)
        return oci_fail(globals, &err, 1);
    return status;
}
