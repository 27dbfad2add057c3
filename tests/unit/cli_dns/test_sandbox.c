/* What a process in the sandbox of cupel-dns can do, tried from the inside. */
#include "unit.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "cli/dns/sandbox.h"
#include "kernel/landlock.h"
#include "kernel/process.h"
#include "kernel/seccomp.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Tries one thing in the sandbox: 0, or the number of what it failed with. */
typedef int (*attempt_function)(void);

/* What a child says that could not enter. */
#define IS_OUTSIDE 200

/* What waitpid() says of a child that is made ready, enters the sandbox and tries something. */
static int try_in_role(const struct dns_options *options, enum dns_sandbox_role role,
                       void (*prepare)(void), attempt_function attempt)
{
    static const struct dns_user nobody = { 0 };
    int status = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        struct err err = { 0 };

        (void)signal(SIGSYS, SIG_DFL);
        if (prepare != NULL)
            prepare();
        if (dns_sandbox_enter(options, &nobody, role, &err) < 0) {
            (void)fprintf(stderr, "%s\n", err.sentence);
            _exit(IS_OUTSIDE);
        }
        _exit(attempt());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static int try_inside(const struct dns_options *options, void (*prepare)(void),
                      attempt_function attempt)
{
    return try_in_role(options, DNS_SANDBOX_ALONE, prepare, attempt);
}

/* As one that insists on all of it, and may read its configuration. */
static const struct dns_options strict = { .config = "/etc/hostname", .needs_sandbox = true };

static int try_exec(void)
{
    char *const argv[] = { (char[]){ "true" }, NULL };

    (void)execv("/bin/true", argv);
    return errno;
}

static int try_mount(void)
{
    return mount("none", "/mnt", "tmpfs", 0, NULL) == 0 ? 0 : errno;
}

static int try_ptrace(void)
{
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 ? 0 : errno;
}

static int try_setuid(void)
{
    return syscall(SYS_setuid, 0) == 0 ? 0 : errno;
}

static int try_fork(void)
{
    return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) >= 0 ? 0 : errno;
}

static int try_unlisted(void)
{
    return syscall(SYS_sethostname, "x", 1) == 0 ? 0 : errno;
}

static int try_ioctl(void)
{
    char octet = 'x';

    return ioctl(0, TIOCSTI, &octet) == 0 ? 0 : errno;
}

static int try_socket(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    return fd < 0 || close(fd) < 0 ? errno : 0;
}

/* Whether a file can be opened: the number of what it fails with. */
static int try_open(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC);

    return fd < 0 || close(fd) < 0 ? errno : 0;
}

static int try_read_configuration(void)
{
    return try_open("/etc/hostname", O_RDONLY);
}

static int try_write_configuration(void)
{
    return try_open("/etc/hostname", O_WRONLY);
}

static int try_read_elsewhere(void)
{
    return try_open("/proc/version", O_RDONLY);
}

static void what_only_an_attacker_calls_ends_the_process(void **state)
{
    static const struct {
        const char *label;
        attempt_function attempt;
    } rows[] = {
        { "exec", try_exec },
        { "mount", try_mount },
        { "ptrace", try_ptrace },
        { "setuid", try_setuid },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        int status = try_inside(&strict, NULL, rows[i].attempt);

        assert_row(rows[i].label, WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
    }
}

static void what_is_not_in_the_table_is_not_permitted(void **state)
{
    static const struct {
        const char *label;
        attempt_function attempt;
        int number;
    } rows[] = {
        { "clone", try_fork, EPERM },
        { "sethostname", try_unlisted, EPERM },
        { "an ioctl that writes to terminals", try_ioctl, EPERM },
        { "a socket", try_socket, 0 },
        { "its configuration", try_read_configuration, 0 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        int status = try_inside(&strict, NULL, rows[i].attempt);

        assert_row(rows[i].label, WIFEXITED(status) && WEXITSTATUS(status) == rows[i].number);
    }
}

static void files_elsewhere_and_changes_are_out_of_reach(void **state)
{
    static const struct {
        const char *label;
        attempt_function attempt;
    } rows[] = {
        { "another file", try_read_elsewhere },
        { "writing to the configuration", try_write_configuration },
    };

    (void)state;
    if (kernel_landlock_version() == 0) {
        printf("skipped: this kernel has no Landlock\n");
        skip();
    }
    for (size_t i = 0; i < ROWS(rows); i++) {
        int status = try_inside(&strict, NULL, rows[i].attempt);

        assert_row(rows[i].label, WIFEXITED(status) && WEXITSTATUS(status) == EACCES);
    }
}

/* As a supervisor does, that becomes a shard when it has forked. */
static int try_as_shard(attempt_function attempt)
{
    static const struct dns_user nobody = { 0 };
    struct err err = { 0 };
    int status = 0;
    pid_t shard = fork();

    if (shard < 0)
        return errno;
    if (shard == 0) {
        if (dns_sandbox_enter(&strict, &nobody, DNS_SANDBOX_SHARD, &err) < 0)
            _exit(IS_OUTSIDE);
        _exit(attempt());
    }
    if (waitpid(shard, &status, 0) != shard)
        return errno;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int try_signal_to_parent(void)
{
    return syscall(SYS_tgkill, getppid(), getppid(), 0) == 0 ? 0 : errno;
}

static int try_kill_parent(void)
{
    return kill(getppid(), 0) == 0 ? 0 : errno;
}

static int try_abort(void)
{
    (void)signal(SIGABRT, SIG_DFL);
    abort();
}

static int shard_forks(void)
{
    return try_as_shard(try_fork);
}

static int shard_signals(void)
{
    return try_as_shard(try_signal_to_parent);
}

static int shard_kills(void)
{
    return try_as_shard(try_kill_parent);
}

static int shard_aborts(void)
{
    return try_as_shard(try_abort);
}

static int shard_executes(void)
{
    return try_as_shard(try_exec);
}

static int shard_reads_of_others(void)
{
    return try_as_shard(try_read_elsewhere);
}

static int supervisor_executes(void)
{
    return try_exec();
}

static void a_supervisor_can_fork_and_its_shards_cannot_reach_it(void **state)
{
    static const struct {
        const char *label;
        attempt_function attempt;
        int result; /* an errno, or 128 and a signal */
    } rows[] = {
        { "a shard that forks", shard_forks, EPERM },
        { "a shard that sends a signal", shard_signals, EPERM },
        { "a shard that sends one by kill()", shard_kills, EPERM },
        { "a shard that aborts", shard_aborts, 128 + SIGABRT },
        { "a shard that executes", shard_executes, 128 + SIGSYS },
    };
    int status;

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        status = try_in_role(&strict, DNS_SANDBOX_SUPERVISOR, NULL, rows[i].attempt);
        assert_row(rows[i].label, WIFEXITED(status) && WEXITSTATUS(status) == rows[i].result);
    }
    status = try_in_role(&strict, DNS_SANDBOX_SUPERVISOR, NULL, supervisor_executes);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
    status = try_inside(&strict, NULL, try_signal_to_parent);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EPERM);
    if (kernel_landlock_version() == 0)
        return;
    status = try_in_role(&strict, DNS_SANDBOX_SUPERVISOR, NULL, shard_reads_of_others);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EACCES);
}

