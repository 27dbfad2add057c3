/* config.json is read whole or refused with the place and the reason, and writes itself back. */
#include "unit.h"

#include "base/cleanup.h"
#include "oci/config.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>

#define PROCESS "\"user\":{\"uid\":0,\"gid\":0},\"args\":[\"a\"],\"cwd\":\"/\""
#define REST "\"ociVersion\":\"1.2.0\",\"root\":{\"path\":\"r\"}"

static int parse(const char *json, struct arena *arena, struct oci_config *ret_config,
                 struct err *err)
{
    return oci_config_parse(bytes_of_text(json), arena, ret_config, err);
}

static const struct {
    const char *json;
    const char *sentence;
} refused[] = {
    { "", "is not JSON: line 1, column 0: '[' or '{' expected near end of file" },
    { "{", "is not JSON: line 1, column 1: string or '}' expected near end of file" },
    { "[]", "is a list, must be an object" },
    { "{}", "ociVersion: is missing" },
    { "{\"ociVersion\":1}", "ociVersion: is a number, must be a text" },
    { "{\"ociVersion\":\"\"}", "ociVersion: is empty" },
    { "{\"ociVersion\":\"1.0.0\"}", "root: is missing" },
    { "{\"ociVersion\":\"1.0.0\",\"root\":[]}", "root: is a list, must be an object" },
    { "{" REST ",\"process\":{" PROCESS "},\"root\":{}}",
      "is not JSON: line 1, column 108: duplicate object key near '\"root\"'" },
    { "{\"ociVersion\":\"1.0.0\",\"root\":{},\"process\":{}}", "root.path: is missing" },
    { "{" REST ",\"process\":{}}", "process.user: is missing" },
    { "{" REST ",\"process\":{\"user\":{},\"args\":[\"a\"],\"cwd\":\"/\"}}",
      "process.user.uid: is missing" },
    { "{" REST ",\"process\":{\"user\":{\"uid\":-1,\"gid\":0},\"args\":[],\"cwd\":\"/\"}}",
      "process.user.uid: must not be negative" },
    { "{" REST ",\"process\":{\"user\":{\"uid\":4294967296,\"gid\":0},\"args\":[],"
      "\"cwd\":\"/\"}}",
      "process.user.uid: must be at most 4294967295" },
    { "{" REST ",\"process\":{\"user\":{\"uid\":1.5,\"gid\":0},\"args\":[],\"cwd\":\"/\"}}",
      "process.user.uid: must be a whole number" },
    { "{" REST ",\"process\":{" PROCESS ",\"env\":[\"A=b\",7]}}",
      "process.env[1]: is a number, must be a text" },
    { "{" REST ",\"process\":{" PROCESS ",\"terminal\":\"yes\"}}",
      "process.terminal: is a text, must be true or false" },
    { "{" REST ",\"process\":{" PROCESS ",\"rlimits\":[{},{}]}}",
      "process.rlimits[0].type: is missing" },
    { "{" REST ",\"process\":{" PROCESS ",\"rlimits\":[{\"type\":\"RLIMIT_CPU\",\"soft\":1,"
      "\"hard\":1},7]}}",
      "process.rlimits[1]: is a number, must be an object" },
    { "{" REST ",\"process\":{" PROCESS ",\"oomScoreAdj\":2000}}",
      "process.oomScoreAdj: is 2000, must be between -1000 and 1000" },
    { "{" REST ",\"process\":{" PROCESS ",\"capabilities\":{\"bounding\":[7]}}}",
      "process.capabilities.bounding[0]: is a number, must be a text" },
    { "{" REST ",\"process\":{" PROCESS ",\"scheduler\":{\"nice\":1}}}",
      "process.scheduler.policy: is missing" },
    { "{" REST ",\"process\":{" PROCESS ",\"ioPriority\":{\"class\":\"IOPRIO_CLASS_BE\","
      "\"priority\":8}}}",
      "process.ioPriority.priority: is 8, must be between 0 and 7" },
    { "{" REST ",\"process\":{" PROCESS "},\"linux\":{\"timeOffsets\":{\"realtime\":{}}}}",
      "linux.timeOffsets.realtime: is not supported" },
    { "{" REST ",\"process\":{" PROCESS "},\"linux\":{\"timeOffsets\":{\"boottime\":"
      "{\"nanosecs\":1000000000}}}}",
      "linux.timeOffsets.boottime.nanosecs: is 1000000000, must be between 0 and 999999999" },
    { "{" REST ",\"process\":{" PROCESS "},\"linux\":{\"intelRdt\":{\"enableCMT\":true}}}",
      "linux.intelRdt.enableCMT: is not supported" },
    { "{" REST ",\"process\":{" PROCESS "},\"mounts\":{}}",
      "mounts: is an object, must be a list of objects" },
    { "{" REST ",\"process\":{" PROCESS "},\"mounts\":[{\"options\":[]}]}",
      "mounts[0].destination: is missing" },
    { "{" REST ",\"process\":{" PROCESS "},\"mounts\":[{\"destination\":\"/a\",\"options\":"
      "[\"ro\",null]}]}",
      "mounts[0].options[1]: is null, must be a text" },
    { "{" REST ",\"process\":{" PROCESS "},\"hooks\":{\"poststop\":[{\"path\":\"/a\"},{}]}}",
      "hooks.poststop[1].path: is missing" },
    { "{" REST ",\"process\":{" PROCESS "},\"hooks\":{\"prestart\":[{\"path\":\"/a\","
      "\"timeout\":0}]}}",
      "hooks.prestart[0].timeout: is 0, must be between 1 and 2147483647" },
    { "{" REST ",\"process\":{" PROCESS "},\"linux\":{\"namespaces\":[{\"type\":\"none\"}]}}",
      "linux.namespaces[0].type: there is no namespace of type 'none' here" },
    { "{" REST ",\"process\":{" PROCESS "},\"linux\":{\"namespaces\":[{}]}}",
      "linux.namespaces[0].type: is missing" },
    { "{" REST ",\"process\":{" PROCESS "},\"linux\":{\"namespaces\":[{\"type\":7}]}}",
      "linux.namespaces[0].type: is a number, must be a text" },
    { "{" REST ",\"process\":{" PROCESS "},\"linux\":{\"namespaces\":[{\"type\":\"pid\","
      "\"path\":7}]}}",
      "linux.namespaces[0].path: is a number, must be a text" },
    { "{" REST ",\"process\":{" PROCESS "},\"linux\":{\"netDevices\":{\"eth0\":7}}}",
      "linux.netDevices.eth0: is a number, must be an object" },
    { "{" REST ",\"process\":{" PROCESS "},\"linux\":{\"devices\":[{\"type\":\"c\","
      "\"path\":\"/dev/a\",\"major\":4096,\"minor\":0}]}}",
      "linux.devices[0].major: is 4096, must be between 0 and 4095" },
    { "{" REST ",\"process\":{" PROCESS "},\"linux\":{\"devices\":[{\"type\":\"c\","
      "\"path\":\"/dev/a\",\"major\":4095,\"minor\":1048576}]}}",
      "linux.devices[0].minor: is 1048576, must be between 0 and 1048575" },
    { "{" REST ",\"process\":{" PROCESS "},\"linux\":{\"resources\":{\"blockIO\":"
      "{\"throttleReadBpsDevice\":[{\"major\":8,\"minor\":1048576,\"rate\":1}]}}}}",
      "linux.resources.blockIO.throttleReadBpsDevice[0].minor: is 1048576, must be between 0 and "
      "1048575" },
    { "{" REST ",\"process\":{" PROCESS ",\"rlimits\":[{\"type\":\"RLIMIT_CPU\","
      "\"soft\":0,\"hard\":18446744073709551614}]}}",
      "process.rlimits[0].hard: is too large" },
    { "{" REST ",\"process\":{" PROCESS ",\"rlimits\":[{\"type\":\"RLIMIT_CPU\","
      "\"soft\":0,\"hard\":18446744073709551616}]}}",
      "process.rlimits[0].hard: is too large" },
    { "{" REST ",\"process\":{" PROCESS "},\"linux\":{\"namespaces\":[{\"type\":\"pid\"},"
      "{\"type\":\"pid\"}]}}",
      "linux.namespaces[1]: the type 'pid' is there twice" },
    { "{" REST ",\"process\":{" PROCESS "},\"linux\":{\"uidMappings\":[{\"containerID\":0}]}}",
      "linux.uidMappings[0].hostID: is missing" },
    { "{" REST ",\"process\":{" PROCESS "},\"linux\":{\"resources\":{\"cpu\":{\"shares\":-1}}}}",
      "linux.resources.cpu.shares: is -1, must be between 0 and 9223372036854775807" },
    { "{" REST ",\"process\":{" PROCESS "},\"linux\":{\"resources\":{\"pids\":{\"limit\":"
      "18446744073709551615}}}}",
      "linux.resources.pids.limit: is too large" },
    { "{" REST ",\"process\":{" PROCESS "},\"annotations\":{\"a\":1}}",
      "annotations: the value of 'a' is a number, must be a text" },
};

