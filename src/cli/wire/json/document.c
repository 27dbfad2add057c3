/* Where a JSON text ends, and whether it may be given to jansson. */
#include "cli/wire/json/document.h"

#include <errno.h>

#define RECORD_SEPARATOR 0x1e

/* What has been seen of a text. */
struct extent {
    unsigned int depth;
    unsigned int values;
    bool in_string;
};

static bool is_between(uint8_t octet)
{
    return octet == ' ' || octet == '\t' || octet == '\r' || octet == '\n' ||
           octet == RECORD_SEPARATOR;
}

static int refuse_at(const struct byte_reader *text, size_t at, const char *reason, struct err *err)
{
    size_t line = 1;
    size_t column = 1;

    for (size_t i = 0; i < at; i++) {
        bool ends = text->base[i] == '\n';

        line += ends;
        column = ends ? 1 : column + 1;
    }
    return err_set(err, -EINVAL, "line %zu, column %zu: %s", line, column, reason);
}

/* Looks at an octet of a text; true where the text ends with it. */
static bool goes_over(struct extent *extent, uint8_t octet)
{
    if (octet == '"')
        extent->in_string = !extent->in_string;
    if (extent->in_string)
        return false;
    extent->values += octet == ',' || octet == ':' || octet == '[' || octet == '{';
    extent->depth += octet == '{' || octet == '[';
    if (octet == '}' || octet == ']')
        return --extent->depth == 0;
    return false;
}

/* The text at the cursor up to the brace that closes it, or to the end where none does. */
static int find_end(const struct byte_reader *text, size_t *ret_end, struct err *err)
{
    struct extent extent = { 0 };
    size_t at = text->position;

    while (at < text->end && !goes_over(&extent, text->base[at])) {
        at += extent.in_string && text->base[at] == '\\' && text->end - at > 1 ? 2 : 1;
        if (extent.depth > WIRE_JSON_DEPTH_MAX)
            return refuse_at(text, at, "there are too many levels", err);
        if (extent.values > WIRE_JSON_VALUES_MAX)
            return refuse_at(text, at, "there are too many values", err);
    }
    *ret_end = at < text->end ? at + 1 : at;
    return 0;
}

int wire_json_read_document(struct byte_reader *text, json_t **ret_document, struct err *err)
{
    struct byte_reader part;
    json_error_t error;
    json_t *document;
    struct bytes octets;
    int number;

    while (!byte_reader_is_done(text) && is_between(text->base[text->position]))
        text->position++;
    if (byte_reader_is_done(text))
        return 0;
    if (text->base[text->position] != '{')
        return refuse_at(text, text->position, "an object is expected", err);
    part = *text;
    number = find_end(text, &part.end, err);
    if (number < 0)
        return number;
    octets = byte_reader_rest(&part);
    document = json_loadb((const char *)octets.at, octets.size, JSON_REJECT_DUPLICATES, &error);
    if (document == NULL) {
        size_t at = error.position > 0 ? (size_t)error.position - 1 : 0;

        return refuse_at(text, text->position + (at < octets.size ? at : octets.size), error.text,
                         err);
    }
    text->position = part.end;
    *ret_document = document;
    return 1;
}

void wire_json_release(json_t **document)
{
    json_decref(*document);
    *document = NULL;
}
