/* What the forwarder of a scenario is configured to: one row for each word behind `with`. */
#include "tests/sim/scenario.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "forwarder/local/list.h"
#include "forwarder/local/special.h"

#define NS_PER_S UINT64_C(1000000000)
#define CACHE_BYTES 1048576

/* How the value of an option is read. */
enum option_kind {
    OPTION_FLAG,    /* it has none, and is a bool */
    OPTION_NUMBER,  /* uint32_t */
    OPTION_SECONDS, /* a time, kept as uint32_t */
    OPTION_NS,      /* a time, kept as uint64_t */
    OPTION_OTHER,   /* the function reads it */
};

struct option_row {
    const char *name;
    enum option_kind kind;
    size_t offset; /* in struct forwarder_config */
    bool (*read)(struct scenario *scenario, struct words *words);
};

static bool read_attempts(struct scenario *scenario, struct words *words)
{
    uint64_t number;

    if (!word_number(words_take(words), FORWARDER_ATTEMPTS_MAX, &number) || number == 0)
        return false;
    scenario->config.attempts_max = (uint8_t)number;
    return true;
}

static struct forwarder_address upstream_at(size_t place)
{
    return (struct forwarder_address){
        .octets = { 192, 0, 2, (uint8_t)(place + 1) },
        .port = 53,
        .size = 4,
    };
}

static bool read_upstreams(struct scenario *scenario, struct words *words)
{
    enum forwarder_transport transport = FORWARDER_OVER_UDP;
    uint64_t number;

    if (!word_number(words_take(words), FORWARDER_UPSTREAMS_MAX, &number) || number == 0)
        return false;
    if (words_take_if(words, "over")) {
        if (!words_take_if(words, "tcp"))
            return false;
        transport = FORWARDER_OVER_TCP;
    }
    scenario->config.upstreams_count = number;
    for (size_t i = 0; i < number; i++)
        scenario->config.transports[i] = transport;
    return true;
}

static bool read_policy(struct scenario *scenario, struct words *words)
{
    static const char *const names[] = {
        [FORWARDER_POLICY_FIRST] = "first",
        [FORWARDER_POLICY_ROUND_ROBIN] = "round-robin",
        [FORWARDER_POLICY_FASTEST] = "fastest",
        [FORWARDER_POLICY_RACE] = "race",
    };
    struct bytes word = words_take(words);

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!word_is(word, names[i]))
            continue;
        scenario->config.policy = (enum forwarder_policy)i;
        return true;
    }
    return false;
}

static bool read_no_cache(struct scenario *scenario, struct words *words)
{
    (void)words;
    scenario->config.cache.bytes = 0;
    return true;
}

static bool read_keep_case(struct scenario *scenario, struct words *words)
{
    (void)words;
    scenario->config.is_case_random = false;
    return true;
}

static bool read_required_cookies(struct scenario *scenario, struct words *words)
{
    (void)words;
    scenario->config.cookies.is_on = true;
    scenario->config.cookies.is_required = true;
    return true;
}

/* ADDRESS or ADDRESS/BITS. */
static bool read_network(struct words *words, struct forwarder_network *ret_network)
{
    struct bytes word = words_take(words);
    const uint8_t *slash = memchr(word.at, '/', word.size);
    size_t size = slash == NULL ? word.size : (size_t)(slash - word.at);
    struct forwarder_address address;
    uint64_t bits = 32;

    if (!word_address(bytes_of(word.at, size), &address) ||
        (slash != NULL && !word_number(bytes_of(slash + 1, word.size - size - 1), 32, &bits)))
        return false;
    *ret_network =
        forwarder_network_of(&address, (struct forwarder_network_bits){ .ipv4 = (uint8_t)bits });
    return true;
}

static bool add_access(struct scenario *scenario, struct words *words, bool may_ask)
{
    struct forwarder_access_rule rule = { .may_ask = may_ask };

    return read_network(words, &rule.network) &&
           forwarder_access_add(&scenario->config.access, &rule);
}

static bool read_allow(struct scenario *scenario, struct words *words)
{
    return add_access(scenario, words, true);
}

static bool read_refuse(struct scenario *scenario, struct words *words)
{
    return add_access(scenario, words, false);
}

static bool add_name(struct scenario *scenario, struct words *words, unsigned int flag)
{
    struct forwarder_list list;

    forwarder_list_init(&list, FORWARDER_LIST_BLOCK, &scenario->build);
    return forwarder_list_add_name(&list, words_take(words), flag) == FORWARDER_LINE_USED &&
           list.status == FORWARDER_BUILD_OK;
}

static bool read_block(struct scenario *scenario, struct words *words)
{
    return add_name(scenario, words, FORWARDER_NAME_BLOCKED);
}

static bool read_allow_name(struct scenario *scenario, struct words *words)
{
    return add_name(scenario, words, FORWARDER_NAME_ALLOWED);
}

