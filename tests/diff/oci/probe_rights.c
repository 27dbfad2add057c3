/* What the process may do. */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

static const char *result(long returned)
{
    return outcome(returned < 0 ? errno : 0);
}

/* Whether the device can be made, read and written. */
static void try_device(const char *name, mode_t type, unsigned int device_major,
                       unsigned int device_minor)
{
    static const char path[] = "/dev/probe-device";
    const char *made = result(mknod(path, type | 0600, makedev(device_major, device_minor)));
    const char *read_by;
    const char *written_by;
    int fd;

    fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    read_by = result(fd);
    if (fd >= 0)
        (void)close(fd);
    fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    written_by = result(fd);
    if (fd >= 0)
        (void)close(fd);
    (void)unlink(path);
    say_named("device", name, "made: %s, read: %s, written: %s", made, read_by, written_by);
}

static void try_writing(const char *path)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    say_named("write", path, "%s", result(fd));
    if (fd >= 0)
        (void)close(fd);
}

static void try_making(const char *path)
{
    say_named("make", path, "%s", result(mkdir(path, 0700)));
    (void)rmdir(path);
}

void probe_rights(void)
{
    static const struct {
        const char *name;
        mode_t type;
        unsigned int device_major;
        unsigned int device_minor;
    } devices[] = {
        { "mem", S_IFCHR, 1, 1 },     { "null", S_IFCHR, 1, 3 },    { "port", S_IFCHR, 1, 4 },
        { "zero", S_IFCHR, 1, 5 },    { "full", S_IFCHR, 1, 7 },    { "random", S_IFCHR, 1, 8 },
        { "urandom", S_IFCHR, 1, 9 }, { "kmsg", S_IFCHR, 1, 11 },   { "tty", S_IFCHR, 5, 0 },
        { "console", S_IFCHR, 5, 1 }, { "ptmx", S_IFCHR, 5, 2 },    { "tty0", S_IFCHR, 4, 0 },
        { "tun", S_IFCHR, 10, 200 },  { "fuse", S_IFCHR, 10, 229 }, { "pts", S_IFCHR, 136, 0 },
        { "loop", S_IFBLK, 7, 0 },    { "disk", S_IFBLK, 8, 0 },    { "none", S_IFCHR, 0, 0 },
    };
    static const char *const written[] = {
        "/proc/sys/kernel/hostname",
        "/proc/sys/kernel/shmmax",
        "/proc/sys/net/ipv4/ip_forward",
        "/proc/sys/vm/swappiness",
        "/proc/sysrq-trigger",
        "/proc/self/oom_score_adj",
        "/sys/fs/cgroup/pids.max",
        "/sys/fs/cgroup/cgroup.procs",
        "/sys/kernel/uevent_helper",
        "/data/file",
        "/dev/null",
        "/dev/console",
        "/dev/ptmx",
        "/proc/kcore",
    };
    static const char *const made[] = { "/probe",     "/data/probe",          "/tmp/probe",
                                        "/dev/probe", "/sys/fs/cgroup/probe", "/dev/shm/probe" };

    for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
        try_device(devices[i].name, devices[i].type, devices[i].device_major,
                   devices[i].device_minor);
    for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++)
        try_writing(written[i]);
    for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
        try_making(made[i]);
    say("try mount", "%s", result(mount("probe", "/tmp", "tmpfs", 0, NULL)));
    say("try host name", "%s", result(sethostname("probe", 5)));
    say("try root", "%s", result(chroot("/")));
}
