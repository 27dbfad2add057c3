/*
 * struct forwarder_cache: answers that are kept until their time is over, in a fixed number of
 * octets.
 *
 *     forwarder_cache_init(&cache, &config, slab);
 *     if (forwarder_cache_find(&cache, &topic, now_ns, &cached))
 *         … write header and question …, forwarder_cache_write(&cache, &cached, &out)
 *     else
 *         … ask …, forwarder_cache_put(&cache, &topic, &kept, now_ns)
 *
 * Storage is blocks of 64 octets; an entry is a chain of them: its head, the topic, the places of
 * the TTLs, and the records as they stand on the wire behind the question, whose compression
 * pointers so stay right whatever the case of the question's letters is. An address with a name of
 * up to 53 octets takes two blocks, and its part of the index (core/index.h).
 *
 * Where there is no room, entries leave by SIEVE (Zhang et al., NSDI 2024): a hand goes from the
 * oldest to the newest and takes the first that was not asked for since it last came by, so what is
 * asked for once does not push out what is asked for again. The hand takes at most
 * FORWARDER_CACHE_HAND_STEPS_MAX steps for each that leaves: all costs are constant but for the
 * size of an entry, however many there are.
 *
 * Times are nanoseconds of the caller's clock, which does not go back. Storage is the caller's; of
 * its pages those are touched that are used. Pure; one thread at a time. RFC 1035 section 7.4.
 */
#pragma once

#include "base/byte_writer.h"
#include "dns/header.h"
#include "forwarder/core/index.h"
#include "forwarder/core/topic.h"

#define FORWARDER_CACHE_HAND_STEPS_MAX 64
#define FORWARDER_CACHE_WALK_STEPS_MAX 1024
/* With less there is no room for the largest entries. */
#define FORWARDER_CACHE_BYTES_MIN 65536
#define FORWARDER_CACHE_BYTES_MAX (UINT64_C(1) << 36)
/* An answer with more records or more octets is not kept. */
#define FORWARDER_CACHE_TTLS_MAX 1024
#define FORWARDER_CACHE_BODY_MAX 16384
/* So long after its rest a stale answer counts as failing: forwarder_cache_rest(). */
#define FORWARDER_CACHE_FAILING_S 25

struct forwarder_cache_config {
    size_t bytes;     /* 0: nothing is kept; else FORWARDER_CACHE_BYTES_MIN to _MAX */
    uint32_t stale_s; /* for so long after its end an entry can still be found, as a stale one */
};

struct forwarder_cache {
    struct forwarder_cache_config config;
    struct forwarder_blocks blocks; /* none: nothing is kept */
    struct forwarder_index index;
    uint32_t newest;
    uint32_t oldest;
    uint32_t hand;    /* the entry that it comes to next; 0: the oldest */
    uint32_t walk;    /* the entry that a walk comes to next; 0: it is at its end */
    uint64_t walk_ns; /* when it began */
    uint32_t entries; /* now */
    uint64_t evicted; /* since init: left since there was no room */
};

/* An answer to be kept. */
struct forwarder_kept {
    uint32_t ttl_s;                /* for so long; more than 0 */
    uint16_t flags;                /* of the header, with the response code */
    uint16_t counts[DNS_SECTIONS]; /* of records in the sections but the first */
    bool has_error;
    uint16_t error;       /* an extended error's code */
    bool is_failure;      /* no answer, but that there was none */
    bool has_alias;       /* a CNAME record is among the answers */
    uint16_t ttls_count;  /* at most FORWARDER_CACHE_TTLS_MAX */
    const uint16_t *ttls; /* where TTLs stand in `records` */
    struct bytes records; /* at most FORWARDER_CACHE_BODY_MAX octets */
};