/* As on a kernel without seccomp, of which nothing needs to be said here. */
static void forbid_filters(void)
{
    static const char *const names[] = { "seccomp" };
    struct kernel_seccomp_rule rule = { .names = names, .names_count = 1 };
    struct kernel_seccomp filter = { .rules = &rule, .rules_count = 1 };
    struct kernel_seccomp_program program = { 0 };
    struct err err = { 0 };

    (void)kernel_seccomp_action_find("SCMP_ACT_ALLOW", 0, &filter.default_action);
    (void)kernel_seccomp_action_find("SCMP_ACT_ERRNO", EINVAL, &rule.action);
    if (kernel_process_set_no_new_privileges(&err) < 0 ||
        kernel_seccomp_compile(&filter, &program, &err) < 0 ||
        kernel_seccomp_load(&program, &err) < 0)
        _exit(201);
    kernel_seccomp_done(&program);
    (void)close(STDERR_FILENO);
}

static int try_nothing(void)
{
    return 0;
}

static void what_a_kernel_has_not_is_missed_by_who_insists_on_it(void **state)
{
    static const struct {
        const char *label;
        struct dns_options options;
        int says;
    } rows[] = {
        { "who takes what there is", { .needs_sandbox = false }, 0 },
        { "who insists on it", { .needs_sandbox = true }, IS_OUTSIDE },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        int status = try_inside(&rows[i].options, forbid_filters, try_nothing);

        assert_row(rows[i].label, WIFEXITED(status) && WEXITSTATUS(status) == rows[i].says);
    }
}

static void users_are_names_or_numbers(void **state)
{
    static const struct {
        const char *text;
        uid_t uid;
        gid_t gid;
    } good[] = {
        { "root", 0, 0 },
        { "0:7", 0, 7 },
        { "12345:54321", 12345, 54321 },
        { "root:root", 0, 0 },
    };
    static const char *const bad[] = {
        "", ":", ":root", "nobody-at-all", "root:none-at-all", "root:", "123456789012:1"
    };
    struct err err = { 0 };
    struct dns_user user = { .uid = 9 };

    (void)state;
    for (size_t i = 0; i < ROWS(bad); i++) {
        assert_row(bad[i], dns_user_read(bad[i], &user, &err) < 0);
        assert_row(bad[i], user.uid == 9 && err.sentence[0] != '\0');
    }
    for (size_t i = 0; i < ROWS(good); i++) {
        assert_row(good[i].text, dns_user_read(good[i].text, &user, &err) == 0);
        assert_row(good[i].text, user.uid == good[i].uid && user.gid == good[i].gid);
    }
    assert_int_equal(dns_user_read(NULL, &user, &err), 0);
    assert_false(user.is_given);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_only_an_attacker_calls_ends_the_process),
    cmocka_unit_test(what_is_not_in_the_table_is_not_permitted),
    cmocka_unit_test(files_elsewhere_and_changes_are_out_of_reach),
    cmocka_unit_test(what_a_kernel_has_not_is_missed_by_who_insists_on_it),
    cmocka_unit_test(a_supervisor_can_fork_and_its_shards_cannot_reach_it),
    cmocka_unit_test(users_are_names_or_numbers),
};
RUN_TESTS(tests)
