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

#define CONTENT_ROOM 512
#define CONTROL_FILE "/cgroup.subtree_control"

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

/* Reads a file of the cgroup; its size or -errno with a sentence. */
static ssize_t read_file(const char *path, const char *name, char ret_content[CONTENT_ROOM],
                         struct err *err)
{
    char block[PATH_MAX];
    struct text file = text_init(block, sizeof(block));
    CLEANUP(fd_close) int fd = -1;
    ssize_t size;

    if (!text_append(&file, path) || !text_append(&file, name))
        return err_system(err, ENAMETOOLONG, "open '%s'", path);
    fd = open(file.at, O_RDONLY | O_CLOEXEC);
    size = fd < 0 ? -1 : read(fd, ret_content, CONTENT_ROOM);
    return size < 0 ? err_system(err, errno, "read '%s'", file.at) : size;
}

static int write_control(const char *path, const char *controllers, struct err *err)
{
    char block[PATH_MAX];
    struct text file = text_init(block, sizeof(block));

    if (!text_append(&file, path) || !text_append(&file, CONTROL_FILE))
        return err_system(err, ENAMETOOLONG, "open '%s'", path);
    return kernel_process_write_file(file.at, controllers, err);
}

int kernel_cgroup_v2_enable(const char *path, const char *controllers, struct err *err)
{
    char content[CONTENT_ROOM];
    ssize_t size = read_file(path, CONTROL_FILE, content, err);
    struct err ignored;

    if (size < 0)
        return (int)size;
    if (has_all(bytes_of(content, (size_t)size), controllers))
        return 0;
    if (write_control(path, controllers, err) == 0)
        return 0;
    size = read_file(path, "/cgroup.controllers", content, &ignored);
    if (size >= 0 && !has_all(bytes_of(content, (size_t)size), controllers))
        return err_set(err, -ENOENT, "the cgroup '%s' does not have all of the controllers '%s'",
                       path, controllers);
    return err->number;
}

void kernel_cgroup_v2_offer(const char *path, const char *controllers)
{
    char have[CONTENT_ROOM];
    char enabled[CONTENT_ROOM];
    char block[CONTENT_ROOM];
    struct text wanted = text_init(block, sizeof(block));
    struct err ignored;
    ssize_t have_size = read_file(path, "/cgroup.controllers", have, &ignored);
    ssize_t enabled_size = read_file(path, CONTROL_FILE, enabled, &ignored);

    if (have_size < 0 || enabled_size < 0)
        return;
    for (const char *at = controllers; *at != '\0';) {
        size_t size = strcspn(at, " ");
        struct bytes name = bytes_of(at + 1, size - 1);

        if (has_word(bytes_of(have, (size_t)have_size), name) &&
            !has_word(bytes_of(enabled, (size_t)enabled_size), name))
            (void)(text_append(&wanted, " +") && text_append_bytes(&wanted, name));
        at += size;
        at += strspn(at, " ");
    }
    if (wanted.size > 0)
        (void)write_control(path, wanted.at, &ignored);
}
