/* Manifest, config, layers; unpack; then one locked moment in which it all becomes visible. */
#include "image/pull.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "image/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARENA_BYTES (4 * IMAGE_JSON_BYTES_MAX + IMAGE_CONFIG_ARENA_BYTES)

static const char rootfs_name[] = "rootfs";

struct pulling {
    struct image_store *store;
    const struct image_pull *pull;
    struct image_registry registry;
    struct image_staging staging;
    struct arena arena;
    struct image_document document; /* the manifest as it came */
    struct image_manifest manifest;
    struct image_config config;
    struct image_pulled pulled;
    struct image_unpacked unpacked;
    struct image_progress progress; /* what is told next */
};

static void pulling_done(struct pulling *pulling)
{
    image_staging_done(&pulling->staging);
    image_registry_close(&pulling->registry);
    arena_done(&pulling->arena);
}

/* Hands on what a layer or a transfer tells. */
static bool tell(void *caller, uint64_t bytes_done)
{
    struct pulling *pulling = caller;

    pulling->progress.bytes_done = bytes_done;
    return pulling->pull->tell == NULL ||
           pulling->pull->tell(pulling->pull->caller, &pulling->progress);
}

/* The manifest that an index offers for this machine, in place of the index. */
static int get_chosen_manifest(struct pulling *pulling, struct err *err)
{
    struct image_platform here = image_platform_here();
    const struct image_document index = pulling->document;
    struct image_descriptor chosen;
    int number = image_index_choose(index.json, index.media, &here, &chosen, err);

    if (number < 0)
        return err_prefix(err, "index %s", image_digest_text(&index.digest).at);
    number = image_registry_get_manifest(&pulling->registry, image_digest_text(&chosen.digest).at,
                                         &pulling->arena, &pulling->document, err);
    if (number < 0)
        return number;
    if (pulling->document.json.size != chosen.size || pulling->document.media != chosen.media)
        return err_set(err, -EINVAL, "manifest %s: its size or type is not what the index says",
                       image_digest_text(&chosen.digest).at);
    return 0;
}

static int get_manifest(struct pulling *pulling, struct err *err)
{
    const struct image_reference *reference = pulling->pull->reference;
    struct image_digest_text digest = image_digest_text(&reference->digest);
    int number = image_registry_get_manifest(&pulling->registry,
                                             reference->has_digest ? digest.at : reference->tag,
                                             &pulling->arena, &pulling->document, err);

    if (number == 0 && image_media_role(pulling->document.media) == IMAGE_ROLE_INDEX)
        number = get_chosen_manifest(pulling, err);
    if (number < 0)
        return number;
    pulling->pulled.manifest = pulling->document.digest;
    number = image_manifest_parse(pulling->document.json, pulling->document.media,
                                  &pulling->manifest, err);
    return number < 0
               ? err_prefix(err, "manifest %s", image_digest_text(&pulling->document.digest).at)
               : 0;
}

/* Whether staging has the blob by now: fetched before, or taken from the store. A link of our own
 * keeps it even if the image that it came with is removed meanwhile. */
