/* One row for each option; and what they mean for the core and the loop. */
#include "cli/dns/options.h"

#include "cli/dns/zones.h"

#include "base/require.h"
#include "cli/dns/access.h"
#include "cli/dns/descriptors.h"
#include "cli/dns/dnstap.h"
#include "cli/dns/shards/divide.h"
#include "cli/dns/tls.h"
#include "forwarder/io/endpoint.h"
#include "forwarder/io/udp.h"

#define LISTEN_PORT 8053
#define NS_PER_MS UINT64_C(1000000)
/* A query is sent this often before its client is told that nobody answered. */
/* An attempt waits for at most one part of so many of the time that a client waits, and a little
 * more, so that no other follows after all of them. */
#define ATTEMPT_PARTS 3
#define QUERIES_MAX_MAX (DNS_LANES_LEAST * 16384UL)
/* Clients for each query that may wait. */
#define WAITERS_PER_QUERY 4
/* RFC 9520 section 3.2 wants 1 second to 5 minutes. */
#define FAILURE_TTL_S 5
/* RFC 8767 section 5: a client waits for so long, or almost as long as it would wait at all. */
#define STALE_AFTER_MS 1800
#define TTL_S_MAX 2147483647UL

const struct dns_options dns_defaults = {
    .timeout_ms = 1900, /* who waits two seconds is told */
    .queries_max = 4096,
    .cache_bytes = 33554432,
    .ttl_s_max = 86400,
    .negative_ttl_s_max = 3600,
    .policy = "first",
    .query_log_format = "text",
    .query_log_level = "all",
    .dnstap_version = DNS_PROGRAM " " CUPEL_VERSION,
    .tcp_clients_max = 256,
    .tcp_idle_ms = 10000,
    .rate_window_s = 15,
    .rate_slip = 2,
    .shards = "1",
    .local = { .block_answer = "nxdomain", .version = DNS_PROGRAM, .identity = "" },
};

