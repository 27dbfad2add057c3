/*
 * A run that fails, made smaller: as few exchanges, and as little that goes wrong, as it still
 * fails with, so that whoever looks into it has less to look at. Each try is a process of its own,
 * of whose words nothing is seen.
 */
#pragma once

#include "base/text.h"
#include "tests/sim/simulation.h"

/* Runs the seed of a plan; where that fails, its process ends. */
typedef void (*shrink_run)(const struct plan *plan);

/* Makes a plan that fails as small as it gets. */
void shrink(struct plan *plan, shrink_run run);

/* How many kinds there are of what goes wrong in a world; each is a bit of plan.without. */
size_t shrink_troubles(void);

/* Leaves out of a world what is in the set. */
void shrink_world(struct simulation *sim, uint64_t without);

/* Reads "loss,leaps"; false where that is no such list. */
bool shrink_parse(const char *names, uint64_t *ret_without);

/* Writes the names of a set, as shrink_parse() reads them. */
void shrink_format(uint64_t without, struct text *out);
