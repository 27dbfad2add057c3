/* What is left of a container whose runtime is killed while it makes it. */
#include "unit.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "oci/execute.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* The longest that the end of a process is waited for: it is heard at once, or never. */
#define PATIENCE_MS 10000

/* A container that waits for its runtime before it does anything. */
static const struct oci_step steps[] = {
    { .kind = OCI_STEP_CLONE, .field = "", .clone = { .slot = OCI_SLOT_NONE } },
    { .kind = OCI_STEP_AWAIT, .field = "", .text = "hook" },
    { .kind = OCI_STEP_HOOK, .field = "" },
};

/* Hands the container's process to the test, and dies as if killed. */
static int tell_and_die(void *owner, pid_t pid, int pidfd, struct err *err)
{
    const int *fd = owner;

    (void)pidfd;
    (void)err;
    if (write(*fd, &pid, sizeof(pid)) == (ssize_t)sizeof(pid))
        (void)raise(SIGKILL);
    return -1;
}

static _Noreturn void be_runtime(int fd)
{
    const struct oci_plan plan = { .steps = steps, .count = ROWS(steps) };
    const struct oci_run_options options = { .on_created = tell_and_die, .owner = &fd };
    struct err err = { 0 };
    int status = 0;

    (void)oci_run(&plan, &options, &status, &err);
    _exit(1);
}

static void the_container_ends_when_the_runtime_is_killed_before_the_start(void **state)
{
    CLEANUP(fd_close) int theirs = -1;
    CLEANUP(fd_close) int ours = -1;
    struct pollfd end = { .events = POLLIN };
    char octet;
    int fds[2];
    int status = 0;
    pid_t container = 0;
    pid_t runtime;

    (void)state;
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    ours = fds[0];
    theirs = fds[1];
    runtime = fork();
    assert_true(runtime >= 0);
    if (runtime == 0)
        be_runtime(theirs);
    fd_close(&theirs);
    assert_int_equal(waitpid(runtime, &status, 0), runtime);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    assert_int_equal(read(ours, &container, sizeof(container)), sizeof(container));
    /* The container's process has a copy of the pipe's other end, and so long it is not over. */
    end.fd = ours;
    if (poll(&end, 1, PATIENCE_MS) != 1) {
        (void)kill(container, SIGKILL);
        fail_msg("process %d lives on", (int)container);
    }
    assert_int_equal(read(ours, &octet, 1), 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_container_ends_when_the_runtime_is_killed_before_the_start),
};

RUN_TESTS(tests)
