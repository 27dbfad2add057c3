/*
 * struct witness: stands beside a forwarder's core, sees each datagram and each moment that goes in
 * and all that comes out, keeps its own account of who waits for what, and ends the process when
 * the two disagree. It holds what must be true of any history, so the simulator and the fuzz target
 * share it:
 *
 * - a client's datagram gets silence (no header, or a response), one answer of our own at once
 *   (what witness_local.h says, where that is in use), one from the cache (which witness_kept.h
 *   looks at), joins those that wait for the same, or becomes one query to the first upstream, with
 *   its question but for the case of letters; unless its network may not ask, or asks too often,
 *   which witness_admit.h looks at;
 * - no two queries that wait share a socket's number and an id; no more wait than may, in all and
 *   for each upstream, nor clients, in all and of each network;
 * - a reply is taken if and only if it comes from an upstream that was asked, to the socket that
 *   asked, with the id and the question, and is well-formed; but for one that makes us ask the same
 *   upstream without EDNS, anything else changes nothing;
 * - one that was cut, or came in fragments, makes us ask the same upstream over a stream, once;
 * - upstreams whose transport is a stream are asked over one, and never in another way; what goes
 *   over TLS is a multiple of 128 octets;
 * - no two queries that wait share a stream and an id; when a stream is gone those on it are sent
 *   over it anew, three times at most if it was there, or to an upstream that was not asked; where
 *   no way leads to any, a short while later, and after five times they are over;
 * - all that wait for it get their answer then: well-formed, with their id and their question in
 *   their letters, no larger than they said, with EDNS if and only if they sent some, to where
 *   their query came from;
 * - a query is sent again, unchanged, to the next upstream, exactly when its time has come, which
 *   is within the limits, and after the last attempt all that wait get SERVFAIL or a stale answer;
 * so each is answered once, by its deadline;
 * - the core waits for what the witness waits for, and its next deadline is the earliest of theirs;
 * - no client is given an alias that leads to a blocked name, but for a name that is allowed; who
 *   would be is told that the name is blocked, and only then;
 * - the cache has no more octets than it may;
 * - what is said of a plain query at once is what the codec says of it; and of a plain answer that
 * is kept, what is said of any.
 */
#pragma once

#include "dns/code.h"
#include "dns/message.h"
#include "forwarder/core/forwarder.h"
#include "fuzz/forwarder/witness_admit.h"
#include "fuzz/forwarder/witness_cookies.h"
#include "fuzz/forwarder/witness_kept.h"
#include "fuzz/forwarder/witness_local.h"
#include "fuzz/target.h"

#define WITNESS_QUERIES_MAX 256
#define WITNESS_CLIENTS_MAX 512
#define WITNESS_SENT_MAX 1024
#define WITNESS_PLAIN_NS (900 * WITNESS_NS_PER_S)

/* Something that the core sent. */
struct witness_sent {
    struct forwarder_path path;
    size_t size;
    uint8_t *octets;
};

/* A client that waits. */
struct witness_client {
    struct forwarder_path path;
    struct forwarder_key key; /* of the query that it waits for */
    uint16_t id;
    bool has_edns;
    struct forwarder_cookie cookie; /* that it sent */
    bool is_padded;                 /* it sent padding, where nobody can read it */
    uint64_t wall_s;                /* when it asked */
    size_t answer_bytes_max;
    size_t question_size;
    uint8_t question[DNS_NAME_SIZE_MAX + 4];
};

struct witness_query {
    struct witness_topic topic;
    struct forwarder_key key;
    unsigned int lane;
    bool has_edns; /* it was sent with EDNS the last time */
    bool was_cut;  /* a reply was, and the query got more time */
    unsigned int sends;
    unsigned int asked;   /* upstreams, one bit each */
    unsigned int begun;   /* those that were asked at first */
    unsigned int passed;  /* those that could not answer, while another may */
    unsigned int missed;  /* those whose first attempt is over */
    unsigned int plain;   /* those without EDNS, */
    unsigned int probed;  /* and with it as well */
    unsigned int streams; /* those over a stream that is there */
    unsigned int cookied; /* those that were sent a cookie */
    unsigned int refused; /* those that said BADCOOKIE */
    unsigned int failed;  /* those that the network did not lead to */
    unsigned int reconnects;
    unsigned int rebuffs;  /* times that none of those asked was left */
    unsigned int upstream; /* the one that was asked last */
    uint64_t end_ns;       /* when nobody waits any more */
    uint64_t due_ns;       /* when the attempt that runs is over */
    uint64_t stale_ns;     /* when clients get a stale answer */
    size_t wire_size;
    uint8_t wire[FORWARDER_QUERY_BYTES_MAX];
};

struct witness {
    struct forwarder *forwarder;
    struct forwarder_batch *batch;
    struct witness_replies *replies;
    struct witness_sent *sent; /* by the last step: WITNESS_SENT_MAX */
    size_t sent_count;
    uint64_t now_ns;
    uint64_t attempt_ns_max; /* of all configurations that there were */
    uint64_t plain_until_ns[FORWARDER_SLOTS_MAX];
    bool knows_edns[FORWARDER_SLOTS_MAX]; /* it has answered with EDNS */
    bool drops_edns[FORWARDER_SLOTS_MAX]; /* it has answered without alone */
    struct witness_peer peers[FORWARDER_SLOTS_MAX];
    struct witness_admit admit;
    size_t crowd;         /* queries that waited when the size changed last, */
    size_t clients_crowd; /* and clients */
    size_t count;
    struct witness_query queries[WITNESS_QUERIES_MAX];
    size_t clients_count;
    struct witness_client clients[WITNESS_CLIENTS_MAX];
    struct forwarder_built *built; /* what is answered here, or NULL */
    bool was_local;                /* the last client's datagram was answered by that */
    uint64_t accepted;             /* clients that were let wait */
    uint64_t answered;             /* of those, the ones that have their answer */
};

/* Takes over what is in the batch. */
static inline void witness_flush(struct forwarder_batch *batch, void *owner)
{
    struct witness *witness = owner;

    for (size_t i = 0; i < batch->count; i++) {
        struct witness_sent *sent = &witness->sent[witness->sent_count];

        fuzz_require(witness->sent_count < WITNESS_SENT_MAX);
        fuzz_require(batch->at[i].since_ns <= witness->now_ns);
        fuzz_require(batch->at[i].path.side == FORWARDER_CLIENTS || batch->at[i].since_ns == 0);
        sent->path = batch->at[i].path;
        sent->size = batch->at[i].payload.size;
        fuzz_require(sent->size <= forwarder_path_bytes_max(&sent->path));
        sent->octets = malloc(sent->size);
        fuzz_require(sent->octets != NULL);
        memcpy(sent->octets, batch->at[i].payload.at, sent->size);
        witness->sent_count += 1;
    }
    forwarder_batch_clear(batch);
}

/* A witness beside a forwarder that has just begun. */
static inline void witness_init(struct witness *witness, struct forwarder *forwarder)
{
    *witness = (struct witness){ .forwarder = forwarder };
    witness->attempt_ns_max = forwarder->config.attempt_ns;
    witness->batch = calloc(1, sizeof(*witness->batch));
    witness->replies = calloc(1, sizeof(*witness->replies));
    witness->sent = calloc(WITNESS_SENT_MAX, sizeof(*witness->sent));
    fuzz_require(witness->batch != NULL && witness->replies != NULL && witness->sent != NULL);
    witness->batch->flush = witness_flush;
    witness->batch->owner = witness;
}

/* Whether a question is for the name of a route, or for one below it. */
static inline bool witness_is_below(struct bytes question, const struct forwarder_route *route)
{
    size_t size = question.size - 4;

    if (size < route->size)
        return false;
    for (size_t i = 0; i < route->size; i++) {
        uint8_t octet = question.at[size - route->size + i];

        if ((octet >= 'A' && octet <= 'Z' ? octet | 0x20U : octet) != route->name[i])
            return false;
    }
    for (size_t at = 0; at < size; at += question.at[at] + (size_t)1)
        if (at == size - route->size)
            return true;
    return false;
}

/* The upstreams that are asked a question, one bit each. */
static inline uint32_t witness_group(const struct witness *witness, struct bytes question)
{
    const struct forwarder_config *config = &witness->forwarder->config;
    const struct forwarder_members *members = &witness->forwarder->members;
    uint32_t places = config->general_count == 0 ? UINT32_MAX : (1U << config->general_count) - 1;
    size_t longest = 0;
    uint32_t bits = 0;

    for (size_t i = 0; i < config->routes_count; i++) {
        if (config->routes[i].size <= longest || !witness_is_below(question, &config->routes[i]))
            continue;
        longest = config->routes[i].size;
        places = config->routes[i].upstreams;
    }
    for (size_t i = 0; i < members->count; i++)
        bits |= (places >> i & 1U) << members->at[i];
    return bits;
}

/* A step begins. */
static inline void witness_begin(struct witness *witness)
{
    forwarder_batch_clear(witness->batch);
    while (witness->sent_count > 0) {
        witness->sent_count -= 1;
        free(witness->sent[witness->sent_count].octets);
    }
}

static inline void witness_done(struct witness *witness)
{
    witness_begin(witness);
    witness_replies_done(witness->replies);
    free(witness->replies);
    free(witness->batch);
    free(witness->sent);
    forwarder_built_free(witness->built);
}

/* From now on the rows of witness_local.h are answered here, if `is_local`; or nothing. */
static inline void witness_set_local(struct witness *witness, bool is_local,
                                     enum forwarder_block_answer block_answer)
{
    struct forwarder_built *before = witness->built;

    witness->built = is_local ? witness_local_build(block_answer) : NULL;
    forwarder_set_local(witness->forwarder, is_local ? &witness->built->local : NULL);
    forwarder_built_free(before);
}

static inline struct bytes witness_payload(const struct witness_sent *sent)
{
    return bytes_of(sent->octets, sent->size);
}

