/*
 * The forwarder's core between clients and upstreams that do not exist. One seed is one run: it
 * chooses limits, how bad the network is, and what each client and upstream does: queries good and
 * damaged, upstreams that answer, lie, are silent, or whose connections break, forgers that know
 * all but one thing, a clock that leaps, a configuration that changes meanwhile. witness.h says
 * after each step what must be true; beyond that, no forged address ever reaches a client, and in a
 * run with a perfect network and honest upstreams nothing times out.
 *
 *     sim.forwarder [--seed N | --first N] [--runs N] [--exchanges N] [--without KIND,…]
 *                   [--loss PER_MILLE [--attempts N]]
 *
 * With --loss the worlds are calm but for datagrams that get lost, the times are those of the
 * program, and what is said is how many queries had no answer, when each was sent N times at most.
 *
 * Exit status 0; or 1, and the seed that failed with the command that runs it again, and one that
 * runs the least of it that fails still (shrink.h). With --seed it runs that one alone, in its own
 * process, for a debugger; --first begins with other seeds than 1.
 */
#include "base/clock.h"
#include "dns/option.h"
#include "tests/sim/shrink.h"
#include "tests/sim/simulation.h"

#include <getopt.h>
#include <inttypes.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* What all runs did together. */
struct totals {
    uint64_t exchanges;
    uint64_t reloads;
    uint64_t resizes;
    uint64_t accepted;
    uint64_t counters[FORWARDER_COUNTERS];
};

static uint64_t next_entropy(void *source)
{
    return chance_next(source);
}

/* What is answered without asking anybody, from now on. */
static void change_local(struct simulation *sim)
{
    witness_set_local(&sim->witness, chance_of(&sim->chance, 700),
                      (enum forwarder_block_answer)between(sim, 0, FORWARDER_BLOCK_REFUSED));
}

/* Another size, while queries wait, if all answers are where they belong since the last time. */
static void resize(struct simulation *sim)
{
    struct forwarder_config config = sim->forwarder.config;
    void *before;

    if (!sim->is_calm) {
        config.queries_max = (uint32_t)between(sim, 1, WITNESS_QUERIES_MAX);
        config.waiters_max = (uint32_t)between(sim, 1, WITNESS_QUERIES_MAX);
    }
    config.cache.bytes =
        chance_of(&sim->chance, 200) ? 0 : between(sim, 1, 4) * (uint64_t)FORWARDER_CACHE_BYTES_MIN;
    if (config.keep.ttl_s_max == 0)
        config.cache.bytes = 0;
    before = witness_resize(&sim->witness, &config, &sim->slab);
    if (before == NULL)
        return;
    fuzz_require(sim->slab_before == NULL);
    sim->resizes += 1;
    if (forwarder_is_moving(&sim->forwarder))
        sim->slab_before = before;
    else
        free(before);
}

/* Moves some answers, perhaps none. */
static void move(struct simulation *sim)
{
    if (sim->slab_before == NULL || chance_of(&sim->chance, 500) ||
        witness_move(&sim->witness, (unsigned int)between(sim, 0, 20)))
        return;
    free(sim->slab_before);
    sim->slab_before = NULL;
}

/* Another configuration, while queries wait. */
static void reload(struct simulation *sim)
{
    struct forwarder_config config;

    if (chance_of(&sim->chance, 300))
        resize(sim);
    config = sim->forwarder.config;
    world_choose_upstreams(sim, &config);
    config.has_prefetch = chance_of(&sim->chance, 500);
    if (config.rate.may_begin && chance_of(&sim->chance, 300)) {
        config.rate.per_s = (uint32_t)between(sim, 0, 100);
        config.rate.window_s = (uint32_t)between(sim, 1, 5);
    }
    witness_reconfigure(&sim->witness, &config);
    sim->reloads += 1;
}

