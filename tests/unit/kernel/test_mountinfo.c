/* Lines of mountinfo, as the kernel writes them and as it never would. */
#include "unit.h"

#include "kernel/mountinfo.h"

static void a_line_gives_the_id_and_the_path(void **state)
{
    static const struct {
        const char *label;
        const char *line;
        uint64_t id;
        const char *path;
    } rows[] = {
        { "plain", "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw", 36, "/mnt2" },
        { "the root", "21 1 0:18 / / rw - overlay overlay rw", 21, "/" },
        { "a space", "40 21 0:18 / /a\\040b rw - tmpfs a rw", 40, "/a b" },
        { "backslash, tab, newline", "40 21 0:18 / /\\134\\011\\012 rw", 40, "/\\\t\n" },
        { "greatest id", "18446744073709551615 1 0:1 / /x ", UINT64_MAX, "/x" },
        { "a space in the root", "40 21 0:18 /a\\040b /c rw", 40, "/c" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char block[64];
        struct text path = text_init(block, sizeof(block));
        uint64_t id = 0;

        assert_row(rows[i].label, kernel_mountinfo_read(bytes_of_text(rows[i].line), &id, &path));
        assert_row(rows[i].label, id == rows[i].id);
        assert_row(rows[i].label, strcmp(path.at, rows[i].path) == 0);
    }
}

static void what_is_no_line_changes_nothing(void **state)
{
    static const struct {
        const char *label;
        const char *line;
    } rows[] = {
        { "empty", "" },
        { "four fields", "36 35 98:0 /mnt1 " },
        { "cut within the path", "36 35 98:0 /mnt1 /mnt2" },
        { "no number", "x 35 98:0 /mnt1 /mnt2 rw" },
        { "a number too great", "18446744073709551616 35 98:0 /mnt1 /mnt2 rw" },
        { "empty number", " 35 98:0 /mnt1 /mnt2 rw" },
        { "relative", "36 35 98:0 /mnt1 mnt2 rw" },
        { "empty path", "36 35 98:0 /mnt1  rw" },
        { "half an escape", "36 35 98:0 /mnt1 /\\04 rw" },
        { "an escape of no octal digits", "36 35 98:0 /mnt1 /\\049 rw" },
        { "an escape of no octet", "36 35 98:0 /mnt1 /\\777 rw" },
        { "NUL", "36 35 98:0 /mnt1 /\\000 rw" },
        { "too long", "36 35 98:0 / /0123456789abcdef0123456789abcdef0123456789abcdef rw" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char block[32];
        struct text path = text_init(block, sizeof(block));
        uint64_t id = 7;

        assert_row(rows[i].label, !kernel_mountinfo_read(bytes_of_text(rows[i].line), &id, &path));
        assert_row(rows[i].label, id == 7 && path.size == 0);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_line_gives_the_id_and_the_path),
    cmocka_unit_test(what_is_no_line_changes_nothing),
};

RUN_TESTS(tests)
