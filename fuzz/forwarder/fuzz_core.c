/*
 * Property: whatever clients and upstreams send, in whatever order and at whatever time, the core
 * does what witness.h says, and comes to rest with every query answered once.
 *
 * The input is a history: four or five octets choose the limits and which upstreams are asked over
 * streams, then each step is an octet that says what happens (its lower three bits) and to whom
 * (the others), and what else that step needs; one octet of all stands for another configuration,
 * and one for another size.
 * Replies are made from queries that wait, so that a mutation away from a good history is a good
 * history with one thing wrong.
 *
 * Covers: src/forwarder/core/forwarder.c 85%, src/forwarder/core/answer.c 90%,
 * src/forwarder/core/clients.c 90%, src/forwarder/core/asking.c 90%,
 * src/forwarder/core/replies.c 90%, src/forwarder/core/failures.c 90%,
 * src/forwarder/core/keep.c 80%,
 * src/forwarder/core/waiters.c 90%, src/forwarder/core/topic.c 90%,
 * src/forwarder/core/request.c 90%, src/forwarder/core/table.c 90%,
 * src/forwarder/core/upstream.c 70%, src/forwarder/core/deadlines.c 80%,
 * src/forwarder/core/datagram.c 80%, src/forwarder/core/locals.c 80%,
 * src/forwarder/core/local.c 70%, src/forwarder/core/names.c 90%,
 * src/forwarder/core/reconfigure.c 85%, src/forwarder/core/resize.c 70%,
 * src/forwarder/core/route.c 90%
 */
#include "dns/rrtype.h"
#include "forwarder/core/forwarder.h"
#include "fuzz/forwarder/witness.h"
#include "fuzz/target.h"

#define LANES 4
#define ATTEMPT_NS 1000
#define STEPS_MAX 300
#define RECONFIGURES 255 /* the step that does so */
#define RESIZES 254      /* and the one that begins to, or goes on with it */

/* What is wrong with a reply, one bit each. */
enum spoil {
    SPOIL_ID = 1,
    SPOIL_LANE = 2,
    SPOIL_UPSTREAM = 4,
    SPOIL_PORT = 8,
    SPOIL_QUESTION = 16,
    SPOIL_QR = 32,
    SPOIL_EDNS = 64,    /* no OPT record after the other records */
    SPOIL_END = 128,    /* one octet more */
    SPOIL_COOKIE = 256, /* a cookie with this OPT record: nothing wrong, */
    SPOIL_FORGED = 512, /* or another's */
};

struct history {
    struct byte_reader in;
    struct forwarder forwarder;
    void *slab;
    void *slab_before; /* answers are still to be moved out of it; or NULL */
    struct witness witness;
    uint64_t random;
    uint8_t payload[FORWARDER_DATAGRAM_BYTES_MAX];
};

static uint64_t next_random(void *source)
{
    uint64_t *state = source;

    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state ^ *state >> 29;
}

/* The next octet of the input; 0 after its end. */
static uint8_t take(struct history *history)
{
    uint8_t octet = 0;

    (void)read_u8(&history->in, &octet);
    return octet;
}

/* As many octets of the input as it says next (fewer at its end), copied to `out`. */
static void take_octets(struct history *history, struct byte_writer *out)
{
    size_t size = ((size_t)take(history) << 8 | take(history)) % FORWARDER_DATAGRAM_BYTES_MAX;
    size_t left = byte_reader_left(&history->in);
    struct bytes part = { 0 };

    size = size > left ? left : size;
    size = size > byte_writer_left(out) ? byte_writer_left(out) : size;
    fuzz_require(read_bytes(&history->in, size, &part));
    fuzz_require(write_bytes(out, part));
}

static struct forwarder_address address_of(uint8_t last, uint16_t port)
{
    return (struct forwarder_address){ .octets = { 192, 0, 2, last }, .port = port, .size = 4 };
}

/* Who may ask, and how much: mostly everybody, and any number. */
static void begin_limits(uint8_t limits, struct forwarder_config *config)
{
    struct forwarder_address client = address_of((limits & 4U) != 0 ? 16 : 0, 0);
    struct forwarder_access_rule rule = {
        .network = forwarder_network_of(&client, (struct forwarder_network_bits){ .ipv4 = 28 }),
        .may_ask = true,
    };

    if ((limits & 1U) != 0)
        fuzz_require(forwarder_access_add(&config->access, &rule));
    config->access.is_silent = (limits & 2U) != 0;
    if ((limits & 8U) != 0)
        config->rate =
            (struct forwarder_rate_config){ .per_s = 2, .window_s = 3, .slip = limits & 3U };
    config->client_queries_max = limits >> 4 & 3U;
    config->upstream_queries_max = limits >> 6;
    config->cookies.is_on = (limits & 2U) == 0;
    config->cookies.is_required = (limits & 7U) == 4U;
}