/* A view of the `size` octets (or fewer) of `all` from `start`. */
static inline struct bytes witness_part(struct bytes all, size_t start, size_t size)
{
    struct bytes part = { 0 };

    (void)bytes_part(all, start, size, &part);
    return part;
}

/* The question of a query of the core's: between the header and EDNS. */
static inline struct bytes witness_question(const struct witness_query *query)
{
    return witness_part(bytes_of(query->wire, query->wire_size), DNS_HEADER_SIZE,
                        query->topic.size);
}

/* A message that is right in framing and RDATA. */
static inline bool witness_read(struct bytes wire, struct dns_message *ret_message)
{
    return dns_message_read(wire, ret_message).status == DNS_OK &&
           dns_message_check_rdata(ret_message).status == DNS_OK;
}

static inline struct dns_header witness_header(struct bytes wire)
{
    struct byte_reader in = byte_reader_init(wire);
    struct dns_header header = { 0 };

    fuzz_require(dns_header_read(&in, &header).status == DNS_OK);
    return header;
}

static inline bool witness_same_path(const struct forwarder_path *a, const struct forwarder_path *b)
{
    return a->side == b->side && a->socket == b->socket && a->stream == b->stream &&
           forwarder_address_equal(&a->peer, &b->peer) &&
           forwarder_address_equal(&a->local, &b->local);
}

static inline bool witness_same_key(struct forwarder_key a, struct forwarder_key b)
{
    return a.stream == b.stream && a.id == b.id;
}

static inline struct witness_query *witness_find(struct witness *witness, struct forwarder_key key)
{
    for (size_t i = 0; i < witness->count; i++)
        if (witness_same_key(witness->queries[i].key, key))
            return &witness->queries[i];
    return NULL;
}

/* A query that waits for this topic, asked with the same flags. */
static inline struct witness_query *witness_find_topic(struct witness *witness,
                                                       const struct witness_topic *topic)
{
    for (size_t i = 0; i < witness->count; i++)
        if (witness_same_question(&witness->queries[i].topic, topic) &&
            witness->queries[i].topic.flags == topic->flags &&
            witness->queries[i].topic.dnssec_ok == topic->dnssec_ok)
            return &witness->queries[i];
    return NULL;
}

/* A query that waits under what a message on a stream bears, which is one alone. */
static inline struct witness_query *witness_find_by_stream(struct witness *witness,
                                                           unsigned int stream, uint16_t id)
{
    struct witness_query *found = NULL;

    for (size_t i = 0; i < witness->count; i++) {
        const struct forwarder_key *key = &witness->queries[i].key;

        if (key->id != id || key->stream != stream)
            continue;
        fuzz_require(found == NULL);
        found = &witness->queries[i];
    }
    return found;
}

/* A query that waits under what a message to or from an upstream bears. */
static inline struct witness_query *
witness_find_by_path(struct witness *witness, const struct forwarder_path *path, uint16_t id)
{
    unsigned int place = path->socket % witness->forwarder->config.lanes;

    if (path->stream != 0)
        return witness_find_by_stream(witness, place, id);
    for (size_t i = 0; i < witness->count; i++)
        if (witness->queries[i].lane == place && witness->queries[i].key.id == id)
            return &witness->queries[i];
    return NULL;
}

static inline void witness_forget(struct witness *witness, struct witness_query *query)
{
    for (size_t i = 0; i < witness->clients_count; i++)
        fuzz_require(!witness_same_key(witness->clients[i].key, query->key));
    witness->count -= 1;
    *query = witness->queries[witness->count];
}

/* How many queries were sent to an upstream and have not ended. */
static inline uint32_t witness_count_asked(const struct witness *witness, size_t upstream)
{
    uint32_t count = 0;

    for (size_t i = 0; i < witness->count; i++)
        count += witness->queries[i].asked >> upstream & 1U;
    return count;
}

/* How many clients of one's network wait. */
static inline uint32_t witness_count_network(const struct witness *witness,
                                             const struct forwarder_address *client)
{
    uint32_t count = 0;

    for (size_t i = 0; i < witness->clients_count; i++)
        count += witness_same_network(&witness->clients[i].path.peer, client, 32, 56);
    return count;
}

/* Whether each upstream that a client's query would go to has as many as it may. */
static inline bool witness_is_busy(const struct witness *witness, struct bytes query)
{
    const struct forwarder_config *config = &witness->forwarder->config;
    struct dns_message message;
    struct dns_question question;
    struct bytes octets;

    if (!witness_read(query, &message) || !dns_message_question(&message, &question))
        return false;
    octets = witness_part(query, DNS_HEADER_SIZE, question.name.size + (size_t)4);
    for (size_t i = 0; i < config->upstreams_count; i++)
        if ((witness_group(witness, octets) >> i & 1U) != 0 &&
            witness_count_asked(witness, i) < config->upstream_queries_max)
            return false;
    return config->upstream_queries_max != 0;
}

/* What must be true of the limits between any two steps. */
static inline void witness_check_limits(const struct witness *witness)
{
    const struct forwarder_config *config = &witness->forwarder->config;

    for (size_t i = 0; i < config->upstreams_count; i++) {
        uint32_t count = witness_count_asked(witness, i);

        fuzz_require(count == witness->forwarder->upstreams[i].waiting);
        fuzz_require(config->upstream_queries_max == 0 || count <= config->upstream_queries_max);
    }
    for (size_t i = 0; config->client_queries_max != 0 && i < witness->clients_count; i++)
        fuzz_require(witness_count_network(witness, &witness->clients[i].path.peer) <=
                     config->client_queries_max);
}

/* What must be true between any two steps. */
static inline void witness_check_account(const struct witness *witness)
{
    const struct forwarder *forwarder = witness->forwarder;
    uint64_t first_ns = FORWARDER_NEVER;

    fuzz_require(witness->count <= forwarder->config.queries_max ||
                 witness->count <= witness->crowd);
    fuzz_require(forwarder_waiting(forwarder) == witness->count);
    fuzz_require(forwarder_clients_waiting(forwarder) == witness->clients_count);
    fuzz_require(witness->clients_count <= forwarder->config.waiters_max ||
                 witness->clients_count <= witness->clients_crowd);
    fuzz_require((uint64_t)forwarder->cache.blocks.used * FORWARDER_BLOCK_BYTES <=
                 forwarder->config.cache.bytes);
    for (size_t i = 0; i < witness->count; i++) {
        if (witness->queries[i].due_ns < first_ns)
            first_ns = witness->queries[i].due_ns;
        if (witness->queries[i].stale_ns < first_ns)
            first_ns = witness->queries[i].stale_ns;
    }
    fuzz_require(forwarder_deadline_ns(forwarder) == first_ns);
    witness_check_limits(witness);
}

/* A query has no other options than it should, behind its `size` octets; says how many of those are
 * as ever: all, or all but the size of the options. */
static inline size_t witness_check_options(const struct witness_sent *sent, size_t size,
                                           bool has_cookie, bool is_padded)
{
    if (is_padded) {
        fuzz_require(sent->size % 128 == 0);
        fuzz_require(sent->size >= size);
        fuzz_require(sent->size < size + 132);
        return size - 2;
    }
    if (has_cookie) {
        fuzz_require(sent->size == size + 4 + witness_cookie_of(witness_payload(sent)).size);
        return size - 2;
    }
    fuzz_require(sent->size == size);
    return size;
}

/* Whether a query goes without EDNS, as it must to one that said that it does not know it, or that
 * seems to drop it; and may, over UDP, to one that has never answered with it, the second time. */
static inline bool witness_check_is_plain(const struct witness *witness,
                                          const struct witness_query *query,
                                          const struct witness_sent *sent)
{
    unsigned int upstream = query->upstream;
    bool is_plain = witness_header(witness_payload(sent)).counts[DNS_ADDITIONAL] == 0;
    bool is_udp = sent->path.stream == 0;
    bool must_be =
        witness->plain_until_ns[upstream] > witness->now_ns ||
        (is_udp && (witness->drops_edns[upstream] ||
                    (!witness->knows_edns[upstream] && (query->plain >> upstream & 1U) != 0)));

    fuzz_require(is_plain || !must_be);
    fuzz_require(
        !is_plain || must_be ||
        (is_udp && !witness->knows_edns[upstream] && (query->asked >> upstream & 1U) != 0));
    return is_plain;
}

/* What was sent to an upstream is the query, whole or without EDNS, on the right way. */
static inline void witness_check_sent(struct witness *witness, struct witness_query *query,
                                      const struct witness_sent *sent)
{
    const struct forwarder_config *config = &witness->forwarder->config;
    enum forwarder_transport transport = config->transports[query->upstream];
    bool is_plain = witness_check_is_plain(witness, query, sent);
    struct witness_peer *peer = &witness->peers[query->upstream];
    bool has_cookie = config->cookies.is_on && !is_plain && transport == FORWARDER_OVER_UDP &&
                      peer->without_until_ns <= witness->now_ns &&
                      (peer->server.size > 0 || (query->asked >> query->upstream & 1U) == 0);
    size_t size = query->wire_size - (is_plain ? FORWARDER_OPT_BYTES : 0);
    unsigned int place = query->lane;

    if (transport != FORWARDER_OVER_UDP)
        query->streams |= 1U << query->upstream;
    fuzz_require(sent->path.stream == (query->streams >> query->upstream & 1U));
    if (sent->path.stream != 0)
        place = query->key.stream;
    fuzz_require(sent->path.side == FORWARDER_UPSTREAMS);
    fuzz_require(sent->path.socket == query->upstream * config->lanes + place);
    fuzz_require(forwarder_address_equal(&sent->path.peer, &config->upstreams[query->upstream]));
    witness_check_peer(peer, witness_payload(sent), has_cookie);
    size =
        witness_check_options(sent, size, has_cookie, transport == FORWARDER_OVER_TLS && !is_plain);
    fuzz_require(memcmp(sent->octets, query->wire, DNS_HEADER_SIZE - 2) == 0);
    fuzz_require(witness_header(witness_payload(sent)).counts[DNS_ADDITIONAL] == !is_plain);
    fuzz_require(memcmp(sent->octets + DNS_HEADER_SIZE, query->wire + DNS_HEADER_SIZE,
                        size - DNS_HEADER_SIZE) == 0);
    query->has_edns = !is_plain;
    query->asked |= 1U << query->upstream;
    query->failed &= ~(1U << query->upstream);
    query->passed &= ~(1U << query->upstream);
    query->plain &= ~(1U << query->upstream);
    query->plain |= is_plain ? 1U << query->upstream : 0;
    query->cookied |= has_cookie ? 1U << query->upstream : 0;
}

