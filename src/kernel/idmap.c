/* A user namespace lives as long as a process in it or a descriptor of it: a process that does
 * nothing has it made, somebody outside maps its ids, and the descriptor is all that stays. */
#include "kernel/idmap.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "kernel/namespace.h"
#include "kernel/process.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

/* /proc/<pid>/<file> */
static struct text proc_path(char *block, size_t size, pid_t pid, const char *file)
{
    struct text path = text_init(block, size);

    (void)text_append(&path, "/proc/");
    (void)text_append_decimal(&path, (uint64_t)pid, 0);
    (void)text_append(&path, file);
    return path;
}

/* Maps the ids of the process's user namespace, and opens that. */
static int map_and_open(int pidfd, const struct kernel_idmap *idmap, int *ret_fd, struct err *err)
{
    char block[64];
    pid_t pid;
    int number = kernel_process_find_in_proc(pidfd, &pid, err);

    if (number == -ESRCH)
        return err_set(err, number, "/proc does not show the process of a user namespace");
    if (number == 0)
        number = kernel_process_write_file(proc_path(block, sizeof(block), pid, "/uid_map").at,
                                           idmap->uids, err);
    if (number == 0)
        number = kernel_process_write_file(proc_path(block, sizeof(block), pid, "/gid_map").at,
                                           idmap->gids, err);
    if (number < 0)
        return number;
    *ret_fd = open(proc_path(block, sizeof(block), pid, "/ns/user").at, O_RDONLY | O_CLOEXEC);
    return *ret_fd < 0 ? err_system(err, errno, "open a user namespace") : 0;
}

static int make_namespace(const struct kernel_idmap *idmap, int *ret_fd, struct err *err)
{
    const struct kernel_clone how = { .flags = CLONE_NEWUSER, .cgroup_fd = -1 };
    CLEANUP(fd_close) int pidfd = -1;
    struct err ignored;
    int number;
    int status;
    pid_t maker = getpid();
    pid_t pid = kernel_namespace_clone(&how, err);

    if (pid == 0) {
        /* It must end even where nobody is left who could end it. */
        if (kernel_process_set_death_signal(SIGKILL, &ignored) == 0 && getppid() == maker)
            (void)pause();
        _exit(0);
    }
    if (pid < 0)
        return (int)pid;
    number = kernel_process_open(pid, &pidfd, err);
    if (number == 0)
        number = map_and_open(pidfd, idmap, ret_fd, err);
    (void)kill(pid, SIGKILL);
    if (pidfd >= 0)
        (void)kernel_process_wait(pidfd, true, &status, &ignored);
    return number;
}

static int open_namespace(const char *path, int *ret_fd, struct err *err)
{
    *ret_fd = open(path, O_RDONLY | O_CLOEXEC);
    return *ret_fd < 0 ? err_system(err, errno, "open the namespace '%s'", path) : 0;
}

int kernel_idmap_set(int tree_fd, const struct kernel_idmap *idmap, struct err *err)
{
    CLEANUP(fd_close) int namespace_fd = -1;
    struct mount_attr attributes = { .attr_set = MOUNT_ATTR_IDMAP };
    unsigned int flags = AT_EMPTY_PATH | (idmap->is_recursive ? AT_RECURSIVE : 0U);
    int number = idmap->namespace_path == NULL
                     ? make_namespace(idmap, &namespace_fd, err)
                     : open_namespace(idmap->namespace_path, &namespace_fd, err);

    if (number < 0)
        return number;
    attributes.userns_fd = (unsigned int)namespace_fd;
    if (mount_setattr(tree_fd, "", flags, &attributes, sizeof(attributes)) == 0)
        return 0;
    if (errno == ENOSYS)
        return err_set(err, -EOPNOTSUPP,
                       "idmap: the ids of a mount are mapped by mount_setattr(2), which the kernel "
                       "does not have (it is of Linux 5.12)");
    if (errno == EINVAL)
        return err_set(err, -EINVAL,
                       "idmap: the kernel cannot map the ids of a mount of this file system");
    return err_system(err, errno, "idmap: map the ids of a mount");
}
