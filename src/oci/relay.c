/* poll over standard input, the terminal's master end, and signals. */
#include "oci/relay.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "kernel/process.h"
#include "kernel/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

struct relay {
    int master_fd; /* -1: the last who had the other end has closed it */
    int signal_fd;
    int pidfd;
    bool is_raw; /* standard input is a terminal, and was as `before` */
    bool is_fed; /* there may be more on standard input */
    struct termios before;
    char typed[4096]; /* what has been read and not been taken so far */
    size_t typed_from;
    size_t typed_to;
};

static void make_raw(struct relay *relay)
{
    struct termios raw;

    if (tcgetattr(STDIN_FILENO, &relay->before) < 0)
        return;
    raw = relay->before;
    cfmakeraw(&raw);
    /* The terminal of the container leaves new lines to this one (keeps_lines). */
    raw.c_oflag = relay->before.c_oflag;
    relay->is_raw = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

/* The container's terminal gets the size of ours, where we have one. */
static void pass_size(const struct relay *relay)
{
    struct winsize size;

    if (relay->master_fd >= 0 && ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0 &&
        (size.ws_row != 0 || size.ws_col != 0))
        (void)ioctl(relay->master_fd, TIOCSWINSZ, &size);
}

/* Prints what has come; false when there is no more at the moment, or ever. */
static bool pass_out(struct relay *relay)
{
    char block[4096];
    ssize_t size = relay->master_fd < 0 ? -1 : read(relay->master_fd, block, sizeof(block));

    if (size > 0)
        return fd_write_all(STDOUT_FILENO, bytes_of(block, (size_t)size)) == 0;
    if (size == 0 || (errno != EAGAIN && errno != EINTR))
        fd_close(&relay->master_fd);
    return false;
}

static void read_typed(struct relay *relay)
{
    ssize_t size = read(STDIN_FILENO, relay->typed, sizeof(relay->typed));

    relay->is_fed = size > 0 || (size < 0 && errno == EINTR);
    relay->typed_from = 0;
    relay->typed_to = size > 0 ? (size_t)size : 0;
}

static void pass_in(struct relay *relay)
{
    ssize_t size = write(relay->master_fd, relay->typed + relay->typed_from,
                         relay->typed_to - relay->typed_from);

    if (size > 0)
        relay->typed_from += (size_t)size;
    else if (size < 0 && errno != EAGAIN && errno != EINTR)
        relay->typed_from = relay->typed_to;
}

static int pass_signals(const struct relay *relay, struct err *err)
{
    struct signalfd_siginfo one;

    while (read(relay->signal_fd, &one, sizeof(one)) == (ssize_t)sizeof(one)) {
        int signal = (int)one.ssi_signo;

        if (signal == SIGWINCH)
            pass_size(relay);
        else if (signal != SIGCHLD && kernel_process_signal(relay->pidfd, signal, err) < 0)
            return err->number;
    }
    return 0;
}

/* Waits for something, and passes it on. */
static int turn(struct relay *relay, struct err *err)
{
    bool has_typed = relay->typed_from < relay->typed_to;
    struct pollfd fds[] = {
        { .fd = relay->signal_fd, .events = POLLIN },
        { .fd = relay->pidfd, .events = POLLIN },
        { .fd = relay->master_fd, .events = (short)(has_typed ? POLLIN | POLLOUT : POLLIN) },
        { .fd = has_typed || !relay->is_fed || relay->master_fd < 0 ? -1 : STDIN_FILENO,
          .events = POLLIN },
    };

    if (poll(fds, sizeof(fds) / sizeof(fds[0]), -1) < 0)
        return errno == EINTR ? 0 : err_system(err, errno, "wait for the terminal");
    if (fds[0].revents != 0 && pass_signals(relay, err) < 0)
        return err->number;
    if ((fds[2].revents & ~POLLOUT) != 0)
        (void)pass_out(relay);
    if ((fds[2].revents & POLLOUT) != 0 && relay->master_fd >= 0)
        pass_in(relay);
    if (fds[3].revents != 0)
        read_typed(relay);
    return 0;
}

int oci_relay(int console_fd, int pidfd, const sigset_t *signals, int *ret_status, struct err *err)
{
    struct relay relay = { .master_fd = -1, .pidfd = pidfd, .is_fed = true };
    int number = kernel_terminal_receive(console_fd, &relay.master_fd, err);

    relay.signal_fd = signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (number == 0 && (relay.signal_fd < 0 || fcntl(relay.master_fd, F_SETFL, O_NONBLOCK) < 0))
        number = err_system(err, errno, "pass on what is typed");
    if (number == 0) {
        make_raw(&relay);
        pass_size(&relay);
    }
    while (number == 0) {
        number = kernel_process_wait(pidfd, false, ret_status, err);
        if (number != -EAGAIN)
            break;
        number = turn(&relay, err);
    }
    while (number == 0 && pass_out(&relay))
        continue;
    if (relay.is_raw)
        (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &relay.before);
    fd_close(&relay.master_fd);
    fd_close(&relay.signal_fd);
    return number;
}
