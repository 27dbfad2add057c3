/* What takes a write to a file of a cgroup back, by what the file held. */
#include "unit.h"

#include "base/cleanup.h"
#include "oci/update.h"

#include <errno.h>

struct row {
    const char *label;
    struct oci_cgroup_write write;
    const char *content;
    const char *undo;
};

static const struct oci_cgroup_write plain = { .file = "a" };
static const struct oci_cgroup_write io_max = { .is_v2 = true,
                                                .key = "8:0",
                                                .none = "8:0 rbps=max" };
static const struct oci_cgroup_write throttle = { .key = "8:0", .none = "8:0 0" };
static const struct oci_cgroup_write oom = { .key = "oom_kill_disable" };
static const struct oci_cgroup_write unified = { .is_v2 = true, .key = "default" };

static void each_file_gets_what_it_had(void **state)
{
    const struct row rows[] = {
        { "a number", plain, "512\n", "512" },
        { "two words", plain, "max 100000\n", "max 100000" },
        { "nothing", plain, "", "\n" },
        { "an empty line", plain, "\n", "\n" },
        { "no end of line", plain, "7", "7" },
        { "io.max", io_max, "8:16 rbps=1\n8:0 rbps=5 wbps=max\n", "8:0 rbps=5 wbps=max" },
        { "io.max without the device", io_max, "8:16 rbps=1\n", "8:0 rbps=max" },
        { "io.max of a longer number", io_max, "8:01 rbps=1\n", "8:0 rbps=max" },
        { "io.max, empty", io_max, "", "8:0 rbps=max" },
        { "a throttle", throttle, "8:0 77\n", "8:0 77" },
        { "a throttle that was none", throttle, "", "8:0 0" },
        { "the OOM killer", oom, "oom_kill_disable 0\nunder_oom 0\n", "0" },
        { "a line of unified", unified, "default 100\n8:0 50\n", "default 100" },
        { "no such line of unified", unified, "100\n8:0 50\n", "100" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        CLEANUP(arena_done) struct arena arena = arena_init(4096);
        const char *undo = oci_update_undo(&rows[i].write, bytes_of_text(rows[i].content), &arena);

        assert_non_null(undo);
        assert_row(rows[i].label, strcmp(undo, rows[i].undo) == 0);
    }
}

static void resources_alone_are_read_with_their_places(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_resources resources = { 0 };
    struct err err = { 0 };

    (void)state;
    assert_int_equal(oci_resources_parse(bytes_of_text("{\"cpu\": {\"shares\": 5}, \"x\": 1}"),
                                         &arena, &resources, &err),
                     0);
    assert_int_equal(resources.cpu_shares.value, 5);
    assert_int_equal(oci_resources_parse(bytes_of_text("{\"cpu\": {\"shares\": \"5\"}}"), &arena,
                                         &resources, &err),
                     -EINVAL);
    assert_string_equal(err.sentence, "cpu.shares: is a text, must be a number");
    assert_int_equal(resources.cpu_shares.value, 5);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_file_gets_what_it_had),
    cmocka_unit_test(resources_alone_are_read_with_their_places),
};

RUN_TESTS(tests)
