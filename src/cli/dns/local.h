/* What the options say about names that are answered here. */
#pragma once

#include "cli/dns/options.h"
#include "forwarder/local/build.h"

/* Builds what the options ask for, to be freed with forwarder_built_free(); or -1 with a sentence
 * that names the option. */
int dns_local_read(const struct dns_options *options, struct forwarder_built **ret_built,
                   struct err *err);
