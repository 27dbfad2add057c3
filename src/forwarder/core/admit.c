/* Who is let in: access first, then how often a network that may be forged is answered. */
#include "forwarder/core/inside.h"

/* The verdict on a client that may not ask. A stream waits for an answer to each query. */
static enum forwarder_verdict turn_away(const struct forwarder *forwarder,
                                        const struct forwarder_path *client)
{
    return forwarder->config.access.is_silent && client->stream == 0 ? FORWARDER_IGNORE_PROHIBITED
                                                                     : FORWARDER_PROHIBITED;
}

/* Whether the client is known to be at the address that it asks from: a handshake shows it. */
static bool is_certain(const struct forwarder_path *client)
{
    return client->stream != 0;
}

enum forwarder_verdict forwarder_admit(struct forwarder *forwarder,
                                       const struct forwarder_path *client,
                                       enum forwarder_verdict verdict)
{
    if (verdict == FORWARDER_IGNORE_SHORT || verdict == FORWARDER_IGNORE_RESPONSE)
        return verdict;
    if (!forwarder_access_may_ask(&forwarder->config.access, &client->peer))
        verdict = turn_away(forwarder, client);
    if (verdict == FORWARDER_IGNORE_PROHIBITED || is_certain(client))
        return verdict;
    switch (forwarder_rate_take(&forwarder->rate, &client->peer, forwarder->now_ns)) {
    case FORWARDER_RATE_CUT:
        return FORWARDER_SLIPPED;
    case FORWARDER_RATE_DROP:
        return FORWARDER_IGNORE_LIMITED;
    case FORWARDER_RATE_ANSWER:
        break;
    }
    return verdict;
}