const struct cli_option dns_rows[DNS_ROWS_COUNT] = {
    { .name = "config",
      .letter = 'c',
      .kind = CLI_TEXT,
      .offset = offsetof(struct dns_options, config),
      .value = "FILE",
      .help = "take from this file what the command line does not say: YAML, with these options' "
              "long names as keys",
      .is_no_key = true },
    { .name = "check-config",
      .kind = CLI_FLAG,
      .offset = offsetof(struct dns_options, only_checks),
      .help = "say what is wrong with the file or the other options, and end; nothing is opened",
      .is_no_key = true },
    { .name = "listen",
      .reloads = true,
      .letter = 'l',
      .kind = CLI_TEXTS,
      .offset = offsetof(struct dns_options, listen),
      .value = "ADDR[:PORT]",
      .help = "answer queries that come in here; may be repeated (127.0.0.1:8053 and, where there "
              "is IPv6, [::1]:8053)" },
    { .name = "upstream",
      .reloads = true,
      .letter = 'u',
      .kind = CLI_TEXTS,
      .offset = offsetof(struct dns_options, upstream),
      .value = "[SCHEME]ADDR[:PORT][#NAME]",
      .help = "ask this server; may be repeated: the next one is asked when one does not answer "
              "(8.8.8.8:53). tcp:// asks over TCP alone, tls:// over TLS (port 853), never in "
              "another way: its certificate must be for NAME or, without one, for its address; "
              "with #sha256=KEY its public key must be this one" },
    { .name = "zone-upstream",
      .reloads = true,
      .kind = CLI_TEXTS,
      .offset = offsetof(struct dns_options, zone_upstream),
      .value = "ZONE=[SCHEME]ADDR[:PORT][#NAME]",
      .help =
          "ask this server for the names of a zone and below it, and no other that is not given "
          "for it as well; may be repeated. Of zones in zones the innermost counts" },
    { .name = "tls-ca",
      .kind = CLI_TEXT,
      .offset = offsetof(struct dns_options, tls_ca),
      .reloads = true,
      .value = "FILE",
      .help = "trust the authorities whose certificates are in this file, for servers that are "
              "asked over TLS (those of the system)" },
    { .name = "listen-tls",
      .kind = CLI_TEXTS,
      .offset = offsetof(struct dns_options, listen_tls),
      .reloads = true,
      .value = "ADDR[:PORT]",
      .help = "answer queries that come in here over TLS (port 853), under the limits of TCP; may "
              "be repeated; needs --tls-cert and --tls-key" },
    { .name = "tls-cert",
      .kind = CLI_TEXT,
      .offset = offsetof(struct dns_options, tls_certificate),
      .reloads = true,
      .value = "FILE",
      .help = "show this certificate to clients over TLS, with the chain behind it in the file" },
    { .name = "tls-key",
      .kind = CLI_TEXT,
      .offset = offsetof(struct dns_options, tls_key),
      .reloads = true,
      .value = "FILE",
      .help = "its private key" },
    { .name = "policy",
      .reloads = true,
      .kind = CLI_TEXT,
      .offset = offsetof(struct dns_options, policy),
      .value = "WHO",
      .choices = "first round-robin fastest race",
      .help =
          "whom to ask first of the upstreams that answer: the first, each in turn, the one with "
          "the shortest round trip, or two with the shortest at once (first)" },
    { .name = "timeout-ms",
      .reloads = true,
      .kind = CLI_NUMBER,
      .offset = offsetof(struct dns_options, timeout_ms),
      .value = "N",
      .help = "answer SERVFAIL after this many milliseconds without an answer; the query is sent "
              "again, to the next server, after what round trips have shown to be long, then after "
              "twice as long, and at the latest after each third of them (1900)",
      .number_min = 10,
      .number_max = 60000 },
    { .name = "queries-max",
      .reloads = true,
      .kind = CLI_NUMBER,
      .offset = offsetof(struct dns_options, queries_max),
      .value = "N",
      .help =
          "let at most this many queries wait for an answer at the same time, and four times as "
          "many clients; one more gets SERVFAIL at once (4096)",
      .number_min = 1,
      .number_max = QUERIES_MAX_MAX },
    { .name = "tcp-clients-max",
      .reloads = true,
      .zero_stays = true,
      .kind = CLI_NUMBER,
      .offset = offsetof(struct dns_options, tcp_clients_max),
      .value = "N",
      .help = "let at most this many clients' connections be open, a quarter of them from one "
              "address; more wait until one is closed; 0 takes queries over UDP alone (256)",
      .number_min = 0,
      .number_max = FORWARDER_TCP_CLIENTS_MAX },
    { .name = "tcp-idle-ms",
      .reloads = true,
      .kind = CLI_NUMBER,
      .offset = offsetof(struct dns_options, tcp_idle_ms),
      .value = "N",
      .help =
          "close a connection on which so many milliseconds no query and no answer went (10000)",
      .number_min = 100,
      .number_max = 600000 },
    { .name = "receive-buffer",
      .reloads = true,
      .kind = CLI_NUMBER,
      .offset = offsetof(struct dns_options, receive_buffer),
      .value = "N",
      .help = "let queries wait on each UDP socket that listens, for when they come faster than "
              "they are read, in so many octets of the system's memory, by its own account; it "
              "is said where the system gives less (4194304, or what the system gives)",
      .number_min = FORWARDER_RECEIVE_BUFFER_MIN,
      .number_max = FORWARDER_RECEIVE_BUFFER_MAX },
    { .name = "allow",
      .reloads = true,
      .kind = CLI_TEXTS,
      .offset = offsetof(struct dns_options, allow),
      .value = "NETWORK",
      .help =
          "answer clients of this network, such as 192.0.2.0/24; may be repeated; of several "
          "that a client is in, the one with the longest prefix decides (127.0.0.0/8 and ::1)" },
    { .name = "deny",
      .reloads = true,
      .kind = CLI_TEXTS,
      .offset = offsetof(struct dns_options, deny),
      .value = "NETWORK",
      .help = "refuse clients of this network, within one that is allowed; may be repeated" },
    { .name = "refuse-silently",
      .reloads = true,
      .kind = CLI_FLAG,
      .offset = offsetof(struct dns_options, refuses_silently),
      .help = "give clients that may not ask no answer; without it they get REFUSED" },
    { .name = "client-queries-max",
      .reloads = true,
      .kind = CLI_NUMBER,
      .offset = offsetof(struct dns_options, client_queries_max),
      .value = "N",
      .help = "let at most this many queries of one client (an IPv4 address, or an IPv6 /56) wait "
              "for an answer; one more gets SERVFAIL at once (a quarter of those of all clients: "
              "as many as --queries-max)",
      .number_min = 1,
      .number_max = FORWARDER_WAITERS_MAX },
    { .name = "upstream-queries-max",
      .reloads = true,
      .kind = CLI_NUMBER,
      .offset = offsetof(struct dns_options, upstream_queries_max),
      .value = "N",
      .help = "ask an upstream at most this many queries at the same time: the next one is asked, "
              "and where all have so many, clients get SERVFAIL at once (0: no limit)",
      .number_min = 0,
      .number_max = FORWARDER_QUERIES_MAX },
    { .name = "rate-limit",
      .reloads = true,
      .kind = CLI_NUMBER,
      .offset = offsetof(struct dns_options, rate_per_s),
      .value = "N",
      .help = "give the clients of one network (an IPv4 /24, or an IPv6 /56) at most so many "
              "answers a second over UDP (0: no limit)",
      .number_min = 0,
      .number_max = FORWARDER_RATE_PER_S_MAX },
    { .name = "rate-window",
      .reloads = true,
      .kind = CLI_NUMBER,
      .offset = offsetof(struct dns_options, rate_window_s),
      .value = "SECONDS",
      .help = "who goes on over --rate-limit is answered again after so long at most (15)",
      .number_min = 1,
      .number_max = FORWARDER_RATE_WINDOW_S_MAX },
    { .name = "rate-slip",
      .reloads = true,
      .kind = CLI_NUMBER,
      .offset = offsetof(struct dns_options, rate_slip),
      .value = "N",
      .help = "each so many-th query over --rate-limit is answered that it is to be asked over "
              "TCP, and the others are not answered; 0 answers none (2)",
      .number_min = 0,
      .number_max = 100 },
    { .name = "no-cookies",
      .kind = CLI_FLAG,
      .reloads = true,
      .offset = offsetof(struct dns_options, has_no_cookies),
      .help = "exchange no DNS cookies, neither with clients nor with upstreams" },
    { .name = "require-cookies",
      .kind = CLI_FLAG,
      .reloads = true,
      .offset = offsetof(struct dns_options, requires_cookies),
      .help =
          "answer over UDP only who shows with a cookie that its address is its own; others are "
          "told to come again with one, or over TCP" },
    { .name = "cookie-secret",
      .kind = CLI_TEXT,
      .reloads = true,
      .offset = offsetof(struct dns_options, cookie_secret),
      .value = "FILE",
      .help = "make cookies with the first secret of this file (32 hexadecimal digits a line) and "
              "know those of all, as other servers at the same address do; without it, a secret is "
              "drawn each day" },
    { .name = "cache-bytes",
      .reloads = true,
      .kind = CLI_NUMBER,
      .offset = offsetof(struct dns_options, cache_bytes),
      .value = "N",
      .help = "keep answers in so many octets of memory, 65536 or more; 0 keeps none (33554432)",
      .number_min = 0,
      .number_max = FORWARDER_CACHE_BYTES_MAX },
    { .name = "ttl-min",
      .reloads = true,
      .kind = CLI_NUMBER,
      .offset = offsetof(struct dns_options, ttl_s_min),
      .value = "SECONDS",
      .help = "keep answers for at least this long, whatever they say (0)",
      .number_min = 0,
      .number_max = 3600 },
    { .name = "ttl-max",
      .reloads = true,
      .kind = CLI_NUMBER,
      .offset = offsetof(struct dns_options, ttl_s_max),
      .value = "SECONDS",
      .help = "keep answers for at most this long (86400)",
      .number_min = 1,
      .number_max = TTL_S_MAX },
    { .name = "negative-ttl-max",
      .reloads = true,
      .kind = CLI_NUMBER,
      .offset = offsetof(struct dns_options, negative_ttl_s_max),
      .value = "SECONDS",
      .help = "keep for at most this long that a name or a type is not there (3600)",
      .number_min = 1,
      .number_max = TTL_S_MAX },
    { .name = "serve-stale",
      .reloads = true,
      .kind = CLI_NUMBER,
      .offset = offsetof(struct dns_options, stale_s),
      .value = "SECONDS",
      .help =
          "where upstreams fail, or do not answer within nine tenths of --timeout-ms, 1.8 seconds "
          "at most, answer with what was kept, up to so long after its time (0: never)",
      .number_min = 0,
      .number_max = 604800 },
    { .name = "prefetch",
      .reloads = true,
      .kind = CLI_FLAG,
      .offset = offsetof(struct dns_options, has_prefetch),
      .help = "ask upstreams anew for what is asked for in the last tenth of its time" },
    { .name = "local-record",
      .reloads = true,
      .kind = CLI_TEXTS,
      .offset = offsetof(struct dns_options, local.records),
      .value = "RECORD",
      .help = "answer with this record, a line of a zone file such as 'nas.home.arpa. 300 A "
              "192.168.1.5'; may be repeated. Other types at its name have no records; a name "
              "that begins with `*.` stands for all below that do not exist" },
    { .name = "local-records",
      .reloads = true,
      .kind = CLI_TEXTS,
      .offset = offsetof(struct dns_options, local.record_files),
      .value = "FILE",
      .help =
          "answer with the records of this zone file, as with --local-record; may be repeated" },
    { .name = "hosts",
      .reloads = true,
      .kind = CLI_TEXTS,
      .offset = offsetof(struct dns_options, local.hosts),
      .value = "FILE",
      .help = "answer with the addresses and names of this file, of the form of /etc/hosts; may be "
              "repeated" },
    { .name = "block",
      .reloads = true,
      .kind = CLI_TEXTS,
      .offset = offsetof(struct dns_options, local.blocks),
      .value = "FILE",
      .help = "block the names of this file: one a line (NAME, or *.NAME for it and all below), "
              "behind 0.0.0.0 as in a hosts file, as filters (||NAME^), or as a response policy "
              "zone (NAME CNAME .); may be repeated" },
    { .name = "allow-name",
      .reloads = true,
      .kind = CLI_TEXTS,
      .offset = offsetof(struct dns_options, local.allowed),
      .value = "NAME",
      .help = "do not block this name, or with *.NAME it and all below, but for names below that "
              "are in a list themselves; may be repeated" },
    { .name = "block-answer",
      .reloads = true,
      .kind = CLI_TEXT,
      .offset = offsetof(struct dns_options, local.block_answer),
      .value = "WHAT",
      .choices = "nxdomain null refused",
      .help = "say of names that are blocked that they do not exist, that their addresses are "
              "0.0.0.0 and ::, or REFUSED (nxdomain)" },
    { .name = "not-local",
      .reloads = true,
      .kind = CLI_TEXTS,
      .offset = offsetof(struct dns_options, local.forwarded),
      .value = "NAME",
      .help = "forward what is asked for this name and those below it although they are special "
              "(see above); may be repeated" },
    { .name = "forward-private",
      .reloads = true,
      .kind = CLI_FLAG,
      .offset = offsetof(struct dns_options, local.forwards_private),
      .help = "forward queries for the names of private addresses, for an upstream that knows "
              "them" },
    { .name = "forward-any",
      .reloads = true,
      .kind = CLI_FLAG,
      .offset = offsetof(struct dns_options, local.forwards_any),
      .help = "forward queries for records of any type (ANY), instead of answering HINFO "
              "\"RFC8482\"" },
    { .name = "version-text",
      .reloads = true,
      .kind = CLI_TEXT,
      .offset = offsetof(struct dns_options, local.version),
      .value = "TEXT",
      .help = "answer with this who asks for version.bind in the class CH; an empty one refuses "
              "(cupel-dns)" },
    { .name = "identity-text",
      .reloads = true,
      .kind = CLI_TEXT,
      .offset = offsetof(struct dns_options, local.identity),
      .value = "TEXT",
      .help = "answer with this who asks for id.server or hostname.bind in the class CH; an empty "
              "one refuses (empty)" },
    { .name = "shards",
      .kind = CLI_TEXT,
      .offset = offsetof(struct dns_options, shards),
      .value = "N",
      .help = "answer with so many processes beside each other, or with auto as many as there are "
              "processors: limits are divided among them, and one that dies is started anew (1)" },
    { .name = "user",
      .kind = CLI_TEXT,
      .offset = offsetof(struct dns_options, user),
      .value = "USER[:GROUP]",
      .help = "become this user when all sockets are open, with no capability left" },
    { .name = "sandbox",
      .kind = CLI_FLAG,
      .offset = offsetof(struct dns_options, needs_sandbox),
      .help = "do not begin where capabilities, system calls and files that are not needed to "
              "answer cannot be given up, so that a process that was taken over could do more; "
              "without this word they are given up as far as the kernel can" },
    { .name = "no-sandbox",
      .kind = CLI_FLAG,
      .offset = offsetof(struct dns_options, has_no_sandbox),
      .help = "keep them all: a reload can then read files in directories that no option named at "
              "the start" },
    { .name = "keep-case",
      .reloads = true,
      .kind = CLI_FLAG,
      .offset = offsetof(struct dns_options, keeps_case),
      .help = "ask upstreams in the letters that the client used, for servers that do not give "
              "back a name as it was asked; without it, letters are drawn by chance, which a "
              "forger has to guess" },
    { .name = "control",
      .kind = CLI_TEXT,
      .offset = offsetof(struct dns_options, control),
      .value = "PATH",
      .help = "let cupel-dns-ctl operate this forwarder over a socket at this path, as its user or "
              "as root" },
    { .name = "cache-file",
      .kind = CLI_TEXT,
      .offset = offsetof(struct dns_options, cache_file),
      .value = "FILE",
      .help = "keep the cache over a restart: read it from this file at the start, and write it "
              "there at the end" },
    { .name = "query-log",
      .kind = CLI_TEXT,
      .offset = offsetof(struct dns_options, query_log),
      .value = "FILE",
      .help = "add a line for each answer to this file, or '-': standard output; SIGUSR2 opens it "
              "anew" },
    { .name = "query-log-format",
      .kind = CLI_TEXT,
      .offset = offsetof(struct dns_options, query_log_format),
      .value = "FORM",
      .choices = "text json",
      .help = "how those lines are written (text)" },
    { .name = "query-log-level",
      .kind = CLI_TEXT,
      .offset = offsetof(struct dns_options, query_log_level),
      .value = "LEVEL",
      .choices = "off failures all",
      .help = "which answers have one: none until cupel-dns-ctl says so, those that are neither "
              "NOERROR nor NXDOMAIN, or all (all)" },
    { .name = "dnstap",
      .kind = CLI_TEXT,
      .offset = offsetof(struct dns_options, dnstap),
      .value = "WHERE",
      .help = "tell of each message that comes or goes, as dnstap: unix:PATH or tcp:ADDR[:PORT], "
              "where a reader listens (port 6000), or a file, which is made anew; what a reader "
              "that is slow or gone does not take is dropped and counted" },
    { .name = "dnstap-identity",
      .kind = CLI_TEXT,
      .offset = offsetof(struct dns_options, dnstap_identity),
      .value = "TEXT",
      .help = "say that those messages are of this server; an empty one is not said (the name of "
              "this machine)" },
    { .name = "dnstap-version",
      .kind = CLI_TEXT,
      .offset = offsetof(struct dns_options, dnstap_version),
      .value = "TEXT",
      .help = "say that it is of this version, likewise (cupel-dns " CUPEL_VERSION ")" },
    { .name = "metrics",
      .kind = CLI_TEXT,
      .offset = offsetof(struct dns_options, metrics),
      .value = "ADDR[:PORT]",
      .help = "give metrics for Prometheus and /health over HTTP at this address of loopback, "
              "where the port is 9153 unless it is said" },
};

