/* Two pipes: one to hear that it is ready, one whose end it outlives by nothing. */
#include "engine/network.h"

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Its descriptors. */
enum { READY_FD = 3, EXIT_FD = 4 };

#define READY_SECONDS_MAX 20

/* What belongs to starting it. */
struct starting {
    int ready_fds[2];
    int exit_fds[2];
    int said_fd; /* what it writes to standard output and error */
};

static void starting_done(struct starting *starting)
{
    for (int i = 0; i < 2; i++) {
        fd_close(&starting->ready_fds[i]);
        fd_close(&starting->exit_fds[i]);
    }
    fd_close(&starting->said_fd);
}

static int open_pipes(struct starting *starting, struct err *err)
{
    if (pipe2(starting->ready_fds, O_CLOEXEC) < 0 || pipe2(starting->exit_fds, O_CLOEXEC) < 0)
        return err_system(err, errno, "start slirp4netns: make a pipe");
    starting->said_fd = memfd_create("slirp4netns", MFD_CLOEXEC);
    if (starting->said_fd < 0)
        return err_system(err, errno, "start slirp4netns: make a file");
    return 0;
}

/* Descriptors above those that the program gets, so that none covers another. */
static int lift(int *fd)
{
    int lifted = fcntl(*fd, F_DUPFD_CLOEXEC, EXIT_FD + 1);

    if (lifted < 0)
        return -errno;
    fd_close(fd);
    *fd = lifted;
    return 0;
}

/* A session of its own, so that a terminal's interrupts do not end it before the container, and no
 * signal of ours blocked. A number of errno. */
static int spawn(const struct starting *starting, char *const *argv, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    int number;

    (void)sigemptyset(&none);
    number = posix_spawn_file_actions_init(&actions);
    if (number != 0)
        return number;
    number = posix_spawnattr_init(&attributes);
    if (number != 0) {
        (void)posix_spawn_file_actions_destroy(&actions);
        return number;
    }
    if (posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0) != 0 ||
        posix_spawn_file_actions_adddup2(&actions, starting->said_fd, 1) != 0 ||
        posix_spawn_file_actions_adddup2(&actions, starting->said_fd, 2) != 0 ||
        posix_spawn_file_actions_adddup2(&actions, starting->ready_fds[1], READY_FD) != 0 ||
        posix_spawn_file_actions_adddup2(&actions, starting->exit_fds[0], EXIT_FD) != 0 ||
        posix_spawnattr_setsigmask(&attributes, &none) != 0 ||
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID) != 0)
        number = ENOMEM;
    if (number == 0)
        number = posix_spawnp(ret_pid, argv[0], &actions, &attributes, argv, environ);
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    return number;
}

/* What it has said, in one line, for a sentence. */
static void last_words(int said_fd, struct text *ret_words)
{
    char block[300];
    ssize_t size = pread(said_fd, block, sizeof(block), 0);
    struct bytes said = bytes_of(block, size < 0 ? 0 : (size_t)size);

    while (said.size > 0 && said.at[said.size - 1] == '\n')
        said.size--;
    for (size_t i = 0; i < said.size; i++) {
        if (said.at[i] == '\n' ? !text_append(ret_words, "; ")
                               : !text_append_char(ret_words, (char)said.at[i]))
            return;
    }
}

/* Waits for the octet that says that it is ready. */
static int await_ready(const struct starting *starting, struct err *err)
{
    struct pollfd ready = { .fd = starting->ready_fds[0], .events = POLLIN };
    char block[512];
    struct text words = text_init(block, sizeof(block));
    char octet;
    int number;

    do {
        number = poll(&ready, 1, READY_SECONDS_MAX * 1000);
    } while (number < 0 && errno == EINTR);
    if (number == 0)
        return err_set(err, -ETIMEDOUT, "slirp4netns is not ready after %d seconds",
                       READY_SECONDS_MAX);
    if (number > 0 && read(ready.fd, &octet, 1) == 1)
        return 0;
    last_words(starting->said_fd, &words);
    return err_set(err, -EIO, "slirp4netns gives up: %s", words.at);
}

int engine_slirp_start(pid_t container, struct engine_slirp *ret_slirp, struct err *err)
{
    CLEANUP(starting_done) struct starting starting = { { -1, -1 }, { -1, -1 }, -1 };
    CLEANUP(engine_slirp_stop) struct engine_slirp slirp = { .pid = 0, .exit_fd = -1 };
    char words[][32] = { "slirp4netns",
                         "--configure",
                         "--mtu=65520",
                         "--disable-host-loopback",
                         "--ready-fd=3",
                         "--exit-fd=4",
                         "",
                         "tap0" };
    char *argv[sizeof(words) / sizeof(words[0]) + 1] = { NULL };
    struct text pid = text_init(words[6], sizeof(words[6]));
    int number = open_pipes(&starting, err);

    if (number < 0)
        return number;
    if (lift(&starting.ready_fds[1]) < 0 || lift(&starting.exit_fds[0]) < 0 ||
        lift(&starting.said_fd) < 0)
        return err_system(err, EMFILE, "start slirp4netns");
    (void)text_append_decimal(&pid, (uint64_t)container, 0);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        argv[i] = words[i];
    number = spawn(&starting, argv, &slirp.pid);
    if (number == ENOENT)
        return err_set(err, -ENOENT,
                       "slirp4netns is not installed (it is in the Debian package slirp4netns)");
    if (number != 0)
        return err_system(err, number, "start slirp4netns");
    slirp.exit_fd = fd_take(&starting.exit_fds[1]);
    /* With our copy closed, its end is heard. */
    fd_close(&starting.ready_fds[1]);
    number = await_ready(&starting, err);
    if (number < 0)
        return number;
    *ret_slirp = slirp;
    slirp = (struct engine_slirp){ .pid = 0, .exit_fd = -1 };
    return 0;
}

void engine_slirp_stop(struct engine_slirp *slirp)
{
    fd_close(&slirp->exit_fd);
    if (slirp->pid > 0) {
        /* It ends by itself now; should it hang, it is not worth waiting for. */
        (void)kill(slirp->pid, SIGTERM);
        while (waitpid(slirp->pid, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    slirp->pid = 0;
}
