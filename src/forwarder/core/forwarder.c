/* Datagrams and times in, datagrams out: every way through ends in a counter. */
#include "forwarder/core/forwarder.h"

#include "base/require.h"
#include "forwarder/core/inside.h"

/* What the loop around us and tests see of a counter. */
static const struct {
    const char *name;
    const char *text;
} counters[] = {
#define COUNTER(name, what) { #name, what },
#include "forwarder/core/counters.def"
#undef COUNTER
};

void forwarder_count(struct forwarder *forwarder, enum forwarder_counter counter)
{
    forwarder->counters[counter] += 1;
}

const char *forwarder_counter_name(enum forwarder_counter counter)
{
    REQUIRE(counter < FORWARDER_COUNTERS);
    return counters[counter].name;
}

const char *forwarder_counter_text(enum forwarder_counter counter)
{
    REQUIRE(counter < FORWARDER_COUNTERS);
    return counters[counter].text;
}

/* Where in the slab the parts stand. */
struct slab {
    size_t queries;
    size_t waiters;
    size_t heap;
    size_t keep;
    size_t cache;
    size_t places;
    size_t buckets;
    size_t shares;
    size_t share_buckets;
    size_t rate;
    size_t end;
};

#define ALIGNED(size) (((size) + 63) / 64 * 64)

/* How many networks have clients that wait, and are counted. */
static uint32_t shares_max(const struct forwarder_config *config)
{
    return config->client_queries_max == 0 ? 0 : config->waiters_max;
}

/* Each part begins aligned for any object. The limits keep the sum far below what a size holds. */
static struct slab slab_of(const struct forwarder_config *config)
{
    size_t queries_max = config->queries_max;
    struct slab slab = { 0 };

    slab.waiters = ALIGNED(slab.queries + queries_max * sizeof(struct forwarder_query));
    slab.heap = ALIGNED(slab.waiters + config->waiters_max * sizeof(struct forwarder_waiter));
    slab.keep = ALIGNED(slab.heap + queries_max * sizeof(struct forwarder_deadline));
    slab.cache = ALIGNED(slab.keep + sizeof(struct forwarder_keep));
    slab.places = ALIGNED(slab.cache + forwarder_cache_slab_bytes(&config->cache));
    slab.buckets = ALIGNED(slab.places + queries_max * sizeof(uint32_t));
    slab.shares =
        ALIGNED(slab.buckets + forwarder_table_buckets(config->queries_max) * sizeof(uint32_t));
    slab.share_buckets = ALIGNED(slab.shares + shares_max(config) * sizeof(struct forwarder_share));
    slab.rate = ALIGNED(slab.share_buckets +
                        forwarder_shares_buckets(shares_max(config)) * sizeof(uint32_t));
    slab.end = slab.rate + forwarder_rate_slab_bytes(&config->rate);
    return slab;
}

size_t forwarder_slab_bytes(const struct forwarder_config *config)
{
    REQUIRE(config->queries_max >= 1);
    REQUIRE(config->queries_max <= FORWARDER_QUERIES_MAX);
    REQUIRE(config->waiters_max >= 1);
    REQUIRE(config->waiters_max <= FORWARDER_WAITERS_MAX);
    return slab_of(config).end;
}

uint32_t forwarder_streams(const struct forwarder_config *config)
{
    return (config->queries_max + FORWARDER_IDS_USED_MAX - 1) / FORWARDER_IDS_USED_MAX;
}

static void check_route(const struct forwarder_config *config, const struct forwarder_route *route)
{
    REQUIRE(route->upstreams != 0);
    REQUIRE(route->upstreams >> config->upstreams_count == 0);
}

void forwarder_config_check(const struct forwarder_config *config)
{
    REQUIRE(config->lanes >= 1);
    REQUIRE(config->lanes <= FORWARDER_LANES_MAX);
    REQUIRE(config->queries_max <= config->lanes * FORWARDER_IDS_USED_MAX);
    REQUIRE(config->attempts_max >= 1);
    REQUIRE(config->attempts_max <= FORWARDER_ATTEMPTS_MAX);
    REQUIRE(config->attempt_ns > 0);
    REQUIRE(config->timeout_ns > 0);
    REQUIRE(config->upstreams_count >= 1);
    REQUIRE(config->upstreams_count <= FORWARDER_UPSTREAMS_MAX);
    REQUIRE(config->general_count <= config->upstreams_count);
    REQUIRE(config->routes_count <= FORWARDER_ROUTES_MAX);
    for (size_t i = 0; i < config->routes_count; i++)
        check_route(config, &config->routes[i]);
    REQUIRE(config->cache.bytes == 0 || config->keep.ttl_s_max >= 1);
    REQUIRE(config->keep.ttl_s_max >= config->keep.ttl_s_min);
    REQUIRE(config->cache.bytes == 0 || config->keep.failure_ttl_s >= 1);
    REQUIRE(config->rate.per_s <= FORWARDER_RATE_PER_S_MAX);
    REQUIRE(config->rate.window_s <= FORWARDER_RATE_WINDOW_S_MAX);
}

