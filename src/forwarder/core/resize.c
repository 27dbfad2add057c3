/*
 * Another size while queries wait: those who wait are copied into another slab at once, since they
 * are few; answers may be many, and are moved a few at a time, or when somebody asks for one.
 */
#include "forwarder/core/inside.h"

#include "base/require.h"
#include "forwarder/core/store.h"

bool forwarder_has_other_size(const struct forwarder *forwarder,
                              const struct forwarder_config *config)
{
    const struct forwarder_config *now = &forwarder->config;

    return config->queries_max != now->queries_max || config->waiters_max != now->waiters_max ||
           config->cache.bytes != now->cache.bytes;
}

/* Whether queries wait that came when there was another number of streams. */
static bool has_former_streams(const struct forwarder *forwarder)
{
    const struct forwarder_deadlines *deadlines = &forwarder->deadlines;
    uint32_t streams = forwarder_streams(&forwarder->config);

    for (uint32_t i = 0; forwarder->streams_before != 0 && i < deadlines->count; i++) {
        const struct forwarder_query *query = &forwarder->table.queries[deadlines->heap[i].item];

        if (query->lane % streams != query->key.stream)
            return true;
    }
    return false;
}

bool forwarder_can_resize(const struct forwarder *forwarder, const struct forwarder_config *config)
{
    return !forwarder_is_moving(forwarder) &&
           (forwarder_streams(config) == forwarder_streams(&forwarder->config) ||
            !has_former_streams(forwarder));
}

/* The configuration that is there, of another size, with room for all who wait. */
static struct forwarder_config room_for(const struct forwarder *forwarder,
                                        const struct forwarder_config *config)
{
    struct forwarder_config room = forwarder->config;

    room.cache.bytes = config->cache.bytes;
    room.queries_max = config->queries_max;
    room.waiters_max = config->waiters_max;
    if (room.queries_max < forwarder->table.count)
        room.queries_max = forwarder->table.count;
    if (room.waiters_max < forwarder->waiters.count)
        room.waiters_max = forwarder->waiters.count;
    return room;
}

size_t forwarder_resize_bytes(const struct forwarder *forwarder,
                              const struct forwarder_config *config)
{
    struct forwarder_config room = room_for(forwarder, config);

    return forwarder_slab_bytes(&room);
}

/* Lets all who wait for a query wait for its copy. */
static void copy_waiters(struct forwarder *forwarder, struct forwarder_waiters *before,
                         struct forwarder_query *query, struct forwarder_query *copy)
{
    struct forwarder_waiter waiter;

    while (forwarder_waiters_take(before, &query->waiting, &waiter)) {
        struct forwarder_network network =
            forwarder_network_of(&waiter.client.peer, forwarder_shares_bits);

        if (waiter.share != 0)
            waiter.share = forwarder_shares_take(&forwarder->shares, &network, UINT32_MAX);
        REQUIRE(forwarder_waiters_add(&forwarder->waiters, &copy->waiting, &waiter));
    }
}

/* Copies a query that waits, its clients and its deadline. */
static void copy_query(struct forwarder *forwarder, struct forwarder *before,
                       struct forwarder_query *query)
{
    struct forwarder_query *copy = forwarder_table_copy(&forwarder->table, query);
    uint32_t place = before->deadlines.places[forwarder_table_index(&before->table, query)];

    REQUIRE(copy != NULL);
    copy_waiters(forwarder, &before->waiters, query, copy);
    if (place != 0)
        forwarder_deadlines_set(&forwarder->deadlines,
                                (struct forwarder_deadline){
                                    .at_ns = before->deadlines.heap[place - 1].at_ns,
                                    .item = forwarder_table_index(&forwarder->table, copy),
                                });
}

/* Copies the queries of a lane in the order in which they came. */
static void copy_lane(struct forwarder *forwarder, struct forwarder *before, uint16_t lane)
{
    struct forwarder_query *query = forwarder_table_first_on_lane(&before->table, lane);

    while (query != NULL && query->lane_next != 0)
        query = forwarder_table_next_on_lane(&before->table, query);
    while (query != NULL) {
        uint32_t later = query->lane_before;

        copy_query(forwarder, before, query);
        query = later == 0 ? NULL : &before->table.queries[later - 1];
    }
}

