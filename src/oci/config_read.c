/*
 * config.json to struct oci_config: one walk over the field tables. Objects inside objects are not
 * read by recursion; they wait in a queue, in the order in which they were found.
 */
#include "oci/fields.h"

#include "base/require.h"
#include "base/text_format.h"
#include "kernel/capabilities.h"

#include <errno.h>
#include <stdio.h>

#define PLACES_MAX 16
#define NO_INDEX SIZE_MAX

/* An object that is to be read. */
struct item {
    const struct oci_table *table;
    json_t *object;
    char *base; /* the struct that its values go to */
    /* Where it stands: parent.name[index] */
    const struct item *parent; /* NULL: it is the whole document */
    const char *name;
    size_t index;
    struct item *next;
};

struct reading {
    struct arena *arena;
    struct item *last; /* the end of the queue */
    struct oci_texts warnings;
    struct err *err;
};

/* A value of an object, or with an index a value in the list that it is. */
struct place {
    const struct item *item;
    const struct oci_field *field;
    size_t index;
    const char *member; /* of the value, where that has no row of its own; or NULL */
    void *value;        /* where it goes */
};

static void append_step(struct text *path, const char *name, size_t index)
{
    if (path->size > 0)
        (void)text_append_char(path, '.');
    (void)text_append(path, name);
    if (index == NO_INDEX)
        return;
    (void)text_append_char(path, '[');
    (void)text_append_decimal(path, index, 0);
    (void)text_append_char(path, ']');
}

/* "process.rlimits[2].soft" */
static void append_path(struct text *path, struct place place)
{
    const struct item *parents[PLACES_MAX];
    size_t count = 0;

    for (const struct item *at = place.item; at->parent != NULL && count < PLACES_MAX;
         at = at->parent)
        parents[count++] = at;
    while (count > 0) {
        count--;
        append_step(path, parents[count]->name, parents[count]->index);
    }
    append_step(path, place.field->name, place.index);
    if (place.member != NULL)
        append_step(path, place.member, NO_INDEX);
}

/* Says what is wrong with the value at a place: "process.rlimits[2].soft: <sentence>". */
__attribute__((format(printf, 3, 4))) static int wrong(const struct reading *reading,
                                                       struct place place, const char *format, ...)
{
    char path_block[512];
    char why_block[512];
    struct text path = text_init(path_block, sizeof(path_block));
    va_list arguments;

    append_path(&path, place);
    va_start(arguments, format);
    (void)vsnprintf(why_block, sizeof(why_block), format, arguments);
    va_end(arguments);
    return err_set(reading->err, -EINVAL, "%s: %s", path.at, why_block);
}

static int no_memory(const struct reading *reading)
{
    return err_set(reading->err, -ENOMEM, "larger than what may be kept of a config.json");
}

static const char *type_name(const json_t *value)
{
    if (value == NULL)
        return "nothing";
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "a list";
    case JSON_STRING:
        return "a text";
    case JSON_INTEGER:
    case JSON_REAL:
        return "a number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "a truth value";
    case JSON_NULL:
        return "null";
    default:
        UNREACHABLE();
    }
}

static int wrong_type(const struct reading *reading, struct place place, const json_t *value,
                      const char *expected)
{
    return wrong(reading, place, "is %s, must be %s", type_name(value), expected);
}

/* A number from `min` to `max`. */
static int read_signed(const struct reading *reading, struct place place, const json_t *value,
                       int64_t *ret_number)
{
    const struct oci_field *field = place.field;
    struct oci_whole whole;
    const char *flaw;
    int64_t number;

    if (!json_is_number(value))
        return wrong_type(reading, place, value, "a number");
    flaw = oci_whole_read(value, &whole);
    if (flaw != NULL)
        return wrong(reading, place, "%s", flaw);
    if (whole.magnitude > INT64_MAX)
        return wrong(reading, place, "is too large");
    number = whole.is_negative ? -(int64_t)whole.magnitude : (int64_t)whole.magnitude;
    if (number < field->number_min || number > field->number_max)
        return wrong(reading, place, "is %lld, must be between %lld and %lld", (long long)number,
                     (long long)field->number_min, (long long)field->number_max);
    *ret_number = number;
    return 0;
}