static void draw_secret(const struct forwarder *forwarder, uint64_t ret_drawn[2])
{
    struct forwarder_random random = forwarder->config.random;

    for (size_t i = 0; i < 2; i++)
        ret_drawn[i] = random.next(random.source);
}

void forwarder_begin_cookies(struct forwarder *forwarder)
{
    uint64_t drawn[2];

    draw_secret(forwarder, drawn);
    forwarder_cookies_init(&forwarder->cookies, &forwarder->config.cookies, drawn);
}

void forwarder_begin_peer(struct forwarder *forwarder, size_t upstream)
{
    struct forwarder_random random = forwarder->config.random;
    uint64_t client = random.next(random.source);

    forwarder->upstreams[upstream] = (struct forwarder_upstream){ 0 };
    forwarder->peer_cookies[upstream] = (struct forwarder_peer_cookie){ 0 };
    memcpy(forwarder->peer_cookies[upstream].client, &client, sizeof(client));
}

void forwarder_lay_out(struct forwarder *forwarder, const struct forwarder_config *config,
                       void *slab)
{
    struct slab parts = slab_of(config);
    uint8_t *base = slab;

    forwarder->table = forwarder_table_init((void *)(base + parts.queries),
                                            (void *)(base + parts.buckets), config->queries_max);
    forwarder->waiters =
        forwarder_waiters_init((void *)(base + parts.waiters), config->waiters_max);
    forwarder->deadlines = forwarder_deadlines_init(
        (void *)(base + parts.heap), (void *)(base + parts.places), config->queries_max);
    forwarder->keep = (void *)(base + parts.keep);
    forwarder_cache_init(&forwarder->cache, &config->cache, base + parts.cache);
    forwarder->shares =
        forwarder_shares_init((void *)(base + parts.shares), (void *)(base + parts.share_buckets),
                              shares_max(config), &forwarder->hash_key);
    forwarder->rate = forwarder_rate_init(&config->rate, &forwarder->hash_key, base + parts.rate);
}

void forwarder_init(struct forwarder *forwarder, const struct forwarder_config *config, void *slab)
{
    forwarder_config_check(config);
    *forwarder = (struct forwarder){ .config = *config, .local = config->local };
    REQUIRE(forwarder_plan(forwarder, config, &forwarder->members));
    forwarder_set_groups(forwarder);
    forwarder_lay_out(forwarder, config, slab);
    for (size_t i = 0; i < FORWARDER_LANES_MAX; i++)
        forwarder->draws.at[i] = (uint8_t)i;
    for (size_t i = 0; i < 2; i++)
        forwarder->hash_key.halves[i] = config->random.next(config->random.source);
    forwarder_begin_cookies(forwarder);
    for (size_t i = 0; i < config->upstreams_count; i++)
        forwarder_begin_peer(forwarder, i);
}

void forwarder_set_local(struct forwarder *forwarder, const struct forwarder_local *local)
{
    forwarder->local = local;
}

/* The time, which does not go back. */
static uint64_t tell_time(struct forwarder *forwarder, uint64_t now_ns)
{
    if (now_ns > forwarder->now_ns)
        forwarder->now_ns = now_ns;
    return forwarder->now_ns;
}

void forwarder_tell_wall(struct forwarder *forwarder, uint64_t now_ns, uint64_t wall_s)
{
    forwarder->wall_at_ns = tell_time(forwarder, now_ns);
    forwarder->wall_s = wall_s;
}

uint64_t forwarder_wall_s(const struct forwarder *forwarder)
{
    return forwarder->wall_s + (forwarder->now_ns - forwarder->wall_at_ns) / 1000000000;
}

/* Draws another secret where it is time. */
static void renew_cookies(struct forwarder *forwarder)
{
    uint64_t drawn[2];

    if (!forwarder_cookies_is_due(&forwarder->cookies, forwarder->now_ns))
        return;
    draw_secret(forwarder, drawn);
    forwarder_cookies_draw(&forwarder->cookies, drawn, forwarder->now_ns);
}

void forwarder_receive(struct forwarder *forwarder, const struct forwarder_datagram *datagram,
                       uint64_t now_ns, struct forwarder_batch *batch)
{
    struct forwarder_asked asked;

    REQUIRE(datagram->payload.size <= forwarder_path_bytes_max(&datagram->path));
    (void)tell_time(forwarder, now_ns);
    switch (datagram->path.side) {
    case FORWARDER_CLIENTS:
        renew_cookies(forwarder);
        forwarder_read_query(forwarder, datagram, &asked);
        forwarder_answer_query(forwarder, &asked, batch);
        break;
    case FORWARDER_UPSTREAMS:
        forwarder_count(forwarder, forwarder_receive_reply(forwarder, datagram, batch));
        break;
    }
}

