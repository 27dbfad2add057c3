/* Answers as text for people. */
#pragma once

#include <jansson.h>

/* A line for each member, but for "ok". */
void ctl_print_members(const json_t *answer);

/* A line for each of the members "stats": number, name, what it is. */
void ctl_print_stats(const json_t *stats);

/* The same as one object of JSON: names and numbers. */
void ctl_print_stats_json(const json_t *stats);

/* The members "stats" and "shards" of an answer as a table, a line for each number: its name, what
 * there is in all, and each shard's part. */
void ctl_print_shards(const json_t *answer);

/* The shards of an answer, each with its numbers. */
void ctl_print_shards_json(const json_t *answer);

/* A table of upstreams. */
void ctl_print_upstreams(const json_t *upstreams);

/* A value as JSON on lines of their own. */
void ctl_print_json(const json_t *value);
