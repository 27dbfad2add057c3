/* What a cupel-dns says is printed so that a terminal sees only text. */
#include "cli/dnsctl/print.h"

#include "base/cleanup.h"
#include "cli/option.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static void done_json(json_t **json)
{
    json_decref(*json);
}

static void print_text(const json_t *value)
{
    const char *text = json_string_value(value);

    cli_print_visibly(stdout, text == NULL ? "" : text);
}

static long long number_of(const json_t *row, const char *key)
{
    return (long long)json_integer_value(json_object_get(row, key));
}

void ctl_print_json(const json_t *value)
{
    CLEANUP(free_pointer) char *text = json_dumps(
        value, JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(6));

    if (text != NULL)
        printf("%s\n", text);
}

void ctl_print_members(const json_t *answer)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)answer, key, value)
    {
        if (strcmp(key, "ok") == 0)
            continue;
        printf("%-18s", key);
        if (json_is_string(value))
            print_text(value);
        else
            printf("%lld", (long long)json_integer_value(value));
        printf("\n");
    }
}

void ctl_print_stats(const json_t *stats)
{
    size_t i;
    json_t *row;

    json_array_foreach(stats, i, row)
    {
        printf("%12lld  ", number_of(row, "value"));
        printf("%-24s", json_string_value(json_object_get(row, "name")));
        print_text(json_object_get(row, "text"));
        printf("\n");
    }
}

void ctl_print_stats_json(const json_t *stats)
{
    json_t *object = json_object();
    size_t i;
    json_t *row;

    json_array_foreach(stats, i, row)
    {
        const char *name = json_string_value(json_object_get(row, "name"));

        if (name != NULL)
            (void)json_object_set(object, name, json_object_get(row, "value"));
    }
    ctl_print_json(object);
    json_decref(object);
}

void ctl_print_shards(const json_t *answer)
{
    const json_t *shards = json_object_get(answer, "shards");
    size_t i;
    size_t number;
    json_t *row;
    json_t *shard;

    json_array_foreach(json_object_get(answer, "stats"), i, row)
    {
        const char *name = json_string_value(json_object_get(row, "name"));

        printf("%-24s%12lld", name == NULL ? "" : name, number_of(row, "value"));
        json_array_foreach(shards, number, shard)
        {
            printf("%12lld", number_of(json_object_get(shard, "stats"), name));
        }
        printf("\n");
    }
}

void ctl_print_shards_json(const json_t *answer)
{
    const json_t *shards = json_object_get(answer, "shards");
    CLEANUP(done_json) json_t *none = json_array();

    ctl_print_json(shards == NULL ? none : shards);
}

void ctl_print_upstreams(const json_t *upstreams)
{
    size_t i;
    json_t *row;

    printf("%-28s %-8s %10s %10s %10s %10s\n", "ADDRESS", "STATE", "RTT-MS", "QUERIES", "REPLIES",
           "TIMEOUTS");
    json_array_foreach(upstreams, i, row)
    {
        const json_t *rtt = json_object_get(row, "rtt_ms");

        printf("%-28s ", json_string_value(json_object_get(row, "address")));
        printf("%-8s ", json_string_value(json_object_get(row, "state")));
        if (json_is_real(rtt))
            printf("%10.2f ", json_real_value(rtt));
        else
            printf("%10s ", "-");
        printf("%10lld %10lld %10lld\n", number_of(row, "queries"), number_of(row, "replies"),
               number_of(row, "timeouts"));
    }
}
