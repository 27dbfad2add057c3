/* The option tables: what a command line becomes, what a mistake says, what the documents show. */
#include "unit.h"

#include "base/cleanup.h"
#include "cli/document.h"
#include "cli/option.h"

#include <stdlib.h>
#include <string.h>

#define USAGE_STATUS 64

struct colour_options {
    bool loud;
    const char *colour;
    unsigned long count;
    struct cli_texts names;
};

struct globals {
    const char *root;
};

/* What the command was called with, for the assertions. */
static struct {
    bool called;
    struct colour_options options;
    struct globals globals;
    int operands_count;
    const char *first_operand;
} seen;

static int run_paint(const void *globals, const void *options, struct cli_operands operands)
{
    seen.called = true;
    seen.options = *(const struct colour_options *)options;
    if (globals != NULL)
        seen.globals = *(const struct globals *)globals;
    seen.operands_count = operands.count;
    seen.first_operand = operands.at[0];
    return 7;
}

static const struct cli_option paint_rows[] = {
    { .name = "loud",
      .letter = 'l',
      .kind = CLI_FLAG,
      .offset = offsetof(struct colour_options, loud),
      .help = "say it" },
    { .name = "colour",
      .kind = CLI_TEXT,
      .offset = offsetof(struct colour_options, colour),
      .value = "NAME",
      .choices = "red green",
      .help = "which" },
    { .name = "count",
      .letter = 'c',
      .kind = CLI_NUMBER,
      .offset = offsetof(struct colour_options, count),
      .value = "N",
      .number_min = 1,
      .number_max = 10,
      .help = "how many" },
    { .name = "name",
      .letter = 'n',
      .kind = CLI_TEXTS,
      .offset = offsetof(struct colour_options, names),
      .value = "NAME",
      .help = "a name" },
};

static const struct colour_options paint_defaults = { .colour = "green", .count = 3 };

#define PAINT_COMMAND                                                                              \
    .operands = "WALL…", .summary = "paint walls", .options = paint_rows,                          \
    .options_count = ROWS(paint_rows), .operands_min = 1, .run = run_paint,                        \
    .defaults = &paint_defaults, .options_bytes = sizeof(paint_defaults)

static const struct cli_command commands[] = {
    { .name = "paint", .operands_max = 2, PAINT_COMMAND },
    { .name = "run", .operands_max = CLI_NO_LIMIT, .stops_at_operand = true, PAINT_COMMAND },
};

static const struct cli_option global_rows[] = {
    { .name = "root",
      .kind = CLI_TEXT,
      .offset = offsetof(struct globals, root),
      .value = "DIR",
      .help = "where" },
};

static const struct cli_program program = {
    .name = "painter",
    .summary = "paint things",
    .options = global_rows,
    .options_count = ROWS(global_rows),
    .options_bytes = sizeof(struct globals),
    .commands = commands,
    .commands_count = ROWS(commands),
    .usage_status = USAGE_STATUS,
};

#define WORDS_MAX 12

struct words {
    const char *at[WORDS_MAX];
};

static int run(const struct cli_program *subject, struct words words)
{
    char *argv[WORDS_MAX + 1] = { 0 };
    int argc = 0;
    int status;

    memset(&seen, 0, sizeof(seen));
    while (argc < WORDS_MAX && words.at[argc] != NULL) {
        argv[argc] = strdup(words.at[argc]);
        argc++;
    }
    status = cli_main(subject, argc, argv);
    for (int i = 0; i < argc; i++)
        free(argv[i]);
    return status;
}

static void options_are_stored_where_their_rows_say(void **state)
{
    struct words line = { { "painter", "--root", "/r", "paint", "-l", "--colour=red", "-c", "5",
                            "north" } };

    (void)state;
    assert_int_equal(run(&program, line), 7);
    assert_true(seen.options.loud);
    assert_int_equal(seen.options.count, 5);
    assert_int_equal(seen.operands_count, 1);
    assert_non_null(seen.globals.root);
}

