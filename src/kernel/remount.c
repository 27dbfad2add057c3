/* A mount is remounted by the name that its descriptor has in /proc. Those below it are the lines
 * of mountinfo whose paths begin with its own; each is opened from there, and counts only if what
 * is found is the mount of that line. */
#include "kernel/remount.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "kernel/mountinfo.h"
#include "kernel/root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* In f_flags of statfs(2); linux/statfs.h is not for programs. */
enum {
    IS_RDONLY = 0x1,
    IS_NOSUID = 0x2,
    IS_NODEV = 0x4,
    IS_NOEXEC = 0x8,
    IS_NOATIME = 0x400,
    IS_NODIRATIME = 0x800,
    IS_RELATIME = 0x1000,
    IS_NOSYMFOLLOW = 0x2000,
};

/* One attribute under its three names. */
struct attribute {
    uint64_t attribute;  /* for mount_setattr(2) */
    unsigned long is;    /* in what statfs(2) says */
    unsigned long flags; /* for mount(2) */
};

#define NOSYMFOLLOW 256 /* MS_NOSYMFOLLOW, Linux 5.10: older ones ignore it */
static const struct attribute attributes[] = {
    { MOUNT_ATTR_RDONLY, IS_RDONLY, MS_RDONLY },
    { MOUNT_ATTR_NOSUID, IS_NOSUID, MS_NOSUID },
    { MOUNT_ATTR_NODEV, IS_NODEV, MS_NODEV },
    { MOUNT_ATTR_NOEXEC, IS_NOEXEC, MS_NOEXEC },
    { MOUNT_ATTR_NODIRATIME, IS_NODIRATIME, MS_NODIRATIME },
    { MOUNT_ATTR_NOSYMFOLLOW, IS_NOSYMFOLLOW, NOSYMFOLLOW },
};

/* One of these a mount has; the field MOUNT_ATTR__ATIME holds a number. */
static const struct attribute atimes[] = {
    { MOUNT_ATTR_NOATIME, IS_NOATIME, MS_NOATIME },
    { MOUNT_ATTR_RELATIME, IS_RELATIME, MS_RELATIME },
    { MOUNT_ATTR_STRICTATIME, 0, MS_STRICTATIME },
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Whether the attributes are all of the tables. */
static bool are_known(uint64_t set)
{
    set &= ~(uint64_t)MOUNT_ATTR__ATIME;
    for (size_t i = 0; i < COUNT(attributes); i++)
        set &= ~attributes[i].attribute;
    return set == 0;
}

/* What mount(2) is told, so that a mount that is as statfs(2) says becomes what is wanted. */
static unsigned long flags_after(unsigned long is, struct kernel_mount_change change)
{
    bool has_new_atime = (change.clear & MOUNT_ATTR__ATIME) != 0;
    unsigned long flags = 0;

    for (size_t i = 0; i < COUNT(attributes); i++) {
        const struct attribute *row = &attributes[i];
        bool was = (is & row->is) != 0 && (change.clear & row->attribute) == 0;

        if (was || (change.set & row->attribute) != 0)
            flags |= row->flags;
    }
    for (size_t i = 0; i < COUNT(atimes); i++) {
        if (has_new_atime ? (change.set & MOUNT_ATTR__ATIME) == atimes[i].attribute
                          : (is & atimes[i].is) == atimes[i].is)
            return flags | atimes[i].flags;
    }
    return flags;
}

/* mount(2), without source and type, at the descriptor's name. */
static int change_flags(int mount_fd, unsigned long flags)
{
    char name[64];
    struct text path = text_init(name, sizeof(name));
    bool fits =
        text_append(&path, "/proc/self/fd/") && text_append_decimal(&path, (uint64_t)mount_fd, 0);

    return fits && mount(NULL, name, NULL, flags, NULL) == 0 ? 0 : -errno;
}

/* One mount; 0 or -errno. statfs(2) does not tell a mount that is read-only from a file system that
 * is; the mount of such a file system becomes read-only itself, if it shall not be writable. */
static int remount_one(int mount_fd, struct kernel_mount_change change)
{
    struct statfs is;
    int number;

    if (fstatfs(mount_fd, &is) < 0)
        return -errno;
    number = change_flags(mount_fd,
                          MS_REMOUNT | MS_BIND | flags_after((unsigned long)is.f_flags, change));
    if (number < 0 || (change.set & MOUNT_ATTR_NOSYMFOLLOW) == 0)
        return number;
    if (fstatfs(mount_fd, &is) < 0)
        return -errno;
    return (is.f_flags & IS_NOSYMFOLLOW) != 0 ? 0 : -EOPNOTSUPP;
}

/* The mount `id`, of which a line says that it is at `path` below the mount. */
static int remount_below(int mount_fd, uint64_t id, const char *path,
                         struct kernel_mount_change change)
{
    CLEANUP(fd_close) int fd = -1;
    struct err err = { 0 };
    struct statx status;
    int number = kernel_root_open(mount_fd, path, O_PATH | O_NOFOLLOW, &fd, &err);

    if (number == -ENOENT || number == -ENOTDIR || number == -ELOOP)
        return 0; /* under another mount */
    if (number < 0)
        return number;
    if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &status) < 0)
        return -errno;
    if ((status.stx_mask & STATX_MNT_ID) == 0)
        return -EOPNOTSUPP;
    return status.stx_mnt_id == id ? remount_one(fd, change) : 0;
}

