/*
 * fail-syscall: runs a command in which the n-th system call of a program fails.
 *
 * A seccomp filter stops each system call of the command and of all that comes of it, and tells us
 * of it (seccomp_unotify(2)). We let all go on but one. A call counts if the process that makes it
 * runs one of the programs that we were told of, and if it is not the loader's, which comes before
 * the program's own first step.
 *
 * The command's process enters the filter itself, on its way to the command, and shares its
 * descriptors with us until then: so it has no call to make by which we would get the listener.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define PROGRAMS_MAX 16
#define ERRNO_MAX 4095
#define KILL (ERRNO_MAX + 1) /* stands for the end of who makes the call */
#define NOTIFICATION_BYTES_MAX 512
#define SAID_BYTES_MAX 1024
#define PARTS_MAX 8 /* of one writev(2) */
#define LISTENER_PAUSE_NS 1000000

static const char loader_path[] = "/lib64/ld-linux-x86-64.so.2";

static const char usage[] =
    "Usage: fail-syscall N:ERRNO [--only PROGRAM]... [--report FILE] COMMAND [ARGUMENT]...\n"
    "\n"
    "Runs COMMAND, and makes the N-th system call of PROGRAM fail with ERRNO.\n"
    "\n"
    "  N:ERRNO         such as 17:ENOMEM; with N = 0 nothing fails and all is counted\n"
    "  N:KILL          the process that makes the call is killed before it is made\n"
    "  --only PROGRAM  whose calls count: those of all processes that run this file, in the order\n"
    "                  in which they are made; may be given several times (default: COMMAND's "
    "own)\n"
    "  --report FILE   where it is told what failed (default: standard error), a line each of\n"
    "                      calls COUNT\n"
    "                      failed N CALL PROGRAM\n"
    "                      said TEXT        what PROGRAM has written to standard error after that\n"
    "  --help          print this\n"
    "\n"
    "What does not count: the calls of the loader; calls that never fail (getpid, brk, exit, "
    "...);\n"
    "futex, after whose failure the C library ends a program; and close, of which the kernel has\n"
    "closed the descriptor even where it fails, as nothing can be made to do here.\n"
    "Without CAP_SYS_ADMIN, no program gets new privileges (set-user-ID) in COMMAND. Linux 5.8.\n"
    "\n"
    "Exit status: that of COMMAND, 128 + the signal that ended it; 125 if it was not started.\n";

/* See `usage`. */
static const unsigned int unstopped[] = {
    SYS_exit,        SYS_exit_group, SYS_rt_sigreturn,    SYS_restart_syscall, SYS_brk,
    SYS_futex,       SYS_close,      SYS_getpid,          SYS_gettid,          SYS_getppid,
    SYS_getuid,      SYS_geteuid,    SYS_getgid,          SYS_getegid,         SYS_getpgrp,
    SYS_umask,       SYS_alarm,      SYS_set_tid_address, SYS_sched_yield,     SYS_sync,
    SYS_personality,
};

struct program {
    const char *name;
    dev_t device;
    ino_t inode;
};

/* What was asked for, and what has come of it. */
struct fault {
    unsigned long wanted;
    int number;
    struct program programs[PROGRAMS_MAX];
    size_t programs_count;
    const char *report;
    unsigned long calls;
    int failed_call; /* -1: none has */
    const char *failed_program;
    char said[SAID_BYTES_MAX];
    size_t said_bytes;
    unsigned long loader_bytes;
};

/* What the command's process leaves in memory that it shares with us. */
struct shared {
    volatile int listener_fd; /* 0: it has none so far */
};

static _Noreturn void die(const char *what)
{
    (void)fprintf(stderr, "fail-syscall: %s: %s\n", what, strerror(errno));
    exit(125);
}

/* The sentence is: before 'word' after. */
static _Noreturn void refuse(const char *before, const char *word, const char *after)
{
    (void)fprintf(stderr, "fail-syscall: %s'%s'%s\n", before, word, after);
    exit(125);
}

