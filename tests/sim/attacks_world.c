/* The world around a core that is attacked. */
#include "tests/sim/attacks.h"

#include <stdlib.h>

static uint64_t next_number(void *source)
{
    struct world *world = source;

    if ((world->weakness & WEAK_IDS) == 0)
        return chance_next(&world->entropy);
    world->entropy.state += 1;
    return world->entropy.state;
}

struct forwarder_config world_config(void)
{
    return (struct forwarder_config){
        .queries_max = 1000,
        .waiters_max = 4000,
        .lanes = 64,
        .attempts_max = 3,
        .attempt_ns = NS_PER_S,
        .timeout_ns = 3 * NS_PER_S,
        .upstreams_count = 1,
        .upstreams = { { .octets = { 192, 0, 2, 53 }, .port = 53, .size = 4 } },
        .is_case_random = true,
        .cache.bytes = FORWARDER_CACHE_BYTES_MIN,
        .keep = { .ttl_s_max = 86400, .negative_ttl_s_max = 3600, .failure_ttl_s = 5 },
        .rate = { .window_s = 15, .slip = 2 },
    };
}

static void flush(struct forwarder_batch *batch, void *owner)
{
    struct world *world = owner;

    for (size_t i = 0; i < batch->count; i++) {
        const struct forwarder_datagram *datagram = &batch->at[i];
        struct sent *sent = &world->sent[world->sent_count];

        fuzz_require(world->sent_count < SENT_MAX);
        fuzz_require(datagram->payload.size <= SENT_BYTES_MAX);
        sent->path = datagram->path;
        sent->size = datagram->payload.size;
        memcpy(sent->octets, datagram->payload.at, sent->size);
        world->octets_sent += sent->size;
        world->sent_count += 1;
    }
    forwarder_batch_clear(batch);
}

void world_init(struct world *world, const struct forwarder_config *config, unsigned int weakness)
{
    struct forwarder_config whole = *config;

    *world = (struct world){ .weakness = weakness, .now_ns = 1000 * NS_PER_S };
    whole.random = (struct forwarder_random){ next_number, world };
    world->entropy.state = 1;
    world->chance.state = 2;
    world->slab = calloc(1, forwarder_slab_bytes(&whole));
    world->batch = calloc(1, sizeof(*world->batch));
    world->sent = calloc(SENT_MAX, sizeof(*world->sent));
    fuzz_require(world->slab != NULL);
    fuzz_require(world->batch != NULL);
    fuzz_require(world->sent != NULL);
    world->batch->flush = flush;
    world->batch->owner = world;
    forwarder_init(&world->forwarder, &whole, world->slab);
}

void world_done(struct world *world)
{
    free(world->slab);
    free(world->batch);
    free(world->sent);
}

/* Lets no query be found by its topic: what comes next joins none. */
static void hide_topics(struct world *world)
{
    struct forwarder_table *table = &world->forwarder.table;

    memset(table->topics, 0, (table->buckets_mask + (size_t)1) * sizeof(*table->topics));
}

/* Lets all be found again, as the table has it. */
static void show_topics(struct world *world)
{
    struct forwarder_table *table = &world->forwarder.table;

    hide_topics(world);
    for (uint32_t i = 0; i < table->touched; i++) {
        struct forwarder_query *query = &table->queries[i];
        uint32_t *bucket = &table->topics[query->topic.hash & table->buckets_mask];

        if (world->forwarder.deadlines.places[i] == 0)
            continue;
        query->topic_next = *bucket;
        *bucket = i + 1;
    }
}

static void receive(struct world *world, const struct forwarder_datagram *datagram)
{
    world->sent_count = 0;
    forwarder_receive(&world->forwarder, datagram, world->now_ns, world->batch);
    flush(world->batch, world);
}

void world_receive_query(struct world *world, const struct forwarder_datagram *datagram)
{
    bool joins = (world->weakness & WEAK_NO_JOIN) == 0;

    if (!joins)
        hide_topics(world);
    receive(world, datagram);
    if (!joins)
        show_topics(world);
}

size_t world_ask(struct world *world, const struct world_query *query)
{
    uint8_t wire[512];
    struct forwarder_datagram datagram = {
        .path = { .side = FORWARDER_CLIENTS,
                  .peer = { .octets = { 10, (uint8_t)(query->client >> 8), 0,
                                        (uint8_t)query->client },
                            .port = 4000,
                            .size = 4 } },
    };
    struct dns_header header = { .id = (uint16_t)chance_next(&world->chance),
                                 .flags = (uint16_t)(DNS_FLAG_RD ^ query->flags) };
    struct dns_question question = { .type = query->type, .class = DNS_CLASS_IN };
    struct dns_edns edns = { .udp_size = query->udp_size,
                             .flags = query->dnssec_ok ? DNS_EDNS_DO : 0 };
    struct dns_builder builder;

    fuzz_require(dns_name_parse(bytes_of_text(query->name), &question.name).status == DNS_OK);
    dns_builder_init(&builder, wire, sizeof(wire), &header);
    fuzz_require(dns_builder_add_question(&builder, &question).status == DNS_OK);
    if (query->udp_size > 0 || query->dnssec_ok)
        fuzz_require(dns_builder_add_edns(&builder, &edns).status == DNS_OK);
    datagram.payload = dns_builder_finish(&builder);
    world_receive_query(world, &datagram);
    return datagram.payload.size;
}

