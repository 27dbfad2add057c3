/* One openat2 a path: the kernel walks it, and nothing leads out. */
#include "kernel/root.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define DIRECTORY_MODE 0755
#define TRIES_MAX 16
#define LINKS_MAX 40 /* to what is not there, one behind the other: the kernel's own bound */

/* How a path is walked. */
struct walk {
    int root_fd;
    uint64_t resolve; /* RESOLVE_… beside those that hold for every path */
};

/* openat2; a descriptor or -errno. */
static int walk_open(struct walk walk, const char *path, uint64_t flags, uint64_t mode)
{
    struct open_how how = {
        .flags = flags | O_CLOEXEC,
        .mode = mode,
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | walk.resolve,
    };

    for (int tries = 0; tries < TRIES_MAX; tries++) {
        long fd = syscall(SYS_openat2, walk.root_fd, path, &how, sizeof(how));

        if (fd >= 0)
            return (int)fd;
        /* EAGAIN: something was renamed while a ".." was walked, and the kernel cannot be sure. */
        if (errno != EAGAIN && errno != EINTR)
            return -errno;
    }
    return -EAGAIN;
}

/* The directory that `path`, which is shorter than PATH_MAX, is in; gives where its last part
 * begins. */
static size_t above(const char *path, char ret_parent[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    size_t size = slash == NULL ? 0 : (size_t)(slash - path) + 1;

    memcpy(ret_parent, size == 0 ? "/" : path, size == 0 ? 1 : size);
    ret_parent[size == 0 ? 1 : size] = '\0';
    return size;
}

/* Makes the directory `path`, whose parent is there; 0 where it is there already. */
static int make_last(struct walk walk, const char *path)
{
    char parent[PATH_MAX];
    CLEANUP(fd_close) int parent_fd = -1;
    size_t before = above(path, parent);

    parent_fd = walk_open(walk, parent, O_PATH | O_DIRECTORY, 0);
    if (parent_fd < 0)
        return parent_fd;
    if (mkdirat(parent_fd, path + before, DIRECTORY_MODE) < 0 && errno != EEXIST)
        return -errno;
    return 0;
}

/* Where `path` leads if its last part is a link, with `rest` behind that. -EINVAL: it is none. */
static int follow(struct walk walk, const char *path, const char *rest, struct text *ret_path)
{
    char parent[PATH_MAX];
    char target[PATH_MAX];
    CLEANUP(fd_close) int parent_fd = -1;
    size_t before = above(path, parent);
    ssize_t size;

    parent_fd = walk_open(walk, parent, O_PATH | O_DIRECTORY, 0);
    if (parent_fd < 0)
        return parent_fd;
    size = readlinkat(parent_fd, path + before, target, sizeof(target));
    if (size < 0)
        return -errno;
    text_clear(ret_path);
    if ((target[0] != '/' && !(text_append(ret_path, parent) && text_append_char(ret_path, '/'))) ||
        !text_append_bytes(ret_path, bytes_of(target, (size_t)size)) ||
        !text_append(ret_path, rest))
        return -ENAMETOOLONG;
    return 0;
}

/* Makes what is missing of a directory, from the front to the end, up to a link that leads to what
 * is not there: then *ret_path is not empty, but the path on which that is. */
static int make_parts(struct walk walk, const char *path, struct text *ret_path)
{
    char block[PATH_MAX];
    struct text part = text_init(block, sizeof(block));

    text_clear(ret_path);
    for (const char *at = path; *at != '\0';) {
        CLEANUP(fd_close) int fd = -1;
        size_t size = strspn(at, "/");
        int number;

        size += strcspn(at + size, "/");
        if (!text_append_bytes(&part, bytes_of(at, size)))
            return -ENAMETOOLONG;
        at += size;
        if (at[-1] == '/')
            break;
        number = make_last(walk, part.at);
        if (number < 0)
            return number;
        fd = walk_open(walk, part.at, O_PATH, 0);
        if (fd == -ENOENT)
            return follow(walk, part.at, at, ret_path);
    }
    return 0;
}

/* Opens a directory (O_PATH) and makes what is missing of it, where links lead as well. */
static int walk_make(struct walk walk, const char *path)
{
    char blocks[2][PATH_MAX];
    int fd = walk_open(walk, path, O_PATH | O_DIRECTORY, 0);

    /* Often it is the last part alone that is missing. */
    if (fd == -ENOENT && make_last(walk, path) == 0)
        fd = walk_open(walk, path, O_PATH | O_DIRECTORY, 0);
    for (int links = 0; fd == -ENOENT; links++) {
        struct text next = text_init(blocks[links % 2], sizeof(blocks[0]));
        int number = links == LINKS_MAX ? -ELOOP : make_parts(walk, path, &next);

        if (number < 0)
            return number;
        if (next.size > 0)
            path = next.at;
        fd = walk_open(walk, path, O_PATH | O_DIRECTORY, 0);
        if (next.size == 0)
            break;
    }
    return fd;
}

int kernel_root_open(int root_fd, const char *path, uint64_t flags, int *ret_fd, struct err *err)
{
    int fd = walk_open((struct walk){ root_fd, 0 }, path, flags, 0);

    if (fd < 0)
        return err_system(err, -fd, "open '%s' in the root", path);
    *ret_fd = fd;
    return 0;
}

static int make_directory(struct walk walk, const char *path, int *ret_fd, struct err *err)
{
    int fd = walk_make(walk, path);

    if (fd == -ELOOP && (walk.resolve & RESOLVE_NO_SYMLINKS) != 0)
        return err_set(err, fd, "'%s' leads over a symbolic link, which may not be here", path);
    if (fd < 0)
        return err_system(err, -fd, "make the directory '%s' in the root", path);
    *ret_fd = fd;
    return 0;
}

int kernel_root_make_directory(int root_fd, const char *path, int *ret_fd, struct err *err)
{
    return make_directory((struct walk){ root_fd, 0 }, path, ret_fd, err);
}

int kernel_root_make_real_directory(int root_fd, const char *path, int *ret_fd, struct err *err)
{
    return make_directory((struct walk){ root_fd, RESOLVE_NO_SYMLINKS }, path, ret_fd, err);
}

int kernel_root_make_parent(int root_fd, const char *path, int *ret_fd, struct err *err)
{
    const char *slash = strrchr(path, '/');
    char parent[PATH_MAX] = "/";

    if (slash == NULL || slash[1] == '\0' || strlen(path) >= sizeof(parent))
        return err_set(err, -EINVAL, "'%s' does not name a file", path);
    memcpy(parent, path, (size_t)(slash - path) + 1);
    return kernel_root_make_directory(root_fd, parent, ret_fd, err);
}

/* Makes the file `path`, and the directories above it. Where its name is a link to what is not
 * there, *ret_path is not empty, but where that leads. */
static int make_file(struct walk walk, const char *path, struct text *ret_path, struct err *err)
{
    CLEANUP(fd_close) int parent_fd = -1;
    CLEANUP(fd_close) int made_fd = -1;
    int number;

    text_clear(ret_path);
    if (kernel_root_make_parent(walk.root_fd, path, &parent_fd, err) < 0)
        return err->number;
    made_fd = walk_open(walk, path, O_CREAT | O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    /* By the path and not in the parent: it is made where a link leads, inside the root, unless the
     * directory is not there either. */
    number = made_fd == -ENOENT ? follow(walk, path, "", ret_path) : made_fd;
    return number < 0 ? err_system(err, -number, "make the file '%s' in the root", path) : 0;
}

int kernel_root_make_file(int root_fd, const char *path, int *ret_fd, struct err *err)
{
    struct walk walk = { root_fd, 0 };
    char blocks[2][PATH_MAX];
    const char *at = path;
    int fd = walk_open(walk, path, O_PATH, 0);

    /* Often the directory is there. */
    if (fd == -ENOENT)
        fd = walk_open(walk, path, O_CREAT | O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    for (int links = 0; fd == -ENOENT && links < LINKS_MAX; links++) {
        struct text next = text_init(blocks[links % 2], sizeof(blocks[0]));

        if (make_file(walk, at, &next, err) < 0)
            return err->number;
        if (next.size > 0)
            at = next.at;
        fd = walk_open(walk, at, O_PATH, 0);
    }
    if (fd < 0)
        return err_system(err, -fd, "open '%s' in the root", path);
    *ret_fd = fd;
    return 0;
}

/* Whether what is there is the node that was wanted. */
static bool is_node(int parent_fd, const char *name, const struct kernel_node *node)
{
    struct stat status;

    if (fstatat(parent_fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return false;
    if ((status.st_mode & S_IFMT) != (node->mode & S_IFMT))
        return false;
    return S_ISFIFO(node->mode) || status.st_rdev == makedev(node->major, node->minor);
}

/* The last part of a path that names something in a directory. */
static const char *last_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

int kernel_root_make_node(int parent_fd, const char *path, const struct kernel_node *node,
                          struct err *err)
{
    const char *name = last_of(path);
    dev_t device = S_ISFIFO(node->mode) ? 0 : makedev(node->major, node->minor);

    if (mknodat(parent_fd, name, node->mode, device) < 0) {
        if (errno == EEXIST && is_node(parent_fd, name, node))
            return 0;
        return err_system(err, errno, "make the device '%s'", path);
    }
    if (fchownat(parent_fd, name, node->uid, node->gid, AT_SYMLINK_NOFOLLOW) < 0)
        return err_system(err, errno, "change the owner of the device '%s'", path);
    return 0;
}

int kernel_root_make_symlink(int parent_fd, const char *path, const char *target, struct err *err)
{
    if (symlinkat(target, parent_fd, last_of(path)) < 0 && errno != EEXIST)
        return err_system(err, errno, "make the symbolic link '%s'", path);
    return 0;
}

int kernel_root_pivot(int root_fd, struct err *err)
{
    if (fchdir(root_fd) < 0)
        return err_system(err, errno, "enter the root directory");
    /* The old root ends up mounted over the new one, where it is unmounted by the same name. */
    if (syscall(SYS_pivot_root, ".", ".") < 0)
        return err_system(err, errno, "pivot_root");
    if (umount2(".", MNT_DETACH) < 0)
        return err_system(err, errno, "unmount the old root");
    if (chdir("/") < 0)
        return err_system(err, errno, "enter the new root");
    return 0;
}

int kernel_root_climb(int *root_fd, struct err *err)
{
    /* From the root ".." leads to itself, and then up to what is mounted there. */
    int fd = walk_open((struct walk){ *root_fd, 0 }, "..", O_PATH | O_DIRECTORY, 0);

    if (fd < 0)
        return err_system(err, -fd, "enter what is mounted over the root");
    fd_close(root_fd);
    *root_fd = fd;
    return 0;
}

int kernel_root_enter(int root_fd, struct err *err)
{
    if (fchdir(root_fd) < 0)
        return err_system(err, errno, "enter the root directory");
    if (chroot(".") < 0)
        return err_system(err, errno, "change the root");
    return 0;
}

int kernel_root_take_home(int root_fd, int namespace_fd, struct err *err)
{
    CLEANUP(fd_close) int tree_fd =
        open_tree(root_fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE);

    if (tree_fd < 0)
        return err_system(err, errno, "copy the mounts of the root");
    if (setns(namespace_fd, CLONE_NEWNS) < 0)
        return err_system(err, errno, "go back to the mount namespace");
    return kernel_root_enter(tree_fd, err);
}
