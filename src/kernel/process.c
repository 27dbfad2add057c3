/* One system call or two behind each function, and the sentence for when it says no. */
#include "kernel/process.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <linux/keyctl.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where the older calls have ids of 16 bits, those with 32 have names of their own. */
#ifdef SYS_setresuid32
#define SET_GROUPS SYS_setgroups32
#define SET_GROUP SYS_setresgid32
#define SET_USER SYS_setresuid32
#else
#define SET_GROUPS SYS_setgroups
#define SET_GROUP SYS_setresgid
#define SET_USER SYS_setresuid
#endif

int kernel_process_set_user(const struct kernel_user *user, struct err *err)
{
    /* The system calls themselves: the C library's functions look for all threads of the process,
     * and a process that was cloned out of one with several has its list of them, and its locks. */
    if (user->sets_groups && syscall(SET_GROUPS, user->groups_count, user->groups) < 0)
        return err_system(err, errno, "set the supplementary groups");
    if (syscall(SET_GROUP, user->gid, user->gid, user->gid) < 0)
        return err_system(err, errno, "become group %u", user->gid);
    if (syscall(SET_USER, user->uid, user->uid, user->uid) < 0)
        return err_system(err, errno, "become user %u", user->uid);
    return 0;
}

int kernel_process_set_rlimit(int resource, uint64_t soft, uint64_t hard, struct err *err)
{
    struct rlimit limit = { .rlim_cur = soft, .rlim_max = hard };

    if (setrlimit((__rlimit_resource_t)resource, &limit) < 0)
        return err_system(err, errno, "set the resource limit");
    return 0;
}

int kernel_process_set_no_new_privileges(struct err *err)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return err_system(err, errno, "forbid new privileges");
    return 0;
}

int kernel_process_set_death_signal(int signal, struct err *err)
{
    if (prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0) < 0)
        return err_system(err, errno, "ask for a signal at the end of the runtime");
    return 0;
}

int kernel_process_hide(struct err *err)
{
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
        return err_system(err, errno, "hide from the container's processes");
    return 0;
}

bool kernel_process_is_hidden(void)
{
    return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 1;
}

void kernel_process_show(void)
{
    (void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

void kernel_process_give_pipes(const int *streams, uid_t uid)
{
    for (int i = 0; i < KERNEL_STREAMS; i++) {
        int fd = streams == NULL ? i : streams[i];
        struct statfs files;

        if (fstatfs(fd, &files) == 0 && files.f_type == PIPEFS_MAGIC)
            (void)!fchown(fd, uid, (gid_t)-1);
    }
}

int kernel_process_set_streams(const int *streams, struct err *err)
{
    int copies[KERNEL_STREAMS];

    /* First above the places, so that none is put onto another. */
    for (int i = 0; i < KERNEL_STREAMS; i++) {
        copies[i] = fcntl(streams[i], F_DUPFD_CLOEXEC, KERNEL_STREAMS);
        if (copies[i] < 0)
            return err_system(err, errno, "copy descriptor %d", streams[i]);
    }
    for (int i = 0; i < KERNEL_STREAMS; i++) {
        if (dup2(copies[i], i) < 0)
            return err_system(err, errno, "move a descriptor");
        (void)close(copies[i]);
    }
    return 0;
}

int kernel_process_new_session(struct err *err)
{
    if (setsid() < 0)
        return err_system(err, errno, "make a new session");
    return 0;
}

int kernel_process_new_keyring(const char *name, struct err *err)
{
    if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name) < 0 && errno != ENOSYS)
        return err_system(err, errno, "make a keyring of its own");
    return 0;
}

int kernel_process_set_directory(const char *path, struct err *err)
{
    char where[PATH_MAX];
    long size;

    if (chdir(path) < 0)
        return err_system(err, errno, "enter the working directory '%s'", path);
    /* The system call, since only it tells: "(unreachable)/…" for what lies outside of the root. */
    size = syscall(SYS_getcwd, where, sizeof(where));
    if (size < 0)
        return err_system(err, errno, "find the working directory '%s'", path);
    if (where[0] != '/')
        return err_set(err, -EPERM, "the working directory '%s' is outside of the root", path);
    return 0;
}

