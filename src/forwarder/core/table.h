/*
 * struct forwarder_table: the queries that wait for an upstream's reply, at most a number that is
 * given at init.
 *
 * A query is found in O(1) by what a reply to it bears, the id and the stream or its socket, and by
 * its topic, for others who ask the same; and those on one lane, which may fail, one after another.
 * Storage is the caller's; queries stay where they are until they are removed. Pure; one thread at
 * a time.
 */
#pragma once

#include "forwarder/core/topic.h"
#include "forwarder/core/waiters.h"

/* What tells replies on a stream apart: its number, and the id. Of queries on sockets each stream
 * has some, so they are told apart by the same; a reply must be on the query's own, besides. */
struct forwarder_key {
    uint16_t stream;
    uint16_t id;
};

struct forwarder_query {
    struct forwarder_topic topic;          /* size 0: it is not found by one */
    struct forwarder_waiting_list waiting; /* the clients; nobody: it is for the cache alone */
    uint64_t due_ns;                       /* when the attempt that runs is over */
    uint64_t sent_ns;                      /* when it was sent first */
    uint64_t end_ns;                       /* when nobody waits any more */
    uint64_t stale_ns;                     /* when clients get a stale answer, if there is one */
    uint32_t next;       /* in its bucket or in the list of free ones: index plus 1, 0 at the end */
    uint32_t topic_next; /* in the bucket of its topic */
    uint32_t lane_next;  /* on its lane: index plus 1, 0 at the end, */
    uint32_t lane_before; /* and 0 at the start */
    struct forwarder_key key;
    uint16_t lane;    /* the socket in an upstream's pool; those of stream s are s, s + streams … */
    uint16_t flags;   /* RD, AD, CD */
    uint32_t asked;   /* the upstreams that were asked, one bit each */
    uint32_t begun;   /* of those, the ones that were asked when it was sent first, */
    uint32_t remade;  /* and those that were asked the same in another way since */
    uint32_t passed;  /* those that could not answer, where another may still */
    uint32_t plain;   /* of those, the ones without EDNS, */
    uint32_t probed;  /* but also with it, to see whether it answers that */
    uint32_t streams; /* and those that were over a stream which is still there */
    uint32_t failed;  /* those that the network did not lead to, when they were asked last */
    uint32_t cookied; /* those that were sent a cookie */
    uint32_t refused; /* those that did not take it */
    uint32_t missed;  /* those that had an attempt's time, and did not answer */
    uint8_t attempts; /* how often it was sent */
    uint8_t reconnects;  /* and how often anew on a stream, since the one before was closed */
    uint8_t rebuffs;     /* how often the network led to none of those that were asked */
    uint8_t upstream;    /* the one that was asked last */
    uint16_t wire_bytes; /* of `wire` */
    uint8_t wire[FORWARDER_QUERY_BYTES_MAX]; /* what is sent to upstreams, with EDNS at the end */
};

#define FORWARDER_LANES_MAX 256

struct forwarder_table {
    struct forwarder_query *queries; /* queries_max of them */
    uint32_t *buckets;               /* a power of two of them: index plus 1 of the first query */
    uint32_t *topics;                /* as many, by topic */
    uint32_t buckets_mask;
    uint32_t queries_max;
    uint32_t count;                      /* queries that wait */
    uint32_t touched;                    /* queries from here on were never used */
    uint32_t first_free;                 /* index plus 1, 0 where none was given back */
    uint32_t lanes[FORWARDER_LANES_MAX]; /* index plus 1 of the first on each; 0: none */
};

/* How many buckets a table of `queries_max` wants, those by topic counted too. */
uint32_t forwarder_table_buckets(uint32_t queries_max);

/* An empty table in `queries_max` queries and forwarder_table_buckets(queries_max) buckets, which
 * are zero. The caller keeps both. */
struct forwarder_table forwarder_table_init(struct forwarder_query *queries, uint32_t *buckets,
                                            uint32_t queries_max);

/* A new query under a key that none has (REQUIRE), on a lane, all zero but for these; NULL where
 * the table is full. The table keeps it until forwarder_table_remove(). */
struct forwarder_query *forwarder_table_add(struct forwarder_table *table, struct forwarder_key key,
                                            uint16_t lane);

/* The query that came last on a lane, or NULL. */
struct forwarder_query *forwarder_table_first_on_lane(const struct forwarder_table *table,
                                                      uint16_t lane);

/* The one that came on its lane before it, or NULL. */
struct forwarder_query *forwarder_table_next_on_lane(const struct forwarder_table *table,
                                                     const struct forwarder_query *query);

/* The query that waits under the key, or NULL. */
struct forwarder_query *forwarder_table_find(const struct forwarder_table *table,
                                             struct forwarder_key key);

/* Lets a query of the table's be found by a topic; once for each query (REQUIRE). */
void forwarder_table_set_topic(struct forwarder_table *table, struct forwarder_query *query,
                               const struct forwarder_topic *topic);

/* The query with this topic and these flags that came last, or NULL. */
struct forwarder_query *forwarder_table_find_topic(const struct forwarder_table *table,
                                                   const struct forwarder_topic *topic,
                                                   uint16_t flags);

/* Forgets a query of the table's, for whom nobody may wait any more (REQUIRE). */
void forwarder_table_remove(struct forwarder_table *table, struct forwarder_query *query);

/* Adds a query of another table's as it is, but with nobody who waits for it, under its key, which
 * none has (REQUIRE); NULL where the table is full. */
struct forwarder_query *forwarder_table_copy(struct forwarder_table *table,
                                             const struct forwarder_query *query);

/* A query's number, below queries_max. */
uint32_t forwarder_table_index(const struct forwarder_table *table,
                               const struct forwarder_query *query);
