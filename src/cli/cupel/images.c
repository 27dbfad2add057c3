/* `cupel images` and `cupel rmi`: the store's list. */
#include "cli/cupel/cupel.h"

#include "base/cleanup.h"
#include "engine/container.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>

static int print_table(const struct image_records *records)
{
    char block[32];
    struct text size = text_init(block, sizeof(block));
    int width = (int)strlen("REFERENCE");

    for (size_t i = 0; i < records->count; i++) {
        int own = (int)strlen(records->at[i].reference);

        width = own > width ? own : width;
    }
    printf("%-*s  %-12s  %9s  %s\n", width, "REFERENCE", "DIGEST", "SIZE", "CREATED");
    for (size_t i = 0; i < records->count; i++) {
        const struct image_record *record = &records->at[i];

        cupel_size_format(record->unpacked_bytes, &size);
        printf("%-*s  %.12s  %9s  %.10s\n", width, record->reference, record->manifest.digest.hex,
               size.at, record->created == NULL ? "-" : record->created);
    }
    return 0;
}

static int print_json(const struct image_records *records, struct err *err)
{
    json_t *list = json_array();
    int status = list == NULL ? -1 : 0;

    for (size_t i = 0; status == 0 && i < records->count; i++) {
        const struct image_record *record = &records->at[i];

        status = json_array_append_new(
            list, json_pack("{s:s, s:s, s:I, s:s?}", "reference", record->reference, "digest",
                            image_digest_text(&record->manifest.digest).at, "unpacked_bytes",
                            (json_int_t)record->unpacked_bytes, "created", record->created));
    }
    if (status == 0)
        status = json_dumpf(list, stdout, JSON_INDENT(2));
    json_decref(list);
    if (status != 0)
        return err_set(err, -1, "the list of images cannot be written");
    putchar('\n');
    return 0;
}

int cupel_images_run(const void *globals, const void *options, struct cli_operands operands)
{
    CLEANUP(image_store_close) struct image_store store = IMAGE_STORE_CLOSED;
    CLEANUP(arena_done) struct arena arena = arena_init(IMAGE_STORE_ARENA_BYTES);
    const struct cupel_images_options *chosen = options;
    struct image_records records;
    struct err err = { 0 };
    int number = cupel_store_open(globals, &store, &err);

    (void)operands;
    if (number == 0)
        number = image_store_list(&store, &arena, &records, &err);
    if (number == 0)
        number = chosen->json ? print_json(&records, &err) : print_table(&records);
    return number < 0 ? cli_fail(CUPEL_PROGRAM, &err, CUPEL_FAILED) : 0;
}

/* A container that is kept needs the image that it was made of, if it has no other name. */
static int check_containers(const struct image_store *store, const char *name, struct err *err)
{
    CLEANUP(arena_done) struct arena arena = arena_init(2 * IMAGE_STORE_ARENA_BYTES);
    struct engine_listed *listed = NULL;
    int number = engine_container_list(store, &arena, &listed, err);

    for (; number == 0 && listed != NULL; listed = listed->next) {
        if (listed->record.image != NULL && strcmp(listed->record.image, name) == 0)
            return err_set(err, -EBUSY, "image '%s': the container '%s' was made of it", name,
                           listed->record.name);
    }
    return number;
}

static int remove_one(struct image_store *store, const char *word, struct err *err)
{
    char block[IMAGE_REFERENCE_TEXT_MAX];
    struct text name = text_init(block, sizeof(block));
    struct image_reference reference;
    int number = cupel_reference_parse(word, &reference, err);

    if (number < 0)
        return number;
    (void)image_reference_format(&reference, &name);
    number = check_containers(store, name.at, err);
    return number < 0 ? number : image_store_remove(store, name.at, err);
}

int cupel_rmi_run(const void *globals, const void *options, struct cli_operands operands)
{
    CLEANUP(image_store_close) struct image_store store = IMAGE_STORE_CLOSED;
    struct err err = { 0 };
    int status = 0;

    (void)options;
    if (cupel_store_open(globals, &store, &err) < 0)
        return cli_fail(CUPEL_PROGRAM, &err, CUPEL_FAILED);
    for (int i = 0; i < operands.count; i++) {
        if (remove_one(&store, operands.at[i], &err) < 0)
            status = cli_fail(CUPEL_PROGRAM, &err, CUPEL_FAILED);
    }
    return status;
}
