/*
 * What the commands of cupel-oci share: their options, where containers are known, how a bundle
 * becomes a plan, and how they say that something went wrong.
 */
#pragma once

#include "cli/option.h"
#include "oci/plan.h"

#define OCI_PROGRAM "cupel-oci"

/* The program's own options. */
struct oci_globals {
    const char *root; /* NULL: the standard place */
    const char *log;
    const char *log_format;
    bool debug;
};

struct oci_run_words {
    const char *bundle;
    const char *pid_file;
};

struct oci_spec_options {
    const char *bundle;
    bool rootless;
};

struct oci_plan_options {
    const char *bundle;
    bool json;
};

struct oci_list_options {
    const char *format;
    bool quiet;
};

struct oci_delete_options {
    bool force;
};

/* A bundle, read and planned; everything in the arena. */
struct oci_prepared {
    struct oci_config config;
    struct oci_host host;
    struct oci_plan_request request;
    struct oci_plan plan;
};

/* Says what went wrong on stderr, and in the log where there is one; gives `status`. */
int oci_fail(const struct oci_globals *globals, const struct err *err, int status);

/* With --debug, says what is done: in the log where there is one, else on stderr. */
void oci_debug(const struct oci_globals *globals, const char *message);

/* Where the containers are known: --root, or /run/cupel-oci for root, $XDG_RUNTIME_DIR/cupel-oci
 * for another user, or a directory of the user's own in /tmp. In the arena. */
int oci_root_find(const struct oci_globals *globals, struct arena *arena, const char **ret_root,
                  struct err *err);

/* Reads the bundle, looks at the system, and makes the plan of a container named `id`.
 * ret_prepared->plan points into the rest of it, which must stay where it is. */
int oci_prepare(const char *bundle, const char *id, struct arena *arena,
                struct oci_prepared *ret_prepared, struct err *err);

/* `cupel-oci run` */
int oci_run_command(const void *globals, const void *options, struct cli_operands operands);

/* `cupel-oci spec` */
int oci_spec_command(const void *globals, const void *options, struct cli_operands operands);

/* `cupel-oci plan` */
int oci_plan_command(const void *globals, const void *options, struct cli_operands operands);

/* `cupel-oci state` */
int oci_state_command(const void *globals, const void *options, struct cli_operands operands);

/* `cupel-oci list` */
int oci_list_command(const void *globals, const void *options, struct cli_operands operands);

/* `cupel-oci kill` */
int oci_kill_command(const void *globals, const void *options, struct cli_operands operands);

/* `cupel-oci delete` */
int oci_delete_command(const void *globals, const void *options, struct cli_operands operands);
