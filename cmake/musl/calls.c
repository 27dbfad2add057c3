/* System calls for which musl 1.2 has no functions. */
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int open_tree(int directory, const char *path, unsigned int flags)
{
    return (int)syscall(SYS_open_tree, directory, path, flags);
}

int move_mount(int from, const char *from_path, int to, const char *to_path, unsigned int flags)
{
    return (int)syscall(SYS_move_mount, from, from_path, to, to_path, flags);
}

int mount_setattr(int directory, const char *path, unsigned int flags,
                  struct mount_attr *attributes, size_t size)
{
    return (int)syscall(SYS_mount_setattr, directory, path, flags, attributes, size);
}

int fsopen(const char *type, unsigned int flags)
{
    return (int)syscall(SYS_fsopen, type, flags);
}

int fspick(int directory, const char *path, unsigned int flags)
{
    return (int)syscall(SYS_fspick, directory, path, flags);
}

int fsconfig(int fd, unsigned int command, const char *key, const void *value, int number)
{
    return (int)syscall(SYS_fsconfig, fd, command, key, value, number);
}

int fsmount(int fd, unsigned int flags, unsigned int attributes)
{
    return (int)syscall(SYS_fsmount, fd, flags, attributes);
}

int pidfd_open(pid_t pid, unsigned int flags)
{
    return (int)syscall(SYS_pidfd_open, pid, flags);
}

int pidfd_getfd(int pidfd, int fd, unsigned int flags)
{
    return (int)syscall(SYS_pidfd_getfd, pidfd, fd, flags);
}

int pidfd_send_signal(int pidfd, int signal, siginfo_t *about, unsigned int flags)
{
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, about, flags);
}

int statx(int directory, const char *restrict path, int flags, unsigned int wanted,
          struct statx *restrict ret_status)
{
    return (int)syscall(SYS_statx, directory, path, flags, wanted, ret_status);
}

int execveat(int directory, const char *path, char *const *arguments, char *const *environment,
             int flags)
{
    return (int)syscall(SYS_execveat, directory, path, arguments, environment, flags);
}

int close_range(unsigned int first, unsigned int last, int flags)
{
    return (int)syscall(SYS_close_range, first, last, flags);
}
