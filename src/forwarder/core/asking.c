/* Queries to upstreams: how they begin, are sent again, and end without a reply. */
#include "forwarder/core/inside.h"

#include "base/checked.h"
#include "base/require.h"
#include "dns/option.h"

/* How often a key is drawn before the query counts as one too many: with at most a quarter of them
 * in use, this many draws all fail once in four thousand million. */
#define KEY_DRAWS 16
/* An upstream that does not know EDNS, or does not like cookies, is asked without for so long (RFC
 * 6891 section 6.2.2). */
#define PLAIN_NS (UINT64_C(900) * 1000000000)
/* Where no way leads to any upstream, a query is sent so often in all, after this time, then after
 * twice as long, and so on: one that begins anew is there by then, or takes its time. */
#define REBUFFS_MAX 5
#define REBUFF_NS UINT64_C(50000000)

/* A time after another, which is before the end of all times. */
static uint64_t later(uint64_t start_ns, uint64_t after_ns)
{
    uint64_t end_ns = FORWARDER_NEVER - 1;

    (void)checked_add_u64(start_ns, after_ns, &end_ns);
    return end_ns < FORWARDER_NEVER ? end_ns : FORWARDER_NEVER - 1;
}

struct bytes forwarder_query_wire(const struct forwarder_query *query)
{
    return bytes_of(query->wire, query->wire_bytes);
}

struct bytes forwarder_query_question(const struct forwarder_query *query)
{
    return bytes_of(query->wire + DNS_HEADER_SIZE,
                    query->wire_bytes - (size_t)(DNS_HEADER_SIZE + FORWARDER_OPT_BYTES));
}

bool forwarder_query_wants_dnssec(const struct forwarder_query *query)
{
    /* The flags of the OPT record at the end, before its RDLENGTH. */
    return (query->wire[query->wire_bytes - 4] << 8 & DNS_EDNS_DO) != 0;
}

static bool is_by_stream(const struct forwarder_query *query, unsigned int upstream)
{
    return (query->streams >> upstream & 1U) != 0;
}

/* Where a query goes: on its lane, or on the stream that this belongs to. */
static struct forwarder_path path_of(const struct forwarder *forwarder,
                                     const struct forwarder_query *query)
{
    const struct forwarder_config *config = &forwarder->config;
    bool is_stream = is_by_stream(query, query->upstream);
    uint32_t place = is_stream ? query->key.stream : query->lane;

    return (struct forwarder_path){
        .side = FORWARDER_UPSTREAMS,
        .socket = (uint16_t)(query->upstream * config->lanes + place),
        .stream = is_stream,
        .peer = config->upstreams[query->upstream],
    };
}

/* Hides how long a query is, whose OPT record is at the end. */
static void pad(size_t options_at, struct byte_writer *out)
{
    REQUIRE(dns_padding_write(out->position, FORWARDER_PADDED_QUERY, out));
    byte_writer_patch_u16_be(out, options_at - 2, (uint16_t)(out->position - options_at));
}

/* Whether a query to query->upstream goes with a cookie. One that has not shown that it knows them
 * gets it the first time alone: it may be that it does not answer since there is one. */
static bool sends_cookie(const struct forwarder *forwarder, const struct forwarder_query *query)
{
    const struct forwarder_peer_cookie *peer = &forwarder->peer_cookies[query->upstream];

    if (!forwarder->config.cookies.is_on ||
        forwarder->config.transports[query->upstream] != FORWARDER_OVER_UDP ||
        peer->without_until_ns > forwarder->now_ns)
        return false;
    return peer->server_size > 0 || (query->asked >> query->upstream & 1U) == 0;
}

/* Adds a cookie to a query that ends in an OPT record without options. */
static void write_cookie(const struct forwarder *forwarder, size_t upstream,
                         struct byte_writer *out)
{
    struct forwarder_cookie cookie =
        forwarder_peer_cookie_write(&forwarder->peer_cookies[upstream]);
    struct dns_edns_option option = { DNS_OPTION_COOKIE, bytes_of(cookie.octets, cookie.size) };
    size_t start = out->position;

    REQUIRE(dns_option_write(&option, out));
    byte_writer_patch_u16_be(out, start - 2, (uint16_t)(out->position - start));
}

/* Whether a query to query->upstream goes without EDNS. Only over UDP is silence taken for what it
 * has to say of that. */
