/* One record is one packet. */
#include "oci/channel.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

int oci_channel_open(int *ret_runtime_fd, int *ret_child_fd, struct err *err)
{
    int fds[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
        return err_system(err, errno, "make the channel to the container");
    *ret_runtime_fd = fds[0];
    *ret_child_fd = fds[1];
    return 0;
}

bool oci_channel_say(int child_fd, const struct oci_record *record)
{
    while (send(child_fd, record, sizeof(*record), MSG_NOSIGNAL) < 0) {
        if (errno != EINTR)
            return false;
    }
    return true;
}

int oci_channel_await(int child_fd, struct err *err)
{
    char release;
    ssize_t size;

    do
        size = recv(child_fd, &release, sizeof(release), 0);
    while (size < 0 && errno == EINTR);
    if (size < 0)
        return err_system(err, errno, "wait for the runtime");
    if (size == 0)
        return err_set(err, -ECANCELED, "the runtime has gone");
    return 0;
}

int oci_channel_release(int runtime_fd)
{
    const char release = '!';

    while (send(runtime_fd, &release, sizeof(release), MSG_NOSIGNAL) < 0) {
        if (errno != EINTR)
            return -errno;
    }
    return 0;
}

int oci_channel_listen(int runtime_fd, bool may_wait, struct oci_record *ret_record,
                       struct err *err)
{
    struct oci_record record;
    ssize_t size;

    do
        size = recv(runtime_fd, &record, sizeof(record), may_wait ? 0 : MSG_DONTWAIT);
    while (size < 0 && errno == EINTR);
    /* ECONNRESET: it has gone, and has not read all that it was sent. */
    if (size < 0 && errno != EAGAIN && errno != ECONNRESET)
        return err_system(err, errno, "listen to the container's process");
    if (size != (ssize_t)sizeof(record))
        return 0;
    *ret_record = record;
    return 1;
}