static int read_unsigned(const struct reading *reading, struct place place, const json_t *value,
                         uint64_t max, uint64_t *ret_number)
{
    struct oci_whole whole;
    const char *flaw;

    if (!json_is_number(value))
        return wrong_type(reading, place, value, "a number");
    flaw = oci_whole_read(value, &whole);
    if (flaw != NULL)
        return wrong(reading, place, "%s", flaw);
    if (whole.is_negative && whole.magnitude != 0)
        return wrong(reading, place, "must not be negative");
    if (whole.magnitude > max)
        return wrong(reading, place, "must be at most %llu", (unsigned long long)max);
    *ret_number = whole.magnitude;
    return 0;
}

static int read_text(const struct reading *reading, struct place place, const json_t *value,
                     const char **ret_text)
{
    char *copy;

    if (!json_is_string(value))
        return wrong_type(reading, place, value, "a text");
    copy = arena_copy_bytes(reading->arena,
                            bytes_of(json_string_value(value), json_string_length(value)));
    if (copy == NULL)
        return no_memory(reading);
    *ret_text = copy;
    return 0;
}

/* How many entries a list has, if it is one and not too long. */
static int read_count(const struct reading *reading, struct place place, const json_t *value,
                      const char *expected, size_t *ret_count)
{
    if (!json_is_array(value))
        return wrong_type(reading, place, value, expected);
    if (json_array_size(value) > OCI_LIST_MAX)
        return wrong(reading, place, "has %zu entries, more than %d", json_array_size(value),
                     OCI_LIST_MAX);
    *ret_count = json_array_size(value);
    return 0;
}

static int field_bool(struct reading *reading, struct place place, json_t *value)
{
    if (!json_is_boolean(value))
        return wrong_type(reading, place, value, "true or false");
    *(bool *)place.value = json_is_true(value);
    return 0;
}

static int field_text(struct reading *reading, struct place place, json_t *value)
{
    const char *text = "";

    if (read_text(reading, place, value, &text) < 0)
        return reading->err->number;
    if (text[0] == '\0' && place.field->is_required)
        return wrong(reading, place, "is empty");
    *(const char **)place.value = text[0] == '\0' ? NULL : text;
    return 0;
}

static int field_u32(struct reading *reading, struct place place, json_t *value)
{
    uint64_t number = 0;

    if (read_unsigned(reading, place, value, UINT32_MAX, &number) < 0)
        return reading->err->number;
    *(uint32_t *)place.value = (uint32_t)number;
    return 0;
}

static int field_u64(struct reading *reading, struct place place, json_t *value)
{
    return read_unsigned(reading, place, value, UINT64_MAX, place.value);
}

static int field_number(struct reading *reading, struct place place, json_t *value)
{
    int64_t number = 0;

    if (read_signed(reading, place, value, &number) < 0)
        return reading->err->number;
    *(struct oci_number *)place.value = oci_number(number);
    return 0;
}

static int field_texts(struct reading *reading, struct place place, json_t *value)
{
    struct oci_texts *texts = place.value;
    const char **at;
    size_t count = 0;

    if (read_count(reading, place, value, "a list of texts", &count) < 0)
        return reading->err->number;
    at = arena_alloc_array(reading->arena, count, sizeof(*at));
    if (at == NULL)
        return no_memory(reading);
    for (size_t i = 0; i < count; i++) {
        place.index = i;
        if (read_text(reading, place, json_array_get(value, i), &at[i]) < 0)
            return reading->err->number;
    }
    *texts = (struct oci_texts){ .count = count, .at = at };
    return 0;
}

