/*
 * How many shards there are, and what each has of what the options say: limits are those of the
 * whole service, so each shard has its part of them. Pure but for the number of processors.
 */
#pragma once

#include "cli/dns/options.h"
#include "forwarder/io/shared.h"

/* The number that --shards is: 1 to FORWARDER_LOOPS_MAX, or "auto": the processors that this
 * process may use, at most so many. -1 with a sentence that begins with the option. */
int dns_shards_read(const struct dns_options *options, size_t *ret_count, struct err *err);

/* Whether each limit is large enough to be divided; -1 with a sentence that begins with its option.
 */
int dns_shards_check(const struct dns_options *options, struct err *err);

/* A shard's part, of number 0 to `count` - 1 (REQUIRE): of queries that wait, and their clients; of
 * the cache's octets; of connections; of the queries that a client or an upstream may have; and of
 * the answers a second of a network. Together they are the whole. */
void dns_shards_divide(struct forwarder_loop_config *config, size_t number, size_t count);
