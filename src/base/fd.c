/* Descriptors that are closed once, and files that are read or written whole or not at all. */
#include "base/fd.h"

#include "base/cleanup.h"
#include "base/text_format.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK_BYTES ((size_t)16384)

void fd_close(int *fd)
{
    int kept_errno = errno;

    /* Linux frees the descriptor even where close() fails with EINTR: never close it again. */
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
    errno = kept_errno;
}

int fd_take(int *fd)
{
    int taken = *fd;

    *fd = -1;
    return taken;
}

int fd_write_all(int fd, struct bytes content)
{
    while (content.size > 0) {
        ssize_t written = write(fd, content.at, content.size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -errno;
        content = bytes_of(content.at + written, content.size - (size_t)written);
    }
    return 0;
}

/* One read() that is not disturbed by signals: octets read, 0 at the end, or -errno. */
static ssize_t read_some(int fd, uint8_t *block, size_t size)
{
    for (;;) {
        ssize_t got = read(fd, block, size);

        if (got >= 0)
            return got;
        if (errno != EINTR)
            return -errno;
    }
}

/* Doubles the block of *room octets at *block, of which *size are used; false without memory. */
static bool grow(uint8_t **block, size_t *room)
{
    size_t larger = *room == 0 ? CHUNK_BYTES : *room * 2;
    uint8_t *moved = realloc(*block, larger);

    if (moved == NULL)
        return false;
    *block = moved;
    *room = larger;
    return true;
}

int fd_read_all(int fd, size_t bytes_max, struct arena *arena, struct bytes *ret_content,
                struct err *err)
{
    CLEANUP(free_pointer) uint8_t *block = NULL;
    size_t room = 0;
    size_t size = 0;
    char *copy;

    for (;;) {
        ssize_t got;

        if (size > bytes_max)
            return err_set(err, -EFBIG, "larger than the limit of %zu bytes", bytes_max);
        if (size == room && !grow(&block, &room))
            return err_system(err, ENOMEM, "read");
        got = read_some(fd, block + size, room - size);
        if (got < 0)
            return err_system(err, (int)-got, "read");
        if (got == 0)
            break;
        size += (size_t)got;
    }
    copy = arena_copy_bytes(arena, bytes_of(block, size));
    if (copy == NULL)
        return err_system(err, ENOMEM, "read");
    *ret_content = bytes_of(copy, size);
    return 0;
}

int file_read(struct file_place place, size_t bytes_max, struct arena *arena,
              struct bytes *ret_content, struct err *err)
{
    /* O_NONBLOCK: opening a FIFO must not wait for a writer. */
    CLEANUP(fd_close) int fd =
        openat(place.dir_fd, place.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat status;

    if (fd < 0)
        return err_system(err, errno, "open '%s'", place.path);
    if (fstat(fd, &status) < 0)
        return err_system(err, errno, "stat '%s'", place.path);
    if (!S_ISREG(status.st_mode))
        return err_set(err, -EINVAL, "'%s': not a regular file", place.path);
    if (fd_read_all(fd, bytes_max, arena, ret_content, err) < 0)
        return err_prefix(err, "'%s'", place.path);
    return 0;
}

/* Fills the new file that becomes place.path: content, mode, sync. */
static int fill_new_file(int fd, struct bytes content, unsigned int mode)
{
    int number = fd_write_all(fd, content);

    if (number < 0)
        return number;
    if (fchmod(fd, (mode_t)mode) < 0 || fsync(fd) < 0)
        return -errno;
    return 0;
}

/* A name beside `path` that nobody has: not even a process that had our id before the machine was
 * started again, and died while it wrote. */
static int name_beside(const char *path, struct text *beside, struct err *err)
{
    uint8_t octets[8];

    if (getrandom(octets, sizeof(octets), 0) != (ssize_t)sizeof(octets))
        return err_system(err, errno, "write '%s'", path);
    if (!text_format(beside, "%s.new-", path) ||
        !text_append_hex(beside, bytes_of(octets, sizeof(octets))))
        return err_system(err, ENAMETOOLONG, "write '%s'", path);
    return 0;
}

int file_write_atomic(struct file_place place, struct bytes content, unsigned int mode,
                      struct err *err)
{
    char block[PATH_MAX];
    struct text beside = text_init(block, sizeof(block));
    CLEANUP(fd_close) int fd = -1;
    int number = name_beside(place.path, &beside, err);

    if (number < 0)
        return number;
    fd =
        openat(place.dir_fd, beside.at, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_system(err, errno, "create '%s'", beside.at);
    number = fill_new_file(fd, content, mode);
    if (number == 0 && renameat(place.dir_fd, beside.at, place.dir_fd, place.path) < 0)
        number = -errno;
    if (number < 0) {
        (void)unlinkat(place.dir_fd, beside.at, 0);
        return err_system(err, -number, "write '%s'", place.path);
    }
    return 0;
}
