/* An overlay in namespaces of our own, else a copy. */
#include "engine/root.h"

#include "base/cleanup.h"
#include "base/text_format.h"
#include "image/beneath.h"
#include "image/unpack.h"
#include "oci/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_proc(const char *path, const char *text)
{
    CLEANUP(fd_close) int fd = open(path, O_WRONLY | O_CLOEXEC);

    return fd < 0 ? -errno : fd_write_all(fd, bytes_of_text(text));
}

/* In a new user namespace: our ids stay what they are, and are the only ones. */
static int map_own_ids(uid_t uid, gid_t gid)
{
    char block[64];
    struct text map = text_init(block, sizeof(block));
    int number = write_proc("/proc/self/setgroups", "deny");

    (void)text_format(&map, "%u %u 1", (unsigned int)uid, (unsigned int)uid);
    if (number == 0)
        number = write_proc("/proc/self/uid_map", map.at);
    text_clear(&map);
    (void)text_format(&map, "%u %u 1", (unsigned int)gid, (unsigned int)gid);
    return number < 0 ? number : write_proc("/proc/self/gid_map", map.at);
}

/* Enters a mount namespace of our own, and before it a user namespace where we are not root. */
static int enter_namespaces(struct err *err)
{
    uid_t uid = geteuid();
    gid_t gid = getegid();
    int number = 0;

    if (unshare(CLONE_NEWNS | (uid == 0 ? 0 : CLONE_NEWUSER)) < 0)
        return err_system(err, errno, "make a %s namespace", uid == 0 ? "mount" : "user");
    if (uid != 0)
        number = map_own_ids(uid, gid);
    if (number < 0)
        return err_system(err, -number, "map the user's own ids");
    if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
        return err_system(err, errno, "make the mount namespace our own");
    return 0;
}

/* Opens a directory in the container's place `place_fd`; makes it where it is missing. */
static int open_part(int place_fd, const char *name, struct err *err)
{
    int fd;

    if (mkdirat(place_fd, name, 0700) < 0 && errno != EEXIST)
        return err_system(err, errno, "create '%s'", name);
    fd = beneath_open(place_fd, name, O_RDONLY | O_DIRECTORY);
    return fd < 0 ? err_system(err, -fd, "open '%s'", name) : fd;
}

/* What an overlay consists of, opened in the mount namespace that it is made in: the kernel takes
 * no directories of another one. */
struct parts {
    int image_fd;
    int upper_fd;
    int work_fd;
    int target_fd;
};

static void parts_close(struct parts *parts)
{
    fd_close(&parts->image_fd);
    fd_close(&parts->upper_fd);
    fd_close(&parts->work_fd);
    fd_close(&parts->target_fd);
}

static int open_beneath(int store_fd, const char *folder, const char *name)
{
    char block[PATH_MAX];
    struct text path = text_init(block, sizeof(block));

    if (!text_format(&path, "%s/%s", folder, name))
        return -ENAMETOOLONG;
    return beneath_open(store_fd, path.at, O_RDONLY | O_DIRECTORY);
}

