/* cupel-dns: the forwarder's command line. All that it does is in src/forwarder. */
#include "base/cleanup.h"
#include "cli/dns/descriptors.h"
#include "cli/dns/operation.h"
#include "cli/dns/ready.h"
#include "cli/dns/sandbox.h"
#include "cli/dns/service.h"
#include "cli/dns/settings/reading.h"
#include "cli/dns/shards/divide.h"
#include "cli/dns/shards/supervisor.h"
#include "forwarder/io/endpoint.h"
#include "operate/local.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>

static void print_ready(const struct forwarder_loop *loop,
                        const struct forwarder_loop_config *config)
{
    bool is_listening[FORWARDER_LISTEN_MAX] = { false };

    for (size_t i = 0; i < config->listen_count; i++)
        is_listening[i] = forwarder_loop_is_listening(loop, i);
    dns_ready_print(config, is_listening);
}

/* A forwarder at work, and what it was told. */
struct running {
    const struct dns_options *given;
    struct dns_settings *started; /* what cannot change stays as it was then */
    struct dns_settings *now;     /* NULL: as it started */
    struct dns_reading *reading;  /* what will hold; NULL: nothing is read */
    bool is_called;               /* and what comes after that is to be read, too */
    struct forwarder_loop *loop;
    const struct dns_operation *operation;
    struct dns_service service;
};

/* The configuration that settings make, with the sockets that were passed. */
static int configure(const struct running *running, const struct dns_settings *settings,
                     struct forwarder_loop_config *ret_config, struct err *err)
{
    bool is_default = dns_settings_options(settings)->listen.count == 0;

    *ret_config = *dns_settings_config(settings);
    return dns_service_add(&running->service, is_default, ret_config, err);
}

static void go_on_as_before(const struct dns_options *options, struct err *err)
{
    dns_sandbox_explain(options, err);
    (void)err_prefix(err, "goes on as before");
    (void)cli_fail(DNS_PROGRAM, err, 0);
}

/* Another configuration was read; `owner` is the loop. */
static void stop_loop(void *owner, uint32_t events)
{
    (void)events;
    forwarder_loop_stop(owner);
}

/* Begins to read the configuration anew, while queries are answered. Of those that are asked for
 * meanwhile the last one counts. */
static void begin_reload(struct running *running)
{
    struct forwarder_guest guest = { .events = EPOLLIN, .run = stop_loop, .owner = running->loop };
    struct forwarder_guests *guests = forwarder_loop_guests(running->loop);
    struct err err = { 0 };

    running->is_called = running->reading != NULL;
    if (running->is_called)
        return;
    dns_service_tell(&running->service, DNS_SERVICE_RELOADING);
    if (dns_reading_begin(running->given, running->started, &running->reading, &err) == 0) {
        guest.fd = dns_reading_fd(running->reading);
        if (forwarder_guests_join(guests, &guest, &err) == 0)
            return;
        dns_reading_end_pointer(&running->reading);
    }
    go_on_as_before(dns_settings_options(running->started), &err);
    dns_service_tell(&running->service, DNS_SERVICE_READY);
}

/* Goes on with what was read; with the configuration before where it is wrong. */
static void take_reading(struct running *running)
{
    CLEANUP(dns_settings_free_pointer) struct dns_settings *settings = NULL;
    char block[DNS_STAYS_BYTES];
    struct text stays = text_init(block, sizeof(block));
    struct forwarder_loop_config config;
    struct err err = { 0 };

    forwarder_guests_leave(forwarder_loop_guests(running->loop), dns_reading_fd(running->reading));
    if (dns_reading_end(&running->reading, &settings, &stays, &err) < 0 ||
        configure(running, settings, &config, &err) < 0 ||
        forwarder_loop_reload(running->loop, &config, &err) < 0) {
        go_on_as_before(dns_settings_options(running->started), &err);
        return;
    }
    forwarder_loop_set_local(running->loop, config.core.local);
    dns_settings_forget_local(running->started);
    dns_settings_free(running->now);
    running->now = settings;
    settings = NULL;
    if (stays.size > 0) {
        (void)err_set(&err, -1, "changes when it is started anew: %s", stays.at);
        (void)cli_fail(DNS_PROGRAM, &err, 0);
    }
    print_ready(running->loop, &config);
}

static void end_reload(struct running *running)
{
    take_reading(running);
    dns_service_tell(&running->service, DNS_SERVICE_READY);
    if (running->is_called)
        begin_reload(running);
}

