/*
 * A file that holds the cache from one run to the next (forwarder/core/store.h says what is in it).
 * The thread of the loop, before it runs and after.
 */
#pragma once

#include "base/err.h"
#include "forwarder/core/forwarder.h"
#include "forwarder/core/store.h"

#include <limits.h>

/* What came of reading one. */
struct operate_cache_file {
    uint64_t kept;
    uint64_t left_out; /* too old, or not what is kept under the limits that hold now */
};

/* A file has at most so many octets, where this forwarder has one of so many parts of the cache's
 * memory. */
size_t operate_cache_file_bytes_max(const struct forwarder *forwarder, size_t parts);

/* Where the answers in a file go. */
struct forwarder_store_target operate_cache_file_target(struct forwarder *forwarder);

/* What is said of a file that is none. */
const char *operate_cache_file_sentence(enum forwarder_store_verdict verdict);

/* Reads a file of at most `bytes_max` octets into the cache. A file that is not there is an empty
 * one. -errno with a sentence, and nothing read, where it is no regular file, not that of our user
 * or root, one that others may write, larger, or not whole. */
int operate_cache_file_read(const char *path, size_t bytes_max, struct forwarder *forwarder,
                            struct operate_cache_file *ret_read, struct err *err);

/* A new file, which is to take the place of another. */
struct operate_cache_replacement {
    int fd;
    char name[PATH_MAX];
};

/* Opens a new file (mode 0600) beside that of the path; on failure there is none. */
int operate_cache_file_begin(const char *path, struct operate_cache_replacement *ret_replacement,
                             struct err *err);

/* Puts the new file into the place of the old one, when it is synced; where `err` says that it
 * could not be written, or that fails, it is removed instead, and the old one is still there. */
int operate_cache_file_end(const char *path, struct operate_cache_replacement *replacement,
                           struct err *err);

/* Writes the cache to a new file (mode 0600), which takes the place of the old one when it is
 * whole and synced. On failure the old one is still there, and nothing else. */
int operate_cache_file_write(const char *path, struct forwarder *forwarder, struct err *err);
