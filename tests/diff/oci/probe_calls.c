/* What each system call answers to -1 in each argument: by a child each, since a filter may end it.
 */
#include "probe.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CALLS_MAX 470
#define TRAPPED 200
#define SUCCEEDED 201
#define UNKNOWN 202

/* Those that end, fork or stop a process, or return to what never was. */
static bool is_passed_over(long number)
{
    static const long rows[] = { SYS_rt_sigreturn, SYS_pause, SYS_clone, SYS_fork,
                                 SYS_vfork,        SYS_exit,  SYS_sync,  SYS_exit_group,
                                 SYS_vhangup,      SYS_reboot };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i] == number)
            return true;
    }
    return false;
}

static void trapped(int signal)
{
    (void)signal;
    _exit(TRAPPED);
}

/* The child's exit status is the errno. */
static _Noreturn void call(long number)
{
    struct rlimit limit = { .rlim_cur = 1, .rlim_max = 1 };

    (void)signal(SIGSYS, trapped);
    (void)prctl(PR_SET_DUMPABLE, 0);
    (void)setrlimit(RLIMIT_CORE, &limit);
    (void)alarm(3);
    if (syscall(number, -1L, -1L, -1L, -1L, -1L, -1L) != -1)
        _exit(SUCCEEDED);
    _exit(errno > 0 && errno < TRAPPED ? errno : UNKNOWN);
}

static void say_call(long number)
{
    char name[16];
    int status = 0;
    pid_t child = fork();

    if (child == 0)
        call(number);
    (void)snprintf(name, sizeof(name), "%ld", number);
    if (child < 0 || waitpid(child, &status, 0) < 0)
        say_named("call", name, "cannot be tried: %s", outcome(errno));
    else if (WIFSIGNALED(status))
        say_named("call", name, "killed by %s", sigabbrev_np(WTERMSIG(status)));
    else if (WEXITSTATUS(status) == TRAPPED)
        say_named("call", name, "trapped");
    else if (WEXITSTATUS(status) == SUCCEEDED)
        say_named("call", name, "succeeds");
    else
        say_named("call", name, "%s", outcome(WEXITSTATUS(status)));
}

/* A call of 32 bits (getpid is number 20 there), and one of the ABI x32. */
static void say_other_machines(void)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        long answer = 20;

        (void)signal(SIGSYS, trapped);
        (void)prctl(PR_SET_DUMPABLE, 0);
        __asm__ volatile("int $0x80" : "+a"(answer) : : "memory");
        _exit(answer > 0 ? SUCCEEDED : (int)-answer);
    }
    (void)waitpid(child, &status, 0);
    say("call of 32 bits", WIFSIGNALED(status) ? "killed by %d" : "status %d",
        WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    say_call(0x40000000L + SYS_getpid);
}

void probe_calls(void)
{
    (void)fflush(stdout);
    for (long number = 0; number < CALLS_MAX; number++) {
        if (!is_passed_over(number))
            say_call(number);
        (void)fflush(stdout);
    }
    say_other_machines();
}
