/* clone3, setns, unshare and the two names of a UTS namespace. */
#include "kernel/namespace.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "kernel/process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <linux/sched.h>
#include <sanitizer/asan_interface.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STACK_OF_BODY ((size_t)262144)
#define FIRST_USER_NAMESPACE 0xeffffffdU

bool kernel_namespace_user_is_first(void)
{
    struct stat status;

    return stat("/proc/self/ns/user", &status) < 0 || status.st_ino == FIRST_USER_NAMESPACE;
}

bool kernel_namespace_keeps_groups(void)
{
    CLEANUP(fd_close) int fd = open("/proc/self/setgroups", O_RDONLY | O_CLOEXEC);
    char word[4];

    return fd >= 0 && read(fd, word, sizeof(word)) == sizeof(word) &&
           memcmp(word, "deny", sizeof(word)) == 0;
}

static struct clone_args arguments_of(const struct kernel_clone *clone)
{
    struct clone_args ret = {
        .flags = clone->flags | CLONE_CLEAR_SIGHAND,
        /* A brother is given the signal that the caller itself sends at its end. */
        .exit_signal = (clone->flags & CLONE_PARENT) != 0 ? 0 : SIGCHLD,
    };

    if (clone->cgroup_fd >= 0) {
        ret.flags |= CLONE_INTO_CGROUP;
        ret.cgroup = (unsigned int)clone->cgroup_fd;
    }
    return ret;
}

static int say_why_not(int number, struct err *err)
{
    if (number == ENOSPC)
        return err_set(err, -ENOSPC,
                       "clone: the limit of namespaces is reached (see "
                       "/proc/sys/user)");
    return err_system(err, number, "clone a process into new namespaces");
}

pid_t kernel_namespace_clone(const struct kernel_clone *clone, struct err *err)
{
    struct clone_args arguments = arguments_of(clone);
    long pid = syscall(SYS_clone3, &arguments, sizeof(arguments));

    return pid >= 0 ? (pid_t)pid : say_why_not(errno, err);
}

#if defined(__x86_64__)

/* The new process begins with the stack of this function, and must leave alone what is on it: it
 * goes on below, where the calling process has nothing (the red zone has 128 octets), and does not
 * come back from there. */
static long vfork_into(const struct clone_args *arguments, void (*body)(const void *argument),
                       const void *argument)
{
    long ret = SYS_clone3;

    __asm__ volatile("syscall\n\t"
                     "testq %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "subq $256, %%rsp\n\t"
                     "andq $-16, %%rsp\n\t"
                     "movq %[argument], %%rdi\n\t"
                     "callq *%[body]\n\t"
                     "ud2\n"
                     "1:"
                     : "+a"(ret)
                     : "D"(arguments),
                       "S"(sizeof(*arguments)), [body] "r"(body), [argument] "r"(argument)
                     : "rcx", "r11", "memory", "cc");
    return ret;
}

pid_t kernel_namespace_vfork(const struct kernel_clone *clone, void (*body)(const void *argument),
                             const void *argument, struct err *err)
{
    struct clone_args arguments = arguments_of(clone);
    long pid;

    arguments.flags |= CLONE_VM | CLONE_VFORK;
    pid = vfork_into(&arguments, body, argument);
    /* What the new process had marked there as not to be touched is free again. */
    ASAN_UNPOISON_MEMORY_REGION((char *)&arguments - STACK_OF_BODY, STACK_OF_BODY);
    return pid >= 0 ? (pid_t)pid : say_why_not((int)-pid, err);
}

#else

pid_t kernel_namespace_vfork(const struct kernel_clone *clone, void (*body)(const void *argument),
                             const void *argument, struct err *err)
{
    pid_t pid = kernel_namespace_clone(clone, err);

    if (pid == 0) {
        body(argument);
        _exit(1);
    }
    return pid;
}

#endif

/* Opens the namespace at `path`, which must be of the kind `flag`; a descriptor or -errno. */
static int open_by_path(const char *path, int flag, struct err *err)
{
    CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    int found;

    if (fd < 0)
        return err_system(err, errno, "open the namespace '%s'", path);
    found = ioctl(fd, NS_GET_NSTYPE);
    if (found < 0)
        return err_set(err, -EINVAL, "'%s' is no namespace", path);
    if (found != flag)
        return err_set(err, -EINVAL, "'%s' is a namespace of another type", path);
    return fd_take(&fd);
}

int kernel_namespace_join(const char *path, int flag, struct err *err)
{
    CLEANUP(fd_close) int fd = open_by_path(path, flag, err);

    if (fd < 0)
        return fd;
    if (setns(fd, flag) < 0)
        return err_system(err, errno, "enter the namespace '%s'", path);
    return 0;
}

