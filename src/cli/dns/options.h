/* The options of cupel-dns, and the configuration that they make. */
#pragma once

#include "cli/option.h"
#include "forwarder/io/loop.h"

#define DNS_PROGRAM "cupel-dns"

/* What is answered without asking anybody. */
struct dns_local_options {
    struct cli_texts records;
    struct cli_texts record_files;
    struct cli_texts hosts;
    struct cli_texts blocks;
    struct cli_texts allowed;
    const char *block_answer;
    struct cli_texts forwarded;
    bool forwards_private;
    bool forwards_any;
    const char *version;
    const char *identity;
};

struct dns_options {
    struct cli_given given; /* the command line's */
    const char *config;
    bool only_checks;
    struct dns_local_options local;
    struct cli_texts listen;
    struct cli_texts upstream;
    struct cli_texts zone_upstream;
    const char *tls_ca;
    struct cli_texts listen_tls;
    const char *tls_certificate;
    const char *tls_key;
    unsigned long timeout_ms;
    unsigned long queries_max;
    unsigned long cache_bytes;
    unsigned long ttl_s_min;
    unsigned long ttl_s_max;
    unsigned long negative_ttl_s_max;
    unsigned long stale_s;
    const char *policy;
    unsigned long tcp_clients_max;
    unsigned long tcp_idle_ms;
    unsigned long receive_buffer;
    struct cli_texts allow;
    struct cli_texts deny;
    bool refuses_silently;
    unsigned long client_queries_max;
    unsigned long upstream_queries_max;
    unsigned long rate_per_s;
    unsigned long rate_window_s;
    unsigned long rate_slip;
    bool has_no_cookies;
    bool requires_cookies;
    const char *cookie_secret;
    bool has_prefetch;
    bool keeps_case;
    const char *control;
    const char *user;
    const char *shards;
    bool needs_sandbox;
    bool has_no_sandbox;
    const char *metrics;
    const char *cache_file;
    const char *query_log;
    const char *query_log_format;
    const char *query_log_level;
    const char *dnstap;
    const char *dnstap_identity;
    const char *dnstap_version;
};

/* What holds where the command line says nothing else. */
extern const struct dns_options dns_defaults;

/* The rows of the table. */
#define DNS_ROWS_COUNT 57
extern const struct cli_option dns_rows[DNS_ROWS_COUNT];

/* The configuration that the options ask for, but for what dns_tls_open() reads; or -1 with a
 * sentence that names the option. */
int dns_options_read(const struct dns_options *options, struct forwarder_loop_config *ret_config,
                     struct err *err);
