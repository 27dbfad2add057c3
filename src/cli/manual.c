/* The manual page, in the macros of man(7). */
#include "cli/document.h"

#include <ctype.h>

/* Text with what roff would take for its own escaped: backslashes, dashes, and a dot or quote at
 * the beginning of a line. */
static void print_escaped(FILE *out, const char *words)
{
    bool at_line_start = true;

    for (; *words != '\0'; words++) {
        if (at_line_start && (*words == '.' || *words == '\''))
            fputs("\\&", out);
        if (*words == '\\' || *words == '-')
            fputc('\\', out);
        fputs(*words == '\\' ? "e" : "", out);
        if (*words != '\\')
            fputc(*words, out);
        at_line_start = *words == '\n';
    }
}

static void print_heading(FILE *out, const char *macro, const char *words)
{
    fprintf(out, ".%s ", macro);
    print_escaped(out, words);
    fputc('\n', out);
}

static void print_option_rows(FILE *out, const struct cli_option *options, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char block[80];
        struct text spelling = text_init(block, sizeof(block));

        cli_option_spelling(&options[i], &spelling);
        fprintf(out, ".TP\n.B ");
        print_escaped(out, block);
        fputc('\n', out);
        print_escaped(out, options[i].help);
        if (options[i].choices != NULL)
            fprintf(out, " (one of: %s)", options[i].choices);
        fputs(".\n", out);
    }
}

static void print_paragraphs(FILE *out, const char *words)
{
    fputs(".PP\n", out);
    print_escaped(out, words);
    fputc('\n', out);
}

static void print_commands(FILE *out, const struct cli_program *program)
{
    print_heading(out, "SH", "COMMANDS");
    for (size_t i = 0; i < program->commands_count; i++) {
        const struct cli_command *command = &program->commands[i];

        fprintf(out, ".SS ");
        print_escaped(out, command->name);
        fprintf(out, " [OPTION\\[u2026]] ");
        print_escaped(out, command->operands);
        fputc('\n', out);
        print_paragraphs(out, command->summary);
        if (command->description != NULL)
            print_paragraphs(out, command->description);
        print_option_rows(out, command->options, command->options_count);
    }
}

static void print_examples(FILE *out, const struct cli_program *program)
{
    if (program->examples_count == 0)
        return;
    print_heading(out, "SH", "EXAMPLES");
    for (size_t i = 0; i < program->examples_count; i++) {
        print_paragraphs(out, program->examples[i].what);
        fputs(".PP\n.nf\n    ", out);
        print_escaped(out, program->examples[i].command);
        fputs("\n.fi\n", out);
    }
}

int cli_print_manual(FILE *out, const struct cli_program *program)
{
    bool single = cli_has_single_command(program);

    fprintf(out, ".TH ");
    for (const char *at = program->name; *at != '\0'; at++)
        fputc(toupper((unsigned char)*at), out);
    fprintf(out, " 1 \"\" \"cupel %s\" \"Cupel\"\n", CUPEL_VERSION);
    print_heading(out, "SH", "NAME");
    print_escaped(out, program->name);
    fputs(" \\- ", out);
    print_escaped(out, program->summary);
    fputc('\n', out);
    print_heading(out, "SH", "SYNOPSIS");
    fputs(".B ", out);
    print_escaped(out, program->name);
    fprintf(out, "\n[OPTION\\[u2026]] ");
    print_escaped(out, single ? program->commands[0].operands : "COMMAND …");
    fputc('\n', out);
    print_heading(out, "SH", "DESCRIPTION");
    print_paragraphs(out, program->description != NULL ? program->description : program->summary);
    print_heading(out, "SH", "OPTIONS");
    print_option_rows(out, single ? program->commands[0].options : program->options,
                      single ? program->commands[0].options_count : program->options_count);
    fputs(".TP\n.B \\-\\-help\nShow a help text.\n.TP\n.B \\-\\-version\nShow the version.\n", out);
    if (!single)
        print_commands(out, program);
    print_examples(out, program);
    return cli_printed(out);
}
