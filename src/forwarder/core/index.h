/*
 * struct forwarder_index: finds entries by their hash. It grows with their number, so that few of
 * them touch few pages however many there may be, and many of them find their place at one look.
 *
 * A bucket is a line of the processor's cache: hashes and numbers of up to seven entries. Where it
 * is full, another line follows, which is a block out of the pool that the entries themselves come
 * from. There are a few buckets at first; as soon as an average of five entries is in each, every
 * bucket is split in two, some of them whenever an entry comes, until there are twice as many
 * (W. Litwin, "Linear hashing", VLDB 1980; in short rounds, so that hardly ever some buckets are
 * split and others are not). Storage is touched from its start on. It never shrinks.
 *
 * Costs are constant: of adding one entry that of four splits at most. Storage is the caller's.
 * Pure; one thread at a time.
 */
#pragma once

#include "forwarder/core/blocks.h"

#define FORWARDER_INDEX_SLOTS 7
/* As many entries as a bucket has on average, when there are no more buckets to be had. */
#define FORWARDER_INDEX_FILL 5

struct forwarder_bucket {
    uint32_t next;  /* a block that is another line of this bucket, or 0 */
    uint32_t count; /* entries in this line; only the last line has room */
    uint32_t hashes[FORWARDER_INDEX_SLOTS];
    uint32_t entries[FORWARDER_INDEX_SLOTS];
};

_Static_assert(sizeof(struct forwarder_bucket) == FORWARDER_BLOCK_BYTES, "a bucket is a line");

struct forwarder_index {
    struct forwarder_bucket *buckets;
    uint32_t buckets_max;
    uint32_t count;   /* of buckets now */
    uint32_t round;   /* how many there were when all had been split equally often; a multiple of */
    uint32_t first;   /* how many there were at first */
    uint32_t mask;    /* so many times two, less one, is round / first */
    uint32_t entries; /* now */
};

/* Where a look for entries of one hash has come to. */
struct forwarder_index_look {
    const struct forwarder_bucket *line;
    uint32_t hash;
    uint32_t at;
};

/* How many buckets there should be at most where there is room for `wanted`: a number that can be
 * reached by doubling, at least 1 and at most as many. */
uint32_t forwarder_index_buckets(size_t wanted);

/* An index without entries in so many buckets, all zero, as forwarder_index_buckets() gives it. The
 * caller keeps them. */
struct forwarder_index forwarder_index_init(void *storage, uint32_t buckets_max);

/* The bucket of a hash. */
const struct forwarder_bucket *forwarder_index_bucket(const struct forwarder_index *index,
                                                      uint32_t hash);

/* An entry of exactly this hash, most likely the one that is meant, without a look at any line but
 * the first; 0 where that has none. */
uint32_t forwarder_index_guess(const struct forwarder_index *index, uint32_t hash);

/* Begins to look for entries of a hash. */
static inline struct forwarder_index_look forwarder_index_look(const struct forwarder_index *index,
                                                               uint32_t hash)
{
    return (struct forwarder_index_look){ forwarder_index_bucket(index, hash), hash, 0 };
}

/* The next entry of the hash; 0: there is none. */
uint32_t forwarder_index_next(struct forwarder_index_look *look,
                              const struct forwarder_blocks *blocks);

/* Adds an entry. The pool has a block that is free (REQUIRE), which may be taken. */
void forwarder_index_add(struct forwarder_index *index, struct forwarder_blocks *blocks,
                         uint32_t hash, uint32_t entry);

/* Removes an entry that is there (REQUIRE). */
void forwarder_index_remove(struct forwarder_index *index, struct forwarder_blocks *blocks,
                            uint32_t hash, uint32_t entry);
