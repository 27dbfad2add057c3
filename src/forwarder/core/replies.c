/* What upstreams send: each check that fails ends in a counter, and the query waits on. */
#include "forwarder/core/inside.h"

/* Whether the datagram comes from an upstream that the query was sent to. */
static bool was_asked(const struct forwarder *forwarder, const struct forwarder_query *query,
                      const struct forwarder_path *path)
{
    size_t upstream = path->socket / forwarder->config.lanes;

    return upstream < forwarder->config.upstreams_count && (query->asked >> upstream & 1U) != 0 &&
           (path->stream == 0 ? forwarder->config.transports[upstream] == FORWARDER_OVER_UDP
                              : (query->streams >> upstream & 1U) != 0) &&
           forwarder_address_equal(&path->peer, &forwarder->config.upstreams[upstream]);
}

/* Whether it says that the upstream does not understand a query with EDNS, as it was asked. Such a
 * server may send back nothing but the header (RFC 6891 section 7). */
static bool wants_plain(const struct forwarder_query *query, unsigned int upstream,
                        const struct dns_header *header, struct bytes payload)
{
    unsigned int rcode = dns_header_rcode(header);
    struct dns_message reply;

    if ((rcode != DNS_RCODE_FORMERR && rcode != DNS_RCODE_NOTIMP) ||
        (query->plain >> upstream & 1U) != 0 || dns_message_read(payload, &reply).status != DNS_OK)
        return false;
    return dns_header_has(&reply.header, DNS_FLAG_QR) &&
           dns_header_opcode(&reply.header) == DNS_OPCODE_QUERY && reply.opt_at == 0 &&
           (reply.header.counts[DNS_QUESTION] == 0 ||
            forwarder_answer_matches(forwarder_query_question(query), payload));
}

/* Keeps a reply. Answers are clients' already: a failure replaces none. */
static void keep_reply(struct forwarder *forwarder, const struct forwarder_query *query,
                       const struct dns_message *reply)
{
    struct forwarder_kept kept;

    if ((query->flags & DNS_FLAG_RD) == 0 || forwarder->config.cache.bytes == 0 ||
        !forwarder_keep_read(forwarder->keep, &forwarder->config.keep, reply, &kept))
        return;
    if (kept.is_failure && forwarder_has_answer(forwarder, &query->topic))
        return;
    if (reply->opt_at == 0 && forwarder_query_wants_dnssec(query) && !kept.has_error) {
        kept.has_error = true;
        kept.error = DNS_EDE_NOT_SUPPORTED; /* as those who waited are told */
    }
    if (forwarder_cache_put(&forwarder->cache, &query->topic, &kept, forwarder->now_ns))
        forwarder_count(forwarder, FORWARDER_COUNT_cache_kept);
}

static bool is_failure(const struct dns_message *reply)
{
    unsigned int rcode = dns_message_rcode(reply);

    return rcode == DNS_RCODE_SERVFAIL || rcode == DNS_RCODE_REFUSED;
}

/* What the reply says of how its upstream does. Who was asked later, or the same in two ways, shows
 * nothing of its round trip. */
static void learn(struct forwarder *forwarder, const struct forwarder_query *query,
                  const struct forwarder_path *path)
{
    size_t number = path->socket / forwarder->config.lanes;
    struct forwarder_upstream *upstream = &forwarder->upstreams[number];
    uint64_t after_ns = forwarder->now_ns - query->sent_ns;

    forwarder_upstream_answered(upstream);
    if (path->stream == 0)
        forwarder_edns_answered(&upstream->edns, (query->plain >> number & 1U) != 0,
                                forwarder->now_ns);
    if (((query->begun & ~query->remade) >> number & 1U) == 0)
        return;
    if (query->attempts == 1)
        forwarder_upstream_measure(upstream, after_ns);
    else
        forwarder_upstream_late(upstream, after_ns);
}

/* Watches for the answers of those that were asked together with the one that answered. */
static void watch_others(struct forwarder *forwarder, const struct forwarder_query *query,
                         size_t winner)
{
    uint32_t others = query->begun & ~(1U << winner) & ~(query->remade | query->passed) &
                      ~(query->failed | query->missed);

    for (size_t i = 0; others != 0; i++, others >>= 1) {
        bool is_stream = (query->streams >> i & 1U) != 0;
        struct forwarder_watch watch = {
            .is_there = true,
            .is_stream = is_stream,
            .socket = (uint16_t)(i * forwarder->config.lanes +
                                 (is_stream ? query->key.stream : query->lane)),
            .id = query->key.id,
            .sent_ns = query->sent_ns,
        };

        if ((others & 1U) != 0 &&
            forwarder_upstream_outrun(&forwarder->upstreams[i], &watch, forwarder->now_ns,
                                      forwarder->config.attempt_ns))
            forwarder_count(forwarder, FORWARDER_COUNT_upstreams_down);
    }
}

