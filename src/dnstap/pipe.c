/* Descriptors do not block; poll waits, in small steps, since the end may come meanwhile. */
#include "dnstap/pipe.h"

#include "base/cleanup.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define STEP_MS 50

/* Waits until the descriptor is ready; false where that takes too long. */
static bool wait_for(struct dnstap_pipe *pipe, short events)
{
    for (int left_ms = DNSTAP_PATIENCE_MS; left_ms > 0; left_ms -= STEP_MS) {
        struct pollfd wanted = { .fd = pipe->fd, .events = events };

        if (poll(&wanted, 1, STEP_MS) != 0)
            return (wanted.revents & events) != 0;
        if (!handoff_is_ending(pipe->handoff))
            continue;
        pipe->ending_ms -= STEP_MS;
        if (pipe->ending_ms <= 0)
            return false;
    }
    return false;
}

static int open_file(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);

    return fd < 0 ? -errno : fd;
}

/* Whether the connection that was begun is there. */
static int finish_connect(struct dnstap_pipe *pipe)
{
    int error = 0;
    socklen_t size = sizeof(error);

    if (!wait_for(pipe, POLLOUT))
        return -ETIMEDOUT;
    return getsockopt(pipe->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 ? -errno : -error;
}

static int connect_socket(struct dnstap_pipe *pipe)
{
    const struct sockaddr_storage *socket_address = &pipe->place->socket;
    int number = 0;

    pipe->fd = socket(socket_address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (pipe->fd < 0)
        return -errno;
    if (connect(pipe->fd, (const struct sockaddr *)socket_address, pipe->place->size) < 0)
        number = errno == EINPROGRESS ? finish_connect(pipe) : -errno;
    if (number < 0)
        fd_close(&pipe->fd);
    return number;
}

int dnstap_pipe_open(struct dnstap_pipe *pipe)
{
    int fd;

    if (pipe->place->file == NULL)
        return connect_socket(pipe);
    fd = open_file(pipe->place->file);
    pipe->fd = fd < 0 ? -1 : fd;
    return fd < 0 ? fd : 0;
}

void dnstap_pipe_close(struct dnstap_pipe *pipe)
{
    fd_close(&pipe->fd);
}

bool dnstap_pipe_is_current(const struct dnstap_pipe *pipe)
{
    struct stat open = { 0 };
    struct stat named = { 0 };

    return pipe->place->file == NULL ||
           (pipe->fd >= 0 && fstat(pipe->fd, &open) == 0 && stat(pipe->place->file, &named) == 0 &&
            open.st_dev == named.st_dev && open.st_ino == named.st_ino);
}

static fstrm_res open_rdwr(void *owner)
{
    struct dnstap_pipe *pipe = owner;

    return pipe->fd >= 0 || dnstap_pipe_open(pipe) == 0 ? fstrm_res_success : fstrm_res_failure;
}

static fstrm_res close_rdwr(void *owner)
{
    dnstap_pipe_close(owner);
    return fstrm_res_success;
}

/* Goes on where it must be tried again, when it can be. */
static bool is_later(struct dnstap_pipe *pipe, short events)
{
    if (errno == EINTR)
        return true;
    return errno == EAGAIN && wait_for(pipe, events);
}

static fstrm_res read_rdwr(void *owner, void *block, size_t size)
{
    struct dnstap_pipe *pipe = owner;
    uint8_t *at = block;

    while (size > 0) {
        ssize_t got = read(pipe->fd, at, size);

        if (got == 0 || (got < 0 && !is_later(pipe, POLLIN)))
            return fstrm_res_failure;
        if (got > 0) {
            at += got;
            size -= (size_t)got;
        }
    }
    return fstrm_res_success;
}

static fstrm_res write_all(struct dnstap_pipe *pipe, struct bytes octets)
{
    while (octets.size > 0) {
        ssize_t sent = write(pipe->fd, octets.at, octets.size);

        if (sent < 0 && !is_later(pipe, POLLOUT))
            return fstrm_res_failure;
        if (sent > 0)
            (void)bytes_from(octets, (size_t)sent, &octets);
    }
    return fstrm_res_success;
}

/* Mostly one call takes all; the rest goes out piece by piece. */
static fstrm_res write_rdwr(void *owner, const struct iovec *parts, int count)
{
    struct dnstap_pipe *pipe = owner;
    ssize_t sent = writev(pipe->fd, parts, count);
    size_t done = sent > 0 ? (size_t)sent : 0;

    if (sent < 0 && !is_later(pipe, POLLOUT))
        return fstrm_res_failure;
    for (int i = 0; i < count; i++) {
        struct bytes part = bytes_of(parts[i].iov_base, parts[i].iov_len);
        size_t skipped = done < part.size ? done : part.size;

        done -= skipped;
        (void)bytes_from(part, skipped, &part);
        if (write_all(pipe, part) != fstrm_res_success)
            return fstrm_res_failure;
    }
    return fstrm_res_success;
}

struct fstrm_rdwr *dnstap_pipe_rdwr(struct dnstap_pipe *pipe)
{
    struct fstrm_rdwr *rdwr = fstrm_rdwr_init(pipe);

    if (rdwr == NULL)
        return NULL;
    fstrm_rdwr_set_open(rdwr, open_rdwr);
    fstrm_rdwr_set_close(rdwr, close_rdwr);
    fstrm_rdwr_set_write(rdwr, write_rdwr);
    if (pipe->place->file == NULL) /* one that answers, other than a file */
        fstrm_rdwr_set_read(rdwr, read_rdwr);
    return rdwr;
}
