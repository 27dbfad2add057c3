/* One pass over the mounts for what has to go, then the move. */
#include "kernel/root_move.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "kernel/mountinfo.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define LINES_ROOM 8192

/* Whether a line of mountinfo is of a proc or sysfs: its type follows the lonely dash. */
static bool is_revealing(struct bytes line)
{
    static const char *const types[] = { " - proc ", " - sysfs " };

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (memmem(line.at, line.size, types[i], strlen(types[i])) != NULL)
            return true;
    }
    return false;
}

static bool is_below(const char *path, const char *root)
{
    size_t size = strlen(root);

    return strncmp(path, root, size) == 0 && (path[size] == '/' || path[size] == '\0');
}

/* Unmounts what a line tells of, or mounts an empty directory over it. */
static int hide(struct bytes line, const char *root, struct err *err)
{
    char block[PATH_MAX];
    struct text path = text_init(block, sizeof(block));
    uint64_t id;

    if (!is_revealing(line) || !kernel_mountinfo_read(line, &id, &path) || is_below(path.at, root))
        return 0;
    if (umount2(path.at, MNT_DETACH | UMOUNT_NOFOLLOW) == 0 || errno == ENOENT)
        return 0;
    /* In a user namespace they are locked. */
    if (mount("none", path.at, "tmpfs", MS_RDONLY, "size=0") < 0 && errno != ENOENT)
        return err_system(err, errno, "hide '%s' of outside", path.at);
    return 0;
}

/* All whole lines of the block; gives how many octets they are. */
static ssize_t hide_lines(struct bytes block, const char *root, struct err *err)
{
    size_t at = 0;

    for (;;) {
        const uint8_t *begin = block.at + at;
        const uint8_t *end = at == block.size ? NULL : memchr(begin, '\n', block.size - at);

        if (end == NULL)
            return (ssize_t)at;
        if (hide(bytes_of(begin, (size_t)(end - begin)), root, err) < 0)
            return err->number;
        at += (size_t)(end - begin) + 1;
    }
}

static int hide_all(const char *root, struct err *err)
{
    CLEANUP(fd_close) int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    char block[LINES_ROOM];
    size_t size = 0;
    ssize_t got;

    if (fd < 0)
        return err_system(err, errno, "open /proc/self/mountinfo");
    while ((got = read(fd, block + size, sizeof(block) - size)) > 0) {
        ssize_t done = hide_lines(bytes_of(block, size + (size_t)got), root, err);

        if (done < 0)
            return err->number;
        size = size + (size_t)got - (size_t)done;
        memmove(block, block + done, size);
        if (size == sizeof(block))
            return err_set(err, -EOVERFLOW, "a line of mountinfo is too long");
    }
    return got < 0 ? err_system(err, errno, "read /proc/self/mountinfo") : 0;
}

/* The path of an open directory. */
static int find_path(int fd, char ret_path[PATH_MAX], struct err *err)
{
    char block[64];
    struct text name = text_init(block, sizeof(block));
    ssize_t size;

    (void)text_append(&name, "/proc/self/fd/");
    (void)text_append_decimal(&name, (uint64_t)fd, 0);
    size = readlink(name.at, ret_path, PATH_MAX - 1);
    if (size < 0)
        return err_system(err, errno, "find the root directory");
    ret_path[size] = '\0';
    return 0;
}

int kernel_root_move(int root_fd, struct err *err)
{
    char root[PATH_MAX];

    if (find_path(root_fd, root, err) < 0 || hide_all(root, err) < 0)
        return err->number;
    if (fchdir(root_fd) < 0)
        return err_system(err, errno, "enter the root directory");
    if (mount(".", "/", NULL, MS_MOVE, NULL) < 0)
        return err_system(err, errno, "move the root directory's mount");
    if (chroot(".") < 0)
        return err_system(err, errno, "change the root");
    if (chdir("/") < 0)
        return err_system(err, errno, "enter the new root");
    return 0;
}
