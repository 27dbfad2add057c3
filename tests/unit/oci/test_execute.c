/* What is left of a container whose runtime is killed while it makes it. */
#include "unit.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "oci/execute.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
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

/* The same plan once more, while the first is being performed. */
struct second {
    const struct oci_plan *plan;
    struct err err;
};

static int run_another(void *owner, pid_t pid, int pidfd, struct err *err)
{
    const struct oci_run_options options = { .on_created = NULL };
    struct second *second = owner;
    int status = 0;

    (void)pid;
    (void)pidfd;
    (void)oci_run(second->plan, &options, &status, &second->err);
    return err_set(err, -ECANCELED, "the first one has had its turn");
}

static void a_cgroup_is_one_containers_before_a_process_is_in_it(void **state)
{
    char top[] = "/tmp/cupel-execute-XXXXXX";
    char path[64];
    /* A cgroup, on any file system, and nothing in it so far. */
    const struct oci_step cgroup_steps[] = {
        { .kind = OCI_STEP_CGROUP_MAKE, .field = "", .cgroup = { .path = path } },
        { .kind = OCI_STEP_HOOK, .field = "" },
    };
    const struct oci_plan plan = { .steps = cgroup_steps, .count = ROWS(cgroup_steps) };
    struct second second = { .plan = &plan };
    const struct oci_run_options options = { .on_created = run_another, .owner = &second };
    struct err err = { 0 };
    int status = 0;

    (void)state;
    assert_non_null(mkdtemp(top));
    (void)snprintf(path, sizeof(path), "%s/web", top);
    assert_int_equal(oci_run(&plan, &options, &status, &err), -ECANCELED);
    assert_int_equal(second.err.number, -EEXIST);
    assert_non_null(strstr(second.err.sentence, "/web' is another container's"));
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(rmdir(top), 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_container_ends_when_the_runtime_is_killed_before_the_start),
    cmocka_unit_test(a_cgroup_is_one_containers_before_a_process_is_in_it),
};

RUN_TESTS(tests)
