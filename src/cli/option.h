/*
 * The command line of a program as tables: the same rows are its parser, its --help, its bash
 * completion and its manual page.
 *
 * A program has options of its own, and either commands (`cupel-oci run …`), each with its options
 * and operands, or one command without a name (`cupel-dns …`). A command's options are stored into
 * a struct of the command's, at the offset that the row names:
 *
 *     struct check_options { bool quiet; const char *format; struct cli_texts files; };
 *     static const struct cli_option check_rows[] = {
 *         { .name = "quiet", .letter = 'q', .kind = CLI_FLAG,
 *           .offset = offsetof(struct check_options, quiet), .help = "print nothing" },
 *     };
 *
 * Conventions are getopt_long's. Every program also has --help, --version and --emit (man,
 * bash-completion: what the build installs). All texts live as long as argv. One thread.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum cli_kind {
    CLI_FLAG,   /* bool: false, or true when the option is there */
    CLI_TEXT,   /* const char *: unchanged when the option is not there */
    CLI_NUMBER, /* unsigned long, decimal, between number_min and number_max */
    CLI_TEXTS,  /* struct cli_texts: the option may be repeated */
};

/* Words in the order in which they were given; what they point to belongs to argv. */
#define CLI_TEXTS_MAX 64
struct cli_texts {
    size_t count;
    const char *at[CLI_TEXTS_MAX];
};

struct cli_option {
    const char *name; /* long name, without the dashes */
    char letter;      /* short name, or 0 */
    enum cli_kind kind;
    size_t offset;       /* where the value goes in the command's (or the program's) struct */
    const char *value;   /* what the value is called in --help, e.g. "ADDR:PORT"; NULL for a flag */
    const char *choices; /* the values that there are, separated by spaces, or NULL for any */
    const char *help;    /* part of a sentence: no capital, no full stop */
    unsigned long number_min;
    unsigned long number_max;
    bool is_no_key;  /* the command line's alone: no key of a configuration file */
    bool reloads;    /* a program that runs can take another value, where it reads its file anew, */
    bool zero_stays; /* but of a number not 0 in place of any other, nor the other way round */
};

/* Which options the command line gave, by the place of their rows. */
#define CLI_OPTIONS_MAX 64
struct cli_given {
    bool at[CLI_OPTIONS_MAX];
};

/* What is left on the command line after the options. */
struct cli_operands {
    int count;
    char *const *at; /* ends with NULL */
};

struct cli_command {
    const char *name;        /* NULL where the program has but one command */
    const char *operands;    /* e.g. "FILE…", for the usage line; "" for none */
    const char *summary;     /* one line: no capital, no full stop */
    const char *description; /* paragraphs for --help and the manual page, or NULL */
    const struct cli_option *options;
    size_t options_count;
    int operands_min;
    int operands_max;      /* CLI_NO_LIMIT: as many as there are */
    bool stops_at_operand; /* options after the first operand belong to the operand (run, exec) */
    /* Does the work and returns the exit status. `options` is the struct of the command's options,
     * `globals` that of the program's own (NULL where it has none). */
    int (*run)(const void *globals, const void *options, struct cli_operands operands);
    const void *defaults; /* that struct before the command line is read; NULL: all zero */
    size_t options_bytes; /* size of that struct: at most CLI_OPTIONS_BYTES_MAX */
    bool has_given;       /* that struct begins with a struct cli_given, which is filled */
};

#define CLI_OPTIONS_BYTES_MAX 16384
#define CLI_NO_LIMIT (-1)

struct cli_example {
    const char *command;
    const char *what; /* what it does: no capital, no full stop */
};

struct cli_program {
    const char *name;
    const char *summary;
    const char *description;
    const struct cli_option *options; /* the program's own, before the command's name */
    size_t options_count;
    const void *defaults;
    size_t options_bytes;
    const struct cli_command *commands;
    size_t commands_count;
    const struct cli_example *examples;
    size_t examples_count;
    void (*print_version)(void); /* further lines of --version; or NULL */
    int usage_status;            /* exit status for a command line that makes no sense */
};

/* Reads the command line and runs what it asks for; returns the exit status. A mistake on the
 * command line gives one sentence on stderr, which names the word, and program->usage_status. What
 * was printed to stdout and could not be written is a failure, too. */
int cli_main(const struct cli_program *program, int argc, char **argv);

/* Stores a value as the option's row says, into the struct at `block`: "true" or "false" for a
 * flag, one more for a list. -errno with a sentence that begins with the value, and nothing
 * changed, where it is none that the option may have. The struct keeps `word`. */
int cli_option_store(const struct cli_option *row, const char *word, void *block, struct err *err);

/* Copies the value of an option from one struct to another of the same kind. */
void cli_option_copy(const struct cli_option *row, const void *from, void *to);

/* Whether two structs have the same value of an option. */
bool cli_option_equal(const struct cli_option *row, const void *a, const void *b);

/* Whether a program that runs with the values of `a` can take those of `b`, of this option. */
bool cli_option_can_change(const struct cli_option *row, const void *a, const void *b);

/* Prints a text that may come from outside: control characters, which a terminal would obey, are
 * shown as numbers. */
void cli_print_visibly(FILE *out, const char *text);

/* Says what went wrong, "<program>: <sentence>", on stderr, in red where stderr is a terminal (and
 * NO_COLOR is not set), and returns `status` for the caller to exit with. */
int cli_fail(const char *program, const struct err *err, int status);

/* Whether `fd` is a terminal on which colours are welcome (NO_COLOR and TERM=dumb say no). */
bool cli_can_colour(int fd);
