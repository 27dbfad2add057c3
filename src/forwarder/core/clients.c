/* What clients send, and all that they get. */
#include "forwarder/core/inside.h"

#include "base/require.h"

/* So long nobody is asked anew for what was asked for in vain; then somebody is, but nobody waits
 * for it until half a minute is over (RFC 8767 section 5). */
#define REST_S 5

_Static_assert(REST_S + FORWARDER_CACHE_FAILING_S == 30, "half a minute");

/* What each verdict on a client's datagram counts as, and is answered with. */
static const struct {
    enum forwarder_counter counter;
    bool is_answered;
    struct forwarder_own own;
} verdicts[] = {
    [FORWARDER_FORWARD] = { FORWARDER_COUNT_queries_forwarded, false, { 0 } },
    [FORWARDER_JOIN] = { FORWARDER_COUNT_queries_joined, false, { 0 } },
    [FORWARDER_CACHED] = { FORWARDER_COUNT_queries_cached, false, { 0 } },
    [FORWARDER_STALE] = { FORWARDER_COUNT_queries_stale, false, { 0 } },
    [FORWARDER_LOCAL] = { FORWARDER_COUNT_queries_local, false, { 0 } },
    [FORWARDER_BLOCKED] = { FORWARDER_COUNT_queries_blocked, false, { 0 } },
    [FORWARDER_ALIAS_BLOCKED] = { FORWARDER_COUNT_queries_alias_blocked, false, { 0 } },
    [FORWARDER_ANY] = { FORWARDER_COUNT_queries_any, false, { 0 } },
    [FORWARDER_CHAOS] = { FORWARDER_COUNT_queries_chaos, false, { 0 } },
    [FORWARDER_CHAOS_REFUSED] = { FORWARDER_COUNT_queries_chaos_refused,
                                  true,
                                  { DNS_RCODE_REFUSED, true, DNS_EDE_NOT_SUPPORTED, false } },
    [FORWARDER_FULL] = { FORWARDER_COUNT_queries_full,
                         true,
                         { DNS_RCODE_SERVFAIL, true, DNS_EDE_NOT_READY, false } },
    [FORWARDER_CROWDED] = { FORWARDER_COUNT_queries_crowded,
                            true,
                            { DNS_RCODE_SERVFAIL, true, DNS_EDE_NOT_READY, false } },
    [FORWARDER_GREEDY] = { FORWARDER_COUNT_queries_greedy,
                           true,
                           { DNS_RCODE_SERVFAIL, true, DNS_EDE_NOT_READY, false } },
    [FORWARDER_BUSY] = { FORWARDER_COUNT_queries_busy,
                         true,
                         { DNS_RCODE_SERVFAIL, true, DNS_EDE_NOT_READY, false } },
    [FORWARDER_UNCOOKIED] = { FORWARDER_COUNT_queries_uncookied,
                              true,
                              { DNS_RCODE_NOERROR, false, DNS_EDE_OTHER, true } },
    [FORWARDER_UNCOOKIED_COOKIE] = { FORWARDER_COUNT_queries_uncookied,
                                     true,
                                     { DNS_RCODE_BADCOOKIE, false, DNS_EDE_OTHER, false } },
    [FORWARDER_COOKIE] = { FORWARDER_COUNT_queries_for_cookies,
                           true,
                           { DNS_RCODE_NOERROR, false, DNS_EDE_OTHER, false } },
    [FORWARDER_COOKIE_BADCOOKIE] = { FORWARDER_COUNT_queries_for_cookies,
                                     true,
                                     { DNS_RCODE_BADCOOKIE, false, DNS_EDE_OTHER, false } },
    [FORWARDER_PROHIBITED] = { FORWARDER_COUNT_queries_prohibited,
                               true,
                               { DNS_RCODE_REFUSED, true, DNS_EDE_PROHIBITED, false } },
    [FORWARDER_SLIPPED] = { FORWARDER_COUNT_queries_slipped,
                            true,
                            { DNS_RCODE_NOERROR, false, DNS_EDE_OTHER, true } },
    [FORWARDER_SLIPPED_COOKIE] = { FORWARDER_COUNT_queries_slipped,
                                   true,
                                   { DNS_RCODE_BADCOOKIE, false, DNS_EDE_OTHER, false } },
    [FORWARDER_NOTIMP] = { FORWARDER_COUNT_queries_notimp,
                           true,
                           { DNS_RCODE_NOTIMP, true, DNS_EDE_NOT_SUPPORTED, false } },
    [FORWARDER_FORMERR] = { FORWARDER_COUNT_queries_formerr,
                            true,
                            { DNS_RCODE_FORMERR, false, DNS_EDE_OTHER, false } },
    [FORWARDER_BADVERS] = { FORWARDER_COUNT_queries_badvers,
                            true,
                            { DNS_RCODE_BADVERS, false, DNS_EDE_OTHER, false } },
    [FORWARDER_REFUSED] = { FORWARDER_COUNT_queries_refused,
                            true,
                            { DNS_RCODE_REFUSED, true, DNS_EDE_NOT_SUPPORTED, false } },
    [FORWARDER_IGNORE_PROHIBITED] = { FORWARDER_COUNT_ignored_prohibited, false, { 0 } },
    [FORWARDER_IGNORE_LIMITED] = { FORWARDER_COUNT_ignored_limited, false, { 0 } },
    [FORWARDER_IGNORE_SHORT] = { FORWARDER_COUNT_ignored_short, false, { 0 } },
    [FORWARDER_IGNORE_RESPONSE] = { FORWARDER_COUNT_ignored_responses, false, { 0 } },
};

