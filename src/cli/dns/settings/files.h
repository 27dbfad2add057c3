/*
 * Which files options name, and whether they are still what they were: several processes that read
 * them one after another have read the same when all have the same digest. It is made of what the
 * kernel says of each file (which it is, its size, when it was written to and changed), so nothing
 * is read for it; what somebody writes twice within one tick of the kernel's clock, a few
 * milliseconds, leaving the size as it is, looks like once. One thread.
 */
#pragma once

#include "cli/dns/options.h"

/* A digest of the files that options name, and of which those are; the configuration file is
 * `config`, or none where that is NULL. A file that is not there has a digest as well. Not 0. */
uint64_t dns_files_digest(const struct dns_options *options, const char *config);