/* Reads the listen addresses; without any, those of loopback, of which IPv6 need not be there. */
static int read_listen(const struct cli_texts *texts, struct forwarder_loop_config *config,
                       struct err *err)
{
    static const struct cli_texts defaults = { .count = 2, .at = { "127.0.0.1", "::1" } };
    const struct cli_texts *chosen = texts->count > 0 ? texts : &defaults;

    _Static_assert(CLI_TEXTS_MAX <= FORWARDER_LISTEN_MAX, "all that may be given has its place");
    for (size_t i = 0; i < chosen->count; i++) {
        struct forwarder_listen *listen = &config->listen[i];

        if (forwarder_endpoint_parse(chosen->at[i], LISTEN_PORT, &listen->address, err) < 0)
            return err_prefix(err, "--listen");
        listen->may_be_missing = chosen == &defaults && i > 0;
    }
    config->listen_count = chosen->count;
    return 0;
}

static int read_upstreams(const struct cli_texts *texts, struct forwarder_loop_config *config,
                          struct err *err)
{
    static const struct cli_texts defaults = { .count = 1, .at = { "8.8.8.8" } };
    const struct cli_texts *chosen = texts->count > 0 ? texts : &defaults;

    if (chosen->count > FORWARDER_UPSTREAMS_MAX)
        return err_set(err, -1, "--upstream: more than %d of them", FORWARDER_UPSTREAMS_MAX);
    for (size_t i = 0; i < chosen->count; i++) {
        struct forwarder_server server;

        if (forwarder_server_parse(chosen->at[i], &server, err) < 0)
            return err_prefix(err, "--upstream");
        dns_upstream_set(config, i, &server);
    }
    config->core.upstreams_count = chosen->count;
    return 0;
}

