/* `cupel ps` and `cupel rm`: the containers that are kept. */
#include "cli/cupel/cupel.h"

#include "base/cleanup.h"
#include "engine/container.h"

#include <jansson.h>
#include <stdio.h>
#include <time.h>

#define TEXT(text) ((text) == NULL ? "-" : (text))

/* The columns whose contents have no usual length. */
struct widths {
    int name;
    int image;
};

static int widened(int width, const char *text)
{
    int own = (int)strlen(text);

    return own > width ? own : width;
}

static struct widths widths_of(const struct engine_listed *listed)
{
    struct widths widths = { .name = (int)strlen("NAME"), .image = (int)strlen("IMAGE") };

    for (; listed != NULL; listed = listed->next) {
        widths.name = widened(widths.name, listed->record.name);
        widths.image = widened(widths.image, TEXT(listed->record.image));
    }
    return widths;
}

static void print_container(const struct engine_listed *listed, struct widths widths)
{
    const struct engine_record *record = &listed->record;
    char made[32] = "-";
    char state[32] = "incomplete";
    struct tm broken;
    time_t created = (time_t)record->created_s;

    if (record->created_s != 0 && localtime_r(&created, &broken) != NULL)
        (void)strftime(made, sizeof(made), "%Y-%m-%d %H:%M", &broken);
    if (listed->is_running)
        (void)snprintf(state, sizeof(state), "running");
    else if (record->has_ended)
        (void)snprintf(state, sizeof(state), "exited (%d)", record->status);
    printf("%-*s  %-12s  %-16s  %-*s  ", widths.name, record->name, state, made, widths.image,
           TEXT(record->image));
    cli_print_visibly(stdout, TEXT(record->command));
    putchar('\n');
}

static void print_table(const struct engine_listed *listed)
{
    struct widths widths = widths_of(listed);

    printf("%-*s  %-12s  %-16s  %-*s  %s\n", widths.name, "NAME", "STATE", "CREATED", widths.image,
           "IMAGE", "COMMAND");
    for (; listed != NULL; listed = listed->next)
        print_container(listed, widths);
}

static json_t *container_json(const struct engine_listed *listed)
{
    const struct engine_record *record = &listed->record;
    json_t *object = json_pack("{s:s, s:s?, s:s?, s:b, s:I}", "name", record->name, "image",
                               record->image, "command", record->command, "is_running",
                               (int)listed->is_running, "created_s", (json_int_t)record->created_s);

    if (object != NULL && record->has_ended)
        (void)json_object_set_new(object, "status", json_integer(record->status));
    return object;
}

static int print_json(const struct engine_listed *listed, struct err *err)
{
    json_t *list = json_array();
    int status = list == NULL ? -1 : 0;

    for (; status == 0 && listed != NULL; listed = listed->next)
        status = json_array_append_new(list, container_json(listed));
    if (status == 0)
        status = json_dumpf(list, stdout, JSON_INDENT(2));
    json_decref(list);
    if (status != 0)
        return err_set(err, -1, "the list of containers cannot be written");
    putchar('\n');
    return 0;
}

int cupel_ps_run(const void *globals, const void *options, struct cli_operands operands)
{
    CLEANUP(image_store_close) struct image_store store = IMAGE_STORE_CLOSED;
    CLEANUP(arena_done) struct arena arena = arena_init(IMAGE_STORE_ARENA_BYTES);
    const struct cupel_ps_options *chosen = options;
    struct engine_listed *listed = NULL;
    struct err err = { 0 };
    int number = cupel_store_open(globals, &store, &err);

    (void)operands;
    if (number == 0)
        number = engine_container_list(&store, &arena, &listed, &err);
    if (number == 0 && chosen->json)
        number = print_json(listed, &err);
    if (number < 0)
        return cli_fail(CUPEL_PROGRAM, &err, CUPEL_FAILED);
    if (!chosen->json)
        print_table(listed);
    return 0;
}

int cupel_rm_run(const void *globals, const void *options, struct cli_operands operands)
{
    CLEANUP(image_store_close) struct image_store store = IMAGE_STORE_CLOSED;
    struct err err = { 0 };
    int status = 0;

    (void)options;
    if (cupel_store_open(globals, &store, &err) < 0)
        return cli_fail(CUPEL_PROGRAM, &err, CUPEL_FAILED);
    for (int i = 0; i < operands.count; i++) {
        if (engine_container_remove_named(&store, operands.at[i], &err) < 0)
            status = cli_fail(CUPEL_PROGRAM, &err, CUPEL_FAILED);
    }
    return status;
}