static void begin(struct history *history)
{
    uint8_t limits = take(history);
    uint8_t attempts = take(history);
    uint8_t upstreams = take(history);
    uint8_t cache = 0;
    struct forwarder_config config = {
        .queries_max = 1 + limits % 8U,
        .waiters_max = (limits & 8U) != 0 ? 3 : 16,
        .is_case_random = (limits & 16U) != 0,
        .policy = (enum forwarder_policy)(limits >> 6),
        .lanes = LANES,
        .attempts_max = (uint8_t)(1 + attempts % 4U),
        .attempt_ns = ATTEMPT_NS,
        .timeout_ns = (1 + attempts % 4U) * ATTEMPT_NS,
        .upstreams = { address_of(1, 53), address_of(2, 53), address_of(3, 5353) },
        .random = { .next = next_random, .source = &history->random },
    };

    config.upstreams_count = 1 + upstreams % 16U % 3U;
    for (size_t i = 0; i < 3; i++)
        if ((upstreams >> (4 + i) & 1U) != 0)
            config.transports[i] = i == 0 ? FORWARDER_OVER_TCP : FORWARDER_OVER_TLS;
    if ((limits & 32U) != 0) {
        cache = take(history);
        config.cache = (struct forwarder_cache_config){ FORWARDER_CACHE_BYTES_MIN, cache & 15U };
        config.keep = (struct forwarder_keep_limits){ cache >> 4 & 3U, 60, 30, 2 };
        config.has_prefetch = (cache & 64U) != 0;
        config.stale_after_ns = 1500;
    }
    begin_limits(take(history), &config);
    history->slab = calloc(1, forwarder_slab_bytes(&config));
    fuzz_require(history->slab != NULL);
    forwarder_init(&history->forwarder, &config, history->slab);
    witness_init(&history->witness, &history->forwarder);
    if (attempts >= 128)
        witness_set_local(&history->witness, true,
                          (enum forwarder_block_answer)(attempts / 4 % 3U));
}

static void client_sends(struct history *history, uint8_t who, const struct byte_writer *payload)
{
    struct forwarder_datagram datagram = {
        .path = { .side = FORWARDER_CLIENTS,
                  .socket = who % 4,
                  .stream = who >= 24 ? who : 0,
                  .is_private = who >= 28,
                  .peer = address_of(who, 40000) },
        .payload = byte_writer_written(payload),
    };

    witness_client(&history->witness, &datagram);
}

/* Any octets from a client. */
static void step_octets(struct history *history, uint8_t who)
{
    struct byte_writer out = byte_writer_init(history->payload, sizeof(history->payload));

    take_octets(history, &out);
    client_sends(history, who, &out);
}

/* A query from a client, whose question and OPT record are of the input; odd: there is an OPT. */
static void step_query(struct history *history, uint8_t who)
{
    struct byte_writer out = byte_writer_init(history->payload, sizeof(history->payload));
    struct dns_header header = {
        .id = who,
        .flags = DNS_FLAG_RD,
        .counts = { 1, 0, 0, who % 2 },
    };

    fuzz_require(dns_header_write(&out, &header));
    take_octets(history, &out);
    client_sends(history, who, &out);
}

/* A good query from a client; odd: with EDNS, and DO. */
static void step_good_query(struct history *history, uint8_t who)
{
    static const uint8_t question[] = { 2, 'N', 's', 4, 't', 'E', 's', 't', 0, 0, 1, 0, 1 };
    static const uint8_t opt[] = { 0, 0, DNS_TYPE_OPT, 2, 0x58, 0, 0, 0x80, 0, 0, 0 };
    struct byte_writer out = byte_writer_init(history->payload, sizeof(history->payload));
    struct dns_header header = {
        .id = who,
        .flags = DNS_FLAG_RD | DNS_FLAG_CD,
        .counts = { 1, 0, 0, who % 2 },
    };

    fuzz_require(dns_header_write(&out, &header));
    fuzz_require(write_bytes(&out, bytes_of(question, sizeof(question))));
    if (who % 2 == 1)
        fuzz_require(write_bytes(&out, bytes_of(opt, sizeof(opt))));
    client_sends(history, who, &out);
}

