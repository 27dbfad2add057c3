/* The gate of a created container: who waits behind it, and what whoever opens it is told. */
#include "unit.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "oci/channel.h"
#include "oci/gate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static bool is_there(int directory_fd)
{
    struct err err = { 0 };
    bool found = false;

    assert_int_equal(oci_gate_find(directory_fd, &found, &err), 0);
    return found;
}

static int make_directory(void **state)
{
    char *path = strdup("/tmp/cupel-gate-XXXXXX");

    assert_non_null(path);
    assert_non_null(mkdtemp(path));
    *state = path;
    return 0;
}

static int remove_directory(void **state)
{
    assert_int_equal(rmdir(*state), 0);
    free(*state);
    return 0;
}

static int open_directory(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    assert_true(fd >= 0);
    return fd;
}

/* Makes the gate, and a process behind it that, when it is opened, sends the records and ends. */
static pid_t wait_behind(int directory_fd, const struct oci_record *records, size_t count)
{
    CLEANUP(fd_close) int gate_fd = -1;
    struct err err = { 0 };
    pid_t pid;

    assert_int_equal(oci_gate_make(directory_fd, &gate_fd, &err), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int channel_fd = -1;

        if (oci_gate_await(gate_fd, &channel_fd, &err) < 0)
            _exit(1);
        for (size_t i = 0; i < count; i++) {
            if (!oci_channel_say(channel_fd, &records[i]))
                _exit(2);
        }
        _exit(0);
    }
    return pid;
}

static void await_end(pid_t pid)
{
    int status = 0;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void what_the_process_says_is_told(void **state)
{
    struct oci_record records[] = { { .kind = OCI_RECORD_READY },
                                    { .kind = OCI_RECORD_FAILED, .is_program = true } };
    static const struct {
        const char *label;
        size_t count; /* of the records that are sent */
        int number;
        int failure_status;
    } rows[] = {
        { "it becomes the program", 1, 0, OCI_FAILED_RUNTIME },
        { "it cannot", 2, -EACCES, OCI_FAILED_EXEC },
        { "it ends", 0, -ESRCH, OCI_FAILED_RUNTIME },
    };

    (void)err_set(&records[1].err, -EACCES, "no");
    for (size_t i = 0; i < ROWS(rows); i++) {
        CLEANUP(fd_close) int directory_fd = open_directory(*state);
        struct err err = { 0 };
        int status = 0;
        pid_t pid = wait_behind(directory_fd, records, rows[i].count);

        assert_true(is_there(directory_fd));
        assert_row(rows[i].label, oci_gate_open(directory_fd, &status, &err) == rows[i].number);
        assert_row(rows[i].label, status == rows[i].failure_status);
        assert_false(is_there(directory_fd));
        await_end(pid);
    }
}

static void a_gate_with_nobody_behind_it_is_told_and_removed(void **state)
{
    CLEANUP(fd_close) int directory_fd = open_directory(*state);
    struct err err = { 0 };
    int gate_fd = -1;
    int status = 0;

    assert_int_equal(oci_gate_open(directory_fd, &status, &err), -ESRCH);
    assert_int_equal(oci_gate_make(directory_fd, &gate_fd, &err), 0);
    fd_close(&gate_fd);
    assert_int_equal(oci_gate_open(directory_fd, &status, &err), -ESRCH);
    assert_false(is_there(directory_fd));
    assert_int_equal(oci_gate_remove(directory_fd, &err), 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(what_the_process_says_is_told, make_directory,
                                    remove_directory),
    cmocka_unit_test_setup_teardown(a_gate_with_nobody_behind_it_is_told_and_removed,
                                    make_directory, remove_directory),
};

RUN_TESTS(tests)