/* Whether a message has a padding option. */
static inline bool witness_has_padding(struct bytes payload)
{
    struct dns_message message;
    struct dns_edns edns;
    struct dns_edns_option option;

    return dns_message_read(payload, &message).status == DNS_OK &&
           dns_message_edns(&message, &edns) &&
           dns_edns_find_option(&edns, DNS_OPTION_PADDING, &option);
}

/* A client's query, as it is understood. */
struct witness_asked {
    const struct forwarder_datagram *in;
    struct dns_header header;
    struct witness_client client;
    struct witness_topic topic;
};

static inline void witness_understand(const struct witness *witness, struct witness_asked *asked,
                                      const struct forwarder_datagram *in)
{
    struct dns_message message;
    struct dns_question question;
    struct dns_edns edns = { 0 };
    struct bytes octets;

    fuzz_require(witness_read(in->payload, &message));
    fuzz_require(dns_message_question(&message, &question));
    octets = witness_part(in->payload, DNS_HEADER_SIZE, question.name.size + (size_t)4);
    *asked = (struct witness_asked){
        .in = in,
        .header = message.header,
        .client = { .path = in->path, .id = message.header.id },
    };
    asked->client.has_edns = dns_message_edns(&message, &edns);
    asked->client.is_padded = in->path.is_private && witness_has_padding(in->payload);
    asked->client.wall_s = witness->now_ns / WITNESS_NS_PER_S;
    asked->client.cookie = witness_cookie_of(in->payload);
    asked->client.answer_bytes_max = edns.udp_size > 512 ? edns.udp_size : 512;
    if (in->path.stream != 0)
        asked->client.answer_bytes_max = FORWARDER_MESSAGE_BYTES_MAX;
    asked->client.question_size = octets.size;
    memcpy(asked->client.question, octets.at, octets.size);
    asked->topic =
        witness_topic_of(octets, message.header.flags & (DNS_FLAG_RD | DNS_FLAG_AD | DNS_FLAG_CD),
                         (edns.flags & DNS_EDNS_DO) != 0);
}

/* When the core looks at a query again: never later than the last attempt may end. */
static inline uint64_t witness_due(const struct witness *witness, const struct witness_query *query)
{
    const struct forwarder_config *config = &witness->forwarder->config;
    const struct forwarder_query *known =
        forwarder_table_find(&witness->forwarder->table, query->key);

    if (known == NULL)
        fuzz_property_failed(__FILE__, __LINE__, "no query is forgotten before its time");
    fuzz_require(known->attempts == query->sends);
    fuzz_require(query->sends == config->attempts_max ||
                 known->due_ns <= witness->now_ns + witness->attempt_ns_max);
    fuzz_require(query->was_cut || known->due_ns <= query->end_ns);
    fuzz_require(query->was_cut || query->sends < config->attempts_max ||
                 known->due_ns == query->end_ns);
    return known->due_ns;
}

/* The core's query with this id that the witness does not know of. */
static inline const struct forwarder_query *witness_new(struct witness *witness, uint16_t id)
{
    const struct forwarder_table *table = &witness->forwarder->table;

    for (uint16_t i = 0; i < forwarder_streams(&witness->forwarder->config); i++) {
        struct forwarder_key key = { i, id };
        const struct forwarder_query *known = forwarder_table_find(table, key);

        if (known != NULL && witness_find(witness, key) == NULL)
            return known;
    }
    fuzz_property_failed(__FILE__, __LINE__, "what is sent is a query that waits");
}

/* Whether what was sent is the query with EDNS, whole and without a cookie, to one that seems to
 * drop that; then it goes without right after. */
static inline bool witness_check_probe(const struct witness *witness, struct witness_query *query,
                                       const struct witness_sent *sent)
{
    if (sent + 1 == witness->sent + witness->sent_count ||
        !witness_same_path(&sent[0].path, &sent[1].path))
        return false;
    fuzz_require(witness->drops_edns[query->upstream]);
    fuzz_require(bytes_equal(witness_payload(sent), bytes_of(query->wire, query->wire_size)));
    fuzz_require(witness_header(witness_payload(&sent[1])).counts[DNS_ADDITIONAL] == 0);
    query->probed |= 1U << query->upstream;
    return true;
}

/* The core passed a query on to an upstream; where they race, to another too. */
static inline struct witness_query *witness_check_passed_on(struct witness *witness,
                                                            const struct witness_asked *asked,
                                                            const struct witness_sent *sent)
{
    const struct forwarder_config *config = &witness->forwarder->config;
    struct dns_header header = witness_header(witness_payload(sent));
    const struct forwarder_query *known = witness_new(witness, header.id);
    struct forwarder_key key = known->key;
    struct witness_query *query = &witness->queries[witness->count];
    struct bytes question = witness_part(witness_payload(sent), DNS_HEADER_SIZE, asked->topic.size);
    struct witness_topic topic =
        witness_topic_of(question, asked->topic.flags, asked->topic.dnssec_ok);
    static const uint8_t opt[] = { 0, 0, DNS_TYPE_OPT };
    unsigned int count = 0;

    fuzz_require(witness->count < WITNESS_QUERIES_MAX);
    fuzz_require(witness_find(witness, key) == NULL);
    fuzz_require(witness_find_topic(witness, &asked->topic) == NULL);
    fuzz_require(header.flags == asked->topic.flags);
    fuzz_require(witness_same_question(&topic, &asked->topic));
    fuzz_require(config->is_case_random ||
                 bytes_equal(question, bytes_of(asked->client.question, question.size)));
    *query = (struct witness_query){
        .topic = asked->topic,
        .key = key,
        .lane = known->lane,
        .sends = 1,
        .end_ns = witness->now_ns + config->timeout_ns,
        .upstream = sent->path.socket / config->lanes,
        .stale_ns = FORWARDER_NEVER,
        .wire_size = DNS_HEADER_SIZE + question.size + FORWARDER_OPT_BYTES,
    };
    /* What was sent, but with EDNS, as it may be sent the next time. */
    memcpy(query->wire, known->wire, query->wire_size);
    fuzz_require(memcmp(query->wire + DNS_HEADER_SIZE + question.size, opt, sizeof(opt)) == 0);
    for (; sent < witness->sent + witness->sent_count; sent++) {
        query->upstream = sent->path.socket / config->lanes;
        fuzz_require((witness_group(witness, witness_question(query)) >> query->upstream & 1U) !=
                     0);
        fuzz_require((query->asked & 1U << query->upstream) == 0);
        if (witness_check_probe(witness, query, sent))
            sent += 1;
        witness_check_sent(witness, query, sent);
        count += 1;
    }
    fuzz_require(count <= (config->policy == FORWARDER_POLICY_RACE ? 2 : 1));
    query->begun = query->asked;
    query->due_ns = witness_due(witness, query);
    witness->count += 1;
    fuzz_require(query->lane < config->lanes);
    fuzz_require(query->lane % forwarder_streams(config) == key.stream);
    fuzz_require(witness_find_by_stream(witness, key.stream, key.id) == query);
    return query;
}

/* A client waits for a query from now on; the core says by when it gets a stale answer. */
static inline void witness_wait(struct witness *witness, const struct witness_asked *asked,
                                struct witness_query *query)
{
    const struct forwarder *forwarder = witness->forwarder;
    uint64_t stale_ns = forwarder_table_find(&forwarder->table, query->key)->stale_ns;

    fuzz_require(witness->clients_count < WITNESS_CLIENTS_MAX);
    fuzz_require(stale_ns == query->stale_ns ||
                 stale_ns == witness->now_ns + forwarder->config.stale_after_ns);
    query->stale_ns = stale_ns;
    witness->clients[witness->clients_count] = asked->client;
    witness->clients[witness->clients_count].key = query->key;
    witness->clients_count += 1;
    witness->accepted += 1;
}

/* Whether a message's OPT record is its last. */
static inline bool witness_ends_in_opt(const struct dns_message *message)
{
    struct byte_reader in = byte_reader_init(message->wire);
    struct dns_rr opt;

    if (message->opt_at == 0)
        return false;
    fuzz_require(read_skip(&in, message->opt_at) && dns_rr_read(&in, &opt).status == DNS_OK);
    return byte_reader_is_done(&in);
}

/* What is true of every answer to a client whose question was understood. */
static inline struct dns_message witness_check_form(const struct witness *witness,
                                                    const struct witness_client *client,
                                                    const struct witness_sent *sent)
{
    struct dns_message answer;

    fuzz_require(witness_same_path(&sent->path, &client->path));
    fuzz_require(witness_read(witness_payload(sent), &answer));
    fuzz_require(answer.header.id == client->id);
    fuzz_require(dns_header_has(&answer.header, DNS_FLAG_QR));
    fuzz_require(answer.header.counts[DNS_QUESTION] == 1);
    fuzz_require(
        bytes_equal(bytes_of(client->question, client->question_size),
                    witness_part(witness_payload(sent), DNS_HEADER_SIZE, client->question_size)));
    fuzz_require(sent->size <= client->answer_bytes_max);
    fuzz_require((answer.opt_at != 0) == client->has_edns);
    fuzz_require(witness_has_padding(witness_payload(sent)) ==
                 (client->is_padded && witness_ends_in_opt(&answer)));
    fuzz_require(!witness_has_padding(witness_payload(sent)) || sent->size % 468 == 0);
    witness_check_cookies(witness->forwarder, &client->path, &client->cookie, witness_payload(sent),
                          client->wall_s);
    return answer;
}