static int field_ids(struct reading *reading, struct place place, json_t *value)
{
    struct oci_ids *ids = place.value;
    uint32_t *at;
    size_t count = 0;

    if (read_count(reading, place, value, "a list of numbers", &count) < 0)
        return reading->err->number;
    at = arena_alloc_array(reading->arena, count, sizeof(*at));
    if (at == NULL)
        return no_memory(reading);
    for (size_t i = 0; i < count; i++) {
        place.index = i;
        place.value = &at[i];
        if (field_u32(reading, place, json_array_get(value, i)) < 0)
            return reading->err->number;
    }
    *ids = (struct oci_ids){ .count = count, .at = at };
    return 0;
}

static int field_pairs(struct reading *reading, struct place place, json_t *value)
{
    struct oci_pairs *pairs = place.value;
    struct oci_pair *at;
    const char *name;
    json_t *text;
    size_t count = 0;

    if (!json_is_object(value))
        return wrong_type(reading, place, value, "an object");
    if (json_object_size(value) > OCI_LIST_MAX)
        return wrong(reading, place, "has more than %d entries", OCI_LIST_MAX);
    at = arena_alloc_array(reading->arena, json_object_size(value), sizeof(*at));
    if (at == NULL)
        return no_memory(reading);
    json_object_foreach(value, name, text)
    {
        if (!json_is_string(text))
            return wrong(reading, place, "the value of '%s' is %s, must be a text", name,
                         type_name(text));
        at[count].name = arena_copy_text(reading->arena, name);
        if (at[count].name == NULL)
            return no_memory(reading);
        if (read_text(reading, place, text, &at[count].value) < 0)
            return reading->err->number;
        count++;
    }
    *pairs = (struct oci_pairs){ .count = count, .at = at };
    return 0;
}

/* Puts an object at the end of the queue. */
static int enqueue(struct reading *reading, struct place place, json_t *object, void *base)
{
    struct item *item;

    if (!json_is_object(object))
        return wrong_type(reading, place, object, "an object");
    item = arena_alloc(reading->arena, sizeof(*item));
    if (item == NULL)
        return no_memory(reading);
    *item = (struct item){ .table = place.field->table,
                           .object = object,
                           .base = base,
                           .parent = place.item,
                           .name = place.field->name,
                           .index = place.index };
    reading->last->next = item;
    reading->last = item;
    return 0;
}

static int field_object(struct reading *reading, struct place place, json_t *value)
{
    if (place.field->offset != 0)
        *(bool *)place.value = true;
    return enqueue(reading, place, value, place.item->base);
}

static int field_list(struct reading *reading, struct place place, json_t *value)
{
    struct oci_list *list = place.value;
    const size_t size = place.field->table->size;
    char *at;
    size_t count = 0;

    if (read_count(reading, place, value, "a list of objects", &count) < 0)
        return reading->err->number;
    at = arena_alloc_array(reading->arena, count, size);
    if (at == NULL)
        return no_memory(reading);
    for (size_t i = 0; i < count; i++) {
        place.index = i;
        if (enqueue(reading, place, json_array_get(value, i), at + i * size) < 0)
            return reading->err->number;
    }
    *list = (struct oci_list){ .count = count, .at = at };
    return 0;
}

static int find_namespace(const struct reading *reading, struct place place, const json_t *type,
                          size_t *ret_kind)
{
    place.member = "type";
    if (type == NULL)
        return wrong(reading, place, "is missing");
    if (!json_is_string(type))
        return wrong_type(reading, place, type, "a text");
    for (size_t i = 0; i < OCI_NAMESPACE_KINDS; i++) {
        if (strcmp(json_string_value(type), oci_namespace_names[i]) == 0) {
            *ret_kind = i;
            return 0;
        }
    }
    return wrong(reading, place, "there is no namespace of type '%s' here",
                 json_string_value(type));
}

