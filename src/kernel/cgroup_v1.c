/* A process moves itself: "0" stands for the writer. */
#include "kernel/cgroup_v1.h"

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "kernel/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

int kernel_cgroup_v1_open(const char *path, int *ret_fd, struct err *err)
{
    char block[PATH_MAX];
    struct text file = text_init(block, sizeof(block));
    int fd;

    if (!text_append(&file, path) || !text_append(&file, "/tasks"))
        return err_system(err, ENAMETOOLONG, "open '%s'", path);
    fd = open(file.at, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return err_system(err, errno, "open '%s'", file.at);
    *ret_fd = fd;
    return 0;
}

int kernel_cgroup_v1_enter(int fd, struct err *err)
{
    if (write(fd, "0", 1) != 1)
        return err_system(err, errno, "enter the cgroup");
    return 0;
}

/* Reads a small file; its size or -errno with a sentence. */
static ssize_t read_small(const char *path, char *ret_content, size_t room, struct err *err)
{
    CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd < 0 ? -1 : read(fd, ret_content, room - 1);

    if (size < 0)
        return err_system(err, errno, "read '%s'", path);
    ret_content[size] = '\0';
    return size;
}

/* Copies the file's content from the cgroup above unless it has one already. */
static int inherit(const char *above, const char *path, const char *file, struct err *err)
{
    char from_block[PATH_MAX];
    char to_block[PATH_MAX];
    struct text from = text_init(from_block, sizeof(from_block));
    struct text to = text_init(to_block, sizeof(to_block));
    char content[4096];
    ssize_t size;

    if (!text_append(&from, above) || !text_append(&from, file) || !text_append(&to, path) ||
        !text_append(&to, file))
        return err_system(err, ENAMETOOLONG, "read '%s'", path);
    size = read_small(to.at, content, sizeof(content), err);
    if (size < 0 || content[strspn(content, "\n")] != '\0')
        return size < 0 ? (int)size : 0;
    size = read_small(from.at, content, sizeof(content), err);
    return size < 0 ? (int)size : kernel_process_write_file(to.at, content, err);
}

int kernel_cgroup_v1_inherit(const char *top, const char *path, struct err *err)
{
    char above_block[PATH_MAX];
    char block[PATH_MAX];
    struct text above = text_init(above_block, sizeof(above_block));
    struct text level = text_init(block, sizeof(block));
    size_t top_size = strlen(top);
    int number = 0;

    if (strncmp(top, path, top_size) != 0 || !text_append(&above, top) || !text_append(&level, top))
        return err_system(err, EINVAL, "look at the cgroup '%s'", path);
    for (const char *at = path + top_size; *at != '\0' && number == 0;) {
        size_t size = strspn(at, "/");

        size += strcspn(at + size, "/");
        if (!text_append_bytes(&level, bytes_of(at, size)))
            return err_system(err, ENAMETOOLONG, "look at the cgroup '%s'", path);
        number = inherit(above.at, level.at, "/cpuset.cpus", err);
        if (number == 0)
            number = inherit(above.at, level.at, "/cpuset.mems", err);
        (void)text_append_bytes(&above, bytes_of(at, size));
        at += size;
    }
    return number;
}

static bool append_number(struct text *text, int64_t number)
{
    if (number == KERNEL_DEVICE_ANY)
        return text_append_char(text, '*');
    return text_append_decimal(text, (uint64_t)number, 0);
}

bool kernel_cgroup_v1_device_rule(const struct kernel_device_rule *rule, struct text *ret_text)
{
    size_t before = ret_text->size;
    bool fits = text_append_char(ret_text, rule->type) && text_append_char(ret_text, ' ') &&
                append_number(ret_text, rule->major) && text_append_char(ret_text, ':') &&
                append_number(ret_text, rule->minor) && text_append_char(ret_text, ' ');

    if (fits && (rule->access & KERNEL_DEVICE_READ) != 0)
        fits = text_append_char(ret_text, 'r');
    if (fits && (rule->access & KERNEL_DEVICE_WRITE) != 0)
        fits = text_append_char(ret_text, 'w');
    if (fits && (rule->access & KERNEL_DEVICE_MKNOD) != 0)
        fits = text_append_char(ret_text, 'm');
    if (!fits)
        text_rollback(ret_text, before);
    return fits;
}
