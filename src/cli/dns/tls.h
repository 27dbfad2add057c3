/*
 * What the options say of TLS: who is trusted, where clients may come, and what they are shown.
 */
#pragma once

#include "cli/dns/options.h"

/* Adds where clients may come to a configuration that has the other addresses. Opens nothing. -1
 * with a sentence that names the option. */
int dns_tls_read(const struct dns_options *options, struct forwarder_loop_config *config,
                 struct err *err);

/* Reads the files that a whole configuration needs. -errno with a sentence that names the option;
 * dns_tls_done() is to be called in any case. */
int dns_tls_open(const struct dns_options *options, struct forwarder_loop_config *config,
                 struct err *err);

/* Lets go of what dns_tls_open() made. All zero is fine. */
void dns_tls_done(struct forwarder_loop_config *config);
