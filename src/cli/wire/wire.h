/*
 * What the files of cupel-wire share. One thread.
 */
#pragma once

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "cli/option.h"
#include "dns/message.h"

#include <stdio.h>

#define WIRE_PROGRAM "cupel-wire"

/* Options of `cupel-wire check`. */
struct check_options {
    bool framing_only;
};

/* Options of `cupel-wire decode`. */
struct decode_options {
    bool json;
    bool hex;
};

/* Reads a file, or standard input for "-", into the arena: at most 65,535 octets (-EFBIG where
 * there are more). 0 or -errno with a sentence that names the file. */
int wire_input_read(const char *path, struct arena *arena, struct bytes *ret_octets,
                    struct err *err);

/* The same for a message in hexadecimal: digits of any case, and white space between octets. The
 * sentence says at which character it is wrong. */
int wire_input_read_hex(const char *path, struct arena *arena, struct bytes *ret_octets,
                        struct err *err);

/* The commands, as struct cli_command has it. */
int wire_check_run(const void *globals, const void *options, struct cli_operands operands);

/* As wire_check_run(). */
int wire_decode_run(const void *globals, const void *options, struct cli_operands operands);

/* As wire_check_run(). */
int wire_types_run(const void *globals, const void *options, struct cli_operands operands);

/* Prints a message as JSON in the names of RFC 8427; 0, or -errno with a sentence. */
int wire_print_json(FILE *out, const struct dns_message *message, struct err *err);
