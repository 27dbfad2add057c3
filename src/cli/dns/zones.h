/* What the options say of zones that have upstreams of their own: ZONE=ADDR[:PORT]. */
#pragma once

#include "base/err.h"
#include "cli/option.h"
#include "forwarder/io/loop.h"

/* Adds the zones, and their upstreams behind those that the configuration has, which are for all
 * other names. An upstream that it has already is used for both. -1 with a sentence that begins
 * with the option. */
int dns_zones_read(const struct cli_texts *texts, struct forwarder_loop_config *config,
                   struct err *err);

/* Puts a server in a place of the configuration's upstreams. */
void dns_upstream_set(struct forwarder_loop_config *config, size_t place,
                      const struct forwarder_server *server);

/* The zone of one of them, in small letters; -1 with a sentence that begins with the option. */
int dns_zone_name(const char *text, struct dns_name *ret_name, struct err *err);
