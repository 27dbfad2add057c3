/*
 * struct dns_settings: what holds in all: the defaults, in their place what the configuration file
 * says, and in place of that what the command line says.
 *
 * An option that the command line gives is the command line's alone: a list of it does not add to
 * the file's. One thread; the caller frees it when nothing points to its texts any more.
 */
#pragma once

#include "base/text.h"
#include "cli/dns/options.h"

struct dns_settings;

/* Reads the file that the command line names, if it names one, and all that is said. -errno with a
 * sentence that begins with the option ("--listen: …"), or with the file's name and line. */
int dns_settings_read(const struct dns_options *given, struct dns_settings **ret_settings,
                      struct err *err);

#define DNS_STAYS_BYTES 512

/* Reads all that is said anew, for a program that runs with `running`, which is freed after the new
 * ones. What cannot change while it runs stays as it is there, and is named in *ret_stays, a text
 * with room for DNS_STAYS_BYTES: "" where nothing is to be said. */
int dns_settings_read_anew(const struct dns_options *given, const struct dns_settings *running,
                           struct dns_settings **ret_settings, struct text *ret_stays,
                           struct err *err);

/* What was read, as a number: two processes in which it is the same have read the same text and the
 * same files (settings/files.h). 0: a file was written to while it was read. */
uint64_t dns_settings_digest(const struct dns_settings *settings);

/* Where the sentence of an error begins with an option ("--user: …") whose value is the file's, it
 * begins with the file's name and the line after that. */
void dns_settings_tell_place(const struct dns_settings *settings, const struct dns_options *given,
                             struct err *err);

/* Frees what of them is answered without asking anybody, which nobody looks at any more: it may be
 * large. */
void dns_settings_forget_local(struct dns_settings *settings);

/* Frees them. NULL is fine. */
void dns_settings_free(struct dns_settings *settings);

/* For CLEANUP: frees what the variable holds. */
void dns_settings_free_pointer(struct dns_settings **settings);

/* The options that hold; live as long as they. */
const struct dns_options *dns_settings_options(const struct dns_settings *settings);

/* The configuration that they make; lives as long as they. */
const struct forwarder_loop_config *dns_settings_config(const struct dns_settings *settings);
