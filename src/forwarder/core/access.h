/*
 * struct forwarder_access: who may ask. Of the rules whose network has a client's address that with
 * the longest prefix decides; who is in none may not ask.
 *
 * Pure; any thread.
 */
#pragma once

#include "forwarder/core/network.h"

#define FORWARDER_ACCESS_RULES_MAX 128

struct forwarder_access_rule {
    struct forwarder_network network;
    bool may_ask;
};

/* All zero: everybody may ask. */
struct forwarder_access {
    size_t count;
    bool is_silent; /* who may not ask gets no answer to a datagram, else REFUSED */
    struct forwarder_access_rule rules[FORWARDER_ACCESS_RULES_MAX];
};

/* Adds a rule; false where there is no more room. */
bool forwarder_access_add(struct forwarder_access *access,
                          const struct forwarder_access_rule *rule);

/* The rule for this very network, or NULL. */
const struct forwarder_access_rule *forwarder_access_find(const struct forwarder_access *access,
                                                          const struct forwarder_network *network);

/* Whether the client may ask. */
bool forwarder_access_may_ask(const struct forwarder_access *access,
                              const struct forwarder_address *client);
