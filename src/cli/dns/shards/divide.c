/* The first shards have one more where a limit is no multiple of their number. */
#include "cli/dns/shards/divide.h"

#include "base/require.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

/* As many as there are processors. */
static size_t count_processors(void)
{
    cpu_set_t set;
    int count;

    CPU_ZERO(&set);
    count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
    if (count < 1)
        return 1;
    return count < FORWARDER_LOOPS_MAX ? (size_t)count : FORWARDER_LOOPS_MAX;
}

int dns_shards_read(const struct dns_options *options, size_t *ret_count, struct err *err)
{
    const char *text = options->shards;
    size_t digits = strspn(text, "0123456789");
    unsigned long count = 0;

    if (strcmp(text, "auto") == 0) {
        *ret_count = count_processors();
        return 0;
    }
    if (digits >= 1 && digits <= 4 && text[digits] == '\0')
        count = strtoul(text, NULL, 10);
    if (count < 1 || count > FORWARDER_LOOPS_MAX)
        return err_set(err, -1, "--shards: '%s' is neither auto nor a number from 1 to %d", text,
                       FORWARDER_LOOPS_MAX);
    *ret_count = count;
    return 0;
}

int dns_shards_check(const struct dns_options *options, struct err *err)
{
    const struct {
        const char *name;
        unsigned long value;
        unsigned long least; /* of each shard */
    } rows[] = {
        { "queries-max", options->queries_max, 1 },
        { "tcp-clients-max", options->tcp_clients_max, 1 },
        { "client-queries-max", options->client_queries_max, 1 },
        { "upstream-queries-max", options->upstream_queries_max, 1 },
        { "rate-limit", options->rate_per_s, 1 },
        { "cache-bytes", options->cache_bytes, FORWARDER_CACHE_BYTES_MIN },
    };
    size_t count = 1;

    if (dns_shards_read(options, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (count > 1 && rows[i].value != 0 && rows[i].value < count * rows[i].least)
            return err_set(err, -1, "--%s: %lu is less than %lu for each of %zu shards (--shards)",
                           rows[i].name, rows[i].value, rows[i].least, count);
    return 0;
}

/* A part of a whole. */
struct part {
    size_t number;
    size_t count;
};

static uint64_t part_of(uint64_t whole, const struct part *part)
{
    return whole / part->count + (part->number < whole % part->count);
}

static void divide(uint32_t *limit, const struct part *part)
{
    *limit = (uint32_t)part_of(*limit, part);
}

void dns_shards_divide(struct forwarder_loop_config *config, size_t number, size_t count)
{
    struct part part = { number, count };

    REQUIRE(number < count);
    divide(&config->core.queries_max, &part);
    divide(&config->core.waiters_max, &part);
    divide(&config->core.client_queries_max, &part);
    divide(&config->core.upstream_queries_max, &part);
    divide(&config->core.rate.per_s, &part);
    divide(&config->tcp_clients_max, &part);
    config->core.cache.bytes = part_of(config->core.cache.bytes, &part);
}
