/*
 * The store's list of images: index.json of an OCI image layout, in which each image has its
 * reference as the annotation "org.opencontainers.image.ref.name". Pure but for memory; any thread.
 * Source: OCI image-spec image-layout.md, annotations.md.
 */
#pragma once

#include "base/arena.h"
#include "image/manifest.h"

/* One image under one name. Texts belong to the arena that the list was read into. */
struct image_record {
    const char *reference;            /* with its defaults written out (image_reference_format) */
    struct image_descriptor manifest; /* of one platform; its digest is the image's */
    uint64_t unpacked_bytes;          /* what its layers' tars have together */
    const char *created;              /* RFC 3339, or NULL */
};

#define IMAGE_RECORDS_MAX 4096

struct image_records {
    size_t count;
    struct image_record *at; /* room for IMAGE_RECORDS_MAX */
};

/* Reads an index.json. What was not written by image_index_format() is -EINVAL. */
int image_index_parse(struct bytes json, struct arena *arena, struct image_records *ret_records,
                      struct err *err);

/* The list as the text of an index.json, in the arena. */
int image_index_format(const struct image_records *records, struct arena *arena,
                       struct bytes *ret_json, struct err *err);

/* The record of that name, or NULL. */
struct image_record *image_records_find(const struct image_records *records, const char *reference);

/* Whether a record has that manifest. */
bool image_records_has_manifest(const struct image_records *records,
                                const struct image_digest *digest);

/* Puts a record in the place of the one of the same name, or at the end: false where the list is
 * full. Its texts must live as long as the list. */
bool image_records_put(struct image_records *records, const struct image_record *record);

/* Takes a record of the list (which must be one of it) out. */
void image_records_remove(struct image_records *records, struct image_record *record);