/* As a list, but each entry has a name, which is its first member, in place of an index. */
static int field_map(struct reading *reading, struct place place, json_t *value)
{
    struct oci_list *list = place.value;
    const size_t size = place.field->table->size;
    const char *name;
    json_t *entry;
    char *at;
    size_t count = 0;

    if (!json_is_object(value))
        return wrong_type(reading, place, value, "an object of objects");
    if (json_object_size(value) > OCI_LIST_MAX)
        return wrong(reading, place, "has more than %d entries", OCI_LIST_MAX);
    at = arena_alloc_array(reading->arena, json_object_size(value), size);
    if (at == NULL)
        return no_memory(reading);
    json_object_foreach(value, name, entry)
    {
        size_t room = strlen(place.field->name) + strlen(name) + 2;
        char *path = arena_alloc(reading->arena, room);
        char *copy = arena_copy_text(reading->arena, name);

        if (path == NULL || copy == NULL)
            return no_memory(reading);
        (void)snprintf(path, room, "%s.%s", place.field->name, name);
        memcpy(at + count * size, &copy, sizeof(copy));
        place.member = name;
        if (enqueue(reading, place, entry, at + count * size) < 0)
            return reading->err->number;
        reading->last->name = path;
        count++;
    }
    *list = (struct oci_list){ .count = count, .at = at };
    return 0;
}

static int field_namespaces(struct reading *reading, struct place place, json_t *value)
{
    struct oci_namespace *namespaces = place.value;
    size_t count = 0;

    if (read_count(reading, place, value, "a list of objects", &count) < 0)
        return reading->err->number;
    for (size_t i = 0; i < count; i++) {
        json_t *entry = json_array_get(value, i);
        json_t *path = json_object_get(entry, "path");
        size_t kind = 0;

        place.index = i;
        place.member = NULL;
        if (!json_is_object(entry))
            return wrong_type(reading, place, entry, "an object");
        if (find_namespace(reading, place, json_object_get(entry, "type"), &kind) < 0)
            return reading->err->number;
        if (namespaces[kind].is_wanted)
            return wrong(reading, place, "the type '%s' is there twice", oci_namespace_names[kind]);
        namespaces[kind].is_wanted = true;
        place.member = "path";
        place.value = &namespaces[kind].path;
        if (path != NULL && !json_is_null(path) && field_text(reading, place, path) < 0)
            return reading->err->number;
    }
    return 0;
}

/* A capability that is none, or that a newer kernel has, is passed over with a warning, as the
 * specification wants it (config.md#linux-process). */
static int warn_of_capability(struct reading *reading, struct place place, const char *name)
{
    char block[1024];
    struct text text = text_init(block, sizeof(block));

    append_path(&text, place);
    (void)text_format(&text, ": there is no capability '%.128s', which is passed over", name);
    return oci_warnings_add(&reading->warnings, reading->arena, text.at) ? 0 : no_memory(reading);
}

static int field_capabilities(struct reading *reading, struct place place, json_t *value)
{
    uint64_t set = 0;
    size_t count = 0;

    if (read_count(reading, place, value, "a list of texts", &count) < 0)
        return reading->err->number;
    for (size_t i = 0; i < count; i++) {
        json_t *entry = json_array_get(value, i);
        int capability;

        place.index = i;
        if (!json_is_string(entry))
            return wrong_type(reading, place, entry, "a text");
        capability = kernel_capability_find(json_string_value(entry));
        if (capability >= 0)
            set |= UINT64_C(1) << capability;
        else if (warn_of_capability(reading, place, json_string_value(entry)) < 0)
            return reading->err->number;
    }
    *(uint64_t *)place.value = set;
    return 0;
}

static int field_ignored(struct reading *reading, struct place place, json_t *value)
{
    (void)reading;
    (void)place;
    (void)value;
    return 0;
}