static int open_parts(const struct image_store *store, const struct image_stored *image,
                      const struct engine_container *container, struct parts *parts,
                      struct err *err)
{
    CLEANUP(fd_close) int store_fd = open(store->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CLEANUP(fd_close) int place_fd = -1;

    if (store_fd < 0)
        return err_system(err, errno, "store '%s'", store->path);
    parts->image_fd = open_beneath(store_fd, "unpacked", image->record.manifest.digest.hex);
    place_fd = open_beneath(store_fd, "containers", container->name);
    if (parts->image_fd < 0 || place_fd < 0)
        return err_set(err, -ENOENT, "store '%s': cannot be seen in a new namespace", store->path);
    parts->upper_fd = open_part(place_fd, "upper", err);
    if (parts->upper_fd >= 0)
        parts->work_fd = open_part(place_fd, "work", err);
    if (parts->work_fd >= 0)
        parts->target_fd = open_part(place_fd, "root", err);
    return parts->target_fd < 0 ? err->number : 0;
}

/* The upper directory shows through as the root: it has the image's root's attributes. */
static int copy_attributes(int from_fd, int to_fd)
{
    struct stat status;

    if (fstat(from_fd, &status) < 0)
        return -errno;
    if (fchown(to_fd, status.st_uid, status.st_gid) < 0 ||
        fchmod(to_fd, status.st_mode & 07777) < 0)
        return -errno;
    return 0;
}

/* 0 or -errno. Descriptors name the directories: their paths may hold what options cannot. */
static int mount_overlay(const struct parts *parts)
{
    char option_block[160];
    struct text options = text_init(option_block, sizeof(option_block));
    char target_block[32];
    struct text target = text_init(target_block, sizeof(target_block));
    int number = copy_attributes(parts->image_fd, parts->upper_fd);

    if (number < 0)
        return number;
    (void)text_format(&options, "lowerdir=/proc/self/fd/%d,upperdir=/proc/self/fd/%d",
                      parts->image_fd, parts->upper_fd);
    (void)text_format(&options, ",workdir=/proc/self/fd/%d%s", parts->work_fd,
                      geteuid() == 0 ? "" : ",userxattr");
    (void)text_format(&target, "/proc/self/fd/%d", parts->target_fd);
    return mount("overlay", target.at, "overlay", 0, options.at) < 0 ? -errno : 0;
}

/* 0, or -errno where an overlay cannot be had here. */
static int try_overlay(const struct image_store *store, const struct image_stored *image,
                       const struct engine_container *container, struct engine_root *root,
                       struct err *err)
{
    CLEANUP(parts_close) struct parts parts = { -1, -1, -1, -1 };
    int number = enter_namespaces(err);

    if (number == 0)
        number = open_parts(store, image, container, &parts, err);
    if (number == 0) {
        number = mount_overlay(&parts);
        if (number < 0)
            number = err_system(err, -number, "mount an overlay");
    }
    root->is_mounted = number == 0;
    return number < 0 ? err_prefix(err, "container '%s'", container->name) : 0;
}

static bool goes_on(void *caller, uint64_t bytes)
{
    (void)caller;
    (void)bytes;
    return !oci_signals_are_against_it();
}

static int unpack_again(const struct image_store *store, const struct image_stored *image,
                        const struct engine_root *root, struct err *err)
{
    const struct image_unpack request = {
        .blobs_fd = store->blobs_fd,
        .manifest = &image->manifest,
        .config = &image->config,
        .owners = store->owners,
        .bytes_max = IMAGE_LAYER_BYTES_MAX,
        .watch = { .tell = goes_on },
    };
    struct image_unpacked unpacked;
    int number = image_unpack(&request, root->fd, &unpacked, err);

    return number < 0 ? err_prefix(err, "image '%s'", image->record.reference) : 0;
}

int engine_root_open(const struct image_store *store, const struct image_stored *image,
                     const struct engine_container *container, struct engine_root *ret_root,
                     struct err *err)
{
    struct engine_root root = { .fd = -1, .image_fd = -1 };
    struct text path = text_init(root.path, sizeof(root.path));
    int number = image_store_use(store, &image->record.manifest.digest, &root.image_fd, err);

    if (number < 0)
        return number;
    if (!text_format(&path, "%s/containers/%s/root", store->path, container->name))
        number = err_system(err, ENAMETOOLONG, "container '%s'", container->name);
    if (number == 0)
        number = root.fd = open_part(container->fd, "root", err);
    if (number >= 0)
        number = try_overlay(store, image, container, &root, err);
    if (number < 0 && root.fd >= 0)
        number = unpack_again(store, image, &root, err);
    if (number < 0)
        engine_root_close(&root);
    else
        *ret_root = root;
    return number < 0 ? number : 0;
}

void engine_root_close(struct engine_root *root)
{
    if (root->is_mounted)
        (void)umount2(root->path, MNT_DETACH);
    root->is_mounted = false;
    fd_close(&root->fd);
    fd_close(&root->image_fd);
}