/* What is in the cache is to be moved. */
static void leave_cache(struct forwarder *forwarder, const struct forwarder *before)
{
    uint32_t stale_s = before->cache.config.stale_s;

    forwarder->cache.config.stale_s = stale_s;
    forwarder->cache.evicted = before->cache.evicted;
    if (before->cache.entries == 0 || forwarder->cache.blocks.max == 0)
        return;
    forwarder->cache_before = before->cache;
    forwarder_cache_walk_begin(&forwarder->cache_before, forwarder->now_ns);
}

void forwarder_resize(struct forwarder *forwarder, const struct forwarder_config *config,
                      void *slab)
{
    struct forwarder before = *forwarder;
    struct forwarder_config room = room_for(forwarder, config);
    uint32_t streams = forwarder_streams(&before.config);

    REQUIRE(forwarder_can_resize(forwarder, config));
    REQUIRE(config->queries_max <= before.config.lanes * FORWARDER_IDS_USED_MAX);
    forwarder_lay_out(forwarder, &room, slab);
    slab = forwarder->rate.places;
    forwarder->rate = before.rate;
    forwarder_rate_move(&forwarder->rate, slab);
    for (uint16_t lane = 0; lane < before.config.lanes; lane++)
        copy_lane(forwarder, &before, lane);
    REQUIRE(forwarder->table.count == before.table.count);
    leave_cache(forwarder, &before);
    forwarder->config.queries_max = config->queries_max;
    forwarder->config.waiters_max = config->waiters_max;
    forwarder->config.cache.bytes = config->cache.bytes;
    if (forwarder_streams(config) != streams)
        forwarder->streams_before = streams;
}

bool forwarder_is_moving(const struct forwarder *forwarder)
{
    return forwarder->cache_before.blocks.max > 0;
}

/* Moves an answer by way of a record, which is what can be read again. */
static void move(struct forwarder *forwarder, const struct forwarder_topic *topic,
                 const struct forwarder_cached *cached)
{
    uint8_t record[FORWARDER_STORE_RECORD_MAX];
    struct byte_writer out = byte_writer_init(record, sizeof(record));
    struct forwarder_store_writer writer = { 0 };
    struct forwarder_store_reader reader = { 0 };
    struct forwarder_store_target target = { &forwarder->cache, forwarder->keep,
                                             &forwarder->config.keep, &forwarder->hash_key };

    forwarder_store_add(&writer, &forwarder->cache_before, topic, cached, &out);
    reader.in = byte_reader_init(byte_writer_written(&out));
    /* In a record the age is one of whole seconds: so much after it was kept. */
    (void)forwarder_store_read(&reader, &target, 1,
                               cached->kept_ns + cached->age_s * UINT64_C(1000000000));
}

bool forwarder_move_answer(struct forwarder *forwarder, const struct forwarder_topic *topic,
                           struct forwarder_cached *ret_cached)
{
    struct forwarder_cached cached;

    if (!forwarder_cache_find(&forwarder->cache_before, topic, forwarder->now_ns, &cached))
        return false;
    move(forwarder, topic, &cached);
    return forwarder_cache_find(&forwarder->cache, topic, forwarder->now_ns, ret_cached);
}

bool forwarder_has_answer(struct forwarder *forwarder, const struct forwarder_topic *topic)
{
    struct forwarder_cached cached;

    return forwarder_cache_find(&forwarder->cache, topic, forwarder->now_ns, &cached) ||
           (forwarder_is_moving(forwarder) &&
            forwarder_cache_find(&forwarder->cache_before, topic, forwarder->now_ns, &cached));
}

bool forwarder_move_answers(struct forwarder *forwarder, unsigned int answers_max, uint64_t now_ns)
{
    struct forwarder_topic topic;
    struct forwarder_cached cached;
    struct forwarder_cached there;

    if (now_ns > forwarder->now_ns)
        forwarder->now_ns = now_ns;
    for (unsigned int i = 0; i < answers_max && forwarder_is_moving(forwarder); i++) {
        if (!forwarder_cache_walk_next(&forwarder->cache_before, forwarder->now_ns, &topic,
                                       &cached))
            forwarder->cache_before = (struct forwarder_cache){ 0 };
        else if (topic.size != 0 &&
                 !forwarder_cache_find(&forwarder->cache, &topic, forwarder->now_ns, &there))
            move(forwarder, &topic, &cached);
    }
    return forwarder_is_moving(forwarder);
}