/* Whether an answer leads by an alias to a name that is blocked, and its own is not allowed. */
static inline bool witness_is_alias_blocked(const struct witness *witness,
                                            const struct dns_message *answer)
{
    struct dns_walk walk = dns_message_section(answer, DNS_ANSWER);
    struct dns_question question;
    struct dns_rr rr;
    bool is_blocked = false;

    if (witness->built == NULL || !dns_message_question(answer, &question) ||
        question.class != DNS_CLASS_IN)
        return false;
    while (dns_walk_next(&walk, &rr)) {
        struct dns_name alias;

        if (rr.type != DNS_TYPE_CNAME || rr.class != DNS_CLASS_IN)
            continue;
        fuzz_require(dns_name_read(&rr.rdata, &alias).status == DNS_OK);
        is_blocked = is_blocked || witness_local_what_of(&alias) == WITNESS_LOCAL_BLOCKED;
    }
    return is_blocked && witness_local_what_of(&question.name) != WITNESS_LOCAL_ALLOWED;
}

/* Whether a reply to the same question was such. */
static inline bool witness_was_alias_blocked(const struct witness *witness,
                                             const struct witness_topic *topic)
{
    for (size_t i = witness->replies->count; i > 0; i--) {
        const struct witness_reply *reply = &witness->replies->at[i - 1];
        struct dns_message message;

        if (reply->size == 0 || !witness_same_topic(&reply->topic, topic))
            continue;
        fuzz_require(dns_message_read(bytes_of(reply->octets, reply->size), &message).status ==
                     DNS_OK);
        if (witness_is_alias_blocked(witness, &message))
            return true;
    }
    return false;
}

/* A client was told that the name is blocked. */
static inline void witness_check_blocked(const struct witness *witness,
                                         const struct witness_client *client,
                                         const struct witness_sent *sent)
{
    enum forwarder_block_answer block_answer = witness->built->local.options.block_answer;
    struct dns_message answer = witness_check_form(witness, client, sent);
    bool is_null = block_answer == FORWARDER_BLOCK_NULL;
    struct dns_question question;
    struct dns_edns edns;
    struct dns_edns_option option;
    unsigned int records;

    fuzz_require(dns_message_question(&answer, &question));
    /* ANY was passed on where nothing was local yet. */
    records = !is_null                                                        ? 0
              : question.type == DNS_TYPE_ANY                                 ? 2
              : question.type == DNS_TYPE_A || question.type == DNS_TYPE_AAAA ? 1
                                                                              : 0;
    fuzz_require(dns_message_rcode(&answer) == (is_null ? DNS_RCODE_NOERROR
                                                : block_answer == FORWARDER_BLOCK_REFUSED
                                                    ? DNS_RCODE_REFUSED
                                                    : DNS_RCODE_NXDOMAIN));
    fuzz_require(answer.header.counts[DNS_ANSWER] == records);
    fuzz_require(answer.header.counts[DNS_AUTHORITY] ==
                 (records == 0 && block_answer != FORWARDER_BLOCK_REFUSED));
    if (dns_message_edns(&answer, &edns))
        fuzz_require(dns_edns_find_option(&edns, DNS_OPTION_EDE, &option));
}

/* An answer is from the cache. */
static inline void witness_check_cached(const struct witness *witness,
                                        const struct witness_topic *topic,
                                        const struct witness_client *client,
                                        const struct witness_sent *sent, bool is_stale)
{
    struct dns_message answer = witness_check_form(witness, client, sent);
    struct witness_age age = { .config = &witness->forwarder->config, .is_stale = is_stale };
    struct dns_edns edns;
    struct dns_edns_option option;

    fuzz_require(!witness_is_alias_blocked(witness, &answer));
    fuzz_require(age.config->cache.bytes > 0);
    fuzz_require(!is_stale || age.config->cache.stale_s > 0);
    witness_check_kept(witness->replies, topic, &age, witness->now_ns, &answer);
    if (is_stale && dns_message_edns(&answer, &edns))
        fuzz_require(dns_edns_find_option(&edns, DNS_OPTION_EDE, &option));
}

/* Whether an answer of the core's own may have this code. */
static inline bool witness_may_say(const struct dns_header *asked, const struct dns_message *answer)
{
    static const unsigned int codes[] = {
        DNS_RCODE_FORMERR, DNS_RCODE_NOTIMP,   DNS_RCODE_REFUSED,
        DNS_RCODE_BADVERS, DNS_RCODE_SERVFAIL, DNS_RCODE_BADCOOKIE
    };
    unsigned int rcode = dns_message_rcode(answer);

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (codes[i] == rcode)
            return true;
    return rcode == DNS_RCODE_NOERROR &&
           (dns_header_has(&answer->header, DNS_FLAG_TC) || asked->counts[DNS_QUESTION] == 0);
}

/* The core answered a client's datagram by itself, with nothing of the cache. */
static inline void witness_check_own_answer(const struct witness *witness,
                                            const struct forwarder_datagram *in,
                                            const struct witness_sent *sent)
{
    const struct forwarder_config *config = &witness->forwarder->config;
    struct dns_header asked = witness_header(in->payload);
    struct dns_message answer;
    unsigned int rcode;

    fuzz_require(witness_same_path(&in->path, &sent->path));
    fuzz_require(witness_read(witness_payload(sent), &answer));
    rcode = dns_message_rcode(&answer);
    fuzz_require(answer.header.id == asked.id);
    fuzz_require(dns_header_has(&answer.header, DNS_FLAG_QR));
    fuzz_require(dns_header_opcode(&answer.header) == dns_header_opcode(&asked));
    fuzz_require(answer.header.counts[DNS_ANSWER] == 0);
    fuzz_require(sent->size <= 512);
    fuzz_require(witness_may_say(&asked, &answer));
    fuzz_require(rcode == DNS_RCODE_REFUSED || rcode == DNS_RCODE_NOERROR ||
                 rcode == DNS_RCODE_BADCOOKIE ||
                 (rcode == DNS_RCODE_NOTIMP) == (dns_header_opcode(&asked) != DNS_OPCODE_QUERY));
    fuzz_require(rcode != DNS_RCODE_SERVFAIL || witness->count >= config->queries_max ||
                 witness->clients_count >= config->waiters_max ||
                 witness_is_busy(witness, in->payload) ||
                 witness_count_network(witness, &in->path.peer) == config->client_queries_max);
}

/* Whether a client's datagram must not be answered. */
static inline bool witness_is_silent(struct bytes payload)
{
    struct byte_reader in = byte_reader_init(payload);
    struct dns_header header;

    if (dns_header_read(&in, &header).status != DNS_OK || dns_header_has(&header, DNS_FLAG_QR))
        return true;
    /* RFC 8490 section 5.5. */
    return dns_header_opcode(&header) == DNS_OPCODE_DSO && header.id == 0;
}

/* A client was answered from the cache; a query for the cache may go out besides. */
static inline void witness_check_cached_at_once(struct witness *witness,
                                                const struct witness_asked *asked, bool is_stale)
{
    fuzz_require(witness->sent_count >= 1);
    witness_check_cached(witness, &asked->topic, &asked->client, &witness->sent[0], is_stale);
    if (witness->sent_count == 1)
        return;
    fuzz_require(witness->forwarder->config.has_prefetch || is_stale);
    (void)witness_check_passed_on(witness, asked, &witness->sent[1]);
}

/* A client's good query was answered here. */
static inline void witness_check_local(const struct witness *witness,
                                       const struct witness_asked *asked,
                                       const struct dns_question *question)
{
    enum forwarder_block_answer block_answer = witness->built->local.options.block_answer;
    enum forwarder_counter counter = witness_local_counter(question);
    struct dns_message answer;
    struct dns_edns edns;
    struct dns_edns_option option;
    unsigned int records = witness_local_records(question, block_answer);

    fuzz_require(witness->sent_count == 1);
    answer = witness_check_form(witness, &asked->client, &witness->sent[0]);
    fuzz_require(dns_message_rcode(&answer) ==
                 (unsigned int)witness_local_rcode(question, block_answer));
    if (counter == FORWARDER_COUNT_queries_chaos || counter == FORWARDER_COUNT_queries_any)
        records = 1;
    else if (counter == FORWARDER_COUNT_queries_chaos_refused)
        records = 0;
    fuzz_require(dns_header_has(&answer.header, DNS_FLAG_TC)
                     ? answer.header.counts[DNS_ANSWER] == 0 && records > 1
                     : answer.header.counts[DNS_ANSWER] == records);
    if (counter == FORWARDER_COUNT_queries_blocked && dns_message_edns(&answer, &edns))
        fuzz_require(dns_edns_find_option(&edns, DNS_OPTION_EDE, &option));
}

/* A query that went on, or was answered from the cache, is none that must be answered here. */
static inline void witness_check_not_local(const struct witness *witness,
                                           const struct forwarder_datagram *in)
{
    struct dns_message message;
    struct dns_question question;

    if (witness->built == NULL)
        return;
    fuzz_require(witness_read(in->payload, &message));
    fuzz_require(dns_message_question(&message, &question));
    fuzz_require(witness_local_counter(&question) == FORWARDER_COUNTERS);
}

/* Whether a client's datagram was answered with what is local, as it must be. */
static inline bool witness_is_local(struct witness *witness, const struct forwarder_datagram *in,
                                    const uint64_t before[FORWARDER_COUNTERS])
{
    const uint64_t *counters = witness->forwarder->counters;
    struct witness_asked asked;
    struct dns_message message;
    struct dns_question question;
    enum forwarder_counter counter;

    if (witness->built == NULL || !witness_read(in->payload, &message) ||
        !dns_message_question(&message, &question))
        return false;
    counter = witness_local_counter(&question);
    if (counter == FORWARDER_COUNTERS || counters[counter] == before[counter])
        return false;
    fuzz_require(counters[counter] == before[counter] + 1);
    witness_understand(witness, &asked, in);
    witness_check_local(witness, &asked, &question);
    return true;
}

