/* Events of libyaml, one after another: a mapping's keys, and after each its value. */
#include "cli/dns/settings/file.h"

#include "base/cleanup.h"
#include "base/require.h"

#include <errno.h>
#include <string.h>
#include <yaml.h>

/* So much of a key that is not known is shown. */
#define KEY_SHOWN 64

struct reading {
    const struct settings_file *file;
    const struct settings_table *table;
    const struct settings_target *target;
    struct settings_lines *lines;
    struct err *err;
    yaml_parser_t parser;
};

/* A sentence about a line as a whole. */
static int refuse(struct reading *reading, size_t line, const char *why)
{
    return err_set(reading->err, -EINVAL, "%s:%zu: %s", reading->file->name, line, why);
}

/* Puts the place in front of a sentence about a key's value. */
static int refuse_key(struct reading *reading, size_t line, const char *key)
{
    return err_prefix(reading->err, "%s:%zu: %.*s", reading->file->name, line, KEY_SHOWN, key);
}

static size_t line_of(const yaml_event_t *event)
{
    return event->start_mark.line + 1;
}

/* The line that an octet stands in. */
static size_t line_at(struct bytes text, size_t offset)
{
    size_t line = 1;

    for (size_t i = 0; i < offset && i < text.size; i++)
        line += text.at[i] == '\n';
    return line;
}

/* What libyaml does not take. */
static int refuse_syntax(struct reading *reading)
{
    const yaml_parser_t *parser = &reading->parser;
    size_t line = parser->error == YAML_READER_ERROR
                      ? line_at(reading->file->text, parser->problem_offset)
                      : parser->problem_mark.line + 1;

    if (parser->error == YAML_MEMORY_ERROR)
        return err_set(reading->err, -ENOMEM, "%s: no memory", reading->file->name);
    return err_set(reading->err, -EINVAL, "%s:%zu: this is not YAML: %s", reading->file->name, line,
                   parser->problem);
}

/* What a node has that no file of ours needs, or NULL. */
static const char *find_excess(const yaml_event_t *event)
{
    static const char anchor[] = "anchors and aliases are not taken";
    static const char tag[] = "tags are not taken";

    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return anchor;
    case YAML_SCALAR_EVENT:
        if (event->data.scalar.anchor != NULL)
            return anchor;
        return event->data.scalar.tag != NULL ? tag : NULL;
    case YAML_SEQUENCE_START_EVENT:
        if (event->data.sequence_start.anchor != NULL)
            return anchor;
        return event->data.sequence_start.tag != NULL ? tag : NULL;
    case YAML_MAPPING_START_EVENT:
        if (event->data.mapping_start.anchor != NULL)
            return anchor;
        return event->data.mapping_start.tag != NULL ? tag : NULL;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        break;
    }
    return NULL;
}

/* The next event, in place of the one that is there. */
static int next(struct reading *reading, yaml_event_t *event)
{
    const char *excess;

    yaml_event_delete(event);
    if (yaml_parser_parse(&reading->parser, event) == 0)
        return refuse_syntax(reading);
    excess = find_excess(event);
    return excess == NULL ? 0 : refuse(reading, line_of(event), excess);
}

/* The scalar as a C string that stays. */
static int copy_scalar(struct reading *reading, const yaml_event_t *event, const char **ret_word)
{
    struct bytes value = bytes_of(event->data.scalar.value, event->data.scalar.length);
    char *word;

    if (memchr(event->data.scalar.value, '\0', value.size) != NULL)
        return err_set(reading->err, -EINVAL, "a NUL is in the value");
    word = arena_copy_bytes(reading->target->arena, value);
    if (word == NULL)
        return err_set(reading->err, -ENOMEM, "no memory for the value");
    *ret_word = word;
    return 0;
}

