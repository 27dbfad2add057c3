/*
 * What a program that bench/startup/steps.py writes calls: a function for each kind of step of a
 * plan, with the fewest system calls that do it. They look at no name twice, walk paths as the
 * kernel does (the root file system is the bench's own), and end the process with status 125 when
 * a call fails, saying which: a floor that does less than it says would be none.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#define CAPABILITIES_MAX 64

/* What lasts from step to step. */
struct run {
    int slots[16];  /* open cgroups */
    int channel[2]; /* [0] the child's end, [1] the runtime's */
    int pid;        /* of the child */
};

static void must(long result, const char *what)
{
    if (result >= 0)
        return;
    (void)fprintf(stderr, "steps: %s: %s\n", what, strerror(errno));
    _exit(125);
}

static void put(const char *path, const char *value)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    must(fd, path);
    must(write(fd, value, strlen(value)), path);
    (void)close(fd);
}

/* A file of a cgroup, as a text. */
static void read_words(const char *directory, const char *file, char block[1024])
{
    char path[4096];
    int fd;
    ssize_t size;

    (void)snprintf(path, sizeof(path), "%s/%s", directory, file);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    must(fd, path);
    size = read(fd, block, 1023);
    must(size, path);
    block[size] = '\0';
    (void)close(fd);
}

/* Controllers ("+cpu +io") that are there and not handed down yet. */
static void offer(const char *directory, const char *wanted)
{
    char there[1024];
    char given[1024];
    char words[1024];
    char path[4096];

    read_words(directory, "cgroup.controllers", there);
    read_words(directory, "cgroup.subtree_control", given);
    (void)snprintf(words, sizeof(words), "%s", wanted);
    (void)snprintf(path, sizeof(path), "%s/cgroup.subtree_control", directory);
    for (char *word = strtok(words, " "); word != NULL; word = strtok(NULL, " ")) {
        if (strstr(there, word + 1) != NULL && strstr(given, word + 1) == NULL)
            put(path, word);
    }
}

/* As much of the file as is looked at. */
static void home(void)
{
    char block[65536];
    int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return;
    must(read(fd, block, sizeof(block)), "/etc/passwd");
    (void)close(fd);
}

static void all_processors(void)
{
    unsigned long bits[1024 / (8 * sizeof(unsigned long))];

    memset(bits, 0xff, sizeof(bits));
    must(syscall(SYS_sched_setaffinity, 0, sizeof(bits), bits), "sched_setaffinity");
}

static void loopback(void)
{
    struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    must(fd, "socket");
    must(ioctl(fd, SIOCSIFFLAGS, &request), "lo");
    (void)close(fd);
}

static void cgroup_make(const char *path)
{
    must(mkdir(path, 0755) < 0 && errno != EEXIST ? -1 : 0, path);
}

static void cgroup_open_v1(struct run *run, const char *path, int slot)
{
    char file[4096];

    (void)snprintf(file, sizeof(file), "%s/tasks", path);
    must(run->slots[slot] = open(file, O_WRONLY | O_CLOEXEC), file);
}

static void cgroup_open_v2(struct run *run, const char *path, int slot)
{
    must(run->slots[slot] = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC), path);
}

static void device_filter(const char *path, const struct bpf_insn *instructions, uint32_t count)
{
    union bpf_attr load = { .prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
                            .insns = (uintptr_t)instructions,
                            .insn_cnt = count,
                            .license = (uintptr_t)"Apache-2.0" };
    union bpf_attr attach = { .attach_type = BPF_CGROUP_DEVICE, .attach_flags = BPF_F_ALLOW_MULTI };
    int cgroup = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int program = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof(load));

    must(cgroup, path);
    must(program, "the device filter");
    attach.target_fd = (uint32_t)cgroup;
    attach.attach_bpf_fd = (uint32_t)program;
    must(syscall(SYS_bpf, BPF_PROG_ATTACH, &attach, sizeof(attach)), path);
    (void)close(program);
    (void)close(cgroup);
}

/* In the memory of this process, on its stack below what it has there. Gives the process id, or
 * -errno. */
static long clone_in_memory(const struct clone_args *how, void (*child)(const struct run *run),
                            const struct run *run)
{
    long ret = SYS_clone3;

    __asm__ volatile("syscall; test %%rax, %%rax; jnz 1f; sub $256, %%rsp; and $-16, %%rsp;"
                     "mov %3, %%rdi; call *%4; 1:"
                     : "+a"(ret)
                     : "D"(how), "S"(sizeof(*how)), "r"(run), "r"(child)
                     : "rcx", "r11", "memory", "cc");
    return ret;
}

static void clone_child(struct run *run, uint64_t flags, int cgroup_slot,
                        void (*child)(const struct run *run))
{
    struct clone_args how = { .flags = flags | CLONE_CLEAR_SIGHAND, .exit_signal = SIGCHLD };

    if (cgroup_slot >= 0) {
        how.flags |= CLONE_INTO_CGROUP;
        how.cgroup = (uint64_t)run->slots[cgroup_slot];
    }
    if ((flags & CLONE_VFORK) != 0) {
        run->pid = (int)clone_in_memory(&how, child, run);
        errno = -run->pid;
    } else {
        run->pid = (int)syscall(SYS_clone3, &how, sizeof(how));
    }
    must(run->pid, "clone3");
    if (run->pid == 0)
        child(run);
}

