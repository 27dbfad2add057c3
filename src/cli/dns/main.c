/* cupel-dns: the forwarder's command line. All that it does is in src/forwarder. */
#include "base/cleanup.h"
#include "cli/option.h"
#include "forwarder/io/endpoint.h"
#include "forwarder/io/loop.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>

#define PROGRAM "cupel-dns"
#define LISTEN_PORT 8053
#define UPSTREAM_PORT 53
#define NS_PER_MS UINT64_C(1000000)
/* A query is sent this often before its client is told that nobody answered. */
#define ATTEMPTS 3
/* Sockets, and so ports, for each upstream. */
#define LANES 32
#define QUERIES_MAX_MAX (LANES * 16384UL)

struct dns_options {
    struct cli_texts listen;
    struct cli_texts upstream;
    unsigned long timeout_ms;
    unsigned long queries_max;
};

static const struct dns_options dns_defaults = { .timeout_ms = 2000, .queries_max = 4096 };

static const struct cli_option dns_rows[] = {
    { .name = "listen",
      .letter = 'l',
      .kind = CLI_TEXTS,
      .offset = offsetof(struct dns_options, listen),
      .value = "ADDR[:PORT]",
      .help = "answer queries that come in here; may be repeated (127.0.0.1:8053 and, where there "
              "is IPv6, [::1]:8053)" },
    { .name = "upstream",
      .letter = 'u',
      .kind = CLI_TEXTS,
      .offset = offsetof(struct dns_options, upstream),
      .value = "ADDR[:PORT]",
      .help = "ask this server; may be repeated: the next one is asked when one does not answer "
              "(8.8.8.8:53)" },
    { .name = "timeout-ms",
      .kind = CLI_NUMBER,
      .offset = offsetof(struct dns_options, timeout_ms),
      .value = "N",
      .help = "answer SERVFAIL after this many milliseconds without an answer; the query is sent "
              "again after each third of them (2000)",
      .number_min = 10,
      .number_max = 60000 },
    { .name = "queries-max",
      .kind = CLI_NUMBER,
      .offset = offsetof(struct dns_options, queries_max),
      .value = "N",
      .help = "let at most this many queries wait for an answer at the same time; one more gets "
              "SERVFAIL at once (4096)",
      .number_min = 1,
      .number_max = QUERIES_MAX_MAX },
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

static int read_upstreams(const struct cli_texts *texts, struct forwarder_config *config,
                          struct err *err)
{
    static const struct cli_texts defaults = { .count = 1, .at = { "8.8.8.8" } };
    const struct cli_texts *chosen = texts->count > 0 ? texts : &defaults;

    if (chosen->count > FORWARDER_UPSTREAMS_MAX)
        return err_set(err, -1, "--upstream: more than %d of them", FORWARDER_UPSTREAMS_MAX);
    for (size_t i = 0; i < chosen->count; i++) {
        if (forwarder_endpoint_parse(chosen->at[i], UPSTREAM_PORT, &config->upstreams[i], err) < 0)
            return err_prefix(err, "--upstream");
    }
    config->upstreams_count = chosen->count;
    return 0;
}

/* What nobody reads is lost, and no failure of a server. */
static void finish_print(void)
{
    (void)fflush(stdout);
    __fpurge(stdout);
    clearerr(stdout);
}

/* One line for people and for programs that wait for it. */
static void print_ready(const struct forwarder_loop *loop,
                        const struct forwarder_loop_config *config)
{
    char name[FORWARDER_ENDPOINT_TEXT_MAX];
    const char *before = PROGRAM ": ready on ";

    for (size_t i = 0; i < config->listen_count; i++) {
        if (!forwarder_loop_is_listening(loop, i))
            continue;
        printf("%s%s", before, forwarder_endpoint_format(&config->listen[i].address, name));
        before = ", ";
    }
    before = ", forwarding to ";
    for (size_t i = 0; i < config->core.upstreams_count; i++) {
        printf("%s%s", before, forwarder_endpoint_format(&config->core.upstreams[i], name));
        before = ", ";
    }
    putchar('\n');
    finish_print();
}

static void print_count(const char *name, uint64_t count, const char *what)
{
    printf("%12" PRIu64 "  %-24s%s\n", count, name, what);
}

static void print_statistics(const struct forwarder_loop *loop)
{
    struct forwarder_loop_counters counters = forwarder_loop_counters(loop);

    printf(PROGRAM ": statistics\n");
    for (unsigned int i = 0; i < FORWARDER_COUNTERS; i++)
        print_count(forwarder_counter_name((enum forwarder_counter)i), counters.core[i],
                    forwarder_counter_text((enum forwarder_counter)i));
    print_count("queries_waiting", counters.waiting, "wait for an upstream now");
    print_count("received_too_large", counters.received_too_large, "datagrams dropped: too large");
    print_count("receive_errors", counters.receive_errors, "errors that the network reported");
    print_count("sends_lost", counters.sends_lost, "datagrams that could not be sent");
    finish_print();
}

static int run(const void *globals, const void *options, struct cli_operands operands)
{
    const struct dns_options *chosen = options;
    struct forwarder_loop_config config = {
        .core = {
            .queries_max = (uint32_t)chosen->queries_max,
            .lanes = LANES,
            .attempts_max = ATTEMPTS,
            .attempt_ns = chosen->timeout_ms * NS_PER_MS / ATTEMPTS,
        },
    };
    CLEANUP(forwarder_loop_close_pointer) struct forwarder_loop *loop = NULL;
    struct err err = { 0 };
    int caught = SIGUSR1;

    (void)globals;
    (void)operands;
    (void)signal(SIGPIPE, SIG_IGN); /* nobody need read what we print */
    if (read_listen(&chosen->listen, &config, &err) < 0 ||
        read_upstreams(&chosen->upstream, &config.core, &err) < 0)
        return cli_fail(PROGRAM, &err, 2);
    if (forwarder_loop_open(&config, &loop, &err) < 0)
        return cli_fail(PROGRAM, &err, 1);
    print_ready(loop, &config);
    while (caught == SIGUSR1) {
        if (forwarder_loop_run(loop, &caught, &err) < 0)
            return cli_fail(PROGRAM, &err, 1);
        if (caught == SIGUSR1)
            print_statistics(loop);
    }
    return 0;
}

static const struct cli_command dns_command = {
    .operands = "",
    .summary = "forward DNS queries to other servers",
    .options = dns_rows,
    .options_count = sizeof(dns_rows) / sizeof(dns_rows[0]),
    .run = run,
    .defaults = &dns_defaults,
    .options_bytes = sizeof(struct dns_options),
};

static const struct cli_example dns_examples[] = {
    { "cupel-dns", "answers on loopback, port 8053, with what 8.8.8.8 says" },
    { "dig @127.0.0.1 -p 8053 example.test", "asks it" },
    { "cupel-dns --listen 127.0.0.1:53 --upstream 9.9.9.9 --upstream 1.1.1.1",
      "takes this machine's queries, and asks two servers" },
};

static const struct cli_program dns_program = {
    .name = PROGRAM,
    .summary = "forward DNS queries to other servers",
    .description =
        "cupel-dns takes DNS queries over UDP, asks an upstream server over UDP, and gives back "
        "what it says. It prints one line when it is ready to answer, and ends with status 0 on "
        "SIGTERM, SIGINT and SIGHUP. On SIGUSR1 it prints what it counted.\n\n"
        "It speaks UDP alone, to both sides: an answer that does not fit into a datagram of the "
        "client's size (512 octets without EDNS) comes back with TC set, and there is no TCP to "
        "ask again over. Upstreams are told that 1232 octets may be sent. It keeps no cache.\n\n"
        "Whoever can reach an address that it listens on may ask: without --listen that is this "
        "machine alone.\n\n"
        "A query is sent to the first upstream; each time that a third of --timeout-ms passed "
        "without an answer it is sent again, to the next upstream, and in the end answered "
        "SERVFAIL. A reply is taken only from an address that was asked, on the port and with the "
        "id of the query, with its question, and when it is well-formed; for any other the query "
        "waits on. Datagrams of clients that are shorter than a header or are responses get no "
        "answer; other opcodes than QUERY get NOTIMP, malformed queries FORMERR, unknown versions "
        "of EDNS BADVERS, zone transfers REFUSED.",
    .commands = &dns_command,
    .commands_count = 1,
    .examples = dns_examples,
    .examples_count = sizeof(dns_examples) / sizeof(dns_examples[0]),
    .usage_status = 2,
};

int main(int argc, char **argv)
{
    return cli_main(&dns_program, argc, argv);
}
