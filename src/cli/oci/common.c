/* Errors, the place where containers are known, and the way from a bundle to a plan. */
#include "cli/oci/oci.h"

#include "base/text_format.h"
#include "base/timestamp.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct line {
    bool is_json;
    const char *level;
    const char *message;
};

/* A line as runc and crun write it, for podman and containerd. */
static void write_line(FILE *log, const struct line *line)
{
    char block[32];
    struct text when = text_init(block, sizeof(block));

    (void)(text_append_time(&when, time(NULL)) && text_append_char(&when, 'Z'));
    if (line->is_json) {
        json_t *json =
            json_pack("{ss ss ss}", "level", line->level, "msg", line->message, "time", when.at);

        (void)json_dumpf(json, log, JSON_COMPACT);
        (void)fputc('\n', log);
        json_decref(json);
        return;
    }
    (void)fprintf(log, "time=\"%s\" level=%s msg=\"%s\"\n", when.at, line->level, line->message);
}

/* Appends a line to the log; false where that cannot be done. */
static bool append_line(const struct oci_globals *globals, const char *level, const char *message)
{
    const struct line line = { .is_json = strcmp(globals->log_format, "json") == 0,
                               .level = level,
                               .message = message };
    FILE *log = fopen(globals->log, "ae");

    if (log == NULL)
        return false;
    write_line(log, &line);
    return fclose(log) == 0;
}

static int no_log(const struct oci_globals *globals, int status)
{
    struct err err = { 0 };

    (void)err_system(&err, errno, "option '--log': write '%s'", globals->log);
    return cli_fail(OCI_PROGRAM, &err, status);
}

int oci_fail(const struct oci_globals *globals, const struct err *err, int status)
{
    (void)cli_fail(OCI_PROGRAM, err, status);
    if (globals->log != NULL && !append_line(globals, "error", err->sentence))
        return no_log(globals, status);
    return status;
}

void oci_warn(const struct oci_globals *globals, const struct err *err)
{
    if (strcmp(globals->log_level, "error") == 0)
        return;
    /* With a log to that alone, since standard error may be the program's as well. */
    if (globals->log == NULL)
        (void)fprintf(stderr, OCI_PROGRAM ": warning: %s\n", err->sentence);
    else if (!append_line(globals, "warning", err->sentence))
        (void)no_log(globals, 0);
}

bool oci_is_debugging(const struct oci_globals *globals)
{
    return globals->debug || strcmp(globals->log_level, "debug") == 0;
}

void oci_debug(const struct oci_globals *globals, const char *message)
{
    if (!oci_is_debugging(globals))
        return;
    if (globals->log == NULL)
        (void)fprintf(stderr, OCI_PROGRAM ": debug: %s\n", message);
    else if (!append_line(globals, "debug", message))
        (void)no_log(globals, 0);
}

/* Where the containers of a caller are known that does not say where; false: the name is too long.
 */
static bool append_usual_root(struct text *root)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    const struct oci_caller caller = oci_caller_now();

    if (!oci_caller_has_machine(&caller) && runtime != NULL && runtime[0] == '/')
        return text_format(root, "%s/cupel-oci", runtime);
    if (caller.uid == 0)
        return text_append(root, "/run/cupel-oci");
    return text_format(root, "/tmp/cupel-oci-%u", caller.uid);
}

int oci_root_find(const struct oci_globals *globals, struct arena *arena, const char **ret_root,
                  struct err *err)
{
    char block[PATH_MAX];
    struct text text = text_init(block, sizeof(block));
    bool fits =
        globals->root == NULL ? append_usual_root(&text) : text_append(&text, globals->root);
    char *copy;

    copy = fits && text.size > 0 ? arena_copy_text(arena, text.at) : NULL;
    if (copy == NULL)
        return err_set(err, -EINVAL, "option '--root': '%s' is no directory's name",
                       globals->root == NULL ? "" : globals->root);
    *ret_root = copy;
    return 0;
}

