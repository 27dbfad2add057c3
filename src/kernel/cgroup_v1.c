/* A process moves itself: "0" stands for the writer. */
#include "kernel/cgroup_v1.h"

#include "base/bytes.h"

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