/* The octets of a client's question, which cannot be compressed: nothing stands before it. */
static struct bytes client_question(const struct forwarder_asked *asked)
{
    struct bytes question = { 0 };

    REQUIRE(bytes_part(asked->payload, DNS_HEADER_SIZE, asked->question.name.size + (size_t)4,
                       &question));
    return question;
}

/* Whether an answer that was written from the cache has an alias of a blocked name. */
static bool is_alias_blocked(const struct forwarder *forwarder,
                             const struct forwarder_cached *cached, const struct byte_writer *out)
{
    struct dns_message answer;

    return cached->has_alias &&
           dns_message_read(byte_writer_written(out), &answer).status == DNS_OK &&
           forwarder_is_alias_blocked(forwarder, &answer);
}

/* Answers from the cache, or that the name is blocked; says whether the former. */
static bool answer_cached(struct forwarder *forwarder, const struct forwarder_asked *asked,
                          const struct forwarder_cached *cached, struct forwarder_batch *batch)
{
    struct byte_writer out = forwarder_batch_writer(batch, asked->client);
    enum forwarder_relayed relayed = forwarder_answer_cached(
        &asked->request, client_question(asked), &forwarder->cache, cached, &out);

    if (is_alias_blocked(forwarder, cached, &out)) {
        forwarder_answer_blocked(forwarder, asked, batch);
        return false;
    }
    if (relayed == FORWARDER_TRUNCATED)
        forwarder_count(forwarder, FORWARDER_COUNT_cached_truncated);
    forwarder_answer_pad(&asked->request, asked->client, &out);
    forwarder_batch_add(batch, asked->client, &out);
    forwarder_batch_mark(batch, FORWARDER_FROM_CACHE, forwarder->now_ns);
    return true;
}

/* Asks anew for what the cache still answers, unless that is being done. */
static void refresh(struct forwarder *forwarder, const struct forwarder_asked *asked,
                    struct forwarder_batch *batch)
{
    if ((asked->request.flags & DNS_FLAG_RD) == 0 || !forwarder_can_ask(forwarder, &asked->topic) ||
        forwarder_table_find_topic(&forwarder->table, &asked->topic, asked->request.flags) != NULL)
        return;
    if (forwarder_ask(forwarder, asked, batch) != NULL)
        forwarder_count(forwarder, FORWARDER_COUNT_refreshes);
}

/* Takes a place of those that the client's network may have; false where it has them all. */
static bool take_share(struct forwarder *forwarder, const struct forwarder_asked *asked,
                       uint32_t *ret_share)
{
    uint32_t most = forwarder->config.client_queries_max;
    struct forwarder_network network =
        forwarder_network_of(&asked->client->peer, forwarder_shares_bits);

    if (most != 0)
        *ret_share = forwarder_shares_take(&forwarder->shares, &network, most);
    return most == 0 || *ret_share != 0;
}

static void give_share(struct forwarder *forwarder, uint32_t share)
{
    if (share != 0)
        forwarder_shares_give(&forwarder->shares, share);
}

/* Takes the first of those who wait for a query. */
static bool take_waiter(struct forwarder *forwarder, struct forwarder_query *query,
                        struct forwarder_waiter *ret_waiter)
{
    if (!forwarder_waiters_take(&forwarder->waiters, &query->waiting, ret_waiter))
        return false;
    give_share(forwarder, ret_waiter->share);
    return true;
}

static bool join(struct forwarder *forwarder, const struct forwarder_asked *asked, uint32_t share,
                 struct forwarder_query *query)
{
    struct forwarder_waiter waiter = {
        .client = *asked->client,
        .since_ns = forwarder->now_ns,
        .request = asked->request,
        .letters = forwarder_letters_read(dns_name_bytes(&asked->question.name)),
        .share = share,
    };

