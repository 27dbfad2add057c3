/*
 * struct witness: stands beside a forwarder's core, sees each datagram and each moment that goes in
 * and all that comes out, keeps its own account of who waits for what, and ends the process when
 * the two disagree. It holds what must be true of any history, so the simulator and the fuzz target
 * share it:
 *
 * - a client's datagram gets silence (no header, or a response), one answer of our own at once, or
 *   becomes one query to the first upstream, with its question octet by octet;
 * - no two queries that wait share a socket's number and an id; no more wait than may;
 * - a reply is taken if and only if it comes from an upstream that was asked, to the socket that
 *   asked, with the id and the question, and is well-formed; anything else changes nothing;
 * - what the client gets is well-formed, has its id and its question, is no larger than it said,
 *   has EDNS if and only if it sent some, and goes to where its query came from;
 * - a query is sent again, unchanged, to the next upstream, exactly when its time has come, and
 *   after the last attempt answered SERVFAIL; so each is answered once, by its deadline;
 * - the core waits for what the witness waits for, and its next deadline is the earliest of theirs.
 */
#pragma once

#include "dns/code.h"
#include "dns/message.h"
#include "forwarder/core/forwarder.h"
#include "fuzz/target.h"

#define WITNESS_QUERIES_MAX 256

struct witness_query {
    struct forwarder_path client;
    uint16_t client_id;
    bool has_edns;
    size_t answer_bytes_max;
    struct forwarder_key key;
    unsigned int sends;
    unsigned int asked;    /* upstreams, one bit each */
    unsigned int upstream; /* the one that was asked last */
    uint64_t due_ns;       /* when the attempt that runs is over */
    size_t wire_size;
    uint8_t wire[FORWARDER_QUERY_BYTES_MAX];
};

struct witness {
    struct forwarder *forwarder;
    struct forwarder_batch *batch; /* what the last step sent */
    uint64_t now_ns;
    size_t count;
    struct witness_query queries[WITNESS_QUERIES_MAX];
    uint64_t accepted; /* queries that were passed on */
    uint64_t answered; /* of those, the ones that have their answer */
};

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
    size_t end = query->wire_size - (query->has_edns ? FORWARDER_OPT_BYTES : 0);

    return witness_part(bytes_of(query->wire, query->wire_size), DNS_HEADER_SIZE,
                        end - DNS_HEADER_SIZE);
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
    return a->side == b->side && a->socket == b->socket &&
           forwarder_address_equal(&a->peer, &b->peer) &&
           forwarder_address_equal(&a->local, &b->local);
}

static inline struct witness_query *witness_find(struct witness *witness, struct forwarder_key key)
{
    for (size_t i = 0; i < witness->count; i++)
        if (witness->queries[i].key.lane == key.lane && witness->queries[i].key.id == key.id)
            return &witness->queries[i];
    return NULL;
}

static inline void witness_forget(struct witness *witness, struct witness_query *query)
{
    witness->count -= 1;
    *query = witness->queries[witness->count];
    witness->answered += 1;
}

/* Whether a datagram towards an upstream goes to the right one through a socket of its own. */
static inline void witness_check_way(const struct witness *witness,
                                     const struct forwarder_path *path, unsigned int upstream)
{
    const struct forwarder_config *config = &witness->forwarder->config;

    fuzz_require(path->side == FORWARDER_UPSTREAMS);
    fuzz_require(path->socket / config->lanes == upstream);
    fuzz_require(forwarder_address_equal(&path->peer, &config->upstreams[upstream]));
}

/* What must be true between any two steps. */
static inline void witness_check_account(const struct witness *witness)
{
    uint64_t first_ns = FORWARDER_NEVER;

    fuzz_require(witness->count <= witness->forwarder->config.queries_max);
    fuzz_require(forwarder_waiting(witness->forwarder) == witness->count);
    for (size_t i = 0; i < witness->count; i++)
        if (witness->queries[i].due_ns < first_ns)
            first_ns = witness->queries[i].due_ns;
    fuzz_require(forwarder_deadline_ns(witness->forwarder) == first_ns);
}

