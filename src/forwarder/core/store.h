/*
 * The cache as octets, for a file that outlives the process.
 *
 *     out = …; forwarder_store_begin(&writer, wall_s, &out);
 *     while (forwarder_cache_walk_next(…, &topic, &cached))
 *         forwarder_store_add(&writer, cache, &topic, &cached, &out), … write and empty `out` …
 *     forwarder_store_end(&writer, &out);
 *
 *     verdict = forwarder_store_open(&reader, content, wall_s);
 *     … forwarder_store_read(&reader, &into, 256, now_ns) until it gives false …
 *
 * A file is a header (magic, version, the wall clock in seconds), records, and an end with their
 * number and a hash that chains them. A record is its size, the bits of its topic, its age when it
 * was written, and a message: the answer with the TTLs that it had when it was kept. All numbers
 * are in network order.
 *
 * What is read is outside bytes: a file that is not whole is refused as a whole; each message goes
 * through the codec and forwarder_keep_read() like an upstream's reply, under the limits that hold
 * now. Time that went by between is added to the ages; where the wall clock has gone back, none.
 * Failures are not written, nor read. Pure; one thread.
 */
#pragma once

#include "base/byte_writer.h"
#include "forwarder/core/keep.h"

#define FORWARDER_STORE_HEADER_BYTES 20
/* Room for any record, and for the end. */
#define FORWARDER_STORE_RECORD_MAX                                                                 \
    (7 + DNS_HEADER_SIZE + DNS_NAME_SIZE_MAX + 4 + FORWARDER_CACHE_BODY_MAX + 32)

struct forwarder_store_writer {
    uint64_t hash;
    uint32_t count;
};

/* Writes the header; `out` has room (REQUIRE), as below. */
void forwarder_store_begin(struct forwarder_store_writer *writer, uint64_t wall_s,
                           struct byte_writer *out);

/* Writes an entry that a walk came to; nothing for a failure. */
void forwarder_store_add(struct forwarder_store_writer *writer, const struct forwarder_cache *cache,
                         const struct forwarder_topic *topic, const struct forwarder_cached *cached,
                         struct byte_writer *out);

/* Writes the end. */
void forwarder_store_end(const struct forwarder_store_writer *writer, struct byte_writer *out);

enum forwarder_store_verdict {
    FORWARDER_STORE_OK,
    FORWARDER_STORE_NONE,    /* it is no such file */
    FORWARDER_STORE_VERSION, /* of another version */
    FORWARDER_STORE_DAMAGED, /* not whole, or changed */
};

struct forwarder_store_reader {
    struct byte_reader in;
    uint64_t passed_s;
    uint64_t kept;     /* entries that were read into the cache */
    uint64_t left_out; /* too old, not well-formed, or not what is kept */
};

/* A look at the framing of a file, in pieces, before any of it is read. */
struct forwarder_store_check {
    enum forwarder_store_verdict verdict; /* when it is over */
    struct byte_reader in;                /* at the first record */
    struct byte_reader next;              /* where the look goes on */
    uint64_t written_s;
    uint64_t hash;
    uint32_t count;
};

/* Begins to look. */
void forwarder_store_check_begin(struct forwarder_store_check *check, struct bytes content);

/* Looks at up to `records_max` more records; false when the verdict is there. */
bool forwarder_store_check_next(struct forwarder_store_check *check, unsigned int records_max);

/* Begins to read what was found to be whole (REQUIRE). */
void forwarder_store_check_end(const struct forwarder_store_check *check, uint64_t wall_s,
                               struct forwarder_store_reader *ret_reader);

/* Begins to read a file, after looking at all of its framing at once. */
enum forwarder_store_verdict forwarder_store_open(struct forwarder_store_reader *reader,
                                                  struct bytes content, uint64_t wall_s);

/* Several files that become one: at each step the record that is the oldest of those that come next
 * in their files. So whoever reads the one, and has no room for all, keeps the youngest. */
#define FORWARDER_STORE_PARTS_MAX 32

struct forwarder_store_part {
    struct forwarder_store_reader reader;
    struct bytes record; /* the next; size 0: none is left */
    uint64_t past_s;     /* its age */
};

struct forwarder_store_merge {
    size_t count;
    struct forwarder_store_part parts[FORWARDER_STORE_PARTS_MAX];
    struct forwarder_store_writer writer; /* of the one */
};

/* Begins, with a file's header; the merge is of no files yet. */
void forwarder_store_merge_begin(struct forwarder_store_merge *merge, uint64_t wall_s,
                                 struct byte_writer *out);

/* Adds a file, which was opened at the same time of day, before the first record is written; at
 * most FORWARDER_STORE_PARTS_MAX (REQUIRE). */
void forwarder_store_merge_add(struct forwarder_store_merge *merge,
                               const struct forwarder_store_reader *reader);

/* Writes the next record; false where none is left: forwarder_store_end() follows. */
bool forwarder_store_merge_next(struct forwarder_store_merge *merge, struct byte_writer *out);

/* Where entries go. */
struct forwarder_store_target {
    struct forwarder_cache *cache;
    struct forwarder_keep *keep; /* working storage */
    const struct forwarder_keep_limits *limits;
    const struct forwarder_hash_key *hash_key;
};

/* Reads up to `records_max` of them; false where none is left. */
bool forwarder_store_read(struct forwarder_store_reader *reader,
                          const struct forwarder_store_target *target, unsigned int records_max,
                          uint64_t now_ns);