static void simulation_init(struct simulation *sim, uint64_t seed, const struct plan *plan)
{
    struct forwarder_config config = {
        .lanes = LANES,
        .random = { .next = next_entropy, .source = &sim->entropy },
    };

    network_init(&sim->network, seed);
    sim->chance.state = seed ^ UINT64_C(0xC11E47);
    sim->entropy.state = seed ^ UINT64_C(0x1D5);
    sim->exchanges_left = plan->exchanges;
    sim->is_calm = plan->loss_per_mille > 0;
    world_choose(sim);
    shrink_world(sim, plan->without);
    config.queries_max =
        (uint32_t)(sim->is_calm ? WITNESS_QUERIES_MAX : between(sim, 1, WITNESS_QUERIES_MAX));
    config.waiters_max =
        (uint32_t)(sim->is_calm ? WITNESS_CLIENTS_MAX : between(sim, 1, WITNESS_QUERIES_MAX));
    world_choose_cache(sim, &config);
    world_choose_limits(sim, &config);
    config.attempts_max = (uint8_t)between(sim, 1, FORWARDER_ATTEMPTS_MAX);
    world_choose_upstreams(sim, &config);
    if (plan->loss_per_mille > 0)
        world_choose_lossy(sim, plan, &config);
    sim->slab = calloc(1, forwarder_slab_bytes(&config));
    fuzz_require(sim->slab != NULL);
    forwarder_init(&sim->forwarder, &config, sim->slab);
    witness_init(&sim->witness, &sim->forwarder);
    change_local(sim);
}

static void simulation_done(struct simulation *sim)
{
    free(sim->slab);
    free(sim->slab_before);
    witness_done(&sim->witness);
}

/* One of the names that there are, or one that no other exchange has, in letters of any case. */
static struct dns_name draw_name(struct simulation *sim)
{
    static const char *const locals[] = { "local.example.test",
                                          "many.example.test",
                                          "printer.invalid",
                                          "nobody.invalid",
                                          "invalid",
                                          "localhost",
                                          "x.localhost",
                                          "ok.bad.example.test",
                                          "bad.example.test",
                                          "a.b.bad.example.test" };
    char text[64];
    struct dns_name name;
    uint64_t number = sim->names == 0 ? sim->exchanges : between(sim, 1, sim->names);
    int size = snprintf(text, sizeof(text), "x%" PRIx64 ".example.test", number);

    if (chance_of(&sim->chance, 100))
        size = snprintf(text, sizeof(text), "%s",
                        locals[chance_below(&sim->chance, sizeof(locals) / sizeof(locals[0]))]);

    for (int i = 0; i < size; i++)
        if (text[i] >= 'a' && text[i] <= 'z' && chance_of(&sim->chance, 500))
            text[i] = (char)(text[i] - 'a' + 'A');
    fuzz_require(dns_name_parse(bytes_of(text, (size_t)size), &name).status == DNS_OK);
    return name;
}

/* Makes a question one that most servers answer in ways of their own. */
static void make_strange(struct simulation *sim, struct dns_question *question)
{
    if (chance_of(&sim->chance, 20))
        question->type = DNS_TYPE_AXFR;
    if (chance_of(&sim->chance, 20))
        question->type = DNS_TYPE_ANY;
    if (!chance_of(&sim->chance, 20))
        return;
    question->class = DNS_CLASS_CH;
    question->type = DNS_TYPE_TXT;
    if (chance_of(&sim->chance, 500))
        question->name = witness_local_name("version.bind");
}

/* Changes, cuts or lengthens a packet. */
static void damage(struct simulation *sim, struct packet *packet)
{
    for (uint64_t i = between(sim, 1, 4); i > 0; i--)
        packet->octets[chance_below(&sim->chance, packet->size)] =
            (uint8_t)chance_next(&sim->chance);
    if (chance_of(&sim->chance, 300))
        packet->size = between(sim, 0, packet->size + 1);
}

/* Adds EDNS to a client's query, with the cookie that it got last, its own alone, or one that is
 * damaged. */
