/* Cgroups on any file system: what is made, what is left, and how rules are written. */
#include "unit.h"

#include "kernel/cgroup.h"
#include "kernel/cgroup_tree.h"
#include "kernel/cgroup_v1.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/xattr.h>
#include <unistd.h>

static int make_top(void **state)
{
    char *top = strdup("/tmp/cupel-cgroup-XXXXXX");

    assert_non_null(top);
    assert_non_null(mkdtemp(top));
    *state = top;
    return 0;
}

static int remove_top(void **state)
{
    assert_int_equal(rmdir(*state), 0);
    free(*state);
    return 0;
}

static void what_was_made_is_removed_and_nothing_else(void **state)
{
    char path[128];
    char above[128];
    unsigned int levels = 7;
    struct err err = { 0 };

    (void)snprintf(path, sizeof(path), "%s/a/b/c", (const char *)*state);
    (void)snprintf(above, sizeof(above), "%s/a", (const char *)*state);
    assert_int_equal(kernel_cgroup_make(path, &levels, &err), 0);
    assert_int_equal(levels, 3);
    assert_int_equal(kernel_cgroup_make(path, &levels, &err), 0);
    assert_int_equal(levels, 0);
    assert_int_equal(kernel_cgroup_remove(path, 3, &err), 0);
    assert_int_equal(access(above, F_OK), -1);
    assert_int_equal(access(*state, F_OK), 0);
    /* Gone already: another one has removed it. */
    assert_int_equal(kernel_cgroup_remove(path, 1, &err), 0);
}

static void what_is_below_goes_and_no_link_is_followed(void **state)
{
    char path[128];
    char outside[128];
    char link[128];
    unsigned int levels;
    struct err err = { 0 };

    (void)snprintf(path, sizeof(path), "%s/a/b/c", (const char *)*state);
    (void)snprintf(outside, sizeof(outside), "%s/x/y", (const char *)*state);
    (void)snprintf(link, sizeof(link), "%s/a/link", (const char *)*state);
    assert_int_equal(kernel_cgroup_make(path, &levels, &err), 0);
    assert_int_equal(kernel_cgroup_make(outside, &levels, &err), 0);
    assert_int_equal(symlink(outside, link), 0);
    (void)snprintf(path, sizeof(path), "%s/a", (const char *)*state);
    assert_int_equal(kernel_cgroup_remove_below(path, &err), 0);
    assert_int_equal(access(outside, F_OK), 0);
    assert_int_equal(unlink(link), 0);
    assert_int_equal(kernel_cgroup_remove(path, 1, &err), 0);
    assert_int_equal(kernel_cgroup_remove(outside, 2, &err), 0);
    assert_int_equal(access(path, F_OK), -1);
}

static void a_cgroup_that_cannot_be_made_leaves_nothing(void **state)
{
    char path[NAME_MAX + 64];
    unsigned int levels = 7;
    struct err err = { 0 };
    int size = snprintf(path, sizeof(path), "%s/a/b/", (const char *)*state);

    /* The last part is longer than a name may be. */
    memset(path + size, 'x', NAME_MAX + 1);
    path[size + NAME_MAX + 1] = '\0';
    assert_int_equal(kernel_cgroup_make(path, &levels, &err), -ENAMETOOLONG);
    assert_int_equal(levels, 7);
    path[size - 3] = '\0';
    assert_int_equal(access(path, F_OK), -1);
}

static void rules_are_written_as_v1_has_them(void **state)
{
    static const struct {
        struct kernel_device_rule rule;
        const char *text;
    } rows[] = {
        { { true, 'a', KERNEL_DEVICE_ANY, KERNEL_DEVICE_ANY, 7 }, "a *:* rwm" },
        { { true, 'c', 1, 3, KERNEL_DEVICE_READ }, "c 1:3 r" },
        { { false, 'b', 8, KERNEL_DEVICE_ANY, KERNEL_DEVICE_MKNOD | KERNEL_DEVICE_WRITE },
          "b 8:* wm" },
        { { false, 'c', UINT32_MAX, 0, 7 }, "c 4294967295:0 rwm" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char block[32];
        struct text text = text_init(block, sizeof(block));

        assert_row(rows[i].text, kernel_cgroup_v1_device_rule(&rows[i].rule, &text));
        assert_string_equal(text.at, rows[i].text);
        text = text_init(block, 4);
        assert_row(rows[i].text, !kernel_cgroup_v1_device_rule(&rows[i].rule, &text));
        assert_int_equal(text.size, 0);
    }
}

/* Who owns a cgroup may set attributes of users on it: these speak for nobody else. */
static void a_mark_that_another_user_can_make_does_not_count(void **state)
{
    const char *top = *state;

    assert_false(kernel_cgroup_is_marked(top));
    if (setxattr(top, "user.cupel.made", "1", 1, 0) < 0 || chown(top, 65534, 65534) < 0)
        skip();
    assert_false(kernel_cgroup_is_marked(top));
    assert_int_equal(chown(top, 0, 0), 0);
    assert_true(kernel_cgroup_is_marked(top));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(a_mark_that_another_user_can_make_does_not_count, make_top,
                                    remove_top),
    cmocka_unit_test_setup_teardown(what_was_made_is_removed_and_nothing_else, make_top,
                                    remove_top),
    cmocka_unit_test_setup_teardown(what_is_below_goes_and_no_link_is_followed, make_top,
                                    remove_top),
    cmocka_unit_test_setup_teardown(a_cgroup_that_cannot_be_made_leaves_nothing, make_top,
                                    remove_top),
    cmocka_unit_test(rules_are_written_as_v1_has_them),
};

RUN_TESTS(tests)