/* The way to an upstream fails on which a query waits, if one does. */
static void step_failure(struct history *history, uint8_t how)
{
    const struct witness *witness = &history->witness;
    uint8_t which = take(history);
    struct forwarder_failure failure = {
        .socket = which % (4 * LANES), /* one is of no upstream */
        .is_stream = (how & 1U) != 0,
        .was_up = (how & 2U) != 0,
    };

    if (witness->count > 0 && which < 128) {
        const struct witness_query *query = &witness->queries[which % witness->count];

        failure.is_stream = (query->streams >> query->upstream & 1U) != 0;
        failure.socket =
            (uint16_t)(query->upstream * LANES + (failure.is_stream ? 0 : query->lane));
    }
    witness_fail(&history->witness, &failure);
}

/* Any octets from an upstream, but for the id of a query that waits, if one does. */
static void step_any_reply(struct history *history, uint8_t which)
{
    struct byte_writer out = byte_writer_init(history->payload, sizeof(history->payload));
    const struct witness *witness = &history->witness;
    uint8_t upstream = which % 3;
    struct forwarder_datagram datagram = {
        .path = { .side = FORWARDER_UPSTREAMS, .socket = (uint16_t)(upstream * LANES + which % 4) },
    };

    datagram.path.peer = history->forwarder.config.upstreams[upstream];
    if (witness->count > 0) {
        const struct witness_query *query = &witness->queries[which % witness->count];

        datagram.path.socket = (uint16_t)(upstream * LANES + query->lane);
        fuzz_require(write_u16_be(&out, query->key.id));
    }
    take_octets(history, &out);
    datagram.payload = byte_writer_written(&out);
    witness_upstream(&history->witness, &datagram);
}

/* An OPT record; with the upstream's cookie, and the response code BADCOOKIE if the header says the
 * lower part of that. */
