/* Indexes and manifests: what is read, and in which words the rest is refused. */
#include "unit.h"

#include "image/manifest.h"

#include <errno.h>

#define HEX "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define OCI "application/vnd.oci.image."
#define BLOB(media) "{\"mediaType\":\"" media "\",\"digest\":\"sha256:" HEX "\",\"size\":7}"
#define CONFIG "\"config\":" BLOB(OCI "config.v1+json")
#define LAYERS "\"layers\":[" BLOB(OCI "layer.v1.tar+zstd") "]"
#define FOR(machine, size)                                                                         \
    "{\"mediaType\":\"" OCI "manifest.v1+json\",\"digest\":\"sha256:" HEX "\",\"size\":" size      \
    ",\"platform\":{\"os\":\"linux\",\"architecture\":\"" machine "\"}}"

static void a_manifest_gives_config_and_layers(void **state)
{
    struct image_manifest manifest;
    struct err err = { 0 };

    (void)state;
    assert_int_equal(
        image_manifest_parse(bytes_of_text("{\"schemaVersion\":2," CONFIG "," LAYERS "}"),
                             IMAGE_MEDIA_OCI_MANIFEST, &manifest, &err),
        0);
    assert_int_equal(manifest.config.media, IMAGE_MEDIA_OCI_CONFIG);
    assert_int_equal(manifest.layers_count, 1);
    assert_int_equal(manifest.layers[0].media, IMAGE_MEDIA_OCI_LAYER_ZSTD);
    assert_int_equal(manifest.layers[0].size, 7);
    assert_string_equal(manifest.layers[0].digest.hex, HEX);
}

static void an_index_gives_the_first_manifest_for_the_platform(void **state)
{
    static const char json[] = "{\"schemaVersion\":2,\"manifests\":[" FOR("s390x", "1") "," FOR(
        "amd64", "2") "," FOR("amd64", "3") "]}";
    const struct image_platform here = { "linux", "amd64" };
    const struct image_platform there = { "linux", "mips" };
    struct image_descriptor chosen = { .size = 99 };
    struct err err = { 0 };

    (void)state;
    assert_int_equal(
        image_index_choose(bytes_of_text(json), IMAGE_MEDIA_OCI_INDEX, &there, &chosen, &err),
        -ENOENT);
    assert_string_equal(err.sentence, "manifests: none is for linux/mips");
    assert_int_equal(chosen.size, 99);
    assert_int_equal(
        image_index_choose(bytes_of_text(json), IMAGE_MEDIA_OCI_INDEX, &here, &chosen, &err), 0);
    assert_int_equal(chosen.size, 2);
}

static void a_manifest_that_is_something_else_is_refused(void **state)
{
    static const struct {
        const char *label, *json, *sentence;
    } rows[] = {
        { "no JSON", "{", "line 1" },
        { "no object", "[]", "it is an array, must be an object" },
        { "no config", "{\"schemaVersion\":2," LAYERS "}", "config: is missing" },
        { "an index as well", "{\"schemaVersion\":2," CONFIG "," LAYERS ",\"manifests\":[]}",
          "manifests: has no place" },
        { "schema 1 as well", "{\"schemaVersion\":2," CONFIG "," LAYERS ",\"fsLayers\":[]}",
          "fsLayers: has no place" },
        { "another type",
          "{\"schemaVersion\":2,\"mediaType\":\"" OCI "index.v1+json\"," CONFIG "," LAYERS "}",
          "mediaType: is '" OCI "index.v1+json', but it was announced" },
        { "another version", "{\"schemaVersion\":1," CONFIG "," LAYERS "}",
          "schemaVersion: is not 2" },
        { "a member twice", "{\"schemaVersion\":2,\"schemaVersion\":2}", "duplicate" },
        { "a layer as config",
          "{\"schemaVersion\":2,\"config\":" BLOB(OCI "layer.v1.tar") "," LAYERS "}",
          "config: mediaType: '" OCI "layer.v1.tar' is not one" },
        { "a config as layer",
          "{\"schemaVersion\":2," CONFIG ",\"layers\":[" BLOB(OCI "config.v1+json") "]}",
          "layers[0]: mediaType" },
        { "a digest that is a path",
          "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"" OCI
          "config.v1+json\",\"digest\":\"sha256:../../../etc/passwd\",\"size\":7}," LAYERS "}",
          "config: digest: 'sha256:../../../etc/passwd' is no sha256 digest" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct image_manifest manifest = { .layers_count = 99 };
        struct err err = { 0 };

        assert_row(rows[i].label,
                   image_manifest_parse(bytes_of_text(rows[i].json), IMAGE_MEDIA_OCI_MANIFEST,
                                        &manifest, &err) == -EINVAL);
        if (strstr(err.sentence, rows[i].sentence) == NULL)
            fail_msg("row '%s': %s", rows[i].label, err.sentence);
        assert_row(rows[i].label, manifest.layers_count == 99);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_manifest_gives_config_and_layers),
    cmocka_unit_test(an_index_gives_the_first_manifest_for_the_platform),
    cmocka_unit_test(a_manifest_that_is_something_else_is_refused),
};

RUN_TESTS(tests)
