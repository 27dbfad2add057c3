/* The freezers of both versions, as directories with files that stand for the kernel's. */
#include "unit.h"

#include "base/cleanup.h"
#include "kernel/cgroup_freeze.h"
#include "kernel/cgroup_processes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int make_top(void **state)
{
    char *top = strdup("/tmp/cupel-freeze-XXXXXX");

    assert_non_null(top);
    assert_non_null(mkdtemp(top));
    *state = top;
    return 0;
}

static int remove_top(void **state)
{
    static const char *const files[] = { "freezer.state", "freezer.self_freezing", "cgroup.freeze",
                                         "cgroup.events", "cgroup.procs" };

    for (size_t i = 0; i < ROWS(files); i++) {
        char path[128];

        (void)snprintf(path, sizeof(path), "%s/%s", (const char *)*state, files[i]);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(*state), 0);
    free(*state);
    return 0;
}

static void put(const char *top, const char *name, const char *content)
{
    char path[128];
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/%s", top, name);
    file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fputs(content, file) < 0, 0);
    assert_int_equal(fclose(file), 0);
}

static void assert_content(const char *top, const char *name, const char *expected)
{
    char path[128];
    char content[64] = "";
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/%s", top, name);
    file = fopen(path, "re");
    assert_non_null(file);
    assert_non_null(fgets(content, sizeof(content), file));
    assert_int_equal(fclose(file), 0);
    assert_true(strncmp(content, expected, strlen(expected)) == 0);
}

static bool can_freeze(const char *path)
{
    bool can = false;
    struct err err = { 0 };

    assert_int_equal(kernel_cgroup_can_freeze(path, &can, &err), 0);
    return can;
}

static bool is_frozen(const char *path)
{
    bool frozen = false;
    struct err err = { 0 };

    assert_int_equal(kernel_cgroup_is_frozen(path, &frozen, &err), 0);
    return frozen;
}

static void v2_is_frozen_when_its_events_say_so(void **state)
{
    struct err err = { 0 };

    assert_false(can_freeze(*state));
    put(*state, "cgroup.freeze", "0\n");
    put(*state, "cgroup.events", "populated 1\nfrozen 1\n");
    assert_true(can_freeze(*state));
    assert_false(is_frozen(*state));
    assert_int_equal(kernel_cgroup_freeze(*state, 10, &err), 0);
    assert_true(is_frozen(*state));
    assert_int_equal(kernel_cgroup_thaw(*state, &err), 0);
    assert_false(is_frozen(*state));
}

static void what_does_not_stand_still_in_time_goes_on(void **state)
{
    struct err err = { 0 };

    put(*state, "cgroup.freeze", "0\n");
    put(*state, "cgroup.events", "populated 1\nfrozen 0\n");
    assert_int_equal(kernel_cgroup_freeze(*state, 10, &err), -ETIMEDOUT);
    assert_non_null(strstr(err.sentence, "do not stand still within 10 ms"));
    assert_content(*state, "cgroup.freeze", "0");
}

static void v1_is_frozen_by_a_word(void **state)
{
    struct err err = { 0 };

    put(*state, "freezer.state", "THAWED\n");
    put(*state, "freezer.self_freezing", "0\n");
    assert_true(can_freeze(*state));
    assert_false(is_frozen(*state));
    assert_int_equal(kernel_cgroup_freeze(*state, 10, &err), 0);
    assert_content(*state, "freezer.state", "FROZEN");
    put(*state, "freezer.self_freezing", "1\n");
    assert_true(is_frozen(*state));
    assert_int_equal(kernel_cgroup_thaw(*state, &err), 0);
    assert_content(*state, "freezer.state", "THAWED");
}

static void what_is_no_cgroup_is_not_frozen(void **state)
{
    struct err err = { 0 };

    assert_false(is_frozen("/none"));
    assert_int_equal(kernel_cgroup_freeze(*state, 10, &err), -ENOENT);
    assert_int_equal(kernel_cgroup_thaw(*state, &err), 0);
}

static void lists_of_processes_are_read_line_by_line(void **state)
{
    static const struct {
        const char *content;
        size_t count;
        pid_t last;
    } rows[] = {
        { "", 0, 0 },
        { "1\n", 1, 1 },
        { "1\n23\n", 2, 23 },
        { "1\n23", 1, 1 },
        { "0\n5\n", 1, 5 },
        { "x\n5\n", 1, 5 },
        { "5x\n7\n", 1, 7 },
        { "\n\n", 0, 0 },
        { "99999999999999999999\n7\n", 1, 7 },
        { "2147483647\n", 1, 2147483647 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        pid_t pids[4] = { 0 };
        size_t count = kernel_cgroup_pids_parse(bytes_of_text(rows[i].content), pids, 4);

        assert_row(rows[i].content, count == rows[i].count);
        assert_row(rows[i].content, count == 0 || pids[count - 1] == rows[i].last);
    }
}

static void processes_of_a_directory_are_listed(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init((size_t)1 << 20);
    struct kernel_pids pids = { 0 };
    struct err err = { 0 };

    put(*state, "cgroup.procs", "7\n8\n");
    assert_int_equal(kernel_cgroup_list(*state, &arena, &pids, &err), 0);
    assert_int_equal(pids.count, 2);
    assert_int_equal(pids.at[1], 8);
}

#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_top, remove_top)

static const struct CMUnitTest tests[] = {
    IN_DIRECTORY(v2_is_frozen_when_its_events_say_so),
    IN_DIRECTORY(what_does_not_stand_still_in_time_goes_on),
    IN_DIRECTORY(v1_is_frozen_by_a_word),
    IN_DIRECTORY(what_is_no_cgroup_is_not_frozen),
    IN_DIRECTORY(processes_of_a_directory_are_listed),
    cmocka_unit_test(lists_of_processes_are_read_line_by_line),
};

RUN_TESTS(tests)