/* 0: there is none of that name. */
static int errno_of(const char *name)
{
    for (int number = 1; number <= ERRNO_MAX; number++) {
        const char *known = strerrorname_np(number);

        if (known != NULL && strcmp(known, name) == 0)
            return number;
    }
    return 0;
}

static bool is_program(const struct fault *fault, const struct stat *status, size_t *ret_index)
{
    for (size_t i = 0; i < fault->programs_count; i++) {
        if (fault->programs[i].device == status->st_dev &&
            fault->programs[i].inode == status->st_ino) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

/* Finds a program as execvp(3) does. */
static bool find_program(const char *word, struct stat *ret_status)
{
    const char *path = getenv("PATH");
    char place[PATH_MAX];

    if (strchr(word, '/') != NULL)
        return stat(word, ret_status) == 0;
    for (const char *at = path == NULL ? "/bin:/usr/bin" : path; *at != '\0';) {
        int size = (int)strcspn(at, ":");

        if (snprintf(place, sizeof(place), "%.*s/%s", size, at, word) < (int)sizeof(place) &&
            access(place, X_OK) == 0 && stat(place, ret_status) == 0)
            return true;
        at += size;
        at += *at == ':';
    }
    return false;
}

static void add_program(struct fault *fault, const char *word)
{
    const char *slash = strrchr(word, '/');
    struct stat status;

    if (fault->programs_count == PROGRAMS_MAX)
        refuse("--only: ", word, " is one program too many");
    if (!find_program(word, &status))
        refuse("there is no program ", word, "");
    fault->programs[fault->programs_count++] = (struct program){
        .name = slash == NULL ? word : slash + 1, .device = status.st_dev, .inode = status.st_ino
    };
}

static void read_fault(struct fault *fault, const char *word)
{
    char *end = NULL;

    errno = 0;
    fault->wanted = strtoul(word, &end, 10);
    if (word[0] < '0' || word[0] > '9' || errno != 0 || *end != ':')
        refuse("", word, " is not N:ERRNO, such as 17:ENOMEM");
    fault->number = errno_of(end + 1);
    if (strcmp(end + 1, "KILL") == 0)
        fault->number = KILL;
    if (fault->number == 0)
        refuse("", end + 1, " is no errno");
}

static void help(const char *word)
{
    if (strcmp(word, "--help") == 0) {
        (void)fputs(usage, stdout);
        exit(0);
    }
}

/* Gives the command. */
static char **read_arguments(struct fault *fault, char **argv)
{
    char **at = argv + 1;

    if (*at == NULL)
        refuse("", "N:ERRNO", " is missing; see fail-syscall --help");
    help(*at);
    read_fault(fault, *at);
    for (at++; *at != NULL && strncmp(*at, "--", 2) == 0; at += 2) {
        bool is_only = strcmp(*at, "--only") == 0;

        help(*at);
        if (!is_only && strcmp(*at, "--report") != 0)
            refuse("there is no option ", *at, "; see fail-syscall --help");
        if (at[1] == NULL)
            refuse("", *at, ": the value is missing");
        if (is_only)
            add_program(fault, at[1]);
        else
            fault->report = at[1];
    }
    if (*at == NULL)
        refuse("", "COMMAND", " is missing; see fail-syscall --help");
    if (fault->programs_count == 0)
        add_program(fault, *at);
    return at;
}

/* Installs the filter for this process and what comes of it; the listener, or -1. */
static int enter_filter(void)
{
    const unsigned long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
    const unsigned int end = 3 + COUNT(unstopped); /* where the two verdicts are */
    struct sock_filter code[5 + COUNT(unstopped)] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, (uint8_t)(end - 1)),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    };
    const struct sock_fprog program = { .len = (unsigned short)COUNT(code), .filter = code };
    int fd;

    for (unsigned int i = 0; i < COUNT(unstopped); i++)
        code[3 + i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, unstopped[i],
                                                   (uint8_t)(end - 3 - i), 0);
    code[end] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
    code[end + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    /* From Linux 5.19 on, a signal does not make a call that we know of begin anew. */
    fd = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                      flags | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &program);
    if (fd < 0 && errno == EINVAL)
        fd = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
    return fd;
}