/* So many queries are read, then looked for, then answered together. To begin to fetch what stands
 * at an address whose page the processor has no translation for takes as long as it takes to find
 * that; only where several are begun one right after the other are these found at the same time. */
#define GROUP 16
#define GROUPS 3 /* what is begun for one group is there when another has been read */

/* Queries that came together. */
struct crowd {
    const struct forwarder_datagram *datagrams;
    size_t count;
    struct forwarder_asked asked[GROUPS][GROUP];
};

/* How many queries are in a group; those that there are not have none. */
static size_t group_size(const struct crowd *crowd, size_t group)
{
    size_t first = group * GROUP;

    if (first >= crowd->count)
        return 0;
    return crowd->count - first < GROUP ? crowd->count - first : GROUP;
}

/* Reads a group, and begins to fetch where the cache will be looked at for it. */
static void read_group(struct forwarder *forwarder, struct crowd *crowd, size_t group)
{
    struct forwarder_asked *asked = crowd->asked[group % GROUPS];
    size_t size = group_size(crowd, group);

    for (size_t i = 0; i < size; i++) {
        const struct forwarder_datagram *datagram = &crowd->datagrams[group * GROUP + i];

        REQUIRE(datagram->payload.size <= forwarder_path_bytes_max(&datagram->path));
        REQUIRE(datagram->path.side == FORWARDER_CLIENTS);
        forwarder_read_query(forwarder, datagram, &asked[i]);
    }
    for (size_t i = 0; i < size; i++)
        if (asked[i].verdict == FORWARDER_FORWARD)
            forwarder_cache_fetch_bucket(&forwarder->cache, &asked[i].topic);
}

/* Begins to fetch the answers that the cache has for a group. */
static void fetch_group(const struct forwarder *forwarder, const struct crowd *crowd, size_t group)
{
    const struct forwarder_asked *asked = crowd->asked[group % GROUPS];
    size_t size = group_size(crowd, group);

    for (size_t i = 0; i < size; i++)
        if (asked[i].verdict == FORWARDER_FORWARD)
            forwarder_cache_fetch_entry(&forwarder->cache, &asked[i].topic);
}

static void answer_group(struct forwarder *forwarder, const struct crowd *crowd, size_t group,
                         struct forwarder_batch *batch)
{
    const struct forwarder_asked *asked = crowd->asked[group % GROUPS];
    size_t size = group_size(crowd, group);

    for (size_t i = 0; i < size; i++)
        forwarder_answer_query(forwarder, &asked[i], batch);
}

void forwarder_receive_queries(struct forwarder *forwarder,
                               const struct forwarder_datagram *datagrams, size_t count,
                               uint64_t now_ns, struct forwarder_batch *batch)
{
    struct crowd crowd;
    size_t groups = (count + GROUP - 1) / GROUP;

    crowd.datagrams = datagrams;
    crowd.count = count;
    (void)tell_time(forwarder, now_ns);
    renew_cookies(forwarder);
    for (size_t group = 0; group < groups + 2; group++) {
        read_group(forwarder, &crowd, group);
        if (group >= 1)
            fetch_group(forwarder, &crowd, group - 1);
        if (group >= 2)
            answer_group(forwarder, &crowd, group - 2, batch);
    }
}

void forwarder_fail(struct forwarder *forwarder, const struct forwarder_failure *failure,
                    uint64_t now_ns, struct forwarder_batch *batch)
{
    (void)tell_time(forwarder, now_ns);
    forwarder_fail_queries(forwarder, failure, batch);
}

/* Gives clients a stale answer in good time; the query goes on for the cache. */
static void stop_waiting(struct forwarder *forwarder, struct forwarder_query *query,
                         struct forwarder_batch *batch)
{
    query->stale_ns = FORWARDER_NEVER;
    (void)forwarder_answer_stale(forwarder, query, batch);
    forwarder_schedule(forwarder, query);
}

void forwarder_expire(struct forwarder *forwarder, uint64_t now_ns, struct forwarder_batch *batch)
{
    uint64_t now = tell_time(forwarder, now_ns);
    const struct forwarder_deadline *first;

    while (first = forwarder_deadlines_find_first(&forwarder->deadlines),
           first != NULL && first->at_ns <= now && forwarder_batch_has_room(batch)) {
        struct forwarder_query *query = &forwarder->table.queries[first->item];

        if (query->stale_ns < query->due_ns)
            stop_waiting(forwarder, query, batch);
        else
            forwarder_ask_on(forwarder, query, batch);
    }
}

uint64_t forwarder_deadline_ns(const struct forwarder *forwarder)
{
    const struct forwarder_deadline *first = forwarder_deadlines_find_first(&forwarder->deadlines);

    return first == NULL ? FORWARDER_NEVER : first->at_ns;
}

uint32_t forwarder_waiting(const struct forwarder *forwarder)
{
    return forwarder->table.count;
}

uint32_t forwarder_clients_waiting(const struct forwarder *forwarder)
{
    return forwarder->waiters.count;
}