/* A client's datagram that is a good query went in; it counted as this. */
static inline void witness_check_query(struct witness *witness, const struct forwarder_datagram *in,
                                       enum forwarder_counter counter)
{
    struct witness_asked asked;
    struct witness_query *query;

    witness_understand(witness, &asked, in);
    witness_check_not_local(witness, in);
    if (counter == FORWARDER_COUNT_queries_alias_blocked) {
        fuzz_require(witness->sent_count == 1);
        fuzz_require(witness_was_alias_blocked(witness, &asked.topic));
        witness_check_blocked(witness, &asked.client, &witness->sent[0]);
        return;
    }
    if (counter == FORWARDER_COUNT_queries_cached || counter == FORWARDER_COUNT_queries_stale) {
        witness_check_cached_at_once(witness, &asked, counter == FORWARDER_COUNT_queries_stale);
        return;
    }
    fuzz_require((witness->sent_count != 0) == (counter == FORWARDER_COUNT_queries_forwarded));
    query = counter == FORWARDER_COUNT_queries_forwarded
                ? witness_check_passed_on(witness, &asked, &witness->sent[0])
                : witness_find_topic(witness, &asked.topic);
    if (query == NULL)
        fuzz_property_failed(__FILE__, __LINE__, "there is a query to join");
    else
        witness_wait(witness, &asked, query);
}

/* The short way of plain queries says what the codec says. */
static inline void witness_check_ways(struct bytes payload)
{
    struct forwarder_request requests[2] = { { 0 }, { 0 } };
    struct dns_question questions[2] = { { .name = dns_name_root() }, { .name = dns_name_root() } };
    enum forwarder_verdict verdict = forwarder_request_read(payload, &requests[0], &questions[0]);

    fuzz_require(forwarder_request_read_any(payload, &requests[1], &questions[1]) == verdict);
    fuzz_require(requests[0].id == requests[1].id);
    fuzz_require(requests[0].flags == requests[1].flags);
    fuzz_require(requests[0].answer_bytes_max == requests[1].answer_bytes_max);
    fuzz_require(requests[0].has_padding == requests[1].has_padding);
    fuzz_require(requests[0].has_edns == requests[1].has_edns);
    fuzz_require(requests[0].dnssec_ok == requests[1].dnssec_ok);
    fuzz_require(requests[0].cookie.size == requests[1].cookie.size);
    fuzz_require(questions[0].type == questions[1].type);
    fuzz_require(questions[0].class == questions[1].class);
    fuzz_require(
        bytes_equal(dns_name_bytes(&questions[0].name), dns_name_bytes(&questions[1].name)));
}

/* A client's datagram goes in. */
static inline void witness_client(struct witness *witness, const struct forwarder_datagram *in)
{
    static const enum forwarder_counter good[] = {
        FORWARDER_COUNT_queries_forwarded,     FORWARDER_COUNT_queries_joined,
        FORWARDER_COUNT_queries_cached,        FORWARDER_COUNT_queries_stale,
        FORWARDER_COUNT_queries_alias_blocked,
    };
    const uint64_t *counters = witness->forwarder->counters;
    uint64_t before[FORWARDER_COUNTERS];
    bool is_good = false;
    bool is_silent = witness_is_silent(in->payload);
    bool is_certain =
        witness_is_certain(witness->forwarder, in, witness->now_ns / WITNESS_NS_PER_S);
    struct witness_asker asker = { &in->path, is_certain, witness->now_ns };
    struct witness_turned_away away = witness_turned_away_of(witness->forwarder);

    witness_check_ways(in->payload);
    memcpy(before, counters, sizeof(before));
    witness_begin(witness);
    forwarder_receive(witness->forwarder, in, witness->now_ns, witness->batch);
    witness_flush(witness->batch, witness);
    if (!is_silent)
        is_silent = witness_check_admitted(&witness->admit, witness->forwarder, &away, &asker);
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        if (counters[good[i]] == before[good[i]])
            continue;
        fuzz_require(!is_good && !is_silent);
        fuzz_require(witness_may_ask(&witness->forwarder->config, &in->path.peer));
        fuzz_require(is_certain || !witness->forwarder->config.cookies.is_required);
        is_good = true;
        witness_check_query(witness, in, good[i]);
    }
    witness->was_local = !is_good && witness_is_local(witness, in, before);
    if (!is_good && !witness->was_local) {
        fuzz_require(witness->sent_count == !is_silent);
        if (witness->sent_count == 1)
            witness_check_own_answer(witness, in, &witness->sent[0]);
        if (counters[FORWARDER_COUNT_queries_full] != before[FORWARDER_COUNT_queries_full] ||
            counters[FORWARDER_COUNT_queries_crowded] != before[FORWARDER_COUNT_queries_crowded])
            witness_check_not_local(witness, in);
    }
    witness_check_account(witness);
}

/* Whether a datagram on an upstream's socket is from an upstream that was asked this query. */
static inline bool witness_was_asked(const struct witness *witness,
                                     const struct witness_query *query,
                                     const struct forwarder_path *path)
{
    const struct forwarder_config *config = &witness->forwarder->config;
    size_t upstream = path->socket / config->lanes;

    return upstream < config->upstreams_count && (query->asked & 1U << upstream) != 0 &&
           (path->stream == 0 ? config->transports[upstream] == FORWARDER_OVER_UDP
                              : (query->streams & 1U << upstream) != 0) &&
           forwarder_address_equal(&path->peer, &config->upstreams[upstream]);
}

/* Whether a message has the query's question, and no other. */
static inline bool witness_has_question(const struct witness_query *query,
                                        const struct dns_message *reply)
{
    struct bytes question = witness_question(query);

    return reply->header.counts[DNS_QUESTION] == 1 &&
           bytes_equal(question, witness_part(reply->wire, DNS_HEADER_SIZE, question.size));
}

/* Whether a reply makes us ask the same upstream without EDNS. */
static inline bool witness_wants_plain(const struct witness *witness,
                                       const struct witness_query *query,
                                       const struct forwarder_datagram *in)
{
    unsigned int upstream = in->path.socket / witness->forwarder->config.lanes;
    struct dns_message reply;

    return !in->is_reassembled && witness_was_asked(witness, query, &in->path) &&
           (query->plain >> upstream & 1U) == 0 &&
           dns_message_read(in->payload, &reply).status == DNS_OK &&
           dns_header_has(&reply.header, DNS_FLAG_QR) &&
           dns_header_opcode(&reply.header) == DNS_OPCODE_QUERY &&
           (dns_header_rcode(&reply.header) == DNS_RCODE_FORMERR ||
            dns_header_rcode(&reply.header) == DNS_RCODE_NOTIMP) &&
           reply.opt_at == 0 &&
           (reply.header.counts[DNS_QUESTION] == 0 || witness_has_question(query, &reply));
}

/* Whether a reply is one that was cut, so that we ask over a stream. It need not be well-formed. */
static inline bool witness_is_cut(const struct witness *witness, const struct witness_query *query,
                                  const struct forwarder_datagram *in)
{
    struct dns_message reply = { .wire = in->payload, .header = witness_header(in->payload) };

    return in->path.stream == 0 && witness_was_asked(witness, query, &in->path) &&
           dns_header_has(&reply.header, DNS_FLAG_QR) &&
           (in->is_reassembled || dns_header_has(&reply.header, DNS_FLAG_TC)) &&
           dns_header_opcode(&reply.header) == DNS_OPCODE_QUERY &&
           witness_has_question(query, &reply);
}

/* A reply was cut: the same upstream is asked over a stream, once. */
static inline void witness_check_cut(struct witness *witness, struct witness_query *query,
                                     unsigned int upstream)
{
    if ((query->streams & 1U << upstream) != 0) {
        fuzz_require(witness->sent_count == 0);
        return;
    }
    fuzz_require(witness->sent_count == 1);
    fuzz_require(witness->sent[0].path.stream == 1);
    query->upstream = upstream;
    query->streams |= 1U << upstream;
    query->was_cut = true;
    query->due_ns = witness->now_ns + witness->forwarder->config.attempt_ns;
    witness_check_sent(witness, query, &witness->sent[0]);
}

/* Whether a reply must be taken as the answer to this query. */
static inline bool witness_is_good(const struct witness *witness, const struct witness_query *query,
                                   const struct forwarder_datagram *in,
                                   struct dns_message *ret_message)
{
    return witness_was_asked(witness, query, &in->path) && witness_read(in->payload, ret_message) &&
           dns_header_has(&ret_message->header, DNS_FLAG_QR) &&
           dns_header_opcode(&ret_message->header) == DNS_OPCODE_QUERY &&
           witness_has_question(query, ret_message);
}

/* Whether a reply has options that may not go on to clients. */
static inline bool witness_has_hop_options(const struct dns_message *reply)
{
    struct dns_edns_option option;
    struct dns_edns edns = { 0 };

    return dns_message_edns(reply, &edns) &&
           (dns_edns_find_option(&edns, DNS_OPTION_COOKIE, &option) ||
            dns_edns_find_option(&edns, DNS_OPTION_TCP_KEEPALIVE, &option) ||
            dns_edns_find_option(&edns, DNS_OPTION_PADDING, &option));
}

/* Whether a client that sent no EDNS can't be told a reply: it has some that can't be cut off. */
static inline bool witness_is_unfit(const struct witness *witness,
                                    const struct witness_client *client,
                                    const struct dns_message *reply)
{
    struct byte_reader in = byte_reader_init(reply->wire);
    struct dns_rr opt;

    if (reply->opt_at == 0)
        return false;
    fuzz_require(read_skip(&in, reply->opt_at) && dns_rr_read(&in, &opt).status == DNS_OK);
    if (client->has_edns)
        return !byte_reader_is_done(&in) &&
               ((witness->forwarder->config.cookies.is_on && client->cookie.size > 0) ||
                witness_has_hop_options(reply));
    return !byte_reader_is_done(&in) || dns_message_rcode(reply) > 15;
}

