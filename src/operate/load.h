/*
 * struct operate_load: a file of the cache that comes over the control socket, and goes into the
 * cache that is there: first all its octets, then a look at the whole of it, then its answers, in
 * small steps, since others wait. What is not whole is refused before any of it is taken; each
 * answer goes through the codec and the limits that hold now (forwarder/core/store.h). The thread
 * of the loop.
 */
#pragma once

#include "operate/cache_file.h"
#include "operate/server.h"

struct operate_load;

/* Gets ready for so many octets; -EFBIG with a sentence where that is more than twice the cache, of
 * which the forwarder of the server may have one of several parts. */
int operate_load_new(const struct operate_server *server, uint64_t size,
                     struct operate_load **ret_load, struct err *err);

/* NULL is fine. */
void operate_load_free(struct operate_load *load);

/* Where the next octets go, and how many are missing: 0 when all are there. */
size_t operate_load_missing(const struct operate_load *load, uint8_t **ret_at);

/* So many were put there, of those that are missing (REQUIRE). */
void operate_load_add(struct operate_load *load, size_t size);

/* Goes on when all octets are there (REQUIRE): 1, there is more to do; 0, it is done, and what came
 * of it; -EINVAL with a sentence, and nothing is changed. */
int operate_load_step(struct operate_load *load, struct operate_cache_file *ret_read,
                      struct err *err);