static _Noreturn void become_command(struct shared *shared, char **command)
{
    int fd = enter_filter();

    /* For who may not filter programs that get new privileges. */
    if (fd < 0 && errno == EACCES && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
        fd = enter_filter();
    if (fd < 0) {
        (void)fprintf(stderr, "fail-syscall: install a seccomp filter: %s%s\n", strerror(errno),
                      errno == EBUSY ? " (there may be one that listens, and there is)" : "");
        _exit(125);
    }
    shared->listener_fd = fd;
    (void)execvp(command[0], command);
    (void)fprintf(stderr, "fail-syscall: execute '%s': %s\n", command[0], strerror(errno));
    _exit(125);
}

/* Where the loader of a process begins; 0: it has none, or that can't be read. */
static unsigned long loader_base(pid_t pid)
{
    Elf64_auxv_t vector[64];
    unsigned long base = 0;
    char path[64];
    ssize_t size;
    int fd;

    (void)snprintf(path, sizeof(path), "/proc/%d/auxv", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    size = read(fd, vector, sizeof(vector));
    (void)close(fd);
    for (size_t i = 0; size > 0 && i < (size_t)size / sizeof(vector[0]); i++) {
        if (vector[i].a_type == AT_BASE)
            base = vector[i].a_un.a_val;
    }
    return base;
}

/* Whether a call counts; *ret_program is who makes it. */
static bool does_count(const struct fault *fault, const struct seccomp_notif *call,
                       size_t *ret_program)
{
    struct stat status;
    unsigned long base;
    char path[64];

    (void)snprintf(path, sizeof(path), "/proc/%d/exe", (int)call->pid);
    if (stat(path, &status) < 0 || !is_program(fault, &status, ret_program))
        return false;
    base = loader_base((pid_t)call->pid);
    return base == 0 || call->data.instruction_pointer < base ||
           call->data.instruction_pointer >= base + fault->loader_bytes;
}

/* Takes note of `size` octets at an address of the process, on one line. */
static void take_note(struct fault *fault, int memory_fd, off_t at, size_t wanted)
{
    size_t room = SAID_BYTES_MAX - fault->said_bytes;
    ssize_t size =
        pread(memory_fd, fault->said + fault->said_bytes, wanted < room ? wanted : room, at);

    for (size_t i = 0; size > 0 && i < (size_t)size; i++) {
        char *octet = &fault->said[fault->said_bytes++];

        *octet = *octet == '\n' ? ' ' : *octet;
    }
}

/* Of what a call writes to standard error: write(2), or writev(2), which some C libraries prefer.
 */
static void listen_to(struct fault *fault, const struct seccomp_notif *call)
{
    struct iovec parts[PARTS_MAX] = { { (void *)(uintptr_t)call->data.args[1],
                                        (size_t)call->data.args[2] } };
    size_t count = 1;
    char path[64];
    int fd;

    (void)snprintf(path, sizeof(path), "/proc/%d/mem", (int)call->pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (call->data.nr == SYS_writev) {
        size_t size = sizeof(parts[0]) *
                      (call->data.args[2] < PARTS_MAX ? (size_t)call->data.args[2] : PARTS_MAX);
        ssize_t got = pread(fd, parts, size, (off_t)call->data.args[1]);

        count = got < 0 ? 0 : (size_t)got / sizeof(parts[0]);
    }
    for (size_t i = 0; i < count; i++)
        take_note(fault, fd, (off_t)(uintptr_t)parts[i].iov_base, parts[i].iov_len);
    (void)close(fd);
}

/* Counts a call that counts; the errno with which it is to fail, or 0. */
static int judge(struct fault *fault, const struct seccomp_notif *call, size_t program)
{
    fault->calls++;
    if (fault->calls == fault->wanted) {
        fault->failed_call = call->data.nr;
        fault->failed_program = fault->programs[program].name;
    }
    if (fault->failed_call >= 0 && call->data.args[0] == STDERR_FILENO &&
        (call->data.nr == SYS_write || call->data.nr == SYS_writev))
        listen_to(fault, call);
    return fault->calls == fault->wanted ? fault->number : 0;
}

/* Takes one notification and answers it. */
static void answer(struct fault *fault, int listener_fd)
{
    /* As large as any kernel's may become: it writes what it knows. */
    union {
        struct seccomp_notif notification;
        char room[NOTIFICATION_BYTES_MAX];
    } call = { .room = { 0 } };
    struct seccomp_notif_resp response = { 0 };
    size_t program;

    if (ioctl(listener_fd, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0)
        return; /* whoever made the call has been ended meanwhile */
    response.id = call.notification.id;
    response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    if (does_count(fault, &call.notification, &program) &&
        ioctl(listener_fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &response.id) == 0)
        response.error = -judge(fault, &call.notification, program);
    if (response.error == -KILL) {
        (void)kill((pid_t)call.notification.pid, SIGKILL);
        return; /* nobody waits for an answer any more */
    }
    if (response.error != 0)
        response.flags = 0;
    (void)ioctl(listener_fd, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

static void write_report(struct fault *fault)
{
    FILE *file = fault->report == NULL ? stderr : fopen(fault->report, "we");
    char *name = NULL;

    if (file == NULL)
        die(fault->report);
    while (fault->said_bytes > 0 && fault->said[fault->said_bytes - 1] == ' ')
        fault->said_bytes--;
    (void)fprintf(file, "calls %lu\n", fault->calls);
    if (fault->failed_call >= 0) {
        name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, fault->failed_call);
        (void)fprintf(file, "failed %lu %s %s\n", fault->wanted, name == NULL ? "?" : name,
                      fault->failed_program);
        free(name);
    }
    if (fault->said_bytes > 0)
        (void)fprintf(file, "said %.*s\n", (int)fault->said_bytes, fault->said);
    if (file != stderr && fclose(file) != 0)
        die(fault->report);
}

/* The command has ended. Those of its processes that have not need us on: who asks a listener that
 * has gone is told that there is no such system call. */
static void conclude(struct fault *fault, int pidfd)
{
    siginfo_t end = { 0 };

    if (waitid(P_PIDFD, (id_t)pidfd, &end, WEXITED) < 0)
        die("wait for the command");
    write_report(fault);
    if (fork() != 0)
        _exit(end.si_code == CLD_EXITED ? end.si_status : 128 + end.si_status);
    (void)setsid();
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        (void)close(fd);
}

static void supervise(struct fault *fault, int listener_fd, int pidfd)
{
    struct pollfd events[] = { { .fd = listener_fd, .events = POLLIN },
                               { .fd = pidfd, .events = POLLIN } };

    for (;;) {
        if (poll(events, COUNT(events), -1) < 0)
            continue;
        if ((events[0].revents & POLLIN) != 0)
            answer(fault, listener_fd);
        else if (events[1].revents != 0) {
            conclude(fault, pidfd);
            events[1].fd = -1;
        } else if (events[0].revents != 0 && events[1].fd < 0)
            _exit(0);
    }
}

int main(int argc, char **argv)
{
    const struct timespec pause = { .tv_nsec = LISTENER_PAUSE_NS };
    struct fault fault = { .failed_call = -1 };
    char **command = read_arguments(&fault, argv);
    struct shared *shared =
        mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    siginfo_t end = { 0 };
    struct stat loader;
    pid_t pid;
    int pidfd;

    (void)argc;
    if (shared == MAP_FAILED)
        die("share memory");
    fault.loader_bytes = stat(loader_path, &loader) == 0 ? (unsigned long)loader.st_size : 0;
    pid = (pid_t)syscall(SYS_clone, (unsigned long)CLONE_FILES | SIGCHLD, NULL, NULL, NULL, NULL);
    if (pid == 0)
        become_command(shared, command);
    pidfd = pid < 0 ? -1 : pidfd_open(pid, 0);
    if (pidfd < 0)
        die("start the command");
    while (shared->listener_fd == 0) {
        if (waitid(P_PID, (id_t)pid, &end, WEXITED | WNOHANG) == 0 && end.si_pid == pid)
            return 125;
        (void)nanosleep(&pause, NULL);
    }
    supervise(&fault, shared->listener_fd, pidfd);
}
