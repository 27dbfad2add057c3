/*
 * What the files of cupel-wire share. One thread.
 */
#pragma once

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "capture/capture.h"
#include "cli/option.h"
#include "cli/wire/output.h"
#include "dns/message_partial.h"

#include <stdio.h>

#define WIRE_PROGRAM "cupel-wire"

/* What an input is; without any, it is one raw message. */
struct input_options {
    bool hex;
    bool tcp;
    bool pcap;
    unsigned long port; /* for pcap; 0: the usual ones */
};

/* Options of `cupel-wire check`. */
struct check_options {
    struct input_options input;
    bool framing_only;
    bool json;
};

/* Options of `cupel-wire decode`. */
struct decode_options {
    struct input_options input;
    bool json;
    bool permissive;
    bool octets;        /* with json: also in hexadecimal */
    const char *colour; /* "auto", "always" or "never" */
};

/* Options of `cupel-wire encode`. */
struct encode_options {
    struct output_options output;
    bool json;
};

/* Options of `cupel-wire zone`. */
struct zone_options {
    const char *origin; /* NULL: the root */
};

/* What a file is called in a sentence: its path, or "standard input". */
const char *wire_input_name(const char *path);

/* Reads a file, or standard input for "-", into the arena: at most `bytes_max` octets (-EFBIG where
 * there are more). 0 or -errno with a sentence that names the file. */
int wire_input_read(const char *path, size_t bytes_max, struct arena *arena,
                    struct bytes *ret_octets, struct err *err);

/* The same for a message in hexadecimal: digits of any case, and white space between octets. The
 * sentence says at which character it is wrong. */
int wire_input_read_hex(const char *path, struct arena *arena, struct bytes *ret_octets,
                        struct err *err);

/* Fills `err` with a sentence about text that is refused, "FILE: line 3, column 7: REASON", and
 * gives -EINVAL. `text`: the whole file. */
int wire_refuse_text(const char *path, struct bytes text, struct dns_verdict verdict,
                     struct err *err);

/* A message of an input. */
struct wire_item {
    struct bytes octets;                  /* valid until the next one is asked for */
    unsigned long number;                 /* from 1 on; 0: the input is this message alone */
    const struct capture_message *packet; /* where it was captured; NULL: it was not */
};

struct wire_source;

/* Opens an input; the caller closes it. 0 or -errno with a sentence. */
int wire_source_open(const char *path, const struct input_options *options,
                     struct wire_source **ret_source, struct err *err);

/* The next message: 1, 0 at the end, or -errno with a sentence. At the end of captured packets it
 * says on stderr what there was. */
int wire_source_next(struct wire_source *source, struct wire_item *ret_item, struct err *err);

/* Closes it, and sets *source to NULL. Fits CLEANUP. */
void wire_source_close(struct wire_source **source);

struct wire_packets;

/* Opens a file of captured packets (pcap or pcapng), and looks for DNS on a port (0: 53, 5353 and
 * 8053). 0 or -errno with a sentence. */
int wire_packets_open(const char *path, unsigned long port, struct wire_packets **ret_packets,
                      struct err *err);

/* The next message; as wire_source_next(). *ret_message is valid until the next one is asked for.
 */
int wire_packets_next(struct wire_packets *packets, const struct capture_message **ret_message,
                      struct err *err);

/* As wire_source_close(). */
void wire_packets_close(struct wire_packets **packets);

/* "2026-11-25T03:22:20.123456Z", RFC 3339. */
void wire_format_time(uint64_t time_ns, struct text *text);

/* An address as inet_ntop() writes it. */
void wire_format_address(unsigned int version, const struct capture_end *end, struct text *text);

/* The commands, as struct cli_command has it. */
int wire_check_run(const void *globals, const void *options, struct cli_operands operands);

/* As wire_check_run(). */
int wire_decode_run(const void *globals, const void *options, struct cli_operands operands);

/* As wire_check_run(). */
int wire_encode_run(const void *globals, const void *options, struct cli_operands operands);

/* As wire_check_run(). */
int wire_types_run(const void *globals, const void *options, struct cli_operands operands);

/* As wire_check_run(). */
int wire_zone_run(const void *globals, const void *options, struct cli_operands operands);

/* What is shown of a message. */
struct wire_view {
    const struct wire_item *item;
    const struct dns_message_partial *partial;
    bool shows_refusal; /* say in the output, too, what is refused */
    bool colour;
    bool with_octets; /* in JSON: also in hexadecimal */
};

/* Prints a message as dig does; 0, or -errno with a sentence. */
int wire_print_text(FILE *out, const struct wire_view *view, struct err *err);

/* Prints a message as JSON in the names of RFC 8427; 0, or -errno with a sentence. */
int wire_print_json(FILE *out, const struct wire_view *view, struct err *err);
