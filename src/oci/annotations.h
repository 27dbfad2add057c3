/* Annotations as JSON, for those who write the state of a container. */
#pragma once

#include "oci/config.h"

#include <jansson.h>

/* An object; NULL without memory. The caller's. */
static inline json_t *oci_annotations_json(const struct oci_pairs *annotations)
{
    json_t *json = json_object();

    for (size_t i = 0; i < annotations->count; i++)
        (void)json_object_set_new(json, annotations->at[i].name,
                                  json_string(annotations->at[i].value));
    return json;
}