static void what_is_wrong_is_told_with_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(refused); i++) {
        CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
        struct oci_config config = { .hostname = "untouched" };
        struct err err = { 0 };

        assert_row(refused[i].json, parse(refused[i].json, &arena, &config, &err) == -EINVAL);
        assert_string_equal(err.sentence, refused[i].sentence);
        assert_row(refused[i].json, strcmp(config.hostname, "untouched") == 0);
    }
}

static void keys_that_nobody_knows_are_ignored(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_config config;
    struct err err = { 0 };

    (void)state;
    assert_int_equal(parse("{" REST ",\"process\":{" PROCESS ",\"x\":[1]},\"y\":{\"z\":true}}",
                           &arena, &config, &err),
                     0);
    assert_string_equal(config.process.args.at[0], "a");
}

/* Which the specification requires, and other runtimes do not. */
static void without_a_group_or_a_priority_it_is_0(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_config config;
    struct err err = { 0 };

    (void)state;
    assert_int_equal(parse("{" REST ",\"process\":{\"user\":{\"uid\":5},\"args\":[\"a\"],"
                           "\"cwd\":\"/\",\"ioPriority\":{\"class\":\"IOPRIO_CLASS_IDLE\"}}}",
                           &arena, &config, &err),
                     0);
    assert_int_equal(config.process.user.uid, 5);
    assert_int_equal(config.process.user.gid, 0);
    assert_int_equal(config.process.io_priority.priority.value, 0);
}