static bool has_blob(const struct pulling *pulling, const struct image_descriptor *descriptor)
{
    const char *name = descriptor->digest.hex;

    return faccessat(pulling->staging.fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
           linkat(pulling->store->blobs_fd, name, pulling->staging.fd, name, 0) == 0;
}

/* Fetches a blob into staging. *ret_fetched: whether it had to come from the registry. */
static int fetch(struct pulling *pulling, const struct image_descriptor *descriptor,
                 bool *ret_fetched, struct err *err)
{
    CLEANUP(fd_close) int fd = -1;
    int number;

    *ret_fetched = false;
    if (has_blob(pulling, descriptor))
        return 0;
    fd = openat(pulling->staging.fd, descriptor->digest.hex,
                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_system(err, errno, "store '%s': create a blob", pulling->store->path);
    number = image_registry_get_blob(&pulling->registry, descriptor, fd, err);
    if (number < 0)
        return number;
    if (fsync(fd) < 0)
        return err_system(err, errno, "store '%s': write a blob", pulling->store->path);
    *ret_fetched = true;
    return 0;
}

static int check_config(const struct pulling *pulling, struct err *err)
{
    const struct image_config *config = &pulling->config;
    struct image_platform here = image_platform_here();

    if (strcmp(config->platform.os, here.os) != 0 ||
        strcmp(config->platform.architecture, here.architecture) != 0)
        return err_set(err, -EINVAL, "it is for %s/%s, this machine is %s/%s", config->platform.os,
                       config->platform.architecture, here.os, here.architecture);
    if (config->diff_ids_count != pulling->manifest.layers_count)
        return err_set(err, -EINVAL, "rootfs.diff_ids: has %zu entries for %zu layers",
                       config->diff_ids_count, pulling->manifest.layers_count);
    return 0;
}

static int get_config(struct pulling *pulling, struct err *err)
{
    const struct image_descriptor *descriptor = &pulling->manifest.config;
    const struct file_place place = { pulling->staging.fd, descriptor->digest.hex };
    struct bytes json;
    bool fetched;
    int number;

    if (descriptor->size > IMAGE_JSON_BYTES_MAX)
        return err_set(err, -EFBIG, "the config is larger than the limit of %zu bytes",
                       IMAGE_JSON_BYTES_MAX);
    number = fetch(pulling, descriptor, &fetched, err);
    if (number < 0)
        return number;
    number = file_read(place, IMAGE_JSON_BYTES_MAX, &pulling->arena, &json, err);
    if (number == 0)
        number = image_config_parse(json, &pulling->arena, &pulling->config, err);
    if (number == 0)
        number = check_config(pulling, err);
    return number < 0 ? err_prefix(err, "config %s", image_digest_text(&descriptor->digest).at) : 0;
}

static void begin_stage(struct pulling *pulling, enum image_stage stage, size_t layer)
{
    const struct image_descriptor *descriptor = &pulling->manifest.layers[layer];

    pulling->progress = (struct image_progress){
        .stage = stage,
        .layer = layer,
        .layers_count = pulling->manifest.layers_count,
        .bytes_total = stage == IMAGE_STAGE_FETCH ? descriptor->size : 0,
        .digest = &descriptor->digest,
    };
}

static int fetch_layers(struct pulling *pulling, struct err *err)
{
    for (size_t i = 0; i < pulling->manifest.layers_count; i++) {
        bool fetched;
        int number;

        begin_stage(pulling, IMAGE_STAGE_FETCH, i);
        number = fetch(pulling, &pulling->manifest.layers[i], &fetched, err);
        if (number < 0)
            return number;
        if (fetched)
            pulling->pulled.layers_fetched++;
    }
    pulling->pulled.layers_count = pulling->manifest.layers_count;
    return 0;
}

static void begin_unpack(void *caller, size_t layer)
{
    begin_stage(caller, IMAGE_STAGE_UNPACK, layer);
}

static int unpack(struct pulling *pulling, struct err *err)
{
    const struct image_unpack request = {
        .blobs_fd = pulling->staging.fd,
        .manifest = &pulling->manifest,
        .config = &pulling->config,
        .owners = pulling->store->owners,
        .bytes_max = pulling->pull->bytes_max,
        .begin = begin_unpack,
        .watch = { .tell = tell, .caller = pulling },
    };
    CLEANUP(fd_close) int fd = -1;
    int number;

    if (mkdirat(pulling->staging.fd, rootfs_name, 0700) < 0)
        return err_system(err, errno, "store '%s': create the root file system",
                          pulling->store->path);
    fd = openat(pulling->staging.fd, rootfs_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_system(err, errno, "store '%s': open the root file system",
                          pulling->store->path);
    number = image_unpack(&request, fd, &pulling->unpacked, err);
    if (number < 0)
        return number;
    pulling->pulled.left_out = pulling->unpacked.left_out;
    if (syncfs(fd) < 0)
        return err_system(err, errno, "store '%s': write the root file system",
                          pulling->store->path);
    return 0;
}

static int move_blob(const struct pulling *pulling, const struct image_digest *digest,
                     struct err *err)
{
    if (renameat(pulling->staging.fd, digest->hex, pulling->store->blobs_fd, digest->hex) < 0 &&
        errno != ENOENT)
        return err_system(err, errno, "store '%s': move a blob to its place", pulling->store->path);
    return 0;
}

/* Everything that was fetched and unpacked goes to its place. */
static int move_all(struct pulling *pulling, struct err *err)
{
    const struct image_digest *digest = &pulling->document.digest;
    int number = file_write_atomic((struct file_place){ pulling->staging.fd, digest->hex },
                                   pulling->document.json, 0600, err);

    if (number == 0)
        number = move_blob(pulling, digest, err);
    if (number == 0)
        number = move_blob(pulling, &pulling->manifest.config.digest, err);
    for (size_t i = 0; number == 0 && i < pulling->manifest.layers_count; i++)
        number = move_blob(pulling, &pulling->manifest.layers[i].digest, err);
    if (number < 0)
        return number;
    /* Another process may have unpacked the same image meanwhile, or removed it. */
    if (renameat(pulling->staging.fd, rootfs_name, pulling->store->unpacked_fd, digest->hex) < 0 &&
        faccessat(pulling->store->unpacked_fd, digest->hex, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
        return err_system(err, errno, "store '%s': move the image to its place",
                          pulling->store->path);
    return 0;
}

/* Enters the image into the list. The store is locked. */
static int enter(struct pulling *pulling, struct err *err)
{
    char block[IMAGE_REFERENCE_TEXT_MAX];
    struct text reference = text_init(block, sizeof(block));
    struct image_record record = {
        .reference = block,
        .manifest = { .media = pulling->document.media,
                      .digest = pulling->document.digest,
                      .size = pulling->document.json.size },
        .unpacked_bytes = pulling->unpacked.bytes,
        .created = pulling->config.created,
    };
    struct image_records records;
    int number = image_store_list(pulling->store, &pulling->arena, &records, err);

    if (number < 0)
        return number;
    REQUIRE(image_reference_format(pulling->pull->reference, &reference));
    for (size_t i = 0; i < records.count; i++) {
        if (image_digest_equal(&records.at[i].manifest.digest, &record.manifest.digest))
            record.unpacked_bytes = records.at[i].unpacked_bytes;
    }
    if (!image_records_put(&records, &record))
        return err_set(err, -ENOSPC, "store '%s': has %d images already", pulling->store->path,
                       IMAGE_RECORDS_MAX);
    return image_store_replace_list(pulling->store, &records, err);
}

static int commit(struct pulling *pulling, struct err *err)
{
    struct err ignored;
    int number = image_store_lock(pulling->store, err);

    if (number < 0)
        return number;
    number = move_all(pulling, err);
    if (number == 0)
        number = enter(pulling, err);
    if (number < 0)
        (void)image_store_collect(pulling->store, &ignored);
    image_store_unlock(pulling->store);
    return number;
}

/* Whether the store has this very image unpacked. */
static int is_there(struct pulling *pulling, bool *ret_is_there, struct err *err)
{
    struct image_records records;
    int number = image_store_list(pulling->store, &pulling->arena, &records, err);

    if (number < 0)
        return number;
    *ret_is_there = image_records_has_manifest(&records, &pulling->document.digest) &&
                    faccessat(pulling->store->unpacked_fd, pulling->document.digest.hex, F_OK,
                              AT_SYMLINK_NOFOLLOW) == 0;
    return 0;
}

static int pull_all(struct pulling *pulling, struct err *err)
{
    const struct image_watch watch = { .tell = tell, .caller = pulling };
    bool there = false;
    int number = image_registry_open(&pulling->registry, pulling->pull->reference,
                                     pulling->pull->trusts_anyone, &watch, err);

    if (number == 0)
        number = get_manifest(pulling, err);
    if (number == 0)
        number = image_store_create(pulling->store, err);
    if (number == 0)
        number = image_staging_open(pulling->store, &pulling->staging, err);
    if (number == 0)
        number = get_config(pulling, err);
    if (number == 0)
        number = is_there(pulling, &there, err);
    if (number == 0)
        number = fetch_layers(pulling, err);
    if (number == 0 && !there)
        number = unpack(pulling, err);
    return number == 0 ? commit(pulling, err) : number;
}

int image_pull(struct image_store *store, const struct image_pull *pull,
               struct image_pulled *ret_pulled, struct err *err)
{
    CLEANUP(free_pointer) struct pulling *block = calloc(1, sizeof(*block));
    struct pulling *pulling = block;
    int number;

    if (pulling == NULL)
        return err_system(err, ENOMEM, "pull an image");
    pulling->store = store;
    pulling->pull = pull;
    pulling->staging.fd = -1;
    pulling->arena = arena_init(ARENA_BYTES + 2 * IMAGE_STORE_ARENA_BYTES);
    number = pull_all(pulling, err);
    if (number == 0)
        *ret_pulled = pulling->pulled;
    pulling_done(pulling);
    return number;
}