static void process_write(const struct run *run, const char *name, const char *value)
{
    char path[64];

    (void)snprintf(path, sizeof(path), "/proc/%d/%s", run->pid, name);
    put(path, value);
}

static void release(const struct run *run)
{
    must(write(run->channel[1], "", 1), "release");
}

static void await(const struct run *run)
{
    char octet;

    must(read(run->channel[0], &octet, 1), "await");
}

static void mount_new(const char *destination, const char *type, uint64_t attributes,
                      const char *const *options)
{
    int context = (int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC);
    int mounted;

    must(context, type);
    for (; options[0] != NULL; options += 2) {
        unsigned int command = options[1] == NULL ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING;

        must(syscall(SYS_fsconfig, context, command, options[0], options[1], 0), options[0]);
    }
    must(syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0), type);
    must(mounted = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, attributes), type);
    (void)close(context);
    (void)mkdir(destination, 0755);
    must(syscall(SYS_move_mount, mounted, "", AT_FDCWD, destination, MOVE_MOUNT_F_EMPTY_PATH),
         destination);
    (void)close(mounted);
}

/* A copy of the mount at `source`, at `destination`, with other attributes. */
static void mount_copy(const char *source, const char *destination, uint64_t set, uint64_t clear)
{
    struct mount_attr attributes = { .attr_set = set, .attr_clr = clear };
    int tree = (int)syscall(SYS_open_tree, AT_FDCWD, source,
                            OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);

    must(tree, source);
    if (set != 0 || clear != 0)
        must(syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attributes, sizeof(attributes)),
             destination);
    must(syscall(SYS_move_mount, tree, "", AT_FDCWD, destination, MOVE_MOUNT_F_EMPTY_PATH),
         destination);
    (void)close(tree);
}

static void root(const char *path)
{
    (void)umask(0);
    mount_copy(path, path, 0, 0);
    must(chdir(path), path);
}

static void make_node(const char *destination, mode_t mode, unsigned int major, unsigned int minor)
{
    must(mknod(destination, mode, makedev(major, minor)), destination);
}

/* Without a right to make nodes: the system's, over a file. */
static void bind_device(const char *destination)
{
    int fd = open(destination, O_CREAT | O_RDONLY | O_CLOEXEC, 0644);

    must(fd, destination);
    (void)close(fd);
    mount_copy(destination + 1, destination, 0, 0);
}

/* What is not there is not hidden. */
static void mask(const char *path)
{
    struct stat status;

    if (stat(path, &status) < 0)
        return;
    if (S_ISDIR(status.st_mode)) {
        static const char *const options[] = { "size", "0k", NULL };

        mount_new(path, "tmpfs", MOUNT_ATTR_RDONLY, options);
        return;
    }
    mount_copy("/dev/null", path, 0, 0);
}

static void read_only(const char *path)
{
    if (access(path, F_OK) == 0)
        mount_copy(path, path, MOUNT_ATTR_RDONLY, 0);
}

static void root_read_only(void)
{
    struct mount_attr attributes = { .attr_set = MOUNT_ATTR_RDONLY };

    must(syscall(SYS_mount_setattr, AT_FDCWD, ".", 0, &attributes, sizeof(attributes)), "root");
}

static void pivot(void)
{
    must(syscall(SYS_pivot_root, ".", "."), "pivot_root");
    must(umount2(".", MNT_DETACH), "umount2");
    must(chdir("/"), "chdir");
}

static void close_all(void)
{
    must(syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC), "close_range");
}

static void seccomp_load(const struct sock_filter *filter, unsigned short count)
{
    const struct sock_fprog program = { count, (struct sock_filter *)filter };

    must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program), "seccomp");
}

static void rlimit(int resource, rlim_t soft, rlim_t hard)
{
    const struct rlimit limit = { soft, hard };

    must(setrlimit((unsigned int)resource, &limit), "setrlimit");
}

static void bounding(uint64_t keep)
{
    for (int i = 0; i < CAPABILITIES_MAX; i++) {
        if ((keep >> i & 1) == 0 && prctl(PR_CAPBSET_DROP, i) < 0)
            break;
    }
}

static void user(uid_t uid, gid_t gid, bool sets_groups)
{
    must(prctl(PR_SET_KEEPCAPS, 1), "keepcaps");
    if (sets_groups)
        must(syscall(SYS_setgroups, 0, NULL), "setgroups");
    must(syscall(SYS_setresgid, gid, gid, gid), "setresgid");
    must(syscall(SYS_setresuid, uid, uid, uid), "setresuid");
}

static void capabilities(uint64_t effective, uint64_t permitted, uint64_t inheritable)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct data[2] = {
        { (uint32_t)effective, (uint32_t)permitted, (uint32_t)inheritable },
        { (uint32_t)(effective >> 32), (uint32_t)(permitted >> 32), (uint32_t)(inheritable >> 32) },
    };

    must(syscall(SYS_capset, &header, data), "capset");
}

static void become(const char *const *files, char *const *arguments, char *const *environment)
{
    for (; *files != NULL; files++)
        (void)execve(*files, arguments, environment);
    must(-1, arguments[0]);
}

/* Waits for the child, removes the cgroups, and passes its status on. */
static int finish(const struct run *run, const char *const *cgroups)
{
    int status = 0;

    must(waitpid(run->pid, &status, 0), "waitpid");
    for (; *cgroups != NULL; cgroups++)
        must(rmdir(*cgroups), *cgroups);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