static void what_asks_for_nothing_is_not_refused(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_config config;
    struct err err = { 0 };

    (void)state;
    assert_int_equal(parse("{" REST ",\"process\":{" PROCESS ",\"apparmorProfile\":\"\"},"
                           "\"hostname\":null,\"hooks\":{\"prestart\":[]},"
                           "\"linux\":{\"seccomp\":null,\"resources\":{\"cpu\":{},\"memory\":"
                           "{\"disableOOMKiller\":false}}}}",
                           &arena, &config, &err),
                     0);
    assert_null(config.hostname);
}

static void a_limit_without_limit_is_the_largest_number(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_config config;
    struct err err = { 0 };

    (void)state;
    assert_int_equal(parse("{" REST ",\"process\":{" PROCESS
                           ",\"rlimits\":[{\"type\":\"RLIMIT_CPU\","
                           "\"soft\":9007199254740993,\"hard\":18446744073709551615}]},"
                           "\"new\":18446744073709551614}",
                           &arena, &config, &err),
                     0);
    assert_int_equal(config.process.rlimits.at[0].soft, 9007199254740993);
    assert_true(config.process.rlimits.at[0].hard == UINT64_MAX);
    assert_int_equal(parse("{" REST ",\"process\":{" PROCESS
                           ",\"rlimits\":[{\"type\":\"RLIMIT_CPU\",\"soft\":9007199254740993,"
                           "\"hard\":9223372036854775807}]}}",
                           &arena, &config, &err),
                     0);
    assert_true(config.process.rlimits.at[0].soft == 9007199254740993);
    assert_int_equal(parse("{" REST ",\"process\":{" PROCESS
                           ",\"rlimits\":[{\"type\":\"RLIMIT_CPU\",\"soft\":5,"
                           "\"hard\":18446744073709549568}]},"
                           "\"x\":[\"\\\"18446744073709551614\",123456789012345678901]}",
                           &arena, &config, &err),
                     0);
    assert_true(config.process.rlimits.at[0].hard == 18446744073709549568U);
}

static void documents_that_are_too_deep_or_too_large_are_refused(void **state)
{
    char deep[101] = "";
    CLEANUP(free_pointer) char *large = malloc(OCI_JSON_BYTES_MAX + 1);
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_config config;
    struct err err = { 0 };

    (void)state;
    assert_non_null(large);
    memset(deep, '[', 100);
    assert_int_equal(parse(deep, &arena, &config, &err), -EINVAL);
    assert_string_equal(err.sentence, "lists and objects are nested deeper than 32");
    memset(large, ' ', OCI_JSON_BYTES_MAX + 1);
    assert_int_equal(
        oci_config_parse(bytes_of(large, OCI_JSON_BYTES_MAX + 1), &arena, &config, &err), -EINVAL);
    assert_string_equal(err.sentence, "larger than 2097152 bytes");
}

static void control_characters_of_the_document_do_not_reach_the_sentence(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_config config;
    struct err err = { 0 };

    (void)state;
    assert_int_equal(parse("{" REST ",\"process\":{" PROCESS "},\"linux\":{\"namespaces\":"
                           "[{\"type\":\"\\u001b[31m\"}]}}",
                           &arena, &config, &err),
                     -EINVAL);
    assert_null(strchr(err.sentence, '\033'));
}

