/* Sockets in the file system: who is there already, whose the peer is, and what to remove. */
#include "operate/local.h"

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/fd.h"

#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 16

_Static_assert(sizeof(((struct sockaddr_un *)NULL)->sun_path) == OPERATE_LOCAL_PATH_MAX,
               "the kernel's limit");

static int address_of(const char *path, struct sockaddr_un *ret_address, struct err *err)
{
    size_t size = strlen(path);

    if (size == 0 || size >= OPERATE_LOCAL_PATH_MAX)
        return err_set(err, -ENAMETOOLONG, "'%s': a socket's path has 1 to %d characters", path,
                       OPERATE_LOCAL_PATH_MAX - 1);
    *ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
    memcpy(ret_address->sun_path, path, size + 1);
    return 0;
}

int operate_local_check(const char *path, struct err *err)
{
    struct sockaddr_un address;

    return address_of(path, &address, err);
}

static int connect_to(const struct sockaddr_un *address, int flags, int *ret_fd)
{
    CLEANUP(fd_close) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);

    if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0)
        return -errno;
    *ret_fd = fd_take(&fd);
    return 0;
}

/* Makes the path free where a socket stands on which nobody listens. */
static int clear_path(const struct sockaddr_un *address, struct err *err)
{
    CLEANUP(fd_close) int fd = -1;
    struct stat status;
    int number;

    if (lstat(address->sun_path, &status) < 0)
        return errno == ENOENT ? 0 : err_system(err, errno, "'%s'", address->sun_path);
    if (!S_ISSOCK(status.st_mode))
        return err_set(err, -EEXIST, "'%s' is there, and is no socket", address->sun_path);
    number = connect_to(address, SOCK_NONBLOCK, &fd);
    if (number != -ECONNREFUSED)
        return err_set(err, -EADDRINUSE, "'%s': somebody listens there", address->sun_path);
    if (unlink(address->sun_path) < 0)
        return err_system(err, errno, "cannot remove '%s'", address->sun_path);
    return 0;
}

int operate_local_listen(const char *path, struct operate_local *ret_local, struct err *err)
{
    CLEANUP(fd_close) int fd = -1;
    struct sockaddr_un address;
    struct stat status;
    mode_t mask;
    int number = address_of(path, &address, err);

    if (number == 0)
        number = clear_path(&address, err);
    if (number < 0)
        return number;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return err_system(err, errno, "cannot listen on '%s'", path);
    mask = umask(0177);
    number = bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ? errno : 0;
    (void)umask(mask);
    if (number != 0)
        return err_system(err, number, "cannot listen on '%s'", path);
    if (lstat(path, &status) < 0 || listen(fd, BACKLOG) < 0) {
        number = errno;
        (void)unlink(path);
        return err_system(err, number, "cannot listen on '%s'", path);
    }
    *ret_local = (struct operate_local){
        .fd = fd_take(&fd),
        .device = status.st_dev,
        .inode = status.st_ino,
    };
    memcpy(ret_local->path, address.sun_path, sizeof(ret_local->path));
    return 0;
}

int operate_local_accept(const struct operate_local *local)
{
    CLEANUP(fd_close) int fd = accept4(local->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct ucred peer = { 0 };
    socklen_t size = sizeof(peer);

    if (fd < 0)
        return -errno;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
        return -errno;
    if (peer.uid != 0 && peer.uid != geteuid())
        return -EPERM;
    return fd_take(&fd);
}

void operate_local_close(struct operate_local *local)
{
    struct stat status;

    if (local->fd < 0)
        return;
    if (lstat(local->path, &status) == 0 && status.st_dev == local->device &&
        status.st_ino == local->inode)
        (void)unlink(local->path);
    fd_close(&local->fd);
}

int operate_local_connect(const char *path, unsigned int timeout_s, int *ret_fd, struct err *err)
{
    CLEANUP(fd_close) int fd = -1;
    struct timeval timeout = { .tv_sec = (time_t)timeout_s };
    struct sockaddr_un address;
    int number = address_of(path, &address, err);

    if (number < 0)
        return number;
    number = connect_to(&address, 0, &fd);
    if (number < 0)
        return err_system(err, -number, "cannot reach '%s'", path);
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) < 0)
        return err_system(err, errno, "cannot talk to '%s'", path);
    *ret_fd = fd_take(&fd);
    return 0;
}
