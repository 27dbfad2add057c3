/* From argv and the option tables to filled structs: getopt_long reads, the rows say where to. */
#include "cli/option.h"

#include "base/require.h"
#include "cli/document.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What getopt_long gives for the options that every program has; letters are below 256. */
enum { OPTION_HELP = 0x1000, OPTION_VERSION, OPTION_EMIT, OPTION_ROW };

/* Room for any command's options, aligned for any of them. */
struct option_block {
    alignas(max_align_t) unsigned char bytes[CLI_OPTIONS_BYTES_MAX];
};

/* The letters of those, where no row has them; that of the version is for a program alone, since
 * commands have others of the kind (-v, a volume). */
#define LETTER_HELP 'h'
#define LETTER_VERSION 'v'

/* One table, ready for getopt_long. */
struct getopt_table {
    char letters[2 * CLI_OPTIONS_MAX + 8];
    struct option names[CLI_OPTIONS_MAX + 4];
};

/* Where a command line is being read, for the messages. */
struct reading {
    const struct cli_program *program;
    const struct cli_command *command; /* NULL while the program's own options are read */
    const struct cli_option *rows;
    size_t rows_count;
    unsigned char *block;
};

static int usage_mistake(const struct reading *reading, struct err *err)
{
    const char *program = reading->program->name;
    bool named = reading->command != NULL && reading->command->name != NULL;
    struct err whole = { 0 };

    (void)err_set(&whole, err->number, "%s (see '%s%s%s --help')", err->sentence, program,
                  named ? " " : "", named ? reading->command->name : "");
    return cli_fail(program, &whole, reading->program->usage_status);
}

static void block_init(struct option_block *block, const void *defaults, size_t size)
{
    REQUIRE(size <= sizeof(block->bytes));
    if (defaults != NULL)
        memcpy(block->bytes, defaults, size);
    else
        memset(block->bytes, 0, size);
}

static bool has_letter(const struct reading *reading, char letter)
{
    for (size_t i = 0; i < reading->rows_count; i++) {
        if (reading->rows[i].letter == letter)
            return true;
    }
    return false;
}

static bool knows_version(const struct reading *reading)
{
    return (reading->command == NULL || reading->command->name == NULL) &&
           !has_letter(reading, LETTER_VERSION);
}

/* What was found, where it is a letter that every program has as the option that it stands for. */
static int meaning_of(const struct reading *reading, int found)
{
    if (found == LETTER_HELP && !has_letter(reading, LETTER_HELP))
        return OPTION_HELP;
    return found == LETTER_VERSION && knows_version(reading) ? OPTION_VERSION : found;
}

static struct getopt_table table_of(const struct reading *reading, bool stops_at_operand)
{
    static const struct option common[] = {
        { .name = "help", .has_arg = no_argument, .val = OPTION_HELP },
        { .name = "version", .has_arg = no_argument, .val = OPTION_VERSION },
        { .name = "emit", .has_arg = required_argument, .val = OPTION_EMIT },
    };
    struct getopt_table table = { 0 };
    size_t letter = 0;

    REQUIRE(reading->rows_count <= CLI_OPTIONS_MAX);
    if (stops_at_operand)
        table.letters[letter++] = '+';
    table.letters[letter++] = ':';
    for (size_t i = 0; i < reading->rows_count; i++) {
        const struct cli_option *row = &reading->rows[i];

        table.names[i] = (struct option){
            .name = row->name,
            .has_arg = row->kind == CLI_FLAG ? no_argument : required_argument,
            .val = OPTION_ROW + (int)i,
        };
        if (row->letter == 0)
            continue;
        table.letters[letter++] = row->letter;
        if (row->kind != CLI_FLAG)
            table.letters[letter++] = ':';
    }
    if (!has_letter(reading, LETTER_HELP))
        table.letters[letter++] = LETTER_HELP;
    if (knows_version(reading))
        table.letters[letter++] = LETTER_VERSION;
    memcpy(&table.names[reading->rows_count], common, sizeof(common));
    return table;
}

