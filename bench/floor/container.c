/*
 * floor_container [--user] ROOTFS PROGRAM [ARGUMENT…]: the least work that the kernel allows for a
 * container: one clone into new mount, pid, uts, ipc, network and cgroup namespaces (with --user
 * also a user namespace, in which the caller is root), pivot_root into ROOTFS, exec of PROGRAM, and
 * its exit status. It mounts nothing else, drops nothing and checks nothing: it is what a runtime's
 * startup is measured against, and no runtime.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAMESPACES                                                                                 \
    (CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP)

struct caller {
    bool is_user; /* wants a user namespace */
    uid_t uid;
    gid_t gid;
};

static bool fail(const char *what)
{
    (void)fprintf(stderr, "floor_container: %s: %s\n", what, strerror(errno));
    return false;
}

static bool write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

    if (fd >= 0)
        (void)close(fd);
    return ok || fail(path);
}

static bool map_caller_to_root(struct caller caller)
{
    char uid_map[32], gid_map[32];

    (void)snprintf(uid_map, sizeof(uid_map), "0 %u 1", (unsigned int)caller.uid);
    (void)snprintf(gid_map, sizeof(gid_map), "0 %u 1", (unsigned int)caller.gid);
    return write_file("/proc/self/uid_map", uid_map) &&
           write_file("/proc/self/setgroups", "deny") && write_file("/proc/self/gid_map", gid_map);
}

static bool enter_root(const char *rootfs)
{
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return fail("making mounts private");
    if (mount(rootfs, rootfs, NULL, MS_BIND, NULL) < 0 || chdir(rootfs) < 0)
        return fail(rootfs);
    if (syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0)
        return fail("pivot_root");
    return true;
}

static void become(struct caller caller, char **arguments)
{
    if (caller.is_user && !map_caller_to_root(caller))
        return;
    if (!enter_root(arguments[0]))
        return;
    (void)execv(arguments[1], arguments + 1);
    (void)fail(arguments[1]);
}

int main(int argc, char **argv)
{
    bool is_user = argc > 1 && strcmp(argv[1], "--user") == 0;
    char **arguments = argv + (is_user ? 2 : 1);
    struct caller caller = { .is_user = is_user, .uid = geteuid(), .gid = getegid() };
    unsigned long flags = NAMESPACES | (is_user ? CLONE_NEWUSER : 0) | SIGCHLD;
    int status = 0;
    long child;

    if (argc < (is_user ? 4 : 3)) {
        (void)fputs("Usage: floor_container [--user] ROOTFS PROGRAM [ARGUMENT…]\n", stderr);
        return 2;
    }
    child = syscall(SYS_clone, flags, NULL, NULL, NULL, 0);
    if (child == 0) {
        become(caller, arguments);
        _exit(127);
    }
    if (child < 0 || waitpid((pid_t)child, &status, 0) < 0) {
        (void)fail("clone");
        return 125;
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
