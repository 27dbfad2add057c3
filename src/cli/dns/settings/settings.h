/*
 * struct dns_settings: what holds in all: the defaults, in their place what the configuration file
 * says, and in place of that what the command line says.
 *
 * An option that the command line gives is the command line's alone: a list of it does not add to
 * the file's. One thread; the caller frees it when nothing points to its texts any more.
 */
#pragma once

#include "cli/dns/options.h"

struct dns_settings;

/* Reads the file that the command line names, if it names one, and all that is said. -errno with a
 * sentence that begins with the option ("--listen: …"), or with the file's name and line. */
int dns_settings_read(const struct dns_options *given, struct dns_settings **ret_settings,
                      struct err *err);

/* Frees them. NULL is fine. */
void dns_settings_free(struct dns_settings *settings);

/* For CLEANUP: frees what the variable holds. */
void dns_settings_free_pointer(struct dns_settings **settings);

/* The options that hold; live as long as they. */
const struct dns_options *dns_settings_options(const struct dns_settings *settings);

/* The configuration that they make; lives as long as they. */
const struct forwarder_loop_config *dns_settings_config(const struct dns_settings *settings);
