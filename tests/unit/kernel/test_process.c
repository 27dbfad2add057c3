/* What a process does to itself before it becomes another program. */
#include "unit.h"

#include "kernel/process.h"

#include <errno.h>
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

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_first_program_that_can_be_executed_is),
    cmocka_unit_test(a_program_that_cannot_be_executed_is_told_where_there_is_no_other),
};

RUN_TESTS(tests)
