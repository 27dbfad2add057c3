/* A table of fields for each object, and a function that takes what it has checked. */
#include "image/manifest.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "image/json.h"

#include <errno.h>
#include <sys/utsname.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct image_json_field index_fields[] = {
    { "schemaVersion", JSON_INTEGER, true },
    { "mediaType", JSON_STRING, false },
    { "manifests", JSON_ARRAY, true },
};

static const struct image_json_field manifest_fields[] = {
    { "schemaVersion", JSON_INTEGER, true },
    { "mediaType", JSON_STRING, false },
    { "config", JSON_OBJECT, true },
    { "layers", JSON_ARRAY, true },
};

static const struct image_json_field descriptor_fields[] = {
    { "mediaType", JSON_STRING, true },
    { "digest", JSON_STRING, true },
    { "size", JSON_INTEGER, true },
    { "platform", JSON_OBJECT, false },
};

static const struct image_json_field platform_fields[] = {
    { "os", JSON_STRING, true },
    { "architecture", JSON_STRING, true },
};

/* What a document would be something else with. */
static const char *const not_in_index[] = { "config", "layers", "fsLayers", "history" };
static const char *const not_in_manifest[] = { "manifests", "fsLayers", "history" };

struct image_platform image_platform_here(void)
{
    static const struct {
        const char *machine, *architecture;
    } rows[] = {
        { "x86_64", "amd64" },    { "aarch64", "arm64" },   { "armv7l", "arm" },
        { "i686", "386" },        { "ppc64le", "ppc64le" }, { "s390x", "s390x" },
        { "riscv64", "riscv64" },
    };
    struct utsname name;

    REQUIRE(uname(&name) == 0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (strcmp(rows[i].machine, name.machine) == 0)
            return (struct image_platform){ "linux", rows[i].architecture };
    }
    return (struct image_platform){ "linux", "unknown" };
}

/* What index and manifest have in common: their version, their own media type, and nothing of the
 * other. */
static int check_kind(const json_t *document, enum image_media said, const char *const *foreign,
                      size_t foreign_count, struct err *err)
{
    const char *own = image_json_text(document, "mediaType");
    enum image_media media;

    if (json_integer_value(image_json_member(document, "schemaVersion")) != 2)
        return err_set(err, -EINVAL, "schemaVersion: is not 2");
    if (own != NULL && (!image_media_parse(bytes_of_text(own), &media) || media != said))
        return err_set(err, -EINVAL, "mediaType: is '%s', but it was announced as '%s'", own,
                       image_media_text(said));
    for (size_t i = 0; i < foreign_count; i++) {
        if (json_object_get(document, foreign[i]) != NULL)
            return err_set(err, -EINVAL, "%s: has no place in a document of the type '%s'",
                           foreign[i], image_media_text(said));
    }
    return 0;
}

/* The blob that a descriptor names; the media type must be one of the role. */
static int read_descriptor(const json_t *object, enum image_role role,
                           struct image_descriptor *ret_descriptor, struct err *err)
{
    struct image_descriptor descriptor;
    const char *media;
    const char *digest;
    json_int_t size;

    if (image_json_check(object, descriptor_fields, COUNT(descriptor_fields), err) < 0)
        return err->number;
    media = image_json_text(object, "mediaType");
    if (!image_media_parse(bytes_of_text(media), &descriptor.media) ||
        image_media_role(descriptor.media) != role)
        return err_set(err, -EINVAL, "mediaType: '%s' is not one that can be used here", media);
    digest = image_json_text(object, "digest");
    if (!image_digest_parse(bytes_of_text(digest), &descriptor.digest))
        return err_set(err, -EINVAL, "digest: '%s' is no sha256 digest", digest);
    size = json_integer_value(image_json_member(object, "size"));
    if (size < 0 || (uint64_t)size > IMAGE_BLOB_BYTES_MAX)
        return err_set(err, -EINVAL, "size: %lld is out of range", (long long)size);
    descriptor.size = (uint64_t)size;
    *ret_descriptor = descriptor;
    return 0;
}

