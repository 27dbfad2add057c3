/* Who is let in: access first; then, unless a handshake or a cookie of ours shows that the client
 * is at the address that it asks from, how often its network is answered. */
#include "forwarder/core/inside.h"

/* The verdict on a client that may not ask. A stream waits for an answer to each query. */
static enum forwarder_verdict turn_away(const struct forwarder *forwarder,
                                        const struct forwarder_path *client)
{
    return forwarder->config.access.is_silent && client->stream == 0 ? FORWARDER_IGNORE_PROHIBITED
                                                                     : FORWARDER_PROHIBITED;
}

/* Reads the client's cookie, and gives it one of ours. */
static enum forwarder_cookie_said take_cookie(struct forwarder *forwarder,
                                              const struct forwarder_path *client,
                                              struct forwarder_request *request)
{
    static const enum forwarder_counter counters[] = {
        [FORWARDER_COOKIE_NEW] = FORWARDER_COUNT_cookies_new,
        [FORWARDER_COOKIE_BAD] = FORWARDER_COUNT_cookies_bad,
        [FORWARDER_COOKIE_GOOD] = FORWARDER_COUNT_cookies_good,
    };
    enum forwarder_cookie_said said;

    if (!forwarder->config.cookies.is_on)
        request->cookie.size = 0;
    if (request->cookie.size == 0)
        return FORWARDER_COOKIE_NEW;
    said = forwarder_cookies_read(&forwarder->cookies, &client->peer, &request->cookie,
                                  forwarder_wall_s(forwarder));
    forwarder_cookies_write(&forwarder->cookies, &client->peer, &request->cookie,
                            forwarder_wall_s(forwarder));
    forwarder_count(forwarder, counters[said]);
    return said;
}

/* The verdict on one that is only asked for a cookie. */
static enum forwarder_verdict give_cookie(const struct forwarder_request *request,
                                          enum forwarder_cookie_said said)
{
    if (request->cookie.size == 0)
        return FORWARDER_FORMERR;
    return said == FORWARDER_COOKIE_BAD ? FORWARDER_COOKIE_BADCOOKIE : FORWARDER_COOKIE;
}

/* The verdict on a client whose address may be forged. */
static enum forwarder_verdict doubt(struct forwarder *forwarder,
                                    const struct forwarder_path *client,
                                    const struct forwarder_request *request,
                                    enum forwarder_verdict verdict)
{
    bool has_cookie = request->cookie.size > 0;

    switch (forwarder_rate_take(&forwarder->rate, &client->peer, forwarder->now_ns)) {
    case FORWARDER_RATE_CUT:
        return has_cookie ? FORWARDER_SLIPPED_COOKIE : FORWARDER_SLIPPED;
    case FORWARDER_RATE_DROP:
        return FORWARDER_IGNORE_LIMITED;
    case FORWARDER_RATE_ANSWER:
        break;
    }
    if (verdict == FORWARDER_FORWARD && forwarder->config.cookies.is_required)
        return has_cookie ? FORWARDER_UNCOOKIED_COOKIE : FORWARDER_UNCOOKIED;
    return verdict;
}

enum forwarder_verdict forwarder_admit(struct forwarder *forwarder,
                                       const struct forwarder_path *client,
                                       struct forwarder_request *request,
                                       enum forwarder_verdict verdict)
{
    enum forwarder_cookie_said said;

    if (verdict == FORWARDER_IGNORE_SHORT || verdict == FORWARDER_IGNORE_RESPONSE)
        return verdict;
    said = take_cookie(forwarder, client, request);
    if (verdict == FORWARDER_COOKIE)
        verdict = give_cookie(request, said);
    if (!forwarder_access_may_ask(&forwarder->config.access, &client->peer))
        verdict = turn_away(forwarder, client);
    if (verdict == FORWARDER_IGNORE_PROHIBITED || client->stream != 0 ||
        said == FORWARDER_COOKIE_GOOD)
        return verdict;
    return doubt(forwarder, client, request, verdict);
}
