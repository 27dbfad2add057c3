/* Directories, locks and renames; what an image is, is known elsewhere. */
#include "image/store.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "base/text_format.h"
#include "image/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char layout[] = "{\"imageLayoutVersion\": \"1.0.0\"}\n";

/* Whether files can be given to any owner: for root, unless it is a user namespace's, or there is
 * no /proc to tell. */
static int find_owners(enum image_owners *ret_owners, struct err *err)
{
    CLEANUP(arena_done) struct arena arena = arena_init(65536);
    struct bytes map;
    unsigned long first;
    unsigned long host;
    unsigned long size;
    char *rest;
    int number = geteuid() != 0 ? -ENOENT
                                : file_read((struct file_place){ AT_FDCWD, "/proc/self/uid_map" },
                                            4096, &arena, &map, err);

    *ret_owners = IMAGE_OWNERS_OURS;
    if (number < 0)
        return number == -ENOENT ? 0 : number;
    first = strtoul((const char *)map.at, &rest, 10);
    host = strtoul(rest, &rest, 10);
    size = strtoul(rest, &rest, 10);
    if (first == 0 && host == 0 && size == UINT32_MAX)
        *ret_owners = IMAGE_OWNERS_KEEP;
    return 0;
}

static int check_owner(int fd, const char *path, struct err *err)
{
    struct stat status;

    if (fstat(fd, &status) < 0)
        return err_system(err, errno, "store '%s'", path);
    if (status.st_uid != geteuid())
        return err_set(err, -EPERM, "store '%s': belongs to the user %u, not to %u", path,
                       (unsigned int)status.st_uid, (unsigned int)geteuid());
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return err_set(err, -EPERM, "store '%s': others may write in it", path);
    return 0;
}

/* Opens a directory of the store, which must be there. */
static int open_part(const struct image_store *store, const char *name, int *ret_fd,
                     struct err *err)
{
    int fd = beneath_open(store->root_fd, name, O_RDONLY | O_DIRECTORY);

    if (fd < 0)
        return err_system(err, -fd, "store '%s': open '%s'", store->path, name);
    *ret_fd = fd;
    return 0;
}

/* Opens the directories of a store whose root is open. */
static int open_parts(struct image_store *store, struct err *err)
{
    int number = check_owner(store->root_fd, store->path, err);

    if (number == 0)
        number = open_part(store, "blobs/sha256", &store->blobs_fd, err);
    if (number == 0)
        number = open_part(store, "unpacked", &store->unpacked_fd, err);
    if (number == 0)
        number = open_part(store, "staging", &store->staging_fd, err);
    return number;
}

int image_store_open(struct image_store *store, const char *path, struct err *err)
{
    struct image_store opened = IMAGE_STORE_CLOSED;
    struct text text = text_init(opened.path, sizeof(opened.path));
    int number = 0;

    *store = (struct image_store)IMAGE_STORE_CLOSED;
    if (path[0] != '/' || !text_append(&text, path))
        return err_set(err, -EINVAL, "store '%s': is no absolute path", path);
    if (find_owners(&opened.owners, err) < 0)
        return err->number;
    opened.root_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opened.root_fd < 0 && errno != ENOENT)
        return err_system(err, errno, "store '%s'", path);
    /* The layout file is written last: without it, somebody is still making the store, or stopped
     * in the middle. */
    if (opened.root_fd >= 0 && faccessat(opened.root_fd, "oci-layout", F_OK, 0) < 0) {
        if (errno != ENOENT)
            number = err_system(err, errno, "store '%s': oci-layout", path);
        fd_close(&opened.root_fd);
    }
    if (opened.root_fd >= 0)
        number = open_parts(&opened, err);
    if (number < 0)
        image_store_close(&opened);
    else
        *store = opened;
    return number;
}

void image_store_close(struct image_store *store)
{
    fd_close(&store->staging_fd);
    fd_close(&store->unpacked_fd);
    fd_close(&store->blobs_fd);
    fd_close(&store->root_fd);
}

/* Makes each directory of the path that is not there yet. */
static int make_directories(const char *path, struct err *err)
{
    char block[PATH_MAX];
    struct text part = text_init(block, sizeof(block));

    for (const char *at = path; *at != '\0';) {
        size_t size = strspn(at, "/") + strcspn(at + strspn(at, "/"), "/");

        if (!text_append_bytes(&part, bytes_of(at, size)))
            return err_system(err, ENAMETOOLONG, "store '%s'", path);
        at += size;
        if (mkdir(part.at, 0700) < 0 && errno != EEXIST)
            return err_system(err, errno, "create the directory '%s'", part.at);
    }
    return 0;
}