static void add_edns(struct simulation *sim, uint8_t client, struct dns_builder *builder)
{
    uint8_t block[64];
    struct byte_writer out = byte_writer_init(block, sizeof(block));
    struct forwarder_cookie *cookie = &sim->cookies[client];
    struct dns_edns edns = { .udp_size = (uint16_t)between(sim, 0, 2000),
                             .version = chance_of(&sim->chance, 20) && !sim->is_calm,
                             .flags = (uint16_t)(chance_next(&sim->chance) & DNS_EDNS_DO) };
    struct dns_edns_option option = { .code = DNS_OPTION_COOKIE };

    if (cookie->size == 0 || chance_of(&sim->chance, 100)) {
        *cookie = (struct forwarder_cookie){ .size = FORWARDER_COOKIE_CLIENT };
        cookie->octets[0] = (uint8_t)between(sim, 0, 255);
    }
    if (!sim->is_calm && chance_of(&sim->chance, 50)) {
        cookie->octets[chance_below(&sim->chance, cookie->size)] ^= 0x10;
        cookie->size =
            (uint8_t)(chance_of(&sim->chance, 500) ? cookie->size : between(sim, 16, 40));
    }
    option.octets = bytes_of(cookie->octets, cookie->size);
    fuzz_require(dns_option_write(&option, &out));
    if (chance_of(&sim->chance, 500))
        edns.options = byte_writer_written(&out);
    fuzz_require(dns_builder_add_edns(builder, &edns).status == DNS_OK);
}

/* A client asks: one packet on its way to the forwarder. */
static void ask(struct simulation *sim)
{
    uint8_t client = (uint8_t)between(sim, 1, CLIENTS);
    struct packet packet = {
        .kind = KIND_TO_FORWARDER,
        .path = { .side = FORWARDER_CLIENTS,
                  .socket = client % 2,
                  .stream = chance_of(&sim->chance, 200) ? client : 0,
                  .peer = address_of(CLIENTS_NET + client / 4, client,
                                     (uint16_t)between(sim, 1024, 65535)) },
    };
    struct dns_header header = {
        .id = (uint16_t)chance_next(&sim->chance),
        .flags = (uint16_t)(chance_next(&sim->chance) & (DNS_FLAG_RD | DNS_FLAG_CD | DNS_FLAG_AD)),
    };
    struct dns_question question = { .name = draw_name(sim),
                                     .type = DNS_TYPE_A,
                                     .class = DNS_CLASS_IN };
    struct dns_builder builder;

    if (!sim->is_calm)
        make_strange(sim, &question);
    dns_builder_init(&builder, packet.octets, sizeof(packet.octets), &header);
    if (sim->is_calm || !chance_of(&sim->chance, 20))
        fuzz_require(dns_builder_add_question(&builder, &question).status == DNS_OK);
    if (chance_of(&sim->chance, 500))
        add_edns(sim, client, &builder);
    packet.size = dns_builder_finish(&builder).size;
    if (chance_of(&sim->chance, sim->damage_per_mille))
        damage(sim, &packet);
    network_send(&sim->network, &packet);
}

/* A client gets an answer: if it has an address, then that of its question. It keeps the cookie. */
static void check_client(struct simulation *sim, const struct witness_sent *sent)
{
    uint8_t client = sent->path.peer.octets[3];
    struct dns_message answer;
    struct dns_question question;
    struct dns_rr rr;
    struct dns_walk walk;
    uint8_t address[4];

    fuzz_require(dns_message_read(witness_payload(sent), &answer).status == DNS_OK);
    fuzz_require(client >= 1);
    fuzz_require(client <= CLIENTS);
    if (witness_cookie_of(witness_payload(sent)).size > 0)
        sim->cookies[client] = witness_cookie_of(witness_payload(sent));
    walk = dns_message_section(&answer, DNS_ANSWER);
    while (dns_walk_next(&walk, &rr)) {
        static const uint8_t none[16] = { 0 }; /* of what is blocked, by an alias */
        struct bytes rdata = byte_reader_rest(&rr.rdata);

        if (rr.type == DNS_TYPE_CNAME ||
            (rdata.size <= sizeof(none) && bytes_equal(rdata, bytes_of(none, rdata.size))))
            continue;
        fuzz_require(dns_message_question(&answer, &question));
        upstream_address(&question, address);
        fuzz_require(bytes_equal(rdata, bytes_of(address, 4)));
    }
}