/* Answers queries until a signal ends it; the exit status. */
static int serve(struct running *running)
{
    struct err err = { 0 };
    int caught = SIGUSR1;

    while (caught != SIGTERM && caught != SIGINT) {
        if (forwarder_loop_run(running->loop, &caught, &err) < 0)
            return cli_fail(DNS_PROGRAM, &err, 1);
        if (caught == SIGUSR1)
            dns_statistics_print(&running->operation->server);
        if (caught == SIGUSR2)
            dns_operation_reopen(running->operation);
        if (caught == SIGHUP)
            begin_reload(running);
        if (caught == 0 && running->reading != NULL)
            end_reload(running);
    }
    dns_service_tell(&running->service, DNS_SERVICE_STOPPING);
    return 0;
}

/* What the loop has to say; `owner` is the loop. */
static void say(void *owner, const char *sentence)
{
    (void)owner;
    (void)fprintf(stderr, DNS_PROGRAM ": %s\n", sentence);
}

/* A forwarder alone, in this process. */
static int run_alone(struct running *running, const struct dns_user *user)
{
    const struct dns_options *options = dns_settings_options(running->started);
    CLEANUP(dns_settings_free_pointer) struct dns_settings *later = NULL;
    CLEANUP(forwarder_loop_close_pointer) struct forwarder_loop *loop = NULL;
    CLEANUP(dns_operation_close) struct dns_operation operation = { 0 };
    struct forwarder_loop_config config;
    struct err err = { 0 };
    int status;

    if (configure(running, running->started, &config, &err) < 0)
        return cli_fail(DNS_PROGRAM, &err, 1);
    dns_allow_descriptors();
    if (forwarder_loop_open(&config, &loop, &err) < 0)
        return cli_fail(DNS_PROGRAM, &err, 1);
    if (dns_operation_open(&operation, options, loop, &err) < 0)
        return cli_fail(DNS_PROGRAM, &err, 1);
    if (dns_sandbox_enter(options, user, DNS_SANDBOX_ALONE, &err) < 0 ||
        dns_operation_start(&operation, &err) < 0)
        return cli_fail(DNS_PROGRAM, &err, 1);
    forwarder_loop_set_say(loop, say);
    print_ready(loop, &config);
    dns_service_tell(&running->service, DNS_SERVICE_READY);
    running->loop = loop;
    running->operation = &operation;
    status = serve(running);
    dns_reading_end_pointer(&running->reading);
    later = running->now;
    dns_operation_save(&operation);
    return status;
}

/* Looks at options that the configuration of a loop is not made of. */
static int check_rest(const struct dns_options *options, struct dns_user *ret_user,
                      size_t *ret_shards, struct err *err)
{
    if (dns_user_read(options->user, ret_user, err) < 0)
        return err_prefix(err, "--user");
    if (options->control != NULL && operate_local_check(options->control, err) < 0)
        return err_prefix(err, "--control");
    if (options->metrics != NULL && operate_http_check(options->metrics, err) < 0)
        return err_prefix(err, "--metrics");
    return dns_shards_read(options, ret_shards, err);
}

static int run(const void *globals, const void *block, struct cli_operands operands)
{
    const struct dns_options *options = block;
    CLEANUP(dns_settings_free_pointer) struct dns_settings *settings = NULL;
    struct running running = { .given = options };
    struct dns_supervision supervision = { .given = options };
    struct dns_user user;
    struct err err = { 0 };

    (void)globals;
    (void)operands;
    (void)signal(SIGPIPE, SIG_IGN); /* nobody need read what we print */
    if (dns_settings_read(options, &settings, &err) < 0)
        return cli_fail(DNS_PROGRAM, &err, 2);
    if (check_rest(dns_settings_options(settings), &user, &supervision.count, &err) < 0) {
        dns_settings_tell_place(settings, options, &err);
        return cli_fail(DNS_PROGRAM, &err, 2);
    }
    if (options->only_checks)
        return 0;
    if (dns_service_open(&running.service, &err) < 0)
        return cli_fail(DNS_PROGRAM, &err, 1);
    running.started = settings;
    supervision.settings = settings;
    supervision.service = &running.service;
    supervision.user = &user;
    return supervision.count > 1 ? dns_supervise(&supervision) : run_alone(&running, &user);
}

static const struct cli_command dns_command = {
    .operands = "",
    .summary = "forward DNS queries to other servers",
    .options = dns_rows,
    .options_count = DNS_ROWS_COUNT,
    .run = run,
    .defaults = &dns_defaults,
    .options_bytes = sizeof(struct dns_options),
    .has_given = true,
};

