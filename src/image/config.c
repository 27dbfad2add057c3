/* The config of an image: what to run in it. */
#include "image/manifest.h"

#include "base/cleanup.h"
#include "image/json.h"

#include <errno.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define TEXTS_MAX 4096

static const struct image_json_field image_fields[] = {
    { "architecture", JSON_STRING, true }, { "os", JSON_STRING, true },
    { "created", JSON_STRING, false },     { "config", JSON_OBJECT, false },
    { "rootfs", JSON_OBJECT, true },
};

static const struct image_json_field rootfs_fields[] = {
    { "type", JSON_STRING, true },
    { "diff_ids", JSON_ARRAY, true },
};

static const struct image_json_field run_fields[] = {
    { "User", JSON_STRING, false },      { "WorkingDir", JSON_STRING, false },
    { "Env", JSON_ARRAY, false },        { "Cmd", JSON_ARRAY, false },
    { "Entrypoint", JSON_ARRAY, false },
};

static int no_memory(struct err *err)
{
    return err_set(err, -EFBIG, "its texts are larger than the limit");
}

/* A copy of a text that may be absent; an empty one counts as absent. */
static int copy_text(const json_t *object, const char *name, struct arena *arena,
                     const char **ret_text, struct err *err)
{
    const char *text = image_json_text(object, name);

    *ret_text = NULL;
    if (text == NULL || text[0] == '\0')
        return 0;
    *ret_text = arena_copy_text(arena, text);
    return *ret_text == NULL ? no_memory(err) : 0;
}

/* A copy of an array of texts that may be absent. */
static int copy_texts(const json_t *object, const char *name, struct arena *arena,
                      struct image_texts *ret_texts, struct err *err)
{
    const json_t *array = image_json_member(object, name);
    size_t count = json_array_size(array);
    const char **texts;

    if (count > TEXTS_MAX)
        return err_set(err, -EINVAL, "%s: has more than %d entries", name, TEXTS_MAX);
    texts = arena_alloc_array(arena, count + 1, sizeof(*texts));
    if (texts == NULL)
        return no_memory(err);
    for (size_t i = 0; i < count; i++) {
        const char *text = json_string_value(json_array_get(array, i));

        if (text == NULL)
            return err_set(err, -EINVAL, "%s[%zu]: is no text", name, i);
        texts[i] = arena_copy_text(arena, text);
        if (texts[i] == NULL)
            return no_memory(err);
    }
    *ret_texts = (struct image_texts){ .count = count, .at = texts };
    return 0;
}

static int read_diff_ids(const json_t *rootfs, struct arena *arena, struct image_config *config,
                         struct err *err)
{
    const json_t *array;
    struct image_digest *diff_ids;
    size_t count;

    if (image_json_check(rootfs, rootfs_fields, COUNT(rootfs_fields), err) < 0)
        return err->number;
    if (strcmp(image_json_text(rootfs, "type"), "layers") != 0)
        return err_set(err, -EINVAL, "type: is not 'layers'");
    array = image_json_member(rootfs, "diff_ids");
    count = json_array_size(array);
    if (count > IMAGE_LAYERS_MAX)
        return err_set(err, -EINVAL, "diff_ids: has more than %d entries", IMAGE_LAYERS_MAX);
    diff_ids = arena_alloc_array(arena, count + 1, sizeof(*diff_ids));
    if (diff_ids == NULL)
        return no_memory(err);
    for (size_t i = 0; i < count; i++) {
        const char *text = json_string_value(json_array_get(array, i));

        if (text == NULL || !image_digest_parse(bytes_of_text(text), &diff_ids[i]))
            return err_set(err, -EINVAL, "diff_ids[%zu]: is no sha256 digest", i);
    }
    config->diff_ids = diff_ids;
    config->diff_ids_count = count;
    return 0;
}

static int read_run(const json_t *run, struct arena *arena, struct image_config *config,
                    struct err *err)
{
    int number = 0;

    if (run != NULL)
        number = image_json_check(run, run_fields, COUNT(run_fields), err);
    if (number == 0)
        number = copy_text(run, "User", arena, &config->user, err);
    if (number == 0)
        number = copy_text(run, "WorkingDir", arena, &config->working_directory, err);
    if (number == 0)
        number = copy_texts(run, "Env", arena, &config->environment, err);
    if (number == 0)
        number = copy_texts(run, "Cmd", arena, &config->command, err);
    if (number == 0)
        number = copy_texts(run, "Entrypoint", arena, &config->entrypoint, err);
    return number < 0 ? err_prefix(err, "config") : 0;
}

/* Whether a text could be a date and time of RFC 3339: it is shown to people as it stands. */
static bool is_time(const char *text)
{
    return strlen(text) <= 40 && strspn(text, "0123456789-:.+TZtz") == strlen(text);
}

int image_config_parse(struct bytes json, struct arena *arena, struct image_config *ret_config,
                       struct err *err)
{
    CLEANUP(image_json_done) json_t *document = NULL;
    struct image_config config = { 0 };
    int number = image_json_read(json, &document, err);

    if (number == 0)
        number = image_json_check(document, image_fields, COUNT(image_fields), err);
    if (number == 0)
        number = copy_text(document, "os", arena, &config.platform.os, err);
    if (number == 0)
        number = copy_text(document, "architecture", arena, &config.platform.architecture, err);
    if (number == 0)
        number = copy_text(document, "created", arena, &config.created, err);
    if (number < 0)
        return number;
    if (config.platform.os == NULL || config.platform.architecture == NULL)
        return err_set(err, -EINVAL, "os, architecture: may not be empty");
    if (config.created != NULL && !is_time(config.created))
        config.created = NULL;
    if (read_diff_ids(image_json_member(document, "rootfs"), arena, &config, err) < 0)
        return err_prefix(err, "rootfs");
    number = read_run(image_json_member(document, "config"), arena, &config, err);
    if (number == 0)
        *ret_config = config;
    return number;
}