/* Brings what the forwarder sent on its way. */
static void carry(struct simulation *sim)
{
    for (size_t i = 0; i < sim->witness.sent_count; i++) {
        const struct witness_sent *sent = &sim->witness.sent[i];
        struct packet packet = { .kind = KIND_TO_UPSTREAM, .path = sent->path };

        if (sent->path.side == FORWARDER_CLIENTS) {
            if (!sim->witness.was_local)
                check_client(sim, sent);
            continue;
        }
        packet.size = sent->size;
        memcpy(packet.octets, sent->octets, packet.size);
        network_send(&sim->network, &packet);
    }
}

static void arrive_at_forwarder(struct simulation *sim, const struct packet *packet)
{
    CLEANUP(free_pointer) uint8_t *exact = malloc(packet->size + 1);
    struct forwarder_datagram datagram = { .path = packet->path };

    fuzz_require(exact != NULL);
    memcpy(exact, packet->octets, packet->size);
    datagram.payload = bytes_of(exact, packet->size);
    datagram.is_reassembled = packet->is_reassembled;
    if (packet->path.side == FORWARDER_CLIENTS)
        witness_client(&sim->witness, &datagram);
    else
        witness_upstream(&sim->witness, &datagram);
    carry(sim);
}

/* The way to an upstream fails. */
static void fail(struct simulation *sim, const struct packet *packet)
{
    struct forwarder_failure failure = {
        .socket = packet->path.socket,
        .is_stream = packet->path.stream != 0,
        .was_up = packet->octets[0] != 0,
    };

    witness_fail(&sim->witness, &failure);
    carry(sim);
}

/* Whether the forwarder waits for a cookie from the upstream that a packet comes from. */
static bool knows_cookies(const struct simulation *sim, const struct packet *packet)
{
    const struct forwarder *forwarder = &sim->forwarder;
    struct forwarder_key key = { packet->path.socket % LANES,
                                 witness_header(bytes_of(packet->octets, packet->size)).id };
    const struct forwarder_query *query = forwarder_table_find(&forwarder->table, key);
    size_t upstream = packet->path.socket / LANES;

    return query != NULL && (query->cookied >> upstream & 1U) != 0 &&
           forwarder->peer_cookies[upstream].server_size > 0;
}

/* The next thing on the network happens. */
static void happen(struct simulation *sim)
{
    struct packet packet;

    network_take(&sim->network, &packet);
    sim->witness.now_ns = sim->network.now_ns + sim->leapt_ns;
    if (packet.kind == KIND_TO_FORWARDER || packet.kind == KIND_WITHOUT_COOKIE) {
        if (packet.kind == KIND_TO_FORWARDER || knows_cookies(sim, &packet))
            arrive_at_forwarder(sim, &packet);
    } else if (packet.kind == KIND_TO_UPSTREAM) {
        upstream_replies(sim, &packet);
    } else if (packet.kind == KIND_FAILURE) {
        fail(sim, &packet);
    } else if (sim->exchanges_left > 0) {
        sim->exchanges_left -= 1;
        sim->exchanges += 1;
        if (chance_of(&sim->chance, 20))
            change_local(sim);
        ask(sim);
        network_schedule(&sim->network, &packet,
                         sim->network.now_ns + chance_below(&sim->chance, 2 * sim->pause_ns));
    }
}

/* Deadlines have come, by the forwarder's clock. */
static void expire(struct simulation *sim)
{
    do {
        witness_expire(&sim->witness);
        carry(sim);
    } while (forwarder_deadline_ns(&sim->forwarder) <= sim->witness.now_ns);
}

