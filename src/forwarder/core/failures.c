/* What the network says of the way to an upstream: who waits there goes on at once if it can. */
#include "forwarder/core/inside.h"

/* How often a query follows an upstream that closes its stream. */
#define RECONNECTS_MAX 3

/* Whether a query's way to an upstream is the one that failed. */
static bool is_concerned(const struct forwarder *forwarder, const struct forwarder_query *query,
                         const struct forwarder_failure *failure)
{
    unsigned int upstream = failure->socket / forwarder->config.lanes;
    unsigned int place = failure->socket % forwarder->config.lanes;
    bool is_stream = (query->streams >> upstream & 1U) != 0;

    if ((query->asked >> upstream & 1U) == 0 || (query->failed >> upstream & 1U) != 0 ||
        is_stream != failure->is_stream)
        return false;
    return is_stream ? query->key.stream == place : query->lane == place;
}

/* Lets one query go on that waited there. */
static void go_on(struct forwarder *forwarder, struct forwarder_query *query,
                  const struct forwarder_failure *failure, struct forwarder_batch *batch)
{
    unsigned int upstream = failure->socket / forwarder->config.lanes;
    uint32_t bit = 1U << upstream;

    query->streams &= ~bit;
    if (failure->was_up && query->reconnects < RECONNECTS_MAX) {
        forwarder_ask_again(forwarder, query, upstream, batch);
        return;
    }
    query->failed |= bit;
    if (query->upstream == upstream || (query->attempts == 1 && (query->begun & bit) != 0)) {
        if (!failure->is_stream &&
            forwarder_upstream_missed(&forwarder->upstreams[upstream], forwarder->now_ns))
            forwarder_count(forwarder, FORWARDER_COUNT_upstreams_down);
        if (forwarder_ask_another(forwarder, query, batch))
            return;
    }
    if ((query->asked & ~(query->failed | query->passed)) == 0)
        forwarder_ask_later(forwarder, query, batch);
}

/* Lets those go on that wait on one lane. */
static void fail_lane(struct forwarder *forwarder, uint16_t lane,
                      const struct forwarder_failure *failure, struct forwarder_batch *batch)
{
    struct forwarder_query *query = forwarder_table_first_on_lane(&forwarder->table, lane);

    while (query != NULL) {
        struct forwarder_query *next = forwarder_table_next_on_lane(&forwarder->table, query);

        if (is_concerned(forwarder, query, failure))
            go_on(forwarder, query, failure, batch);
        query = next;
    }
}

void forwarder_fail_queries(struct forwarder *forwarder, const struct forwarder_failure *failure,
                            struct forwarder_batch *batch)
{
    unsigned int upstream = failure->socket / forwarder->config.lanes;
    unsigned int place = failure->socket % forwarder->config.lanes;
    unsigned int step = failure->is_stream ? forwarder_streams(&forwarder->config) : UINT16_MAX;

    if (failure->is_stream && forwarder->streams_before != 0)
        step = 1;
    if (upstream >= forwarder->config.upstreams_count)
        return;
    if (failure->is_stream && !failure->was_up &&
        forwarder_upstream_failed(&forwarder->upstreams[upstream], forwarder->now_ns))
        forwarder_count(forwarder, FORWARDER_COUNT_upstreams_down);
    /* A datagram's query is on the lane of that number; those of stream s are on s, s + streams …,
     * or were when there were other numbers of streams. */
    for (unsigned int lane = place; lane < forwarder->config.lanes; lane += step)
        fail_lane(forwarder, (uint16_t)lane, failure, batch);
}
