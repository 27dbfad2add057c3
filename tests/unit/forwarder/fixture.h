/*
 * A forwarder with two upstreams on a clock that stands where the test puts it, and short ways to
 * ask it, to reply to it and to look at what it sends.
 */
#pragma once

#include "unit.h"

#include "base/cleanup.h"
#include "dns/builder.h"
#include "dns/code.h"
#include "dns/message.h"
#include "dns/rrtype.h"
#include "forwarder/core/forwarder.h"

#include <stdio.h>

#define FIXTURE_LANES 4
#define FIXTURE_ATTEMPT_NS UINT64_C(1000)
#define FIXTURE_ATTEMPTS 3

struct fixture {
    struct forwarder forwarder;
    void *slab;
    struct forwarder_batch *batch;
    uint64_t now_ns;
    uint64_t random;
    char name[32];                              /* of fixture_query_number() */
    uint8_t wire[FORWARDER_DATAGRAM_BYTES_MAX]; /* of the message that was built last */
};

static inline uint64_t fixture_random(void *source)
{
    uint64_t *state = source;

    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 16 | *state << 48;
}

static inline struct forwarder_address fixture_address(uint8_t last, uint16_t port)
{
    return (struct forwarder_address){
        .octets = { 192, 0, 2, last },
        .port = port,
        .size = 4,
    };
}

/* A forwarder without a cache, which keeps the case of letters. */
static inline struct forwarder_config fixture_config(struct fixture *fixture, uint32_t queries_max)
{
    return (struct forwarder_config){
        .queries_max = queries_max,
        .waiters_max = 2 * queries_max,
        .lanes = FIXTURE_LANES,
        .attempts_max = FIXTURE_ATTEMPTS,
        .attempt_ns = FIXTURE_ATTEMPT_NS,
        .timeout_ns = FIXTURE_ATTEMPTS * FIXTURE_ATTEMPT_NS,
        .upstreams_count = 2,
        .upstreams = { fixture_address(53, 53), fixture_address(54, 53) },
        .random = { .next = fixture_random, .source = &fixture->random },
    };
}

/* A forwarder of this configuration, which fixture_config() began. */
static inline void fixture_begin(struct fixture *fixture, const struct forwarder_config *config)
{
    *fixture = (struct fixture){ .now_ns = 5000 };
    fixture->slab = calloc(1, forwarder_slab_bytes(config));
    fixture->batch = calloc(1, sizeof(*fixture->batch));
    assert_non_null(fixture->slab);
    assert_non_null(fixture->batch);
    forwarder_init(&fixture->forwarder, config, fixture->slab);
}

/* A forwarder for at most `queries_max` queries, without a cache. */
static inline void fixture_init(struct fixture *fixture, uint32_t queries_max)
{
    struct forwarder_config config = fixture_config(fixture, queries_max);

    fixture_begin(fixture, &config);
}

static inline void fixture_done(struct fixture *fixture)
{
    free(fixture->slab);
    free(fixture->batch);
}

/* What a query or a reply says, for fixture_build(). */
struct fixture_message {
    uint16_t id;
    uint16_t flags;
    const char *name;
    uint16_t type;
    uint16_t udp_size;   /* of its OPT record; 0: it has none */
    uint16_t edns_flags; /* of its OPT record */
    uint8_t version;     /* of its OPT record */
    size_t records;      /* TXT records of 60 octets in the answer */
    uint32_t ttl_s;      /* of those; 0: 60 */
};

static inline void fixture_add_records(struct dns_builder *builder,
                                       const struct fixture_message *message,
                                       const struct dns_name *name)
{
    uint8_t rdata[48] = { sizeof(rdata) - 1 };
    struct dns_rr rr = {
        .owner = dns_name_reader(name),
        .type = DNS_TYPE_TXT,
        .class = DNS_CLASS_IN,
        .ttl_s = message->ttl_s == 0 ? 60 : message->ttl_s,
    };

    for (size_t i = 0; i < message->records; i++) {
        rdata[1] = (uint8_t)i;
        rr.rdata = byte_reader_init(bytes_of(rdata, sizeof(rdata)));
        assert_int_equal(dns_builder_add_rr(builder, DNS_ANSWER, &rr).status, DNS_OK);
    }
}

