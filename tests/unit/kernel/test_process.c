/* What a process does to itself before it becomes another program. */
#include "unit.h"

#include "kernel/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Programs to try: no file, one that may not be executed, one that may. */
struct fixture {
    char not_there[32];
    char not_executable[32];
    char program[32];
};

static struct fixture fixture_init(void)
{
    return (struct fixture){ .not_there = "/proc/version/true",
                             .not_executable = "/proc/version",
                             .program = "/bin/true" };
}

static void the_first_program_that_can_be_executed_is(void **state)
{
    struct fixture fixture = fixture_init();
    char *const candidates[] = { fixture.not_there, fixture.not_executable, fixture.program, NULL };
    char *const words[] = { fixture.program, NULL };
    char *const variables[] = { NULL };
    int status = 0;
    pid_t pid = fork();

    (void)state;
    assert_true(pid >= 0);
    if (pid == 0) {
        struct err err = { 0 };

        (void)kernel_process_exec(candidates, words, variables, &err);
        _exit(1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void a_program_that_cannot_be_executed_is_told_where_there_is_no_other(void **state)
{
    struct fixture fixture = fixture_init();
    char *const candidates[] = { fixture.not_executable, fixture.not_there, NULL };
    char *const words[] = { fixture.program, NULL };
    char *const variables[] = { NULL };
    struct err err = { 0 };

    (void)state;
    assert_int_equal(kernel_process_exec(candidates, words, variables, &err), -EACCES);
    assert_string_equal(err.sentence, "execute '/proc/version': Permission denied");
}

/* Every signal that can be ignored is, the two that the C library keeps to itself as well. */
static void signals_that_a_caller_ignored_are_as_at_birth_again(void **state)
{
    int status = 0;
    pid_t pid = fork();

    (void)state;
    assert_true(pid >= 0);
    if (pid == 0) {
        const unsigned long ignored[4] = { (unsigned long)SIG_IGN };
        unsigned long now[4];
        struct err err = { 0 };
        bool all = true;

        for (int i = 1; i < NSIG; i++)
            (void)syscall(SYS_rt_sigaction, i, ignored, NULL, (NSIG - 1) / 8);
        all = kernel_process_reset_signals(kernel_process_ignored_signals(), &err) == 0;
        for (int i = 1; i < NSIG; i++) {
            memset(now, 0, sizeof(now));
            (void)syscall(SYS_rt_sigaction, i, NULL, now, (NSIG - 1) / 8);
            all = all && now[0] == (unsigned long)SIG_DFL;
        }
        _exit(all ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Whether the descriptor is open, and closes itself at exec. */
static bool is_kept(int fd)
{
    return fcntl(fd, F_GETFD) == FD_CLOEXEC;
}

/* In a process of its own, which ends with 0: the pipe's ends stand in each other's place. */
static _Noreturn void keep_two(void)
{
    struct err err = { 0 };
    char octet = 'x';
    int ends[2];
    int fds[2];

    if (close_range(3, ~0U, 0) < 0 || pipe(ends) < 0)
        _exit(1);
    fds[0] = ends[1];
    fds[1] = ends[0];
    if (kernel_process_close_all_but(3, fds, 2, &err) < 0 || fds[0] != 3 || fds[1] != 4)
        _exit(2);
    if (!is_kept(3) || !is_kept(4) || fcntl(5, F_GETFD) >= 0)
        _exit(3);
    if (write(fds[0], &octet, 1) != 1 || read(fds[1], &octet, 1) != 1)
        _exit(4);
    _exit(0);
}

static void descriptors_that_are_kept_change_places(void **state)
{
    int status = 0;
    pid_t pid = fork();

    (void)state;
    assert_true(pid >= 0);
    if (pid == 0)
        keep_two();
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* In a process of its own: its exit status says what was wrong. */
static _Noreturn void close_others(void)
{
    static const int kept[] = { 20, -1, 7, 5, 2, 20, INT_MAX };
    static const int numbers[] = { 3, 4, 5, 6, 7, 8, 20, 21 };
    static const bool stays[] = { true, false, true, false, true, false, true, false };
    struct err err;

    for (size_t i = 0; i < ROWS(numbers); i++) {
        if (dup2(0, numbers[i]) < 0)
            _exit(1);
    }
    if (kernel_process_close_others(4, kept, ROWS(kept), &err) < 0)
        _exit(2);
    for (size_t i = 0; i < ROWS(numbers); i++) {
        if ((fcntl(numbers[i], F_GETFD) >= 0) != stays[i])
            _exit(10 + (int)i);
    }
    _exit(fcntl(0, F_GETFD) >= 0 ? 0 : 3);
}

static void all_descriptors_but_some_are_closed(void **state)
{
    int status = 0;
    pid_t pid = fork();

    (void)state;
    assert_true(pid >= 0);
    if (pid == 0)
        close_others();
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(signals_that_a_caller_ignored_are_as_at_birth_again),
    cmocka_unit_test(the_first_program_that_can_be_executed_is),
    cmocka_unit_test(a_program_that_cannot_be_executed_is_told_where_there_is_no_other),
    cmocka_unit_test(descriptors_that_are_kept_change_places),
    cmocka_unit_test(all_descriptors_but_some_are_closed),
};

RUN_TESTS(tests)