static void write_opt(const struct history *history, const struct forwarder_peer_cookie *peer,
                      unsigned int spoil, struct byte_writer *out)
{
    static const uint8_t opt[] = { 0, 0, DNS_TYPE_OPT, 16, 0, 0, 0, 0, 0, 0, 0 };
    static const uint8_t head[] = { 0, 10, 0, 16 };
    static const uint8_t server[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    size_t at = out->position;

    if (!write_bytes(out, bytes_of(opt, sizeof(opt))) || (spoil & SPOIL_COOKIE) == 0)
        return;
    if (!write_bytes(out, bytes_of(head, sizeof(head))) ||
        !write_bytes(out, bytes_of(peer->client, sizeof(peer->client))) ||
        !write_bytes(out, bytes_of(server, sizeof(server))))
        return;
    out->base[at + 5] = (history->payload[3] & 15U) == (DNS_RCODE_BADCOOKIE & 15);
    out->base[at + 10] = sizeof(head) + sizeof(peer->client) + sizeof(server);
    out->base[at + 15] ^= (spoil & SPOIL_FORGED) != 0;
}

/* A reply to a query that waits, with what the input says wrong about it. */
static void step_reply(struct history *history, uint8_t which)
{
    struct byte_writer out = byte_writer_init(history->payload, sizeof(history->payload));
    const struct witness *witness = &history->witness;
    unsigned int spoil = take(history);
    uint8_t counts = take(history); /* and in the upper bits what there is of a cookie */
    uint8_t flags = take(history);
    const struct witness_query *query;
    struct forwarder_datagram datagram = { .path.side = FORWARDER_UPSTREAMS };
    struct dns_header header = {
        .flags = (uint16_t)(((spoil & SPOIL_QR) != 0 ? 0 : DNS_FLAG_QR) | (flags & 0xF0U) << 3 |
                            (flags & 0x0FU)),
        .counts = { 1, counts & 3U, counts >> 2 & 3U, counts >> 4 & 3U },
    };
    unsigned int upstream;

    if (witness->count == 0)
        return;
    query = &witness->queries[which % witness->count];
    upstream = (query->upstream + ((spoil & SPOIL_UPSTREAM) != 0)) % 3;
    header.id = query->key.id ^ ((spoil & SPOIL_ID) != 0);
    if (query->has_edns != ((spoil & SPOIL_EDNS) != 0))
        header.counts[DNS_ADDITIONAL] += 1;
    datagram.path.stream = query->streams >> upstream & 1U;
    datagram.path.socket =
        (uint16_t)((datagram.path.stream != 0 ? 0U : query->lane) ^ ((spoil & SPOIL_LANE) != 0));
    datagram.path.socket += (uint16_t)(upstream * LANES);
    datagram.path.peer = history->forwarder.config.upstreams[upstream];
    datagram.path.peer.port ^= (spoil & SPOIL_PORT) != 0;
    fuzz_require(dns_header_write(&out, &header));
    fuzz_require(write_bytes(&out, witness_question(query)));
    history->payload[DNS_HEADER_SIZE + 1] ^= (spoil & SPOIL_QUESTION) != 0 ? 0x20 : 0;
    take_octets(history, &out);
    spoil |= (counts & 0xC0U) << 2;
    if (query->has_edns != ((spoil & SPOIL_EDNS) != 0))
        write_opt(history, &history->forwarder.peer_cookies[upstream], spoil, &out);
    if ((spoil & SPOIL_END) != 0)
        (void)write_u8(&out, 0);
    datagram.payload = byte_writer_written(&out);
    datagram.is_reassembled = datagram.path.stream == 0 && which >= 30;
    witness_upstream(&history->witness, &datagram);
}

/* Time goes by: to the next deadline, if there is one, some seconds, or little. */
static void step_time(struct history *history, uint8_t much)
{
    uint64_t deadline_ns = forwarder_deadline_ns(&history->forwarder);

    if (much % 2 == 1 && deadline_ns != FORWARDER_NEVER)
        history->witness.now_ns = deadline_ns;
    else if (much >= 16)
        history->witness.now_ns += much / 2 % 8U * WITNESS_NS_PER_S;
    else
        history->witness.now_ns += much * UINT64_C(100);
    witness_expire(&history->witness);
}

/* Another configuration: which upstreams of six, from where on, and in what order. */
static void step_reconfigure(struct history *history)
{
    struct forwarder_config config = history->forwarder.config;
    uint8_t choices = take(history);

    config.policy = (enum forwarder_policy)(choices >> 6);
    config.attempt_ns = ATTEMPT_NS / (1 + (choices >> 5 & 1U));
    config.upstreams_count = 1 + choices % 3U;
    for (size_t i = 0; i < config.upstreams_count; i++)
        config.upstreams[i] = address_of((uint8_t)(1 + (choices / 3U + 5 * i) % 6), 53);
    for (size_t i = 0; i < config.upstreams_count; i++)
        config.transports[i] = FORWARDER_OVER_UDP;
    config.general_count = choices >> 4 & 1U;
    config.routes_count = choices >> 3 & 1U;
    config.routes[0] = (struct forwarder_route){ 1U << (config.upstreams_count - 1),
                                                 6,
                                                 { 4, 't', 'e', 's', 't', 0 } };
    witness_reconfigure(&history->witness, &config);
}

/* Another size; or, where one has begun, some more answers go to where they belong. */
static void step_resize(struct history *history)
{
    struct forwarder_config config = history->forwarder.config;
    uint8_t choices = take(history);
    void *before;

    if (history->slab_before != NULL) {
        if (witness_move(&history->witness, choices % 4U))
            return;
        free(history->slab_before);
        history->slab_before = NULL;
        return;
    }
    config.queries_max = 1 + choices % 8U;
    config.waiters_max = 1 + (choices >> 3) % 8U;
    if (config.keep.ttl_s_max >= 1 && config.keep.failure_ttl_s >= 1)
        config.cache.bytes = (choices >> 6) * (size_t)FORWARDER_CACHE_BYTES_MIN;
    before = witness_resize(&history->witness, &config, &history->slab);
    if (forwarder_is_moving(&history->forwarder))
        history->slab_before = before;
    else
        free(before);
}

/* What happens next is in the lower three bits, to whom in the others. */
static void step(struct history *history, uint8_t octet)
{
    if (octet == RECONFIGURES) {
        step_reconfigure(history);
        return;
    }
    if (octet == RESIZES) {
        step_resize(history);
        return;
    }
    switch (octet % 8) {
    case 0:
        step_octets(history, octet / 8);
        break;
    case 1:
        step_query(history, octet / 8);
        break;
    case 2:
    case 3:
        step_good_query(history, octet / 8);
        break;
    case 4:
        if (octet / 8 < 28)
            step_any_reply(history, octet / 8);
        else
            step_failure(history, octet / 8);
        break;
    case 5:
    case 6:
        step_reply(history, octet / 8);
        break;
    default:
        step_time(history, octet / 8);
        break;
    }
}

FUZZ_TARGET(input)
{
    struct history *history = calloc(1, sizeof(*history));

    fuzz_require(history != NULL);
    history->in = byte_reader_init(input);
    begin(history);
    for (int i = 0; i < STEPS_MAX && !byte_reader_is_done(&history->in); i++)
        step(history, take(history));
    while (history->witness.count > 0)
        step_time(history, 1);
    witness_check_rest(&history->witness);
    witness_done(&history->witness);
    free(history->slab);
    free(history->slab_before);
    free(history);
}
