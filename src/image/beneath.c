/*
 * The kernel's openat2 keeps every path below its directory. Removal is flat: a directory that is
 * not empty gives its own subdirectories to the directory that is being cleared, under new names,
 * so the depth of a tree costs neither stack nor descriptors.
 */
#include "image/beneath.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text_format.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* How often a path is looked up anew when something else renames directories at the same time. */
#define RENAME_RACES_MAX 16

int beneath_open(int dir_fd, const char *path, int flags)
{
    struct open_how how = {
        .flags = (uint64_t)(unsigned int)(flags | O_CLOEXEC | O_NOFOLLOW),
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
    };
    long fd = -1;

    for (int i = 0; i < RENAME_RACES_MAX; i++) {
        fd = syscall(SYS_openat2, dir_fd, path[0] == '\0' ? "." : path, &how, sizeof(how));
        if (fd >= 0)
            return (int)fd;
        if (errno != EAGAIN && errno != EINTR)
            break;
    }
    return -errno;
}

int beneath_set_mode(int fd, unsigned int mode)
{
    char block[64];
    struct text path = text_init(block, sizeof(block));

    (void)text_format(&path, "/proc/self/fd/%d", fd);
    return chmod(path.at, (mode_t)mode) < 0 ? -errno : 0;
}

/* Opens a directory whose content is to be removed, so that we may read and write in it. */
static int open_to_clear(int dir_fd, const char *name)
{
    CLEANUP(fd_close) int found = beneath_open(dir_fd, name, O_PATH | O_DIRECTORY);
    struct stat status;

    if (found < 0)
        return found;
    if (fstat(found, &status) < 0)
        return -errno;
    if ((status.st_mode & S_IRWXU) != S_IRWXU) {
        int number = beneath_set_mode(found, S_IRWXU);

        if (number < 0)
            return number;
    }
    return beneath_open(found, "", O_RDONLY | O_DIRECTORY);
}

DIR *beneath_list_open(int dir_fd)
{
    int own_fd = beneath_open(dir_fd, "", O_RDONLY | O_DIRECTORY);
    DIR *listing;

    if (own_fd < 0) {
        errno = -own_fd;
        return NULL;
    }
    listing = fdopendir(own_fd);
    if (listing == NULL)
        fd_close(&own_fd);
    return listing;
}

const char *beneath_list_next(DIR *listing)
{
    const struct dirent *entry;

    do {
        errno = 0;
        entry = readdir(listing);
    } while (entry != NULL &&
             (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
    return entry == NULL ? NULL : entry->d_name;
}

void beneath_list_close(DIR **listing)
{
    int kept_errno = errno;

    if (*listing != NULL)
        (void)closedir(*listing);
    *listing = NULL;
    errno = kept_errno;
}

/* Removes what is no directory, or is an empty one: 0, -ENOTEMPTY, or another -errno. */
static int remove_simple(int dir_fd, const char *name)
{
    if (unlinkat(dir_fd, name, 0) == 0 || errno == ENOENT)
        return 0;
    if (errno != EISDIR)
        return -errno;
    if (unlinkat(dir_fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
        return 0;
    return errno == EEXIST ? -ENOTEMPTY : -errno;
}

/* What is being cleared, and how many names have been given in it. */
struct clearing {
    int top_fd;
    uint64_t given;
};

/* Moves a directory that is not empty up into the top directory, under a name that is free. */
static int move_up(struct clearing *clearing, int dir_fd, const char *name)
{
    char block[32];

    {
        /* To be moved, a directory must be writable for us: its ".." changes. */
        CLEANUP(fd_close) int fd = open_to_clear(dir_fd, name);

        if (fd < 0)
            return fd;
    }
    for (;;) {
        struct text given = text_init(block, sizeof(block));

        (void)text_append(&given, ".removed-");
        (void)text_append_decimal(&given, clearing->given++, 0);
        if (renameat(dir_fd, name, clearing->top_fd, given.at) == 0)
            return 0;
        if (errno != ENOTEMPTY && errno != EEXIST && errno != ENOTDIR)
            return -errno;
    }
}

/* Empties the directory `name` of the top directory into the top directory, and removes it. */
static int flatten(struct clearing *clearing, const char *name)
{
    CLEANUP(fd_close) int fd = open_to_clear(clearing->top_fd, name);
    CLEANUP(beneath_list_close) DIR *listing = NULL;
    bool progress = false;
    const char *inner;
    int number;

    if (fd < 0)
        return fd;
    listing = beneath_list_open(fd);
    if (listing == NULL)
        return -errno;
    while ((inner = beneath_list_next(listing)) != NULL) {
        number = remove_simple(fd, inner);
        if (number == -ENOTEMPTY)
            number = move_up(clearing, fd, inner);
        if (number < 0)
            return number;
        progress = true;
    }
    if (errno != 0)
        return -errno;
    number = remove_simple(clearing->top_fd, name);
    /* A listing may miss names while others are removed; the next pass sees them. */
    return number == -ENOTEMPTY && progress ? 0 : number;
}

/* One pass over the top directory. *ret_removed: how many names are gone. */
static int clear_pass(struct clearing *clearing, uint64_t *ret_removed, struct err *err)
{
    CLEANUP(beneath_list_close) DIR *listing = beneath_list_open(clearing->top_fd);
    uint64_t removed = 0;
    const char *name;

    if (listing == NULL)
        return err_system(err, errno, "list a directory to remove it");
    while ((name = beneath_list_next(listing)) != NULL) {
        int number = remove_simple(clearing->top_fd, name);

        if (number == -ENOTEMPTY)
            number = flatten(clearing, name);
        if (number < 0)
            return err_system(err, -number, "remove '%s'", name);
        removed++;
    }
    if (errno != 0)
        return err_system(err, errno, "list a directory to remove it");
    *ret_removed = removed;
    return 0;
}

int beneath_clear(int dir_fd, struct err *err)
{
    struct clearing clearing = { .top_fd = dir_fd, .given = 0 };
    uint64_t removed = 0;
    int number;

    /* What a pass has moved up, the next one removes. */
    do {
        number = clear_pass(&clearing, &removed, err);
    } while (number == 0 && removed > 0);
    return number;
}

int beneath_remove(int dir_fd, const char *name, struct err *err)
{
    CLEANUP(fd_close) int fd = -1;
    int number = remove_simple(dir_fd, name);

    if (number == 0)
        return 0;
    if (number != -ENOTEMPTY)
        return err_system(err, -number, "remove '%s'", name);
    fd = open_to_clear(dir_fd, name);
    if (fd < 0)
        return err_system(err, -fd, "remove '%s'", name);
    number = beneath_clear(fd, err);
    if (number < 0)
        return err_prefix(err, "'%s'", name);
    if (unlinkat(dir_fd, name, AT_REMOVEDIR) < 0)
        return err_system(err, errno, "remove '%s'", name);
    return 0;
}
