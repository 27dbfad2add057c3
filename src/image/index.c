/* JSON on the outside, a flat list on the inside. */
#include "image/index.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "image/json.h"

#include <errno.h>
#include <stdio.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char name_key[] = "org.opencontainers.image.ref.name";
static const char created_key[] = "org.opencontainers.image.created";
static const char unpacked_key[] = "cupel.unpacked-bytes";

static const struct image_json_field index_fields[] = {
    { "schemaVersion", JSON_INTEGER, true },
    { "manifests", JSON_ARRAY, true },
};

static const struct image_json_field record_fields[] = {
    { "mediaType", JSON_STRING, true },
    { "digest", JSON_STRING, true },
    { "size", JSON_INTEGER, true },
    { "annotations", JSON_OBJECT, true },
};

static const struct image_json_field annotation_fields[] = {
    { name_key, JSON_STRING, true },
    { created_key, JSON_STRING, false },
    { unpacked_key, JSON_STRING, true },
};

static int read_annotations(const json_t *annotations, struct arena *arena,
                            struct image_record *record, struct err *err)
{
    const char *created;
    char *end = NULL;

    if (image_json_check(annotations, annotation_fields, COUNT(annotation_fields), err) < 0)
        return err_prefix(err, "annotations");
    record->reference = arena_copy_text(arena, image_json_text(annotations, name_key));
    created = image_json_text(annotations, created_key);
    record->created = created == NULL ? NULL : arena_copy_text(arena, created);
    if (record->reference == NULL || (created != NULL && record->created == NULL))
        return err_system(err, ENOMEM, "read the list of images");
    record->unpacked_bytes = strtoull(image_json_text(annotations, unpacked_key), &end, 10);
    if (*end != '\0')
        return err_set(err, -EINVAL, "annotations.%s: is no number", unpacked_key);
    return 0;
}

static int read_record(const json_t *object, struct arena *arena, struct image_record *record,
                       struct err *err)
{
    struct image_descriptor *manifest = &record->manifest;
    json_int_t size;

    if (image_json_check(object, record_fields, COUNT(record_fields), err) < 0)
        return err->number;
    size = json_integer_value(image_json_member(object, "size"));
    if (!image_media_parse(bytes_of_text(image_json_text(object, "mediaType")), &manifest->media) ||
        image_media_role(manifest->media) != IMAGE_ROLE_MANIFEST)
        return err_set(err, -EINVAL, "mediaType: is no manifest's");
    if (!image_digest_parse(bytes_of_text(image_json_text(object, "digest")), &manifest->digest))
        return err_set(err, -EINVAL, "digest: is no sha256 digest");
    if (size < 0)
        return err_set(err, -EINVAL, "size: is negative");
    manifest->size = (uint64_t)size;
    return read_annotations(image_json_member(object, "annotations"), arena, record, err);
}

int image_index_parse(struct bytes json, struct arena *arena, struct image_records *ret_records,
                      struct err *err)
{
    CLEANUP(image_json_done) json_t *document = NULL;
    struct image_records records = { 0 };
    const json_t *manifests;
    int number = image_json_read(json, &document, err);

    if (number == 0)
        number = image_json_check(document, index_fields, COUNT(index_fields), err);
    if (number < 0)
        return number;
    manifests = image_json_member(document, "manifests");
    records.count = json_array_size(manifests);
    if (records.count > IMAGE_RECORDS_MAX)
        return err_set(err, -EINVAL, "manifests: has more than %d entries", IMAGE_RECORDS_MAX);
    records.at = arena_alloc_array(arena, IMAGE_RECORDS_MAX, sizeof(*records.at));
    if (records.at == NULL)
        return err_system(err, ENOMEM, "read the list of images");
    for (size_t i = 0; i < records.count; i++) {
        if (read_record(json_array_get(manifests, i), arena, &records.at[i], err) < 0)
            return err_prefix(err, "manifests[%zu]", i);
    }
    *ret_records = records;
    return 0;
}

/* A record as JSON, or NULL without memory (or where a text is not UTF-8). */
static json_t *write_record(const struct image_record *record)
{
    char unpacked[24];

    (void)snprintf(unpacked, sizeof(unpacked), "%llu", (unsigned long long)record->unpacked_bytes);
    return json_pack("{s:s, s:s, s:I, s:{s:s, s:s*, s:s}}", "mediaType",
                     image_media_text(record->manifest.media), "digest",
                     image_digest_text(&record->manifest.digest).at, "size",
                     (json_int_t)record->manifest.size, "annotations", name_key, record->reference,
                     created_key, record->created, unpacked_key, unpacked);
}

static void text_done(char **text)
{
    free(*text);
    *text = NULL;
}

int image_index_format(const struct image_records *records, struct arena *arena,
                       struct bytes *ret_json, struct err *err)
{
    CLEANUP(image_json_done) json_t *manifests = json_array();
    CLEANUP(image_json_done) json_t *document = NULL;
    CLEANUP(text_done) char *text = NULL;
    const char *copy;
    bool ok = manifests != NULL;

    for (size_t i = 0; ok && i < records->count; i++)
        ok = json_array_append_new(manifests, write_record(&records->at[i])) == 0;
    if (ok)
        document = json_pack("{s:i, s:s, s:O}", "schemaVersion", 2, "mediaType",
                             image_media_text(IMAGE_MEDIA_OCI_INDEX), "manifests", manifests);
    if (document != NULL)
        text = json_dumps(document, JSON_INDENT(2));
    copy = text == NULL ? NULL : arena_copy_text(arena, text);
    if (copy == NULL)
        return err_system(err, ENOMEM, "write the list of images");
    *ret_json = bytes_of_text(copy);
    return 0;
}

struct image_record *image_records_find(const struct image_records *records, const char *reference)
{
    for (size_t i = 0; i < records->count; i++) {
        if (strcmp(records->at[i].reference, reference) == 0)
            return &records->at[i];
    }
    return NULL;
}

bool image_records_has_manifest(const struct image_records *records,
                                const struct image_digest *digest)
{
    for (size_t i = 0; i < records->count; i++) {
        if (image_digest_equal(&records->at[i].manifest.digest, digest))
            return true;
    }
    return false;
}

bool image_records_put(struct image_records *records, const struct image_record *record)
{
    struct image_record *place = image_records_find(records, record->reference);

    if (place == NULL) {
        if (records->count == IMAGE_RECORDS_MAX)
            return false;
        place = &records->at[records->count++];
    }
    *place = *record;
    return true;
}

void image_records_remove(struct image_records *records, struct image_record *record)
{
    size_t index = (size_t)(record - records->at);

    REQUIRE(index < records->count);
    records->count--;
    memmove(record, record + 1, (records->count - index) * sizeof(*record));
}
