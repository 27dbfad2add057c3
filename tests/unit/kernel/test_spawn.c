/* A program that is run to its end, with a text to read and a limit of time. */
#include "unit.h"

#include "kernel/process.h"
#include "kernel/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int run_shell(const char *commands, unsigned int timeout_s, struct err *err)
{
    char script[512];
    char shell[] = "sh";
    char option[] = "-c";
    char *const argv[] = { shell, option, script, NULL };
    char *const envp[] = { NULL };
    const struct bytes input[] = { bytes_of_text("first "), bytes_of_text("second") };
    const struct kernel_spawn spawn = { .path = "/bin/sh",
                                        .argv = argv,
                                        .envp = envp,
                                        .timeout_s = timeout_s,
                                        .directory_fd = -1,
                                        .input = input,
                                        .input_count = ROWS(input) };

    assert_true((size_t)snprintf(script, sizeof(script), "%s", commands) < sizeof(script));
    return kernel_spawn_run(&spawn, err);
}

static void a_program_reads_its_input_to_the_end(void **state)
{
    struct err err = { 0 };

    (void)state;
    assert_int_equal(run_shell("[ \"$(cat)\" = 'first second' ]", 0, &err), 0);
    /* It need not. */
    assert_int_equal(run_shell("exit 0", 0, &err), 0);
}

static void how_it_ended_and_what_it_said_last_are_told(void **state)
{
    struct err err = { 0 };

    (void)state;
    assert_int_equal(run_shell("echo one; printf 'two\\033[m\\n' >&2; exit 3", 0, &err), -ECHILD);
    assert_string_equal(err.sentence, "'/bin/sh': ended with status 3: one two?[m");
    assert_int_equal(run_shell("kill -TERM $$", 0, &err), -ECHILD);
    assert_string_equal(err.sentence, "'/bin/sh': was ended by signal 15");
    assert_int_equal(
        run_shell("i=0; while [ $i -lt 400 ]; do echo line$i; i=$((i+1)); done; exit 1", 0, &err),
        -ECHILD);
    assert_non_null(strstr(err.sentence, "line398 line399"));
    assert_true(strlen(err.sentence) < 600);
}

static void a_program_that_is_not_there_is_told(void **state)
{
    char *const argv[] = { NULL };
    const struct kernel_spawn spawn = {
        .path = "/none-such", .argv = argv, .envp = argv, .directory_fd = -1
    };
    struct err err = { 0 };

    (void)state;
    assert_int_equal(kernel_spawn_run(&spawn, &err), -ENOENT);
    assert_string_equal(err.sentence, "'/none-such': execute it: No such file or directory");
}

static void when_its_time_is_over_its_group_is_killed(void **state)
{
    struct timespec pause = { .tv_nsec = 20000000 };
    struct err err = { 0 };
    int tries = 500;
    pid_t pid;

    (void)state;
    assert_int_equal(run_shell("sleep 1000 & echo $! >&2; wait", 1, &err), -ETIMEDOUT);
    assert_true(strncmp(err.sentence, "'/bin/sh': was killed after 1 s: ", 33) == 0);
    pid = (pid_t)strtol(err.sentence + 33, NULL, 10);
    assert_true(pid > 1);
    /* It is whoever inherited it that waits for it. */
    while (tries > 0 && kill(pid, 0) == 0) {
        char path[64];
        char content[256] = "";
        FILE *file;

        (void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
        file = fopen(path, "re");
        if (file != NULL && fgets(content, sizeof(content), file) != NULL &&
            strstr(content, ") Z ") != NULL)
            tries = 1;
        if (file != NULL)
            (void)fclose(file);
        (void)nanosleep(&pause, NULL);
        tries = tries == 1 ? -1 : tries - 1;
    }
    assert_true(tries != 0);
}

static bool always(void)
{
    return true;
}

static void it_is_killed_when_the_caller_is_against_it(void **state)
{
    char program[] = "sleep";
    char time[] = "1000";
    char *const argv[] = { program, time, NULL };
    const struct kernel_spawn spawn = { .path = "/bin/sleep",
                                        .argv = argv,
                                        .envp = argv + 2,
                                        .directory_fd = -1,
                                        .is_against = always };
    struct err err = { 0 };

    (void)state;
    assert_int_equal(kernel_spawn_run(&spawn, &err), -ECANCELED);
    assert_string_equal(err.sentence, "'/bin/sleep': was interrupted");
}

static void it_has_no_descriptor_and_no_signal_of_its_callers(void **state)
{
    int fd = open("/dev/null", O_RDONLY);
    sigset_t all;
    sigset_t before;
    struct err err = { 0 };

    (void)state;
    assert_true(fd >= 0);
    (void)sigfillset(&all);
    assert_int_equal(sigprocmask(SIG_BLOCK, &all, &before), 0);
    (void)signal(SIGUSR1, SIG_IGN);
    /* The descriptor that the listing itself has is 3. */
    if (run_shell("ls /proc/self/fd >&2; "
                  "grep -E '^Sig(Blk|Ign):' /proc/self/status >&2; exit 1",
                  0, &err) == 0)
        fail_msg("no failure");
    (void)signal(SIGUSR1, SIG_DFL);
    assert_int_equal(sigprocmask(SIG_SETMASK, &before, NULL), 0);
    assert_string_equal(err.sentence,
                        "'/bin/sh': ended with status 1: 0 1 2 3 SigBlk: 0000000000000000 "
                        "SigIgn: 0000000000000000");
    (void)close(fd);
}

static void it_runs_under_the_filter_that_is_given(void **state)
{
    static const char *const names[] = { "mkdir", "mkdirat" };
    struct kernel_seccomp_rule rule = { .names = names, .names_count = ROWS(names) };
    struct kernel_seccomp rules = { .rules = &rule, .rules_count = 1 };
    struct kernel_seccomp_program filter = { 0 };
    char shell[] = "sh";
    char option[] = "-c";
    char script[] = "mkdir /tmp/a.b.c/d 2>&1 | grep -q 'Level 3 halted'";
    char *const argv[] = { shell, option, script, NULL };
    struct kernel_spawn spawn = { .path = "/bin/sh", .argv = argv, .directory_fd = -1 };
    struct err err = { 0 };
    pid_t pid;
    int status;

    (void)state;
    assert_true(kernel_seccomp_action_find("SCMP_ACT_ALLOW", 0, &rules.default_action));
    assert_true(kernel_seccomp_action_find("SCMP_ACT_ERRNO", EL3HLT, &rule.action));
    assert_int_equal(kernel_seccomp_compile(&rules, &filter, &err), 0);
    assert_int_equal(kernel_spawn_run(&spawn, &err), -ECHILD);
    spawn.filter = &filter;
    pid = fork();
    if (pid == 0)
        _exit(kernel_process_set_no_new_privileges(&err) == 0 &&
                      kernel_spawn_run(&spawn, &err) == 0 && mkdir("/", 0) < 0 && errno == EEXIST
                  ? 0
                  : 1);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    kernel_seccomp_done(&filter);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(it_runs_under_the_filter_that_is_given),
    cmocka_unit_test(a_program_reads_its_input_to_the_end),
    cmocka_unit_test(how_it_ended_and_what_it_said_last_are_told),
    cmocka_unit_test(a_program_that_is_not_there_is_told),
    cmocka_unit_test(when_its_time_is_over_its_group_is_killed),
    cmocka_unit_test(it_is_killed_when_the_caller_is_against_it),
    cmocka_unit_test(it_has_no_descriptor_and_no_signal_of_its_callers),
};

RUN_TESTS(tests)
