/* What kind of a world a run is: how bad the network is, who may ask what, and who is asked. */
#include "tests/sim/simulation.h"

void world_choose(struct simulation *sim)
{
    sim->is_calm = chance_of(&sim->chance, 100) || sim->is_calm;
    sim->network.delay_ns_min = between(sim, 0, 2 * NS_PER_MS);
    sim->network.delay_ns_max = sim->network.delay_ns_min + between(sim, 0, 3 * NS_PER_MS);
    sim->pause_ns = between(sim, NS_PER_MS / 10, NS_PER_MS);
    if (chance_of(&sim->chance, 500))
        sim->pause_ns *= 100;
    sim->names = chance_of(&sim->chance, 200) ? 0 : between(sim, 1, 40);
    sim->cookie_upstreams = (unsigned int)between(sim, 0, 63);
    sim->strict_upstreams = (unsigned int)(chance_of(&sim->chance, 500) ? between(sim, 0, 63) : 0);
    if (sim->is_calm)
        return;
    sim->network.loss_per_mille = (unsigned int)between(sim, 0, 400);
    sim->network.twice_per_mille = (unsigned int)between(sim, 0, 300);
    sim->network.delay_ns_max += between(sim, 0, 60 * NS_PER_MS);
    sim->silent_per_mille = (unsigned int)between(sim, 0, 500);
    sim->forger_per_mille = (unsigned int)between(sim, 0, 900);
    sim->meddler_per_mille = (unsigned int)between(sim, 0, 200);
    sim->damage_per_mille = (unsigned int)between(sim, 0, 300);
    sim->leap_per_mille = (unsigned int)between(sim, 0, 5);
    sim->failing_per_mille =
        (unsigned int)(chance_of(&sim->chance, 500) ? between(sim, 0, 300) : 0);
    sim->cut_per_mille = (unsigned int)(chance_of(&sim->chance, 300) ? between(sim, 0, 500) : 0);
    sim->broken_per_mille = (unsigned int)(chance_of(&sim->chance, 300) ? between(sim, 0, 500) : 0);
    sim->plain_upstreams = (unsigned int)(chance_of(&sim->chance, 200) ? between(sim, 0, 63) : 0);
    sim->reload_per_mille = (unsigned int)(chance_of(&sim->chance, 300) ? between(sim, 0, 30) : 0);
    sim->averse_upstreams = (unsigned int)(chance_of(&sim->chance, 100) ? between(sim, 0, 63) : 0);
    sim->rotate_per_mille = (unsigned int)between(sim, 0, 100);
}

/* Chooses how upstreams are asked. */
static void choose_transports(struct simulation *sim, struct forwarder_config *config)
{
    for (size_t i = 0; i < UPSTREAMS_ASKED; i++)
        config->transports[i] = chance_of(&sim->chance, 200)
                                    ? (enum forwarder_transport)between(sim, 0, FORWARDER_OVER_TLS)
                                    : FORWARDER_OVER_UDP;
}

void world_choose_cache(struct simulation *sim, struct forwarder_config *config)
{
    if (chance_of(&sim->chance, 200))
        return;
    config->cache.bytes = FORWARDER_CACHE_BYTES_MIN;
    config->cache.stale_s = chance_of(&sim->chance, 500) ? (uint32_t)between(sim, 1, 60) : 0;
    config->keep.ttl_s_min = chance_of(&sim->chance, 200) ? (uint32_t)between(sim, 1, 5) : 0;
    config->keep.ttl_s_max = (uint32_t)between(sim, 5, 30);
    config->keep.negative_ttl_s_max = (uint32_t)between(sim, 1, 10);
    config->keep.failure_ttl_s = (uint32_t)between(sim, 1, 5);
    config->has_prefetch = chance_of(&sim->chance, 700);
    config->stale_after_ns = between(sim, 1, 60) * NS_PER_MS;
}

