/* What the commands of cupel share. Exit statuses are docker's and podman's: 125 where cupel itself
 * fails, else that of the container's program. */
#pragma once

#include "cli/option.h"
#include "engine/run.h"
#include "image/reference.h"
#include "image/store.h"

#define CUPEL_PROGRAM "cupel"
#define CUPEL_FAILED 125

/* Options before the command's name. */
struct cupel_globals {
    const char *store;
};

struct cupel_pull_options {
    const char *tls_verify; /* "true" or "false" */
    bool quiet;
};

struct cupel_images_options {
    bool json;
};

struct cupel_run_options {
    const char *name;
    const char *entrypoint;
    const char *hostname;
    const char *memory;
    const char *network;
    const char *user;
    const char *workdir;
    unsigned long pids_limit; /* 0: none is asked for */
    bool removes;
    struct cli_texts env;
    struct cli_texts volume;
};

struct cupel_ps_options {
    bool json;
};

/* `cupel run` */
int cupel_run_run(const void *globals, const void *options, struct cli_operands operands);

/* `cupel ps` */
int cupel_ps_run(const void *globals, const void *options, struct cli_operands operands);

/* `cupel rm` */
int cupel_rm_run(const void *globals, const void *options, struct cli_operands operands);

/* `cupel pull` */
int cupel_pull_run(const void *globals, const void *options, struct cli_operands operands);

/* `cupel images` */
int cupel_images_run(const void *globals, const void *options, struct cli_operands operands);

/* `cupel rmi` */
int cupel_rmi_run(const void *globals, const void *options, struct cli_operands operands);

/* Opens the store that --store names, or the user's own: /var/lib/cupel for root, else
 * $XDG_DATA_HOME/cupel (~/.local/share/cupel). The caller closes it. */
int cupel_store_open(const struct cupel_globals *globals, struct image_store *ret_store,
                     struct err *err);

/* Reads a reference from the command line; the sentence of a failure names it. */
int cupel_reference_parse(const char *word, struct image_reference *ret_reference, struct err *err);

/* "512k", "64m", "1g" or a number: octets, a unit being 1024 of the one before. */
int cupel_size_parse(const char *word, int64_t *ret_bytes, struct err *err);

/* "1.2 MB": a number of octets for people, in `ret_text`, which is emptied before. */
void cupel_size_format(uint64_t bytes, struct text *ret_text);
