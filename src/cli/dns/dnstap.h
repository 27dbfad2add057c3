/* What the options say of dnstap. */
#pragma once

#include "cli/dns/options.h"
#include "dnstap/dnstap.h"

/* Room for what a configuration points to. */
#define DNS_HOST_NAME_MAX 256

/* Reads where to tell, and who tells: by default the name of this machine, which is put in `host`,
 * and this program's version. Opens nothing. -1 with a sentence that names the option. */
int dns_dnstap_read(const struct dns_options *options, char host[static DNS_HOST_NAME_MAX],
                    struct dnstap_config *ret_config, struct err *err);

/* The file that messages are told to; NULL: there is none, or it is no file. */
const char *dns_dnstap_file(const struct dns_options *options);
