/* Sockets in the file system: a stale one is replaced, a live one and a file are not. */
#include "operate/local.h"

#include "base/fd.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
    char directory[32];
    char path[64];
};

static int begin(void **state)
{
    struct place *place = calloc(1, sizeof(*place));

    assert_non_null(place);
    (void)snprintf(place->directory, sizeof(place->directory), "/tmp/unit.local.XXXXXX");
    assert_non_null(mkdtemp(place->directory));
    (void)snprintf(place->path, sizeof(place->path), "%s/socket", place->directory);
    *state = place;
    return 0;
}

static int end(void **state)
{
    struct place *place = *state;

    (void)unlink(place->path);
    assert_int_equal(rmdir(place->directory), 0);
    free(place);
    return 0;
}

static void a_socket_is_for_its_owner_alone_and_is_removed(void **state)
{
    const struct place *place = *state;
    struct operate_local local = { .fd = -1 };
    struct stat status;
    struct err err = { 0 };
    int client = -1;
    int taken;

    assert_int_equal(operate_local_listen(place->path, &local, &err), 0);
    assert_int_equal(lstat(place->path, &status), 0);
    assert_true(S_ISSOCK(status.st_mode));
    assert_int_equal(status.st_mode & 07777U, 0600);
    assert_int_equal(operate_local_accept(&local), -EAGAIN);
    assert_int_equal(operate_local_connect(place->path, 1, &client, &err), 0);
    taken = operate_local_accept(&local);
    assert_true(taken >= 0);
    fd_close(&taken);
    fd_close(&client);
    operate_local_close(&local);
    operate_local_close(&local);
    assert_int_equal(lstat(place->path, &status), -1);
}

static void a_live_socket_is_refused_and_a_stale_one_is_replaced(void **state)
{
    const struct place *place = *state;
    struct operate_local first = { .fd = -1 };
    struct operate_local second = { .fd = -1 };
    struct stat status;
    struct err err = { 0 };

    assert_int_equal(operate_local_listen(place->path, &first, &err), 0);
    assert_int_equal(operate_local_listen(place->path, &second, &err), -EADDRINUSE);
    assert_non_null(strstr(err.sentence, "somebody listens there"));
    assert_int_equal(second.fd, -1);
    fd_close(&first.fd); /* as if its process were killed */
    assert_int_equal(operate_local_connect(place->path, 1, &second.fd, &err), -ECONNREFUSED);
    assert_int_equal(operate_local_listen(place->path, &second, &err), 0);
    assert_int_equal(unlink(place->path), 0);
    assert_int_equal(mkdir(place->path, 0700), 0);
    operate_local_close(&second); /* another file there is left alone */
    assert_int_equal(lstat(place->path, &status), 0);
    assert_int_equal(rmdir(place->path), 0);
}

static void what_is_no_socket_or_no_path_is_refused(void **state)
{
    const struct place *place = *state;
    struct operate_local local = { .fd = -1 };
    struct err err = { 0 };
    char path[200];
    int fd = open(place->path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

    fd_close(&fd);
    assert_int_equal(operate_local_listen(place->path, &local, &err), -EEXIST);
    memset(path, 'a', sizeof(path));
    path[OPERATE_LOCAL_PATH_MAX] = '\0';
    assert_int_equal(operate_local_listen(path, &local, &err), -ENAMETOOLONG);
    assert_int_equal(operate_local_listen("", &local, &err), -ENAMETOOLONG);
    assert_int_equal(operate_local_listen("/nowhere/at/all", &local, &err), -ENOENT);
    assert_int_equal(local.fd, -1);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(a_socket_is_for_its_owner_alone_and_is_removed, begin, end),
    cmocka_unit_test_setup_teardown(a_live_socket_is_refused_and_a_stale_one_is_replaced, begin,
                                    end),
    cmocka_unit_test_setup_teardown(what_is_no_socket_or_no_path_is_refused, begin, end),
};

RUN_TESTS(tests)