static void run(struct simulation *sim)
{
    network_schedule(&sim->network, &(struct packet){ .kind = KIND_ASK }, 0);
    while (network_next_ns(&sim->network) != UINT64_MAX || sim->witness.count > 0) {
        uint64_t next_ns = network_next_ns(&sim->network);
        uint64_t deadline_ns;

        if (chance_of(&sim->chance, sim->reload_per_mille))
            reload(sim);
        move(sim);
        deadline_ns = forwarder_deadline_ns(&sim->forwarder);
        if (chance_of(&sim->chance, sim->leap_per_mille)) {
            sim->leapt_ns += between(sim, 0, 200) * NS_PER_MS;
            sim->witness.now_ns = sim->network.now_ns + sim->leapt_ns;
            expire(sim);
        } else if (deadline_ns == FORWARDER_NEVER ||
                   (next_ns != UINT64_MAX && next_ns + sim->leapt_ns < deadline_ns)) {
            happen(sim);
        } else {
            sim->network.now_ns = deadline_ns - sim->leapt_ns;
            sim->witness.now_ns = deadline_ns;
            expire(sim);
        }
    }
    witness_check_rest(&sim->witness);
    if (sim->is_calm && sim->network.loss_per_mille == 0) {
        fuzz_require(sim->forwarder.counters[FORWARDER_COUNT_answers_timed_out] == 0);
        fuzz_require(sim->witness.accepted +
                         sim->forwarder.counters[FORWARDER_COUNT_queries_cached] +
                         sim->forwarder.counters[FORWARDER_COUNT_queries_stale] +
                         sim->forwarder.counters[FORWARDER_COUNT_queries_local] +
                         sim->forwarder.counters[FORWARDER_COUNT_queries_blocked] +
                         sim->forwarder.counters[FORWARDER_COUNT_queries_alias_blocked] ==
                     sim->exchanges);
    }
}

static void run_seed(uint64_t seed, const struct plan *plan, struct totals *totals)
{
    struct simulation *sim = calloc(1, sizeof(*sim));

    fuzz_require(sim != NULL);
    simulation_init(sim, seed, plan);
    run(sim);
    totals->exchanges += sim->exchanges;
    totals->reloads += sim->reloads;
    totals->resizes += sim->resizes;
    totals->accepted += sim->witness.accepted;
    for (size_t i = 0; i < FORWARDER_COUNTERS; i++)
        totals->counters[i] += sim->forwarder.counters[i];
    simulation_done(sim);
    free(sim);
}

/* What the seeds do in a process of their own, for the one that waits for them to see. */
struct progress {
    uint64_t seed;
    struct totals totals;
};

/* A simulation in which something never happens shows nothing about it. */
static bool print_totals(const struct totals *totals, uint64_t runs, uint64_t took_ns)
{
    bool all_happened = totals->reloads > 0 && totals->resizes > 0;

    for (unsigned int i = 0; i < FORWARDER_COUNTERS; i++) {
        printf("%10" PRIu64 "  %s\n", totals->counters[i],
               forwarder_counter_name((enum forwarder_counter)i));
        all_happened = all_happened && totals->counters[i] > 0;
    }
    printf("%10" PRIu64 "  reloads\n", totals->reloads);
    printf("%10" PRIu64 "  of another size\n", totals->resizes);
    printf("%" PRIu64 " runs, %" PRIu64 " exchanges, %" PRIu64 " a second\n", runs,
           totals->exchanges, totals->exchanges * UINT64_C(1000000000) / (took_ns + 1));
    if (!all_happened)
        printf("some of this never happened\n");
    return all_happened;
}

/* What loss does to queries that were passed on. */
static int print_loss(const struct totals *totals)
{
    uint64_t failed = totals->counters[FORWARDER_COUNT_answers_timed_out];
    uint64_t retries = totals->counters[FORWARDER_COUNT_retries];

    printf("%" PRIu64 " of %" PRIu64 " queries had no answer (%.2f %%), %.2f datagrams for each\n",
           failed, totals->accepted, 100.0 * (double)failed / (double)(totals->accepted + 1),
           1 + (double)retries / (double)(totals->accepted + 1));
    return 0;
}

/* One alone, whose totals nobody wants. */
static void run_plan(const struct plan *plan)
{
    struct totals totals = { 0 };

    run_seed(plan->seed, plan, &totals);
}