/* Whether a member of an index is for the platform; -EINVAL for what is no such member. */
static int is_for(const json_t *object, const struct image_platform *platform, bool *ret_is_for,
                  struct err *err)
{
    const json_t *own;

    if (image_json_check(object, descriptor_fields, COUNT(descriptor_fields), err) < 0)
        return err->number;
    own = image_json_member(object, "platform");
    *ret_is_for = false;
    if (own == NULL)
        return 0;
    if (image_json_check(own, platform_fields, COUNT(platform_fields), err) < 0)
        return err_prefix(err, "platform");
    *ret_is_for = strcmp(image_json_text(own, "os"), platform->os) == 0 &&
                  strcmp(image_json_text(own, "architecture"), platform->architecture) == 0;
    return 0;
}

static int choose(const json_t *document, const struct image_platform *platform,
                  struct image_descriptor *ret_manifest, struct err *err)
{
    const json_t *manifests = image_json_member(document, "manifests");
    size_t i;
    json_t *object;

    if (json_array_size(manifests) > IMAGE_MANIFESTS_MAX)
        return err_set(err, -EINVAL, "manifests: has more than %d entries", IMAGE_MANIFESTS_MAX);
    json_array_foreach(manifests, i, object)
    {
        bool fits = false;
        int number = is_for(object, platform, &fits, err);

        if (number == 0 && fits)
            number = read_descriptor(object, IMAGE_ROLE_MANIFEST, ret_manifest, err);
        if (number < 0)
            return err_prefix(err, "manifests[%zu]", i);
        if (fits)
            return 0;
    }
    return err_set(err, -ENOENT, "manifests: none is for %s/%s", platform->os,
                   platform->architecture);
}

int image_index_choose(struct bytes json, enum image_media said,
                       const struct image_platform *platform, struct image_descriptor *ret_manifest,
                       struct err *err)
{
    CLEANUP(image_json_done) json_t *document = NULL;
    int number = image_json_read(json, &document, err);

    REQUIRE(image_media_role(said) == IMAGE_ROLE_INDEX);
    if (number == 0)
        number = image_json_check(document, index_fields, COUNT(index_fields), err);
    if (number == 0)
        number = check_kind(document, said, not_in_index, COUNT(not_in_index), err);
    if (number == 0)
        number = choose(document, platform, ret_manifest, err);
    return number;
}

static int read_layers(const json_t *layers, struct image_manifest *manifest, struct err *err)
{
    size_t i;
    json_t *object;

    if (json_array_size(layers) > IMAGE_LAYERS_MAX)
        return err_set(err, -EINVAL, "layers: has more than %d entries", IMAGE_LAYERS_MAX);
    json_array_foreach(layers, i, object)
    {
        if (read_descriptor(object, IMAGE_ROLE_LAYER, &manifest->layers[i], err) < 0)
            return err_prefix(err, "layers[%zu]", i);
    }
    manifest->layers_count = json_array_size(layers);
    return 0;
}

int image_manifest_parse(struct bytes json, enum image_media said,
                         struct image_manifest *ret_manifest, struct err *err)
{
    CLEANUP(image_json_done) json_t *document = NULL;
    struct image_manifest manifest;
    int number = image_json_read(json, &document, err);

    REQUIRE(image_media_role(said) == IMAGE_ROLE_MANIFEST);
    if (number == 0)
        number = image_json_check(document, manifest_fields, COUNT(manifest_fields), err);
    if (number == 0)
        number = check_kind(document, said, not_in_manifest, COUNT(not_in_manifest), err);
    if (number < 0)
        return number;
    if (read_descriptor(image_json_member(document, "config"), IMAGE_ROLE_CONFIG, &manifest.config,
                        err) < 0)
        return err_prefix(err, "config");
    number = read_layers(image_json_member(document, "layers"), &manifest, err);
    if (number == 0)
        *ret_manifest = manifest;
    return number;
}
