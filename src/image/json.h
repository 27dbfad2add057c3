/*
 * Reading the JSON documents of images: limits, and a table of fields for each object.
 *
 * A table says which members an object must or may have and of which type; once an object has been
 * checked against it, its members can be taken without looking again. Members that a table does not
 * name are ignored, as the OCI image-spec demands ("considerations": implementations must not fail
 * on unknown properties). A member that is null counts as absent. One thread.
 */
#pragma once

#include "image/manifest.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct image_json_field {
    const char *name;
    json_type type;
    bool is_mandatory;
};

/* Reads a document whose outermost value is an object without repeated members. -EINVAL with a
 * sentence that begins with the place. The caller owns the result: json_decref. */
int image_json_read(struct bytes text, json_t **ret_document, struct err *err);

/* Checks an object against a table of `count` fields. -EINVAL with a sentence that names the
 * member. */
int image_json_check(const json_t *object, const struct image_json_field *fields, size_t count,
                     struct err *err);

/* A member of a checked object; NULL where it is absent or null. The object keeps it. */
json_t *image_json_member(const json_t *object, const char *name);

/* A member's text; NULL where it is absent. The object keeps it. */
const char *image_json_text(const json_t *object, const char *name);

/* Forgets the document in the variable. Fits CLEANUP. */
void image_json_done(json_t **document);
