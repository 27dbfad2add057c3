/*
 * Attacks on a forwarder, each first on a core that is weak in the one thing which the attack
 * wants, where it must succeed as often as arithmetic says, and then on the core as it is.
 *
 *     sim.attacks
 *
 * It prints, for each, how often it came to what the attacker wants, and how often that may be.
 * Exit status 1 where it came to more, or for a weak core to less: then it shows nothing.
 */
#include "tests/sim/attacks.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define EVIL 66
#define HONEST 1
#define VICTIM 1 /* clients */
#define ATTACKER 2

/* How an attack is done. */
struct trial {
    unsigned int weakness;
    unsigned int lanes;
    bool has_case;
    bool has_cookies;
    unsigned int windows; /* how often it is tried */
    unsigned int guesses; /* forged replies each time */
    unsigned int asks;    /* at the same time */
    uint32_t share;       /* queries of one network that may wait; 0: any number */
    uint32_t rate;        /* answers a second to one network; 0: any number */
};

/* What came out: how often the attacker had what he wants, or how much of it. */
typedef uint64_t (*attack)(struct world *world, const struct trial *trial);

struct row {
    const char *name;
    attack run;
    struct trial trial;
    double targets; /* ids, of 65536, that are good for a guess; 0: what comes out is no chance */
    double letters; /* that have to be guessed */
    double least;   /* without chance: what must come out */
    double most;
};

static void begin(struct world *world, const struct trial *trial)
{
    struct forwarder_config config = world_config();

    config.lanes = (uint16_t)(trial->lanes == 0 ? config.lanes : trial->lanes);
    config.is_case_random = trial->has_case;
    config.cookies.is_on = trial->has_cookies;
    config.client_queries_max = trial->share;
    config.rate.per_s = trial->rate;
    world_init(world, &config, trial->weakness);
}

/* The query that the last step sent to the upstream. */
static struct sent query_of(const struct world *world)
{
    const struct sent *query = world_find(world, FORWARDER_UPSTREAMS);

    fuzz_require(query != NULL);
    return *query;
}

/* Gives letters of a name any case. */
static void guess_case(struct world *world, uint8_t *wire)
{
    for (uint8_t *at = wire + DNS_HEADER_SIZE; *at != 0; at++)
        if ((*at | 0x20) >= 'a' && (*at | 0x20) <= 'z')
            *at = (uint8_t)((*at & ~0x20U) | (chance_next(&world->chance) & 0x20U));
}

/* A forger sends replies to a query of which he knows all that the core does not draw: he guesses
 * the id, the socket and the letters. Says whether a client believed one. */
static bool forge(struct world *world, const struct sent *query, const struct trial *trial)
{
    uint8_t wire[512];
    uint64_t last = world->entropy.state;
    struct forwarder_datagram reply = { .path = query->path };

    reply.payload = bytes_of(wire, world_write_reply(query, EVIL, wire));
    for (unsigned int i = 0; i < trial->guesses; i++) {
        uint16_t id = (uint16_t)chance_next(&world->chance);
        const struct sent *answer;

        if ((trial->weakness & WEAK_IDS) != 0) /* he has seen some number before */
            id = (uint16_t)(last + 8 - i);
        wire[0] = (uint8_t)(id >> 8);
        wire[1] = (uint8_t)id;
        reply.path.socket = (uint16_t)chance_below(&world->chance, world->forwarder.config.lanes);
        if (trial->has_case)
            guess_case(world, wire);
        world_reply(world, &reply);
        answer = world_find(world, FORWARDER_CLIENTS);
        if (answer != NULL)
            return world_address(answer) == EVIL;
    }
    return false;
}

/* The upstream answers, whose reply comes last; nothing waits any more. */
static void answer(struct world *world, const struct sent *query)
{
    uint8_t wire[512];
    struct forwarder_datagram reply = { .path = query->path };

    reply.payload = bytes_of(wire, world_write_reply(query, HONEST, wire));
    world_reply(world, &reply);
}

/* Kaminsky: a name that nobody asked for yet each time, so that there is always another window. */
static uint64_t kaminsky(struct world *world, const struct trial *trial)
{
    uint64_t successes = 0;
    char name[32];

    for (unsigned int i = 0; i < trial->windows; i++) {
        struct world_query ask = { .client = ATTACKER, .name = name, .type = DNS_TYPE_A };
        struct sent query;

        (void)snprintf(name, sizeof(name), "%u.ab.4", i); /* two letters: two bits */
        world_ask(world, &ask);
        query = query_of(world);
        successes += forge(world, &query, trial);
        answer(world, &query);
    }
    return successes;
}

