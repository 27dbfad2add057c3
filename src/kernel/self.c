/* Whether it is done can be seen of the file itself, so that it is not done twice. */
#include "kernel/self.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define SELF "/proc/self/exe"
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

/* What makes a copy in memory one that stays as it is. */
#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* Whether nobody can write to the file through this process. */
static int is_protected(int self_fd, bool *ret_is_protected)
{
    struct statvfs mount;
    int seals = fcntl(self_fd, F_GET_SEALS);

    if (fstatvfs(self_fd, &mount) < 0)
        return -errno;
    /* Those who may not write to it may not through this either: what is asked of the kernel is
     * what root may in the container, who is this user outside. */
    *ret_is_protected = (mount.f_flag & ST_RDONLY) != 0 ||
                        (seals >= 0 && (seals & F_SEAL_WRITE) != 0) ||
                        faccessat(AT_FDCWD, SELF, W_OK, AT_EACCESS) < 0;
    return 0;
}

/* The file on a mount of its own, which is read-only. */
static int mount_read_only(int *ret_fd)
{
    struct mount_attr read_only = { .attr_set = MOUNT_ATTR_RDONLY };
    CLEANUP(fd_close) int fd = open_tree(AT_FDCWD, SELF, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

    if (fd < 0 || mount_setattr(fd, "", AT_EMPTY_PATH, &read_only, sizeof(read_only)) < 0)
        return -errno;
    *ret_fd = fd_take(&fd);
    return 0;
}

/* A copy of the file in memory. */
static int copy_sealed(int self_fd, int *ret_fd)
{
    CLEANUP(fd_close) int fd = memfd_create("self", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
    struct stat status;
    off_t at = 0;

    if (fd < 0 && errno == EINVAL) /* MFD_EXEC is of Linux 6.3 */
        fd = memfd_create("self", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0 || fstat(self_fd, &status) < 0)
        return -errno;
    while (at < status.st_size) {
        ssize_t size = sendfile(fd, self_fd, &at, (size_t)(status.st_size - at));

        if (size <= 0)
            return size < 0 ? -errno : -EIO;
    }
    if (fchmod(fd, 0500) < 0 || fcntl(fd, F_ADD_SEALS, SEALS) < 0)
        return -errno;
    *ret_fd = fd_take(&fd);
    return 0;
}

/* As before: execveat(2) calls the process after the descriptor. */
static void name_process(const char *path)
{
    const char *slash = strrchr(path, '/');

    (void)prctl(PR_SET_NAME, slash == NULL ? path : slash + 1);
}

int kernel_self_protect(char *const *argv, struct err *err)
{
    CLEANUP(fd_close) int self_fd = open(SELF, O_RDONLY | O_CLOEXEC);
    CLEANUP(fd_close) int fd = -1;
    bool is_done = false;
    int number = self_fd < 0 ? -errno : is_protected(self_fd, &is_done);

    if (number == 0 && is_done) {
        name_process(argv[0]);
        return 0;
    }
    if (number == 0 && mount_read_only(&fd) < 0)
        number = copy_sealed(self_fd, &fd);
    if (number == 0) {
        (void)execveat(fd, "", argv, environ, AT_EMPTY_PATH);
        number = -errno;
    }
    return err_system(err, -number, "protect the runtime's own program from the container");
}
