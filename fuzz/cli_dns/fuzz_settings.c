/*
 * Property: a configuration file is refused with a sentence that begins with its name, or gives
 * values that are the same when they are written as plainly as can be and read again; and what they
 * mean together is a configuration, or a sentence that names an option.
 *
 * Covers: src/cli/dns/settings/file.c 85%, src/cli/option_value.c 70%
 */
#include "base/cleanup.h"
#include "cli/dns/options.h"
#include "cli/dns/settings/file.h"
#include "fuzz/target.h"

#define NAME "settings"
#define ARENA_BYTES_MAX (3 * SETTINGS_FILE_BYTES_MAX)

/* What was read. */
struct values {
    struct arena arena;
    struct dns_options options;
    struct settings_lines lines;
};

static int read_values(struct bytes text, struct values *values, struct err *err)
{
    struct settings_file file = { NAME, text };
    struct settings_table table = { dns_rows, DNS_ROWS_COUNT };
    struct settings_target target = { &values->options, &values->arena };

    values->arena = arena_init(ARENA_BYTES_MAX);
    values->options = dns_defaults;
    return settings_file_read(&file, &table, &target, &values->lines, err);
}

static const void *place_of(const struct values *values, size_t row)
{
    return (const unsigned char *)&values->options + dns_rows[row].offset;
}

/* The code point at the start of a text in UTF-8 that is well-formed, and its size. */
static uint32_t point_at(const char *text, size_t *ret_size)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t size = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
    uint32_t point = size == 1 ? at[0] : at[0] & (0x7fU >> size);

    for (size_t i = 1; i < size; i++)
        point = point << 6 | (at[i] & 0x3fU);
    *ret_size = size;
    return point;
}

/* A text in double quotation marks; only what is ASCII's own stands as it is. */
static void print_text(FILE *out, const char *text)
{
    size_t size = 0;

    fputc('"', out);
    for (; *text != '\0'; text += size) {
        uint32_t point = point_at(text, &size);

        if (point < ' ' || point > '~' || point == '"' || point == '\\')
            fprintf(out, "\\U%08x", point);
        else
            fputc((int)point, out);
    }
    fputc('"', out);
}

static void print_value(FILE *out, const struct values *values, size_t row)
{
    const void *place = place_of(values, row);
    const struct cli_texts *texts = place;

    switch (dns_rows[row].kind) {
    case CLI_FLAG:
        fputs(*(const bool *)place ? "true" : "false", out);
        break;
    case CLI_NUMBER:
        fprintf(out, "%lu", *(const unsigned long *)place);
        break;
    case CLI_TEXT:
        print_text(out, *(const char *const *)place);
        break;
    case CLI_TEXTS:
        for (size_t i = 0; i < texts->count; i++) {
            fputs(i == 0 ? "[" : ", ", out);
            print_text(out, texts->at[i]);
        }
        fputc(']', out);
        break;
    }
}

/* All keys that were in the file. */
static char *print_values(const struct values *values, size_t *ret_size)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, ret_size);

    fuzz_require(out != NULL);
    for (size_t row = 0; row < DNS_ROWS_COUNT; row++) {
        if (values->lines.key[row] == 0)
            continue;
        fprintf(out, "%s: ", dns_rows[row].name);
        print_value(out, values, row);
        fputc('\n', out);
    }
    fuzz_require(fclose(out) == 0);
    return text;
}

/* What was read, written and read again. */
static void check_again(const struct values *values)
{
    size_t size = 0;
    CLEANUP(free_pointer) char *text = print_values(values, &size);
    struct values *again = calloc(1, sizeof(*again));
    struct err err = { 0 };

    fuzz_require(again != NULL);
    if (size <= SETTINGS_FILE_BYTES_MAX)
        fuzz_require(read_values(bytes_of(text, size), again, &err) == 0);
    for (size_t row = 0; size <= SETTINGS_FILE_BYTES_MAX && row < DNS_ROWS_COUNT; row++) {
        fuzz_require((again->lines.key[row] != 0) == (values->lines.key[row] != 0));
        if (again->lines.key[row] != 0)
            fuzz_require(cli_option_equal(&dns_rows[row], &values->options, &again->options));
    }
    arena_done(&again->arena);
    free(again);
}

FUZZ_TARGET(input)
{
    struct values *values = calloc(1, sizeof(*values));
    struct forwarder_loop_config config;
    struct err err = { 0 };

    fuzz_require(values != NULL);
    if (read_values(input, values, &err) < 0) {
        fuzz_require(err.number < 0);
        fuzz_require(strncmp(err.sentence, NAME ":", strlen(NAME ":")) == 0);
    } else {
        check_again(values);
        if (dns_options_read(&values->options, &config, &err) < 0)
            fuzz_require(strncmp(err.sentence, "--", 2) == 0);
    }
    arena_done(&values->arena);
    free(values);
}
