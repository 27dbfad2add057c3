/*
 * Every operation has the same three steps: open the directory that the path is in, which only
 * openat2 decides (parent_of); clear the last component (room_for); make it anew with a call that
 * fails where something is there. Attributes go through the descriptor of what was made.
 */
#include "image/directory.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/require.h"
#include "image/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static struct image_directory *directory_of(struct image_tree *tree)
{
    return (struct image_directory *)(void *)((char *)tree -
                                              offsetof(struct image_directory, tree));
}

/* The directory that `path` is in, as a descriptor that stays the tree's; *ret_name is the path's
 * last component, which is never empty. */
static int parent_of(struct image_directory *directory, const char *path, const char **ret_name,
                     struct err *err)
{
    size_t size = image_path_parent_size(path);
    int fd;

    REQUIRE(path[0] != '\0');
    REQUIRE(size < sizeof(directory->parent));
    *ret_name = image_path_name(path);
    if (directory->parent_fd >= 0 && strlen(directory->parent) == size &&
        memcmp(directory->parent, path, size) == 0)
        return directory->parent_fd;
    fd_close(&directory->parent_fd);
    memcpy(directory->parent, path, size);
    directory->parent[size] = '\0';
    fd = beneath_open(directory->root_fd, directory->parent, O_PATH | O_DIRECTORY);
    if (fd < 0)
        return err_system(err, -fd, "open its directory '%s'", directory->parent);
    directory->parent_fd = fd;
    return fd;
}

/* The same, with nothing at the last component any more. The descriptor stays right whatever is
 * removed, since that is below it. */
static int room_for(struct image_directory *directory, const char *path, const char **ret_name,
                    struct err *err)
{
    int parent_fd = parent_of(directory, path, ret_name, err);
    int number;

    if (parent_fd < 0)
        return parent_fd;
    number = beneath_remove(parent_fd, *ret_name, err);
    if (number < 0)
        return err_prefix(err, "replace what is there");
    return parent_fd;
}

static int set_xattrs(const struct image_directory *directory, int fd,
                      const struct image_attributes *attributes, struct err *err)
{
    for (size_t i = 0; i < attributes->xattrs_count; i++) {
        const struct image_xattr *xattr = &attributes->xattrs[i];

        /* Only root may give capabilities to files. */
        if (directory->owners == IMAGE_OWNERS_OURS && strncmp(xattr->name, "user.", 5) != 0)
            continue;
        /* A file system without extended attributes still makes a usable image. */
        if (fsetxattr(fd, xattr->name, xattr->value.at, xattr->value.size, 0) < 0 &&
            errno != ENOTSUP)
            return err_system(err, errno, "set its extended attribute '%s'", xattr->name);
    }
    return 0;
}

static void times_of(const struct image_attributes *attributes, struct timespec ret_times[2])
{
    ret_times[1] = (struct timespec){ .tv_sec = (time_t)attributes->modified_s,
                                      .tv_nsec = (long)attributes->modified_ns };
    ret_times[0] = ret_times[1];
}

/* In this order: a new owner takes set-user-id bits and capabilities away, and each change but the
 * last would move the time. */
static int set_attributes(const struct image_directory *directory, int fd,
                          const struct image_attributes *attributes, struct err *err)
{
    struct timespec times[2];
    int number;

    if (directory->owners == IMAGE_OWNERS_KEEP && fchown(fd, attributes->uid, attributes->gid) < 0)
        return err_system(err, errno, "set its owner to %u:%u", (unsigned int)attributes->uid,
                          (unsigned int)attributes->gid);
    if (fchmod(fd, attributes->mode) < 0)
        return err_system(err, errno, "set its mode");
    number = set_xattrs(directory, fd, attributes, err);
    if (number < 0)
        return number;
    times_of(attributes, times);
    if (futimens(fd, times) < 0)
        return err_system(err, errno, "set its time");
    return 0;
}

/* A directory that is there: what it has, and made writable for us. */
static int enter_found(int fd, struct image_entered *ret_entered, struct err *err)
{
    struct stat status;

    if (fstat(fd, &status) < 0)
        return err_system(err, errno, "look at the directory");
    if ((status.st_mode & S_IRWXU) != S_IRWXU) {
        int number = beneath_set_mode(fd, status.st_mode | S_IRWXU);

        if (number < 0)
            return err_system(err, -number, "make the directory writable");
    }
    *ret_entered = (struct image_entered){
        .found = IMAGE_FOUND_DIRECTORY,
        .had = { .mode = status.st_mode & 07777,
                 .uid = status.st_uid,
                 .gid = status.st_gid,
                 .modified_s = status.st_mtim.tv_sec,
                 .modified_ns = (uint32_t)status.st_mtim.tv_nsec },
    };
    return 0;
}