static int read_cache(const struct dns_options *options, struct forwarder_config *config,
                      struct err *err)
{
    uint64_t patience_ms = options->timeout_ms - options->timeout_ms / 10;

    if (options->cache_bytes != 0 && options->cache_bytes < FORWARDER_CACHE_BYTES_MIN)
        return err_set(err, -1, "--cache-bytes: %lu is neither 0 nor %d or more",
                       options->cache_bytes, FORWARDER_CACHE_BYTES_MIN);
    if (options->ttl_s_min > options->ttl_s_max)
        return err_set(err, -1, "--ttl-min: %lu is more than --ttl-max, %lu", options->ttl_s_min,
                       options->ttl_s_max);
    config->cache.bytes = options->cache_bytes;
    config->cache.stale_s = (uint32_t)options->stale_s;
    config->keep.ttl_s_min = (uint32_t)options->ttl_s_min;
    config->keep.ttl_s_max = (uint32_t)options->ttl_s_max;
    config->keep.negative_ttl_s_max = (uint32_t)options->negative_ttl_s_max;
    config->keep.failure_ttl_s = FAILURE_TTL_S;
    config->has_prefetch = options->has_prefetch;
    config->stale_after_ns =
        (patience_ms < STALE_AFTER_MS ? patience_ms : STALE_AFTER_MS) * NS_PER_MS;
    return 0;
}

