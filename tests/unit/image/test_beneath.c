/* Opening and removing below a directory: never out of it, however deep, and not over mounts. */
#include "unit.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "image/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct place {
    char path[32];
    int fd;
};

static void place_done(struct place *place)
{
    struct err err;

    if (place->fd >= 0)
        (void)beneath_clear(place->fd, &err);
    fd_close(&place->fd);
    (void)rmdir(place->path);
}

static struct place place_init(void)
{
    struct place place = { .path = "/tmp/beneath-XXXXXX", .fd = -1 };

    assert_non_null(mkdtemp(place.path));
    place.fd = open(place.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(place.fd >= 0);
    return place;
}

static bool is_there(const struct place *place, const char *name)
{
    struct stat status;

    return fstatat(place->fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

static void open_never_leaves_the_directory(void **state)
{
    CLEANUP(place_done) struct place place = place_init();
    static const struct {
        const char *path;
        int number;
    } rows[] = {
        { "inner/..", 0 },         { "..", -EXDEV },          { "inner/../..", -EXDEV },
        { "/", -EXDEV },           { "/etc/passwd", -EXDEV }, { "up", -ELOOP },
        { "up/x", -ELOOP },        { "away", -ELOOP },        { "away/passwd", -ELOOP },
        { "within", -ELOOP },      { "within/x", -ELOOP },    { "none", -ENOENT },
        { "inner/none", -ENOENT },
    };

    (void)state;
    assert_int_equal(mkdirat(place.fd, "inner", 0700), 0);
    assert_int_equal(symlinkat("..", place.fd, "up"), 0);
    assert_int_equal(symlinkat("/etc", place.fd, "away"), 0);
    assert_int_equal(symlinkat("inner", place.fd, "within"), 0);
    for (size_t i = 0; i < ROWS(rows); i++) {
        CLEANUP(fd_close) int fd = beneath_open(place.fd, rows[i].path, O_RDONLY);

        assert_row(rows[i].path, rows[i].number == 0 ? fd >= 0 : fd == rows[i].number);
    }
}

static void remove_takes_a_deep_tree_of_unreadable_directories(void **state)
{
    CLEANUP(place_done) struct place place = place_init();
    CLEANUP(fd_close) int fd = dup(place.fd);
    struct err err = { 0 };

    (void)state;
    for (int depth = 0; depth < 600; depth++) {
        int inner;

        assert_int_equal(mkdirat(fd, "a-directory-with-a-long-name", 0700), 0);
        assert_int_equal(mkdirat(fd, ".removed-0", 0700), 0);
        assert_int_equal(symlinkat("/", fd, "link"), 0);
        inner = openat(fd, "a-directory-with-a-long-name", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_true(inner >= 0);
        assert_int_equal(fchmod(fd, depth == 0 ? 0700 : 0), 0);
        fd_close(&fd);
        fd = inner;
    }
    if (beneath_remove(place.fd, "a-directory-with-a-long-name", &err) < 0)
        fail_msg("%s", err.sentence);
    assert_false(is_there(&place, "a-directory-with-a-long-name"));
    assert_true(is_there(&place, "link"));
    assert_int_equal(beneath_remove(place.fd, "link", &err), 0);
    assert_int_equal(beneath_remove(place.fd, "link", &err), 0);
    assert_int_equal(beneath_clear(place.fd, &err), 0);
    assert_false(is_there(&place, ".removed-0"));
}

/* In mount and user namespaces of its own: 0 as it should be, 77 where these cannot be had. */
static int remove_over_a_mount(const struct place *place)
{
    struct err err = { 0 };

    if (unshare(CLONE_NEWNS | (geteuid() == 0 ? 0 : CLONE_NEWUSER)) < 0)
        return 77;
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 || chdir(place->path) < 0)
        return 77;
    if (mount("outside", "tree/mounted", NULL, MS_BIND, NULL) < 0)
        return 77;
    if (beneath_remove(place->fd, "tree", &err) == 0)
        return 1;
    return is_there(place, "outside/canary") ? 0 : 2;
}

static void remove_stops_at_a_mount_point(void **state)
{
    CLEANUP(place_done) struct place place = place_init();
    int status = 0;
    pid_t child;

    (void)state;
    assert_int_equal(mkdirat(place.fd, "outside", 0700), 0);
    assert_int_equal(mkdirat(place.fd, "outside/canary", 0700), 0);
    assert_int_equal(mkdirat(place.fd, "tree", 0700), 0);
    assert_int_equal(mkdirat(place.fd, "tree/mounted", 0700), 0);
    child = fork();
    if (child == 0)
        _exit(remove_over_a_mount(&place));
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(status, 0);
    assert_true(is_there(&place, "outside/canary"));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(open_never_leaves_the_directory),
    cmocka_unit_test(remove_takes_a_deep_tree_of_unreadable_directories),
    cmocka_unit_test(remove_stops_at_a_mount_point),
};

RUN_TESTS(tests)