/* A client got what a reply says. */
static inline void witness_check_answer(const struct witness *witness,
                                        const struct witness_client *client,
                                        const struct dns_message *reply,
                                        const struct witness_sent *sent)
{
    struct dns_message answer = witness_check_form(witness, client, sent);
    bool is_cut =
        dns_header_has(&answer.header, DNS_FLAG_TC) && answer.header.counts[DNS_ANSWER] == 0;

    if (witness_is_unfit(witness, client, reply)) {
        fuzz_require(dns_message_rcode(&answer) == DNS_RCODE_SERVFAIL);
        return;
    }
    fuzz_require(dns_message_rcode(&answer) == dns_message_rcode(reply));
    fuzz_require(!witness_is_alias_blocked(witness, &answer));
    for (unsigned int section = DNS_ANSWER; section <= DNS_AUTHORITY; section++)
        fuzz_require(is_cut || answer.header.counts[section] == reply->header.counts[section]);
}

/* The first client that waits for a query, or NULL. */
static inline struct witness_client *witness_first_client(struct witness *witness,
                                                          struct forwarder_key key)
{
    for (size_t i = 0; i < witness->clients_count; i++)
        if (witness_same_key(witness->clients[i].key, key))
            return &witness->clients[i];
    return NULL;
}

/* A client has its answer; the order of the others stays. */
static inline void witness_answered(struct witness *witness, struct witness_client *client)
{
    size_t place = (size_t)(client - witness->clients);

    witness->clients_count -= 1;
    memmove(client, client + 1, (witness->clients_count - place) * sizeof(*client));
    witness->answered += 1;
}

/* What those who wait for a reply get, when it was taken. */
enum witness_outcome {
    WITNESS_RELAYED,
    WITNESS_STALE,   /* a stale answer instead */
    WITNESS_BLOCKED, /* that the name is blocked, for this reply's alias or a stale one's */
};

/* A reply was taken: all that wait for it have their answer, and nothing else was sent. */
static inline void witness_check_answers(struct witness *witness, struct witness_query *query,
                                         const struct dns_message *reply,
                                         enum witness_outcome outcome)
{
    unsigned int rcode = dns_message_rcode(reply);
    bool is_failure = rcode == DNS_RCODE_SERVFAIL || rcode == DNS_RCODE_REFUSED;
    struct witness_client *client;
    size_t i = 0;

    fuzz_require(outcome != WITNESS_STALE || is_failure);
    if (outcome == WITNESS_BLOCKED)
        fuzz_require(witness_is_alias_blocked(witness, reply) ||
                     (is_failure && witness_was_alias_blocked(witness, &query->topic)));
    while (client = witness_first_client(witness, query->key), client != NULL) {
        fuzz_require(i < witness->sent_count);
        if (outcome == WITNESS_BLOCKED)
            witness_check_blocked(witness, client, &witness->sent[i]);
        else if (outcome == WITNESS_STALE)
            witness_check_cached(witness, &query->topic, client, &witness->sent[i], true);
        else
            witness_check_answer(witness, client, reply, &witness->sent[i]);
        witness_answered(witness, client);
        i += 1;
    }
    fuzz_require(i == witness->sent_count);
    witness_check_keep(&witness->forwarder->config.keep, reply);
    witness_remember(witness->replies, &query->topic, reply->wire, witness->now_ns,
                     is_failure ? witness->forwarder->config.keep.failure_ttl_s : 0);
    witness_forget(witness, query);
}

/* A reply made us ask without EDNS; or over a stream, where the upstream is known to know EDNS. */
static inline void witness_check_plain(struct witness *witness, struct witness_query *query,
                                       const struct forwarder_path *path)
{
    unsigned int upstream = path->socket / witness->forwarder->config.lanes;
    struct witness_peer *peer = &witness->peers[upstream];

    if ((peer->server.size > 0 || witness->knows_edns[upstream]) && path->stream == 0) {
        witness_check_cut(witness, query, upstream);
        return;
    }
    peer->server.size = 0;
    fuzz_require(witness->sent_count == 1);
    query->upstream = upstream;
    witness->plain_until_ns[upstream] = witness->now_ns + WITNESS_PLAIN_NS;
    witness_check_sent(witness, query, &witness->sent[0]);
}

/* What a good reply is good for, by its cookie. */
enum witness_use {
    WITNESS_USE,       /* clients get it */
    WITNESS_IGNORE,    /* nothing */
    WITNESS_AGAIN,     /* the same upstream is asked again, */
    WITNESS_BY_STREAM, /* or over a stream, if it was not */
};

/* Whether a reply with EDNS says FORMERR, which may mean our cookie. */
static inline bool witness_dislikes_cookie(const struct witness *witness,
                                           const struct witness_peer *peer,
                                           const struct dns_message *reply)
{
    return peer->without_until_ns <= witness->now_ns && reply->opt_at != 0 &&
           dns_header_rcode(&reply->header) == DNS_RCODE_FORMERR;
}

static inline enum witness_use witness_use_of(struct witness *witness, struct witness_query *query,
                                              const struct forwarder_datagram *in,
                                              const struct dns_message *reply)
{
    unsigned int upstream = in->path.socket / witness->forwarder->config.lanes;
    struct witness_peer *peer = &witness->peers[upstream];
    bool is_cookied = (query->cookied >> upstream & 1U) != 0;
    bool was_refused = (query->refused >> upstream & 1U) != 0;
    enum witness_cookie cookie =
        is_cookied ? witness_read_peer(peer, in->payload) : WITNESS_COOKIE_GOOD;

    if (cookie == WITNESS_COOKIE_FORGED)
        return WITNESS_IGNORE;
    if (cookie == WITNESS_COOKIE_NONE && peer->server.size > 0 && in->path.stream == 0)
        return WITNESS_BY_STREAM;
    if (cookie == WITNESS_COOKIE_NONE && peer->server.size == 0 &&
        (query->streams >> upstream & 1U) == 0 && witness_dislikes_cookie(witness, peer, reply)) {
        peer->without_until_ns = witness->now_ns + WITNESS_PLAIN_NS;
        return WITNESS_AGAIN;
    }
    if (cookie == WITNESS_COOKIE_NONE)
        peer->server.size = 0;
    if (dns_message_rcode(reply) != DNS_RCODE_BADCOOKIE)
        return WITNESS_USE;
    query->refused |= 1U << upstream;
    return !was_refused && (query->streams >> upstream & 1U) == 0 && peer->server.size > 0
               ? WITNESS_AGAIN
               : WITNESS_BY_STREAM;
}

/* The same upstream is asked again, or nothing happens. */
static inline void witness_check_asked_again(struct witness *witness, struct witness_query *query,
                                             unsigned int upstream, enum witness_use use)
{
    if (use == WITNESS_IGNORE) {
        fuzz_require(witness->sent_count == 0);
    } else if (use == WITNESS_BY_STREAM) {
        witness_check_cut(witness, query, upstream);
    } else {
        fuzz_require(witness->sent_count == 1);
        fuzz_require(witness->sent[0].path.stream == 0);
        query->upstream = upstream;
        witness_check_sent(witness, query, &witness->sent[0]);
    }
}

static inline bool witness_is_failure(const struct dns_message *reply)
{
    unsigned int rcode = dns_message_rcode(reply);

    return rcode == DNS_RCODE_SERVFAIL || rcode == DNS_RCODE_REFUSED;
}

/* Whether one that was asked at the same time may still answer, within its first attempt. */
static inline bool witness_has_other(const struct witness_query *query, unsigned int bit)
{
    return (query->begun & ~bit & ~(query->failed | query->passed | query->missed)) != 0;
}

/* Whether a reply says that EDNS is not known where the query went with it and without. */
static inline bool witness_is_of_probe(const struct witness_query *query, unsigned int bit,
                                       const struct dns_message *reply)
{
    unsigned int rcode = dns_header_rcode(&reply->header);

    return (query->probed & bit) != 0 && reply->opt_at == 0 &&
           (rcode == DNS_RCODE_FORMERR || rcode == DNS_RCODE_NOTIMP);
}

/* A good reply came by UDP: one with EDNS to a query with it shows that its upstream knows that. */
static inline void witness_see_edns(struct witness *witness, const struct witness_query *query,
                                    unsigned int bit, const struct dns_message *reply)
{
    unsigned int upstream = (unsigned int)__builtin_ctz(bit);

    if (reply->opt_at == 0 || ((query->plain & ~query->probed) & bit) != 0)
        return;
    witness->knows_edns[upstream] = true;
    witness->drops_edns[upstream] = false;
}

/* A reply was taken that came by UDP: its upstream answers what has EDNS, or what has none alone.
 */
static inline void witness_learn_edns(struct witness *witness, const struct witness_query *query,
                                      unsigned int bit)
{
    bool was_plain = (query->plain & bit) != 0;
    unsigned int upstream = (unsigned int)__builtin_ctz(bit);

    if (!was_plain || witness->knows_edns[upstream])
        witness->drops_edns[upstream] = false;
    else if (witness->plain_until_ns[upstream] <= witness->now_ns)
        witness->drops_edns[upstream] = true;
}

