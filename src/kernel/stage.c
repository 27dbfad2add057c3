/* The stage is there for the time of one call. */
#include "kernel/stage.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define VALUE_BYTES_MAX 255 /* fsconfig(2), FSCONFIG_SET_STRING */
#define DATA_BYTES_MAX 4096 /* mount(2) */

bool kernel_stage_is_needed(const struct kernel_mount *mount)
{
    for (size_t i = 0; i < mount->options_count; i++) {
        const char *value = mount->options[i].value;

        if (value != NULL && strlen(value) > VALUE_BYTES_MAX)
            return true;
    }
    return mount->flags != 0 || (mount->source != NULL && strlen(mount->source) > VALUE_BYTES_MAX);
}

/* Options that are flags to mount(2). */
static unsigned long flag_of(const char *option)
{
    static const struct {
        const char *name;
        unsigned long flag;
    } rows[] = {
        { "sync", MS_SYNCHRONOUS },
        { "dirsync", MS_DIRSYNC },
        { "lazytime", MS_LAZYTIME },
        { "mand", MS_MANDLOCK },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].name, option) == 0)
            return rows[i].flag;
    }
    return 0;
}

static bool append_option(struct text *text, const char *name, const char *value)
{
    return (text->size == 0 || text_append_char(text, ',')) && text_append(text, name) &&
           (value == NULL || (text_append_char(text, '=') && text_append(text, value)));
}

/* mount(2) at the directory `to_fd`. */
static int mount_at(int to_fd, const struct kernel_mount *what, const char *mode, struct err *err)
{
    char name[64];
    char block[DATA_BYTES_MAX];
    struct text path = text_init(name, sizeof(name));
    struct text options = text_init(block, sizeof(block));
    unsigned long flags = what->flags;
    bool fits = text_append(&path, "/proc/self/fd/") &&
                text_append_decimal(&path, (uint64_t)to_fd, 0) &&
                (mode == NULL || append_option(&options, "mode", mode));

    for (size_t i = 0; i < what->options_count && fits; i++) {
        const struct kernel_mount_option *option = &what->options[i];
        unsigned long flag = option->value == NULL ? flag_of(option->name) : 0;

        flags |= flag;
        fits = flag != 0 || append_option(&options, option->name, option->value);
    }
    if (!fits)
        return err_set(err, -ENAMETOOLONG, "the options take more than %d characters",
                       DATA_BYTES_MAX - 1);
    if (mount(what->source == NULL ? "none" : what->source, path.at, what->fstype, flags, block) <
        0)
        return err_system(err, errno, "mount a %s", what->fstype);
    return 0;
}

/* An empty file system, mounted over the root of the mount namespace. */
static int open_stage(int *ret_fd)
{
    CLEANUP(fd_close) int context_fd = fsopen("tmpfs", FSOPEN_CLOEXEC);
    CLEANUP(fd_close) int stage_fd = -1;

    if (context_fd < 0 || fsconfig(context_fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
        return -errno;
    stage_fd = fsmount(context_fd, FSMOUNT_CLOEXEC, 0);
    if (stage_fd < 0 || move_mount(stage_fd, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0)
        return -errno;
    *ret_fd = fd_take(&stage_fd);
    return 0;
}

/* Unmounts what `fd` is open at. */
static int unmount(int fd)
{
    char name[64];
    struct text path = text_init(name, sizeof(name));

    (void)text_append(&path, "/proc/self/fd/");
    (void)text_append_decimal(&path, (uint64_t)fd, 0);
    return umount2(path.at, MNT_DETACH) < 0 ? -errno : 0;
}

static int make_on_stage(int stage_fd, const struct kernel_mount *mount, const char *mode,
                         int *ret_fd, struct err *err)
{
    static const char name[] = "mount";
    CLEANUP(fd_close) int place_fd = -1;

    if (mkdirat(stage_fd, name, 0700) < 0)
        return err_system(err, errno, "make a directory");
    place_fd = openat(stage_fd, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (place_fd < 0)
        return err_system(err, errno, "open a directory");
    if (mount_at(place_fd, mount, mode, err) < 0)
        return err->number;
    *ret_fd = open_tree(stage_fd, name, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    return *ret_fd < 0 ? err_system(err, errno, "copy a mount") : 0;
}

int kernel_stage_make(const struct kernel_mount *mount, const char *mode, int *ret_mount_fd,
                      struct err *err)
{
    CLEANUP(fd_close) int stage_fd = -1;
    CLEANUP(fd_close) int mount_fd = -1;
    int number = open_stage(&stage_fd);
    int unmounted;

    if (number < 0)
        return err_system(err, -number, "make a place for a mount");
    number = make_on_stage(stage_fd, mount, mode, &mount_fd, err);
    unmounted = unmount(stage_fd);
    if (number == 0 && unmounted < 0)
        return err_system(err, -unmounted, "unmount the place of a mount");
    if (number == 0)
        *ret_mount_fd = fd_take(&mount_fd);
    return number;
}
