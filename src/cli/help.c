/* --help: usage, what it is for, options in two columns, commands, examples. */
#include "base/text_format.h"
#include "cli/document.h"

#include <string.h>

#define INDENT 2
#define HELP_COLUMN 30
#define WIDTH 90

bool cli_has_single_command(const struct cli_program *program)
{
    return program->commands_count == 1 && program->commands[0].name == NULL;
}

int cli_printed(FILE *out)
{
    return ferror(out) == 0 ? 0 : 1;
}

void cli_option_spelling(const struct cli_option *option, struct text *ret_text)
{
    text_clear(ret_text);
    if (option->letter != 0)
        (void)text_format(ret_text, "-%c, ", option->letter);
    (void)text_format(ret_text, "--%s", option->name);
    if (option->kind != CLI_FLAG)
        (void)text_format(ret_text, " %s", option->value);
}

/* Prints words from column `column` on, where the cursor stands; a line ends before WIDTH, or where
 * the text has a newline. */
static void print_wrapped(FILE *out, const char *words, int column)
{
    int at = column; /* 0: a line has ended, and the next one is not indented yet */

    while (*words != '\0') {
        int size = (int)strcspn(words, " \n");

        if (*words == '\n' || (at > column && size > 0 && at + 1 + size > WIDTH)) {
            fputc('\n', out);
            at = 0;
        }
        if (size == 0) {
            words++;
            continue;
        }
        fprintf(out, "%*s%.*s", at == 0 ? column : at > column, "", size, words);
        at = size + (at == 0 ? column : at + (at > column));
        words += size;
    }
    fputc('\n', out);
}

static void print_row(FILE *out, const char *left, const char *right)
{
    int length = (int)strlen(left);

    fprintf(out, "%*s%s", INDENT, "", left);
    if (INDENT + length + 2 > HELP_COLUMN)
        fprintf(out, "\n%*s", HELP_COLUMN, "");
    else
        fprintf(out, "%*s", HELP_COLUMN - INDENT - length, "");
    print_wrapped(out, right, HELP_COLUMN);
}

/* `is_program`: those of a program, and not of one of its commands. */
static void print_options(FILE *out, const struct cli_option *options, size_t count,
                          bool is_program)
{
    bool has_v = false;

    for (size_t i = 0; i < count; i++) {
        char left[80];
        char right[512];
        struct text spelling = text_init(left, sizeof(left));
        struct text help = text_init(right, sizeof(right));

        cli_option_spelling(&options[i], &spelling);
        (void)text_append(&help, options[i].help);
        if (options[i].choices != NULL)
            (void)text_format(&help, " (one of: %s)", options[i].choices);
        print_row(out, left, right);
        has_v = has_v || options[i].letter == 'v';
    }
    print_row(out, "-h, --help", "show this help and exit");
    print_row(out, is_program && !has_v ? "-v, --version" : "--version",
              "show the version and exit");
}

static void print_examples(FILE *out, const struct cli_program *program)
{
    if (program->examples_count == 0)
        return;
    fprintf(out, "\nExamples:\n");
    for (size_t i = 0; i < program->examples_count; i++)
        fprintf(out, "  # %s\n  %s\n", program->examples[i].what, program->examples[i].command);
}

static void print_description(FILE *out, const char *description)
{
    if (description == NULL)
        return;
    fputc('\n', out);
    print_wrapped(out, description, 0);
}

static int print_command_help(FILE *out, const struct cli_program *program,
                              const struct cli_command *command)
{
    bool single = command->name == NULL;

    fprintf(out, "Usage: %s %s%s[OPTION…]%s%s\n\n", program->name, single ? "" : command->name,
            single ? "" : " ", command->operands[0] == '\0' ? "" : " ", command->operands);
    fprintf(out, "%s: %s.\n", single ? program->name : command->name,
            single ? program->summary : command->summary);
    print_description(out, single ? program->description : command->description);
    fprintf(out, "\nOptions:\n");
    print_options(out, command->options, command->options_count, single);
    if (single)
        print_examples(out, program);
    return cli_printed(out);
}

int cli_print_help(FILE *out, const struct cli_program *program, const struct cli_command *command)
{
    if (command == NULL && cli_has_single_command(program))
        command = &program->commands[0];
    if (command != NULL)
        return print_command_help(out, program, command);
    fprintf(out, "Usage: %s [OPTION…] COMMAND …\n\n%s: %s.\n", program->name, program->name,
            program->summary);
    print_description(out, program->description);
    fprintf(out, "\nCommands:\n");
    for (size_t i = 0; i < program->commands_count; i++)
        print_row(out, program->commands[i].name, program->commands[i].summary);
    fprintf(out, "\nOptions:\n");
    print_options(out, program->options, program->options_count, true);
    print_examples(out, program);
    fprintf(out, "\n'%s COMMAND --help' tells more of one command.\n", program->name);
    return cli_printed(out);
}
