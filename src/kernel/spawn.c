/* fork and exec, with two pipes: one tells why the exec failed, the other has what the program
 * says.
 */
#include "kernel/spawn.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "kernel/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TAIL_BYTES 480 /* what is kept of its words: they shall fit into a sentence */
#define SLICE_MS 200   /* how often `is_against` is asked */

/* A program that runs. */
struct running {
    const struct kernel_spawn *spawn;
    pid_t pid;
    int pidfd;
    int said_fd; /* what it says; -1: nothing more will come */
    int64_t end_ms;
    size_t said; /* octets in `tail` */
    char tail[TAIL_BYTES];
};

static int64_t now_ms(void)
{
    struct timespec now = { 0 };

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A file in memory with the input, to be read from its beginning. */
static int open_input(const struct kernel_spawn *spawn, int *ret_fd, struct err *err)
{
    CLEANUP(fd_close) int fd = memfd_create("input", MFD_CLOEXEC);

    if (fd < 0)
        return err_system(err, errno, "make a file in memory");
    for (size_t i = 0; i < spawn->input_count; i++) {
        if (fd_write_all(fd, spawn->input[i]) < 0)
            return err_system(err, errno, "fill a file in memory");
    }
    if (lseek(fd, 0, SEEK_SET) < 0)
        return err_system(err, errno, "fill a file in memory");
    *ret_fd = fd_take(&fd);
    return 0;
}

/* In the new process: tells through `told_fd` why it does not become the program. */
static _Noreturn void become(const struct kernel_spawn *spawn, int input_fd, int said_fd,
                             int told_fd)
{
    struct err ignored;
    /* Whoever waits for it may be killed. */
    bool ok = prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && setpgid(0, 0) == 0 &&
              (spawn->directory_fd < 0 || fchdir(spawn->directory_fd) == 0) &&
              dup2(input_fd, STDIN_FILENO) >= 0 && dup2(said_fd, STDOUT_FILENO) >= 0 &&
              dup2(said_fd, STDERR_FILENO) >= 0;
    int number;

    if (ok && kernel_process_close_all_but(STDERR_FILENO + 1, &told_fd, 1, &ignored) == 0 &&
        kernel_process_reset_signals(UINT64_MAX, &ignored) == 0 &&
        (spawn->filter == NULL || kernel_seccomp_load(spawn->filter, &ignored) == 0))
        (void)execve(spawn->path, spawn->argv, spawn->envp == NULL ? environ : spawn->envp);
    number = errno;
    while (write(told_fd, &number, sizeof(number)) < 0 && errno == EINTR) {
    }
    _exit(127);
}

/* Descriptors above the standard ones, so that none of them is in the way of another. */
static int open_pipe(int fds[2], struct err *err)
{
    if (pipe2(fds, O_CLOEXEC) < 0)
        return err_system(err, errno, "make a pipe");
    for (int i = 0; i < 2; i++) {
        int fd = fds[i] > STDERR_FILENO ? fds[i] : fcntl(fds[i], F_DUPFD_CLOEXEC, 3);

        if (fd < 0)
            return err_system(err, errno, "move a descriptor");
        if (fd != fds[i])
            fd_close(&fds[i]);
        fds[i] = fd;
    }
    return 0;
}

/* The errno of the exec, once it has been tried; 0: the program runs, or was killed before. */
static int await_exec(int told_fd)
{
    int number = 0;
    ssize_t size;

    do
        size = read(told_fd, &number, sizeof(number));
    while (size < 0 && errno == EINTR);
    return size == (ssize_t)sizeof(number) ? number : 0;
}

static void reap(pid_t pid, int *ret_status)
{
    while (waitpid(pid, ret_status, 0) < 0 && errno == EINTR) {
    }
}

static void close_pipe(int (*fds)[2])
{
    fd_close(&(*fds)[0]);
    fd_close(&(*fds)[1]);
}

/* Starts it. On success running->pid, ->pidfd and ->said_fd are set, the last two the caller's. */
static int start(struct running *running, struct err *err)
{
    CLEANUP(close_pipe) int said[2] = { -1, -1 };
    CLEANUP(close_pipe) int told[2] = { -1, -1 };
    CLEANUP(fd_close) int input_fd = -1;
    int number;
    int status;
    pid_t pid;

    if (open_input(running->spawn, &input_fd, err) < 0 || open_pipe(said, err) < 0 ||
        open_pipe(told, err) < 0)
        return err->number;
    pid = _Fork();
    if (pid == 0)
        become(running->spawn, input_fd, said[1], told[1]);
    if (pid < 0)
        return err_system(err, errno, "make a process");
    fd_close(&told[1]);
    number = await_exec(told[0]);
    if (number != 0) {
        reap(pid, &status);
        return err_system(err, number, "execute it");
    }
    if (kernel_process_open(pid, &running->pidfd, err) < 0) {
        (void)kill(-pid, SIGKILL);
        reap(pid, &status);
        return err->number;
    }
    running->pid = pid;
    running->said_fd = fd_take(&said[0]);
    return 0;
}

/* Keeps the end of what it has said so far. False: there is nothing more to come. */
static bool hear(struct running *running)
{
    char block[TAIL_BYTES];
    ssize_t size = read(running->said_fd, block, sizeof(block));
    size_t kept;

    if (size <= 0)
        return size < 0 && (errno == EINTR || errno == EAGAIN);
    kept = TAIL_BYTES - (size_t)size < running->said ? TAIL_BYTES - (size_t)size : running->said;
    memmove(running->tail, running->tail + running->said - kept, kept);
    memcpy(running->tail + kept, block, (size_t)size);
    running->said = kept + (size_t)size;
    return true;
}

/* What is left in the pipe of a program that has ended; others may hold the pipe for longer. */
static void hear_the_rest(struct running *running)
{
    struct pollfd said = { .fd = running->said_fd, .events = POLLIN };

    while (running->said_fd >= 0 && poll(&said, 1, 0) == 1 && (said.revents & POLLIN) != 0 &&
           hear(running)) {
    }
}

/* How long to wait at most; -1: for ever. */
static int patience(const struct running *running)
{
    int64_t left = running->spawn->timeout_s == 0 ? INT32_MAX : running->end_ms - now_ms();

    if (left < 0)
        left = 0;
    if (running->spawn->is_against != NULL && left > SLICE_MS)
        return SLICE_MS;
    return left >= INT32_MAX ? -1 : (int)left;
}

/* Waits for the end, or for the time when it has to end: 0, -ETIMEDOUT or -ECANCELED without a
 * sentence. */
static int await_end(struct running *running)
{
    for (;;) {
        struct pollfd polled[] = { { .fd = running->pidfd, .events = POLLIN },
                                   { .fd = running->said_fd, .events = POLLIN } };
        int count = poll(polled, 2, patience(running));

        if (count < 0 && errno != EINTR)
            return -errno;
        if (count > 0 && polled[0].revents != 0)
            return 0;
        if (count > 0 && polled[1].revents != 0 && !hear(running))
            fd_close(&running->said_fd);
        if (running->spawn->timeout_s > 0 && now_ms() >= running->end_ms)
            return -ETIMEDOUT;
        if (running->spawn->is_against != NULL && running->spawn->is_against())
            return -ECANCELED;
    }
}

/* One line of what it has said, for the end of a sentence. */
static void format_said(struct running *running, struct text *text)
{
    while (running->said > 0 && (unsigned char)running->tail[running->said - 1] <= ' ')
        running->said--;
    if (running->said == 0)
        return;
    (void)text_append(text, ": ");
    for (size_t i = 0; i < running->said; i++) {
        char character = running->tail[i];

        if (character == '\n' || character == '\t')
            character = ' ';
        else if ((unsigned char)character < ' ' || character == '\177')
            character = '?';
        (void)text_append_char(text, character);
    }
}

/* What became of it, as a sentence. */
static int judge(struct running *running, int number, int status, struct err *err)
{
    char block[TAIL_BYTES + 8];
    struct text said = text_init(block, sizeof(block));

    if (number == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    format_said(running, &said);
    if (number == -ETIMEDOUT)
        return err_set(err, number, "was killed after %u s%s", running->spawn->timeout_s, said.at);
    if (number == -ECANCELED)
        return err_set(err, number, "was interrupted%s", said.at);
    if (number < 0)
        return err_system(err, -number, "wait for its end");
    if (WIFSIGNALED(status))
        return err_set(err, -ECHILD, "was ended by signal %d%s", WTERMSIG(status), said.at);
    return err_set(err, -ECHILD, "ended with status %d%s", WEXITSTATUS(status), said.at);
}

int kernel_spawn_run(const struct kernel_spawn *spawn, struct err *err)
{
    struct running running = { .spawn = spawn, .pidfd = -1, .said_fd = -1 };
    int status = 0;
    int number;

    running.end_ms = now_ms() + (int64_t)spawn->timeout_s * 1000;
    number = start(&running, err);
    if (number == 0) {
        number = await_end(&running);
        /* While it is not waited for, nobody else's group can have its number. */
        if (number < 0)
            (void)kill(-running.pid, SIGKILL);
        reap(running.pid, &status);
        hear_the_rest(&running);
        number = judge(&running, number, status, err);
    }
    fd_close(&running.pidfd);
    fd_close(&running.said_fd);
    return number < 0 ? err_prefix(err, "'%s'", spawn->path) : 0;
}
