/*
 * What the cache costs with many names, in the process, without sockets: cache NAMES keeps an
 * answer of one address for each of so many names, finds each of them again in an order that is not
 * that, and then keeps as many more, each of which pushes one out. It prints a line of JSON:
 * nanoseconds of processor time for each of the three, and for the least that any table of this
 * size costs: one look at one octet of the same memory, in the same order; and the octets that an
 * answer takes.
 */
#include "forwarder/core/cache.h"
#include "base/cleanup.h"
#include "dns/rrtype.h"
#include "forwarder/core/topic.h"
#include "forwarder/io/slab.h"

#include <stdio.h>
#include <time.h>

#define NAMES_MAX 20000000UL
/* Blocks for each name, and a little more, so that nothing leaves before it shall. */
#define BYTES_OF_NAME 146
#define BYTES_BESIDE 65536
#define TTL_S 80000
/* Odd, and without a factor that NAMES may have: so each number comes once. */
#define STEP UINT64_C(0x9E3779B1)

static const struct forwarder_hash_key key = { { 7, 8 } };

static uint64_t cpu_ns(void)
{
    struct timespec now = { 0 };

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

/* The question with this number: n00000000.bench.cupel, as the suite asks for it. */
static struct forwarder_topic topic_of(uint64_t number)
{
    static const char digits[] = "0123456789abcdef";
    char text[] = "n00000000.bench.cupel";
    struct forwarder_request request = { 0 };
    struct dns_question question = { .type = DNS_TYPE_A, .class = DNS_CLASS_IN };
    struct forwarder_topic topic;

    for (unsigned int i = 0; i < 8; i++)
        text[1 + i] = digits[number >> (28 - 4 * i) & 15];
    (void)dns_name_parse(bytes_of_text(text), &question.name);
    forwarder_topic_init(&topic, &request, &question, &key);
    return topic;
}

static void keep(struct forwarder_cache *cache, uint64_t number)
{
    /* A pointer to the question, A, IN, a TTL, and an address. */
    static const uint8_t record[] = { 0xC0, 12, 0, 1, 0, 1, 0, 1, 56, 128, 0, 4, 192, 0, 2, 1 };
    static const uint16_t ttls[] = { 6 };
    struct forwarder_topic topic = topic_of(number);
    struct forwarder_kept kept = {
        .ttl_s = TTL_S,
        .counts = { [DNS_ANSWER] = 1 },
        .ttls_count = 1,
        .ttls = ttls,
        .records = bytes_of(record, sizeof(record)),
    };

    (void)forwarder_cache_put(cache, &topic, &kept, 1);
}

/* Processor time of a name, in nanoseconds. */
static double each_ns(uint64_t start_ns, uint64_t names)
{
    return (double)(cpu_ns() - start_ns) / (double)names;
}

/* What the names cost by themselves, which every measure has in it. */
static double name_ns(uint64_t names)
{
    uint64_t start_ns = cpu_ns();
    uint64_t sum = 0;

    for (uint64_t i = 0; i < names; i++)
        sum += topic_of(i).size;
    return each_ns(start_ns, names) + (sum == 0 ? 1 : 0);
}

static double insert_ns(struct forwarder_cache *cache, uint64_t first, uint64_t names)
{
    uint64_t start_ns = cpu_ns();

    for (uint64_t i = 0; i < names; i++)
        keep(cache, first + i);
    return each_ns(start_ns, names);
}

static double find_ns(struct forwarder_cache *cache, uint64_t names, uint64_t *ret_found)
{
    uint64_t start_ns = cpu_ns();
    uint64_t found = 0;
    uint64_t number = 0;

    for (uint64_t i = 0; i < names; i++) {
        struct forwarder_topic topic = topic_of(number);
        struct forwarder_cached cached;

        found += forwarder_cache_find(cache, &topic, 2, &cached);
        number = (number + STEP) % names;
    }
    *ret_found = found;
    return each_ns(start_ns, names);
}

/* One octet for each name, of as much memory, in an order that no machine foresees. */
static double floor_ns(const uint8_t *slab, size_t bytes, uint64_t names)
{
    uint64_t start_ns = cpu_ns();
    uint64_t place = 1;
    unsigned int sum = 0;

    for (uint64_t i = 0; i < names; i++) {
        place = place * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407) + sum;
        sum += slab[(size_t)(place >> 8) % bytes];
    }
    return each_ns(start_ns, names) + (sum == 1 ? 1e-9 : 0);
}

/* As cupel-dns does it. */
static void enlarge_pages(const struct forwarder_slab *slab, const struct forwarder_cache *cache)
{
    struct forwarder_cache_parts parts = forwarder_cache_parts(cache);

    forwarder_slab_enlarge_pages(slab, parts.blocks, FORWARDER_SLAB_BLOCKS_SMALL);
    forwarder_slab_enlarge_pages(slab, parts.index, FORWARDER_SLAB_INDEX_SMALL);
}

static int measure(uint64_t names)
{
    struct forwarder_cache_config config = {
        .bytes = (size_t)names * BYTES_OF_NAME + BYTES_BESIDE,
    };
    size_t bytes = forwarder_cache_slab_bytes(&config);
    CLEANUP(forwarder_slab_free) struct forwarder_slab slab = forwarder_slab_new(bytes);
    struct forwarder_cache cache;
    double of_name = name_ns(names);
    double empty;
    double full;
    double find;
    uint64_t found = 0;
    uint64_t kept;

    if (slab.at == NULL) {
        (void)fprintf(stderr, "cache: no memory\n");
        return 1;
    }
    forwarder_cache_init(&cache, &config, slab.at);
    enlarge_pages(&slab, &cache);
    empty = insert_ns(&cache, 0, names) - of_name;
    kept = (uint64_t)cache.blocks.used * FORWARDER_BLOCK_BYTES;
    find = find_ns(&cache, names, &found) - of_name;
    (void)insert_ns(&cache, names, names / 4); /* now it is full */
    full = insert_ns(&cache, 2 * names, names) - of_name;
    printf("{\"insert\": %.1f, \"insert, full\": %.1f, \"find\": %.1f, \"floor\": %.1f, "
           "\"found\": %.4f, \"left\": %.4f, \"octets\": %.1f}\n",
           empty, full, find, floor_ns(slab.at, bytes, names), (double)found / (double)names,
           (double)cache.evicted / (double)names, (double)kept / (double)names);
    return 0;
}

int main(int argc, char **argv)
{
    uint64_t names = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;

    if (names < 1000 || names > NAMES_MAX) {
        (void)fprintf(stderr, "cache: NAMES are 1000 to %lu\n", NAMES_MAX);
        return 2;
    }
    return measure(names);
}
