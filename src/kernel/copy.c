/* A walk without recursion: the directories that it is in are a list, each with the place where its
 * reading goes on. Every name is opened below its directory, without links and mounts. */
#include "kernel/copy.h"

#include "base/cleanup.h"
#include "base/fd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BLOCK_BYTES 65536

/* A directory on the way from the top to where the walk is. */
struct level {
    int from_fd;
    int to_fd;
    struct stat status; /* of what is copied */
};

struct walk {
    struct level levels[KERNEL_COPY_DEPTH_MAX];
    size_t depth;
    /* What getdents64(2) has given of the directory the walk is in. */
    size_t size;
    size_t at;
    _Alignas(struct dirent64) char entries[8192];
    char block[BLOCK_BYTES];
};

/* Opens what is at `name` in the directory itself; a descriptor or -errno. */
static int open_below(int dir_fd, const char *name, uint64_t flags)
{
    struct open_how how = {
        .flags = flags | O_NOFOLLOW | O_CLOEXEC,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV,
    };
    long fd = syscall(SYS_openat2, dir_fd, name, &how, sizeof(how));

    return fd < 0 ? -errno : (int)fd;
}

/* Owner, permissions and times of what is at `name`. An owner that this process may not give, or
 * that has no id here, stays who made it; then nobody gets that one's rights by it either. */