/* The same with an upstream that has shown that it knows cookies. */
static uint64_t kaminsky_with_cookies(struct world *world, const struct trial *trial)
{
    world->forwarder.peer_cookies[0].server_size = 8;
    return kaminsky(world, trial);
}

/* Birthday: many queries for the same wait, and each forged reply may be for any of them. */
static uint64_t birthday(struct world *world, const struct trial *trial)
{
    uint64_t successes = 0;
    char name[32];

    for (unsigned int i = 0; i < trial->windows; i++) {
        struct world_query ask = { .name = name, .type = DNS_TYPE_A };
        struct sent query = { .size = 0 };

        (void)snprintf(name, sizeof(name), "%u.ab.4", i);
        for (ask.client = 0; ask.client < trial->asks; ask.client++) {
            world_ask(world, &ask);
            if (world_find(world, FORWARDER_UPSTREAMS) != NULL)
                query = query_of(world);
        }
        successes += forge(world, &query, trial);
        while (world_wait(world))
            continue;
        world->now_ns += 10 * NS_PER_S;
    }
    return successes;
}

/* What is left of it: the flags and DO make sixteen questions of one. */
static uint64_t variants(struct world *world, const struct trial *trial)
{
    uint64_t successes = 0;
    char name[32];

    for (unsigned int i = 0; i < trial->windows; i++) {
        struct sent query = { .size = 0 };

        (void)snprintf(name, sizeof(name), "%u.ab.4", i);
        for (unsigned int j = 0; j < 4 * trial->asks; j++) {
            struct world_query ask = { .client = j,
                                       .name = name,
                                       .type = DNS_TYPE_A,
                                       .flags = (uint16_t)((j & 1U ? DNS_FLAG_RD : 0) |
                                                           (j & 2U ? DNS_FLAG_CD : 0) |
                                                           (j & 4U ? DNS_FLAG_AD : 0)),
                                       .dnssec_ok = (j & 8U) != 0 };

            world_ask(world, &ask);
            if (world_find(world, FORWARDER_UPSTREAMS) != NULL)
                query = query_of(world);
        }
        fuzz_require(forwarder_waiting(&world->forwarder) == trial->asks);
        successes += forge(world, &query, trial);
        while (world_wait(world))
            continue;
        world->now_ns += 10 * NS_PER_S;
    }
    return successes;
}

/* Fragments: the first is the upstream's, what follows the forger's. */
static uint64_t fragments(struct world *world, const struct trial *trial)
{
    struct world_query ask = { .client = VICTIM, .name = "www.example", .type = DNS_TYPE_A };
    struct forwarder_datagram reply = { .is_reassembled = true };
    uint8_t wire[512];
    struct sent query;
    const struct sent *got;

    (void)trial;
    world_ask(world, &ask);
    query = query_of(world);
    reply.path = query.path;
    reply.payload = bytes_of(wire, world_write_reply(&query, EVIL, wire));
    world_reply(world, &reply);
    got = world_find(world, FORWARDER_CLIENTS);
    return got != NULL && world_address(got) == EVIL;
}

/* Records of others in an answer (what MaginotDNS does to a forwarder): are they given to who asks
 * for them? */
static uint64_t bailiwick(struct world *world, const struct trial *trial)
{
    struct world_query ask = { .client = ATTACKER, .name = "www.evil", .type = DNS_TYPE_A };
    struct world_query bank = { .client = VICTIM, .name = "www.bank", .type = DNS_TYPE_A };
    struct dns_builder builder;
    struct dns_message message;
    struct dns_header header;
    struct dns_question question;
    struct sent query;
    const struct sent *got;
    uint8_t address[4] = { 192, 0, 2, EVIL };
    uint8_t wire[512];
    struct forwarder_datagram reply = { .path.side = FORWARDER_UPSTREAMS };
    struct dns_rr rr = { .type = DNS_TYPE_A, .class = DNS_CLASS_IN, .ttl_s = 300 };
    struct dns_name name;

    (void)trial;
    world_ask(world, &ask);
    query = query_of(world);
    reply.path = query.path;
    fuzz_require(dns_message_read(bytes_of(query.octets, query.size), &message).status == DNS_OK);
    fuzz_require(dns_message_question(&message, &question));
    header = message.header;
    header.flags |= DNS_FLAG_QR;
    dns_builder_init(&builder, wire, sizeof(wire), &header);
    fuzz_require(dns_builder_add_question(&builder, &question).status == DNS_OK);
    rr.rdata = byte_reader_init(bytes_of(address, sizeof(address)));
    rr.owner = dns_name_reader(&question.name);
    fuzz_require(dns_builder_add_rr(&builder, DNS_ANSWER, &rr).status == DNS_OK);
    fuzz_require(dns_name_parse(bytes_of_text(bank.name), &name).status == DNS_OK);
    rr.owner = dns_name_reader(&name);
    fuzz_require(dns_builder_add_rr(&builder, DNS_ANSWER, &rr).status == DNS_OK);
    reply.payload = dns_builder_finish(&builder);
    world_reply(world, &reply);
    world_ask(world, &bank);
    got = world_find(world, FORWARDER_CLIENTS);
    return got != NULL && world_address(got) == EVIL;
}

