/* Answers as text for people. */
#pragma once

#include <jansson.h>

/* A line for each member, but for "ok". */
void ctl_print_members(const json_t *answer);

/* A line for each of the members "stats": number, name, what it is. */
void ctl_print_stats(const json_t *stats);

/* The same as one object of JSON: names and numbers. */
void ctl_print_stats_json(const json_t *stats);

/* A table of upstreams. */
void ctl_print_upstreams(const json_t *upstreams);

/* A value as JSON on lines of their own. */
void ctl_print_json(const json_t *value);