/* What has been renamed within a directory of the store stays so if the machine stops now. */
static int sync_part(const struct image_store *store, int fd, struct err *err)
{
    if (fsync(fd) < 0)
        return err_system(err, errno, "store '%s': write a directory", store->path);
    return 0;
}

static int make_parts(struct image_store *store, struct err *err)
{
    static const char *const parts[] = { "blobs", "blobs/sha256", "unpacked", "staging" };

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (mkdirat(store->root_fd, parts[i], 0700) < 0 && errno != EEXIST)
            return err_system(err, errno, "store '%s': create '%s'", store->path, parts[i]);
    }
    return file_write_atomic((struct file_place){ store->root_fd, "oci-layout" },
                             bytes_of_text(layout), 0600, err);
}

int image_store_create(struct image_store *store, struct err *err)
{
    int number;

    if (store->root_fd >= 0)
        return 0;
    number = make_directories(store->path, err);
    if (number < 0)
        return number;
    store->root_fd = open(store->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (store->root_fd < 0)
        return err_system(err, errno, "store '%s'", store->path);
    number = check_owner(store->root_fd, store->path, err);
    if (number == 0)
        number = image_store_lock(store, err);
    if (number < 0)
        return number;
    number = make_parts(store, err);
    image_store_unlock(store);
    return number < 0 ? number : open_parts(store, err);
}

int image_store_lock(struct image_store *store, struct err *err)
{
    REQUIRE(store->root_fd >= 0);
    while (flock(store->root_fd, LOCK_EX) < 0) {
        if (errno != EINTR)
            return err_system(err, errno, "store '%s': lock it", store->path);
    }
    return 0;
}

void image_store_unlock(struct image_store *store)
{
    if (store->root_fd >= 0)
        (void)flock(store->root_fd, LOCK_UN);
}

int image_store_list(const struct image_store *store, struct arena *arena,
                     struct image_records *ret_records, struct err *err)
{
    const struct file_place place = { store->root_fd, "index.json" };
    struct bytes json = bytes_of_text("{\"schemaVersion\": 2, \"manifests\": []}");
    int number = 0;

    /* What only cannot be read is no empty list: the next one who changes it would lose the rest.
     */
    if (store->root_fd >= 0)
        number = file_read(place, IMAGE_JSON_BYTES_MAX, arena, &json, err);
    if (number == -ENOENT)
        number = 0;
    if (number == 0)
        number = image_index_parse(json, arena, ret_records, err);
    return number < 0 ? err_prefix(err, "store '%s': index.json", store->path) : 0;
}

int image_store_replace_list(struct image_store *store, const struct image_records *records,
                             struct err *err)
{
    CLEANUP(arena_done) struct arena arena = arena_init(IMAGE_STORE_ARENA_BYTES);
    struct bytes json;
    int number = image_index_format(records, &arena, &json, err);

    if (number < 0)
        return err_prefix(err, "store '%s'", store->path);
    /* What the list names is there before the list, and the list before what it does not name any
     * more goes. */
    number = sync_part(store, store->blobs_fd, err);
    if (number == 0)
        number = sync_part(store, store->unpacked_fd, err);
    if (number < 0)
        return number;
    number =
        file_write_atomic((struct file_place){ store->root_fd, "index.json" }, json, 0600, err);
    if (number < 0)
        return err_prefix(err, "store '%s'", store->path);
    number = sync_part(store, store->root_fd, err);
    return number < 0 ? number : image_store_collect(store, err);
}

int image_store_read(const struct image_store *store, const struct image_digest *digest,
                     struct arena *arena, struct bytes *ret_json, struct err *err)
{
    struct image_digest found;
    struct bytes json;
    int number = file_read((struct file_place){ store->blobs_fd, digest->hex },
                           IMAGE_JSON_BYTES_MAX, arena, &json, err);

    if (number == 0)
        number = image_digest_of(json, &found, err);
    if (number == 0 && !image_digest_equal(&found, digest))
        number = err_set(err, -EINVAL, "blob '%s': its digest is %s", digest->hex, found.hex);
    if (number < 0)
        return err_prefix(err, "store '%s'", store->path);
    *ret_json = json;
    return 0;
}

static int read_documents(const struct image_store *store, struct arena *arena,
                          struct image_stored *stored, struct err *err)
{
    struct bytes json;
    int number = image_store_read(store, &stored->record.manifest.digest, arena, &json, err);

    if (number == 0)
        number = image_manifest_parse(json, stored->record.manifest.media, &stored->manifest, err);
    if (number == 0)
        number = image_store_read(store, &stored->manifest.config.digest, arena, &json, err);
    if (number == 0)
        number = image_config_parse(json, arena, &stored->config, err);
    if (number == 0 && stored->config.diff_ids_count != stored->manifest.layers_count)
        number = err_set(err, -EINVAL, "its config and manifest differ in the number of layers");
    return number;
}

int image_store_find(const struct image_store *store, const char *reference, struct arena *arena,
                     struct image_stored *ret_stored, struct err *err)
{
    struct image_records records;
    const struct image_record *record;
    struct image_stored stored = { 0 };
    int number = image_store_list(store, arena, &records, err);

    if (number < 0)
        return number;
    record = image_records_find(&records, reference);
    if (record == NULL)
        return err_set(err, -ENOENT, "there is no image '%s'", reference);
    stored.record = *record;
    number = read_documents(store, arena, &stored, err);
    if (number < 0)
        return err_prefix(err, "image '%s'", reference);
    *ret_stored = stored;
    return 0;
}

int image_store_use(const struct image_store *store, const struct image_digest *manifest,
                    int *ret_fd, struct err *err)
{
    CLEANUP(fd_close) int fd =
        beneath_open(store->unpacked_fd, manifest->hex, O_RDONLY | O_DIRECTORY);

    if (fd < 0)
        return err_system(err, -fd, "store '%s': open the image '%s'", store->path, manifest->hex);
    if (flock(fd, LOCK_SH | LOCK_NB) < 0)
        return err_system(err, errno, "store '%s': the image '%s' is being removed", store->path,
                          manifest->hex);
    *ret_fd = fd_take(&fd);
    return 0;
}

bool image_store_is_in_use(const struct image_store *store, const struct image_digest *manifest)
{
    CLEANUP(fd_close) int fd =
        beneath_open(store->unpacked_fd, manifest->hex, O_RDONLY | O_DIRECTORY);

    /* Where it cannot be found out, it is. */
    return fd < 0 ? fd != -ENOENT : flock(fd, LOCK_EX | LOCK_NB) < 0;
}

/* Removes staging directories whose process does not live any more. The store is locked. */
static void remove_dead_staging(const struct image_store *store)
{
    CLEANUP(beneath_list_close) DIR *listing = beneath_list_open(store->staging_fd);
    const char *name;

    while (listing != NULL && (name = beneath_list_next(listing)) != NULL) {
        CLEANUP(fd_close) int fd = beneath_open(store->staging_fd, name, O_RDONLY | O_DIRECTORY);
        struct err ignored;

        /* What cannot be removed now is tried again by the next one who comes here. */
        if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
            (void)beneath_remove(store->staging_fd, name, &ignored);
    }
}

static int make_staging(const struct image_store *store, struct image_staging *staging,
                        struct err *err)
{
    if (mkdirat(store->staging_fd, staging->name, 0700) < 0)
        return err_system(err, errno, "store '%s': create 'staging/%s'", store->path,
                          staging->name);
    staging->fd = beneath_open(store->staging_fd, staging->name, O_RDONLY | O_DIRECTORY);
    if (staging->fd < 0 || flock(staging->fd, LOCK_EX | LOCK_NB) < 0)
        return err_system(err, EBUSY, "store '%s': lock 'staging/%s'", store->path, staging->name);
    return 0;
}

int image_staging_open(struct image_store *store, struct image_staging *ret_staging,
                       struct err *err)
{
    struct image_staging staging = { .store = store, .fd = -1 };
    struct text name = text_init(staging.name, sizeof(staging.name));
    int number = image_store_lock(store, err);

    if (number < 0)
        return number;
    /* Under the lock, so that nobody takes a directory for dead that is not locked yet. */
    remove_dead_staging(store);
    REQUIRE(text_format(&name, "%ld", (long)getpid()));
    number = make_staging(store, &staging, err);
    image_store_unlock(store);
    if (number < 0)
        image_staging_done(&staging);
    else
        *ret_staging = staging;
    return number;
}

void image_staging_done(struct image_staging *staging)
{
    struct err ignored;

    if (staging->fd < 0)
        return;
    (void)beneath_remove(staging->store->staging_fd, staging->name, &ignored);
    fd_close(&staging->fd);
}