static bool is_plain(const struct forwarder *forwarder, const struct forwarder_query *query)
{
    const struct forwarder_upstream_edns *edns = &forwarder->upstreams[query->upstream].edns;
    bool is_again = (query->asked >> query->upstream & 1U) != 0;

    if (is_by_stream(query, query->upstream))
        return edns->plain_until_ns > forwarder->now_ns;
    return (!edns->is_known && (query->plain >> query->upstream & 1U) != 0) ||
           forwarder_edns_is_plain(edns, is_again, forwarder->now_ns);
}

/* Where query->upstream is taken for one that drops what has EDNS, sends it the query with that
 * now and then, just before it goes without. */
static void probe(struct forwarder *forwarder, struct forwarder_query *query,
                  struct forwarder_batch *batch)
{
    struct forwarder_upstream *upstream = &forwarder->upstreams[query->upstream];
    struct forwarder_path path = path_of(forwarder, query);
    struct byte_writer out;

    if (forwarder->config.transports[query->upstream] != FORWARDER_OVER_UDP ||
        !forwarder_edns_probe(&upstream->edns, forwarder->now_ns))
        return;
    out = forwarder_batch_writer(batch, &path);
    REQUIRE(write_bytes(&out, forwarder_query_wire(query)));
    forwarder_batch_add(batch, &path, &out);
    query->probed |= 1U << query->upstream;
    upstream->queries += 1;
}

/* Sends a query to query->upstream, as it was sent there before or else by its transport. */
static void send_query(struct forwarder *forwarder, struct forwarder_query *query,
                       struct forwarder_batch *batch)
{
    enum forwarder_transport transport = forwarder->config.transports[query->upstream];
    struct byte_writer out;
    struct bytes wire = forwarder_query_wire(query);
    uint32_t bit = 1U << query->upstream;
    bool has_cookie = sends_cookie(forwarder, query);
    struct forwarder_path path;

    if (transport != FORWARDER_OVER_UDP)
        query->streams |= bit;
    path = path_of(forwarder, query);
    query->plain = is_plain(forwarder, query) ? query->plain | bit : query->plain & ~bit;
    wire.size -= (query->plain & bit) != 0 ? FORWARDER_OPT_BYTES : 0;
    out = forwarder_batch_writer(batch, &path);
    REQUIRE(write_bytes(&out, wire));
    if (has_cookie && (query->plain & bit) == 0) {
        write_cookie(forwarder, query->upstream, &out);
        query->cookied |= bit;
    }
    if ((query->plain & bit) != 0)
        byte_writer_patch_u16_be(&out, DNS_HEADER_SIZE - 2, 0); /* no additional record */
    else if (transport == FORWARDER_OVER_TLS)
        pad(wire.size, &out);
    forwarder_batch_add(batch, &path, &out);
    forwarder->upstreams[query->upstream].waiting += (query->asked & bit) == 0;
    forwarder->upstreams[query->upstream].queries += 1;
    query->asked |= bit;
    query->failed &= ~bit;
    query->passed &= ~bit;
    query->attempts += 1;
}

static uint64_t draw(const struct forwarder *forwarder)
{
    return forwarder->config.random.next(forwarder->config.random.source);
}

/* Any lane of those that were not drawn since all had been. */
static uint16_t draw_lane(struct forwarder *forwarder)
{
    struct forwarder_draws *draws = &forwarder->draws;
    uint16_t lanes = forwarder->config.lanes;
    uint16_t left;
    uint16_t place;
    uint8_t lane;

    if (draws->taken >= lanes)
        draws->taken = 0;
    left = (uint16_t)(lanes - draws->taken);
    place = (uint16_t)(draws->taken + draw(forwarder) % left);
    lane = draws->at[place];
    draws->at[place] = draws->at[draws->taken];
    draws->at[draws->taken++] = lane;
    return lane;
}

/* Whether so many queries come that they are to share lanes. */
static bool is_rush(struct forwarder *forwarder)
{
    struct forwarder_moment *moment = &forwarder->moment;
    uint64_t now_ns = forwarder->now_ns;

    if (moment->spread_ns < now_ns)
        moment->spread_ns = now_ns;
    if (moment->spread_ns - now_ns >= FORWARDER_SPREAD_QUERIES * FORWARDER_SPREAD_NS)
        return true;
    moment->spread_ns += FORWARDER_SPREAD_NS;
    return false;
}

