/* v1 tells by an eventfd, v2 by a file that changes. */
#include "kernel/cgroup_oom.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text_format.h"
#include "kernel/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

/* The count of "oom_kill" in memory.events; 0 where it is not told. */
static uint64_t read_count(const char *file)
{
    CLEANUP(fd_close) int fd = open(file, O_RDONLY | O_CLOEXEC);
    char content[512];
    ssize_t size = fd < 0 ? -1 : read(fd, content, sizeof(content) - 1);
    const char *found;

    if (size <= 0)
        return 0;
    content[size] = '\0';
    found = strstr(content, "oom_kill ");
    return found == NULL ? 0 : strtoull(found + strlen("oom_kill "), NULL, 10);
}

static int open_v2(struct kernel_cgroup_oom *oom, struct err *err)
{
    oom->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (oom->fd < 0)
        return err_system(err, errno, "watch '%s'", oom->file);
    if (inotify_add_watch(oom->fd, oom->file, IN_MODIFY) < 0) {
        int number = errno;

        fd_close(&oom->fd);
        return err_system(err, number, "watch '%s'", oom->file);
    }
    oom->seen = read_count(oom->file);
    return 0;
}

/* cgroup.event_control takes the numbers of an eventfd and of the open memory.oom_control. */
static int open_v1(const char *path, struct kernel_cgroup_oom *oom, struct err *err)
{
    CLEANUP(fd_close) int control_fd = open(oom->file, O_RDONLY | O_CLOEXEC);
    CLEANUP(fd_close) int event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    char block[PATH_MAX];
    struct text file = text_init(block, sizeof(block));
    char words_block[32];
    struct text words = text_init(words_block, sizeof(words_block));

    if (control_fd < 0 || event_fd < 0)
        return err_system(err, errno, "open '%s'", oom->file);
    if (!text_format(&file, "%s/cgroup.event_control", path) ||
        !text_format(&words, "%d %d", event_fd, control_fd))
        return err_system(err, ENAMETOOLONG, "watch '%s'", path);
    if (kernel_process_write_file(block, words_block, err) < 0)
        return err->number;
    oom->file[0] = '\0';
    oom->fd = fd_take(&event_fd);
    return 0;
}

int kernel_cgroup_oom_open(const char *path, struct kernel_cgroup_oom *ret_oom, struct err *err)
{
    static const char *const files[] = { "memory.events", "memory.oom_control" };
    struct kernel_cgroup_oom oom = KERNEL_CGROUP_OOM_CLOSED;

    for (size_t i = 0; i < 2; i++) {
        struct text file = text_init(oom.file, sizeof(oom.file));
        int number;

        if (!text_format(&file, "%s/%s", path, files[i]))
            return err_system(err, ENAMETOOLONG, "watch '%s'", path);
        if (access(oom.file, F_OK) < 0)
            continue;
        number = i == 0 ? open_v2(&oom, err) : open_v1(path, &oom, err);
        if (number == 0)
            *ret_oom = oom;
        return number;
    }
    return err_set(err, -ENOENT, "the cgroup '%s' tells nothing of memory", path);
}

uint64_t kernel_cgroup_oom_take(struct kernel_cgroup_oom *oom)
{
    union {
        struct inotify_event event; /* for its alignment */
        char bytes[4096];
        uint64_t count;
    } block = { .count = 0 };
    uint64_t before = oom->seen;
    ssize_t size =
        read(oom->fd, &block, oom->file[0] == '\0' ? sizeof(block.count) : sizeof(block));

    if (size <= 0)
        return 0;
    if (oom->file[0] == '\0')
        return block.count;
    oom->seen = read_count(oom->file);
    return oom->seen > before ? oom->seen - before : 0;
}

void kernel_cgroup_oom_close(struct kernel_cgroup_oom *oom)
{
    fd_close(&oom->fd);
}
