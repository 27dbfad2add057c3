/* An array of queries, and a hash table of indices into it, chained through the queries. */
#include "forwarder/core/table.h"

#include "base/require.h"

/* How many buckets each of the two hash tables has. */
static uint32_t buckets_of(uint32_t queries_max)
{
    uint32_t buckets = 1;

    while (buckets < queries_max)
        buckets *= 2;
    return buckets;
}

uint32_t forwarder_table_buckets(uint32_t queries_max)
{
    return 2 * buckets_of(queries_max);
}

struct forwarder_table forwarder_table_init(struct forwarder_query *queries, uint32_t *buckets,
                                            uint32_t queries_max)
{
    return (struct forwarder_table){
        .queries = queries,
        .buckets = buckets,
        .topics = buckets + buckets_of(queries_max),
        .buckets_mask = buckets_of(queries_max) - 1,
        .queries_max = queries_max,
    };
}

/* Keys are random and ours, so nobody can choose them to fall together: mixing is enough. */
static uint32_t *bucket_of(const struct forwarder_table *table, struct forwarder_key key)
{
    uint32_t mixed = ((uint32_t)key.stream << 16 | key.id) * UINT32_C(0x9E3779B1);

    return &table->buckets[(mixed >> 12 ^ mixed) & table->buckets_mask];
}

static struct forwarder_query *query_of(const struct forwarder_table *table, uint32_t number)
{
    return number == 0 ? NULL : &table->queries[number - 1];
}

/* Puts a query at the front of its lane. */
static void enter_lane(struct forwarder_table *table, struct forwarder_query *query,
                       uint32_t number)
{
    uint32_t *first = &table->lanes[query->lane];
    struct forwarder_query *next = query_of(table, *first);

    query->lane_next = *first;
    if (next != NULL)
        next->lane_before = number;
    *first = number;
}

static void leave_lane(struct forwarder_table *table, const struct forwarder_query *query)
{
    struct forwarder_query *next = query_of(table, query->lane_next);
    struct forwarder_query *before = query_of(table, query->lane_before);

    if (next != NULL)
        next->lane_before = query->lane_before;
    if (before != NULL)
        before->lane_next = query->lane_next;
    else
        table->lanes[query->lane] = query->lane_next;
}

struct forwarder_query *forwarder_table_first_on_lane(const struct forwarder_table *table,
                                                      uint16_t lane)
{
    return query_of(table, table->lanes[lane]);
}

struct forwarder_query *forwarder_table_next_on_lane(const struct forwarder_table *table,
                                                     const struct forwarder_query *query)
{
    return query_of(table, query->lane_next);
}

struct forwarder_query *forwarder_table_add(struct forwarder_table *table, struct forwarder_key key,
                                            uint16_t lane)
{
    uint32_t *bucket = bucket_of(table, key);
    uint32_t index;

    REQUIRE(lane < FORWARDER_LANES_MAX);
    REQUIRE(forwarder_table_find(table, key) == NULL);
    if (table->first_free != 0) {
        index = table->first_free - 1;
        table->first_free = table->queries[index].next;
    } else if (table->touched < table->queries_max) {
        index = table->touched;
        table->touched += 1;
    } else {
        return NULL;
    }
    table->queries[index] = (struct forwarder_query){ .key = key, .lane = lane, .next = *bucket };
    *bucket = index + 1;
    enter_lane(table, &table->queries[index], index + 1);
    table->count += 1;
    return &table->queries[index];
}

struct forwarder_query *forwarder_table_find(const struct forwarder_table *table,
                                             struct forwarder_key key)
{
    uint32_t next = *bucket_of(table, key);

    while (next != 0) {
        struct forwarder_query *query = &table->queries[next - 1];

        if (query->key.stream == key.stream && query->key.id == key.id)
            return query;
        next = query->next;
    }
    return NULL;
}

static uint32_t *topic_bucket_of(const struct forwarder_table *table,
                                 const struct forwarder_topic *topic)
{
    return &table->topics[topic->hash & table->buckets_mask];
}

void forwarder_table_set_topic(struct forwarder_table *table, struct forwarder_query *query,
                               const struct forwarder_topic *topic)
{
    uint32_t *bucket = topic_bucket_of(table, topic);

    REQUIRE(query->topic.size == 0);
    query->topic.hash = topic->hash;
    query->topic.size = topic->size;
    memcpy(query->topic.octets, topic->octets, topic->size);
    query->topic_next = *bucket;
    *bucket = forwarder_table_index(table, query) + 1;
}

struct forwarder_query *forwarder_table_find_topic(const struct forwarder_table *table,
                                                   const struct forwarder_topic *topic,
                                                   uint16_t flags)
{
    uint32_t next = *topic_bucket_of(table, topic);

    while (next != 0) {
        struct forwarder_query *query = &table->queries[next - 1];

        if (query->flags == flags && forwarder_topic_equal(&query->topic, topic))
            return query;
        next = query->topic_next;
    }
    return NULL;
}

static void remove_topic(struct forwarder_table *table, const struct forwarder_query *query)
{
    uint32_t number = forwarder_table_index(table, query) + 1;
    uint32_t *link = topic_bucket_of(table, &query->topic);

    while (*link != number) {
        REQUIRE(*link != 0);
        link = &table->queries[*link - 1].topic_next;
    }
    *link = query->topic_next;
}

void forwarder_table_remove(struct forwarder_table *table, struct forwarder_query *query)
{
    uint32_t number = forwarder_table_index(table, query) + 1;
    uint32_t *link = bucket_of(table, query->key);

    REQUIRE(query->waiting.first == 0);
    if (query->topic.size != 0)
        remove_topic(table, query);
    leave_lane(table, query);
    while (*link != number) {
        REQUIRE(*link != 0);
        link = &table->queries[*link - 1].next;
    }
    *link = query->next;
    query->next = table->first_free;
    table->first_free = number;
    table->count -= 1;
}

struct forwarder_query *forwarder_table_copy(struct forwarder_table *table,
                                             const struct forwarder_query *query)
{
    struct forwarder_query *copy = forwarder_table_add(table, query->key, query->lane);
    struct forwarder_query added;

    if (copy == NULL)
        return NULL;
    added = *copy;
    *copy = *query;
    copy->next = added.next;
    copy->lane_next = added.lane_next;
    copy->lane_before = added.lane_before;
    copy->waiting = added.waiting;
    copy->topic.size = 0;
    if (query->topic.size != 0)
        forwarder_table_set_topic(table, copy, &query->topic);
    return copy;
}

uint32_t forwarder_table_index(const struct forwarder_table *table,
                               const struct forwarder_query *query)
{
    REQUIRE(query >= table->queries);
    REQUIRE(query < table->queries + table->queries_max);
    return (uint32_t)(query - table->queries);
}