/* What Cupel does not do may be there as long as it asks for nothing. */
static int field_refused(struct reading *reading, struct place place, json_t *value)
{
    if (json_is_false(value) || (json_is_string(value) && json_string_length(value) == 0) ||
        (json_is_array(value) && json_array_size(value) == 0) ||
        (json_is_object(value) && json_object_size(value) == 0))
        return 0;
    return wrong(reading, place, "is not supported");
}

typedef int (*field_reader)(struct reading *reading, struct place place, json_t *value);

static const field_reader readers[] = {
    [OCI_FIELD_BOOL] = field_bool,
    [OCI_FIELD_TEXT] = field_text,
    [OCI_FIELD_U32] = field_u32,
    [OCI_FIELD_U64] = field_u64,
    [OCI_FIELD_NUMBER] = field_number,
    [OCI_FIELD_TEXTS] = field_texts,
    [OCI_FIELD_IDS] = field_ids,
    [OCI_FIELD_PAIRS] = field_pairs,
    [OCI_FIELD_OBJECT] = field_object,
    [OCI_FIELD_LIST] = field_list,
    [OCI_FIELD_MAP] = field_map,
    [OCI_FIELD_NAMESPACES] = field_namespaces,
    [OCI_FIELD_CAPABILITIES] = field_capabilities,
    [OCI_FIELD_IGNORED] = field_ignored,
    [OCI_FIELD_REFUSED] = field_refused,
};

/* Refuses a key that the table has no row for. */
static int refuse_others(struct reading *reading, const struct item *item)
{
    const char *key;
    json_t *value;

    json_object_foreach(item->object, key, value)
    {
        const struct oci_field unknown = { .name = key };
        bool is_known = false;

        for (size_t i = 0; i < item->table->count && !is_known; i++)
            is_known = strcmp(item->table->fields[i].name, key) == 0;
        if (!is_known)
            return wrong(reading, (struct place){ item, &unknown, NO_INDEX, NULL, NULL },
                         "is not supported");
    }
    return 0;
}

/* Reads what one object's table knows; keys that it does not know are not looked at, but where they
 * are names of things. */
static int read_item(struct reading *reading, const struct item *item)
{
    if (item->table->is_closed && refuse_others(reading, item) < 0)
        return reading->err->number;
    for (size_t i = 0; i < item->table->count; i++) {
        const struct oci_field *field = &item->table->fields[i];
        struct place place = { item, field, NO_INDEX, NULL, item->base + field->offset };
        json_t *value = json_object_get(item->object, field->name);

        if (value == NULL || json_is_null(value)) {
            if (field->is_required)
                return wrong(reading, place, "is missing");
            continue;
        }
        if (readers[field->kind](reading, place, value) < 0)
            return reading->err->number;
    }
    return 0;
}

static int read_document(json_t *document, const struct oci_table *table, struct arena *arena,
                         struct oci_config *ret_config, struct err *err)
{
    struct oci_config config = { 0 };
    struct item first = { .table = table, .object = document, .base = (char *)&config };
    struct reading reading = { .arena = arena, .last = &first, .err = err };

    if (!json_is_object(document))
        return err_set(err, -EINVAL, "is %s, must be an object", type_name(document));
    for (const struct item *item = &first; item != NULL; item = item->next) {
        if (read_item(&reading, item) < 0)
            return err->number;
    }
    config.warnings = reading.warnings;
    *ret_config = config;
    return 0;
}

int oci_fields_read(json_t *document, struct arena *arena, struct oci_config *ret_config,
                    struct err *err)
{
    return read_document(document, &oci_config_table, arena, ret_config, err);
}

int oci_fields_read_resources(json_t *document, struct arena *arena,
                              struct oci_resources *ret_resources, struct err *err)
{
    struct oci_config config;

    if (read_document(document, &oci_resources_table, arena, &config, err) < 0)
        return err->number;
    *ret_resources = config.resources;
    return 0;
}
