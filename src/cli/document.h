/*
 * What a user reads of the option tables: --help, the manual page, the completion. Each function
 * prints to `out` and returns the exit status: 0, or 1 where `out` cannot be written. One thread.
 */
#pragma once

#include "base/text.h"
#include "cli/option.h"

#include <stdio.h>

/* The help of the program, or of one command of it when `command` is not NULL. */
int cli_print_help(FILE *out, const struct cli_program *program, const struct cli_command *command);

/* A manual page in section 1, for man(1) (groff man macros). */
int cli_print_manual(FILE *out, const struct cli_program *program);

/* A completion script for bash: commands, options, and the choices of options that have some. */
int cli_print_completion(FILE *out, const struct cli_program *program);

/* How an option is written, with its value, e.g. "-l, --listen ADDR:PORT"; at most 80 characters.
 * The result is in `ret_text`. */
void cli_option_spelling(const struct cli_option *option, struct text *ret_text);

/* Whether the program has one command without a name. */
bool cli_has_single_command(const struct cli_program *program);

/* 0, or 1 where something that was printed to `out` is known to be lost; cli_main() sees to what is
 * not written so far. */
int cli_printed(FILE *out);