/* The lane for another query of this moment: where many come, those that are asked together go
 * together, which costs one system call and not one for each. `anew`: another one. */
static uint16_t lane_now(struct forwarder *forwarder, bool anew)
{
    struct forwarder_moment *moment = &forwarder->moment;

    if (anew || moment->left == 0 || moment->since_ns != forwarder->now_ns) {
        moment->lane = draw_lane(forwarder);
        moment->since_ns = forwarder->now_ns;
        moment->left = is_rush(forwarder) ? FORWARDER_MOMENT_QUERIES : 1;
    }
    moment->left -= 1;
    return moment->lane;
}

/* Gives a query that is not yet in the table a lane, and an id that no other has on its stream. */
static struct forwarder_query *add_query(struct forwarder *forwarder)
{
    if (forwarder->table.count >= forwarder->config.queries_max)
        return NULL;
    for (int i = 0; i < KEY_DRAWS; i++) {
        uint16_t lane = lane_now(forwarder, i > 0);
        struct forwarder_key key = {
            .stream = (uint16_t)(lane % forwarder_streams(&forwarder->config)),
            .id = (uint16_t)draw(forwarder),
        };
        struct forwarder_query *query;

        if (forwarder_table_find(&forwarder->table, key) != NULL)
            continue;
        query = forwarder_table_add(&forwarder->table, key, lane);
        return query;
    }
    return NULL;
}

/* Gives the name in a query letters that a forger would have to guess as well. */
static void draw_letters(const struct forwarder *forwarder, struct forwarder_query *query)
{
    size_t name_size = query->topic.size - (size_t)FORWARDER_TOPIC_TAIL;
    struct forwarder_letters letters = { { 0 } };
    uint64_t random;

    for (size_t i = 0; i * 8 < name_size; i += sizeof(random)) {
        random = draw(forwarder);
        memcpy(letters.upper + i, &random, sizeof(random));
    }
    forwarder_letters_write(&letters, query->wire + DNS_HEADER_SIZE, name_size);
}

/* Those who are asked for the name of a topic. */
static struct forwarder_choice choice_of(const struct forwarder *forwarder,
                                         const struct forwarder_topic *topic)
{
    struct bytes name = bytes_of(topic->octets, topic->size - (size_t)FORWARDER_TOPIC_TAIL);
    const struct forwarder_members *group = &forwarder->groups[forwarder_route_find(
        forwarder->config.routes, forwarder->config.routes_count, name)];

    return (struct forwarder_choice){
        .upstreams = forwarder->upstreams,
        .members = group->at,
        .count = group->count,
        .now_ns = forwarder->now_ns,
        .waiting_max = forwarder->config.upstream_queries_max,
    };
}

/* Sends a query for the first time: to one, or to two. */
static void send_first(struct forwarder *forwarder, struct forwarder_query *query,
                       struct forwarder_batch *batch)
{
    struct forwarder_choice choice = choice_of(forwarder, &query->topic);
    enum forwarder_policy policy = forwarder->config.policy;
    uint64_t random = policy == FORWARDER_POLICY_FASTEST ? draw(forwarder) : 0;
    size_t first = forwarder_choice_first(&choice, policy, forwarder->turn, random);
    size_t second = first;

    if (policy == FORWARDER_POLICY_RACE)
        second = forwarder_choice_second(&choice, first, forwarder->turn);
    forwarder->turn += 1;
    if (second != first) {
        query->upstream = (uint8_t)second;
        send_query(forwarder, query, batch);
    }
    query->upstream = (uint8_t)first;
    probe(forwarder, query, batch);
    send_query(forwarder, query, batch);
    query->attempts = 1;
    query->begun = query->asked;
}

/* Says until when the attempt that began at `start_ns` waits; the last one to the end, which an
 * attempt whose time has been changed meanwhile does not miss. */
static void set_due(struct forwarder *forwarder, struct forwarder_query *query, uint64_t start_ns)
{
    uint64_t patience_ns = forwarder_upstream_patience(
        &forwarder->upstreams[query->upstream], query->attempts, forwarder->config.attempt_ns);

    query->due_ns = later(start_ns, patience_ns);
    if (query->attempts == forwarder->config.attempts_max || query->due_ns > query->end_ns)
        query->due_ns = query->end_ns;
    forwarder_schedule(forwarder, query);
}

