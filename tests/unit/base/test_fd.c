/* Files are read whole within a limit, and written whole or not at all. */
#include "unit.h"

#include "base/cleanup.h"
#include "base/fd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct fixture {
    char path[64];
    int dir_fd;
    struct arena arena;
    struct err err;
};

static int open_directory(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    if (fixture == NULL)
        return -1;
    *state = fixture;
    *fixture = (struct fixture){ .path = "/tmp/cupel-test-fd-XXXXXX", .dir_fd = -1 };
    fixture->arena = arena_init(1 << 20);
    if (mkdtemp(fixture->path) == NULL)
        return -1;
    fixture->dir_fd = open(fixture->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fixture->dir_fd < 0 ? -1 : 0;
}

static int remove_directory(void **state)
{
    struct fixture *fixture = *state;

    (void)unlinkat(fixture->dir_fd, "file", 0);
    (void)unlinkat(fixture->dir_fd, "folder", AT_REMOVEDIR);
    fd_close(&fixture->dir_fd);
    arena_done(&fixture->arena);

    int status = rmdir(fixture->path);

    free(fixture);
    return status;
}

static struct file_place at(struct fixture *fixture, const char *name)
{
    return (struct file_place){ fixture->dir_fd, name };
}

static void file_reads_back_as_it_was_written(void **state)
{
    struct fixture *fixture = *state;
    struct bytes content = { 0 };
    struct stat status;

    assert_int_equal(
        file_write_atomic(at(fixture, "file"), bytes_of_text("first"), 0640, &fixture->err), 0);
    assert_int_equal(
        file_write_atomic(at(fixture, "file"), bytes_of_text("second"), 0640, &fixture->err), 0);
    assert_int_equal(file_read(at(fixture, "file"), 6, &fixture->arena, &content, &fixture->err),
                     0);
    assert_true(bytes_equal(content, bytes_of_text("second")));
    assert_int_equal(content.at[content.size], 0);
    assert_int_equal(fstatat(fixture->dir_fd, "file", &status, 0), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
}

static void file_over_the_limit_is_refused_by_name(void **state)
{
    struct fixture *fixture = *state;
    struct bytes content = { 0 };

    assert_int_equal(
        file_write_atomic(at(fixture, "file"), bytes_of_text("seven.."), 0600, &fixture->err), 0);
    assert_int_equal(file_read(at(fixture, "file"), 6, &fixture->arena, &content, &fixture->err),
                     -EFBIG);
    assert_string_equal(fixture->err.sentence, "'file': larger than the limit of 6 bytes");
    assert_null(content.at);
}

static void what_is_no_regular_file_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct bytes content = { 0 };

    assert_int_equal(mkfifoat(fixture->dir_fd, "file", 0600), 0);
    assert_int_equal(file_read(at(fixture, "file"), 9, &fixture->arena, &content, &fixture->err),
                     -EINVAL);
    assert_int_equal(file_read(at(fixture, "none"), 9, &fixture->arena, &content, &fixture->err),
                     -ENOENT);
    assert_string_equal(fixture->err.sentence, "open 'none': No such file or directory");
}

static void failed_write_leaves_nothing_new(void **state)
{
    struct fixture *fixture = *state;
    DIR *listing;
    size_t count = 0;

    assert_int_equal(mkdirat(fixture->dir_fd, "folder", 0700), 0);
    assert_int_equal(
        file_write_atomic(at(fixture, "folder"), bytes_of_text("x"), 0600, &fixture->err), -EISDIR);
    listing = opendir(fixture->path);
    assert_non_null(listing);
    while (readdir(listing) != NULL)
        count++;
    closedir(listing);
    assert_int_equal(count, 3); /* ".", "..", "folder" */
}

static void close_keeps_errno_and_is_safe_twice(void **state)
{
    struct fixture *fixture = *state;
    int fd = dup(fixture->dir_fd);
    int taken;

    assert_true(fd >= 0);
    taken = fd_take(&fd);
    assert_int_equal(fd, -1);
    errno = EXDEV;
    fd_close(&taken);
    fd_close(&taken);
    fd_close(&fd);
    assert_int_equal(errno, EXDEV);
    assert_int_equal(taken, -1);
}

#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, open_directory, remove_directory)

static const struct CMUnitTest tests[] = {
    IN_DIRECTORY(file_reads_back_as_it_was_written),
    IN_DIRECTORY(file_over_the_limit_is_refused_by_name),
    IN_DIRECTORY(what_is_no_regular_file_is_refused),
    IN_DIRECTORY(failed_write_leaves_nothing_new),
    IN_DIRECTORY(close_keeps_errno_and_is_safe_twice),
};

RUN_TESTS(tests)
