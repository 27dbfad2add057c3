/* A state as JSON, cut before the process id, which is known only where the hook is run. */
#include "oci/hooks.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "kernel/spawn.h"
#include "oci/annotations.h"
#include "oci/json_text.h"
#include "oci/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>

#define NUMBER_ROOM 24

static int no_memory(struct err *err)
{
    return err_system(err, ENOMEM, "prepare a hook");
}

const char *oci_hook_state(const struct oci_state *state, const struct oci_pairs *annotations,
                           struct arena *arena, struct err *err)
{
    static const char pid[] = ",\"pid\":";
    json_t *json = json_pack("{ss ss ss ss so}", "ociVersion", OCI_VERSION, "id", state->id,
                             "status", oci_status_name(state->status), "bundle", state->bundle,
                             "annotations", oci_annotations_json(annotations));
    CLEANUP(oci_json_text_free) char *whole = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);
    size_t room = whole == NULL ? 0 : strlen(whole) + sizeof(pid);
    char *copy = whole == NULL ? NULL : arena_alloc(arena, room);
    struct text text;

    json_decref(json);
    if (copy == NULL) {
        (void)no_memory(err);
        return NULL;
    }
    text = text_init(copy, room);
    /* Without the brace at its end. */
    (void)text_append_bytes(&text, bytes_of(whole, strlen(whole) - 1));
    (void)text_append(&text, pid);
    return copy;
}

/* A list for execve(2), which may not be of constants: of the texts, or of `only` where there are
 * none and that is not NULL. */
static char **copy_list(const struct oci_texts *texts, const char *only, struct arena *arena)
{
    const struct oci_texts one = { .count = 1, .at = &only };
    const struct oci_texts *from = texts->count == 0 && only != NULL ? &one : texts;
    char **list = arena_alloc_array(arena, from->count + 1, sizeof(*list));

    for (size_t i = 0; list != NULL && i < from->count; i++) {
        list[i] = arena_copy_text(arena, from->at[i]);
        if (list[i] == NULL)
            return NULL;
    }
    return list;
}

int oci_hook_prepare(const struct oci_hook *hook, const char *state, struct arena *arena,
                     struct oci_step_hook *ret_hook, struct err *err)
{
    bool has_env = hook->env.at != NULL;
    const struct oci_step_hook prepared = {
        .path = hook->path,
        .argv = copy_list(&hook->args, hook->path, arena),
        .envp = has_env ? copy_list(&hook->env, NULL, arena) : NULL,
        .timeout_s = hook->timeout.is_set ? (unsigned int)hook->timeout.value : 0,
        .state = state,
    };

    if (prepared.argv == NULL || (has_env && prepared.envp == NULL))
        return no_memory(err);
    *ret_hook = prepared;
    return 0;
}

int oci_hook_run(const struct oci_step_hook *hook, const struct oci_hook_place *place,
                 struct err *err)
{
    CLEANUP(fd_close) int own_fd = place->directory_fd >= 0 || hook->directory == NULL
                                       ? -1
                                       : open(hook->directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    char block[NUMBER_ROOM];
    struct text rest = text_init(block, sizeof(block));
    struct bytes input[2] = { bytes_of_text(hook->state) };
    const struct kernel_spawn spawn = { .path = hook->path,
                                        .argv = hook->argv,
                                        .envp = hook->envp,
                                        .timeout_s = hook->timeout_s,
                                        .directory_fd =
                                            place->directory_fd >= 0 ? place->directory_fd : own_fd,
                                        .input = input,
                                        .input_count = 2,
                                        .is_against = place->is_against,
                                        .filter = hook->is_filtered ? place->filter : NULL };

    (void)text_append_decimal(&rest, (uint64_t)place->pid, 0);
    (void)text_append_char(&rest, '}');
    input[1] = text_bytes(&rest);
    return kernel_spawn_run(&spawn, err);
}

/* A hook of outside; the sentence begins with its place. */
static int run_outside(const struct oci_config *config, enum oci_hook_kind kind, size_t index,
                       const struct oci_state *state, struct err *err)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    const struct oci_hook_place place = { .pid = state->pid,
                                          .directory_fd = -1,
                                          .is_against = oci_signals_are_against_it };
    const char *text = oci_hook_state(state, &config->annotations, &arena, err);
    struct oci_step_hook hook;
    int number = text == NULL
                     ? err->number
                     : oci_hook_prepare(&config->hooks[kind].at[index], text, &arena, &hook, err);

    if (number == 0) {
        hook.directory = state->bundle;
        number = oci_hook_run(&hook, &place, err);
    }
    return number < 0 ? err_prefix(err, "hooks.%s[%zu]", oci_hook_name(kind), index) : 0;
}

int oci_hooks_poststart(const struct oci_config *config, const struct oci_state *state,
                        struct err *err)
{
    for (size_t i = 0; i < config->hooks[OCI_HOOK_POSTSTART].count; i++) {
        if (run_outside(config, OCI_HOOK_POSTSTART, i, state, err) < 0)
            return err->number;
    }
    return 0;
}

void oci_hooks_poststop(const struct oci_config *config, const struct oci_state *state,
                        const struct oci_listener *listener)
{
    for (size_t i = 0; i < config->hooks[OCI_HOOK_POSTSTOP].count; i++) {
        struct err err = { 0 };

        if (run_outside(config, OCI_HOOK_POSTSTOP, i, state, &err) < 0 && listener->warn != NULL)
            listener->warn(listener->owner, &err);
    }
}

const char *oci_hook_name(enum oci_hook_kind kind)
{
    static const char *const names[] = {
        [OCI_HOOK_PRESTART] = "prestart",
        [OCI_HOOK_CREATE_RUNTIME] = "createRuntime",
        [OCI_HOOK_CREATE_CONTAINER] = "createContainer",
        [OCI_HOOK_START_CONTAINER] = "startContainer",
        [OCI_HOOK_POSTSTART] = "poststart",
        [OCI_HOOK_POSTSTOP] = "poststop",
    };

    return names[kind];
}