bool forwarder_can_ask(const struct forwarder *forwarder, const struct forwarder_topic *topic)
{
    struct forwarder_choice choice = choice_of(forwarder, topic);
    size_t i = 0;

    while (i < choice.count && forwarder_choice_is_full(&choice, choice.members[i]))
        i += 1;
    return i < choice.count;
}

struct forwarder_query *forwarder_ask(struct forwarder *forwarder,
                                      const struct forwarder_asked *asked,
                                      struct forwarder_batch *batch)
{
    struct forwarder_query *query = add_query(forwarder);

    if (query == NULL)
        return NULL;
    forwarder_table_set_topic(&forwarder->table, query, &asked->topic);
    query->flags = asked->request.flags;
    query->stale_ns = FORWARDER_NEVER;
    query->wire_bytes =
        forwarder_request_write(&asked->request, &asked->question, query->key.id, query->wire);
    if (forwarder->config.is_case_random)
        draw_letters(forwarder, query);
    query->sent_ns = forwarder->now_ns;
    query->end_ns = later(forwarder->now_ns, forwarder->config.timeout_ns);
    send_first(forwarder, query, batch);
    set_due(forwarder, query, forwarder->now_ns);
    return query;
}

void forwarder_schedule(struct forwarder *forwarder, const struct forwarder_query *query)
{
    uint64_t at_ns = query->stale_ns < query->due_ns ? query->stale_ns : query->due_ns;

    forwarder_deadlines_set(&forwarder->deadlines,
                            (struct forwarder_deadline){
                                .at_ns = at_ns,
                                .item = forwarder_table_index(&forwarder->table, query),
                            });
}

void forwarder_forget(struct forwarder *forwarder, struct forwarder_query *query)
{
    for (size_t i = 0; i < forwarder->config.upstreams_count; i++)
        forwarder->upstreams[i].waiting -= query->asked >> i & 1U;
    forwarder_deadlines_remove(&forwarder->deadlines,
                               forwarder_table_index(&forwarder->table, query));
    forwarder_table_remove(&forwarder->table, query);
}

/* Nobody answered: clients get a stale answer if there is one, and are told so else. */
static void give_up(struct forwarder *forwarder, struct forwarder_query *query,
                    struct forwarder_batch *batch)
{
    struct forwarder_kept kept = forwarder_keep_nothing(forwarder_query_error(query));

    if (query->waiting.first == 0)
        forwarder_count(forwarder, FORWARDER_COUNT_refreshes_failed);
    if (!forwarder_answer_stale(forwarder, query, batch)) {
        forwarder_answer_nothing(forwarder, query, batch);
        if (forwarder->config.cache.bytes != 0 && !forwarder_has_answer(forwarder, &query->topic))
            (void)forwarder_cache_put(&forwarder->cache, &query->topic, &kept, forwarder->now_ns);
    }
    forwarder_forget(forwarder, query);
}

/* An attempt was over without an answer of this upstream. One that lets one query go without is not
 * asked less for that, however often it was asked. */
static void miss_one(struct forwarder *forwarder, struct forwarder_query *query, size_t number)
{
    struct forwarder_upstream *upstream = &forwarder->upstreams[number];
    uint32_t bit = 1U << number;

    if (((query->failed | query->passed) & bit) != 0)
        return;
    upstream->edns.silences += ((query->plain | query->streams) & bit) == 0;
    if ((query->missed & bit) != 0) {
        upstream->timeouts += 1;
    } else if (forwarder_upstream_missed(upstream, forwarder->now_ns)) {
        forwarder->peer_cookies[number].server_size = 0; /* it may be another by then */
        forwarder_count(forwarder, FORWARDER_COUNT_upstreams_down);
    }
    query->missed |= bit;
}

/* The same of those that were asked in it. */
static void miss(struct forwarder *forwarder, struct forwarder_query *query)
{
    uint32_t bits = (query->attempts == 1 ? query->begun : 0) | 1U << query->upstream;

    for (size_t i = 0; bits != 0; i++, bits >>= 1)
        if ((bits & 1U) != 0)
            miss_one(forwarder, query, i);
}

void forwarder_ask_on(struct forwarder *forwarder, struct forwarder_query *query,
                      struct forwarder_batch *batch)
{
    struct forwarder_choice choice = choice_of(forwarder, &query->topic);
    uint8_t next;

