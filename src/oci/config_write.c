/*
 * struct oci_config to config.json: the same field tables, walked to write. What a config does not
 * ask for is not written, and an object that would be empty is taken out again at the end.
 */
#include "oci/fields.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "base/text.h"
#include "kernel/capabilities.h"
#include "oci/json_text.h"

#include <errno.h>
#include <jansson.h>

/* An object that is to be filled. */
struct item {
    const struct oci_table *table;
    json_t *object;
    const char *base; /* the struct that its values come from */
    json_t *parent;   /* the object that it is in; NULL for the whole document and in lists */
    const char *name; /* its key there */
    bool is_kept;     /* even if it is empty */
    struct item *next;
    struct item *previous;
};

struct writing {
    struct arena *arena;
    struct item *last; /* the end of the queue */
};

/* A field, and the value that it has. */
struct place {
    const struct item *item;
    const struct oci_field *field;
    const void *value;
};

/* Each writer gives a value, or NULL for one that need not be written, or fails (false) without
 * memory or for a number that JSON's readers do not take. */
typedef bool (*field_writer)(struct writing *writing, struct place place, json_t **ret_json);

/* Whether there is a value where one was made. */
static bool made(json_t *json, json_t **ret_json)
{
    *ret_json = json;
    return json != NULL;
}

static bool field_bool(struct writing *writing, struct place place, json_t **ret_json)
{
    bool value = *(const bool *)place.value;

    (void)writing;
    if (!value && !place.field->is_required)
        return true;
    return made(json_boolean(value), ret_json);
}

static bool field_text(struct writing *writing, struct place place, json_t **ret_json)
{
    const char *text = *(const char *const *)place.value;

    (void)writing;
    return text == NULL || made(json_string(text), ret_json);
}

static bool field_u32(struct writing *writing, struct place place, json_t **ret_json)
{
    (void)writing;
    return made(json_integer(*(const uint32_t *)place.value), ret_json);
}

static bool field_u64(struct writing *writing, struct place place, json_t **ret_json)
{
    uint64_t number = *(const uint64_t *)place.value;

    (void)writing;
    return number <= INT64_MAX && made(json_integer((json_int_t)number), ret_json);
}

static bool field_number(struct writing *writing, struct place place, json_t **ret_json)
{
    const struct oci_number *number = place.value;

    (void)writing;
    return !number->is_set || made(json_integer(number->value), ret_json);
}

static bool field_texts(struct writing *writing, struct place place, json_t **ret_json)
{
    const struct oci_texts *texts = place.value;

    (void)writing;
    if (texts->count == 0 && texts->at == NULL && !place.field->is_required)
        return true;
    if (!made(json_array(), ret_json))
        return false;
    for (size_t i = 0; i < texts->count; i++) {
        if (json_array_append_new(*ret_json, json_string(texts->at[i])) < 0)
            return false;
    }
    return true;
}

static bool field_ids(struct writing *writing, struct place place, json_t **ret_json)
{
    const struct oci_ids *ids = place.value;

    (void)writing;
    if (ids->count == 0)
        return true;
    if (!made(json_array(), ret_json))
        return false;
    for (size_t i = 0; i < ids->count; i++) {
        if (json_array_append_new(*ret_json, json_integer(ids->at[i])) < 0)
            return false;
    }
    return true;
}

static bool field_pairs(struct writing *writing, struct place place, json_t **ret_json)
{
    const struct oci_pairs *pairs = place.value;

    (void)writing;
    if (pairs->count == 0)
        return true;
    if (!made(json_object(), ret_json))
        return false;
    for (size_t i = 0; i < pairs->count; i++) {
        if (json_object_set_new(*ret_json, pairs->at[i].name, json_string(pairs->at[i].value)) < 0)
            return false;
    }
    return true;
}

/* Puts an object at the end of the queue. */
static struct item *enqueue(struct writing *writing, struct place place, json_t *object,
                            const void *base)
{
    struct item *item = arena_alloc(writing->arena, sizeof(*item));

    if (item == NULL)
        return NULL;
    *item = (struct item){ .table = place.field->table,
                           .object = object,
                           .base = base,
                           .is_kept = true,
                           .previous = writing->last };
    writing->last->next = item;
    writing->last = item;
    return item;
}

static bool field_object(struct writing *writing, struct place place, json_t **ret_json)
{
    struct item *item;

    if (!made(json_object(), ret_json))
        return false;
    item = enqueue(writing, place, *ret_json, place.item->base);
    if (item == NULL)
        return false;
    item->parent = place.item->object;
    item->name = place.field->name;
    item->is_kept =
        place.field->is_required || (place.field->offset != 0 && *(const bool *)place.value);
    return true;
}