/* The core passed a client's query on. */
static inline void witness_check_passed_on(struct witness *witness,
                                           const struct forwarder_datagram *in,
                                           const struct forwarder_datagram *out)
{
    struct dns_header asked = witness_header(in->payload);
    struct dns_header sent = witness_header(out->payload);
    struct forwarder_key key = { out->path.socket, sent.id };
    struct witness_query *query = &witness->queries[witness->count];
    struct dns_message message;
    struct dns_edns edns = { 0 };

    fuzz_require(witness->count < WITNESS_QUERIES_MAX);
    fuzz_require(witness_read(in->payload, &message));
    witness_check_way(witness, &out->path, 0);
    fuzz_require(witness_find(witness, key) == NULL);
    fuzz_require(sent.flags == (asked.flags & (DNS_FLAG_RD | DNS_FLAG_AD | DNS_FLAG_CD)));
    *query = (struct witness_query){
        .client = in->path,
        .client_id = asked.id,
        .has_edns = dns_message_edns(&message, &edns),
        .answer_bytes_max = edns.udp_size > 512 ? edns.udp_size : 512,
        .key = key,
        .sends = 1,
        .asked = 1,
        .due_ns = witness->now_ns + witness->forwarder->config.attempt_ns,
        .wire_size = out->payload.size,
    };
    fuzz_require(out->payload.size <= sizeof(query->wire));
    memcpy(query->wire, out->payload.at, out->payload.size);
    fuzz_require(witness_read(out->payload, &message));
    fuzz_require((message.opt_at != 0) == query->has_edns);
    fuzz_require(bytes_equal(witness_question(query), witness_part(in->payload, DNS_HEADER_SIZE,
                                                                   witness_question(query).size)));
    witness->count += 1;
    witness->accepted += 1;
}

