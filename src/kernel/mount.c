/* Every mount is made detached, given its attributes, and only then moved to its place; Linux
 * before 5.12 gives attributes only to what is in its place. */
#include "kernel/mount.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "kernel/copy.h"
#include "kernel/remount.h"
#include "kernel/root.h"
#include "kernel/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static const struct kernel_mount_change unchanged;

/* A detached mount comes to what `to_fd` is open at. */
static int attach(int mount_fd, int to_fd)
{
    if (move_mount(mount_fd, "", to_fd, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
        return -errno;
    return 0;
}

/* A detached copy of the mount, or of the part of it, that `fd` is open at. */
static int copy_tree(int fd, bool is_recursive)
{
    unsigned int flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH;
    int copy_fd = open_tree(fd, "", is_recursive ? flags | AT_RECURSIVE : flags);

    return copy_fd < 0 ? -errno : copy_fd;
}

static int set_attributes(int mount_fd, bool is_recursive, struct mount_attr *attributes)
{
    unsigned int flags = AT_EMPTY_PATH;

    if (mount_setattr(mount_fd, "", is_recursive ? flags | AT_RECURSIVE : flags, attributes,
                      sizeof(*attributes)) < 0)
        return -errno;
    return 0;
}

/* Of a mount that is in its place. */
static int set_propagation(int mount_fd, unsigned long propagation, struct err *err)
{
    struct mount_attr attributes = { .propagation = propagation & ~(unsigned long)MS_REC };
    int number =
        propagation == 0 ? 0 : set_attributes(mount_fd, (propagation & MS_REC) != 0, &attributes);

    if (number == -ENOSYS)
        return kernel_remount_propagation(mount_fd, propagation, err);
    return number == 0 ? 0 : err_system(err, -number, "change what a mount shares");
}

static int apply_change(int mount_fd, bool is_recursive, struct kernel_mount_change change)
{
    struct mount_attr attributes = { .attr_set = change.set, .attr_clr = change.clear };

    if (change.set == 0 && change.clear == 0)
        return 0;
    return set_attributes(mount_fd, is_recursive, &attributes);
}

/* Why a mount could not be changed. The usual reason: in a user namespace, what a mount of outside
 * must not do there it must not do here either (mount_namespaces(7), "Restrictions"). */
static int change_failed(int mount_fd, int number, uint64_t clear, struct err *err)
{
    static const struct {
        uint64_t attribute;
        unsigned long is;
        const char *name;
    } rows[] = {
        { MOUNT_ATTR_RDONLY, ST_RDONLY, "ro" },
        { MOUNT_ATTR_NOSUID, ST_NOSUID, "nosuid" },
        { MOUNT_ATTR_NODEV, ST_NODEV, "nodev" },
        { MOUNT_ATTR_NOEXEC, ST_NOEXEC, "noexec" },
    };
    struct statvfs is;

    for (size_t i = 0;
         number == -EPERM && fstatvfs(mount_fd, &is) == 0 && i < sizeof(rows) / sizeof(rows[0]);
         i++) {
        if ((clear & rows[i].attribute) != 0 && (is.f_flag & rows[i].is) != 0)
            return err_set(err, number,
                           "it is '%s' outside, which a user namespace may not take away",
                           rows[i].name);
    }
    if (number == -EPERM && (clear & MOUNT_ATTR__ATIME) != 0)
        return err_set(err, number,
                       "when access times are written is settled outside, which a user namespace "
                       "may not change");
    return err_system(err, -number, "give a mount its options");
}

/* A detached mount is changed, and comes to what `to_fd` is open at. */
static int change_and_attach(int mount_fd, int to_fd, struct kernel_mount_change all,
                             struct kernel_mount_change own, struct err *err)
{
    int number = apply_change(mount_fd, true, all);
    bool is_old;

    if (number == 0)
        number = apply_change(mount_fd, false, own);
    is_old = number == -ENOSYS; /* the whole call, and so nothing has been changed */
    if (number < 0 && !is_old)
        return change_failed(mount_fd, number, all.clear | own.clear, err);
    number = attach(mount_fd, to_fd);
    if (number < 0)
        return err_system(err, -number, "attach a mount");
    if (is_old && (all.set != 0 || all.clear != 0))
        number = kernel_remount(mount_fd, true, all, err);
    if (is_old && number == 0 && (own.set != 0 || own.clear != 0))
        number = kernel_remount(mount_fd, false, own, err);
    return number;
}

int kernel_mount_root(const char *path, int *ret_root_fd, struct err *err)
{
    CLEANUP(fd_close) int path_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    CLEANUP(fd_close) int copy_fd = -1;
    int number;

    if (path_fd < 0)
        return err_system(err, errno, "open the root directory '%s'", path);
    copy_fd = copy_tree(path_fd, true);
    number = copy_fd < 0 ? copy_fd : attach(copy_fd, path_fd);
    if (number < 0)
        return err_system(err, -number, "mount the root directory '%s'", path);
    *ret_root_fd = fd_take(&copy_fd);
    return 0;
}

/* The reason for a failed call on a file system that is being configured: the kernel's own words
 * ("e tmpfs: Bad value for 'size'") where it left some, else errno. */
static int mount_failed(int context_fd, const struct kernel_mount *mount, int system_errno,
                        struct err *err)
{
    char words[256];
    ssize_t size = context_fd < 0 ? -1 : read(context_fd, words, sizeof(words) - 1);

    if (size <= 2)
        return err_system(err, system_errno, "mount a %s", mount->fstype);
    if (words[size - 1] == '\n')
        size--;
    return err_system(err, system_errno, "mount a %s: %.*s", mount->fstype, (int)size - 2,
                      words + 2);
}

/* One of a file system's own options: 0 or -errno. */
static int set_option(int context_fd, const char *name, const char *value)
{
    unsigned int kind = value == NULL ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING;

    return fsconfig(context_fd, kind, name, value, 0) < 0 ? -errno : 0;
}

static int set_options(int context_fd, const struct kernel_mount *mount)
{
    int number = 0;

    for (size_t i = 0; i < mount->options_count && number == 0; i++)
        number = set_option(context_fd, mount->options[i].name, mount->options[i].value);
    return number;
}

/* The attributes that a new mount is given when the rest is done: what fsmount(2) knows from Linux
 * 5.14 on, and what would forbid to fill it. */
static uint64_t late_attributes(const struct kernel_mount *mount)
{
    uint64_t late = MOUNT_ATTR_NOSYMFOLLOW | (mount->copies_contents ? MOUNT_ATTR_RDONLY : 0U);

    return mount->attributes & late;
}

/* A new file system, mounted nowhere so far, without its late attributes; its descriptor or -errno
 * with a sentence. `mode` is an option more, if it is not NULL. */
static int make_mount(const struct kernel_mount *mount, const char *mode, struct err *err)
{
    CLEANUP(fd_close) int context_fd = fsopen(mount->fstype, FSOPEN_CLOEXEC);
    int number = context_fd < 0 ? -errno : 0;
    int mount_fd;

    if (number == -ENODEV)
        return err_set(err, -ENODEV, "the kernel has no file system '%s'", mount->fstype);
    if (number == 0 && mount->source != NULL)
        number = set_option(context_fd, "source", mount->source);
    if (number == 0 && mode != NULL)
        number = set_option(context_fd, "mode", mode);
    if (number == 0)
        number = set_options(context_fd, mount);
    if (number == 0 && fsconfig(context_fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
        number = -errno;
    if (number < 0)
        return mount_failed(context_fd, mount, -number, err);
    mount_fd = fsmount(context_fd, FSMOUNT_CLOEXEC,
                       (unsigned int)(mount->attributes & ~late_attributes(mount)));
    return mount_fd < 0 ? mount_failed(context_fd, mount, errno, err) : mount_fd;
}

/* The permissions of the directory at `path`, in octal; false where there is none. */
static bool find_mode(int root_fd, const char *path, char ret_mode[8])
{
    CLEANUP(fd_close) int fd = -1;
    struct text text = text_init(ret_mode, 8);
    struct stat status;
    struct err ignored;

    if (kernel_root_open(root_fd, path, O_PATH | O_DIRECTORY, &fd, &ignored) < 0 ||
        fstat(fd, &status) < 0)
        return false;
    for (unsigned int shift = 12; shift > 0; shift -= 3)
        (void)text_append_decimal(&text, status.st_mode >> (shift - 3) & 7U, 0);
    return true;
}

/* The mount gets what is in the directory that it will cover. */
static int copy_contents(int to_fd, int mount_fd, struct err *err)
{
    return kernel_copy_tree(to_fd, mount_fd, err) < 0 ? err_prefix(err, "tmpcopyup") : 0;
}

int kernel_mount_new(int root_fd, const char *destination, const struct kernel_mount *mount,
                     struct err *err)
{
    CLEANUP(fd_close) int to_fd = -1;
    CLEANUP(fd_close) int mount_fd = -1;
    bool is_staged = kernel_stage_is_needed(mount);
    struct kernel_mount_change late = { .set = late_attributes(mount) };
    char block[8];
    const char *mode =
        mount->keeps_permissions && find_mode(root_fd, destination, block) ? block : NULL;
    int number = mount->refuses_symlinks
                     ? kernel_root_make_real_directory(root_fd, destination, &to_fd, err)
                     : kernel_root_make_directory(root_fd, destination, &to_fd, err);

    if (number < 0)
        return number;
    if (is_staged)
        number = kernel_stage_make(mount, mode, &mount_fd, err);
    else
        number = mount_fd = make_mount(mount, mode, err);
    if (number >= 0 && mount->copies_contents)
        number = copy_contents(to_fd, mount_fd, err);
    if (number >= 0) {
        if (is_staged)
            late = (struct kernel_mount_change){ mount->attributes, MOUNT_ATTR__ATIME };
        number = change_and_attach(mount_fd, to_fd, unchanged, late, err);
    }
    if (number == 0)
        number = set_propagation(mount_fd, mount->propagation, err);
    return number < 0 ? err_prefix(err, "'%s'", destination) : 0;
}

/* The place for a bind mount of `source_fd`: a directory for a directory, a file for all else. */
static int make_place(int root_fd, const char *destination, int source_fd, int *ret_fd,
                      struct err *err)
{
    struct stat status;

    if (fstat(source_fd, &status) < 0)
        return err_system(err, errno, "look at the source of '%s'", destination);
    if (S_ISDIR(status.st_mode))
        return kernel_root_make_directory(root_fd, destination, ret_fd, err);
    return kernel_root_make_file(root_fd, destination, ret_fd, err);
}

int kernel_mount_copy(const struct kernel_bind *bind, int *ret_tree_fd, struct err *err)
{
    unsigned int flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;
    int fd = open_tree(AT_FDCWD, bind->source, bind->is_recursive ? flags | AT_RECURSIVE : flags);

    if (fd < 0)
        return err_system(err, errno, "bind '%s'", bind->source);
    *ret_tree_fd = fd;
    return 0;
}

int kernel_mount_copy_as_slave(const struct kernel_bind *bind, int *ret_tree_fd, struct err *err)
{
    CLEANUP(fd_close) int tree_fd = -1;
    int number = kernel_mount_copy(bind, &tree_fd, err);

    if (number == 0)
        number = set_propagation(tree_fd, MS_SLAVE | MS_REC, err);
    if (number == 0)
        *ret_tree_fd = fd_take(&tree_fd);
    return number;
}

int kernel_mount_attach(int root_fd, const char *destination, const struct kernel_bind *bind,
                        int tree_fd, struct err *err)
{
    CLEANUP(fd_close) int to_fd = -1;
    int number = bind->refuses_symlinks
                     ? kernel_root_make_real_directory(root_fd, destination, &to_fd, err)
                     : make_place(root_fd, destination, tree_fd, &to_fd, err);

    if (number < 0)
        return number;
    number = change_and_attach(tree_fd, to_fd, bind->all, bind->own, err);
    if (number == 0)
        number = set_propagation(tree_fd, bind->propagation, err);
    return number < 0 ? err_prefix(err, "bind '%s' to '%s'", bind->source, destination) : 0;
}

int kernel_mount_bind(int root_fd, const char *destination, const struct kernel_bind *bind,
                      struct err *err)
{
    CLEANUP(fd_close) int tree_fd = -1;
    int number = kernel_mount_copy(bind, &tree_fd, err);

    return number < 0 ? number : kernel_mount_attach(root_fd, destination, bind, tree_fd, err);
}

/* The file system of the mount gets options. */
static int reconfigure(int mount_fd, const struct kernel_mount *options, struct err *err)
{
    CLEANUP(fd_close) int context_fd = fspick(mount_fd, "", FSPICK_CLOEXEC | FSPICK_EMPTY_PATH);
    int number = context_fd < 0 ? -errno : set_options(context_fd, options);

    if (number == 0 && fsconfig(context_fd, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0) < 0)
        number = -errno;
    return number < 0 ? mount_failed(context_fd, options, -number, err) : 0;
}

/* Changes a mount that is in its place. */
static int change_in_place(int mount_fd, bool is_recursive, struct kernel_mount_change change,
                           struct err *err)
{
    int number = apply_change(mount_fd, is_recursive, change);

    if (number == -ENOSYS)
        return kernel_remount(mount_fd, is_recursive, change, err);
    return number < 0 ? change_failed(mount_fd, number, change.clear, err) : 0;
}

int kernel_mount_alter(int root_fd, const char *destination, const struct kernel_bind *bind,
                       const struct kernel_mount *options, struct err *err)
{
    CLEANUP(fd_close) int mount_fd = -1;
    struct statx status;
    int number = kernel_root_open(root_fd, destination, O_PATH, &mount_fd, err);

    if (number < 0)
        return number;
    if (statx(mount_fd, "", AT_EMPTY_PATH, 0, &status) < 0)
        return err_system(err, errno, "look at '%s'", destination);
    if ((status.stx_attributes & STATX_ATTR_MOUNT_ROOT) == 0)
        return err_set(err, -EINVAL, "'%s' is no mount that could change", destination);
    if (options != NULL)
        number = reconfigure(mount_fd, options, err);
    if (number == 0)
        number = change_in_place(mount_fd, true, bind->all, err);
    if (number == 0)
        number = change_in_place(mount_fd, false, bind->own, err);
    if (number == 0)
        number = set_propagation(mount_fd, bind->propagation, err);
    return number < 0 ? err_prefix(err, "'%s'", destination) : 0;
}

int kernel_mount_set_root_propagation(int root_fd, unsigned long propagation, struct err *err)
{
    return set_propagation(root_fd, propagation, err);
}

int kernel_mount_set_namespace_propagation(unsigned long propagation, struct err *err)
{
    if (mount(NULL, "/", NULL, propagation | MS_REC, NULL) < 0)
        return err_system(err, errno, "cut the mounts off from those outside");
    return 0;
}

static const struct kernel_mount_change read_only = { .set = MOUNT_ATTR_RDONLY };

int kernel_mount_read_only(int root_fd, const char *path, struct err *err)
{
    CLEANUP(fd_close) int to_fd = -1;
    CLEANUP(fd_close) int copy_fd = -1;
    int number = kernel_root_open(root_fd, path, O_PATH, &to_fd, err);

    if (number == -ENOENT)
        return 0;
    if (number < 0)
        return number;
    copy_fd = copy_tree(to_fd, true);
    number = copy_fd < 0 ? err_system(err, -copy_fd, "copy a mount")
                         : change_and_attach(copy_fd, to_fd, read_only, unchanged, err);
    return number < 0 ? err_prefix(err, "make '%s' read-only", path) : 0;
}

int kernel_mount_root_read_only(int root_fd, struct err *err)
{
    int number = change_in_place(root_fd, false, read_only, err);

    return number < 0 ? err_prefix(err, "make the root read-only") : 0;
}

/* A detached copy of the device at `path` outside, which must be the one with these numbers; its
 * descriptor or -errno with a sentence. */
static int copy_device(const char *path, unsigned int major, unsigned int minor, struct err *err)
{
    CLEANUP(fd_close) int fd =
        open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW);
    struct stat status;

    if (fd < 0 || fstat(fd, &status) < 0)
        return err_system(err, errno, "open the device '%s'", path);
    if (!S_ISCHR(status.st_mode) && !S_ISBLK(status.st_mode))
        return err_set(err, -ENODEV, "'%s' is no device", path);
    if (status.st_rdev != makedev(major, minor))
        return err_set(err, -ENODEV, "'%s' is not the device %u:%u", path, major, minor);
    return fd_take(&fd);
}

int kernel_mount_device(int root_fd, const char *path, unsigned int major, unsigned int minor,
                        struct err *err)
{
    CLEANUP(fd_close) int copy_fd = copy_device(path, major, minor, err);
    CLEANUP(fd_close) int to_fd = -1;
    int number;

    if (copy_fd < 0)
        return copy_fd;
    if (kernel_root_make_file(root_fd, path, &to_fd, err) < 0)
        return err->number;
    number = attach(copy_fd, to_fd);
    if (number < 0)
        return err_system(err, -number, "bind the device '%s'", path);
    return 0;
}

/* An empty directory: made for the first path that needs one, copied for the others. */
static int hide_directory(int to_fd, int *empty_fd, struct err *err)
{
    static const struct kernel_mount empty = {
        .fstype = "tmpfs",
        .source = "masked",
        .attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
    };
    bool is_first = *empty_fd < 0;
    CLEANUP(fd_close) int mount_fd =
        is_first ? make_mount(&empty, NULL, err) : copy_tree(*empty_fd, false);
    int number = mount_fd < 0 ? mount_fd : attach(mount_fd, to_fd);

    if (number < 0)
        return err_system(err, -number, "mount an empty directory");
    if (is_first)
        *empty_fd = fd_take(&mount_fd);
    return 0;
}

/* /dev/null in the place of a file. */
static int hide_file(int to_fd, struct err *err)
{
    CLEANUP(fd_close) int null_fd = copy_device("/dev/null", 1, 3, err);
    int number;

    if (null_fd < 0)
        return null_fd;
    number = attach(null_fd, to_fd);
    if (number < 0)
        return err_system(err, -number, "bind /dev/null");
    return 0;
}

int kernel_mount_mask(int root_fd, const char *path, int *empty_fd, struct err *err)
{
    CLEANUP(fd_close) int to_fd = -1;
    struct stat status;
    int number = kernel_root_open(root_fd, path, O_PATH, &to_fd, err);

    if (number == -ENOENT || number == -ENOTDIR)
        return 0;
    if (number < 0)
        return number;
    if (fstat(to_fd, &status) < 0)
        return err_system(err, errno, "look at '%s'", path);
    number = S_ISDIR(status.st_mode) ? hide_directory(to_fd, empty_fd, err) : hide_file(to_fd, err);
    return number < 0 ? err_prefix(err, "hide '%s'", path) : 0;
}
