/*
 * timer [--keep] PROGRAM [ARGUMENT…]: runs a program once, with no input and its output thrown
 * away, and prints one line: wall_ns cpu_us peak_kib left status.
 *
 * wall_ns is from just before the program is spawned until it has ended; nothing of a script's
 * interpreter is in it. cpu_us (user and system) and peak_kib (the largest resident set of one
 * process) are of the program and all its descendants, for the timer is their subreaper: those that
 * outlive the program are waited for after the wall clock has stopped. `left` is how many of them
 * were still there a second later; they are killed. status is an exit status, or 128 and a signal.
 *
 * With --keep, what outlives the program stays, is counted in nothing, and is whoever's it becomes.
 *
 * SIGTERM ends it: the program and, without --keep, all its descendants are killed, and nothing is
 * printed.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STRAGGLER_WAIT_MS 1000

static int64_t now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int complain(int number, const char *what)
{
    (void)fprintf(stderr, "timer: %s: %s\n", what, strerror(number));
    return 2;
}

/* The signals that are waited for, which are blocked. */
static sigset_t watched(void)
{
    sigset_t set;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGCHLD);
    (void)sigaddset(&set, SIGTERM);
    return set;
}

/* The attributes of a program for which no signal is blocked: errno values, 0 for success. */
static int prepare(posix_spawnattr_t *attributes)
{
    int number = posix_spawnattr_init(attributes);
    sigset_t none;

    (void)sigemptyset(&none);
    if (number == 0)
        number = posix_spawnattr_setsigmask(attributes, &none);
    return number == 0 ? posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK) : number;
}

/* posix_spawnp's errno values, 0 for success. */
static int start(char *const *arguments, pid_t *ret_child)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int number = posix_spawn_file_actions_init(&actions);

    if (number != 0)
        return number;
    number = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (number == 0)
        number = posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    if (number == 0)
        number = prepare(&attributes);
    if (number == 0) {
        number = posix_spawnp(ret_child, arguments[0], &actions, &attributes, arguments, environ);
        (void)posix_spawnattr_destroy(&attributes);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return number;
}

/* Waits for the program; false where SIGTERM came before it ended. */
static bool await(pid_t child, int *ret_status)
{
    const sigset_t set = watched();

    while (waitpid(child, ret_status, WNOHANG) != child)
        if (sigwaitinfo(&set, NULL) == SIGTERM)
            return false;
    return true;
}

/* Kills the children that are there, and says how many they were. */
static unsigned int kill_children(void)
{
    char path[64];
    unsigned int count = 0;
    char pid[16];
    FILE *list;

    (void)snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
    list = fopen(path, "re");
    if (list == NULL)
        return 0;
    while (fscanf(list, "%15s", pid) == 1)
        count += kill((pid_t)strtol(pid, NULL, 10), SIGKILL) == 0 ? 1 : 0;
    (void)fclose(list);
    return count;
}

/* Kills the children until there are none, those that become ours meanwhile included; how many. */
static unsigned int kill_all(void)
{
    unsigned int killed = kill_children();

    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
        killed += kill_children();
    return killed;
}

/* Waits for what the program left behind; how many had to be killed. */
static unsigned int reap_stragglers(void)
{
    const struct timespec pause = { .tv_nsec = 1000000 };
    sigset_t set;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    for (unsigned int ms = 0; ms < STRAGGLER_WAIT_MS; ms++) {
        pid_t pid = waitpid(-1, NULL, WNOHANG);

        while (pid > 0)
            pid = waitpid(-1, NULL, WNOHANG);
        if (pid < 0)
            return 0;
        if (sigtimedwait(&set, NULL, &pause) == SIGTERM)
            break;
    }
    return kill_all();
}

static int report(int64_t wall_ns, int status, unsigned int left)
{
    struct rusage usage;
    int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);

    if (getrusage(RUSAGE_CHILDREN, &usage) < 0)
        return complain(errno, "getrusage");
    printf("%lld %lld %ld %u %d\n", (long long)wall_ns,
           (long long)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
               usage.ru_utime.tv_usec + usage.ru_stime.tv_usec,
           usage.ru_maxrss, left, code);
    return 0;
}

int main(int argc, char **argv)
{
    bool keeps = argc > 1 && strcmp(argv[1], "--keep") == 0;
    char **command = argv + (keeps ? 2 : 1);
    int64_t started_ns;
    int64_t wall_ns;
    int number;
    int status = 0;
    pid_t child = -1;
    sigset_t set = watched();

    if (argc == 0 || command[0] == NULL) {
        (void)fputs("Usage: timer [--keep] PROGRAM [ARGUMENT…]\n", stderr);
        return 2;
    }
    if (!keeps && prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
        return complain(errno, "prctl");
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
        return complain(errno, "sigprocmask");
    started_ns = now_ns();
    number = start(command, &child);
    if (number != 0)
        return complain(number, command[0]);
    if (!await(child, &status)) {
        (void)kill(child, SIGKILL);
        (void)waitpid(child, NULL, 0);
        if (!keeps)
            (void)kill_all();
        return 128 + SIGTERM;
    }
    wall_ns = now_ns() - started_ns;
    return report(wall_ns, status, keeps ? 0 : reap_stragglers());
}