static const struct cli_example dns_examples[] = {
    { "cupel-dns", "answers on loopback, port 8053, with what 8.8.8.8 says" },
    { "dig @127.0.0.1 -p 8053 example.com", "asks it" },
    { "cupel-dns --listen 127.0.0.1:53 --upstream 9.9.9.9 --upstream 1.1.1.1",
      "takes this machine's queries, and asks two servers" },
    { "cupel-dns --config /etc/cupel/dns.yaml", "does what the file says" },
};

static const struct cli_program dns_program = {
    .name = DNS_PROGRAM,
    .summary = "forward DNS queries to other servers",
    .description =
        "cupel-dns takes DNS queries, asks an upstream server, and gives back "
        "what it says. It prints one line when it is ready to answer, and ends with status 0 on "
        "SIGTERM and SIGINT. On SIGUSR1 it prints what it counted; on SIGUSR2 it opens the file of "
        "the query log anew. On SIGHUP it reads its "
        "configuration file anew, and says that it is ready; queries that wait end as they began, "
        "the cache is kept, and addresses that it goes on to listen on stay open. Where something "
        "is wrong with the file it says so on standard error and goes on as before. "
        "What operates it (--control, --metrics and so on), and whether --tcp-clients-max is 0, "
        "changes only when it is started anew, which it says as well.\n\n"
        "A service manager such as systemd may pass sockets (LISTEN_FDS), UDP and TCP, which are "
        "listened on besides --listen, or in place of loopback where there is no --listen; and is "
        "told when it is ready, reads its file anew, and ends (NOTIFY_SOCKET).\n\n"
        "All options but --config and --check-config may stand in a configuration file: keys are "
        "their long names, a flag is true or false, an option that may be repeated is a list:\n\n"
        "upstream: [9.9.9.9, 1.1.1.1]\npolicy: fastest\nprefetch: true\n\n"
        "What the command line says holds in place of what the file says under the same name. "
        "Whatever is wrong is told as one sentence, FILE:LINE: key: reason, and the exit status is "
        "2.\n\n"
        "Answers are kept for as long as they say, in --cache-bytes of memory, and given from "
        "there with TTLs that are less by their age: records that answer the question, that there "
        "is none (for as long as the zone's SOA record says), and for five seconds that the "
        "upstream failed. Those who ask the same at the same time wait for one answer. Names are "
        "asked for in letters of any case, which the reply must have too; clients get back their "
        "own.\n\n"
        "It answers over UDP and TCP (RFC 7766), on the same addresses. An answer that does not "
        "fit "
        "into a datagram of the client's size (512 octets without EDNS) comes back with TC set, "
        "and "
        "the client asks again over TCP. Upstreams are told that 1232 octets may be sent; what is "
        "larger is fetched over TCP, and so is kept whole; one that does not know "
        "EDNS is asked without for a quarter of an hour. Clients that speak EDNS are told why an "
        "answer is a failure or stale (extended DNS errors).\n\n"
        "Some names are special, and answered here: localhost, and those below it, have the "
        "addresses of loopback; invalid and onion do not exist; test, home.arpa and the names of "
        "private addresses, of loopback, of links and of examples (RFC 6303) hold nothing but what "
        "--local-record and --hosts put there; resolver.arpa has no records. ANY is answered with "
        "HINFO (RFC "
        "8482); in the class CH there are --version-text and --identity-text, and everything else "
        "is REFUSED. Names in --block lists are answered as --block-answer says, unless one that "
        "is "
        "closer allows them; lines of a list that say nothing are told once, and left out.\n\n"
        "Who may ask is said by --allow and --deny; without them this machine alone, whatever is "
        "listened on. Others get REFUSED. Where addresses can be forged, give a --rate-limit, too: "
        "who is really there goes on over TCP, or with a DNS cookie (RFC 7873), which is exchanged "
        "with clients and upstreams.\n\n"
        "A query is sent to the upstream that --policy chooses; when its usual round trip has long "
        "passed (50 milliseconds at least, a third of --timeout-ms at most) it is sent to the "
        "next, which has twice as long, and so on; when --timeout-ms are over it is answered "
        "SERVFAIL. One that lets three queries "
        "in a "
        "row go without an answer is left out for a second, and longer each time. A reply is taken "
        "only from an address that was asked, on the port and with the "
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