/* Stores what the command line gives for an option. */
static int store(const struct reading *reading, const struct cli_option *row, const char *word,
                 struct err *err)
{
    if (row->kind == CLI_FLAG)
        word = "true";
    if (cli_option_store(row, word, reading->block, err) < 0)
        return err_prefix(err, "option '--%s'", row->name);
    if (reading->command != NULL && reading->command->has_given)
        ((struct cli_given *)(void *)reading->block)->at[row - reading->rows] = true;
    return 0;
}

static const struct cli_option *row_of(const struct reading *reading, int found)
{
    if (found >= OPTION_ROW)
        return &reading->rows[found - OPTION_ROW];
    for (size_t i = 0; i < reading->rows_count; i++) {
        if (reading->rows[i].letter == found)
            return &reading->rows[i];
    }
    UNREACHABLE();
}

static int bad_option(const struct reading *reading, int found, char **argv)
{
    struct err err = { 0 };
    const char *word = argv[optind - 1];
    const char *why = found == ':' ? "needs a value" : "is not known";

    if (optopt != 0 && optopt < OPTION_HELP)
        (void)err_set(&err, -EINVAL, "option '-%c' %s", optopt, why);
    else if (optopt != 0 && found == '?')
        (void)err_set(&err, -EINVAL, "option '%s' takes no value", word);
    else
        (void)err_set(&err, -EINVAL, "option '%s' %s", word, why);
    return usage_mistake(reading, &err);
}

/* The options that every program has; the exit status. */
static int run_common(const struct reading *reading, int found)
{
    struct err err = { 0 };

    if (found == OPTION_HELP)
        return cli_print_help(stdout, reading->program, reading->command);
    if (found == OPTION_VERSION) {
        printf("%s %s\n", reading->program->name, CUPEL_VERSION);
        if (reading->program->print_version != NULL)
            reading->program->print_version();
        return 0;
    }
    if (strcmp(optarg, "man") == 0)
        return cli_print_manual(stdout, reading->program);
    if (strcmp(optarg, "bash-completion") == 0)
        return cli_print_completion(stdout, reading->program);
    (void)err_set(&err, -EINVAL, "option '--emit': '%s' is none of: man bash-completion", optarg);
    return usage_mistake(reading, &err);
}

/* Reads one table's options from argv, whose first word is a name. -1: go on with the operands that
 * begin at optind; else the exit status. */
static int read_options(const struct reading *reading, int argc, char **argv, bool stops_at_operand)
{
    struct getopt_table table = table_of(reading, stops_at_operand);

    optind = 0;
    opterr = 0;
    for (;;) {
        struct err err = { 0 };
        int found = meaning_of(reading, getopt_long(argc, argv, table.letters, table.names, NULL));

        if (found == -1)
            return -1;
        if (found == '?' || found == ':')
            return bad_option(reading, found, argv);
        if (found >= OPTION_HELP && found < OPTION_ROW)
            return run_common(reading, found);
        if (store(reading, row_of(reading, found), optarg, &err) < 0)
            return usage_mistake(reading, &err);
    }
}

static int run_command(const struct cli_program *program, const struct cli_command *command,
                       const void *globals, int argc, char **argv)
{
    struct option_block block;
    struct reading reading = { program, command, command->options, command->options_count,
                               block.bytes };
    struct cli_operands operands;
    struct err err = { 0 };
    int status;

    block_init(&block, command->defaults, command->options_bytes);
    status = read_options(&reading, argc, argv, command->stops_at_operand);
    if (status >= 0)
        return status;
    operands = (struct cli_operands){ .count = argc - optind, .at = argv + optind };
    if (operands.count < command->operands_min) {
        (void)err_set(&err, -EINVAL, "an operand is missing: %s", command->operands);
        return usage_mistake(&reading, &err);
    }
    if (command->operands_max != CLI_NO_LIMIT && operands.count > command->operands_max) {
        (void)err_set(&err, -EINVAL, "operand '%s' is one too many",
                      operands.at[command->operands_max]);
        return usage_mistake(&reading, &err);
    }
    return command->run(globals, block.bytes, operands);
}