static void defaults_stay_where_nothing_is_said(void **state)
{
    (void)state;
    assert_int_equal(run(&program, (struct words){ { "painter", "paint", "x" } }), 7);
    assert_false(seen.options.loud);
    assert_string_equal(seen.options.colour, "green");
    assert_int_equal(seen.options.count, 3);
}

static void options_after_the_first_operand_belong_to_it(void **state)
{
    (void)state;
    assert_int_equal(run(&program, (struct words){ { "painter", "run", "x", "--loud" } }), 7);
    assert_false(seen.options.loud);
    assert_int_equal(seen.operands_count, 2);
    assert_int_equal(run(&program, (struct words){ { "painter", "paint", "x", "--loud" } }), 7);
    assert_true(seen.options.loud);
}

static void mistakes_run_nothing(void **state)
{
    static const struct {
        const char *label;
        struct words words;
    } rows[] = {
        { "no command", { { "painter" } } },
        { "unknown command", { { "painter", "dance" } } },
        { "unknown option", { { "painter", "paint", "--fast", "x" } } },
        { "unknown letter", { { "painter", "paint", "-z", "x" } } },
        { "no value", { { "painter", "paint", "x", "--count" } } },
        { "value for a flag", { { "painter", "paint", "--loud=yes", "x" } } },
        { "no choice", { { "painter", "paint", "--colour", "re", "x" } } },
        { "number too large", { { "painter", "paint", "-c", "11", "x" } } },
        { "number below", { { "painter", "paint", "-c", "0", "x" } } },
        { "negative number", { { "painter", "paint", "-c", "-1", "x" } } },
        { "not a number", { { "painter", "paint", "-c", "5x", "x" } } },
        { "no operand", { { "painter", "paint" } } },
        { "operand too many", { { "painter", "paint", "a", "b", "c" } } },
        { "unknown document", { { "painter", "--emit=poem" } } },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        assert_row(rows[i].label, run(&program, rows[i].words) == USAGE_STATUS);
        assert_row(rows[i].label, !seen.called);
    }
}

static void repeated_options_keep_their_order(void **state)
{
    (void)state;
    assert_int_equal(
        run(&program, (struct words){ { "painter", "paint", "-n", "a", "--name", "b", "x" } }), 7);
    assert_int_equal(seen.options.names.count, 2);
}

/* What `print` prints, as text that the caller frees. */
static char *printed(int (*print)(FILE *out, const struct cli_program *subject))
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    assert_int_equal(print(out, &program), 0);
    fclose(out);
    return text;
}

static int print_paint_help(FILE *out, const struct cli_program *subject)
{
    return cli_print_help(out, subject, &subject->commands[0]);
}

static void every_row_is_in_every_document(void **state)
{
    CLEANUP(free_pointer) char *help = printed(print_paint_help);
    CLEANUP(free_pointer) char *manual = printed(cli_print_manual);
    CLEANUP(free_pointer) char *completion = printed(cli_print_completion);

    (void)state;
    for (size_t i = 0; i < ROWS(paint_rows); i++) {
        assert_row(paint_rows[i].name, strstr(help, paint_rows[i].name) != NULL);
        assert_row(paint_rows[i].name, strstr(manual, paint_rows[i].name) != NULL);
        assert_row(paint_rows[i].name, strstr(completion, paint_rows[i].name) != NULL);
    }
    assert_non_null(strstr(completion, "red green"));
    assert_non_null(strstr(help, "-c, --count N"));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(options_are_stored_where_their_rows_say),
    cmocka_unit_test(defaults_stay_where_nothing_is_said),
    cmocka_unit_test(options_after_the_first_operand_belong_to_it),
    cmocka_unit_test(mistakes_run_nothing),
    cmocka_unit_test(repeated_options_keep_their_order),
    cmocka_unit_test(every_row_is_in_every_document),
};

RUN_TESTS(tests)
