/*
 * A configuration file: YAML whose keys are the long names of a command's options.
 *
 *     upstream: [9.9.9.9, 1.1.1.1]
 *     policy: fastest      # as --policy fastest
 *     prefetch: true
 *
 * It is one mapping. A value is a scalar; that of an option which may be repeated is a list of
 * them, or one alone. Flags and numbers stand as they are, texts may have quotation marks. Whatever
 * else YAML has (anchors, tags, mappings in mappings, several documents) is refused, and so are
 * keys that are not known or come twice. Reading is libyaml's; nothing here grows with the depth of
 * a document. One thread. YAML 1.1, UTF-8.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "cli/option.h"

#define SETTINGS_FILE_BYTES_MAX ((size_t)1 << 20)

struct settings_file {
    const char *name; /* for sentences */
    struct bytes text;
};

struct settings_table {
    const struct cli_option *rows;
    size_t count; /* at most CLI_OPTIONS_MAX */
};

/* Where in the file things stand, counted from 1; 0: they are not there. */
struct settings_lines {
    size_t key[CLI_OPTIONS_MAX];                 /* by row */
    size_t item[CLI_OPTIONS_MAX][CLI_TEXTS_MAX]; /* of its list; the value of any other is item 0 */
};

/* Where the values go. */
struct settings_target {
    void *block;         /* the struct of the command's options, which may hold defaults */
    struct arena *arena; /* keeps the texts that the block points to */
};

/* Stores what the file says. -errno with the sentence "FILE:LINE: key: reason" where it says what
 * it may not; then the block is half filled. */
int settings_file_read(const struct settings_file *file, const struct settings_table *table,
                       const struct settings_target *target, struct settings_lines *ret_lines,
                       struct err *err);
