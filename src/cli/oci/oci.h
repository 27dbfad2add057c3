/*
 * What the commands of cupel-oci share: their options, and how they say that something went wrong.
 */
#pragma once

#include "cli/option.h"
#include "oci/plan.h"

#define OCI_PROGRAM "cupel-oci"

/* The program's own options. */
struct oci_globals {
    const char *root;
    const char *log;
    const char *log_format;
    bool debug;
};

struct oci_run_command {
    const char *bundle;
    const char *pid_file;
};

struct oci_spec_command {
    const char *bundle;
    bool rootless;
};

struct oci_plan_command {
    const char *bundle;
    bool json;
};

/* A bundle, read and planned; everything in the arena. */
struct oci_prepared {
    struct oci_config config;
    struct oci_host host;
    struct oci_plan plan;
};

/* Says what went wrong on stderr, and in the log where there is one; gives `status`. */
int oci_fail(const struct oci_globals *globals, const struct err *err, int status);

/* Reads the bundle, looks at the system, and makes the plan of a container named `id`. */
int oci_prepare(const char *bundle, const char *id, struct arena *arena,
                struct oci_prepared *ret_prepared, struct err *err);

/* Run a bundle; as struct cli_command has it. */
int oci_run_run(const void *globals, const void *options, struct cli_operands operands);

/* Write a config.json. */
int oci_spec_run(const void *globals, const void *options, struct cli_operands operands);

/* Print a plan. */
int oci_plan_run(const void *globals, const void *options, struct cli_operands operands);
