/* Another configuration while queries wait: upstreams keep their numbers, or get free ones. */
#include "forwarder/core/inside.h"

#include "base/require.h"

/* Whether the upstream in a place of one configuration is that in a place of another. */
static bool is_same(const struct forwarder_config *a, size_t i, const struct forwarder_config *b,
                    size_t j)
{
    return a->transports[i] == b->transports[j] && a->identities[i] == b->identities[j] &&
           forwarder_address_equal(&a->upstreams[i], &b->upstreams[j]);
}

static void copy_upstream(const struct forwarder_config *from, size_t i,
                          struct forwarder_config *to, size_t j)
{
    to->upstreams[j] = from->upstreams[i];
    to->transports[j] = from->transports[i];
    to->identities[j] = from->identities[i];
}

/* The numbers of those that queries wait for, each of which has a deadline. */
static uint32_t slots_awaited(const struct forwarder *forwarder)
{
    const struct forwarder_deadlines *deadlines = &forwarder->deadlines;
    uint32_t awaited = 0;

    for (uint32_t i = 0; i < deadlines->count; i++)
        awaited |= forwarder->table.queries[deadlines->heap[i].item].asked;
    return awaited;
}

uint32_t forwarder_slots_in_use(const struct forwarder *forwarder)
{
    uint32_t used = slots_awaited(forwarder);

    for (size_t i = 0; i < forwarder->members.count; i++)
        used |= 1U << forwarder->members.at[i];
    return used;
}

/* The number that an upstream has already, if none of `taken`; else FORWARDER_SLOTS_MAX. */
static size_t find_old(const struct forwarder *forwarder, const struct forwarder_config *config,
                       size_t place, uint32_t taken)
{
    for (size_t slot = 0; slot < forwarder->config.upstreams_count; slot++)
        if ((taken >> slot & 1U) == 0 && is_same(config, place, &forwarder->config, slot))
            return slot;
    return FORWARDER_SLOTS_MAX;
}

bool forwarder_plan(const struct forwarder *forwarder, const struct forwarder_config *config,
                    struct forwarder_members *ret_members)
{
    struct forwarder_members members = { .count = config->upstreams_count };
    uint32_t awaited = slots_awaited(forwarder);
    size_t olds[FORWARDER_UPSTREAMS_MAX];
    uint32_t taken = 0;

    for (size_t i = 0; i < config->upstreams_count; i++) {
        olds[i] = find_old(forwarder, config, i, taken);
        taken |= olds[i] < FORWARDER_SLOTS_MAX ? 1U << olds[i] : 0;
    }
    for (size_t i = 0; i < config->upstreams_count; i++) {
        size_t slot = olds[i];

        for (size_t free = 0; slot == FORWARDER_SLOTS_MAX && free < FORWARDER_SLOTS_MAX; free++)
            if (((taken | awaited) >> free & 1U) == 0)
                slot = free;
        if (slot == FORWARDER_SLOTS_MAX)
            return false;
        taken |= 1U << slot;
        members.at[i] = (uint8_t)slot;
    }
    *ret_members = members;
    return true;
}

static void add_member(struct forwarder_members *group, uint8_t number)
{
    group->at[group->count] = number;
    group->count += 1;
}

void forwarder_set_groups(struct forwarder *forwarder)
{
    const struct forwarder_config *config = &forwarder->config;
    const struct forwarder_members *members = &forwarder->members;

    memset(forwarder->groups, 0, sizeof(forwarder->groups));
    for (size_t i = 0; i < members->count; i++) {
        if (config->general_count == 0 || i < config->general_count)
            add_member(&forwarder->groups[FORWARDER_ROUTES_MAX], members->at[i]);
        for (size_t route = 0; route < config->routes_count; route++)
            if ((config->routes[route].upstreams >> i & 1U) != 0)
                add_member(&forwarder->groups[route], members->at[i]);
    }
}

/* The configuration with its upstreams under their numbers; others keep theirs. */
static void place_upstreams(struct forwarder *forwarder, const struct forwarder_config *config,
                            const struct forwarder_members *members)
{
    struct forwarder_config placed = *config;

    placed.upstreams_count = forwarder->config.upstreams_count;
    for (size_t slot = 0; slot < placed.upstreams_count; slot++)
        copy_upstream(&forwarder->config, slot, &placed, slot);
    for (size_t i = 0; i < members->count; i++) {
        size_t slot = members->at[i];

        if (slot >= placed.upstreams_count || !is_same(config, i, &placed, slot))
            forwarder_begin_peer(forwarder, slot);
        copy_upstream(config, i, &placed, slot);
        if (slot >= placed.upstreams_count)
            placed.upstreams_count = slot + 1;
    }
    placed.random = forwarder->config.random;
    forwarder->config = placed;
}

/* Secrets of a file are those that it has now; one that was drawn goes on. */
static void change_cookies(struct forwarder *forwarder)
{
    const struct forwarder_cookie_config *config = &forwarder->config.cookies;

    if (config->secrets_count > 0 || forwarder->cookies.config.secrets_count > 0)
        forwarder_begin_cookies(forwarder);
    else
        forwarder->cookies.config = *config;
}

bool forwarder_reconfigure(struct forwarder *forwarder, const struct forwarder_config *config)
{
    struct forwarder_members members;

    forwarder_config_check(config);
    REQUIRE(config->queries_max == forwarder->config.queries_max);
    REQUIRE(config->waiters_max == forwarder->config.waiters_max);
    REQUIRE(config->lanes == forwarder->config.lanes);
    REQUIRE(config->attempts_max == forwarder->config.attempts_max);
    REQUIRE(config->cache.bytes == forwarder->config.cache.bytes);
    REQUIRE((config->client_queries_max == 0) == (forwarder->config.client_queries_max == 0));
    REQUIRE(config->rate.may_begin == forwarder->config.rate.may_begin);
    REQUIRE(config->rate.may_begin ||
            (config->rate.per_s == 0) == (forwarder->config.rate.per_s == 0));
    if (!forwarder_plan(forwarder, config, &members))
        return false;
    place_upstreams(forwarder, config, &members);
    forwarder->members = members;
    forwarder_set_groups(forwarder);
    forwarder->cache.config.stale_s = config->cache.stale_s;
    forwarder_rate_change(&forwarder->rate, &config->rate);
    change_cookies(forwarder);
    return true;
}