/* TuDoor: what is no reply, sent to all sockets; how many queries end in a failure for that? */
static uint64_t malformed(struct world *world, const struct trial *trial)
{
    uint64_t failures = 0;
    char name[32];

    for (unsigned int i = 0; i < trial->windows; i++) {
        struct world_query ask = { .client = VICTIM, .name = name, .type = DNS_TYPE_A };
        struct forwarder_datagram garbage = { .payload = bytes_of("\0\0\x80", 3) };
        const struct sent *got = NULL;
        struct sent query;

        (void)snprintf(name, sizeof(name), "%u.ab.4", i);
        world_ask(world, &ask);
        query = query_of(world);
        garbage.path = query.path;
        for (uint16_t lane = 0; lane < world->forwarder.config.lanes && got == NULL; lane++) {
            garbage.path.socket = lane;
            world_reply(world, &garbage);
            got = world_find(world, FORWARDER_CLIENTS);
        }
        if (got == NULL) {
            answer(world, &query);
            got = world_find(world, FORWARDER_CLIENTS);
        }
        failures += world_address(got) != HONEST;
    }
    return failures;
}

/* Two forwarders that ask each other: how many messages come of one query? */
static uint64_t loop_of_two(struct world *world, const struct trial *trial)
{
    struct world_query ask = { .client = VICTIM, .name = "www.example", .type = DNS_TYPE_A };
    struct world *worlds[2] = { world, calloc(1, sizeof(*world)) };
    struct sent *queue = calloc(SENT_MAX, sizeof(*queue));
    size_t read = 0;
    size_t count = 0;

    fuzz_require(worlds[1] != NULL && queue != NULL);
    begin(worlds[1], trial);
    world_ask(world, &ask);
    queue[count++] = query_of(world);
    while (read < count && count < SENT_MAX - 8) {
        struct world *at = worlds[(read + 1) % 2];
        const struct sent *query = &queue[read];
        struct forwarder_datagram datagram = {
            .path = { .side = FORWARDER_CLIENTS,
                      .peer = { .octets = { 10, 9, 9, 9 }, .port = 53, .size = 4 } },
            .payload = bytes_of(query->octets, query->size),
        };

        read += 1;
        world_receive_query(at, &datagram);
        if (world_find(at, FORWARDER_UPSTREAMS) != NULL)
            queue[count++] = query_of(at);
    }
    world_done(worlds[1]);
    free(worlds[1]);
    free(queue);
    return count;
}

/* Random names that the upstream never answers (water torture): how many of a hundred queries of
 * somebody else's for other names get no answer? */
static uint64_t water_torture(struct world *world, const struct trial *trial)
{
    uint64_t failures = 0;
    char name[32];

    for (unsigned int i = 0; i < 100; i++) {
        struct world_query ask = { .client = ATTACKER, .name = name, .type = DNS_TYPE_A };
        struct world_query other = { .client = VICTIM, .name = name, .type = DNS_TYPE_A };
        const struct sent *query;

        for (unsigned int j = 0; j < trial->asks; j++) {
            (void)snprintf(name, sizeof(name), "%u.dead", i * trial->asks + j);
            world_ask(world, &ask);
        }
        (void)snprintf(name, sizeof(name), "%u.good", i);
        world_ask(world, &other);
        query = world_find(world, FORWARDER_UPSTREAMS);
        failures += query == NULL;
        if (query != NULL) {
            struct sent copy = *query;

            answer(world, &copy);
            fuzz_require(world_address(world_find(world, FORWARDER_CLIENTS)) == HONEST);
        }
    }
    return failures;
}