/* The lines of a file, each without its newline, and cut to the size of the block. */
struct lines {
    int fd;
    size_t size;    /* octets in the block */
    size_t skipped; /* how many of them, at the start, are done with */
    bool is_late;   /* they begin within a line, the start of which is done with */
    uint8_t block[8192];
};

/* True with the next line; false at the end of the file, with *ret_number 0, or -errno. */
static bool next_line(struct lines *lines, struct bytes *ret_line, int *ret_number)
{
    for (;;) {
        uint8_t *start = lines->block + lines->skipped;
        size_t size = lines->size - lines->skipped;
        uint8_t *end = memchr(start, '\n', size);
        bool was_late = lines->is_late;
        ssize_t more;

        if (end != NULL || size == sizeof(lines->block)) {
            *ret_line = bytes_of(start, end == NULL ? size : (size_t)(end - start));
            lines->skipped += ret_line->size + (end != NULL);
            lines->is_late = end == NULL;
            if (!was_late)
                return true;
            continue;
        }
        memmove(lines->block, start, size);
        lines->skipped = 0;
        lines->size = size;
        more = read(lines->fd, lines->block + size, sizeof(lines->block) - size);
        if (more <= 0) {
            *ret_number = more < 0 ? -errno : 0;
            return false;
        }
        lines->size += (size_t)more;
    }
}

/* Where the mount is, without a slash at the end. */
static int find_place(int mount_fd, char place[PATH_MAX])
{
    char name[64];
    struct text path = text_init(name, sizeof(name));
    ssize_t size;

    if (!text_append(&path, "/proc/self/fd/") || !text_append_decimal(&path, (uint64_t)mount_fd, 0))
        return -EINVAL;
    size = readlink(name, place, PATH_MAX);
    if (size < 0)
        return -errno;
    if (size == PATH_MAX)
        return -ENAMETOOLONG;
    place[size == 1 ? 0 : size] = '\0';
    return 0;
}

static int remount_all_below(int mount_fd, struct kernel_mount_change change)
{
    struct lines lines = { .fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC) };
    CLEANUP(fd_close) int lines_fd = lines.fd;
    char place[PATH_MAX];
    char block[PATH_MAX];
    struct text path = text_init(block, sizeof(block));
    int number = lines_fd < 0 ? -errno : find_place(mount_fd, place);
    struct bytes line;
    uint64_t id;

    while (number == 0 && next_line(&lines, &line, &number)) {
        size_t size = strlen(place);

        if (!kernel_mountinfo_read(line, &id, &path))
            number = -ENAMETOOLONG;
        else if (bytes_has_prefix(text_bytes(&path), bytes_of_text(place)) && block[size] == '/')
            number = remount_below(mount_fd, id, block + size, change);
    }
    return number;
}

int kernel_remount(int mount_fd, bool is_recursive, struct kernel_mount_change change,
                   struct err *err)
{
    int number = are_known(change.set) ? 0 : -EOPNOTSUPP;

    if (number == 0)
        number = remount_one(mount_fd, change);
    if (number == 0 && is_recursive)
        number = remount_all_below(mount_fd, change);
    if (number == -EOPNOTSUPP)
        return err_set(err, number,
                       "a mount gets such options from mount_setattr(2) alone, which the kernel "
                       "does not have (it is of Linux 5.12)");
    return number == 0 ? 0 : err_system(err, -number, "remount");
}

int kernel_remount_propagation(int mount_fd, unsigned long propagation, struct err *err)
{
    int number = change_flags(mount_fd, propagation);

    return number == 0 ? 0 : err_system(err, -number, "change what a mount shares");
}