/* A reply to no query that waits: it may be that of who was not the first to answer. */
static void see_late(struct forwarder *forwarder, const struct forwarder_path *path,
                     const struct dns_header *header)
{
    size_t number = path->socket / forwarder->config.lanes;
    struct forwarder_upstream *upstream = &forwarder->upstreams[number];
    const struct forwarder_watch *watch = &upstream->watch;

    if (number >= forwarder->config.upstreams_count || !watch->is_there ||
        watch->socket != path->socket || watch->is_stream != (path->stream != 0) ||
        watch->id != header->id || !dns_header_has(header, DNS_FLAG_QR) ||
        !forwarder_address_equal(&path->peer, &forwarder->config.upstreams[number]))
        return;
    upstream->watch.is_there = false;
    forwarder_upstream_answered(upstream);
    forwarder_upstream_measure(upstream, forwarder->now_ns - watch->sent_ns);
}

/* Whether another that was asked together with this one may still have what this one has not. */
static bool has_other(const struct forwarder_query *query, size_t number)
{
    return (query->begun & ~(1U << number) & ~(query->failed | query->passed | query->missed)) != 0;
}

/* Answers those who wait with a reply that is known to be for this query. */
static void accept_reply(struct forwarder *forwarder, struct forwarder_query *query,
                         const struct forwarder_path *path, const struct dns_message *reply,
                         struct forwarder_batch *batch)
{
    size_t number = path->socket / forwarder->config.lanes;

    learn(forwarder, query, path);
    if (is_failure(reply) && has_other(query, number)) {
        query->passed |= 1U << number;
        return;
    }
    watch_others(forwarder, query, number);
    /* What the cache keeps is what the upstream said: lists change. */
    if (forwarder_is_alias_blocked(forwarder, reply))
        forwarder_answer_all_blocked(forwarder, query, batch);
    else if (!is_failure(reply) || !forwarder_answer_stale(forwarder, query, batch))
        forwarder_answer_all(forwarder, query, reply, batch);
    keep_reply(forwarder, query, reply);
    forwarder_forget(forwarder, query);
}

/* Asks over a stream, which cannot be forged as easily, unless that was done. */
static void ask_by_stream(struct forwarder *forwarder, struct forwarder_query *query,
                          unsigned int upstream, struct forwarder_batch *batch)
{
    if ((query->streams >> upstream & 1U) == 0)
        forwarder_ask_by_stream(forwarder, query, upstream, batch);
}

/* Asks without EDNS; where the upstream has shown that it knows it, only a stream is believed. */
static enum forwarder_counter ask_plainly(struct forwarder *forwarder,
                                          struct forwarder_query *query,
                                          const struct forwarder_path *path,
                                          struct forwarder_batch *batch)
{
    unsigned int upstream = path->socket / forwarder->config.lanes;
    struct forwarder_peer_cookie *peer = &forwarder->peer_cookies[upstream];
    bool is_known = peer->server_size > 0 || forwarder->upstreams[upstream].edns.is_known;

    if (is_known && path->stream == 0) {
        ask_by_stream(forwarder, query, upstream, batch);
        return FORWARDER_COUNT_replies_uncookied;
    }
    peer->server_size = 0;
    forwarder_ask_plainly(forwarder, query, upstream, batch);
    return FORWARDER_COUNT_replies_plain;
}

/* The upstream wants another cookie, which it gave: it gets that once (RFC 7873 section 5.3). */
static enum forwarder_counter show_cookie(struct forwarder *forwarder,
                                          struct forwarder_query *query, unsigned int upstream,
                                          struct forwarder_batch *batch)
{
    bool is_first = (query->refused >> upstream & 1U) == 0;

    query->refused |= 1U << upstream;
    if (is_first && (query->streams >> upstream & 1U) == 0 &&
        forwarder->peer_cookies[upstream].server_size > 0)
        forwarder_ask_same(forwarder, query, upstream, batch);
    else
        ask_by_stream(forwarder, query, upstream, batch);
    return FORWARDER_COUNT_replies_badcookie;
}

/* A reply with EDNS and FORMERR that has no cookie, to a query that had one: it may be the cookie
 * that was not understood. */
static bool dislikes_cookie(const struct forwarder *forwarder,
                            const struct forwarder_peer_cookie *peer,
                            const struct dns_message *reply)
{
    return peer->without_until_ns <= forwarder->now_ns &&
           dns_header_rcode(&reply->header) == DNS_RCODE_FORMERR && reply->opt_at != 0;
}

/* Whether a reply is to be taken by its cookie; says what to count. */
static enum forwarder_counter check_cookie(struct forwarder *forwarder,
                                           struct forwarder_query *query,
                                           const struct forwarder_path *path,
                                           const struct dns_message *reply,
                                           struct forwarder_batch *batch)
{
    unsigned int upstream = path->socket / forwarder->config.lanes;
    struct forwarder_peer_cookie *peer = &forwarder->peer_cookies[upstream];