int kernel_namespace_copy_mounts(const char *path, int *ret_fd, struct err *err)
{
    const char *from = path == NULL ? "/proc/self/ns/mnt" : path;
    CLEANUP(fd_close) int fd = open_by_path(from, CLONE_NEWNS, err);

    if (fd < 0)
        return fd;
    if (path != NULL && setns(fd, CLONE_NEWNS) < 0)
        return err_system(err, errno, "enter the namespace '%s'", path);
    if (unshare(CLONE_NEWNS) < 0)
        return err_system(err, errno, "copy the mount namespace");
    *ret_fd = fd_take(&fd);
    return 0;
}

int kernel_namespace_join_process(int pidfd, int flags, struct err *err)
{
    if (setns(pidfd, flags) < 0)
        return err_system(err, errno, "enter the namespaces of the container");
    return 0;
}

/* Opens /proc/<pid>/<name> of a process. */
static int open_of_process(int pidfd, const char *name, int flags, int *ret_fd, struct err *err)
{
    char block[64];
    struct text path = text_init(block, sizeof(block));
    CLEANUP(fd_close) int fd = -1;
    pid_t pid;
    pid_t after = 0;

    if (kernel_process_find_in_proc(pidfd, &pid, err) < 0)
        return err_set(err, -ESRCH, "the process has ended");
    if (!text_append(&path, "/proc/") || !text_append_decimal(&path, (uint64_t)pid, 0) ||
        !text_append_char(&path, '/') || !text_append(&path, name))
        return err_system(err, ENAMETOOLONG, "open '%s' of the process", name);
    fd = open(path.at, flags | O_CLOEXEC);
    if (fd < 0)
        return err_system(err, errno, "open '%s'", path.at);
    /* It was there all the time, so no other had its number. */
    if (kernel_process_find_in_proc(pidfd, &after, err) < 0 || after != pid)
        return err_set(err, -ESRCH, "the process has ended");
    *ret_fd = fd_take(&fd);
    return 0;
}

int kernel_namespace_open(int pidfd, const char *name, int *ret_fd, struct err *err)
{
    char block[32];
    struct text path = text_init(block, sizeof(block));

    if (!text_append(&path, "ns/") || !text_append(&path, name))
        return err_system(err, ENAMETOOLONG, "open the namespace '%s'", name);
    return open_of_process(pidfd, path.at, O_RDONLY, ret_fd, err);
}

int kernel_namespace_open_root(int pidfd, int *ret_fd, struct err *err)
{
    return open_of_process(pidfd, "root", O_PATH | O_DIRECTORY, ret_fd, err);
}

int kernel_namespace_enter(int fd, int flag, struct err *err)
{
    if (setns(fd, flag) < 0)
        return err_system(err, errno, "enter the namespace");
    return 0;
}

int kernel_namespace_visit_net(int fd, int *ret_home_fd, struct err *err)
{
    CLEANUP(fd_close) int home_fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

    if (home_fd < 0)
        return err_system(err, errno, "open the own network namespace");
    /* Who may enter that may go back to it: root of another user namespace than its own may not. */
    if (kernel_namespace_enter(home_fd, CLONE_NEWNET, err) < 0)
        return err->number;
    if (kernel_namespace_enter(fd, CLONE_NEWNET, err) < 0)
        return err->number;
    *ret_home_fd = fd_take(&home_fd);
    return 0;
}

int kernel_namespace_unshare(int flags, struct err *err)
{
    if (unshare(flags) < 0)
        return err_system(err, errno, "make a new namespace");
    return 0;
}

int kernel_namespace_new_time(const char *offsets, struct err *err)
{
    if (unshare(CLONE_NEWTIME) < 0)
        return errno == EINVAL ? err_set(err, -EINVAL, "this kernel has no time namespaces")
                               : err_system(err, errno, "make a new time namespace");
    if (offsets != NULL && kernel_process_write_file("/proc/self/timens_offsets", offsets, err) < 0)
        return err->number;
    return kernel_namespace_join("/proc/self/ns/time_for_children", CLONE_NEWTIME, err);
}

int kernel_namespace_set_hostname(const char *name, struct err *err)
{
    if (sethostname(name, strlen(name)) < 0)
        return err_system(err, errno, "set the host name '%s'", name);
    return 0;
}

int kernel_namespace_set_domainname(const char *name, struct err *err)
{
    if (setdomainname(name, strlen(name)) < 0)
        return err_system(err, errno, "set the domain name '%s'", name);
    return 0;
}
