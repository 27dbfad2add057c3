/*
 * Where encoded messages go: raw, in hexadecimal, with lengths as TCP has them, or as a file of
 * captured packets; to standard output or to a file, as a whole or not at all.
 *
 *     wire_output_open(&options, &output, err);
 *     wire_output_put(output, message, err);
 *     wire_output_finish(output, err);
 *     wire_output_close(&output);
 *
 * Errors are 0 or -errno with a sentence. One thread.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

#include <stdbool.h>

/* What the output is; without any, it is one raw message. */
struct output_options {
    bool hex;
    bool tcp;
    bool pcap;
    const char *path; /* NULL or "-": standard output */
};

struct wire_output;

/* Begins an output; the caller closes it. -EINVAL where the options make no sense together, or
 * where octets would go to a terminal. */
int wire_output_open(const struct output_options *options, struct wire_output **ret_output,
                     struct err *err);

/* Adds a message of 12 to 65,535 octets. */
int wire_output_put(struct wire_output *output, struct bytes message, struct err *err);

/* Writes all of it. A regular file is replaced by a rename. */
int wire_output_finish(struct wire_output *output, struct err *err);

/* Frees it, and sets *output to NULL. Fits CLEANUP. */
void wire_output_close(struct wire_output **output);