static void a_config_reads_back_the_same_from_its_own_json(void **state)
{
    static const struct oci_caller callers[] = { { .uid = 0 }, { .uid = 1000, .gid = 100 } };

    (void)state;
    for (size_t i = 0; i < ROWS(callers); i++) {
        CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
        struct oci_config config;
        struct oci_config again;
        struct bytes first;
        struct bytes second;
        struct err err = { 0 };

        assert_int_equal(oci_config_default(&arena, callers[i], &config, &err), 0);
        assert_int_equal(oci_config_format(&config, &arena, &first, &err), 0);
        assert_int_equal(oci_config_parse(first, &arena, &again, &err), 0);
        assert_int_equal(oci_config_format(&again, &arena, &second, &err), 0);
        assert_true(bytes_equal(first, second));
        assert_int_equal(again.mounts.count, config.mounts.count);
        assert_true(again.process.capabilities.bounding == config.process.capabilities.bounding);
        assert_true(again.namespaces[OCI_NAMESPACE_USER].is_wanted == (i == 1));
    }
}

static void an_object_that_means_something_though_empty_is_kept(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_config config;
    struct bytes json;
    struct err err = { 0 };

    (void)state;
    assert_int_equal(parse("{" REST ",\"process\":{" PROCESS "},\"linux\":{\"intelRdt\":{}}}",
                           &arena, &config, &err),
                     0);
    assert_true(config.intel_rdt.is_wanted);
    assert_int_equal(oci_config_format(&config, &arena, &json, &err), 0);
    assert_int_equal(oci_config_parse(json, &arena, &config, &err), 0);
    assert_true(config.intel_rdt.is_wanted);
    assert_int_equal(parse("{" REST ",\"process\":{" PROCESS "}}", &arena, &config, &err), 0);
    assert_false(config.intel_rdt.is_wanted);
}

static void capabilities_are_bits(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_config config;
    struct err err = { 0 };

    (void)state;
    assert_int_equal(parse("{" REST ",\"process\":{" PROCESS ",\"capabilities\":{\"ambient\":"
                           "[\"CAP_CHOWN\",\"CAP_SYS_ADMIN\",\"CAP_CHECKPOINT_RESTORE\"]}}}",
                           &arena, &config, &err),
                     0);
    assert_true(config.process.capabilities.ambient ==
                (UINT64_C(1) << CAP_CHOWN | UINT64_C(1) << CAP_SYS_ADMIN |
                 UINT64_C(1) << CAP_CHECKPOINT_RESTORE));
    assert_true(config.process.capabilities.bounding == 0);
}

/* config.md#linux-process: a warning, and no failure. */
static void a_capability_that_is_none_is_passed_over_with_a_warning(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_config config;
    struct err err = { 0 };

    (void)state;
    assert_int_equal(parse("{" REST ",\"process\":{" PROCESS ",\"capabilities\":{\"bounding\":"
                           "[\"CAP_NONE\",\"CAP_KILL\",\"CAP_\\u0007\"]}}}",
                           &arena, &config, &err),
                     0);
    assert_true(config.process.capabilities.bounding == UINT64_C(1) << CAP_KILL);
    assert_int_equal(config.warnings.count, 2);
    assert_string_equal(config.warnings.at[0], "process.capabilities.bounding[0]: there is no "
                                               "capability 'CAP_NONE', which is passed over");
    assert_string_equal(config.warnings.at[1], "process.capabilities.bounding[2]: there is no "
                                               "capability 'CAP_?', which is passed over");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_wrong_is_told_with_its_place),
    cmocka_unit_test(keys_that_nobody_knows_are_ignored),
    cmocka_unit_test(without_a_group_or_a_priority_it_is_0),
    cmocka_unit_test(what_asks_for_nothing_is_not_refused),
    cmocka_unit_test(a_limit_without_limit_is_the_largest_number),
    cmocka_unit_test(documents_that_are_too_deep_or_too_large_are_refused),
    cmocka_unit_test(control_characters_of_the_document_do_not_reach_the_sentence),
    cmocka_unit_test(a_config_reads_back_the_same_from_its_own_json),
    cmocka_unit_test(an_object_that_means_something_though_empty_is_kept),
    cmocka_unit_test(capabilities_are_bits),
    cmocka_unit_test(a_capability_that_is_none_is_passed_over_with_a_warning),
};

RUN_TESTS(tests)