/* DNSBomb: queries with the address of a victim wait, and are all answered at one moment: how many
 * octets come to the victim? */
static uint64_t bomb(struct world *world, const struct trial *trial)
{
    struct world_query ask = {
        .client = VICTIM, .name = "www.evil", .type = DNS_TYPE_A, .udp_size = 1232
    };
    struct sent query = { .size = 0 };

    for (unsigned int i = 0; i < trial->asks; i++) {
        world_ask(world, &ask);
        if (i == 0)
            query = query_of(world);
    }
    world->octets_sent = 0;
    answer(world, &query);
    return world->octets_sent;
}

/* Reflection: queries with addresses of a victim's network; how many octets come to it for each
 * hundred that were sent? */
static uint64_t reflection(struct world *world, const struct trial *trial)
{
    struct world_query ask = { .client = VICTIM, .name = "www.example", .type = DNS_TYPE_A };
    uint64_t octets = 0;
    struct sent query;

    world_ask(world, &ask);
    query = query_of(world);
    answer(world, &query);
    world->now_ns += 20 * NS_PER_S;
    world->octets_sent = 0;
    for (unsigned int i = 0; i < trial->asks; i++)
        octets += world_ask(world, &ask);
    return 100 * world->octets_sent / octets;
}

/* A reply that would have a resolver ask many others (NXNS, CAMP): how many queries come of it? */
static uint64_t fan_out(struct world *world, const struct trial *trial)
{
    struct world_query ask = { .client = ATTACKER, .name = "www.evil", .type = DNS_TYPE_A };
    struct sent query;
    uint64_t queries = 0;
    uint8_t wire[512];
    struct forwarder_datagram reply = { .path.side = FORWARDER_UPSTREAMS };

    (void)trial;
    world_ask(world, &ask);
    do { /* all that it does without a reply */
        for (size_t i = 0; i < world->sent_count; i++)
            queries += world->sent[i].path.side == FORWARDER_UPSTREAMS;
    } while (world_wait(world));
    world->now_ns += 10 * NS_PER_S;
    world_ask(world, &ask);
    query = query_of(world);
    reply.path = query.path;
    reply.payload = bytes_of(wire, world_write_reply(&query, EVIL, wire));
    wire[7] = 0; /* a referral: what was the answer is authority */
    wire[9] = 1;
    world_reply(world, &reply);
    fuzz_require(world_find(world, FORWARDER_UPSTREAMS) == NULL);
    return queries;
}

/* The probability that at least one of a forger's guesses is right. */
static double chance_to_guess(const struct row *row)
{
    double lanes = (row->trial.weakness & WEAK_ANY_LANE) != 0 ? 1 : row->trial.lanes;
    double one = row->targets / 65536 / lanes / pow(2, row->letters);

    return 1 - pow(1 - one, row->trial.guesses);
}

/* How often it may come out: within three times the deviation that chance has. */
static void expect(const struct row *row, double *ret_least, double *ret_most)
{
    double chance = chance_to_guess(row);
    double mean = chance * row->trial.windows;
    double deviation = sqrt(mean * (1 - chance));

    *ret_least = mean > 3 ? fmax(mean - 3 * deviation, 1) : 0;
    *ret_most = mean + 3 * deviation + 1;
}