    miss(forwarder, query);
    if (query->attempts >= forwarder->config.attempts_max || query->due_ns >= query->end_ns) {
        give_up(forwarder, query, batch);
        return;
    }
    next = (uint8_t)forwarder_choice_next(&choice, query->upstream, query->asked);
    if ((query->asked >> next & 1U) != 0 || !forwarder_choice_is_full(&choice, next))
        query->upstream = next; /* else the same once more */
    if (is_by_stream(query, query->upstream)) {
        query->attempts += 1; /* it is there, and will not get lost (RFC 7766 section 6.2.1) */
    } else {
        send_query(forwarder, query, batch);
        forwarder_count(forwarder, FORWARDER_COUNT_retries);
    }
    /* From when it was due, so that a loop that is late does not make the client wait longer. */
    set_due(forwarder, query, query->due_ns);
}

void forwarder_ask_same(struct forwarder *forwarder, struct forwarder_query *query,
                        unsigned int upstream, struct forwarder_batch *batch)
{
    query->upstream = (uint8_t)upstream;
    query->remade |= 1U << upstream;
    query->attempts -= 1;
    send_query(forwarder, query, batch);
}

void forwarder_ask_uncookied(struct forwarder *forwarder, struct forwarder_query *query,
                             unsigned int upstream, struct forwarder_batch *batch)
{
    forwarder->peer_cookies[upstream].without_until_ns = later(forwarder->now_ns, PLAIN_NS);
    forwarder_ask_same(forwarder, query, upstream, batch);
}

void forwarder_ask_plainly(struct forwarder *forwarder, struct forwarder_query *query,
                           unsigned int upstream, struct forwarder_batch *batch)
{
    forwarder->upstreams[upstream].edns.plain_until_ns = later(forwarder->now_ns, PLAIN_NS);
    forwarder_ask_same(forwarder, query, upstream, batch);
}

void forwarder_ask_again(struct forwarder *forwarder, struct forwarder_query *query,
                         unsigned int upstream, struct forwarder_batch *batch)
{
    query->upstream = (uint8_t)upstream;
    query->streams |= 1U << upstream;
    query->remade |= 1U << upstream;
    query->reconnects += 1;
    query->attempts -= 1;
    send_query(forwarder, query, batch);
    forwarder_count(forwarder, FORWARDER_COUNT_retries_at_once);
}

bool forwarder_ask_another(struct forwarder *forwarder, struct forwarder_query *query,
                           struct forwarder_batch *batch)
{
    struct forwarder_choice choice = choice_of(forwarder, &query->topic);
    uint8_t next = (uint8_t)forwarder_choice_next(&choice, query->upstream, query->asked);

    if ((query->asked >> next & 1U) != 0 || forwarder_choice_is_full(&choice, next))
        return false;
    query->upstream = next;
    query->attempts -= 1;
    send_query(forwarder, query, batch);
    forwarder_count(forwarder, FORWARDER_COUNT_retries_at_once);
    set_due(forwarder, query, forwarder->now_ns);
    return true;
}

void forwarder_ask_later(struct forwarder *forwarder, struct forwarder_query *query,
                         struct forwarder_batch *batch)
{
    uint64_t most_ns = forwarder->config.attempt_ns;
    uint64_t rest_ns = REBUFF_NS << query->rebuffs;

    query->rebuffs += 1;
    if (query->rebuffs == REBUFFS_MAX || query->attempts == forwarder->config.attempts_max) {
        give_up(forwarder, query, batch);
        return;
    }
    query->stale_ns = FORWARDER_NEVER;
    (void)forwarder_answer_stale(forwarder, query, batch);
    query->due_ns = later(forwarder->now_ns, rest_ns < most_ns ? rest_ns : most_ns);
    if (query->due_ns > query->end_ns)
        query->due_ns = query->end_ns;
    forwarder_schedule(forwarder, query);
}

void forwarder_ask_by_stream(struct forwarder *forwarder, struct forwarder_query *query,
                             unsigned int upstream, struct forwarder_batch *batch)
{
    query->upstream = (uint8_t)upstream;
    query->streams |= 1U << upstream;
    query->remade |= 1U << upstream;
    query->attempts -= 1;
    send_query(forwarder, query, batch);
    query->due_ns = later(forwarder->now_ns, forwarder->config.attempt_ns);
    if (query->end_ns < query->due_ns)
        query->end_ns = query->due_ns;
    forwarder_schedule(forwarder, query);
}