/* How it fails again, as it did and as little of it as does. */
static void tell_failure(uint64_t seed, const struct plan *plan)
{
    struct plan smallest = *plan;
    char block[200];
    struct text names = text_init(block, sizeof(block));

    printf("seed %" PRIu64 " fails; again: sim.forwarder --seed %" PRIu64 " --exchanges %" PRIu64
           "\n",
           seed, seed, plan->exchanges);
    (void)fflush(stdout);
    if (plan->loss_per_mille > 0)
        return;
    smallest.seed = seed;
    shrink(&smallest, run_plan);
    shrink_format(smallest.without, &names);
    printf("the least of it: sim.forwarder --seed %" PRIu64 " --exchanges %" PRIu64 "%s%s\n", seed,
           smallest.exchanges, names.size > 0 ? " --without " : "", names.at);
}

static int run_all(const struct plan *plan)
{
    struct progress *progress =
        mmap(NULL, sizeof(*progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    uint64_t start_ns = clock_monotonic_ns();
    int status = 0;
    pid_t child;

    fuzz_require(progress != MAP_FAILED);
    child = fork();
    fuzz_require(child >= 0);
    if (child == 0) {
        for (uint64_t i = 0; i < plan->runs; i++) {
            progress->seed = plan->first + i;
            run_seed(progress->seed, plan, &progress->totals);
        }
        _exit(0);
    }
    fuzz_require(waitpid(child, &status, 0) == child);
    if (status != 0) {
        tell_failure(progress->seed, plan);
        return 1;
    }
    if (plan->loss_per_mille > 0)
        return print_loss(&progress->totals);
    return print_totals(&progress->totals, plan->runs, clock_monotonic_ns() - start_ns) ? 0 : 1;
}

/* Where an option's number goes. */
static uint64_t *number_of(struct plan *plan, int letter)
{
    uint64_t *const numbers[] = {
        ['s'] = &plan->seed,           ['r'] = &plan->runs,     ['e'] = &plan->exchanges,
        ['l'] = &plan->loss_per_mille, ['a'] = &plan->attempts, ['f'] = &plan->first,
    };

    return numbers[letter];
}

static bool read_plan(int argc, char **argv, struct plan *plan)
{
    static const struct option options[] = {
        { .name = "seed", .has_arg = required_argument, .val = 's' },
        { .name = "first", .has_arg = required_argument, .val = 'f' },
        { .name = "runs", .has_arg = required_argument, .val = 'r' },
        { .name = "exchanges", .has_arg = required_argument, .val = 'e' },
        { .name = "loss", .has_arg = required_argument, .val = 'l' },
        { .name = "attempts", .has_arg = required_argument, .val = 'a' },
        { .name = "without", .has_arg = required_argument, .val = 'w' },
        { .name = NULL },
    };
    int letter;

    while ((letter = getopt_long(argc, argv, "", options, NULL)) != -1) {
        uint64_t number = letter == '?' ? 0 : strtoull(optarg, NULL, 10);

        if (letter == 'w' && shrink_parse(optarg, &plan->without))
            continue;
        if (letter == 'w' || number == 0)
            return false;
        *number_of(plan, letter) = number;
    }
    return optind == argc && plan->loss_per_mille < 1000 &&
           plan->attempts <= FORWARDER_ATTEMPTS_MAX;
}

int main(int argc, char **argv)
{
    struct plan plan = {
        .first = 1, .runs = 200, .exchanges = 300, .attempts = FORWARDER_ATTEMPTS_MAX
    };
    struct totals totals = { 0 };

    if (!read_plan(argc, argv, &plan)) {
        fprintf(stderr,
                "usage: sim.forwarder [--seed N | --first N] [--runs N] [--exchanges N]\n"
                "                     [--without KIND,…] [--loss PER_MILLE [--attempts N]]\n");
        return 2;
    }
    if (plan.seed == 0)
        return run_all(&plan);
    run_seed(plan.seed, &plan, &totals);
    (void)print_totals(&totals, 1, 0);
    return 0;
}