/* The core answered a client's datagram by itself. */
static inline void witness_check_own_answer(const struct witness *witness,
                                            const struct forwarder_datagram *in,
                                            const struct forwarder_datagram *out)
{
    struct dns_header asked = witness_header(in->payload);
    struct dns_message answer;
    unsigned int rcode;

    fuzz_require(witness_same_path(&in->path, &out->path));
    fuzz_require(witness_read(out->payload, &answer));
    rcode = dns_message_rcode(&answer);
    fuzz_require(answer.header.id == asked.id);
    fuzz_require(dns_header_has(&answer.header, DNS_FLAG_QR));
    fuzz_require(dns_header_opcode(&answer.header) == dns_header_opcode(&asked));
    fuzz_require(answer.header.counts[DNS_ANSWER] == 0);
    fuzz_require(out->payload.size <= 512);
    fuzz_require(rcode == DNS_RCODE_FORMERR || rcode == DNS_RCODE_NOTIMP ||
                 rcode == DNS_RCODE_REFUSED || rcode == DNS_RCODE_BADVERS ||
                 rcode == DNS_RCODE_SERVFAIL);
    fuzz_require((rcode == DNS_RCODE_NOTIMP) == (dns_header_opcode(&asked) != DNS_OPCODE_QUERY));
    fuzz_require(rcode != DNS_RCODE_SERVFAIL ||
                 witness->count == witness->forwarder->config.queries_max);
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

/* A client's datagram goes in. */
static inline void witness_client(struct witness *witness, const struct forwarder_datagram *in)
{
    bool is_silent = witness_is_silent(in->payload);

    forwarder_batch_clear(witness->batch);
    forwarder_receive(witness->forwarder, in, witness->now_ns, witness->batch);
    fuzz_require(witness->batch->count == (is_silent ? 0 : 1));
    if (is_silent)
        return;
    if (witness->batch->at[0].path.side == FORWARDER_UPSTREAMS)
        witness_check_passed_on(witness, in, &witness->batch->at[0]);
    else
        witness_check_own_answer(witness, in, &witness->batch->at[0]);
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
           forwarder_address_equal(&path->peer, &config->upstreams[upstream]);
}

/* Whether a reply must be taken as the answer to this query. */
static inline bool witness_is_good(const struct witness *witness, const struct witness_query *query,
                                   const struct forwarder_datagram *in,
                                   struct dns_message *ret_message)
{
    struct bytes question = witness_question(query);

    return witness_was_asked(witness, query, &in->path) && witness_read(in->payload, ret_message) &&
           dns_header_has(&ret_message->header, DNS_FLAG_QR) &&
           dns_header_opcode(&ret_message->header) == DNS_OPCODE_QUERY &&
           ret_message->header.counts[DNS_QUESTION] == 1 &&
           bytes_equal(question, witness_part(in->payload, DNS_HEADER_SIZE, question.size)) &&
           (query->has_edns || ret_message->opt_at == 0 ||
            witness->batch->count > 0); /* EDNS that was not asked for may be too much */
}

/* The core took a reply as the answer to a query. */
static inline void witness_check_answer(const struct witness_query *query,
                                        const struct dns_message *reply,
                                        const struct forwarder_datagram *out)
{
    struct bytes question = witness_question(query);
    struct dns_message answer;
    bool is_cut;

    fuzz_require(witness_same_path(&out->path, &query->client));
    fuzz_require(witness_read(out->payload, &answer));
    fuzz_require(answer.header.id == query->client_id);
    fuzz_require(bytes_equal(question, witness_part(out->payload, DNS_HEADER_SIZE, question.size)));
    fuzz_require(out->payload.size <= query->answer_bytes_max);
    fuzz_require((answer.opt_at != 0) == query->has_edns);
    fuzz_require(dns_message_rcode(&answer) == dns_message_rcode(reply));
    is_cut = dns_header_has(&answer.header, DNS_FLAG_TC) && answer.header.counts[DNS_ANSWER] == 0;
    for (unsigned int section = DNS_ANSWER; section <= DNS_AUTHORITY; section++)
        fuzz_require(is_cut || answer.header.counts[section] == reply->header.counts[section]);
}

/* A datagram on an upstream's socket goes in. */
static inline void witness_upstream(struct witness *witness, const struct forwarder_datagram *in)
{
    struct forwarder_key key = { in->path.socket % witness->forwarder->config.lanes, 0 };
    struct witness_query *query = NULL;
    struct dns_message reply;

    forwarder_batch_clear(witness->batch);
    forwarder_receive(witness->forwarder, in, witness->now_ns, witness->batch);
    if (in->payload.size >= DNS_HEADER_SIZE) {
        key.id = witness_header(in->payload).id;
        query = witness_find(witness, key);
    }
    if (query != NULL && witness_is_good(witness, query, in, &reply)) {
        fuzz_require(witness->batch->count == 1);
        witness_check_answer(query, &reply, &witness->batch->at[0]);
        witness_forget(witness, query);
    } else {
        fuzz_require(witness->batch->count == 0);
    }
    witness_check_account(witness);
}

/* A query was sent once more. */
static inline void witness_check_retry(struct witness *witness,
                                       const struct forwarder_datagram *out)
{
    const struct forwarder_config *config = &witness->forwarder->config;
    struct forwarder_key key = { out->path.socket % config->lanes,
                                 witness_header(out->payload).id };
    struct witness_query *query = witness_find(witness, key);

    if (query == NULL)
        fuzz_property_failed(__FILE__, __LINE__, "only a query that waits is sent again");
    fuzz_require(query->due_ns <= witness->now_ns);
    fuzz_require(query->sends < config->attempts_max);
    fuzz_require(bytes_equal(out->payload, bytes_of(query->wire, query->wire_size)));
    query->upstream = (query->upstream + 1) % (unsigned int)config->upstreams_count;
    witness_check_way(witness, &out->path, query->upstream);
    query->asked |= 1U << query->upstream;
    query->sends += 1;
    query->due_ns += config->attempt_ns;
}

/* Whether a SERVFAIL is for this query: it is out of attempts and its time has come. */
static inline bool witness_is_timeout_of(const struct witness *witness,
                                         const struct witness_query *query,
                                         const struct forwarder_datagram *out)
{
    struct bytes question = witness_question(query);

    return query->sends == witness->forwarder->config.attempts_max &&
           query->due_ns <= witness->now_ns && witness_same_path(&query->client, &out->path) &&
           query->client_id == witness_header(out->payload).id &&
           bytes_equal(question, witness_part(out->payload, DNS_HEADER_SIZE, question.size));
}

/* A client was told SERVFAIL. It may have sent the same query twice, with and without EDNS: the one
 * whose time was over first comes first, and of those at one instant any. */
static inline void witness_check_timeout(struct witness *witness,
                                         const struct forwarder_datagram *out)
{
    struct witness_query *oldest = NULL;
    struct dns_message answer;

    fuzz_require(witness_read(out->payload, &answer));
    fuzz_require(dns_message_rcode(&answer) == DNS_RCODE_SERVFAIL);
    for (size_t i = 0; i < witness->count; i++) {
        struct witness_query *query = &witness->queries[i];
        bool is_alike = query->has_edns == (answer.opt_at != 0);

        if (witness_is_timeout_of(witness, query, out) &&
            (oldest == NULL || query->due_ns < oldest->due_ns ||
             (query->due_ns == oldest->due_ns && is_alike)))
            oldest = query;
    }
    if (oldest == NULL)
        fuzz_property_failed(__FILE__, __LINE__, "somebody waits for this SERVFAIL");
    fuzz_require(oldest->has_edns == (answer.opt_at != 0));
    witness_forget(witness, oldest);
}

/* The time goes in. Where the batch came out full, there may be more to do. */
static inline void witness_expire(struct witness *witness)
{
    forwarder_batch_clear(witness->batch);
    forwarder_expire(witness->forwarder, witness->now_ns, witness->batch);
    for (size_t i = 0; i < witness->batch->count; i++) {
        if (witness->batch->at[i].path.side == FORWARDER_UPSTREAMS)
            witness_check_retry(witness, &witness->batch->at[i]);
        else
            witness_check_timeout(witness, &witness->batch->at[i]);
    }
    fuzz_require(!forwarder_batch_has_room(witness->batch) ||
                 forwarder_deadline_ns(witness->forwarder) > witness->now_ns);
    witness_check_account(witness);
}

/* Nothing waits any more, and each query that was taken has had its answer. */
static inline void witness_check_rest(const struct witness *witness)
{
    fuzz_require(witness->count == 0);
    fuzz_require(witness->accepted == witness->answered);
    fuzz_require(forwarder_waiting(witness->forwarder) == 0);
    fuzz_require(forwarder_deadline_ns(witness->forwarder) == FORWARDER_NEVER);
}