/* The calls want a path that does not depend on the working directory. */
static const char *absolute(const char *root, struct arena *arena)
{
    char block[PATH_MAX];
    char directory[PATH_MAX];
    struct text path = text_init(block, sizeof(block));

    if (root[0] == '/')
        return root;
    if (getcwd(directory, sizeof(directory)) == NULL ||
        !text_format(&path, "%s/%s", directory, root))
        return NULL;
    return arena_copy_text(arena, path.at);
}

int oci_runtime_find(const struct oci_globals *globals, struct arena *arena,
                     struct oci_runtime *ret_runtime, struct err *err)
{
    struct oci_runtime runtime = { .listener = oci_listener_of(globals) };

    if (oci_root_find(globals, arena, &runtime.root, err) < 0)
        return err->number;
    runtime.root = absolute(runtime.root, arena);
    if (runtime.root == NULL)
        return err_set(err, -EINVAL, "option '--root': '%s' is no directory's name", globals->root);
    *ret_runtime = runtime;
    return 0;
}

int oci_find(const struct oci_globals *globals, const char *id, struct arena *arena,
             struct oci_found *ret_found, struct err *err)
{
    if (oci_root_find(globals, arena, &ret_found->root, err) < 0)
        return err->number;
    return oci_state_read(ret_found->root, id, arena, &ret_found->state, err);
}

int oci_find_created(const struct oci_globals *globals, const char *id, struct arena *arena,
                     struct oci_found *ret_found, struct err *err)
{
    if (oci_root_find(globals, arena, &ret_found->root, err) < 0)
        return err->number;
    return oci_state_await(ret_found->root, id, arena, &ret_found->state, err);
}

int oci_find_running(const struct oci_globals *globals, const char *id, struct arena *arena,
                     struct oci_found *ret_found, struct err *err)
{
    if (oci_find_created(globals, id, arena, ret_found, err) < 0)
        return err->number;
    if (!oci_status_has_process(ret_found->state.status))
        return err_set(err, -EBUSY, "the container '%s' is %s", id,
                       oci_status_name(ret_found->state.status));
    return 0;
}

bool oci_is_by_systemd(const void *globals)
{
    const struct oci_globals *given = globals;

    if (given->cgroup_manager != NULL)
        return strcmp(given->cgroup_manager, "systemd") == 0;
    return given->systemd_cgroup;
}

bool oci_is_without_cgroup(const void *globals)
{
    const char *manager = ((const struct oci_globals *)globals)->cgroup_manager;

    return manager != NULL && strcmp(manager, "disabled") == 0;
}

/* What the options of run and create say of the plan, and what the caller passes on. */
static int apply_words(const struct oci_run_words *words, struct arena *arena,
                       struct oci_prepared *prepared, struct err *err)
{
    struct oci_plan_request *request = &prepared->request;
    struct oci_passing passing;

    if (words == NULL)
        return 0;
    if (oci_passing_find(words->preserve_fds, true, &passing, err) < 0 ||
        oci_passing_apply(&passing, arena, &prepared->config, err) < 0)
        return err->number;
    request->preserved_fds = passing.count;
    request->is_relayed = words->console_socket == NULL && !request->has_gate;
    request->without_pivot = words->no_pivot;
    request->keeps_keyring = words->no_new_keyring;
    request->has_hook = !request->has_gate && oci_notify_find() != NULL;
    return 0;
}

int oci_prepare(const struct oci_bundle *bundle, const struct oci_run_words *words,
                struct arena *arena, struct oci_prepared *ret_prepared, struct err *err)
{
    if (oci_prepared_read(bundle, arena, ret_prepared, err) < 0 ||
        apply_words(words, arena, ret_prepared, err) < 0)
        return err->number;
    oci_console_measure(&ret_prepared->config.process);
    return oci_prepared_plan(ret_prepared, arena, err);
}
