/* A process in the memory of its maker, which stands still until that has become another program
 * or has ended. */
#include "unit.h"

#include "kernel/namespace.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

struct shared {
    int count;
    char *program;
};

static void count_and_end(const void *argument)
{
    struct shared *shared = *(struct shared *const *)argument;
    char deep[20000];

    memset(deep, shared->count, sizeof(deep));
    shared->count += deep[sizeof(deep) - 1] + 1;
    _exit(7);
}

static void become(const void *argument)
{
    const struct shared *shared = *(struct shared *const *)argument;
    char *const argv[] = { shared->program, NULL };

    (void)execv(shared->program, argv);
    _exit(1);
}

static int status_of(pid_t pid)
{
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void what_the_process_writes_is_there(void **state)
{
    const struct kernel_clone how = { .flags = 0, .cgroup_fd = -1 };
    struct shared shared = { .count = 0 };
    const struct shared *argument = &shared;
    struct err err = { 0 };

    (void)state;
    for (int i = 0; i < 3; i++) {
        pid_t pid = kernel_namespace_vfork(&how, count_and_end, &argument, &err);

        assert_true(pid > 0);
        /* Not waited for: the process has ended before this goes on. */
        assert_int_equal(shared.count, (2 << i) - 1);
        assert_int_equal(status_of(pid), 7);
    }
}

static void the_process_may_become_a_program(void **state)
{
    const struct kernel_clone how = { .flags = 0, .cgroup_fd = -1 };
    char program[] = "/bin/false";
    struct shared shared = { .program = program };
    const struct shared *argument = &shared;
    struct err err = { 0 };
    pid_t pid = kernel_namespace_vfork(&how, become, &argument, &err);

    (void)state;
    assert_true(pid > 0);
    assert_int_equal(status_of(pid), 1);
}

static void no_process_is_an_error(void **state)
{
    /* A mount namespace of its own, and the file system's places shared: that contradicts. */
    const struct kernel_clone how = { .flags = CLONE_NEWNS | CLONE_FS, .cgroup_fd = -1 };
    struct shared shared = { .count = 0 };
    const struct shared *argument = &shared;
    struct err err = { 0 };

    (void)state;
    assert_int_equal(kernel_namespace_vfork(&how, count_and_end, &argument, &err), -EINVAL);
    assert_int_equal(shared.count, 0);
    assert_string_equal(err.sentence, "clone a process into new namespaces: Invalid argument");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_the_process_writes_is_there),
    cmocka_unit_test(the_process_may_become_a_program),
    cmocka_unit_test(no_process_is_an_error),
};

RUN_TESTS(tests)