/* An entry that was found; good until the next change of the cache. */
struct forwarder_cached {
    uint32_t entry;
    uint32_t body_block; /* where its TTLs and records begin, */
    uint8_t body_at;     /* in that block */
    uint64_t kept_ns;    /* when it was kept */
    uint32_t age_s;      /* in whole seconds */
    uint32_t ttl_s;      /* for so long it is fresh */
    bool is_stale;       /* its time is over */
    bool is_failing;     /* stale, and to ask anew failed a short while ago, */
    bool is_resting;     /* or just now: see forwarder_cache_rest() */
    bool is_worn;        /* a tenth of its time or less is left: worth asking anew */
    bool is_failure;
    bool has_alias;
    bool has_error;
    uint16_t error;
    uint16_t flags;
    uint16_t counts[DNS_SECTIONS];
    uint16_t records_size;
};

/* How many octets of storage the cache needs: at most config->bytes. The configuration must keep to
 * the limits above (REQUIRE). */
size_t forwarder_cache_slab_bytes(const struct forwarder_cache_config *config);

/* The parts of its storage, each of which is touched from its start on as it is used, but looked at
 * in no order. */
struct forwarder_cache_parts {
    struct bytes blocks;
    struct bytes index;
};

/* Where they are; without a cache both are empty. */
struct forwarder_cache_parts forwarder_cache_parts(const struct forwarder_cache *cache);

/* Begins to fetch where a look for this topic will begin, */
void forwarder_cache_fetch_bucket(const struct forwarder_cache *cache,
                                  const struct forwarder_topic *topic);

/* and, once that is there, the entry where it most likely ends. */
void forwarder_cache_fetch_entry(const struct forwarder_cache *cache,
                                 const struct forwarder_topic *topic);

/* An empty cache in so many octets, all zero, aligned for any object. The caller keeps them. */
void forwarder_cache_init(struct forwarder_cache *cache,
                          const struct forwarder_cache_config *config, void *slab);

/* Keeps an answer, instead of what there was for the topic. False, and nothing changed but that the
 * latter is gone, where it does not fit the limits or an eighth of the cache. */
bool forwarder_cache_put(struct forwarder_cache *cache, const struct forwarder_topic *topic,
                         const struct forwarder_kept *kept, uint64_t now_ns);

/* The entry for a topic, fresh or stale, which counts as asked for; false where there is none. One
 * whose time is wholly over is removed. */
bool forwarder_cache_find(struct forwarder_cache *cache, const struct forwarder_topic *topic,
                          uint64_t now_ns, struct forwarder_cached *ret_cached);

/* Writes the records of an entry that was found, with TTLs that are less by its age; those of a
 * stale one are `stale_ttl_s`. `out` stands behind the question of its message and has room
 * (REQUIRE). */
void forwarder_cache_write(const struct forwarder_cache *cache,
                           const struct forwarder_cached *cached, uint32_t stale_ttl_s,
                           struct byte_writer *out);

/* To ask anew about a stale entry failed: for `rest_s` it is found as one that is resting, and for
 * FORWARDER_CACHE_FAILING_S more as one that is failing. */
void forwarder_cache_rest(struct forwarder_cache *cache, const struct forwarder_cached *cached,
                          uint32_t rest_s);

/* Begins to walk over all entries that there are now, instead of another walk: the oldest first.
 * The cache may change between the steps. */
void forwarder_cache_walk_begin(struct forwarder_cache *cache, uint64_t now_ns);

/* The next entry, fresh or stale, and its topic, with half of the hash; this is not to ask for it.
 * False at the end. Those whose time is wholly over are passed over, and at most
 * FORWARDER_CACHE_WALK_STEPS_MAX of them in one call, after which *ret_topic has the size 0. */
bool forwarder_cache_walk_next(struct forwarder_cache *cache, uint64_t now_ns,
                               struct forwarder_topic *ret_topic,
                               struct forwarder_cached *ret_cached);

/* Removes all entries; gives their number. */
uint32_t forwarder_cache_flush_all(struct forwarder_cache *cache);

/* Removes all entries for the name; gives their number. Time is linear in the entries. */
uint32_t forwarder_cache_flush_name(struct forwarder_cache *cache, const struct dns_name *name);

/* Removes all entries for the name and for names below it; gives their number. Time is linear in
 * the entries. */
uint32_t forwarder_cache_flush_tree(struct forwarder_cache *cache, const struct dns_name *name);
