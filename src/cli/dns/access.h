/* What the options say of who may ask, and of how clients are known again. */
#pragma once

#include "cli/dns/options.h"

/* Reads who may ask; without a word of it, who is on this machine. -1 with a sentence that names
 * the option. */
int dns_access_read(const struct dns_options *options, struct forwarder_access *access,
                    struct err *err);

/* Reads whether and how cookies are made, likewise. */
int dns_cookies_read(const struct dns_options *options, struct forwarder_cookie_config *cookies,
                     struct err *err);
