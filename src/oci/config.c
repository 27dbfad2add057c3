/* The text of a config.json: limits on it, the JSON library, then the field tables. */
#include "oci/fields.h"

#include "base/cleanup.h"

#include <errno.h>
#include <jansson.h>

#define DEPTH_MAX 32 /* of lists and objects in the document; the specification has 7 */

/* Whether lists and objects are nested no deeper than DEPTH_MAX: jansson reads by recursion. */
static bool is_shallow(struct bytes json)
{
    bool in_text = false;
    size_t depth = 0;

    for (size_t i = 0; i < json.size; i++) {
        uint8_t character = json.at[i];

        if (in_text && character == '\\')
            i++;
        else if (character == '"')
            in_text = !in_text;
        else if (!in_text && (character == '[' || character == '{'))
            depth++;
        else if (!in_text && (character == ']' || character == '}') && depth > 0)
            depth--;
        if (depth > DEPTH_MAX)
            return false;
    }
    return true;
}

/* What the JSON library says may quote the document; control characters become '?'. */
static void make_printable(char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ' || *text == '\177')
            *text = '?';
    }
}

int oci_fields_decode(struct bytes json, json_t **ret_document, struct err *err)
{
    CLEANUP(free_pointer) char *wide = NULL;
    json_error_t error;
    json_t *document;
    size_t size = 0;

    if (json.size > OCI_JSON_BYTES_MAX)
        return err_set(err, -EINVAL, "larger than %zu bytes", OCI_JSON_BYTES_MAX);
    if (!is_shallow(json))
        return err_set(err, -EINVAL, "lists and objects are nested deeper than %d", DEPTH_MAX);
    document = json_loadb((const char *)json.at, json.size, JSON_REJECT_DUPLICATES, &error);
    if (document == NULL && json_error_code(&error) == json_error_numeric_overflow) {
        wide = oci_numbers_widen(json, &size);
        if (wide == NULL)
            return err_set(err, -ENOMEM, "larger than what may be kept of a config.json");
        document = json_loadb(wide, size, JSON_REJECT_DUPLICATES, &error);
    }
    if (document == NULL)
        return err_set(err, -EINVAL, "is not JSON: line %d, column %d: %s", error.line,
                       error.column, error.text);
    *ret_document = document;
    return 0;
}

static void release(json_t **document)
{
    json_decref(*document);
}

/* What is wanted of a process goes before what the config says of its own; a container that was
 * created without a program has none. */
static int merge_process(json_t *document, json_t *wanted, struct err *err)
{
    json_t *own = json_object_get(document, "process");
    int failed = 0;

    (void)json_object_del(own, "terminal");
    (void)json_object_del(own, "consoleSize");
    if (wanted != NULL && own == NULL && json_is_object(document))
        failed = json_object_set(document, "process", wanted);
    else if (wanted != NULL && json_is_object(own))
        failed = json_object_update(own, wanted);
    return failed == 0 ? 0 : err_set(err, -ENOMEM, "process: needs more memory than there is");
}

int oci_config_parse_exec(struct bytes json, struct bytes process, struct arena *arena,
                          struct oci_config *ret_config, struct err *err)
{
    CLEANUP(release) json_t *document = NULL;
    CLEANUP(release) json_t *wanted = NULL;
    int number = oci_fields_decode(json, &document, err);

    if (number == 0 && process.size > 0)
        number = oci_fields_decode(process, &wanted, err);
    if (number == 0 && wanted != NULL && !json_is_object(wanted))
        number = err_set(err, -EINVAL, "process: must be an object");
    if (number == 0)
        number = merge_process(document, wanted, err);
    if (number == 0)
        number = oci_fields_read(document, arena, ret_config, err);
    if (number < 0)
        make_printable(err->sentence);
    return number;
}

bool oci_warnings_add(struct oci_texts *texts, struct arena *arena, const char *text)
{
    const char **at;
    char *copy;

    if (texts->count == OCI_WARNINGS_MAX)
        return true;
    at = arena_alloc_array(arena, texts->count + 1, sizeof(*at));
    copy = arena_copy_text(arena, text);
    if (at == NULL || copy == NULL)
        return false;
    make_printable(copy);
    for (size_t i = 0; i < texts->count; i++)
        at[i] = texts->at[i];
    at[texts->count] = copy;
    *texts = (struct oci_texts){ .count = texts->count + 1, .at = at };
    return true;
}

int oci_config_parse(struct bytes json, struct arena *arena, struct oci_config *ret_config,
                     struct err *err)
{
    CLEANUP(release) json_t *document = NULL;
    int number = oci_fields_decode(json, &document, err);

    if (number == 0)
        number = oci_fields_read(document, arena, ret_config, err);
    if (number < 0)
        make_printable(err->sentence);
    return number;
}

int oci_resources_parse(struct bytes json, struct arena *arena, struct oci_resources *ret_resources,
                        struct err *err)
{
    CLEANUP(release) json_t *document = NULL;
    int number = oci_fields_decode(json, &document, err);

    if (number == 0)
        number = oci_fields_read_resources(document, arena, ret_resources, err);
    if (number < 0)
        make_printable(err->sentence);
    return number;
}
