/* pidfd_getfd, and a message with a descriptor. */
#include "kernel/handover.h"

#include "base/cleanup.h"
#include "base/fd.h"
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

/* Sends the first octets, and the descriptor; how many, or -errno. */
static ssize_t send_first(int fd, struct bytes part, int beside)
{
    union {
        char room[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = { 0 };
    struct iovec vector = { .iov_base = (void *)(uintptr_t)part.at, .iov_len = part.size };
    struct msghdr message = { .msg_iov = &vector,
                              .msg_iovlen = 1,
                              .msg_control = control.room,
                              .msg_controllen = sizeof(control.room) };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    ssize_t sent;

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &beside, sizeof(beside));
    do
        sent = sendmsg(fd, &message, MSG_NOSIGNAL);
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
    struct bytes first = message->parts[0];
    ssize_t sent;
    int number;

    if (open_connection(path, &fd, err) < 0)
        return err->number;
    sent = send_first(fd, first, message->fd);
    number =
        sent < 0 ? (int)sent : send_rest(fd, bytes_of(first.at + sent, first.size - (size_t)sent));
    for (size_t i = 1; i < message->count && number == 0; i++)
        number = send_rest(fd, message->parts[i]);
    return number < 0 ? err_system(err, -number, "send to '%s'", path) : 0;
}