static int copy_status(int dir_fd, const char *name, const struct stat *status)
{
    const struct timespec times[] = { status->st_atim, status->st_mtim };
    mode_t mode = status->st_mode & 07777;

    if (fchownat(dir_fd, name, status->st_uid, status->st_gid, AT_SYMLINK_NOFOLLOW) < 0) {
        if (errno != EPERM && errno != EINVAL)
            return -errno;
        mode &= ~(mode_t)(S_ISUID | S_ISGID);
    }
    if (!S_ISLNK(status->st_mode) && fchmodat(dir_fd, name, mode, 0) < 0)
        return -errno;
    return utimensat(dir_fd, name, times, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

static int copy_content(struct walk *walk, int from_fd, int to_fd)
{
    for (;;) {
        ssize_t size = read(from_fd, walk->block, sizeof(walk->block));
        int number;

        if (size < 0 && errno == EINTR)
            continue;
        if (size <= 0)
            return size < 0 ? -errno : 0;
        number = fd_write_all(to_fd, bytes_of(walk->block, (size_t)size));
        if (number < 0)
            return number;
    }
}

static int copy_file(struct walk *walk, const char *name)
{
    const struct level *level = &walk->levels[walk->depth - 1];
    CLEANUP(fd_close) int from_fd = open_below(level->from_fd, name, O_RDONLY | O_NONBLOCK);
    CLEANUP(fd_close) int to_fd = -1;
    struct stat status;

    if (from_fd < 0)
        return from_fd;
    if (fstat(from_fd, &status) < 0)
        return -errno;
    if (!S_ISREG(status.st_mode))
        return -ESTALE; /* it is another one by now */
    to_fd = openat(level->to_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    return to_fd < 0 ? -errno : copy_content(walk, from_fd, to_fd);
}

static int copy_link(const struct level *level, const char *name)
{
    char target[PATH_MAX];
    ssize_t size = readlinkat(level->from_fd, name, target, sizeof(target));

    if (size < 0)
        return -errno;
    if (size == PATH_MAX)
        return -ENAMETOOLONG;
    target[size] = '\0';
    return symlinkat(target, level->to_fd, name) < 0 ? -errno : 0;
}

/* The walk goes on in this directory, which is made on the other side. */
static int enter(struct walk *walk, const char *name, const struct stat *status)
{
    const struct level *level = &walk->levels[walk->depth - 1];
    CLEANUP(fd_close) int from_fd = -1;
    CLEANUP(fd_close) int to_fd = -1;

    if (walk->depth == KERNEL_COPY_DEPTH_MAX)
        return -ELOOP;
    from_fd = open_below(level->from_fd, name, O_RDONLY | O_DIRECTORY);
    if (from_fd < 0)
        return from_fd;
    if (mkdirat(level->to_fd, name, 0700) < 0)
        return -errno;
    to_fd = open_below(level->to_fd, name, O_RDONLY | O_DIRECTORY);
    if (to_fd < 0)
        return to_fd;
    walk->levels[walk->depth++] = (struct level){ fd_take(&from_fd), fd_take(&to_fd), *status };
    walk->size = walk->at = 0;
    return 0;
}

/* Back to the directory above, whose reading goes on behind this one. */
static int leave(struct walk *walk)
{
    struct level *level = &walk->levels[--walk->depth];
    int number = walk->depth == 0 ? 0 : copy_status(level->to_fd, ".", &level->status);

    fd_close(&level->from_fd);
    fd_close(&level->to_fd);
    walk->size = walk->at = 0;
    return number;
}

/* The next entry of the directory that the walk is in: 1, or 0 at its end, or -errno. */
static int next_entry(struct walk *walk, const struct dirent64 **ret_entry)
{
    if (walk->at == walk->size) {
        int fd = walk->levels[walk->depth - 1].from_fd;
        ssize_t size = getdents64(fd, (void *)walk->entries, sizeof(walk->entries));

        if (size <= 0)
            return size < 0 ? -errno : 0;
        walk->size = (size_t)size;
        walk->at = 0;
    }
    *ret_entry = (const struct dirent64 *)(const void *)(walk->entries + walk->at);
    walk->at += (*ret_entry)->d_reclen;
    return 1;
}

static int copy_entry(struct walk *walk, const char *name, const struct stat *status)
{
    const struct level *level = &walk->levels[walk->depth - 1];
    int number;

    switch (status->st_mode & S_IFMT) {
    case S_IFREG:
        number = copy_file(walk, name);
        break;
    case S_IFLNK:
        number = copy_link(level, name);
        break;
    default:
        number =
            mknodat(level->to_fd, name, status->st_mode & S_IFMT, status->st_rdev) < 0 ? -errno : 0;
        break;
    }
    return number < 0 ? number : copy_status(level->to_fd, name, status);
}

/* One entry: copied, entered, or passed over. */
static int copy_or_enter(struct walk *walk, const struct dirent64 *entry)
{
    const struct level *level = &walk->levels[walk->depth - 1];
    CLEANUP(fd_close) int fd = -1;
    struct stat status;

    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
        return 0;
    fd = open_below(level->from_fd, entry->d_name, O_PATH);
    if (fd == -EXDEV)
        return 0; /* a mount */
    if (fd < 0)
        return fd;
    if (fstat(fd, &status) < 0)
        return -errno;
    if (!S_ISDIR(status.st_mode))
        return copy_entry(walk, entry->d_name, &status);
    /* Where reading goes on after the stay in that directory. */
    if (lseek(level->from_fd, entry->d_off, SEEK_SET) < 0)
        return -errno;
    return enter(walk, entry->d_name, &status);
}

int kernel_copy_tree(int from_fd, int to_fd, struct err *err)
{
    const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    struct walk walk = { .depth = 1 };
    const struct dirent64 *entry = NULL;
    int number = 0;

    walk.levels[0] =
        (struct level){ openat(from_fd, ".", flags), openat(to_fd, ".", flags), { 0 } };
    if (walk.levels[0].from_fd < 0 || walk.levels[0].to_fd < 0)
        number = -errno;
    while (walk.depth > 0) {
        int found = number < 0 ? 0 : next_entry(&walk, &entry);

        if (found > 0)
            found = copy_or_enter(&walk, entry);
        else if (found == 0)
            found = leave(&walk);
        if (found < 0 && number == 0)
            number = found;
    }
    return number == 0 ? 0 : err_system(err, -number, "copy a directory");
}