static int enter_directory(struct image_tree *tree, const char *path, bool replace,
                           struct image_entered *ret_entered, struct err *err)
{
    struct image_directory *directory = directory_of(tree);
    const char *name;
    int parent_fd;

    if (path[0] == '\0')
        return enter_found(directory->root_fd, ret_entered, err);
    parent_fd = parent_of(directory, path, &name, err);
    if (parent_fd < 0)
        return parent_fd;
    /* The second round is for what was in the way. */
    for (int round = 0; round < 2; round++) {
        if (mkdirat(parent_fd, name, S_IRWXU) == 0) {
            *ret_entered = (struct image_entered){ .found = IMAGE_FOUND_NOTHING };
            return 0;
        }
        if (errno != EEXIST)
            return err_system(err, errno, "create the directory");
        CLEANUP(fd_close) int fd = beneath_open(parent_fd, name, O_PATH | O_DIRECTORY);

        if (fd >= 0)
            return enter_found(fd, ret_entered, err);
        if (fd != -ENOTDIR && fd != -ELOOP)
            return err_system(err, -fd, "open the directory");
        if (!replace)
            return err_set(err, -ENOTDIR, "it is a file or a symbolic link, not a directory");
        if (unlinkat(parent_fd, name, 0) < 0)
            return err_system(err, errno, "replace what is there");
    }
    return err_system(err, EEXIST, "create the directory");
}

static int finish_directory(struct image_tree *tree, const char *path,
                            const struct image_attributes *attributes, struct err *err)
{
    struct image_directory *directory = directory_of(tree);
    CLEANUP(fd_close) int fd = beneath_open(directory->root_fd, path, O_RDONLY | O_DIRECTORY);

    if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
        return 0;
    if (fd < 0)
        return err_system(err, -fd, "open the directory");
    return set_attributes(directory, fd, attributes, err);
}

