/* What the process is. */
#include "probe.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <termios.h>
#include <unistd.h>

extern char **environ;

static void probe_namespaces(const char *outside)
{
    static const char *const names[] = {
        "cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"
    };
    char path[64];
    char own[64];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        ssize_t size;

        (void)snprintf(path, sizeof(path), "/proc/self/ns/%s", names[i]);
        size = readlink(path, own, sizeof(own) - 1);
        own[size < 0 ? 0 : size] = '\0';
        if (size < 0)
            say_named("namespace", names[i], "%s", outcome(errno));
        else
            say_named("namespace", names[i], strstr(outside, own) != NULL ? "outside's" : "own");
    }
}

/* Ids, capabilities, signals, filters: the kernel's own words. */
static void probe_status(void)
{
    static const char *const passed_over[] = { "Vm",    "Rss",    "Huge",  "SigQ", "nonvol",
                                               "volun", "Tgid",   "Ngid",  "Pid",  "PPid",
                                               "NS",    "FDSize", "State", "Mems" };
    char line[1024];
    FILE *file = fopen("/proc/self/status", "re");

    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        bool is_shown = true;
        char *value = strchr(line, ':');

        for (size_t i = 0; i < sizeof(passed_over) / sizeof(passed_over[0]); i++)
            is_shown = is_shown && strncmp(line, passed_over[i], strlen(passed_over[i])) != 0;
        if (!is_shown || value == NULL)
            continue;
        *value = '\0';
        say_named("status", line, "%s", value + 2);
    }
    if (file != NULL)
        (void)fclose(file);
}

static void probe_limits(void)
{
    char name[16];

    for (unsigned int i = 0; i < RLIM_NLIMITS; i++) {
        struct rlimit limit = { 0 };
        int status = getrlimit((__rlimit_resource_t)i, &limit);

        (void)snprintf(name, sizeof(name), "%u", i);
        say_named("limit", name, "%s %lld %lld", outcome(status < 0 ? errno : 0),
                  (long long)limit.rlim_cur, (long long)limit.rlim_max);
    }
}

static void probe_environment(void)
{
    for (size_t i = 0; environ[i] != NULL; i++) {
        char name[32];

        (void)snprintf(name, sizeof(name), "%zu", i);
        say_named("variable", name, "%s", environ[i]);
    }
}

struct attributes {
    uint32_t size;
    uint32_t policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime;
    uint64_t deadline;
    uint64_t period;
    uint32_t clamp_min;
    uint32_t clamp_max;
};

static void probe_scheduling(void)
{
    struct attributes own = { .size = sizeof(own) };
    cpu_set_t processors;
    int mode = -1;
    unsigned long nodes = 0;

    (void)syscall(SYS_sched_getattr, 0, &own, sizeof(own), 0);
    say("scheduler", "policy %u flags %llu nice %d priority %u %llu %llu %llu", own.policy,
        (unsigned long long)own.flags, own.nice, own.priority, (unsigned long long)own.runtime,
        (unsigned long long)own.deadline, (unsigned long long)own.period);
    say("ioprio", "%ld", syscall(SYS_ioprio_get, 1, 0));
    CPU_ZERO(&processors);
    (void)sched_getaffinity(0, sizeof(processors), &processors);
    say("processors", "%d", CPU_COUNT(&processors));
    (void)syscall(SYS_get_mempolicy, &mode, &nodes, sizeof(nodes) * 8 + 1, NULL, 0);
    say("memory policy", "%d of nodes %lx", mode, nodes);
}

