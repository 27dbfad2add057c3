/* Datagrams and times in, datagrams out: every way through ends in a counter. */
#include "forwarder/core/forwarder.h"

#include "base/checked.h"
#include "base/require.h"
#include "forwarder/core/answer.h"

/* How often a key is drawn before the query counts as one too many: with at most a quarter of them
 * in use, this many draws all fail once in four thousand million. */
#define KEY_DRAWS 16

/* What the loop around us and tests see of a counter. */
static const struct {
    const char *name;
    const char *text;
} counters[] = {
#define COUNTER(name, what) { #name, what },
#include "forwarder/core/counters.def"
#undef COUNTER
};

/* What each verdict on a client's datagram counts as, and is answered with. */
static const struct {
    enum forwarder_counter counter;
    bool is_answered;
    enum dns_rcode rcode;
} verdicts[] = {
    [FORWARDER_FORWARD] = { FORWARDER_COUNT_queries_forwarded, false, DNS_RCODE_NOERROR },
    [FORWARDER_FULL] = { FORWARDER_COUNT_queries_full, true, DNS_RCODE_SERVFAIL },
    [FORWARDER_NOTIMP] = { FORWARDER_COUNT_queries_notimp, true, DNS_RCODE_NOTIMP },
    [FORWARDER_FORMERR] = { FORWARDER_COUNT_queries_formerr, true, DNS_RCODE_FORMERR },
    [FORWARDER_BADVERS] = { FORWARDER_COUNT_queries_badvers, true, DNS_RCODE_BADVERS },
    [FORWARDER_REFUSED] = { FORWARDER_COUNT_queries_refused, true, DNS_RCODE_REFUSED },
    [FORWARDER_IGNORE_SHORT] = { FORWARDER_COUNT_ignored_short, false, DNS_RCODE_NOERROR },
    [FORWARDER_IGNORE_RESPONSE] = { FORWARDER_COUNT_ignored_responses, false, DNS_RCODE_NOERROR },
};

static void count(struct forwarder *forwarder, enum forwarder_counter counter)
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

/* Where in the slab the parts of the table stand. */
struct slab {
    size_t queries;
    size_t heap;
    size_t places;
    size_t buckets;
    size_t end;
};

/* Queries and deadlines hold 64 bit numbers, the others 32 bit ones: in this order all are aligned.
 * The limits keep the sum far below what a size holds. */
static struct slab slab_of(uint32_t queries_max)
{
    struct slab slab = { 0 };

    slab.heap = slab.queries + queries_max * sizeof(struct forwarder_query);
    slab.places = slab.heap + queries_max * sizeof(struct forwarder_deadline);
    slab.buckets = slab.places + queries_max * sizeof(uint32_t);
    slab.end = slab.buckets + forwarder_table_buckets(queries_max) * sizeof(uint32_t);
    return slab;
}

size_t forwarder_slab_bytes(const struct forwarder_config *config)
{
    REQUIRE(config->queries_max >= 1);
    REQUIRE(config->queries_max <= FORWARDER_QUERIES_MAX);
    return slab_of(config->queries_max).end;
}

void forwarder_init(struct forwarder *forwarder, const struct forwarder_config *config, void *slab)
{
    struct slab parts = slab_of(config->queries_max);
    uint8_t *base = slab;

    REQUIRE(config->lanes >= 1);
    REQUIRE(config->lanes <= FORWARDER_LANES_MAX);
    REQUIRE(config->queries_max <= config->lanes * 16384U);
    REQUIRE(config->attempts_max >= 1);
    REQUIRE(config->attempts_max <= FORWARDER_ATTEMPTS_MAX);
    REQUIRE(config->attempt_ns > 0);
    REQUIRE(config->upstreams_count >= 1);
    REQUIRE(config->upstreams_count <= FORWARDER_UPSTREAMS_MAX);
    *forwarder = (struct forwarder){ .config = *config };
    forwarder->table = forwarder_table_init((void *)(base + parts.queries),
                                            (void *)(base + parts.buckets), config->queries_max);
    forwarder->deadlines = forwarder_deadlines_init(
        (void *)(base + parts.heap), (void *)(base + parts.places), config->queries_max);
}

/* The time, which does not go back. */
static uint64_t tell_time(struct forwarder *forwarder, uint64_t now_ns)
{
    if (now_ns > forwarder->now_ns)
        forwarder->now_ns = now_ns;
    return forwarder->now_ns;
}