static bool read_block_answer(struct scenario *scenario, struct words *words)
{
    static const char *const names[] = {
        [FORWARDER_BLOCK_NXDOMAIN] = "nxdomain",
        [FORWARDER_BLOCK_NULL] = "null",
        [FORWARDER_BLOCK_REFUSED] = "refused",
    };
    struct bytes word = words_take(words);

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!word_is(word, names[i]))
            continue;
        scenario->local_options.block_answer = (enum forwarder_block_answer)i;
        return true;
    }
    return false;
}

static bool read_record(struct scenario *scenario, struct words *words)
{
    struct dns_scan scan = dns_scan_init(words_rest(words));
    struct dns_rr_defaults defaults = { .ttl_s = FORWARDER_LOCAL_TTL_S, .class = DNS_CLASS_IN };
    struct byte_writer out = byte_writer_init(scenario->rdata, SCENARIO_RDATA_MAX);
    struct dns_rr_text record;

    /* Records come before names that are blocked or allowed. */
    return !scenario->build.has_rules &&
           dns_rr_parse(&scan, &defaults, &out, &record).status == DNS_OK &&
           forwarder_build_record(&scenario->build, &record) == FORWARDER_BUILD_OK;
}

static bool read_forward_any(struct scenario *scenario, struct words *words)
{
    (void)words;
    scenario->local_options.forwards_any = true;
    return true;
}

/* NAME at N: the upstream that is asked for it and what is below. */
static bool read_zone(struct scenario *scenario, struct words *words)
{
    struct forwarder_config *config = &scenario->config;
    struct dns_name name;
    uint64_t number;

    if (config->routes_count == FORWARDER_ROUTES_MAX ||
        dns_name_parse(words_take(words), &name).status != DNS_OK || !words_take_if(words, "at") ||
        !word_number(words_take(words), FORWARDER_UPSTREAMS_MAX, &number) || number < 2)
        return false;
    dns_name_lower(&name);
    config->routes[config->routes_count].size = name.size;
    memcpy(config->routes[config->routes_count].name, name.octets, name.size);
    config->routes[config->routes_count].upstreams = 1U << (number - 1);
    config->routes_count += 1;
    if (config->general_count == 0 || config->general_count >= number)
        config->general_count = number - 1;
    return true;
}

#define FIELD(name) offsetof(struct forwarder_config, name)

static const struct option_row option_rows[] = {
    { "upstreams", OPTION_OTHER, 0, read_upstreams },
    { "attempts", OPTION_OTHER, 0, read_attempts },
    { "attempt-time", OPTION_NS, FIELD(attempt_ns), NULL },
    { "timeout", OPTION_NS, FIELD(timeout_ns), NULL },
    { "policy", OPTION_OTHER, 0, read_policy },
    { "no-cache", OPTION_OTHER, 0, read_no_cache },
    { "keep-case", OPTION_OTHER, 0, read_keep_case },
    { "prefetch", OPTION_FLAG, FIELD(has_prefetch), NULL },
    { "serve-stale", OPTION_SECONDS, FIELD(cache.stale_s), NULL },
    { "stale-after", OPTION_NS, FIELD(stale_after_ns), NULL },
    { "ttl-min", OPTION_SECONDS, FIELD(keep.ttl_s_min), NULL },
    { "ttl-max", OPTION_SECONDS, FIELD(keep.ttl_s_max), NULL },
    { "negative-ttl-max", OPTION_SECONDS, FIELD(keep.negative_ttl_s_max), NULL },
    { "failure-ttl", OPTION_SECONDS, FIELD(keep.failure_ttl_s), NULL },
    { "cookies", OPTION_FLAG, FIELD(cookies.is_on), NULL },
    { "require-cookies", OPTION_OTHER, 0, read_required_cookies },
    { "queries-max", OPTION_NUMBER, FIELD(queries_max), NULL },
    { "clients-max", OPTION_NUMBER, FIELD(waiters_max), NULL },
    { "client-queries-max", OPTION_NUMBER, FIELD(client_queries_max), NULL },
    { "upstream-queries-max", OPTION_NUMBER, FIELD(upstream_queries_max), NULL },
    { "rate-limit", OPTION_NUMBER, FIELD(rate.per_s), NULL },
    { "rate-window", OPTION_SECONDS, FIELD(rate.window_s), NULL },
    { "rate-slip", OPTION_NUMBER, FIELD(rate.slip), NULL },
    { "allow", OPTION_OTHER, 0, read_allow },
    { "refuse", OPTION_OTHER, 0, read_refuse },
    { "refuse-silently", OPTION_FLAG, FIELD(access.is_silent), NULL },
    { "block", OPTION_OTHER, 0, read_block },
    { "allow-name", OPTION_OTHER, 0, read_allow_name },
    { "block-answer", OPTION_OTHER, 0, read_block_answer },
    { "local-record", OPTION_OTHER, 0, read_record },
    { "forward-any", OPTION_OTHER, 0, read_forward_any },
    { "zone", OPTION_OTHER, 0, read_zone },
};