int kernel_process_close_all_but(int first, int *fds, size_t count, struct err *err)
{
    const int last = first + (int)count;

    /* First above all the places, so that none is moved onto another. */
    for (size_t i = 0; i < count; i++) {
        fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, last);
        if (fds[i] < 0)
            return err_system(err, errno, "move a descriptor");
    }
    for (int i = 0; first + i < last; i++) {
        if (dup3(fds[i], first + i, O_CLOEXEC) < 0)
            return err_system(err, errno, "move a descriptor");
        fds[i] = first + i;
    }
    if (close_range((unsigned int)last, ~0U, 0) < 0)
        return err_system(err, errno, "close all descriptors");
    return 0;
}

int kernel_process_close_others(int first, const int *kept, size_t count, struct err *err)
{
    unsigned int next = (unsigned int)first;
    unsigned int found;

    do {
        found = UINT_MAX;
        for (size_t i = 0; i < count; i++) {
            if (kept[i] >= 0 && (unsigned int)kept[i] >= next && (unsigned int)kept[i] < found)
                found = (unsigned int)kept[i];
        }
        if (found > next && close_range(next, found == UINT_MAX ? UINT_MAX : found - 1, 0) < 0)
            return err_system(err, errno, "close descriptors");
        next = found + 1;
    } while (found != UINT_MAX);
    return 0;
}

/* A struct sigaction as the kernel has it, of which only the size and the zeroes matter here. */
#define KERNEL_SIGACTION_WORDS 4
#define KERNEL_SIGSET_BYTES ((NSIG - 1) / 8)

uint64_t kernel_process_ignored_signals(void)
{
    CLEANUP(fd_close) int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    char content[4096];
    ssize_t size = fd < 0 ? -1 : read(fd, content, sizeof(content) - 1);
    const char *line;

    if (size < 0)
        return UINT64_MAX;
    content[size] = '\0';
    line = strstr(content, "\nSigIgn:");
    return line == NULL ? UINT64_MAX : strtoull(line + strlen("\nSigIgn:"), NULL, 16);
}

int kernel_process_reset_signals(uint64_t which, struct err *err)
{
    const unsigned long standard[KERNEL_SIGACTION_WORDS] = { 0 }; /* SIG_DFL, no flags, no mask */
    sigset_t none;

    /* sigaction(3) leaves 32 and 33 to the C library, but a caller can have them ignored too.
     * SIGKILL and SIGSTOP refuse, and are as at birth. */
    for (int i = 1; i < NSIG; i++) {
        if ((which >> (i - 1) & 1) != 0)
            (void)syscall(SYS_rt_sigaction, i, standard, NULL, KERNEL_SIGSET_BYTES);
    }
    if (sigemptyset(&none) < 0 || sigprocmask(SIG_SETMASK, &none, NULL) < 0)
        return err_system(err, errno, "unblock signals");
    return 0;
}

/* What is wrong with one of several files that may be the program. */
enum obstacle { OBSTACLE_NONE, OBSTACLE_NOT_THERE, OBSTACLE_DENIED, OBSTACLE_OTHER };

static enum obstacle obstacle_of(int number)
{
    switch (number) {
    case 0:
        return OBSTACLE_NONE;
    case ENOENT:
    case ENOTDIR:
        return OBSTACLE_NOT_THERE;
    case EACCES:
        return OBSTACLE_DENIED;
    default:
        return OBSTACLE_OTHER;
    }
}

/* Why none of the files is the program, of which one may be `denied`. */
static int no_program(const char *name, const char *denied, struct err *err)
{
    if (denied != NULL)
        return err_system(err, EACCES, "execute '%s'", denied);
    if (strchr(name, '/') != NULL)
        return err_system(err, ENOENT, "execute '%s'", name);
    return err_system(err, ENOENT, "executable file '%s' not found in $PATH", name);
}