static int begin_file(struct image_tree *tree, const char *path, struct err *err)
{
    struct image_directory *directory = directory_of(tree);
    const char *name;
    int parent_fd;

    REQUIRE(directory->file_fd < 0);
    parent_fd = room_for(directory, path, &name, err);
    if (parent_fd < 0)
        return parent_fd;
    directory->file_fd =
        openat(parent_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (directory->file_fd < 0)
        return err_system(err, errno, "create the file");
    memcpy(directory->file_name, name, strlen(name) + 1);
    return 0;
}

static int write_file(struct image_tree *tree, uint64_t offset, struct bytes content,
                      struct err *err)
{
    struct image_directory *directory = directory_of(tree);

    while (content.size > 0) {
        ssize_t written = pwrite(directory->file_fd, content.at, content.size, (off_t)offset);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return err_system(err, errno, "write");
        offset += (uint64_t)written;
        content = bytes_of(content.at + written, content.size - (size_t)written);
    }
    return 0;
}

static int finish_file(struct image_tree *tree, uint64_t size,
                       const struct image_attributes *attributes, struct err *err)
{
    struct image_directory *directory = directory_of(tree);
    int number;

    if (ftruncate(directory->file_fd, (off_t)size) < 0)
        return err_system(err, errno, "set the file's size");
    number = set_attributes(directory, directory->file_fd, attributes, err);
    if (number == 0)
        fd_close(&directory->file_fd);
    return number;
}

static void abandon_file(struct image_tree *tree)
{
    struct image_directory *directory = directory_of(tree);

    if (directory->file_fd < 0)
        return;
    fd_close(&directory->file_fd);
    (void)unlinkat(directory->parent_fd, directory->file_name, 0);
}

static int make_symlink(struct image_tree *tree, const char *path, const char *target,
                        const struct image_attributes *attributes, struct err *err)
{
    struct image_directory *directory = directory_of(tree);
    struct timespec times[2];
    const char *name;
    int parent_fd = room_for(directory, path, &name, err);

    if (parent_fd < 0)
        return parent_fd;
    if (symlinkat(target, parent_fd, name) < 0)
        return err_system(err, errno, "create the symbolic link");
    if (directory->owners == IMAGE_OWNERS_KEEP &&
        fchownat(parent_fd, name, attributes->uid, attributes->gid, AT_SYMLINK_NOFOLLOW) < 0)
        return err_system(err, errno, "set its owner");
    times_of(attributes, times);
    if (utimensat(parent_fd, name, times, AT_SYMLINK_NOFOLLOW) < 0)
        return err_system(err, errno, "set its time");
    return 0;
}

static int make_hard_link(struct image_tree *tree, const char *path, const char *existing,
                          struct err *err)
{
    struct image_directory *directory = directory_of(tree);
    CLEANUP(free_pointer) char *folder = strndup(existing, image_path_parent_size(existing));
    CLEANUP(fd_close) int from_fd = -1;
    const char *name;
    int parent_fd;

    if (folder == NULL)
        return err_system(err, ENOMEM, "open the directory of '%s'", existing);
    from_fd = beneath_open(directory->root_fd, folder, O_PATH | O_DIRECTORY);
    if (from_fd < 0)
        return err_system(err, -from_fd, "open the directory of '%s'", existing);
    parent_fd = room_for(directory, path, &name, err);
    if (parent_fd < 0)
        return parent_fd;
    if (linkat(from_fd, image_path_name(existing), parent_fd, name, 0) < 0)
        return err_system(err, errno, "link to '%s'", existing);
    return 0;
}

static int make_fifo(struct image_tree *tree, const char *path,
                     const struct image_attributes *attributes, struct err *err)
{
    struct image_directory *directory = directory_of(tree);
    CLEANUP(fd_close) int fd = -1;
    const char *name;
    int parent_fd = room_for(directory, path, &name, err);

    if (parent_fd < 0)
        return parent_fd;
    if (mkfifoat(parent_fd, name, 0600) < 0)
        return err_system(err, errno, "create the FIFO");
    /* O_NONBLOCK: a reader does not wait for a writer. */
    fd = beneath_open(parent_fd, name, O_RDONLY | O_NONBLOCK);
    if (fd < 0)
        return err_system(err, -fd, "open the FIFO");
    return set_attributes(directory, fd, attributes, err);
}

static int remove_path(struct image_tree *tree, const char *path, struct err *err)
{
    const char *name;
    int parent_fd = parent_of(directory_of(tree), path, &name, err);

    return parent_fd < 0 ? parent_fd : beneath_remove(parent_fd, name, err);
}

/* Puts a name in front of the list; false without memory. */
static bool add_name(struct arena *arena, const char *name, struct image_name **names)
{
    struct image_name *added = arena_alloc(arena, sizeof(*added));

    if (added == NULL)
        return false;
    *added = (struct image_name){ .next = *names, .at = arena_copy_text(arena, name) };
    *names = added;
    return added->at != NULL;
}

static int list_directory(struct image_tree *tree, const char *path, struct arena *arena,
                          struct image_name **ret_names, struct err *err)
{
    CLEANUP(fd_close) int fd =
        beneath_open(directory_of(tree)->root_fd, path, O_RDONLY | O_DIRECTORY);
    CLEANUP(beneath_list_close) DIR *listing = fd < 0 ? NULL : beneath_list_open(fd);
    struct image_name *names = NULL;
    const char *name;

    if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP) {
        *ret_names = NULL;
        return 0;
    }
    if (listing == NULL)
        return err_system(err, fd < 0 ? -fd : errno, "open the directory");
    while ((name = beneath_list_next(listing)) != NULL) {
        if (!add_name(arena, name, &names))
            return err_system(err, ENOMEM, "list the directory");
    }
    if (errno != 0)
        return err_system(err, errno, "list the directory");
    *ret_names = names;
    return 0;
}

static const struct image_tree_operations operations = {
    .enter_directory = enter_directory,
    .finish_directory = finish_directory,
    .begin_file = begin_file,
    .write_file = write_file,
    .finish_file = finish_file,
    .abandon_file = abandon_file,
    .make_symlink = make_symlink,
    .make_hard_link = make_hard_link,
    .make_fifo = make_fifo,
    .remove = remove_path,
    .list = list_directory,
};

void image_directory_init(struct image_directory *directory, int root_fd, enum image_owners owners)
{
    *directory = (struct image_directory){
        .tree = { .operations = &operations },
        .root_fd = root_fd,
        .owners = owners,
        .parent_fd = -1,
        .file_fd = -1,
    };
}

void image_directory_done(struct image_directory *directory)
{
    abandon_file(&directory->tree);
    fd_close(&directory->parent_fd);
}