    if ((query->cookied >> upstream & 1U) != 0) {
        switch (forwarder_peer_cookie_read(peer, reply)) {
        case FORWARDER_PEER_FORGED:
            return FORWARDER_COUNT_replies_wrong_cookie;
        case FORWARDER_PEER_MISSING:
            if (path->stream == 0) {
                ask_by_stream(forwarder, query, upstream, batch);
                return FORWARDER_COUNT_replies_uncookied;
            }
            peer->server_size = 0;
            break;
        case FORWARDER_PEER_WITHOUT:
            if ((query->streams >> upstream & 1U) != 0 || !dislikes_cookie(forwarder, peer, reply))
                break;
            forwarder_ask_uncookied(forwarder, query, upstream, batch);
            return FORWARDER_COUNT_replies_cookieless;
        case FORWARDER_PEER_GOOD:
            break;
        }
    }
    if (dns_message_rcode(reply) == DNS_RCODE_BADCOOKIE)
        return show_cookie(forwarder, query, upstream, batch);
    return FORWARDER_COUNT_replies_accepted;
}

/* Whether a reply says that EDNS is not understood where the query went with it and without. */
static bool is_of_probe(const struct forwarder_query *query, unsigned int upstream,
                        const struct dns_message *reply)
{
    unsigned int rcode = dns_header_rcode(&reply->header);

    return (query->probed >> upstream & 1U) != 0 && reply->opt_at == 0 &&
           (rcode == DNS_RCODE_FORMERR || rcode == DNS_RCODE_NOTIMP);
}

/* Takes a reply with the query's question, whole as it seems; says what to count. */
static enum forwarder_counter read_reply(struct forwarder *forwarder, struct forwarder_query *query,
                                         const struct forwarder_datagram *datagram,
                                         struct forwarder_batch *batch)
{
    unsigned int upstream = datagram->path.socket / forwarder->config.lanes;
    enum forwarder_counter counter;
    struct dns_message reply;

    if (dns_message_read(datagram->payload, &reply).status != DNS_OK ||
        dns_message_check_rdata(&reply).status != DNS_OK)
        return FORWARDER_COUNT_replies_malformed;
    if (is_of_probe(query, upstream, &reply)) {
        query->probed &= ~(1U << upstream);
        return FORWARDER_COUNT_replies_plain;
    }
    if (datagram->path.stream == 0 && reply.opt_at != 0 &&
        ((query->plain & ~query->probed) >> upstream & 1U) == 0)
        forwarder_edns_seen(&forwarder->upstreams[upstream].edns);
    counter = check_cookie(forwarder, query, &datagram->path, &reply, batch);
    if (counter == FORWARDER_COUNT_replies_accepted)
        accept_reply(forwarder, query, &datagram->path, &reply, batch);
    return counter;
}

/* The query with this key if it is on a lane, or NULL. */
static struct forwarder_query *find_on_lane(const struct forwarder *forwarder, uint16_t lane,
                                            uint32_t streams, uint16_t id)
{
    struct forwarder_key key = { .stream = (uint16_t)(lane % streams), .id = id };
    struct forwarder_query *query = forwarder_table_find(&forwarder->table, key);

    return query != NULL && query->lane == lane ? query : NULL;
}

/* The query that a reply with this id can be for, or NULL. */
static struct forwarder_query *find_query(const struct forwarder *forwarder,
                                          const struct forwarder_path *path, uint16_t id)
{
    uint16_t place = path->socket % forwarder->config.lanes;
    struct forwarder_key key = { .stream = place, .id = id };
    struct forwarder_query *query;

    if (path->stream != 0)
        return forwarder_table_find(&forwarder->table, key);
    query = find_on_lane(forwarder, place, forwarder_streams(&forwarder->config), id);
    if (query == NULL && forwarder->streams_before != 0)
        query = find_on_lane(forwarder, place, forwarder->streams_before, id);
    return query;
}

enum forwarder_counter forwarder_receive_reply(struct forwarder *forwarder,
                                               const struct forwarder_datagram *datagram,
                                               struct forwarder_batch *batch)
{
    struct byte_reader in = byte_reader_init(datagram->payload);
    unsigned int upstream = datagram->path.socket / forwarder->config.lanes;
    struct forwarder_query *query;
    struct dns_header header;

    if (dns_header_read(&in, &header).status != DNS_OK)
        return FORWARDER_COUNT_replies_short;
    query = find_query(forwarder, &datagram->path, header.id);
    if (query == NULL) {
        see_late(forwarder, &datagram->path, &header);
        return FORWARDER_COUNT_replies_unexpected;
    }
    if (!was_asked(forwarder, query, &datagram->path))
        return FORWARDER_COUNT_replies_wrong_source;
    if (!datagram->is_reassembled && wants_plain(query, upstream, &header, datagram->payload))
        return ask_plainly(forwarder, query, &datagram->path, batch);
    if (!forwarder_answer_matches(forwarder_query_question(query), datagram->payload))
        return FORWARDER_COUNT_replies_wrong_question;
    if (datagram->is_reassembled) {
        ask_by_stream(forwarder, query, upstream, batch);
        return FORWARDER_COUNT_replies_fragmented;
    }
    if (dns_header_has(&header, DNS_FLAG_TC) && datagram->path.stream == 0) {
        ask_by_stream(forwarder, query, upstream, batch);
        return FORWARDER_COUNT_replies_truncated;
    }
    return read_reply(forwarder, query, datagram, batch);
}
