/*
 * Property: the JSON of an index, a manifest, a config or the store's list of images (the first
 * octet says which, and with which media type it came) is either refused with a sentence and
 * changes nothing, or gives what is within the limits; no document is taken for two kinds at once;
 * and a list of images reads back the same from its own JSON.
 *
 * Covers: src/image/manifest.c src/image/config.c src/image/index.c src/image/json.c
 * src/image/media.c
 */
#include "fuzz/target.h"

#include "base/cleanup.h"
#include "image/index.h"
#include "image/manifest.h"

#define ARENA_BYTES ((size_t)64 << 20)

static const struct image_platform here = { "linux", "amd64" };

static void check_descriptor(const struct image_descriptor *descriptor, enum image_role role)
{
    struct image_digest again;

    fuzz_require(image_media_role(descriptor->media) == role);
    fuzz_require(descriptor->size <= IMAGE_BLOB_BYTES_MAX);
    fuzz_require(role != IMAGE_ROLE_LAYER ||
                 image_media_compression(descriptor->media) <= IMAGE_COMPRESSION_ZSTD);
    fuzz_require(
        image_digest_parse(bytes_of_text(image_digest_text(&descriptor->digest).at), &again));
    fuzz_require(image_digest_equal(&again, &descriptor->digest));
}

/* What a failure says. */
static void check_refusal(int number, const struct err *err)
{
    fuzz_require(number < 0 && err->number == number && err->sentence[0] != '\0');
}

/* Whether it is an index of the one or the other media type. */
static bool run_index(struct bytes json, enum image_media said)
{
    struct image_descriptor chosen;
    struct err err = { 0 };
    int number = image_index_choose(json, said, &here, &chosen, &err);

    if (number < 0)
        check_refusal(number, &err);
    else
        check_descriptor(&chosen, IMAGE_ROLE_MANIFEST);
    return number == 0;
}

static bool run_manifest(struct bytes json, enum image_media said)
{
    struct image_manifest manifest;
    struct err err = { 0 };
    int number = image_manifest_parse(json, said, &manifest, &err);

    if (number < 0) {
        check_refusal(number, &err);
        return false;
    }
    check_descriptor(&manifest.config, IMAGE_ROLE_CONFIG);
    fuzz_require(manifest.layers_count <= IMAGE_LAYERS_MAX);
    for (size_t i = 0; i < manifest.layers_count; i++)
        check_descriptor(&manifest.layers[i], IMAGE_ROLE_LAYER);
    return true;
}

static void check_texts(const struct image_texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        fuzz_require(texts->at[i] != NULL);
    fuzz_require(texts->at == NULL || texts->at[texts->count] == NULL);
}

static void run_config(struct bytes json)
{
    CLEANUP(arena_done) struct arena arena = arena_init(IMAGE_CONFIG_ARENA_BYTES);
    struct image_config config;
    struct err err = { 0 };
    int number = image_config_parse(json, &arena, &config, &err);

    if (number < 0) {
        check_refusal(number, &err);
        return;
    }
    fuzz_require(config.platform.os[0] != '\0' && config.platform.architecture[0] != '\0');
    fuzz_require(config.diff_ids_count <= IMAGE_LAYERS_MAX);
    for (size_t i = 0; i < config.diff_ids_count; i++)
        fuzz_require(strlen(config.diff_ids[i].hex) == IMAGE_DIGEST_HEX);
    check_texts(&config.entrypoint);
    check_texts(&config.command);
    check_texts(&config.environment);
}

static void run_list(struct bytes json)
{
    CLEANUP(arena_done) struct arena arena = arena_init(ARENA_BYTES);
    struct image_records records;
    struct image_records again;
    struct bytes text;
    struct err err = { 0 };
    int number = image_index_parse(json, &arena, &records, &err);

    if (number < 0) {
        check_refusal(number, &err);
        return;
    }
    fuzz_require(records.count <= IMAGE_RECORDS_MAX);
    fuzz_require(image_index_format(&records, &arena, &text, &err) == 0);
    fuzz_require(image_index_parse(text, &arena, &again, &err) == 0);
    fuzz_require(again.count == records.count);
    for (size_t i = 0; i < records.count; i++) {
        fuzz_require(strcmp(again.at[i].reference, records.at[i].reference) == 0);
        fuzz_require(again.at[i].unpacked_bytes == records.at[i].unpacked_bytes);
        fuzz_require(
            image_digest_equal(&again.at[i].manifest.digest, &records.at[i].manifest.digest));
        fuzz_require(image_records_find(&records, again.at[i].reference) != NULL);
    }
    if (records.count > 0) {
        image_records_remove(&records, &records.at[0]);
        fuzz_require(records.count == again.count - 1);
        fuzz_require(image_records_put(&records, &again.at[0]));
        fuzz_require(image_records_has_manifest(&records, &again.at[0].manifest.digest));
    }
}

FUZZ_TARGET(input)
{
    struct bytes json = { 0 };
    unsigned int kind = input.size == 0 ? 0 : input.at[0] % 4;
    bool docker = input.size > 0 && (input.at[0] & 0x80) != 0;
    enum image_media index = docker ? IMAGE_MEDIA_DOCKER_INDEX : IMAGE_MEDIA_OCI_INDEX;
    enum image_media manifest = docker ? IMAGE_MEDIA_DOCKER_MANIFEST : IMAGE_MEDIA_OCI_MANIFEST;

    (void)bytes_from(input, 1, &json);
    if (kind <= 1) {
        bool is_index = run_index(json, index);

        fuzz_require(!run_manifest(json, manifest) || !is_index);
    } else if (kind == 2) {
        run_config(json);
    } else {
        run_list(json);
    }
}