    return forwarder_waiters_add(&forwarder->waiters, &query->waiting, &waiter);
}

/* Lets a client wait for an upstream; `is_stale`: for so long, and then there is a stale answer. */
static enum forwarder_verdict wait_for_upstream(struct forwarder *forwarder,
                                                const struct forwarder_asked *asked, bool is_stale,
                                                struct forwarder_batch *batch)
{
    struct forwarder_query *query =
        forwarder_table_find_topic(&forwarder->table, &asked->topic, asked->request.flags);
    enum forwarder_verdict verdict = FORWARDER_JOIN;
    uint32_t share = 0;

    if (forwarder->waiters.count >= forwarder->config.waiters_max)
        return FORWARDER_CROWDED;
    if (query == NULL && !forwarder_can_ask(forwarder, &asked->topic))
        return FORWARDER_BUSY;
    if (query == NULL && forwarder->table.count >= forwarder->config.queries_max)
        return FORWARDER_FULL;
    if (!take_share(forwarder, asked, &share))
        return FORWARDER_GREEDY;
    if (query == NULL) {
        query = forwarder_ask(forwarder, asked, batch);
        verdict = FORWARDER_FORWARD;
    }
    if (query == NULL) {
        give_share(forwarder, share);
        return FORWARDER_FULL;
    }
    if (is_stale && query->waiting.first == 0) {
        query->stale_ns = forwarder->now_ns + forwarder->config.stale_after_ns;
        forwarder_schedule(forwarder, query);
    }
    REQUIRE(join(forwarder, asked, share, query));
    return verdict;
}

/* Answers from the cache, or lets the client wait. */
static enum forwarder_verdict resolve(struct forwarder *forwarder,
                                      const struct forwarder_asked *asked,
                                      struct forwarder_batch *batch)
{
    struct forwarder_cached cached = { 0 };
    bool is_found = forwarder_find_answer(forwarder, &asked->topic, &cached);

    if (!is_found || (cached.is_stale && !cached.is_failing))
        return wait_for_upstream(forwarder, asked, is_found, batch);
    if (!answer_cached(forwarder, asked, &cached, batch))
        return FORWARDER_ALIAS_BLOCKED;
    if (cached.is_stale ? !cached.is_resting : cached.is_worn && forwarder->config.has_prefetch)
        refresh(forwarder, asked, batch);
    return cached.is_stale ? FORWARDER_STALE : FORWARDER_CACHED;
}

void forwarder_read_query(struct forwarder *forwarder, const struct forwarder_datagram *datagram,
                          struct forwarder_asked *ret_asked)
{
    struct forwarder_request *request = &ret_asked->request;
    enum forwarder_verdict verdict;

    ret_asked->client = &datagram->path;
    ret_asked->payload = datagram->payload;
    verdict = forwarder_request_read(datagram->payload, request, &ret_asked->question);
    verdict = forwarder_admit(forwarder, &datagram->path, request, verdict);
    if (datagram->path.stream != 0)
        request->answer_bytes_max = FORWARDER_MESSAGE_BYTES_MAX;
    if (verdict == FORWARDER_FORWARD)
        forwarder_topic_init(&ret_asked->topic, request, &ret_asked->question,
                             &forwarder->hash_key);
    ret_asked->verdict = verdict;
}

void forwarder_answer_query(struct forwarder *forwarder, const struct forwarder_asked *asked,
                            struct forwarder_batch *batch)
{
    enum forwarder_verdict verdict = asked->verdict;
    struct byte_writer out;

    if (verdict == FORWARDER_FORWARD)
        verdict = forwarder_answer_local(forwarder, asked, batch);
    if (verdict == FORWARDER_FORWARD)
        verdict = resolve(forwarder, asked, batch);
    forwarder_count(forwarder, verdicts[verdict].counter);
    if (!verdicts[verdict].is_answered)
        return;
    out = forwarder_batch_writer(batch, asked->client);
    forwarder_answer_write(&asked->request, asked->payload, &verdicts[verdict].own, &out);
    forwarder_answer_pad(&asked->request, asked->client, &out);
    forwarder_batch_add(batch, asked->client, &out);
    forwarder_batch_mark(batch, FORWARDER_FROM_HERE, forwarder->now_ns);
}

/* Sends what was written to one that waited, whose letters the question gets back. */
static void send_to(const struct forwarder_query *query, const struct forwarder_waiter *waiter,
                    struct byte_writer *out, struct forwarder_batch *batch)
{
    size_t name_size = query->topic.size - (size_t)FORWARDER_TOPIC_TAIL;