void world_choose_limits(struct simulation *sim, struct forwarder_config *config)
{
    config->cookies.is_on = chance_of(&sim->chance, 700);
    if (sim->is_calm)
        return;
    config->cookies.is_required = config->cookies.is_on && chance_of(&sim->chance, 100);
    if (chance_of(&sim->chance, 150)) {
        struct forwarder_address all = address_of(0, 0, 0);
        struct forwarder_address one =
            address_of(CLIENTS_NET, (uint8_t)between(sim, 1, CLIENTS), 0);
        struct forwarder_network_bits bits = { .ipv4 = (uint8_t)between(sim, 0, 21) };
        struct forwarder_network_bits one_bits = { .ipv4 = (uint8_t)between(sim, 22, 32) };

        config->access.is_silent = chance_of(&sim->chance, 500);
        fuzz_require(forwarder_access_add(
            &config->access,
            &(struct forwarder_access_rule){ forwarder_network_of(&all, bits), true }));
        fuzz_require(forwarder_access_add(
            &config->access,
            &(struct forwarder_access_rule){ forwarder_network_of(&one, one_bits), false }));
    }
    if (chance_of(&sim->chance, 150))
        config->rate = (struct forwarder_rate_config){ .per_s = (uint32_t)between(sim, 1, 100),
                                                       .window_s = (uint32_t)between(sim, 1, 5),
                                                       .slip = (uint32_t)between(sim, 0, 3) };
    config->rate.may_begin = chance_of(&sim->chance, 500);
    if (chance_of(&sim->chance, 150))
        config->client_queries_max = (uint32_t)between(sim, 1, 20);
    if (chance_of(&sim->chance, 150))
        config->upstream_queries_max = (uint32_t)between(sim, 1, 20);
}

/* Chooses names that are asked of others: one of those that clients ask for, some, or all. */
static void choose_routes(struct simulation *sim, struct forwarder_config *config)
{
    static const char *const zones[] = { "x1.example.test", "test", "example.test", "no.test" };

    config->general_count = between(sim, 0, config->upstreams_count);
    config->routes_count = chance_of(&sim->chance, 300) ? between(sim, 1, 4) : 0;
    for (size_t i = 0; i < config->routes_count; i++) {
        struct forwarder_route *route = &config->routes[i];
        struct dns_name name;

        fuzz_require(dns_name_parse(bytes_of_text(zones[i]), &name).status == DNS_OK);
        route->size = (uint8_t)name.size;
        memcpy(route->name, name.octets, name.size);
        route->upstreams = (uint32_t)between(sim, 1, (1U << config->upstreams_count) - 1);
    }
}

void world_choose_upstreams(struct simulation *sim, struct forwarder_config *config)
{
    uint64_t first = between(sim, 0, UPSTREAMS - 1);
    uint64_t step = between(sim, 1, UPSTREAMS - 1);

    config->is_case_random = chance_of(&sim->chance, 500);
    config->policy = (enum forwarder_policy)between(sim, 0, FORWARDER_POLICY_RACE);
    config->attempt_ns = between(sim, 12, 60) * NS_PER_MS;
    config->timeout_ns = config->attempt_ns * between(sim, 1, 4);
    config->upstreams_count = between(sim, 1, UPSTREAMS_ASKED);
    for (uint64_t i = 0; i < config->upstreams_count; i++)
        config->upstreams[i] = address_of(1, (uint8_t)(1 + (first + i * step) % UPSTREAMS), 53);
    choose_transports(sim, config);
    choose_routes(sim, config);
}

void world_choose_lossy(struct simulation *sim, const struct plan *plan,
                        struct forwarder_config *config)
{
    sim->network.loss_per_mille = (unsigned int)plan->loss_per_mille;
    sim->pause_ns = NS_PER_MS * 100;
    sim->names = 0;
    config->attempts_max = (uint8_t)plan->attempts;
    config->timeout_ns = 2000 * NS_PER_MS;
    config->attempt_ns = config->timeout_ns / 3 + 1;
    for (size_t i = 0; i < UPSTREAMS_ASKED; i++)
        config->transports[i] = FORWARDER_OVER_UDP;
}