/* When an attempt that begins at `start_ns` has waited long enough. */
static uint64_t attempt_end_ns(const struct forwarder *forwarder, uint64_t start_ns)
{
    uint64_t end_ns = FORWARDER_NEVER - 1;

    (void)checked_add_u64(start_ns, forwarder->config.attempt_ns, &end_ns);
    return end_ns < FORWARDER_NEVER ? end_ns : FORWARDER_NEVER - 1;
}

static struct bytes query_wire(const struct forwarder_query *query)
{
    return bytes_of(query->wire, query->wire_bytes);
}

/* Sends a query to query->upstream, on the lane of its key. */
static void send_query(struct forwarder *forwarder, struct forwarder_query *query,
                       struct forwarder_batch *batch)
{
    struct byte_writer out = forwarder_batch_writer(batch);
    struct forwarder_path path = {
        .side = FORWARDER_UPSTREAMS,
        .socket = (uint16_t)(query->upstream * forwarder->config.lanes + query->key.lane),
        .peer = forwarder->config.upstreams[query->upstream],
    };

    REQUIRE(write_bytes(&out, query_wire(query)));
    forwarder_batch_add(batch, &path, &out);
    query->asked |= (uint16_t)(1U << query->upstream);
    query->attempts += 1;
}

/* Draws a lane and an id that no query waits under. */
static bool draw_key(struct forwarder *forwarder, struct forwarder_key *ret_key)
{
    for (int draw = 0; draw < KEY_DRAWS; draw++) {
        uint64_t random = forwarder->config.random.next(forwarder->config.random.source);
        struct forwarder_key key = {
            .lane = (uint16_t)((random >> 32) % forwarder->config.lanes),
            .id = (uint16_t)random,
        };

        if (forwarder_table_find(&forwarder->table, key) == NULL) {
            *ret_key = key;
            return true;
        }
    }
    return false;
}

/* Passes a request on, where there is room for one more. */
static enum forwarder_verdict pass_on(struct forwarder *forwarder,
                                      const struct forwarder_request *request,
                                      const struct dns_question *question,
                                      const struct forwarder_path *client,
                                      struct forwarder_batch *batch)
{
    struct forwarder_query *query = NULL;
    struct forwarder_key key;

    if (draw_key(forwarder, &key))
        query = forwarder_table_add(&forwarder->table, key);
    if (query == NULL)
        return FORWARDER_FULL;
    query->client = *client;
    query->request = *request;
    query->wire_bytes = forwarder_request_write(request, question, key.id, query->wire);
    send_query(forwarder, query, batch);
    forwarder_deadlines_set(&forwarder->deadlines,
                            (struct forwarder_deadline){
                                .at_ns = attempt_end_ns(forwarder, forwarder->now_ns),
                                .item = forwarder_table_index(&forwarder->table, query),
                            });
    return FORWARDER_FORWARD;
}

static void receive_query(struct forwarder *forwarder, const struct forwarder_datagram *datagram,
                          struct forwarder_batch *batch)
{
    struct forwarder_request request = { 0 };
    struct dns_question question;
    enum forwarder_verdict verdict = forwarder_request_read(datagram->payload, &request, &question);
    struct byte_writer out;

    if (verdict == FORWARDER_FORWARD)
        verdict = pass_on(forwarder, &request, &question, &datagram->path, batch);
    count(forwarder, verdicts[verdict].counter);
    if (!verdicts[verdict].is_answered)
        return;
    out = forwarder_batch_writer(batch);
    forwarder_answer_write(&request, datagram->payload, verdicts[verdict].rcode, &out);
    forwarder_batch_add(batch, &datagram->path, &out);
}

static void forget(struct forwarder *forwarder, struct forwarder_query *query)
{
    forwarder_deadlines_remove(&forwarder->deadlines,
                               forwarder_table_index(&forwarder->table, query));
    forwarder_table_remove(&forwarder->table, query);
}

/* Whether the datagram comes from an upstream that the query was sent to. */
static bool was_asked(const struct forwarder *forwarder, const struct forwarder_query *query,
                      const struct forwarder_path *path)
{
    size_t upstream = path->socket / forwarder->config.lanes;

    return upstream < forwarder->config.upstreams_count && (query->asked >> upstream & 1U) != 0 &&
           forwarder_address_equal(&path->peer, &forwarder->config.upstreams[upstream]);
}