/* A good reply came, of which this is what clients get if it is taken. */
static inline void witness_check_good(struct witness *witness, struct witness_query *query,
                                      const struct forwarder_datagram *in,
                                      const struct dns_message *reply, enum witness_outcome outcome)
{
    unsigned int upstream = in->path.socket / witness->forwarder->config.lanes;
    unsigned int bit = 1U << upstream;
    enum witness_use use;

    if (witness_is_of_probe(query, bit, reply)) {
        fuzz_require(witness->sent_count == 0);
        query->probed &= ~bit;
        return;
    }
    if (in->path.stream == 0)
        witness_see_edns(witness, query, bit, reply);
    use = witness_use_of(witness, query, in, reply);
    if (use != WITNESS_USE) {
        witness_check_asked_again(witness, query, upstream, use);
        return;
    }
    if (in->path.stream == 0)
        witness_learn_edns(witness, query, bit);
    if (!witness_is_failure(reply) || !witness_has_other(query, bit)) {
        witness_check_answers(witness, query, reply, outcome);
        return;
    }
    fuzz_require(witness->sent_count == 0);
    query->passed |= bit;
}

/* A datagram on an upstream's socket goes in. */
static inline void witness_upstream(struct witness *witness, const struct forwarder_datagram *in)
{
    const struct forwarder_config *config = &witness->forwarder->config;
    const uint64_t *stale = &witness->forwarder->counters[FORWARDER_COUNT_answers_stale];
    const uint64_t *blocked = &witness->forwarder->counters[FORWARDER_COUNT_answers_blocked];
    uint64_t stale_before = *stale;
    uint64_t blocked_before = *blocked;
    struct witness_query *query = NULL;
    struct dns_message reply;

    witness_begin(witness);
    forwarder_receive(witness->forwarder, in, witness->now_ns, witness->batch);
    witness_flush(witness->batch, witness);
    if (in->payload.size >= DNS_HEADER_SIZE)
        query = witness_find_by_path(witness, &in->path, witness_header(in->payload).id);
    if (query != NULL && witness_wants_plain(witness, query, in)) {
        witness_check_plain(witness, query, &in->path);
    } else if (query != NULL && witness_is_cut(witness, query, in)) {
        witness_check_cut(witness, query, in->path.socket / config->lanes);
    } else if (query != NULL && witness_is_good(witness, query, in, &reply)) {
        witness_check_good(witness, query, in, &reply,
                           *blocked != blocked_before ? WITNESS_BLOCKED
                           : *stale != stale_before   ? WITNESS_STALE
                                                      : WITNESS_RELAYED);
    } else {
        fuzz_require(witness->sent_count == 0);
    }
    witness_check_account(witness);
}

/* The core may have forgotten an upstream's cookie, since that does not answer. */
static inline void witness_forget_peer(struct witness *witness, size_t upstream)
{
    const struct forwarder *forwarder = witness->forwarder;

    if (forwarder->peer_cookies[upstream].server_size > 0 ||
        witness->peers[upstream].server.size == 0)
        return;
    fuzz_require(forwarder->upstreams[upstream].strikes >= FORWARDER_UPSTREAM_STRIKES);
    witness->peers[upstream].server.size = 0;
}

/* An attempt of a query is over: those that were asked in it did not answer. */
static inline void witness_miss(struct witness_query *query)
{
    unsigned int bits = (query->sends == 1 ? query->begun : 0) | 1U << query->upstream;

    query->missed |= bits & ~(query->failed | query->passed);
}

/* A query was sent once more. */
static inline void witness_check_retry(struct witness *witness, const struct witness_sent *sent)
{
    const struct forwarder_config *config = &witness->forwarder->config;
    struct witness_query *query =
        witness_find_by_path(witness, &sent->path, witness_header(witness_payload(sent)).id);

    if (query == NULL)
        fuzz_property_failed(__FILE__, __LINE__, "only a query that waits is sent again");
    fuzz_require((query->streams >> sent->path.socket / config->lanes & 1U) == 0);
    fuzz_require(query->due_ns <= witness->now_ns);
    fuzz_require(query->sends < config->attempts_max);
    witness_miss(query);
    query->upstream = sent->path.socket / config->lanes;
    /* Where all others have as many as they may, it is the same once more, though it has left. */
    fuzz_require(
        (witness_group(witness, witness_question(query)) >> query->upstream & 1U) != 0 ||
        (config->upstream_queries_max != 0 && (query->asked >> query->upstream & 1U) != 0));
    fuzz_require(config->upstream_queries_max != 0 || (query->asked & 1U << query->upstream) == 0 ||
                 (witness_group(witness, witness_question(query)) & ~query->asked) == 0);
    if (witness_cookie_of(witness_payload(sent)).size <= FORWARDER_COOKIE_CLIENT)
        witness_forget_peer(witness, query->upstream);
    witness_check_sent(witness, query, sent);
    query->sends += 1; /* it may be due again within this step */
}

/* An attempt is over, and the next is with an upstream that still has the query on a stream. */
static inline void witness_check_patience(const struct witness *witness,
                                          struct witness_query *query)
{
    const struct forwarder_query *known =
        forwarder_table_find(&witness->forwarder->table, query->key);

    if (query->due_ns > witness->now_ns || query->streams == 0)
        return;
    if (known == NULL) {
        query->sends = witness->forwarder->config.attempts_max;
        return;
    }
    fuzz_require(known->attempts >= query->sends);
    if (known->attempts > query->sends)
        witness_miss(query);
    query->sends = known->attempts;
    query->upstream = known->upstream;
}

/* Whether time was over for a query: nobody answered, and the core has forgotten it. */
static inline bool witness_is_over(const struct witness *witness, const struct witness_query *query)
{
    const struct forwarder_config *config = &witness->forwarder->config;

    return (query->sends == config->attempts_max || query->end_ns <= witness->now_ns) &&
           query->due_ns <= witness->now_ns &&
           forwarder_table_find(&witness->forwarder->table, query->key) == NULL;
}

/* Whether what was sent can be for this client. */
static inline bool witness_is_for(const struct witness_client *client,
                                  const struct witness_sent *sent)
{
    struct bytes question = bytes_of(client->question, client->question_size);
    bool has_edns = witness_header(witness_payload(sent)).counts[DNS_ADDITIONAL] != 0;

    return witness_same_path(&client->path, &sent->path) && client->has_edns == has_edns &&
           client->id == witness_header(witness_payload(sent)).id &&
           bytes_equal(question,
                       witness_part(witness_payload(sent), DNS_HEADER_SIZE, question.size));
}

/* Whether an answer says that its name is blocked, with the SOA record or the address of that. */
static inline bool witness_says_blocked(const struct witness_sent *sent)
{
    static const uint8_t nobody[] = { 6, 'n', 'o', 'b', 'o', 'd', 'y', 7, 'i', 'n', 'v' };
    struct dns_message answer;
    struct dns_walk walk;
    struct dns_rr rr;

    fuzz_require(witness_read(witness_payload(sent), &answer));
    if (answer.header.counts[DNS_ANSWER] + answer.header.counts[DNS_AUTHORITY] == 0)
        return dns_message_rcode(&answer) == DNS_RCODE_REFUSED;
    walk = dns_message_section(&answer, DNS_ANSWER);
    while (dns_walk_next(&walk, &rr)) {
        struct bytes rdata = byte_reader_rest(&rr.rdata);
        size_t zeroes = 0;

        while (zeroes < rdata.size && rdata.at[zeroes] == 0)
            zeroes += 1;
        return zeroes == rdata.size;
    }
    walk = dns_message_section(&answer, DNS_AUTHORITY);
    while (dns_walk_next(&walk, &rr))
        if (rr.type == DNS_TYPE_SOA &&
            memmem(sent->octets, sent->size, nobody, sizeof(nobody)) != NULL)
            return true;
    return false;
}

/* A client got SERVFAIL or a stale answer, as time went by. It may have sent the same query twice;
 * then the one that is over is meant, or the one that came first. */
static inline void witness_check_timeout(struct witness *witness, const struct witness_sent *sent)
{
    struct dns_header header = witness_header(witness_payload(sent));
    bool is_failure = dns_header_rcode(&header) == DNS_RCODE_SERVFAIL;

    for (size_t i = 0; i < witness->clients_count; i++) {
        struct witness_client *client = &witness->clients[i];
        struct witness_query *query = witness_find(witness, client->key);

        fuzz_require(query != NULL);
        if (!witness_is_for(client, sent) || !(witness_is_over(witness, query) ||
                                               (!is_failure && query->stale_ns <= witness->now_ns)))
            continue;
        if (is_failure)
            (void)witness_check_form(witness, client, sent);
        else if (witness->built != NULL && witness_says_blocked(sent) &&
                 witness_was_alias_blocked(witness, &query->topic))
            witness_check_blocked(witness, client, sent);
        else
            witness_check_cached(witness, &query->topic, client, sent, true);
        witness_answered(witness, client);
        return;
    }
    fuzz_property_failed(__FILE__, __LINE__, "somebody waits for what came as time went by");
}

/* The time has gone in: queries that are over are no more. */
static inline void witness_end_of_time(struct witness *witness)
{
    for (size_t i = witness->count; i > 0; i--) {
        struct witness_query *query = &witness->queries[i - 1];

        if (query->stale_ns <= witness->now_ns)
            query->stale_ns = FORWARDER_NEVER;
        if (!witness_is_over(witness, query)) {
            query->due_ns = witness_due(witness, query);
            continue;
        }
        witness_remember(witness->replies, &query->topic, bytes_of(NULL, 0), witness->now_ns, 1);
        witness->replies->at[witness->replies->count - 1].topic.flags |= DNS_FLAG_RD;
        witness_forget(witness, query);
    }
}

/* The time goes in. */
static inline void witness_expire(struct witness *witness)
{
    witness_begin(witness);
    do {
        forwarder_expire(witness->forwarder, witness->now_ns, witness->batch);
        fuzz_require(!forwarder_batch_has_room(witness->batch) ||
                     forwarder_deadline_ns(witness->forwarder) > witness->now_ns);
        witness_flush(witness->batch, witness);
    } while (forwarder_deadline_ns(witness->forwarder) <= witness->now_ns);
    for (size_t i = 0; i < witness->sent_count; i++)
        if (witness->sent[i].path.side == FORWARDER_UPSTREAMS)
            witness_check_retry(witness, &witness->sent[i]);
    for (size_t i = 0; i < witness->count; i++)
        witness_check_patience(witness, &witness->queries[i]);
    for (size_t i = 0; i < witness->sent_count; i++)
        if (witness->sent[i].path.side == FORWARDER_CLIENTS)
            witness_check_timeout(witness, &witness->sent[i]);
    for (size_t i = 0; i < witness->forwarder->config.upstreams_count; i++)
        witness_forget_peer(witness, i);
    witness_end_of_time(witness);
    witness_check_account(witness);
}