int kernel_process_find(char *const *candidates, const char *name, struct err *err)
{
    const char *denied = NULL;

    for (size_t i = 0; candidates[i] != NULL; i++) {
        bool is_there = faccessat(AT_FDCWD, candidates[i], X_OK, AT_EACCESS) == 0;
        enum obstacle obstacle = obstacle_of(is_there ? 0 : errno);

        if (obstacle == OBSTACLE_NONE || obstacle == OBSTACLE_OTHER)
            return 0;
        if (obstacle == OBSTACLE_DENIED && denied == NULL)
            denied = candidates[i];
    }
    return no_program(name, denied, err);
}

int kernel_process_exec(char *const *candidates, char *const *argv, char *const *envp,
                        struct err *err)
{
    const char *denied = NULL;

    if (argv[0] == NULL)
        return err_set(err, -EINVAL, "there is no program to execute");
    for (size_t i = 0; candidates[i] != NULL; i++) {
        (void)execve(candidates[i], argv, envp);
        if (obstacle_of(errno) == OBSTACLE_OTHER)
            return err_system(err, errno, "execute '%s'", candidates[i]);
        /* Directories of PATH that are closed to the user, such as those of root, hide nothing. */
        if (obstacle_of(errno) == OBSTACLE_DENIED && denied == NULL)
            denied = candidates[i];
    }
    return no_program(argv[0], denied, err);
}

int kernel_process_write_file(const char *path, const char *value, struct err *err)
{
    CLEANUP(fd_close) int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW);
    struct bytes content = bytes_of_text(value);
    ssize_t written;

    if (fd < 0)
        return err_system(err, errno, "open '%s'", path);
    written = write(fd, content.at, content.size);
    if (written < 0)
        return err_system(err, errno, "write '%s' to '%s'", value, path);
    if ((size_t)written != content.size)
        return err_set(err, -EIO, "'%s' took only a part of '%s'", path, value);
    return 0;
}

int kernel_process_open(pid_t pid, int *ret_pidfd, struct err *err)
{
    int fd = pidfd_open(pid, 0);

    if (fd < 0)
        return err_system(err, errno, "open process %d", (int)pid);
    *ret_pidfd = fd;
    return 0;
}

int kernel_process_find_in_proc(int pidfd, pid_t *ret_pid, struct err *err)
{
    char block[64];
    struct text path = text_init(block, sizeof(block));
    CLEANUP(fd_close) int fd = -1;
    char content[512];
    const char *line;
    ssize_t size;
    long pid;

    (void)text_append(&path, "/proc/self/fdinfo/");
    (void)text_append_decimal(&path, (uint64_t)pidfd, 0);
    fd = open(path.at, O_RDONLY | O_CLOEXEC);
    size = fd < 0 ? -1 : read(fd, content, sizeof(content) - 1);
    if (size < 0)
        return err_system(err, errno, "read '%s'", path.at);
    content[size] = '\0';
    /* pidfd_open(2): "Pid:" is 0 for a process that /proc does not show, -1 for one that is gone.
     */
    line = strstr(content, "\nPid:");
    pid = line == NULL ? 0 : strtol(line + strlen("\nPid:"), NULL, 10);
    if (pid <= 0)
        return -ESRCH;
    *ret_pid = (pid_t)pid;
    return 0;
}

int kernel_process_signal(int pidfd, int signal, struct err *err)
{
    if (pidfd_send_signal(pidfd, signal, NULL, 0) < 0 && errno != ESRCH)
        return err_system(err, errno, "send signal %d", signal);
    return 0;
}

int kernel_process_wait(int pidfd, bool may_wait, int *ret_status, struct err *err)
{
    siginfo_t end = { 0 };
    int flags = may_wait ? WEXITED : WEXITED | WNOHANG;

    while (waitid(P_PIDFD, (id_t)pidfd, &end, flags) < 0) {
        if (errno != EINTR)
            return err_system(err, errno, "wait for the process");
    }
    if (end.si_pid == 0)
        return -EAGAIN;
    *ret_status = end.si_code == CLD_EXITED ? end.si_status : 128 + end.si_status;
    return 0;
}

int kernel_process_await_end(int pidfd, struct err *err)
{
    struct pollfd end = { .fd = pidfd, .events = POLLIN };

    while (poll(&end, 1, -1) < 0) {
        if (errno != EINTR)
            return err_system(err, errno, "wait for the process");
    }
    return 0;
}
