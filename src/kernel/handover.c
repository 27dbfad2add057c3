/* pidfd_getfd, and a message with a descriptor. */
#include "kernel/handover.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/require.h"
#include "base/text.h"

#include <errno.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int kernel_handover_take(int pidfd, int number, int *ret_fd, struct err *err)
{
    int fd = pidfd_getfd(pidfd, number, 0);

    if (fd < 0)
        return err_system(err, errno, "take a descriptor of the process");
    *ret_fd = fd;
    return 0;
}

static int open_connection(const char *path, int *ret_fd, struct err *err)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct text text = text_init(address.sun_path, sizeof(address.sun_path));
    CLEANUP(fd_close) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return err_system(err, errno, "make a socket");
    if (!text_append(&text, path))
        return err_system(err, ENAMETOOLONG, "connect to '%s'", path);
    while (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
        if (errno != EINTR)
            return err_system(err, errno, "connect to '%s'", path);
    }
    *ret_fd = fd_take(&fd);
    return 0;
}

/* Sends as much as there is room for, and the descriptor; how many octets, or -errno. All in one,
 * since there are programs that read once and take what they get for the whole. */
static ssize_t send_first(int fd, const struct kernel_message *message)
{
    union {
        char room[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = { 0 };
    struct iovec vectors[KERNEL_MESSAGE_PARTS_MAX];
    struct msghdr header = { .msg_iov = vectors,
                             .msg_control = control.room,
                             .msg_controllen = sizeof(control.room) };
    struct cmsghdr *beside = CMSG_FIRSTHDR(&header);
    ssize_t sent;

    REQUIRE(message->count <= KERNEL_MESSAGE_PARTS_MAX);
    for (size_t i = 0; i < message->count; i++, header.msg_iovlen++)
        vectors[i] = (struct iovec){ .iov_base = (void *)(uintptr_t)message->parts[i].at,
                                     .iov_len = message->parts[i].size };
    beside->cmsg_level = SOL_SOCKET;
    beside->cmsg_type = SCM_RIGHTS;
    beside->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(beside), &message->fd, sizeof(message->fd));
    do
        sent = sendmsg(fd, &header, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : sent;
}

static int send_rest(int fd, struct bytes part)
{
    while (part.size > 0) {
        ssize_t sent = send(fd, part.at, part.size, MSG_NOSIGNAL);

        if (sent < 0 && errno != EINTR)
            return -errno;
        if (sent > 0)
            part = bytes_of(part.at + sent, part.size - (size_t)sent);
    }
    return 0;
}

int kernel_handover_send(const char *path, const struct kernel_message *message, struct err *err)
{
    CLEANUP(fd_close) int fd = -1;
    ssize_t sent;
    size_t done;
    int number = 0;

    if (open_connection(path, &fd, err) < 0)
        return err->number;
    sent = send_first(fd, message);
    if (sent < 0)
        return err_system(err, (int)-sent, "send to '%s'", path);
    done = (size_t)sent;
    for (size_t i = 0; i < message->count && number == 0; i++) {
        struct bytes part = message->parts[i];
        size_t skipped = done < part.size ? done : part.size;

        done -= skipped;
        number = send_rest(fd, bytes_of(part.at + skipped, part.size - skipped));
    }
    return number < 0 ? err_system(err, -number, "send to '%s'", path) : 0;
}
