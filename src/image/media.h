/*
 * enum image_media: what a document or blob of an image is, by its media type.
 *
 * A media type says how content is to be read, so it is never guessed from the content: it comes
 * with the descriptor or the HTTP header, and what the content says of itself must agree
 * (CVE-2021-41190). Pure; any thread. Source: OCI image-spec media-types.md, and the docker image
 * manifest version 2, schema 2.
 */
#pragma once

#include "base/bytes.h"
#include "image/stream.h"

enum image_media {
    IMAGE_MEDIA_OCI_INDEX,
    IMAGE_MEDIA_DOCKER_INDEX,
    IMAGE_MEDIA_OCI_MANIFEST,
    IMAGE_MEDIA_DOCKER_MANIFEST,
    IMAGE_MEDIA_OCI_CONFIG,
    IMAGE_MEDIA_DOCKER_CONFIG,
    IMAGE_MEDIA_OCI_LAYER,
    IMAGE_MEDIA_OCI_LAYER_GZIP,
    IMAGE_MEDIA_OCI_LAYER_ZSTD,
    IMAGE_MEDIA_DOCKER_LAYER,
    IMAGE_MEDIA_DOCKER_LAYER_GZIP,
    IMAGE_MEDIA_DOCKER_LAYER_ZSTD,
    IMAGE_MEDIA_KINDS,
};

/* What a media type is for. */
enum image_role {
    IMAGE_ROLE_INDEX,
    IMAGE_ROLE_MANIFEST,
    IMAGE_ROLE_CONFIG,
    IMAGE_ROLE_LAYER,
};

/* Longest media type that is read. */
#define IMAGE_MEDIA_TEXT_MAX 127

/* The media type that the whole of `text` names; parameters (";charset=…") may follow, and case
 * does not matter (RFC 9110 section 8.3.1). False where we know none such. */
bool image_media_parse(struct bytes text, enum image_media *ret_media);

/* The media type's name. */
const char *image_media_text(enum image_media media);

/* What it is for. */
enum image_role image_media_role(enum image_media media);

/* How a layer is compressed; the media type must be a layer's (REQUIRE). */
enum image_compression image_media_compression(enum image_media media);
