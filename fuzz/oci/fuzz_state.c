/*
 * Property: the bytes of a state.json are either refused, with a sentence that names the container,
 * and leave the state untouched; or they become a state whose texts and lists are within their
 * limits: a process id that can be one, absolute paths of cgroups, no more than a plan makes; and
 * that, written anew, reads back the same. What
 * `cupel-oci state` prints of it is JSON again, whatever is in its texts.
 *
 * Covers: src/oci/state_json.c
 */
#include "fuzz/target.h"
#include "oci/json_text.h"
#include "oci/state.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>

/* What is written of a state is read as that state, whose text is the same then. */
static void check_again(const struct oci_state *state)
{
    struct arena arena = arena_init((size_t)4 << 20);
    struct oci_state again;
    struct err err = { 0 };
    char *first = NULL;
    char *second = NULL;

    if (oci_state_document(state, &first, &err) == 0) {
        fuzz_require(oci_state_parse(bytes_of_text(first), "fuzz", &arena, &again, &err) == 0);
        fuzz_require(oci_state_document(&again, &second, &err) == 0);
        fuzz_require(strcmp(first, second) == 0);
    }
    oci_json_text_free(&first);
    oci_json_text_free(&second);
    arena_done(&arena);
}

static void check(const struct oci_state *state, struct arena *arena)
{
    struct bytes text;
    struct err err = { 0 };
    static const struct oci_pair pair = { "a", "b" };
    struct oci_state asked = *state;
    json_t *json;

    check_again(state);
    asked.annotations = &(const struct oci_pairs){ .count = 1, .at = &pair };
    asked.owner = "somebody";
    fuzz_require(state->pid >= 0);
    fuzz_require(state->bundle != NULL && state->rootfs != NULL && state->created != NULL);
    fuzz_require(state->cgroups.count <= OCI_SLOTS);
    for (size_t i = 0; i < state->cgroups.count; i++)
        fuzz_require(state->cgroups.at[i][0] == '/' && strlen(state->cgroups.at[i]) < PATH_MAX);
    if (oci_state_format(&asked, false, arena, &text, &err) < 0) {
        fuzz_require(err.number == -ENOMEM);
        return;
    }
    json = json_loadb((const char *)text.at, text.size, 0, NULL);
    fuzz_require(json_is_object(json));
    json_decref(json);
}

FUZZ_TARGET(input)
{
    struct arena arena = arena_init((size_t)4 << 20);
    struct oci_state state = { .id = "untouched" };
    struct err err = { 0 };

    if (oci_state_parse(input, "fuzz", &arena, &state, &err) < 0) {
        fuzz_require(err.number == -ENOMEM || strstr(err.sentence, "'fuzz'") != NULL);
        fuzz_require(strcmp(state.id, "untouched") == 0 && state.bundle == NULL);
    } else {
        check(&state, &arena);
    }
    arena_done(&arena);
}