static const struct row rows[] = {
    { .name = "Kaminsky; weak: ids that follow each other, one port",
      .run = kaminsky,
      .trial = { .weakness = WEAK_IDS, .lanes = 1, .windows = 100, .guesses = 16 },
      .least = 100,
      .most = 100 },
    { .name = "Kaminsky; weak: one port",
      .run = kaminsky,
      .trial = { .lanes = 1, .windows = 1000, .guesses = 1024 },
      .targets = 1 },
    { .name = "Kaminsky; four ports, of which he knows",
      .run = kaminsky,
      .trial = { .lanes = 4, .windows = 1000, .guesses = 1024 },
      .targets = 1 },
    { .name = "Kaminsky; weak: one port; two letters of any case",
      .run = kaminsky,
      .trial = { .lanes = 1, .has_case = true, .windows = 1000, .guesses = 1024 },
      .targets = 1,
      .letters = 2 },
    { .name = "Kaminsky; as it is: 64 ports, letters",
      .run = kaminsky,
      .trial = { .lanes = 64, .has_case = true, .windows = 1000, .guesses = 1024 },
      .targets = 1,
      .letters = 2 },
    { .name = "SAD DNS: the port is known; an upstream with cookies",
      .run = kaminsky_with_cookies,
      .trial = { .lanes = 1, .has_cookies = true, .windows = 200, .guesses = 1024 } },
    { .name = "DNSpooq; weak: a reply on any of 64 ports will do",
      .run = kaminsky,
      .trial = { .weakness = WEAK_ANY_LANE, .lanes = 64, .windows = 1000, .guesses = 1024 },
      .targets = 1 },
    { .name = "birthday; weak: 64 queries for the same at once, one port",
      .run = birthday,
      .trial = { .weakness = WEAK_NO_JOIN, .lanes = 1, .windows = 300, .guesses = 128, .asks = 64 },
      .targets = 64 },
    { .name = "birthday; as it is, one port",
      .run = birthday,
      .trial = { .lanes = 1, .windows = 300, .guesses = 128, .asks = 64 },
      .targets = 1 },
    { .name = "birthday; as it is, one port, with the sixteen questions that are one",
      .run = variants,
      .trial = { .lanes = 1, .windows = 300, .guesses = 128, .asks = 16 },
      .targets = 16 },
    { .name = "fragments; weak: they are believed",
      .run = fragments,
      .trial = { .weakness = WEAK_FRAGMENTS, .has_case = true },
      .least = 1,
      .most = 1 },
    { .name = "fragments; as it is", .run = fragments, .trial = { .has_case = true } },
    { .name = "records of others; weak: the cache keeps them under their names",
      .run = bailiwick,
      .trial = { .weakness = WEAK_BY_NAME },
      .least = 1,
      .most = 1 },
    { .name = "records of others; as it is", .run = bailiwick, .trial = { .has_case = true } },
    { .name = "TuDoor; weak: what is malformed ends a query",
      .run = malformed,
      .trial = { .weakness = WEAK_MALFORMED, .windows = 100 },
      .least = 100,
      .most = 100 },
    { .name = "TuDoor; as it is", .run = malformed, .trial = { .has_case = true, .windows = 100 } },
    { .name = "forwarders that ask each other; weak: nobody waits for the same",
      .run = loop_of_two,
      .trial = { .weakness = WEAK_NO_JOIN },
      .least = 1000,
      .most = SENT_MAX },
    { .name = "forwarders that ask each other; as it is",
      .run = loop_of_two,
      .trial = { .has_case = true },
      .least = 1,
      .most = 2 },
    { .name = "water torture; weak: no --client-queries-max",
      .run = water_torture,
      .trial = { .asks = 20 },
      .least = 40,
      .most = 100 },
    { .name = "water torture; --client-queries-max 100",
      .run = water_torture,
      .trial = { .asks = 20, .share = 100 } },
    { .name = "DNSBomb, octets at once; weak: no --client-queries-max",
      .run = bomb,
      .trial = { .asks = 1000 },
      .least = 40000,
      .most = 1e9 },
    { .name = "DNSBomb, octets at once; --client-queries-max 16",
      .run = bomb,
      .trial = { .asks = 1000, .share = 16 },
      .least = 1,
      .most = 16 * 60 },
    { .name = "reflection, octets for each hundred; weak: no --rate-limit",
      .run = reflection,
      .trial = { .asks = 1000 },
      .least = 120,
      .most = 1e9 },
    { .name = "reflection, octets for each hundred; --rate-limit 10",
      .run = reflection,
      .trial = { .asks = 1000, .rate = 10 },
      .least = 1,
      .most = 60 },
    { .name = "NXNS, CAMP: queries for one that is not answered, and none for a referral",
      .run = fan_out,
      .trial = { .has_case = true },
      .least = 3,
      .most = 3 },
};

static bool run_row(const struct row *row)
{
    double least = row->least;
    double most = row->most;
    struct world world;
    uint64_t got;
    bool is_good;

    if (row->targets > 0)
        expect(row, &least, &most);
    begin(&world, &row->trial);
    got = row->run(&world, &row->trial);
    world_done(&world);
    is_good = (double)got >= least && (double)got <= most;
    printf("%8" PRIu64 "   %.0f to %.0f   %s%s\n", got, least, most, row->name,
           is_good ? "" : "   FAILS");
    return is_good;
}

int main(void)
{
    bool is_good = true;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        is_good = run_row(&rows[i]) && is_good;
    return is_good ? 0 : 1;
}