static bool field_list(struct writing *writing, struct place place, json_t **ret_json)
{
    const struct oci_list *list = place.value;
    const char *at = list->at;

    if (list->count == 0)
        return true;
    if (!made(json_array(), ret_json))
        return false;
    for (size_t i = 0; i < list->count; i++) {
        json_t *object = json_object();

        if (json_array_append_new(*ret_json, object) < 0)
            return false;
        if (enqueue(writing, place, object, at + i * place.field->table->size) == NULL)
            return false;
    }
    return true;
}

static bool field_map(struct writing *writing, struct place place, json_t **ret_json)
{
    const struct oci_list *list = place.value;
    const char *at = list->at;

    if (list->count == 0)
        return true;
    if (!made(json_object(), ret_json))
        return false;
    for (size_t i = 0; i < list->count; i++, at += place.field->table->size) {
        json_t *object = json_object();
        const char *name;

        memcpy(&name, at, sizeof(name));
        if (json_object_set_new(*ret_json, name, object) < 0)
            return false;
        if (enqueue(writing, place, object, at) == NULL)
            return false;
    }
    return true;
}

static bool field_namespaces(struct writing *writing, struct place place, json_t **ret_json)
{
    const struct oci_namespace *namespaces = place.value;

    (void)writing;
    if (!made(json_array(), ret_json))
        return false;
    for (size_t i = 0; i < OCI_NAMESPACE_KINDS; i++) {
        json_t *entry;

        if (!namespaces[i].is_wanted)
            continue;
        entry = json_pack("{ss ss*}", "type", oci_namespace_names[i], "path", namespaces[i].path);
        if (json_array_append_new(*ret_json, entry) < 0)
            return false;
    }
    return true;
}

static bool field_capabilities(struct writing *writing, struct place place, json_t **ret_json)
{
    uint64_t set = *(const uint64_t *)place.value;

    (void)writing;
    if (set == 0)
        return true;
    if (!made(json_array(), ret_json))
        return false;
    for (unsigned int i = 0; i < 64; i++) {
        char block[64];
        struct text name = text_init(block, sizeof(block));

        if ((set >> i & 1) == 0)
            continue;
        if (!kernel_capability_name(i, &name) ||
            json_array_append_new(*ret_json, json_string(name.at)) < 0)
            return false;
    }
    return true;
}

static bool field_nothing(struct writing *writing, struct place place, json_t **ret_json)
{
    (void)writing;
    (void)place;
    (void)ret_json;
    return true;
}

static const field_writer writers[] = {
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
    [OCI_FIELD_IGNORED] = field_nothing,
    [OCI_FIELD_REFUSED] = field_nothing,
};

static bool write_item(struct writing *writing, const struct item *item)
{
    for (size_t i = 0; i < item->table->count; i++) {
        const struct oci_field *field = &item->table->fields[i];
        json_t *value = NULL;
        bool ok = writers[field->kind](
            writing, (struct place){ item, field, item->base + field->offset }, &value);

        if (!ok) {
            json_decref(value);
            return false;
        }
        if (value != NULL && json_object_set_new(item->object, field->name, value) < 0)
            return false;
    }
    return true;
}

static bool write_document(const struct oci_config *config, json_t *document, struct arena *arena)
{
    struct item first = { .table = &oci_config_table,
                          .object = document,
                          .base = (const char *)config,
                          .is_kept = true };
    struct writing writing = { .arena = arena, .last = &first };

    for (const struct item *item = &first; item != NULL; item = item->next) {
        if (!write_item(&writing, item))
            return false;
    }
    /* From the innermost outwards. */
    for (const struct item *item = writing.last; item != NULL; item = item->previous) {
        if (!item->is_kept && json_object_size(item->object) == 0)
            (void)json_object_del(item->parent, item->name);
    }
    /* A config without a program has no process, whose fields are mandatory. */
    if (config->process.args.count == 0 && config->process.cwd == NULL)
        (void)json_object_del(document, "process");
    return true;
}

static void release(json_t **document)
{
    json_decref(*document);
}

int oci_config_format(const struct oci_config *config, struct arena *arena, struct bytes *ret_json,
                      struct err *err)
{
    CLEANUP(release) json_t *document = json_object();
    CLEANUP(oci_json_text_free) char *text = NULL;
    struct bytes all;
    char *copy;

    if (document == NULL || !write_document(config, document, arena))
        return err_set(err, -ENOMEM, "this config cannot be written as JSON");
    text = json_dumps(document, JSON_INDENT(4) | JSON_ENSURE_ASCII);
    if (text == NULL)
        return err_set(err, -ENOMEM, "this config cannot be written as JSON");
    all = bytes_of_text(text);
    copy = arena_copy_bytes(arena, all);
    if (copy == NULL)
        return err_system(err, ENOMEM, "write the config");
    *ret_json = bytes_of(copy, all.size);
    return 0;
}
