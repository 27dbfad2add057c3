/* Removing what no image of the store's list needs. */
#include "image/store.h"

#include "base/cleanup.h"
#include "image/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Digests that are needed, sorted once all are there. */
struct needed {
    size_t count;
    struct image_digest *at;
};

static int compare(const void *a, const void *b)
{
    const struct image_digest *left = a;
    const struct image_digest *right = b;

    return memcmp(left->hex, right->hex, sizeof(left->hex));
}

static bool is_needed(const struct needed *needed, const struct image_digest *digest)
{
    return needed->count > 0 &&
           bsearch(digest, needed->at, needed->count, sizeof(*digest), compare) != NULL;
}

/* Adds the blobs that one image consists of. */
static int need_blobs_of(const struct image_store *store, const struct image_record *record,
                         struct needed *needed, struct err *err)
{
    CLEANUP(arena_done) struct arena arena = arena_init(2 * IMAGE_JSON_BYTES_MAX);
    struct image_manifest manifest = { 0 };
    struct bytes json;
    int number = image_store_read(store, &record->manifest.digest, &arena, &json, err);

    if (number == 0)
        number = image_manifest_parse(json, record->manifest.media, &manifest, err);
    if (number < 0)
        return err_prefix(err, "image '%s'", record->reference);
    needed->at[needed->count++] = record->manifest.digest;
    needed->at[needed->count++] = manifest.config.digest;
    for (size_t i = 0; i < manifest.layers_count; i++)
        needed->at[needed->count++] = manifest.layers[i].digest;
    return 0;
}

/* The digest that a file name stands for; false for any other name. */
static bool digest_of_name(const char *name, struct image_digest *ret_digest)
{
    char block[IMAGE_DIGEST_TEXT_MAX];
    struct text text = text_init(block, sizeof(block));

    return text_append(&text, "sha256:") && text_append(&text, name) &&
           image_digest_parse(text_bytes(&text), ret_digest);
}

typedef int remove_call(const struct image_store *store, const struct image_digest *digest,
                        struct err *err);

static int remove_blob(const struct image_store *store, const struct image_digest *digest,
                       struct err *err)
{
    if (unlinkat(store->blobs_fd, digest->hex, 0) < 0 && errno != ENOENT)
        return err_system(err, errno, "remove the blob '%s'", digest->hex);
    return 0;
}

/* Moves it away first: half of an image must never stand where a whole one is expected. */
static int remove_unpacked(const struct image_store *store, const struct image_digest *digest,
                           struct err *err)
{
    if (image_store_is_in_use(store, digest))
        return 0;
    if (renameat(store->unpacked_fd, digest->hex, store->staging_fd, digest->hex) < 0)
        return err_system(err, errno, "remove the unpacked image '%s'", digest->hex);
    return beneath_remove(store->staging_fd, digest->hex, err);
}

/* Removes files that processes were writing in the store's own directory when they died; whoever
 * writes one there has the store locked. */
static int sweep_unfinished(const struct image_store *store, struct err *err)
{
    CLEANUP(beneath_list_close) DIR *listing = beneath_list_open(store->root_fd);
    const char *name;

    if (listing == NULL)
        return err_system(err, errno, "list the store");
    while ((name = beneath_list_next(listing)) != NULL) {
        if (strstr(name, ".new-") != NULL && unlinkat(store->root_fd, name, 0) < 0 &&
            errno != ENOENT)
            return err_system(err, errno, "remove '%s'", name);
    }
    return 0;
}

/* Removes from one part of the store what is not needed. */
static int sweep(const struct image_store *store, int part_fd, const struct needed *needed,
                 remove_call *remove_one, struct err *err)
{
    CLEANUP(beneath_list_close) DIR *listing = beneath_list_open(part_fd);
    const char *name;
    int number = 0;

    if (listing == NULL)
        return err_system(err, errno, "list the store");
    while (number == 0 && (name = beneath_list_next(listing)) != NULL) {
        struct image_digest digest;

        if (digest_of_name(name, &digest) && !is_needed(needed, &digest))
            number = remove_one(store, &digest, err);
    }
    return number;
}

int image_store_collect(struct image_store *store, struct err *err)
{
    CLEANUP(arena_done) struct arena arena = arena_init(IMAGE_STORE_ARENA_BYTES);
    CLEANUP(free_pointer) struct image_digest *block = NULL;
    struct image_records records;
    struct needed needed = { 0 };
    int number = image_store_list(store, &arena, &records, err);

    if (number < 0)
        return number;
    block = calloc(records.count + 1, (IMAGE_LAYERS_MAX + 2) * sizeof(*block));
    if (block == NULL)
        return err_system(err, ENOMEM, "store '%s'", store->path);
    needed.at = block;
    for (size_t i = 0; number == 0 && i < records.count; i++)
        number = need_blobs_of(store, &records.at[i], &needed, err);
    if (number == 0) {
        qsort(needed.at, needed.count, sizeof(*needed.at), compare);
        number = sweep(store, store->blobs_fd, &needed, remove_blob, err);
    }
    if (number == 0)
        number = sweep(store, store->unpacked_fd, &needed, remove_unpacked, err);
    if (number == 0)
        number = sweep_unfinished(store, err);
    return number < 0 ? err_prefix(err, "store '%s'", store->path) : 0;
}

static int remove_name(struct image_store *store, const char *reference, struct err *err)
{
    CLEANUP(arena_done) struct arena arena = arena_init(IMAGE_STORE_ARENA_BYTES);
    struct image_records records;
    struct image_record *record;
    struct image_digest digest;
    int number = image_store_list(store, &arena, &records, err);

    if (number < 0)
        return number;
    record = image_records_find(&records, reference);
    if (record == NULL)
        return err_set(err, -ENOENT, "there is no image '%s'", reference);
    digest = record->manifest.digest;
    image_records_remove(&records, record);
    if (!image_records_has_manifest(&records, &digest) && image_store_is_in_use(store, &digest))
        return err_set(err, -EBUSY, "image '%s': a container uses it", reference);
    return image_store_replace_list(store, &records, err);
}

int image_store_remove(struct image_store *store, const char *reference, struct err *err)
{
    int number;

    if (store->root_fd < 0)
        return err_set(err, -ENOENT, "there is no image '%s'", reference);
    number = image_store_lock(store, err);
    if (number < 0)
        return number;
    number = remove_name(store, reference, err);
    image_store_unlock(store);
    return number;
}
