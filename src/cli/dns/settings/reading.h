/*
 * struct dns_reading: the configuration, read anew while queries are answered: the file, hosts and
 * block lists of any length, certificates. A thread of its own reads them and makes of them what is
 * only looked at afterwards; the loop's thread is told by a descriptor, and takes it.
 *
 *     dns_reading_begin(given, started, &reading, &err)
 *     … dns_reading_fd(reading) can be read …
 *     dns_reading_end(&reading, &settings, &stays, &err)
 *
 * The thread is begun for this alone, so it is in whatever sandbox its process is in. It takes no
 * signal that the caller blocks. All functions are for the loop's thread.
 */
#pragma once

#include "cli/dns/settings/settings.h"

struct dns_reading;

/* Begins to read. What is given, and the settings that hold, stay as they are until the end; only
 * what they answer by themselves (dns_settings_forget_local()) is not looked at. -errno with a
 * sentence. */
int dns_reading_begin(const struct dns_options *given, const struct dns_settings *running,
                      struct dns_reading **ret_reading, struct err *err);

/* What can be read when the thread is done. */
int dns_reading_fd(const struct dns_reading *reading);

/* Whether the thread is done. */
bool dns_reading_is_done(const struct dns_reading *reading);

/* Waits until the thread is done, and gives what it read, as dns_settings_read_anew() does. The
 * reading is freed, whichever way that went, and the variable NULL. */
int dns_reading_end(struct dns_reading **reading, struct dns_settings **ret_settings,
                    struct text *ret_stays, struct err *err);

/* For CLEANUP: waits until the thread is done, and forgets what it read. NULL is fine. */
void dns_reading_end_pointer(struct dns_reading **reading);