static bool read_value(struct scenario *scenario, const struct option_row *row, struct words *words)
{
    uint8_t *field = (uint8_t *)&scenario->config + row->offset;
    uint64_t number = 0;
    uint32_t small;
    bool yes = true;

    switch (row->kind) {
    case OPTION_FLAG:
        memcpy(field, &yes, sizeof(yes));
        return true;
    case OPTION_NUMBER:
        if (!word_number(words_take(words), UINT32_MAX, &number))
            return false;
        break;
    case OPTION_SECONDS:
        if (!word_time(words_take(words), &number) || number % NS_PER_S != 0)
            return false;
        number /= NS_PER_S;
        break;
    case OPTION_NS:
        if (!word_time(words_take(words), &number))
            return false;
        memcpy(field, &number, sizeof(number));
        return true;
    case OPTION_OTHER:
        return row->read(scenario, words);
    }
    small = (uint32_t)number;
    memcpy(field, &small, sizeof(small));
    return true;
}

bool scenario_option(struct scenario *scenario, struct words *words)
{
    struct bytes name = words_take(words);

    if (scenario->has_begun)
        return scenario_refuse(scenario, "options stand before the first step", name);
    for (size_t i = 0; i < sizeof(option_rows) / sizeof(option_rows[0]); i++) {
        if (!word_is(name, option_rows[i].name))
            continue;
        if (!read_value(scenario, &option_rows[i], words) || words->next != words->count)
            return scenario_refuse(scenario, "the option cannot have this value", name);
        return true;
    }
    return scenario_refuse(scenario, "there is no such option", name);
}

static uint64_t next_entropy(void *source)
{
    return chance_next(source);
}

void scenario_defaults(struct scenario *scenario)
{
    static const struct forwarder_hash_key key = { { 1, 2 } };
    static const struct forwarder_special special = { 0 };

    scenario->config = (struct forwarder_config){
        .queries_max = 1000,
        .waiters_max = 2000,
        .lanes = SCENARIO_LANES,
        .attempts_max = FORWARDER_ATTEMPTS_MAX,
        .attempt_ns = NS_PER_S,
        .timeout_ns = 3 * NS_PER_S,
        .upstreams_count = 1,
        .is_case_random = true,
        .cache.bytes = CACHE_BYTES,
        .keep = { .ttl_s_max = 86400, .negative_ttl_s_max = 3600, .failure_ttl_s = 5 },
        .stale_after_ns = UINT64_C(1800000000),
        .rate = { .window_s = 15, .slip = 2 },
        .random = { .next = next_entropy, .source = &scenario->entropy },
    };
    for (size_t i = 0; i < FORWARDER_UPSTREAMS_MAX; i++)
        scenario->config.upstreams[i] = upstream_at(i);
    scenario->entropy.state = 1;
    scenario->now_ns = 1000 * NS_PER_S;
    forwarder_build_init(&scenario->build, &key);
    REQUIRE(forwarder_build_special(&scenario->build, &special) == FORWARDER_BUILD_OK);
}

bool scenario_begin(struct scenario *scenario)
{
    struct forwarder_config *config = &scenario->config;

    scenario->has_begun = true;
    for (size_t i = 0; i < config->routes_count; i++)
        if (config->routes[i].upstreams >> config->upstreams_count != 0)
            return scenario_refuse(scenario, "a zone has an upstream that there is not",
                                   bytes_of("", 0));
    if (config->keep.ttl_s_max < config->keep.ttl_s_min || config->keep.failure_ttl_s == 0 ||
        config->attempt_ns == 0 || config->timeout_ns == 0 || config->queries_max == 0 ||
        config->waiters_max == 0 || config->queries_max > SCENARIO_LANES * FORWARDER_IDS_USED_MAX ||
        config->waiters_max > FORWARDER_WAITERS_MAX ||
        config->rate.per_s > FORWARDER_RATE_PER_S_MAX ||
        config->rate.window_s > FORWARDER_RATE_WINDOW_S_MAX)
        return scenario_refuse(scenario, "the options make no sense together", bytes_of("", 0));
    if (forwarder_build_finish(&scenario->build, &scenario->local_options, NULL,
                               &scenario->built) != FORWARDER_BUILD_OK)
        return scenario_refuse(scenario, "what is local cannot be built", bytes_of("", 0));
    scenario->slab = calloc(1, forwarder_slab_bytes(config));
    REQUIRE(scenario->slab != NULL);
    forwarder_init(scenario->forwarder, config, scenario->slab);
    forwarder_set_local(scenario->forwarder, &scenario->built->local);
    forwarder_tell_wall(scenario->forwarder, scenario->now_ns, 1800000000);
    return true;
}