/* The message on the wire; it lives in the fixture until the next one is built. */
static inline struct bytes fixture_build(struct fixture *fixture,
                                         const struct fixture_message *message)
{
    struct dns_header header = { .id = message->id, .flags = message->flags };
    struct dns_question question = { .type = message->type, .class = DNS_CLASS_IN };
    struct dns_edns edns = {
        .udp_size = message->udp_size,
        .version = message->version,
        .flags = message->edns_flags,
    };
    struct dns_builder builder;

    dns_builder_init(&builder, fixture->wire, sizeof(fixture->wire), &header);
    assert_int_equal(dns_name_parse(bytes_of_text(message->name), &question.name).status, DNS_OK);
    assert_int_equal(dns_builder_add_question(&builder, &question).status, DNS_OK);
    fixture_add_records(&builder, message, &question.name);
    if (message->udp_size != 0)
        assert_int_equal(dns_builder_add_edns(&builder, &edns).status, DNS_OK);
    return dns_builder_finish(&builder);
}

/* A question that most tests ask. */
static inline struct fixture_message fixture_query(uint16_t id)
{
    return (struct fixture_message){
        .id = id,
        .flags = DNS_FLAG_RD,
        .name = "WwW.Example.test",
        .type = DNS_TYPE_A,
    };
}

/* A question that no other number has. */
static inline struct fixture_message fixture_query_number(struct fixture *fixture,
                                                          unsigned int number)
{
    struct fixture_message query = fixture_query((uint16_t)number);

    (void)snprintf(fixture->name, sizeof(fixture->name), "n%u.example.test", number);
    query.name = fixture->name;
    return query;
}

static inline struct forwarder_path fixture_client(uint8_t last)
{
    return (struct forwarder_path){
        .side = FORWARDER_CLIENTS,
        .socket = 7,
        .peer = fixture_address(last, 40000),
        .local = fixture_address(1, 0),
    };
}

/* A datagram comes in; what goes out because of it is all that is in the batch afterwards. */
static inline void fixture_receive(struct fixture *fixture, const struct forwarder_path *path,
                                   struct bytes payload)
{
    struct forwarder_datagram datagram = { .path = *path, .payload = payload };

    forwarder_batch_clear(fixture->batch);
    forwarder_receive(&fixture->forwarder, &datagram, fixture->now_ns, fixture->batch);
}

/* The clock moves on; what goes out because of it is all that is in the batch afterwards. */
static inline void fixture_wait(struct fixture *fixture, uint64_t ns)
{
    fixture->now_ns += ns;
    forwarder_batch_clear(fixture->batch);
    forwarder_expire(&fixture->forwarder, fixture->now_ns, fixture->batch);
}

/* A client's query comes in, and has to go on to an upstream: gives the datagram that does. Copy
 * it: it lives in the batch. */
static inline struct forwarder_datagram fixture_ask(struct fixture *fixture,
                                                    const struct fixture_message *query)
{
    struct forwarder_path path = fixture_client(100);

    fixture_receive(fixture, &path, fixture_build(fixture, query));
    assert_int_equal(fixture->batch->count, 1);
    assert_int_equal(fixture->batch->at[0].path.side, FORWARDER_UPSTREAMS);
    return fixture->batch->at[0];
}

/* The header of a datagram. */
static inline struct dns_header fixture_header(struct bytes payload)
{
    struct byte_reader in = byte_reader_init(payload);
    struct dns_header header = { 0 };

    assert_int_equal(dns_header_read(&in, &header).status, DNS_OK);
    return header;
}

/* The message in a datagram, which must be right in framing and RDATA. */
static inline struct dns_message fixture_message_of(struct bytes payload)
{
    struct dns_message message = { 0 };

    assert_int_equal(dns_message_read(payload, &message).status, DNS_OK);
    assert_int_equal(dns_message_check_rdata(&message).status, DNS_OK);
    return message;
}

/* The one datagram that went out is an answer to that client; gives the message. */
static inline struct dns_message fixture_answer(struct fixture *fixture, uint8_t client)
{
    struct forwarder_path path = fixture_client(client);
    const struct forwarder_datagram *answer = &fixture->batch->at[0];

    assert_int_equal(fixture->batch->count, 1);
    assert_int_equal(answer->path.side, FORWARDER_CLIENTS);
    assert_int_equal(answer->path.socket, path.socket);
    assert_true(forwarder_address_equal(&answer->path.peer, &path.peer));
    assert_true(forwarder_address_equal(&answer->path.local, &path.local));
    return fixture_message_of(answer->payload);
}

static inline uint64_t fixture_count(const struct fixture *fixture, enum forwarder_counter counter)
{
    return fixture->forwarder.counters[counter];
}