static bool is_plain(const yaml_event_t *event)
{
    return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

/* Whether it is one of the ways in which YAML says nothing. */
static bool is_nothing(const yaml_event_t *event, const char *word)
{
    return is_plain(event) &&
           (word[0] == '\0' || strcmp(word, "~") == 0 || strcasecmp(word, "null") == 0);
}

/* Stores one scalar for a row; the sentence is without its place. */
static int store_scalar(struct reading *reading, size_t row, const yaml_event_t *event)
{
    const struct cli_option *option = &reading->table->rows[row];
    const char *word = NULL;
    size_t item = 0;
    int number = copy_scalar(reading, event, &word);

    if (number < 0)
        return number;
    if (is_nothing(event, word))
        return err_set(reading->err, -EINVAL, "there is no value");
    if ((option->kind == CLI_FLAG || option->kind == CLI_NUMBER) && !is_plain(event))
        return err_set(reading->err, -EINVAL, "a %s stands without quotation marks",
                       option->kind == CLI_FLAG ? "flag" : "number");
    number = cli_option_store(option, word, reading->target->block, reading->err);
    if (number < 0)
        return number;
    if (option->kind == CLI_TEXTS) {
        const unsigned char *block = reading->target->block;

        item = ((const struct cli_texts *)(const void *)(block + option->offset))->count - 1;
    }
    reading->lines->item[row][item] = line_of(event);
    return 0;
}

/* Stores the items of a list, up to its end; the sentence is without its place. */
static int store_list(struct reading *reading, size_t row, yaml_event_t *event, size_t *ret_line)
{
    int number = next(reading, event);

    if (number == 0 && event->type == YAML_SEQUENCE_END_EVENT)
        return err_set(reading->err, -EINVAL, "the list is empty");
    while (number == 0 && event->type != YAML_SEQUENCE_END_EVENT) {
        *ret_line = line_of(event);
        number = event->type == YAML_SCALAR_EVENT
                     ? store_scalar(reading, row, event)
                     : err_set(reading->err, -EINVAL, "an item of the list is no text");
        if (number < 0)
            return number;
        number = next(reading, event);
    }
    if (number < 0)
        *ret_line = 0; /* the sentence has its place */
    return number;
}

/* Reads the value of a row's key. */
static int read_value(struct reading *reading, size_t row, yaml_event_t *event)
{
    const struct cli_option *option = &reading->table->rows[row];
    int number = next(reading, event);
    size_t line = line_of(event);

    if (number < 0)
        return number;
    if (event->type == YAML_SCALAR_EVENT)
        number = store_scalar(reading, row, event);
    else if (event->type != YAML_SEQUENCE_START_EVENT)
        number = err_set(reading->err, -EINVAL, "the value is a mapping");
    else if (option->kind != CLI_TEXTS)
        number = err_set(reading->err, -EINVAL, "the value is a list, of which there can be none");
    else
        number = store_list(reading, row, event, &line);
    if (number < 0 && line > 0)
        (void)refuse_key(reading, line, option->name);
    return number;
}

/* The row whose key the event is; -errno with a sentence where there is none. */
static int find_row(struct reading *reading, const yaml_event_t *event, size_t *ret_row)
{
    const struct settings_table *table = reading->table;
    size_t line = line_of(event);
    const char *key;
    size_t row = 0;

    if (event->type != YAML_SCALAR_EVENT)
        return refuse(reading, line, "a key is a word");
    key = (const char *)event->data.scalar.value;
    while (row < table->count &&
           (strlen(key) != event->data.scalar.length || strcmp(table->rows[row].name, key) != 0))
        row++;
    if (row == table->count)
        (void)err_set(reading->err, -EINVAL, "there is no such key");
    else if (table->rows[row].is_no_key)
        (void)err_set(reading->err, -EINVAL, "this is for the command line alone");
    else if (reading->lines->key[row] != 0)
        (void)err_set(reading->err, -EINVAL, "the key is in line %zu already",
                      reading->lines->key[row]);
    else
        return *ret_row = row, 0;
    return refuse_key(reading, line, key);
}

/* Reads keys and values up to the end of the mapping that has begun. */
static int read_mapping(struct reading *reading, yaml_event_t *event)
{
    int number = next(reading, event);

    while (number == 0 && event->type != YAML_MAPPING_END_EVENT) {
        size_t line = line_of(event);
        size_t row = 0;

        number = find_row(reading, event, &row);
        if (number < 0)
            return number;
        reading->lines->key[row] = line;
        number = read_value(reading, row, event);
        if (number == 0)
            number = next(reading, event);
    }
    return number;
}

/* Reads the one document that there may be. */
static int read_document(struct reading *reading)
{
    CLEANUP(yaml_event_delete) yaml_event_t event = { .type = YAML_NO_EVENT };
    int number = next(reading, &event); /* the stream begins */

    if (number == 0)
        number = next(reading, &event);
    if (number < 0 || event.type == YAML_STREAM_END_EVENT)
        return number;
    number = next(reading, &event);
    if (number < 0)
        return number;
    if (event.type != YAML_MAPPING_START_EVENT)
        return refuse(reading, line_of(&event), "this is no mapping of keys to values");
    number = read_mapping(reading, &event);
    if (number == 0)
        number = next(reading, &event); /* the document ends */
    if (number == 0)
        number = next(reading, &event);
    if (number == 0 && event.type != YAML_STREAM_END_EVENT)
        return refuse(reading, line_of(&event), "a second document begins");
    return number;
}

/* Gives libyaml the text. A mark of the encoding at its start would count as a column. */
static void set_input(struct reading *reading)
{
    struct bytes text = reading->file->text;

    if (text.size >= 3 && memcmp(text.at, "\xEF\xBB\xBF", 3) == 0)
        text = bytes_of(text.at + 3, text.size - 3);
    yaml_parser_set_encoding(&reading->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reading->parser, text.at, text.size);
}

int settings_file_read(const struct settings_file *file, const struct settings_table *table,
                       const struct settings_target *target, struct settings_lines *ret_lines,
                       struct err *err)
{
    struct reading reading = {
        .file = file,
        .table = table,
        .target = target,
        .lines = ret_lines,
        .err = err,
    };
    int number;

    REQUIRE(table->count <= CLI_OPTIONS_MAX);
    memset(ret_lines, 0, sizeof(*ret_lines));
    if (file->text.size > SETTINGS_FILE_BYTES_MAX)
        return err_set(err, -EFBIG, "%s: the file has more than %zu octets", file->name,
                       SETTINGS_FILE_BYTES_MAX);
    if (yaml_parser_initialize(&reading.parser) == 0)
        return err_set(err, -ENOMEM, "%s: no memory", file->name);
    set_input(&reading);
    number = read_document(&reading);
    yaml_parser_delete(&reading.parser);
    return number;
}
