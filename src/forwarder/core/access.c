/* A short list, which is walked for each client. */
#include "forwarder/core/access.h"

bool forwarder_access_add(struct forwarder_access *access, const struct forwarder_access_rule *rule)
{
    if (access->count == FORWARDER_ACCESS_RULES_MAX)
        return false;
    access->rules[access->count] = *rule;
    access->count += 1;
    return true;
}

const struct forwarder_access_rule *forwarder_access_find(const struct forwarder_access *access,
                                                          const struct forwarder_network *network)
{
    for (size_t i = 0; i < access->count; i++)
        if (forwarder_network_equal(&access->rules[i].network, network))
            return &access->rules[i];
    return NULL;
}

bool forwarder_access_may_ask(const struct forwarder_access *access,
                              const struct forwarder_address *client)
{
    const struct forwarder_access_rule *best = NULL;

    for (size_t i = 0; i < access->count; i++) {
        const struct forwarder_access_rule *rule = &access->rules[i];

        if ((best == NULL || rule->network.bits > best->network.bits) &&
            forwarder_network_has(&rule->network, client))
            best = rule;
    }
    return access->count == 0 || (best != NULL && best->may_ask);
}