/* Whether a query waits on the way that failed. */
static inline bool witness_is_concerned(const struct witness *witness,
                                        const struct witness_query *query,
                                        const struct forwarder_failure *failure)
{
    const struct forwarder_config *config = &witness->forwarder->config;
    unsigned int upstream = failure->socket / config->lanes;
    unsigned int place = failure->socket % config->lanes;
    bool is_stream = (query->streams & 1U << upstream) != 0;

    return upstream < config->upstreams_count && (query->asked & 1U << upstream) != 0 &&
           (query->failed & 1U << upstream) == 0 && is_stream == failure->is_stream &&
           (is_stream ? query->key.stream : query->lane) == place;
}

/* What was sent for a query, or NULL where nothing was; once at most. */
static inline const struct witness_sent *witness_sent_for(struct witness *witness,
                                                          const struct witness_query *query)
{
    const struct witness_sent *found = NULL;

    for (size_t i = 0; i < witness->sent_count; i++) {
        const struct witness_sent *sent = &witness->sent[i];

        if (sent->path.side != FORWARDER_UPSTREAMS ||
            witness_find_by_path(witness, &sent->path, witness_header(witness_payload(sent)).id) !=
                query)
            continue;
        fuzz_require(found == NULL);
        found = sent;
    }
    return found;
}

/* Whether an upstream has as many queries as it may, or had before others ended in this step. */
static inline bool witness_is_full(const struct witness *witness, size_t upstream)
{
    uint32_t most = witness->forwarder->config.upstream_queries_max;

    return most != 0 && (witness->forwarder->upstreams[upstream].waiting >= most ||
                         witness_count_asked(witness, upstream) >= most);
}

/* Nobody is left who was asked: clients may have a stale answer at once, and a short while after
 * the query is sent again; at the fifth time, or after the last attempt, it is over. */
static inline void witness_check_rebuffed(struct witness *witness, struct witness_query *query)
{
    const struct forwarder_config *config = &witness->forwarder->config;
    const struct forwarder_query *known =
        forwarder_table_find(&witness->forwarder->table, query->key);

    query->rebuffs += 1;
    query->stale_ns = witness->now_ns;
    fuzz_require((known == NULL) == (query->rebuffs == 5 || query->sends == config->attempts_max));
    query->due_ns = known == NULL ? witness->now_ns : known->due_ns;
    query->sends = known == NULL ? config->attempts_max : query->sends;
    fuzz_require(known == NULL || known->due_ns > witness->now_ns ||
                 known->due_ns == query->end_ns);
}

/* Whether an upstream was asked in the attempt that runs. */
static inline bool witness_is_current(const struct witness_query *query, unsigned int upstream)
{
    return query->upstream == upstream ||
           (query->sends == 1 && (query->begun >> upstream & 1U) != 0);
}

/* Nobody else was asked: each that was not has as many queries as it may. */
static inline void witness_check_no_other(const struct witness *witness,
                                          const struct witness_query *query)
{
    uint32_t others = witness_group(witness, witness_question(query)) & ~query->asked;

    for (size_t i = 0; i < witness->forwarder->config.upstreams_count; i++)
        fuzz_require((others >> i & 1U) == 0 || witness_is_full(witness, i));
}

/* The way that a query waited on failed. */
static inline void witness_check_failed(struct witness *witness, struct witness_query *query,
                                        const struct forwarder_failure *failure)
{
    const struct forwarder_config *config = &witness->forwarder->config;
    unsigned int upstream = failure->socket / config->lanes;
    const struct witness_sent *sent = witness_sent_for(witness, query);
    bool is_again = failure->was_up && query->reconnects < 3;
    bool is_all = (witness_group(witness, witness_question(query)) & ~query->asked) == 0;
    bool is_other = !is_again && witness_is_current(query, upstream) && !is_all;

    fuzz_require(sent == NULL || is_again || is_other);
    fuzz_require(sent != NULL || !is_again);
    if (sent == NULL && is_other)
        witness_check_no_other(witness, query);
    query->streams &= ~(1U << upstream);
    if (!is_again)
        query->failed |= 1U << upstream;
    if (sent == NULL && (query->asked & ~(query->failed | query->passed)) == 0)
        witness_check_rebuffed(witness, query);
    if (sent == NULL)
        return;
    query->upstream = sent->path.socket / config->lanes;
    fuzz_require(is_again ? query->upstream == upstream
                          : (query->asked & 1U << query->upstream) == 0);
    query->reconnects += is_again;
    query->streams |= is_again ? 1U << upstream : 0;
    witness_check_sent(witness, query, sent);
    query->due_ns = witness_due(witness, query);
}

/* A way to an upstream fails. */
static inline void witness_fail(struct witness *witness, const struct forwarder_failure *failure)
{
    size_t concerned = 0;
    size_t asked = 0;

    witness_begin(witness);
    forwarder_fail(witness->forwarder, failure, witness->now_ns, witness->batch);
    witness_flush(witness->batch, witness);
    for (size_t i = 0; i < witness->count; i++) {
        if (!witness_is_concerned(witness, &witness->queries[i], failure))
            continue;
        witness_check_failed(witness, &witness->queries[i], failure);
        concerned += 1;
    }
    for (size_t i = 0; i < witness->sent_count; i++) {
        asked += witness->sent[i].path.side == FORWARDER_UPSTREAMS;
        if (witness->sent[i].path.side == FORWARDER_CLIENTS)
            witness_check_timeout(witness, &witness->sent[i]);
    }
    fuzz_require(asked <= concerned);
    witness_end_of_time(witness);
    witness_check_account(witness);
}

/* Another configuration: its upstreams are asked, in its order; of those that a query waits for
 * none has lost its number. */
static inline void witness_reconfigure(struct witness *witness,
                                       const struct forwarder_config *config)
{
    struct forwarder *forwarder = witness->forwarder;
    struct forwarder_config before = forwarder->config;
    struct forwarder_members members;
    uint32_t awaited = 0;

    for (size_t i = 0; i < witness->count; i++)
        awaited |= witness->queries[i].asked;
    witness_begin(witness);
    if (!forwarder_plan(forwarder, config, &members)) {
        fuzz_require(!forwarder_reconfigure(forwarder, config));
        fuzz_require(memcmp(&before, &forwarder->config, sizeof(before)) == 0);
        return;
    }
    fuzz_require(forwarder_reconfigure(forwarder, config));
    fuzz_require(forwarder->members.count == config->upstreams_count);
    for (size_t i = 0; i < config->upstreams_count; i++)
        fuzz_require(forwarder_address_equal(
            &config->upstreams[i], &forwarder->config.upstreams[forwarder->members.at[i]]));
    for (size_t slot = 0; slot < FORWARDER_SLOTS_MAX; slot++) {
        bool is_same =
            before.transports[slot] == forwarder->config.transports[slot] &&
            forwarder_address_equal(&before.upstreams[slot], &forwarder->config.upstreams[slot]);

        fuzz_require(is_same || (awaited >> slot & 1U) == 0);
        if (!is_same) {
            witness->plain_until_ns[slot] = 0;
            witness->knows_edns[slot] = false;
            witness->drops_edns[slot] = false;
            witness->peers[slot] = (struct witness_peer){ 0 };
        }
    }
    for (size_t i = 0; i < witness->count; i++)
        fuzz_require((witness->queries[i].asked & ~forwarder_slots_in_use(forwarder)) == 0);
    if (config->attempt_ns > witness->attempt_ns_max)
        witness->attempt_ns_max = config->attempt_ns;
    if (config->rate.per_s != before.rate.per_s)
        witness->admit.count = 0;
    witness_check_account(witness);
}

/* Another size, where it may change now; all else is as it was. Gives the slab before, which is to
 * be freed when witness_move() has moved what is in it, or NULL. */
static inline void *witness_resize(struct witness *witness, const struct forwarder_config *config,
                                   void **slab)
{
    struct forwarder *forwarder = witness->forwarder;
    size_t size = forwarder_resize_bytes(forwarder, config);
    void *before = *slab;

    witness_begin(witness);
    if (!forwarder_can_resize(forwarder, config))
        return NULL;
    *slab = calloc(1, size);
    fuzz_require(*slab != NULL);
    forwarder_resize(forwarder, config, *slab);
    fuzz_require(!forwarder_has_other_size(forwarder, config));
    witness->crowd = witness->count;
    witness->clients_crowd = witness->clients_count;
    for (size_t i = 0; i < witness->count; i++)
        fuzz_require(forwarder_table_find(&forwarder->table, witness->queries[i].key) != NULL);
    witness_check_account(witness);
    return before;
}

/* Moves some answers to where there is another size; true while more of them are to be moved. */
static inline bool witness_move(struct witness *witness, unsigned int answers_max)
{
    bool is_more;

    witness_begin(witness);
    is_more = forwarder_move_answers(witness->forwarder, answers_max, witness->now_ns);
    fuzz_require(is_more == forwarder_is_moving(witness->forwarder));
    witness_check_account(witness);
    return is_more;
}

/* Nothing waits any more, and each client that was let wait has had its answer. */
static inline void witness_check_rest(const struct witness *witness)
{
    fuzz_require(witness->count == 0);
    fuzz_require(witness->clients_count == 0);
    fuzz_require(witness->accepted == witness->answered);
    fuzz_require(forwarder_waiting(witness->forwarder) == 0);
    fuzz_require(forwarder_deadline_ns(witness->forwarder) == FORWARDER_NEVER);
}
