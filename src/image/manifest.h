/*
 * The documents that say what an image consists of: an index (one manifest for each platform), a
 * manifest (a config and layers), and the config (what to run, and the layers' digests when they
 * are not compressed).
 *
 *     registry --media type, octets--> image_index_choose() -> descriptor of a manifest
 *              --media type, octets--> image_manifest_parse() -> descriptors of config and layers
 *              --octets--------------> image_config_parse()
 *
 * Each function reads a whole document and gives -EINVAL with a sentence that begins with the
 * place, e.g. "layers[2].size: is missing"; its result is then untouched. What a document says of
 * its own media type must be what its descriptor or the registry said, and a document with the
 * members of both an index and a manifest is refused (CVE-2021-41190). Any thread. Source: OCI
 * image-spec image-index.md, manifest.md, descriptor.md, config.md.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "image/digest.h"
#include "image/media.h"

/* The longest document that is read: what registries accept as a manifest. */
#define IMAGE_JSON_BYTES_MAX ((size_t)4 << 20)
#define IMAGE_LAYERS_MAX 128
#define IMAGE_MANIFESTS_MAX 1024
/* The most that the texts and lists of a config take. */
#define IMAGE_CONFIG_ARENA_BYTES ((size_t)16 << 20)
/* The largest blob that a descriptor may announce. */
#define IMAGE_BLOB_BYTES_MAX ((uint64_t)1 << 40)

struct image_descriptor {
    enum image_media media;
    struct image_digest digest;
    uint64_t size; /* octets of the blob */
};

struct image_manifest {
    struct image_descriptor config;
    size_t layers_count;
    struct image_descriptor layers[IMAGE_LAYERS_MAX]; /* the lowest first */
};

/* For which machines an image is, in the words of the image-spec (Go's). */
struct image_platform {
    const char *os;
    const char *architecture;
};

struct image_texts {
    size_t count;
    const char *const *at; /* `count` texts, then NULL */
};

struct image_config {
    struct image_platform platform;
    const char *created;            /* RFC 3339, as it stands there, or NULL */
    const char *user;               /* "name", "uid", "uid:gid", …; NULL: root */
    const char *working_directory;  /* absolute; NULL: "/" */
    struct image_texts environment; /* "NAME=value" */
    struct image_texts entrypoint;
    struct image_texts command;
    size_t diff_ids_count;
    const struct image_digest *diff_ids;
};

/* The platform of this machine. Names live for ever. */
struct image_platform image_platform_here(void);

/* The descriptor of the first manifest in the index that is for the platform. -ENOENT where none
 * is. `said` is the media type that came with the document; its role must be an index's (REQUIRE).
 */
int image_index_choose(struct bytes json, enum image_media said,
                       const struct image_platform *platform, struct image_descriptor *ret_manifest,
                       struct err *err);

/* Reads a manifest; `said` as above, with a manifest's role. */
int image_manifest_parse(struct bytes json, enum image_media said,
                         struct image_manifest *ret_manifest, struct err *err);

/* Reads a config, whose texts and lists live in the arena. */
int image_config_parse(struct bytes json, struct arena *arena, struct image_config *ret_config,
                       struct err *err);
