/* The kernel remembers who called listen(2), and tells those who connect. */
#include "kernel/peer.h"

#include "base/cleanup.h"
#include "base/fd.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

int kernel_peer_find(const char *path, pid_t *ret_pid, struct err *err)
{
    CLEANUP(fd_close) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct ucred peer = { 0 };
    socklen_t size = sizeof(peer);

    if (strlen(path) >= sizeof(address.sun_path))
        return err_system(err, ENAMETOOLONG, "connect with '%s'", path);
    (void)memcpy(address.sun_path, path, strlen(path));
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
        return err_system(err, errno, "connect with '%s'", path);
    if (peer.pid <= 0)
        return err_set(err, -ESRCH, "'%s' is of a process that cannot be seen here", path);
    *ret_pid = peer.pid;
    return 0;
}