/* Answers the client with a reply that is known to be for this query; says what to count. */
static enum forwarder_counter relay(struct forwarder *forwarder, struct forwarder_query *query,
                                    struct bytes reply, struct forwarder_batch *batch)
{
    struct byte_writer out = forwarder_batch_writer(batch);
    enum forwarder_relayed relayed =
        forwarder_answer_relay(&query->request, query_wire(query), reply, &out);

    if (relayed == FORWARDER_UNRELAYABLE)
        return FORWARDER_COUNT_replies_malformed;
    forwarder_batch_add(batch, &query->client, &out);
    forget(forwarder, query);
    count(forwarder, relayed == FORWARDER_RELAYED ? FORWARDER_COUNT_answers_relayed
                                                  : FORWARDER_COUNT_answers_truncated);
    return FORWARDER_COUNT_replies_accepted;
}

/* What a datagram on an upstream's socket counts as; one that answers a query does so. */
static enum forwarder_counter receive_reply(struct forwarder *forwarder,
                                            const struct forwarder_datagram *datagram,
                                            struct forwarder_batch *batch)
{
    struct byte_reader in = byte_reader_init(datagram->payload);
    struct forwarder_key key = { .lane = datagram->path.socket % forwarder->config.lanes };
    struct forwarder_query *query;
    struct dns_header header;

    if (dns_header_read(&in, &header).status != DNS_OK)
        return FORWARDER_COUNT_replies_short;
    key.id = header.id;
    query = forwarder_table_find(&forwarder->table, key);
    if (query == NULL)
        return FORWARDER_COUNT_replies_unexpected;
    if (!was_asked(forwarder, query, &datagram->path))
        return FORWARDER_COUNT_replies_wrong_source;
    if (!forwarder_answer_matches(&query->request, query_wire(query), datagram->payload))
        return FORWARDER_COUNT_replies_wrong_question;
    return relay(forwarder, query, datagram->payload, batch);
}

void forwarder_receive(struct forwarder *forwarder, const struct forwarder_datagram *datagram,
                       uint64_t now_ns, struct forwarder_batch *batch)
{
    REQUIRE(datagram->payload.size <= FORWARDER_DATAGRAM_BYTES_MAX);
    REQUIRE(forwarder_batch_has_room(batch));
    (void)tell_time(forwarder, now_ns);
    switch (datagram->path.side) {
    case FORWARDER_CLIENTS:
        receive_query(forwarder, datagram, batch);
        break;
    case FORWARDER_UPSTREAMS:
        count(forwarder, receive_reply(forwarder, datagram, batch));
        break;
    }
}

/* Sends a query that waited long enough to the next upstream. Counting goes on from when it was
 * due, so that a loop that is late does not make the client wait longer. */
static void retry(struct forwarder *forwarder, struct forwarder_query *query,
                  const struct forwarder_deadline *due, struct forwarder_batch *batch)
{
    query->upstream = (uint8_t)((query->upstream + 1U) % forwarder->config.upstreams_count);
    send_query(forwarder, query, batch);
    count(forwarder, FORWARDER_COUNT_retries);
    forwarder_deadlines_set(&forwarder->deadlines,
                            (struct forwarder_deadline){
                                .at_ns = attempt_end_ns(forwarder, due->at_ns),
                                .item = due->item,
                            });
}

/* Tells the client that nobody answered. */
static void give_up(struct forwarder *forwarder, struct forwarder_query *query,
                    struct forwarder_batch *batch)
{
    struct byte_writer out = forwarder_batch_writer(batch);

    forwarder_answer_write(&query->request, query_wire(query), DNS_RCODE_SERVFAIL, &out);
    forwarder_batch_add(batch, &query->client, &out);
    forget(forwarder, query);
    count(forwarder, FORWARDER_COUNT_answers_timed_out);
}

void forwarder_expire(struct forwarder *forwarder, uint64_t now_ns, struct forwarder_batch *batch)
{
    uint64_t now = tell_time(forwarder, now_ns);
    const struct forwarder_deadline *first;

    while (first = forwarder_deadlines_find_first(&forwarder->deadlines),
           first != NULL && first->at_ns <= now && forwarder_batch_has_room(batch)) {
        struct forwarder_deadline due = *first;
        struct forwarder_query *query = &forwarder->table.queries[due.item];

        if (query->attempts < forwarder->config.attempts_max)
            retry(forwarder, query, &due, batch);
        else
            give_up(forwarder, query, batch);
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
