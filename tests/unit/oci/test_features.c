/* What the runtime says of itself is what it does. */
#include "unit.h"

#include "base/cleanup.h"
#include "oci/features.h"
#include "oci/plan.h"

#include <jansson.h>
#include <stdio.h>

#define MAP "[{\"containerID\": 0, \"hostID\": 1, \"size\": 2}]"
#define ALLOW "\"defaultAction\": \"SCMP_ACT_ALLOW\""

static json_t *read_features(struct arena *arena)
{
    struct err err = { 0 };
    struct bytes text;
    json_t *json;

    assert_int_equal(oci_features_format(arena, &text, &err), 0);
    json = json_loadb((const char *)text.at, text.size, 0, NULL);
    assert_non_null(json);
    return json;
}

/* Whether a config with this change, a part of its JSON, can be planned. */
static bool is_planned(const char *mount_options, const char *seccomp, struct arena *arena)
{
    static const struct oci_host host = { .cap_last = 40 };
    struct oci_config config;
    struct oci_plan_request request = {
        .config = &config, .host = &host, .id = "a", .bundle = "/b"
    };
    struct oci_plan plan;
    struct err err = { 0 };
    char line[2048];
    int size = snprintf(
        line, sizeof(line),
        "{\"ociVersion\": \"1.2.0\", \"root\": {\"path\": \"r\"}, \"process\": {\"cwd\": \"/\","
        "\"user\": {\"uid\": 0, \"gid\": 0}, \"args\": [\"a\"]}, \"mounts\": [{\"destination\": "
        "\"/m\", \"type\": \"tmpfs\", \"source\": \"/s\", \"options\": %s}], \"linux\": "
        "{\"namespaces\": [{\"type\": \"mount\"}], \"seccomp\": {%s}}}",
        mount_options, seccomp);

    assert_true(size > 0 && (size_t)size < sizeof(line));
    return oci_config_parse(bytes_of(line, (size_t)size), arena, &config, &err) == 0 &&
           oci_plan_make(&request, arena, &plan, &err) == 0;
}

static void options_of_mounts_that_are_told_are_taken(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    json_t *features = read_features(&arena);
    json_t *options = json_object_get(features, "mountOptions");
    size_t index;
    json_t *option;

    (void)state;
    assert_true(json_array_size(options) > 50);
    json_array_foreach(options, index, option)
    {
        char word[256];

        /* Ids are mapped of what is bound. */
        (void)snprintf(word, sizeof(word), "[%s\"%s\"]%s",
                       strstr(json_string_value(option), "idmap") != NULL ? "\"bind\", " : "",
                       json_string_value(option),
                       strstr(json_string_value(option), "idmap") != NULL
                           ? ", \"uidMappings\": " MAP ", \"gidMappings\": " MAP
                           : "");
        assert_row(word, is_planned(word, ALLOW, &arena));
    }
    json_decref(features);
}

/* Tries each word of a list between what stands in front of it and behind it. */
static void assert_all_planned(const json_t *list, const char *before, const char *behind,
                               struct arena *arena)
{
    size_t index;
    json_t *word;

    assert_true(json_array_size(list) > 0);
    json_array_foreach(list, index, word)
    {
        char seccomp[512];

        (void)snprintf(seccomp, sizeof(seccomp), "%s\"%s\"%s", before, json_string_value(word),
                       behind);
        assert_row(json_string_value(word), is_planned("[]", seccomp, arena));
    }
}

static void words_of_filters_that_are_told_are_taken(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    json_t *features = read_features(&arena);
    json_t *seccomp = json_object_get(json_object_get(features, "linux"), "seccomp");

    (void)state;
    assert_all_planned(json_object_get(seccomp, "actions"),
                       "\"listenerPath\": \"/a\", \"defaultAction\": ", "", &arena);
    assert_all_planned(json_object_get(seccomp, "operators"),
                       ALLOW
                       ", \"syscalls\": [{\"names\": [\"read\"], \"action\": \"SCMP_ACT_LOG\", "
                       "\"args\": [{\"index\": 0, \"value\": 0, \"op\": ",
                       "}]}]", &arena);
    assert_all_planned(json_object_get(seccomp, "archs"), ALLOW ", \"architectures\": [", "]",
                       &arena);
    assert_all_planned(json_object_get(seccomp, "supportedFlags"), ALLOW ", \"flags\": [", "]",
                       &arena);
    json_decref(features);
}

static void words_of_memory_policies_that_are_told_are_taken(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    json_t *features = read_features(&arena);
    json_t *policy = json_object_get(json_object_get(features, "linux"), "memoryPolicy");
    json_t *modes = json_object_get(policy, "modes");
    size_t index;
    json_t *mode;

    (void)state;
    assert_true(json_array_size(modes) > 0);
    json_array_foreach(modes, index, mode)
    {
        const char *word = json_string_value(mode);
        char bare[256];
        char with_nodes[512];

        (void)snprintf(bare, sizeof(bare), ALLOW "}, \"memoryPolicy\": {\"mode\": \"%s\"", word);
        (void)snprintf(with_nodes, sizeof(with_nodes), "%s, \"nodes\": \"0\"", bare);
        assert_row(word, is_planned("[]", bare, &arena) || is_planned("[]", with_nodes, &arena));
    }
    assert_all_planned(json_object_get(policy, "flags"),
                       ALLOW "}, \"memoryPolicy\": {\"mode\": \"MPOL_BIND\", \"nodes\": \"0\", "
                             "\"flags\": [",
                       "]", &arena);
    json_decref(features);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(words_of_memory_policies_that_are_told_are_taken),
    cmocka_unit_test(options_of_mounts_that_are_told_are_taken),
    cmocka_unit_test(words_of_filters_that_are_told_are_taken),
};

RUN_TESTS(tests)