/* Under WEAK_ANY_LANE: the socket of a query with this id becomes the one that the reply is on. */
static void forgive_lane(const struct world *world, struct forwarder_datagram *datagram)
{
    const struct forwarder *forwarder = &world->forwarder;
    struct forwarder_key key = { .id = (uint16_t)(datagram->payload.at[0] << 8 |
                                                  datagram->payload.at[1]) };
    const struct forwarder_query *query = forwarder_table_find(&forwarder->table, key);

    if (query != NULL)
        datagram->path.socket = query->lane;
}

/* Under WEAK_BY_NAME: each address of an answer is kept under its own name. */
static void keep_by_name(struct world *world, struct bytes payload)
{
    static const struct forwarder_request plain = { .flags = DNS_FLAG_RD };
    struct forwarder *forwarder = &world->forwarder;
    struct dns_message message;
    struct dns_walk walk;
    struct dns_rr rr;

    if (dns_message_read(payload, &message).status != DNS_OK)
        return;
    walk = dns_message_section(&message, DNS_ANSWER);
    while (dns_walk_next(&walk, &rr)) {
        struct dns_question question = { dns_rr_owner(&rr), rr.type, rr.class };
        uint8_t record[16] = { 0xC0, DNS_HEADER_SIZE, 0, DNS_TYPE_A, 0, DNS_CLASS_IN };
        uint16_t ttl_at = 6;
        struct forwarder_kept kept = { .ttl_s = 300,
                                       .flags = DNS_FLAG_RA,
                                       .counts = { 0, 1, 0, 0 },
                                       .ttls_count = 1,
                                       .ttls = &ttl_at };
        struct forwarder_topic topic;

        if (rr.type != DNS_TYPE_A)
            continue;
        record[9] = 100;
        record[11] = 4;
        memcpy(record + 12, byte_reader_rest(&rr.rdata).at, 4);
        kept.records = bytes_of(record, sizeof(record));
        forwarder_topic_init(&topic, &plain, &question, &forwarder->hash_key);
        fuzz_require(forwarder_cache_put(&forwarder->cache, &topic, &kept, world->now_ns));
    }
}

/* Under WEAK_MALFORMED: what is no reply ends the query that waits on the socket. */
static bool end_query(struct world *world, const struct forwarder_datagram *datagram)
{
    const struct forwarder_query *query =
        forwarder_table_first_on_lane(&world->forwarder.table, datagram->path.socket);
    struct forwarder_datagram failure = *datagram;
    struct dns_message message;
    uint8_t wire[FORWARDER_QUERY_BYTES_MAX];

    if (query == NULL || dns_message_read(datagram->payload, &message).status == DNS_OK)
        return false;
    memcpy(wire, query->wire, query->wire_bytes);
    wire[2] |= 0x80;
    wire[3] |= DNS_RCODE_SERVFAIL;
    failure.payload = bytes_of(wire, query->wire_bytes);
    receive(world, &failure);
    return true;
}

void world_reply(struct world *world, const struct forwarder_datagram *datagram)
{
    struct forwarder_datagram seen = *datagram;

    if ((world->weakness & WEAK_MALFORMED) != 0 && end_query(world, datagram))
        return;
    if ((world->weakness & WEAK_ANY_LANE) != 0)
        forgive_lane(world, &seen);
    if ((world->weakness & WEAK_FRAGMENTS) != 0)
        seen.is_reassembled = false;
    if ((world->weakness & WEAK_BY_NAME) != 0)
        keep_by_name(world, seen.payload);
    receive(world, &seen);
}

bool world_wait(struct world *world)
{
    uint64_t deadline_ns = forwarder_deadline_ns(&world->forwarder);

    world->sent_count = 0;
    if (deadline_ns == FORWARDER_NEVER)
        return false;
    world->now_ns = deadline_ns > world->now_ns ? deadline_ns : world->now_ns;
    do {
        forwarder_expire(&world->forwarder, world->now_ns, world->batch);
        flush(world->batch, world);
    } while (forwarder_deadline_ns(&world->forwarder) <= world->now_ns);
    return true;
}

size_t world_write_reply(const struct sent *query, uint8_t last, uint8_t *ret_wire)
{
    static const uint8_t record[] = {
        0xC0, DNS_HEADER_SIZE, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, 0
    };
    struct dns_message message;
    size_t end;

    fuzz_require(dns_message_read(bytes_of(query->octets, query->size), &message).status == DNS_OK);
    end = message.section_at[DNS_ANSWER];
    memcpy(ret_wire, query->octets, end);
    ret_wire[2] |= 0x80;
    ret_wire[3] |= 0x80;
    ret_wire[7] = 1;
    ret_wire[11] = 0;
    memcpy(ret_wire + end, record, sizeof(record));
    ret_wire[end + sizeof(record) - 1] = last;
    return end + sizeof(record);
}

uint8_t world_address(const struct sent *answer)
{
    struct dns_message message;
    struct dns_walk walk;
    struct dns_rr rr;

    fuzz_require(dns_message_read(bytes_of(answer->octets, answer->size), &message).status ==
                 DNS_OK);
    walk = dns_message_section(&message, DNS_ANSWER);
    while (dns_walk_next(&walk, &rr))
        if (rr.type == DNS_TYPE_A)
            return byte_reader_rest(&rr.rdata).at[3];
    return 0;
}

const struct sent *world_find(const struct world *world, enum forwarder_side side)
{
    for (size_t i = 0; i < world->sent_count; i++)
        if (world->sent[i].path.side == side)
            return &world->sent[i];
    return NULL;
}
