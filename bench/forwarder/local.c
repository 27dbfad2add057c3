/*
 * What a block list costs: local [NAMES] makes a list of so many names (1,000,000), reads it, and
 * prints the processor time and the memory that it took; then asks a forwarder's core for what is
 * in its cache, without anything local, with the special names, and with the list, one after
 * another in many rounds, and prints the least processor time of a query for each.
 */
#include "base/cleanup.h"
#include "dns/builder.h"
#include "dns/rrtype.h"
#include "forwarder/core/forwarder.h"
#include "forwarder/local/list.h"
#include "forwarder/local/special.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 40
#define QUERIES 20000 /* a round */
#define ASKED 1000    /* different names */

static uint64_t next_random(void *source)
{
    uint64_t *state = source;

    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state ^ *state >> 29;
}

static uint64_t cpu_ns(void)
{
    struct timespec now = { 0 };

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

/* Octets of memory that the process has. */
static uint64_t resident(void)
{
    CLEANUP(free_pointer) char *line = NULL;
    size_t capacity = 0;
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");

    if (file != NULL && getline(&line, &capacity, file) > 0)
        pages = strtoul(strchr(line, ' '), NULL, 10);
    if (file != NULL)
        (void)fclose(file);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* A line with a name of some 22 characters, as lists have them. */
static size_t print_line(char *line, size_t capacity, uint64_t number)
{
    static const char *const words[] = { "ads", "track", "pixel", "cdn", "metrics", "click", "s" };
    static const char *const ends[] = { "com", "net", "org", "info", "co.uk", "de" };
    uint64_t random = number;

    random = next_random(&random);
    return (size_t)snprintf(line, capacity, "%s%u.%s%llx.%s\n", words[random % 7],
                            (unsigned int)(random >> 8) % 100, words[random >> 16 & 3],
                            (unsigned long long)number * 0x9E3779B1U % 0xFFFFFFFU,
                            ends[random >> 24 & 3]);
}

/* Reads the special names and a list of so many more. */
static struct forwarder_built *build_list(uint64_t names)
{
    static const struct forwarder_hash_key key = { { 7, 8 } };
    struct forwarder_local_options options = { 0 };
    struct forwarder_special special = { 0 };
    CLEANUP(forwarder_build_done) struct forwarder_build build;
    struct forwarder_built *built = NULL;
    struct forwarder_list list;
    char line[128];

    forwarder_build_init(&build, &key);
    (void)forwarder_build_special(&build, &special);
    forwarder_list_init(&list, FORWARDER_LIST_BLOCK, &build);
    for (uint64_t i = 0; i < names; i++)
        (void)forwarder_list_feed(&list, bytes_of(line, print_line(line, sizeof(line), i)));
    (void)forwarder_build_finish(&build, &options, NULL, &built);
    return built;
}

/* The query with this number; `flags` make it the reply to itself. */
static struct bytes build_message(uint8_t block[512], unsigned int number, uint16_t id,
                                  uint16_t flags)
{
    static const uint8_t address[4] = { 192, 0, 2, 1 };
    struct dns_header header = { .id = id, .flags = flags };
    struct dns_question question = { .type = DNS_TYPE_A, .class = DNS_CLASS_IN };
    struct dns_builder builder;
    char text[64];
    int size = snprintf(text, sizeof(text), "host%u.perf.example", number);
    struct dns_rr rr = {
        .type = DNS_TYPE_A,
        .class = DNS_CLASS_IN,
        .ttl_s = 80000,
        .rdata = byte_reader_init(bytes_of(address, sizeof(address))),
    };

    (void)dns_name_parse(bytes_of(text, (size_t)size), &question.name);
    dns_builder_init(&builder, block, 512, &header);
    (void)dns_builder_add_question(&builder, &question);
    rr.owner = dns_name_reader(&question.name);
    if ((flags & DNS_FLAG_QR) != 0)
        (void)dns_builder_add_rr(&builder, DNS_ANSWER, &rr);
    return dns_builder_finish(&builder);
}

static void ask(struct forwarder *forwarder, struct forwarder_batch *batch, unsigned int number)
{
    uint8_t block[512];
    struct forwarder_datagram datagram = {
        .path = { .side = FORWARDER_CLIENTS, .peer = { .size = 4, .port = 40000 } },
        .payload = build_message(block, number, 1, DNS_FLAG_RD),
    };

    forwarder_batch_clear(batch);
    forwarder_receive(forwarder, &datagram, 1, batch);
}

/* Asks once for each name, and replies, so that all are in the cache. */
static void fill(struct forwarder *forwarder, struct forwarder_batch *batch)
{
    for (unsigned int i = 0; i < ASKED; i++) {
        uint8_t block[512];
        struct forwarder_datagram reply;

        ask(forwarder, batch, i);
        reply = batch->at[0];
        reply.payload =
            build_message(block, i, (uint16_t)(reply.payload.at[0] << 8 | reply.payload.at[1]),
                          DNS_FLAG_QR | DNS_FLAG_RD | DNS_FLAG_RA);
        forwarder_batch_clear(batch);
        forwarder_receive(forwarder, &reply, 1, batch);
    }
}

/* The processor time of a query, in nanoseconds. */
static double measure(struct forwarder *forwarder, struct forwarder_batch *batch)
{
    uint64_t start_ns = cpu_ns();

    for (unsigned int i = 0; i < QUERIES; i++)
        ask(forwarder, batch, i % ASKED);
    return (double)(cpu_ns() - start_ns) / QUERIES;
}

static void compare(const struct forwarder_built *special, const struct forwarder_built *list)
{
    const struct forwarder_local *locals[] = { NULL, &special->local, &list->local };
    static const char *const labels[] = { "nothing local", "special names", "the list" };
    uint64_t random = 1;
    struct forwarder_config config = {
        .queries_max = 64,
        .waiters_max = 64,
        .lanes = 4,
        .attempts_max = 3,
        .attempt_ns = 1000000,
        .timeout_ns = 3000000,
        .upstreams_count = 1,
        .upstreams = { { .octets = { 192, 0, 2, 53 }, .port = 53, .size = 4 } },
        .random = { next_random, &random },
        .cache = { 4194304, 0 },
        .keep = { 0, 86400, 3600, 5 },
    };
    CLEANUP(free_pointer) void *slab = calloc(1, forwarder_slab_bytes(&config));
    CLEANUP(free_pointer) struct forwarder_batch *batch = calloc(1, sizeof(*batch));
    struct forwarder forwarder;
    double least[3] = { 1e9, 1e9, 1e9 };

    if (slab == NULL || batch == NULL)
        return;
    forwarder_init(&forwarder, &config, slab);
    fill(&forwarder, batch);
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < 3; i++) {
            double ns;

            forwarder_set_local(&forwarder, locals[i]);
            ns = measure(&forwarder, batch);
            least[i] = ns < least[i] ? ns : least[i];
        }
    for (size_t i = 0; i < 3; i++)
        printf("%-14s %6.1f ns a query from the cache, its making included (%+.1f)\n", labels[i],
               least[i], least[i] - least[0]);
    printf("%lu of %lu from the cache\n",
           (unsigned long)forwarder.counters[FORWARDER_COUNT_queries_cached],
           (unsigned long)ROUNDS * 3 * QUERIES);
}

int main(int argc, char **argv)
{
    uint64_t names = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
    uint64_t before = resident();
    uint64_t start_ns = cpu_ns();
    CLEANUP(forwarder_built_free_pointer) struct forwarder_built *list = build_list(names);
    uint64_t took_ns = cpu_ns() - start_ns;
    CLEANUP(forwarder_built_free_pointer) struct forwarder_built *special = build_list(0);

    if (list == NULL || special == NULL)
        return 1;
    printf("%u names: %.0f ms of processor time, %.1f MiB\n", list->local.names_count,
           (double)took_ns / 1e6, (double)(resident() - before) / 1048576);
    compare(special, list);
    return 0;
}
