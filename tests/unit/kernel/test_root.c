/* Whatever links a root directory holds, no path leads out of it. */
#include "unit.h"

#include "base/fd.h"
#include "kernel/root.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A directory with "outside" and "root" in it; the links in "root" lead to "outside" by many ways.
 */
struct fixture {
    char top[64];
    int top_fd;
    int root_fd;
};

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *where)
{
    (void)status;
    (void)type;
    (void)where;
    return remove(path);
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    assert_non_null(fixture);
    (void)snprintf(fixture->top, sizeof(fixture->top), "/tmp/cupel-root-XXXXXX");
    assert_non_null(mkdtemp(fixture->top));
    fixture->top_fd = open(fixture->top, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(mkdirat(fixture->top_fd, "outside", 0755), 0);
    assert_int_equal(mkdirat(fixture->top_fd, "root", 0755), 0);
    fixture->root_fd = openat(fixture->top_fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(symlinkat("../outside", fixture->root_fd, "relative"), 0);
    assert_int_equal(symlinkat("../../../../../../../tmp", fixture->root_fd, "far"), 0);
    assert_int_equal(symlinkat(fixture->top, fixture->root_fd, "absolute"), 0);
    assert_int_equal(symlinkat("/etc/passwd", fixture->root_fd, "file"), 0);
    assert_int_equal(symlinkat("loop", fixture->root_fd, "loop"), 0);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    fd_close(&fixture->root_fd);
    fd_close(&fixture->top_fd);
    (void)nftw(fixture->top, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    free(fixture);
    return 0;
}

/* Asserts that nothing is in the directory "outside", nor beside it. */
static void assert_nothing_outside(const struct fixture *fixture)
{
    assert_int_equal(unlinkat(fixture->top_fd, "outside", AT_REMOVEDIR), 0);
    assert_int_equal(mkdirat(fixture->top_fd, "outside", 0755), 0);
    assert_int_equal(faccessat(fixture->top_fd, "new", F_OK, 0), -1);
}

static void directories_are_made_inside(void **state)
{
    static const char *const paths[] = {
        "/new/a/b", "new", "/../new/c", "/relative/new", "/far/new", "/absolute/new", "/new/",
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < ROWS(paths); i++) {
        struct err err = { 0 };
        int fd = -1;
        int number = kernel_root_make_directory(fixture->root_fd, paths[i], &fd, &err);

        /* Where a link leads to what is not there in the root, too. */
        assert_row(paths[i], number == 0 && fd >= 0);
        fd_close(&fd);
        assert_nothing_outside(fixture);
    }
    assert_int_equal(faccessat(fixture->root_fd, "new/a/b", F_OK, 0), 0);
    assert_int_equal(faccessat(fixture->root_fd, "new/c", F_OK, 0), 0);
    assert_int_equal(faccessat(fixture->root_fd, "outside/new", F_OK, 0), 0);
    assert_int_equal(faccessat(fixture->root_fd, "tmp/new", F_OK, 0), 0);
}

static void files_are_made_inside(void **state)
{
    static const char *const paths[] = {
        "/a/b/file", "/relative/new", "/absolute/new", "/file", "/../new",
    };
    struct fixture *fixture = *state;
    struct stat status;

    assert_int_equal(mkdirat(fixture->root_fd, "etc", 0755), 0);
    for (size_t i = 0; i < ROWS(paths); i++) {
        struct err err = { 0 };
        int fd = -1;

        assert_row(paths[i],
                   kernel_root_make_file(fixture->root_fd, paths[i], &fd, &err) == 0 && fd >= 0);
        fd_close(&fd);
        assert_nothing_outside(fixture);
    }
    assert_int_equal(fstatat(fixture->root_fd, "a/b/file", &status, 0), 0);
    /* The link "file" leads to /etc/passwd, which is that of the root. */
    assert_int_equal(fstatat(fixture->root_fd, "etc/passwd", &status, 0), 0);
    assert_int_equal(status.st_size, 0);
}

static void what_a_link_leads_to_is_made_there(void **state)
{
    static const struct {
        const char *label;
        const char *link;
        const char *target;
        const char *path;
        const char *made;
    } rows[] = {
        { "a file in a directory that is not there", "resolv.conf", "../run/systemd/stub.conf",
          "/resolv.conf", "run/systemd/stub.conf" },
        { "a link in front of it", "jump", "/var/foo", "/jump/baz/hosts", "var/foo/baz/hosts" },
        { "a link to a link", "second", "jump/more", "/second/x", "var/foo/more/x" },
        { "back and forth", "back", "gone/../../there", "/back/x", "there/x" },
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < 2 * ROWS(rows); i++) {
        bool is_file = i % 2 == 0;
        struct err err = { 0 };
        struct stat status;
        int fd = -1;

        if (is_file)
            assert_int_equal(symlinkat(rows[i / 2].target, fixture->root_fd, rows[i / 2].link), 0);
        else
            assert_int_equal(unlinkat(fixture->root_fd, rows[i / 2].made, 0), 0);
        assert_row(rows[i / 2].label,
                   (is_file ? kernel_root_make_file : kernel_root_make_directory)(
                       fixture->root_fd, rows[i / 2].path, &fd, &err) == 0);
        assert_row(rows[i / 2].label,
                   fstatat(fixture->root_fd, rows[i / 2].made, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                       S_ISDIR(status.st_mode) == !is_file);
        fd_close(&fd);
        assert_nothing_outside(fixture);
    }
}

static void links_to_nothing_have_an_end(void **state)
{
    struct fixture *fixture = *state;
    char name[16];
    char target[32];
    struct err err = { 0 };
    int fd = -1;

    for (int i = 0; i < 60; i++) {
        (void)snprintf(name, sizeof(name), "l%d", i);
        (void)snprintf(target, sizeof(target), "l%d/d", i + 1);
        assert_int_equal(symlinkat(target, fixture->root_fd, name), 0);
    }
    assert_int_equal(kernel_root_make_directory(fixture->root_fd, "/l0", &fd, &err), -ELOOP);
    assert_int_equal(kernel_root_make_file(fixture->root_fd, "/l0", &fd, &err), -ELOOP);
    assert_int_equal(fd, -1);
    assert_nothing_outside(fixture);
}

static void a_link_is_refused_where_none_may_be(void **state)
{
    struct fixture *fixture = *state;
    struct err err = { 0 };
    int fd = -1;

    assert_int_equal(symlinkat("dir", fixture->root_fd, "proc"), 0);
    assert_int_equal(mkdirat(fixture->root_fd, "dir", 0755), 0);
    assert_int_equal(kernel_root_make_real_directory(fixture->root_fd, "/proc", &fd, &err), -ELOOP);
    assert_string_equal(err.sentence, "'/proc' leads over a symbolic link, which may not be here");
    assert_int_equal(fd, -1);
    assert_int_equal(kernel_root_make_real_directory(fixture->root_fd, "/sys", &fd, &err), 0);
    fd_close(&fd);
}

static void loops_and_magic_links_are_refused(void **state)
{
    struct fixture *fixture = *state;
    struct err err = { 0 };
    int proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd = -1;

    assert_int_equal(kernel_root_open(fixture->root_fd, "/loop", O_PATH, &fd, &err), -ELOOP);
    assert_int_equal(kernel_root_open(proc_fd, "/self/root/etc", O_PATH, &fd, &err), -ELOOP);
    assert_int_equal(kernel_root_open(proc_fd, "/self/cwd", O_PATH, &fd, &err), -ELOOP);
    assert_int_equal(fd, -1);
    fd_close(&proc_fd);
}

static void a_node_that_is_there_must_be_the_same(void **state)
{
    static const struct kernel_node null = { .mode = S_IFCHR | 0666, .major = 1, .minor = 3 };
    struct fixture *fixture = *state;
    const struct kernel_node mine = { .mode = S_IFIFO | 0600, .uid = geteuid(), .gid = getegid() };
    struct err err = { 0 };
    int fd = -1;

    assert_int_equal(kernel_root_make_parent(fixture->root_fd, "/", &fd, &err), -EINVAL);
    assert_int_equal(kernel_root_make_parent(fixture->root_fd, "/dev/pipe", &fd, &err), 0);
    assert_int_equal(kernel_root_make_node(fd, "/dev/pipe", &mine, &err), 0);
    assert_int_equal(kernel_root_make_node(fd, "/dev/pipe", &mine, &err), 0);
    assert_int_equal(kernel_root_make_node(fd, "/dev/pipe", &null, &err), -EEXIST);
    fd_close(&fd);
}

static void a_symbolic_link_that_is_there_stays(void **state)
{
    struct fixture *fixture = *state;
    struct err err = { 0 };
    char target[PATH_MAX] = "";
    int fd = -1;

    assert_int_equal(kernel_root_make_parent(fixture->root_fd, "/dev/fd", &fd, &err), 0);
    assert_int_equal(kernel_root_make_symlink(fd, "/dev/fd", "/proc/self/fd", &err), 0);
    assert_int_equal(kernel_root_make_symlink(fd, "/dev/fd", "/other", &err), 0);
    fd_close(&fd);
    assert_true(readlinkat(fixture->root_fd, "dev/fd", target, sizeof(target) - 1) > 0);
    assert_string_equal(target, "/proc/self/fd");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(directories_are_made_inside, set_up, tear_down),
    cmocka_unit_test_setup_teardown(files_are_made_inside, set_up, tear_down),
    cmocka_unit_test_setup_teardown(what_a_link_leads_to_is_made_there, set_up, tear_down),
    cmocka_unit_test_setup_teardown(links_to_nothing_have_an_end, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_link_is_refused_where_none_may_be, set_up, tear_down),
    cmocka_unit_test_setup_teardown(loops_and_magic_links_are_refused, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_node_that_is_there_must_be_the_same, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_symbolic_link_that_is_there_stays, set_up, tear_down),
};

RUN_TESTS(tests)
