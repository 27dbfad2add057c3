/* jansson parses; the tables say what must be there. */
#include "image/json.h"

#include <errno.h>

static const char *type_name(json_type type)
{
    static const char *const names[] = {
        [JSON_OBJECT] = "an object",   [JSON_ARRAY] = "an array",
        [JSON_STRING] = "a text",      [JSON_INTEGER] = "a whole number",
        [JSON_REAL] = "a real number", [JSON_TRUE] = "true",
        [JSON_FALSE] = "false",        [JSON_NULL] = "null",
    };

    return (size_t)type < sizeof(names) / sizeof(names[0]) ? names[type] : "something else";
}

int image_json_read(struct bytes text, json_t **ret_document, struct err *err)
{
    json_error_t error;
    json_t *document;

    if (text.size > IMAGE_JSON_BYTES_MAX)
        return err_set(err, -EFBIG, "larger than the limit of %zu bytes", IMAGE_JSON_BYTES_MAX);
    document = json_loadb((const char *)text.at, text.size, JSON_REJECT_DUPLICATES, &error);
    if (document == NULL)
        return err_set(err, -EINVAL, "line %d, column %d: %s", error.line, error.column,
                       error.text);
    if (!json_is_object(document)) {
        (void)err_set(err, -EINVAL, "it is %s, must be an object",
                      type_name(json_typeof(document)));
        json_decref(document);
        return err->number;
    }
    *ret_document = document;
    return 0;
}

int image_json_check(const json_t *object, const struct image_json_field *fields, size_t count,
                     struct err *err)
{
    if (!json_is_object(object))
        return err_set(err, -EINVAL, "it is %s, must be an object", type_name(json_typeof(object)));
    for (size_t i = 0; i < count; i++) {
        const json_t *member = image_json_member(object, fields[i].name);

        if (member == NULL && fields[i].is_mandatory)
            return err_set(err, -EINVAL, "%s: is missing", fields[i].name);
        if (member != NULL && json_typeof(member) != fields[i].type)
            return err_set(err, -EINVAL, "%s: is %s, must be %s", fields[i].name,
                           type_name(json_typeof(member)), type_name(fields[i].type));
    }
    return 0;
}

json_t *image_json_member(const json_t *object, const char *name)
{
    json_t *member = json_object_get(object, name);

    return json_is_null(member) ? NULL : member;
}

const char *image_json_text(const json_t *object, const char *name)
{
    return json_string_value(image_json_member(object, name));
}

void image_json_done(json_t **document)
{
    json_decref(*document);
    *document = NULL;
}