static const struct cli_command *find_command(const struct cli_program *program, const char *name)
{
    for (size_t i = 0; i < program->commands_count; i++) {
        if (strcmp(program->commands[i].name, name) == 0)
            return &program->commands[i];
    }
    return NULL;
}

/* Standard input, output and error that are closed become /dev/null: else the next file that is
 * opened would get their numbers, and with them what is printed. */
static bool fill_standard_files(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO)
        (void)close(fd);
    /* Without /dev/null it goes on where all three are open. */
    return fd >= 0 || fcntl(STDERR_FILENO, F_GETFD) >= 0;
}

static int run_program(const struct cli_program *program, int argc, char **argv)
{
    struct option_block globals;
    struct reading reading = { program, NULL, program->options, program->options_count,
                               globals.bytes };
    const struct cli_command *command;
    struct err err = { 0 };
    int status;

    REQUIRE(argc >= 1);
    if (!fill_standard_files())
        return program->usage_status;
    if (program->commands_count == 1 && program->commands[0].name == NULL)
        return run_command(program, &program->commands[0], NULL, argc, argv);
    block_init(&globals, program->defaults, program->options_bytes);
    status = read_options(&reading, argc, argv, true);
    if (status >= 0)
        return status;
    if (optind == argc) {
        (void)err_set(&err, -EINVAL, "a command is missing");
        return usage_mistake(&reading, &err);
    }
    if (strcmp(argv[optind], "help") == 0)
        return cli_print_help(stdout, program,
                              optind + 1 < argc ? find_command(program, argv[optind + 1]) : NULL);
    command = find_command(program, argv[optind]);
    if (command == NULL) {
        (void)err_set(&err, -EINVAL, "there is no command '%s'", argv[optind]);
        return usage_mistake(&reading, &err);
    }
    return run_command(program, command, globals.bytes, argc - optind, argv + optind);
}

int cli_main(const struct cli_program *program, int argc, char **argv)
{
    int status = run_program(program, argc, argv);
    struct err err = { 0 };

    errno = 0;
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return status;
    if (errno != 0)
        (void)err_system(&err, errno, "standard output");
    else
        (void)err_set(&err, -EIO, "standard output: not all of it was written");
    if (status == 0) /* 125, say, of a program whose status is else another program's */
        status = program->usage_status > 2 ? program->usage_status : 1;
    return cli_fail(program->name, &err, status);
}

bool cli_can_colour(int fd)
{
    const char *no_colour = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");

    if (no_colour != NULL && no_colour[0] != '\0')
        return false;
    if (terminal == NULL || strcmp(terminal, "dumb") == 0)
        return false;
    return isatty(fd) == 1;
}

/* Whether a terminal obeys what stands here: a control character of ASCII, or the first octet of
 * one of Latin 1 in UTF-8. */
static bool is_control(const char *at)
{
    unsigned char octet = (unsigned char)at[0];
    unsigned char next = (unsigned char)at[1];

    return octet < ' ' || octet == 0x7f || (octet == 0xc2 && next >= 0x80 && next < 0xa0);
}

void cli_print_visibly(FILE *out, const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        unsigned char octet = (unsigned char)*at;

        if (is_control(at))
            fprintf(out, "\\x%02x", octet);
        else
            fputc(octet, out);
    }
}

int cli_fail(const char *program, const struct err *err, int status)
{
    bool colour = cli_can_colour(STDERR_FILENO);
    char *line = NULL;
    size_t size = 0;
    FILE *whole = open_memstream(&line, &size);

    /* In one write, so that lines of several processes do not mix. */
    if (whole == NULL)
        return status;
    fprintf(whole, "%s%s:%s ", colour ? "\033[31m" : "", program, colour ? "\033[0m" : "");
    cli_print_visibly(whole, err->sentence);
    fputc('\n', whole);
    if (fclose(whole) == 0)
        fputs(line, stderr);
    free(line);
    return status;
}