static void probe_controls(void)
{
    static const struct {
        const char *name;
        int number;
    } rows[] = {
        { "dumpable", PR_GET_DUMPABLE },         { "keepcaps", PR_GET_KEEPCAPS },
        { "securebits", PR_GET_SECUREBITS },     { "seccomp", PR_GET_SECCOMP },
        { "timerslack", PR_GET_TIMERSLACK },     { "no new privileges", PR_GET_NO_NEW_PRIVS },
        { "no huge pages", PR_GET_THP_DISABLE }, { "io flusher", PR_GET_IO_FLUSHER },
    };
    int value = -1;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        say_named("control", rows[i].name, "%d", prctl(rows[i].number, 0, 0, 0, 0));
    (void)prctl(PR_GET_PDEATHSIG, &value);
    say("control parent-death signal", "%d", value);
    (void)prctl(PR_GET_CHILD_SUBREAPER, &value);
    say("control subreaper", "%d", value);
    (void)prctl(PR_GET_TSC, &value);
    say("control tsc", "%d", value);
    say("personality", "%x", (unsigned int)personality(0xffffffff));
    say("secure", "%lu", getauxval(AT_SECURE));
}

static void probe_keyring(void)
{
    char text[256] = "";
    long id = syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0);
    long size = syscall(SYS_keyctl, KEYCTL_DESCRIBE, id, text, sizeof(text) - 1);

    say("keyring", "%s", size < 0 ? outcome(errno) : text);
}

/* runc gives a terminal its size when the program runs already; crun gives it none. */
static void await_size(void)
{
    struct winsize window = { 0 };

    for (int i = 0; i < 300 && ioctl(0, TIOCGWINSZ, &window) == 0 && window.ws_row == 0; i++)
        (void)usleep(10000);
}

static void probe_terminal(void)
{
    await_size();
    for (int fd = 0; fd < 3; fd++) {
        char name[16];
        struct termios modes = { 0 };
        struct winsize window = { 0 };
        struct stat status = { 0 };

        (void)snprintf(name, sizeof(name), "%d", fd);
        if (tcgetattr(fd, &modes) < 0) {
            say_named("terminal", name, "%s", outcome(errno));
            continue;
        }
        (void)ioctl(fd, TIOCGWINSZ, &window);
        (void)fstat(fd, &status);
        say_named("terminal", name, "%s %ux%u modes %x %x %x %x, owner %u:%u, foreground %s",
                  ttyname(fd) == NULL ? "without a name" : ttyname(fd), window.ws_row,
                  window.ws_col, modes.c_iflag, modes.c_oflag, modes.c_cflag, modes.c_lflag,
                  status.st_uid, status.st_gid, tcgetpgrp(fd) == getpgrp() ? "own" : "other");
    }
}

static void probe_network(void)
{
    struct if_nameindex *devices = if_nameindex();
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    for (size_t i = 0; devices != NULL && devices[i].if_name != NULL; i++) {
        struct ifreq request = { 0 };

        (void)strncpy(request.ifr_name, devices[i].if_name, IFNAMSIZ - 1);
        (void)ioctl(fd, SIOCGIFFLAGS, &request);
        say_named("network", devices[i].if_name, "flags %x", (unsigned short)request.ifr_flags);
    }
    (void)close(fd);
}

void probe_process(const char *namespaces)
{
    struct utsname names;
    char directory[4096];
    mode_t mask = umask(0);

    (void)umask(mask);
    say("umask", "%04o", mask);
    say("directory", "%s", getcwd(directory, sizeof(directory)) == NULL ? "?" : directory);
    (void)uname(&names);
    say("host name", "%s", names.nodename);
    say("domain name", "%s", names.domainname);
    say("machine", "%s", names.machine);
    say("process 1", "%s", getpid() == 1 ? "yes" : "no");
    say("parent", "%s", getppid() == 0 ? "none" : "another");
    say("session", "%s", getsid(0) == getpid() ? "leads its own" : "another's");
    say("group", "%s", getpgrp() == getpid() ? "leads its own" : "another's");
    probe_namespaces(namespaces);
    probe_status();
    probe_limits();
    probe_environment();
    probe_scheduling();
    probe_controls();
    probe_keyring();
    probe_terminal();
    probe_network();
}