/* The command line has checked that it is one of these. */
static enum forwarder_policy policy_of(const char *text)
{
    static const char *const names[] = {
        [FORWARDER_POLICY_FIRST] = "first",
        [FORWARDER_POLICY_ROUND_ROBIN] = "round-robin",
        [FORWARDER_POLICY_FASTEST] = "fastest",
        [FORWARDER_POLICY_RACE] = "race",
    };
    unsigned int policy = FORWARDER_POLICY_RACE;

    while (policy > 0 && strcmp(text, names[policy]) != 0)
        policy -= 1;
    return (enum forwarder_policy)policy;
}

int dns_options_read(const struct dns_options *options, struct forwarder_loop_config *ret_config,
                     struct err *err)
{
    struct forwarder_loop_config config = {
        .tcp_clients_max = (uint32_t)options->tcp_clients_max,
        .tcp_idle_ns = options->tcp_idle_ms * NS_PER_MS,
        .receive_buffer = (uint32_t)options->receive_buffer,
        .core = {
            .queries_max = (uint32_t)options->queries_max,
            .waiters_max = (uint32_t)options->queries_max * WAITERS_PER_QUERY,
            .lanes = dns_lanes(),
            .attempts_max = FORWARDER_ATTEMPTS_MAX,
            .policy = policy_of(options->policy),
            .attempt_ns = options->timeout_ms * NS_PER_MS / ATTEMPT_PARTS + 1,
            .timeout_ns = options->timeout_ms * NS_PER_MS,
            .is_case_random = !options->keeps_case,
            .rate = { .per_s = (uint32_t)options->rate_per_s,
                      .window_s = (uint32_t)options->rate_window_s,
                      .slip = (uint32_t)options->rate_slip,
                      .may_begin = true },
            .client_queries_max = (uint32_t)(options->client_queries_max != 0
                                                 ? options->client_queries_max
                                                 : options->queries_max),
            .upstream_queries_max = (uint32_t)options->upstream_queries_max,
        },
    };

    struct dnstap_config dnstap;
    char host[DNS_HOST_NAME_MAX];

    _Static_assert(QUERIES_MAX_MAX * WAITERS_PER_QUERY <= FORWARDER_WAITERS_MAX, "all may wait");
    if (read_listen(&options->listen, &config, err) < 0 ||
        read_upstreams(&options->upstream, &config, err) < 0 ||
        dns_zones_read(&options->zone_upstream, &config, err) < 0 ||
        read_cache(options, &config.core, err) < 0 ||
        dns_access_read(options, &config.core.access, err) < 0 ||
        dns_cookies_read(options, &config.core.cookies, err) < 0 ||
        dns_dnstap_read(options, host, &dnstap, err) < 0 ||
        dns_tls_read(options, &config, err) < 0 || dns_shards_check(options, err) < 0)
        return -1;
    *ret_config = config;
    return 0;
}