    forwarder_letters_write(&waiter->letters, out->base + DNS_HEADER_SIZE, name_size);
    forwarder_answer_pad(&waiter->request, &waiter->client, out);
    forwarder_batch_add(batch, &waiter->client, out);
    forwarder_batch_mark(batch, FORWARDER_FROM_UPSTREAM, waiter->since_ns);
}

/* Tells one that waited that the name is blocked. */
static void answer_blocked(struct forwarder *forwarder, const struct forwarder_query *query,
                           const struct forwarder_waiter *waiter, struct forwarder_batch *batch)
{
    struct byte_reader in = byte_reader_init(forwarder_query_question(query));
    struct forwarder_asked asked = { .client = &waiter->client, .request = waiter->request };

    REQUIRE(dns_question_read(&in, &asked.question).status == DNS_OK);
    forwarder_letters_write(&waiter->letters, asked.question.name.octets, asked.question.name.size);
    forwarder_answer_blocked(forwarder, &asked, batch);
    forwarder_batch_mark(batch, FORWARDER_FROM_UPSTREAM, waiter->since_ns);
    forwarder_count(forwarder, FORWARDER_COUNT_answers_blocked);
}

void forwarder_answer_all_blocked(struct forwarder *forwarder, struct forwarder_query *query,
                                  struct forwarder_batch *batch)
{
    struct forwarder_waiter waiter;

    while (take_waiter(forwarder, query, &waiter))
        answer_blocked(forwarder, query, &waiter, batch);
}

bool forwarder_answer_stale(struct forwarder *forwarder, struct forwarder_query *query,
                            struct forwarder_batch *batch)
{
    struct forwarder_cached cached;
    struct forwarder_waiter waiter;

    if (!forwarder_find_answer(forwarder, &query->topic, &cached) || !cached.is_stale)
        return false;
    forwarder_cache_rest(&forwarder->cache, &cached, REST_S);
    while (take_waiter(forwarder, query, &waiter)) {
        struct byte_writer out = forwarder_batch_writer(batch, &waiter.client);

        (void)forwarder_answer_cached(&waiter.request, forwarder_query_question(query),
                                      &forwarder->cache, &cached, &out);
        if (is_alias_blocked(forwarder, &cached, &out)) {
            answer_blocked(forwarder, query, &waiter, batch);
            continue;
        }
        send_to(query, &waiter, &out, batch);
        forwarder_count(forwarder, FORWARDER_COUNT_answers_stale);
    }
    return true;
}

void forwarder_answer_all(struct forwarder *forwarder, struct forwarder_query *query,
                          const struct dns_message *reply, struct forwarder_batch *batch)
{
    static const enum forwarder_counter counters[] = {
        [FORWARDER_RELAYED] = FORWARDER_COUNT_answers_relayed,
        [FORWARDER_TRUNCATED] = FORWARDER_COUNT_answers_truncated,
        [FORWARDER_UNRELAYABLE] = FORWARDER_COUNT_answers_unfit,
    };
    static const struct forwarder_own unfit = { DNS_RCODE_SERVFAIL, false, DNS_EDE_OTHER, false };
    struct forwarder_waiter waiter;

    while (take_waiter(forwarder, query, &waiter)) {
        struct byte_writer out = forwarder_batch_writer(batch, &waiter.client);
        enum forwarder_relayed relayed =
            forwarder_answer_relay(&waiter.request, forwarder_query_wire(query), reply, &out);

        if (relayed == FORWARDER_UNRELAYABLE)
            forwarder_answer_write(&waiter.request, forwarder_query_wire(query), &unfit, &out);
        send_to(query, &waiter, &out, batch);
        forwarder_count(forwarder, counters[relayed]);
    }
}

enum dns_ede forwarder_query_error(const struct forwarder_query *query)
{
    return query->failed != 0 ? DNS_EDE_NETWORK_ERROR : DNS_EDE_NO_REACHABLE_AUTHORITY;
}

void forwarder_answer_nothing(struct forwarder *forwarder, struct forwarder_query *query,
                              struct forwarder_batch *batch)
{
    struct forwarder_own own = { DNS_RCODE_SERVFAIL, true, forwarder_query_error(query), false };
    struct forwarder_waiter waiter;

    while (take_waiter(forwarder, query, &waiter)) {
        struct byte_writer out = forwarder_batch_writer(batch, &waiter.client);

        forwarder_answer_write(&waiter.request, forwarder_query_wire(query), &own, &out);
        send_to(query, &waiter, &out, batch);
        forwarder_count(forwarder, FORWARDER_COUNT_answers_timed_out);
    }
}
