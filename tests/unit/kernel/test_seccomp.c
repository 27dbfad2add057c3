/* Filters of system calls: what is in them, and what a process under one may do. */
#include "unit.h"

#include "kernel/process.h"
#include "kernel/seccomp.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The errno of a call with these first two arguments in a process under the filter; 0: it
 * succeeded; the negative number of the signal that ended it. */
static int call_under(const struct kernel_seccomp *rules, long call, long first, long second)
{
    struct kernel_seccomp_program program = { 0 };
    struct err err = { 0 };
    int status = 0;
    pid_t pid;

    assert_int_equal(kernel_seccomp_compile(rules, &program, &err), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (kernel_process_reset_signals(UINT64_MAX, &err) < 0 ||
            kernel_process_set_no_new_privileges(&err) < 0 ||
            kernel_seccomp_load(&program, &err) < 0)
            _exit(255);
        /* Before _exit() a sanitizer makes calls of its own. */
        (void)syscall(SYS_exit_group, syscall(call, first, second) < 0 ? errno : 0);
        _exit(255);
    }
    kernel_seccomp_done(&program);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static uint32_t action(const char *name)
{
    uint32_t found = 0;

    assert_true(kernel_seccomp_action_find(name, ENOTTY, &found));
    return found;
}

static void a_rule_decides_on_its_calls_and_no_others(void **state)
{
    static const char *const names[] = { "no_such_call", "getppid" };
    static const struct {
        const char *label, *action;
        int result;
    } rows[] = {
        { "an errno", "SCMP_ACT_ERRNO", ENOTTY },
        { "nothing", "SCMP_ACT_ALLOW", 0 },
        { "a line in the log", "SCMP_ACT_LOG", 0 },
        { "the end of the process", "SCMP_ACT_KILL_PROCESS", -SIGSYS },
        { "the end of the thread", "SCMP_ACT_KILL", -SIGSYS },
        { "a signal", "SCMP_ACT_TRAP", -SIGSYS },
        { "nobody traces it", "SCMP_ACT_TRACE", ENOSYS },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct kernel_seccomp_rule rule = { .names = names,
                                            .names_count = ROWS(names),
                                            .action = action(rows[i].action) };
        struct kernel_seccomp rules = { .default_action = action("SCMP_ACT_ALLOW"),
                                        .rules = &rule,
                                        .rules_count = 1 };

        assert_row(rows[i].label, call_under(&rules, SYS_getppid, 0, 0) == rows[i].result);
        assert_row(rows[i].label, call_under(&rules, SYS_getuid, 0, 0) == 0);
    }
}

static void conditions_hold_together_but_for_those_of_one_argument(void **state)
{
    static const char *const names[] = { "getpgid" };
    static const struct kernel_seccomp_condition both[] = {
        { .index = 0, .op = SCMP_CMP_MASKED_EQ, .value = 0xF0, .value_two = 0x10 },
        { .index = 1, .op = SCMP_CMP_GT, .value = 4 },
    };
    static const struct kernel_seccomp_condition either[] = {
        { .index = 1, .op = SCMP_CMP_EQ, .value = 3 },
        { .index = 1, .op = SCMP_CMP_EQ, .value = 5 },
    };
    static const struct {
        const char *label;
        const struct kernel_seccomp_condition *conditions;
        long first, second;
        bool is_refused;
    } rows[] = {
        { "both", both, 0x1F, 5, true },
        { "the first alone", both, 0x1F, 4, false },
        { "the second alone", both, 0x2F, 5, false },
        { "one", either, 0, 3, true },
        { "the other", either, 0, 5, true },
        { "neither", either, 0, 4, false },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct kernel_seccomp_rule rule = { .names = names,
                                            .names_count = 1,
                                            .action = action("SCMP_ACT_ERRNO"),
                                            .conditions = rows[i].conditions,
                                            .conditions_count = 2 };
        struct kernel_seccomp rules = { .default_action = action("SCMP_ACT_ALLOW"),
                                        .rules = &rule,
                                        .rules_count = 1 };
        int result = call_under(&rules, SYS_getpgid, rows[i].first, rows[i].second);

        assert_row(rows[i].label, (result == ENOTTY) == rows[i].is_refused);
    }
}

static void what_happens_anyway_needs_no_rule(void **state)
{
    static const char *const names[] = { "getppid" };
    struct kernel_seccomp_rule rule = { .names = names,
                                        .names_count = 1,
                                        .action = action("SCMP_ACT_ALLOW") };
    struct kernel_seccomp rules = { .default_action = action("SCMP_ACT_ALLOW"),
                                    .rules = &rule,
                                    .rules_count = 1,
                                    .flags = SECCOMP_FILTER_FLAG_SPEC_ALLOW };

    (void)state;
    assert_int_equal(call_under(&rules, SYS_getppid, 0, 0), 0);
}

/* What libseccomp would need hours for. */
static void rules_that_no_filter_holds_are_refused(void **state)
{
    const char *names[4096];
    struct kernel_seccomp_condition conditions[2];
    struct kernel_seccomp_rule rule = { .names = names,
                                        .names_count = ROWS(names),
                                        .action = action("SCMP_ACT_LOG"),
                                        .conditions = conditions,
                                        .conditions_count = ROWS(conditions) };
    struct kernel_seccomp rules = { .default_action = action("SCMP_ACT_ALLOW"),
                                    .rules = &rule,
                                    .rules_count = 1 };
    struct kernel_seccomp_program program = { 0 };
    struct err err = { 0 };

    (void)state;
    for (size_t i = 0; i < ROWS(names); i++)
        names[i] = "read";
    for (size_t i = 0; i < ROWS(conditions); i++)
        conditions[i] =
            (struct kernel_seccomp_condition){ .index = 1, .op = SCMP_CMP_EQ, .value = i };
    assert_int_equal(kernel_seccomp_compile(&rules, &program, &err), -EINVAL);
    assert_string_equal(err.sentence, "the rules are for more than 4096 system calls");
    assert_null(program.instructions);
}

/* What the filter says to a call: the few instructions that libseccomp and we make use of. */
static uint32_t decision_of(const struct kernel_seccomp_program *program, uint32_t architecture,
                            uint32_t call)
{
    const struct sock_filter *code = program->instructions;
    uint32_t loaded = 0;
    size_t i = 0;

    while (i < program->count) {
        const struct sock_filter one = code[i++];

        if (one.code == (BPF_LD | BPF_W | BPF_ABS))
            loaded = one.k == offsetof(struct seccomp_data, nr)     ? call
                     : one.k == offsetof(struct seccomp_data, arch) ? architecture
                                                                    : 0;
        else if (one.code == (BPF_JMP | BPF_JA))
            i += one.k;
        else if (one.code == (BPF_JMP | BPF_JEQ | BPF_K))
            i += loaded == one.k ? one.jt : one.jf;
        else if (one.code == (BPF_JMP | BPF_JGT | BPF_K))
            i += loaded > one.k ? one.jt : one.jf;
        else if (one.code == (BPF_JMP | BPF_JGE | BPF_K))
            i += loaded >= one.k ? one.jt : one.jf;
        else if (one.code == (BPF_JMP | BPF_JSET | BPF_K))
            i += (loaded & one.k) != 0 ? one.jt : one.jf;
        else
            return one.code == (BPF_RET | BPF_K) ? one.k : 0xdead;
    }
    return 0xdead;
}

/* Numbers: getpid is 39 of x86_64 and 20 of x86, openat2 is 437 everywhere, and there is nothing at
 * 100 of those that is named. */
static void calls_that_are_newer_than_the_rules_are_not_known(void **state)
{
    static const char *const names[] = { "no_such_call", "getpid" };
    static const char *const denied[] = { "openat2" };
    static const uint32_t others[] = { SCMP_ARCH_X86, SCMP_ARCH_X32, SCMP_ARCH_X86,
                                       SCMP_ARCH_AARCH64 };
    static const struct {
        const char *label;
        uint32_t architecture, call, decision;
    } rows[] = {
        { "what is named", SCMP_ARCH_X86_64, 39, SCMP_ACT_ALLOW },
        { "what is named to be denied", SCMP_ARCH_X86_64, 437, SCMP_ACT_ERRNO(EPERM) },
        { "what is older", SCMP_ARCH_X86_64, 100, SCMP_ACT_ERRNO(EPERM) },
        { "what is newer", SCMP_ARCH_X86_64, 438, SCMP_ACT_ERRNO(ENOSYS) },
        { "what is far away", SCMP_ARCH_X86_64, 1000, SCMP_ACT_ERRNO(ENOSYS) },
        { "named of x86", SCMP_ARCH_X86, 20, SCMP_ACT_ALLOW },
        { "older of x86", SCMP_ARCH_X86, 100, SCMP_ACT_ERRNO(EPERM) },
        { "newer of x86", SCMP_ARCH_X86, 438, SCMP_ACT_ERRNO(ENOSYS) },
        { "named of x32", SCMP_ARCH_X86_64, 0x40000000 + 39, SCMP_ACT_ALLOW },
        { "older of x32", SCMP_ARCH_X86_64, 0x40000000 + 100, SCMP_ACT_ERRNO(EPERM) },
        { "newer of x32", SCMP_ARCH_X86_64, 0x40000000 + 438, SCMP_ACT_ERRNO(ENOSYS) },
        { "named of the last", SCMP_ARCH_AARCH64, 172, SCMP_ACT_ALLOW },
        { "older of the last", SCMP_ARCH_AARCH64, 100, SCMP_ACT_ERRNO(EPERM) },
        { "newer of the last", SCMP_ARCH_AARCH64, 438, SCMP_ACT_ERRNO(ENOSYS) },
        { "an architecture of none", SCMP_ARCH_PPC64LE, 1000, SCMP_ACT_KILL_THREAD },
    };
    struct kernel_seccomp_rule rule[] = {
        { .names = names, .names_count = ROWS(names), .action = SCMP_ACT_ALLOW },
        { .names = denied, .names_count = ROWS(denied), .action = SCMP_ACT_ERRNO(EPERM) },
    };
    struct kernel_seccomp rules = { .default_action = SCMP_ACT_ERRNO(EPERM),
                                    .architectures = others,
                                    .architectures_count = ROWS(others),
                                    .rules = rule,
                                    .rules_count = ROWS(rule) };
    struct kernel_seccomp_program program = { 0 };
    struct err err = { 0 };

    (void)state;
    if (seccomp_arch_native() != SCMP_ARCH_X86_64)
        skip();
    assert_int_equal(kernel_seccomp_compile(&rules, &program, &err), 0);
    for (size_t i = 0; i < ROWS(rows); i++)
        assert_row(rows[i].label,
                   decision_of(&program, rows[i].architecture, rows[i].call) == rows[i].decision);
    kernel_seccomp_done(&program);
}

static void another_answer_than_eperm_is_meant(void **state)
{
    static const char *const names[] = { "exit_group", "getppid" };
    static const struct {
        const char *label;
        uint32_t answer;
        int result;
    } rows[] = {
        { "not permitted", SCMP_ACT_ERRNO(EPERM), ENOSYS },
        { "another errno", SCMP_ACT_ERRNO(ENXIO), ENXIO },
        { "the end", SCMP_ACT_KILL_PROCESS, -SIGSYS },
        { "a signal", SCMP_ACT_TRAP, -SIGSYS },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct kernel_seccomp_rule rule = { .names = names,
                                            .names_count = ROWS(names),
                                            .action = SCMP_ACT_ALLOW };
        struct kernel_seccomp rules = { .default_action = rows[i].answer,
                                        .rules = &rule,
                                        .rules_count = 1 };

        assert_row(rows[i].label, call_under(&rules, 1000, 0, 0) == rows[i].result);
        assert_row(rows[i].label, call_under(&rules, SYS_getppid, 0, 0) == 0);
    }
}

static void words_that_are_none_are_not_found(void **state)
{
    uint32_t number = 7;
    unsigned int flag = 7;
    int op = 7;

    (void)state;
    assert_false(kernel_seccomp_action_find("SCMP_ACT_FREEZE", 1, &number));
    assert_false(kernel_seccomp_architecture_find("SCMP_ARCH_PDP11", &number));
    assert_false(kernel_seccomp_op_find("EQ", &op));
    assert_false(kernel_seccomp_flag_find("", &flag));
    assert_true(number == 7 && flag == 7 && op == 7);
    assert_true(kernel_seccomp_architecture_find("SCMP_ARCH_X86_64", &number));
    assert_int_equal(number, SCMP_ARCH_X86_64);
}

static void rules_are_shown_as_they_are_said(void **state)
{
    static const char *const names[] = { "read", "write" };
    static const struct kernel_seccomp_condition conditions[] = {
        { .index = 2, .op = SCMP_CMP_LE, .value = 9 },
        { .index = 0, .op = SCMP_CMP_MASKED_EQ, .value = 6, .value_two = 2 },
    };
    struct kernel_seccomp_rule rule = { .names = names,
                                        .names_count = 2,
                                        .action = action("SCMP_ACT_ERRNO"),
                                        .conditions = conditions,
                                        .conditions_count = 2 };
    char block[128];
    struct text text = text_init(block, sizeof(block));

    (void)state;
    assert_true(kernel_seccomp_rule_format(&rule, &text));
    assert_string_equal(text.at, "SCMP_ACT_ERRNO(25) read write if 2 LE 9, 0 MASKED_EQ 6 2");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_rule_decides_on_its_calls_and_no_others),
    cmocka_unit_test(conditions_hold_together_but_for_those_of_one_argument),
    cmocka_unit_test(what_happens_anyway_needs_no_rule),
    cmocka_unit_test(rules_that_no_filter_holds_are_refused),
    cmocka_unit_test(calls_that_are_newer_than_the_rules_are_not_known),
    cmocka_unit_test(another_answer_than_eperm_is_meant),
    cmocka_unit_test(words_that_are_none_are_not_found),
    cmocka_unit_test(rules_are_shown_as_they_are_said),
};

RUN_TESTS(tests)
