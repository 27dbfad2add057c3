/* Controllers go down level by level; processes are born where they belong. */
#include "kernel/cgroup_v2.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "kernel/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

int kernel_cgroup_v2_open(const char *path, int *ret_fd, struct err *err)
{
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return err_system(err, errno, "open the cgroup '%s'", path);
    *ret_fd = fd;
    return 0;
}

/* Whether `word` is one of the words of `words`, which spaces or a newline separate. */
static bool has_word(struct bytes words, struct bytes word)
{
    for (size_t at = 0; at < words.size;) {
        size_t end = at;

        while (end < words.size && words.at[end] != ' ' && words.at[end] != '\n')
            end++;
        if (bytes_equal(bytes_of(words.at + at, end - at), word))
            return true;
        at = end + 1;
    }
    return false;
}

/* Whether each "+name" of `wanted` is among the names of `enabled`. */
static bool has_all(struct bytes enabled, const char *wanted)
{
    for (const char *at = wanted; *at != '\0';) {
        size_t size = strcspn(at, " ");

        if (!has_word(enabled, bytes_of(at + 1, size - 1)))
            return false;
        at += size;
        at += strspn(at, " ");
    }
    return true;
}

int kernel_cgroup_v2_enable(const char *path, const char *controllers, struct err *err)
{
    char block[PATH_MAX];
    struct text file = text_init(block, sizeof(block));
    CLEANUP(fd_close) int fd = -1;
    char enabled[512];
    ssize_t size;

    if (!text_append(&file, path) || !text_append(&file, "/cgroup.subtree_control"))
        return err_system(err, ENAMETOOLONG, "open '%s'", path);
    fd = open(file.at, O_RDONLY | O_CLOEXEC);
    size = fd < 0 ? -1 : read(fd, enabled, sizeof(enabled));
    if (size < 0)
        return err_system(err, errno, "read '%s'", file.at);
    if (has_all(bytes_of(enabled, (size_t)size), controllers))
        return 0;
    return kernel_process_write_file(file.at, controllers, err);
}
