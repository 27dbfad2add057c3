/* One file of /proc, and what makes sure that it is that file. */
#include "kernel/label.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LABEL_ROOM 4096

static const struct {
    const char *name;
    const char *files[2]; /* the first that is there is written to */
    const char *prefix;
} rows[] = {
    [KERNEL_LABEL_APPARMOR] = { "AppArmor",
                                { "thread-self/attr/apparmor/exec", "thread-self/attr/exec" },
                                "exec " },
    [KERNEL_LABEL_SELINUX] = { "SELinux", { "thread-self/attr/exec", NULL }, "" },
};

bool kernel_label_is_enabled(enum kernel_label_kind kind)
{
    CLEANUP(fd_close) int fd = -1;
    char content[4096];
    ssize_t size;

    if (kind == KERNEL_LABEL_SELINUX)
        fd = open("/proc/filesystems", O_RDONLY | O_CLOEXEC);
    else
        fd = open("/sys/module/apparmor/parameters/enabled", O_RDONLY | O_CLOEXEC);
    size = fd < 0 ? -1 : read(fd, content, sizeof(content) - 1);
    if (size < 0)
        return false;
    content[size] = '\0';
    /* selinuxfs is there only where SELinux has not been disabled. */
    return kind == KERNEL_LABEL_SELINUX ? strstr(content, "\tselinuxfs\n") != NULL
                                        : content[0] == 'Y';
}

/* Opens a file below /proc; a descriptor, or -errno with a sentence. */
static int open_in_proc(const char *path, struct err *err)
{
    const struct open_how how = { .flags = O_WRONLY | O_CLOEXEC,
                                  .resolve =
                                      RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV };
    CLEANUP(fd_close) int proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    struct statfs status;
    long fd;

    if (proc_fd < 0 || fstatfs(proc_fd, &status) < 0)
        return err_system(err, errno, "open '/proc'");
    if (status.f_type != PROC_SUPER_MAGIC)
        return err_set(err, -EXDEV, "what is at /proc is no procfs");
    fd = syscall(SYS_openat2, proc_fd, path, &how, sizeof(how));
    if (fd < 0)
        return err_system(err, errno, "open '/proc/%s'", path);
    if (fstatfs((int)fd, &status) < 0 || status.f_type != PROC_SUPER_MAGIC) {
        (void)close((int)fd);
        return err_set(err, -EXDEV, "'/proc/%s' is not the kernel's own", path);
    }
    return (int)fd;
}

int kernel_label_set_exec(enum kernel_label_kind kind, const char *label, struct err *err)
{
    CLEANUP(fd_close) int fd = open_in_proc(rows[kind].files[0], err);
    char block[LABEL_ROOM];
    struct text value = text_init(block, sizeof(block));

    /* Before Linux 5.8, modules had no directories of their own. */
    if (fd == -ENOENT && rows[kind].files[1] != NULL)
        fd = open_in_proc(rows[kind].files[1], err);
    if (fd < 0)
        return fd;
    if (!text_append(&value, rows[kind].prefix) || !text_append(&value, label))
        return err_set(err, -ENAMETOOLONG, "is longer than %d characters", LABEL_ROOM);
    if (write(fd, value.at, value.size) != (ssize_t)value.size)
        return err_system(err, errno, "ask %s for '%s'", rows[kind].name, label);
    return 0;
}
