/* Packets on their way, in the order in which they arrive. */
#include "tests/sim/network.h"

#include "base/require.h"

#include <stddef.h>
#include <string.h>

uint64_t chance_next(struct chance *chance)
{
    uint64_t mixed;

    chance->state += UINT64_C(0x9E3779B97F4A7C15);
    mixed = chance->state;
    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94D049BB133111EB);
    return mixed ^ mixed >> 31;
}

uint64_t chance_below(struct chance *chance, uint64_t below)
{
    return below == 0 ? 0 : chance_next(chance) % below;
}

bool chance_of(struct chance *chance, unsigned int per_mille)
{
    return chance_below(chance, 1000) < per_mille;
}

void network_init(struct network *network, uint64_t seed)
{
    /* Packets are most of it, and are written before they are read. */
    memset(network, 0, offsetof(struct network, packets));
    network->chance.state = seed;
    network->due = forwarder_deadlines_init(network->heap, network->places, NETWORK_PACKETS_MAX);
    network->free_count = NETWORK_PACKETS_MAX;
    for (uint32_t i = 0; i < NETWORK_PACKETS_MAX; i++)
        network->free[i] = i;
}

void network_schedule(struct network *network, const struct packet *packet, uint64_t at_ns)
{
    uint32_t item;

    if (network->free_count == 0)
        return;
    network->free_count -= 1;
    item = network->free[network->free_count];
    network->packets[item] = *packet;
    forwarder_deadlines_set(&network->due, (struct forwarder_deadline){ at_ns, item });
}

static uint64_t arrival_ns(struct network *network)
{
    uint64_t range_ns = network->delay_ns_max - network->delay_ns_min;

    return network->now_ns + network->delay_ns_min + chance_below(&network->chance, range_ns + 1);
}

void network_send(struct network *network, const struct packet *packet)
{
    if (chance_of(&network->chance, network->loss_per_mille))
        return;
    network_schedule(network, packet, arrival_ns(network));
    if (chance_of(&network->chance, network->twice_per_mille))
        network_schedule(network, packet, arrival_ns(network));
}

uint64_t network_next_ns(const struct network *network)
{
    const struct forwarder_deadline *first = forwarder_deadlines_find_first(&network->due);

    return first == NULL ? UINT64_MAX : first->at_ns;
}

void network_take(struct network *network, struct packet *ret_packet)
{
    uint32_t item;

    REQUIRE(network->due.count > 0);
    item = network->due.heap[0].item;
    if (network->due.heap[0].at_ns > network->now_ns)
        network->now_ns = network->due.heap[0].at_ns;
    *ret_packet = network->packets[item];
    forwarder_deadlines_remove(&network->due, item);
    network->free[network->free_count] = item;
    network->free_count += 1;
}
