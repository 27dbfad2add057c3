/* Groups of resctrl, on any file system: what is compared, what is made and what is left. */
#include "unit.h"

#include "kernel/resctrl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void schemata_are_compared_by_their_numbers(void **state)
{
    static const char content[] = "    MB:0= 20;1= 70\n    L3:0=007f0;1=fffff\n";
    static const struct {
        const char *lines;
        bool has;
    } rows[] = {
        { "L3:0=7f0\n", true }, { "L3:1=FFFFF;0=7F0\nMB:1=70\n", true },
        { "MB:0=20", true },    { "MB:0=2\n", false },
        { "L3:0=7f\n", false }, { "L3:2=7f0\n", false },
        { "L2:0=f\n", false },  { "L3:0=7f0\nMB:0=70\n", false },
        { "", true },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        assert_row(rows[i].lines,
                   kernel_resctrl_has(bytes_of_text(content), rows[i].lines) == rows[i].has);
}

static void what_must_be_there_or_new_is(void **state)
{
    char top[] = "/tmp/cupel-resctrl-XXXXXX";
    char path[64];
    struct kernel_resctrl_group group = { .path = path, .must_be_there = true };
    struct err err = { 0 };

    (void)state;
    assert_non_null(mkdtemp(top));
    (void)snprintf(path, sizeof(path), "%s/a", top);
    assert_int_equal(kernel_resctrl_make(&group, &err), -ENOENT);
    group.must_be_there = false;
    group.must_be_new = true;
    assert_int_equal(kernel_resctrl_make(&group, &err), 0);
    assert_int_equal(kernel_resctrl_make(&group, &err), -EEXIST);
    assert_int_equal(kernel_resctrl_remove(path, &err), 0);
    assert_int_equal(kernel_resctrl_remove(path, &err), 0);
    /* No file for the schemata here: the group goes again. */
    group.schemata = "L3:0=f\n";
    assert_int_equal(kernel_resctrl_make(&group, &err), -ENOENT);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(rmdir(top), 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(schemata_are_compared_by_their_numbers),
    cmocka_unit_test(what_must_be_there_or_new_is),
};

RUN_TESTS(tests)
