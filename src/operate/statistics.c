/* The core's counters, and then those of the loop around it. */
#include "operate/statistics.h"

const char *operate_upstream_state(const struct forwarder_upstream *upstream, uint64_t now_ns)
{
    if (upstream->down_until_ns > now_ns)
        return "down";
    if (upstream->strikes > 0)
        return "failing";
    return upstream->replies > 0 ? "up" : "unknown";
}

void operate_statistics_each(const struct forwarder_loop *loop,
                             void (*visit)(void *owner, const struct operate_statistic *statistic),
                             void *owner)
{
    struct forwarder_loop_counters counters = forwarder_loop_counters(loop);
    const struct operate_statistic rows[] = {
        { "queries_waiting", "wait for an upstream now", counters.waiting, true },
        { "clients_waiting", "wait for those", counters.clients_waiting, true },
        { "cache_entries", "answers in the cache now", counters.cache_entries, true },
        { "cache_bytes_used", "octets that they take", counters.cache_bytes_used, true },
        { "cache_evicted", "left the cache to make room", counters.cache_evicted, false },
        { "local_names", "names that are special, local or blocked", counters.local_names, true },
        { "tcp_clients_now", "clients' connections now", counters.tcp.clients_now, true },
        { "tcp_accepted", "clients' connections", counters.tcp.accepted, false },
        { "tcp_prohibited", "closed at once: from an address that may not ask",
          counters.tcp.prohibited, false },
        { "tcp_per_client", "closed at once: too many of one address", counters.tcp.per_client,
          false },
        { "tcp_idle", "closed: nothing came for too long", counters.tcp.idle, false },
        { "tcp_broken", "closed: what came was no query", counters.tcp.broken, false },
        { "tcp_overflows", "closed: answers were not read", counters.tcp.overflows, false },
        { "tcp_paused", "times that no more could be accepted", counters.tcp.paused, false },
        { "tcp_lost", "messages for connections that are gone", counters.tcp.lost, false },
        { "tcp_upstreams", "connections to upstreams", counters.tcp.upstreams, false },
        { "tcp_upstreams_failed", "connections to upstreams that were not to be had",
          counters.tcp.upstreams_failed, false },
        { "tcp_upstreams_lost", "closed by an upstream with queries on them",
          counters.tcp.upstreams_lost, false },
        { "tls_upstreams", "connections to upstreams over TLS", counters.tcp.upstreams_tls, false },
        { "tls_upstreams_resumed", "of those, with a session from before",
          counters.tcp.upstreams_tls_resumed, false },
        { "tls_accepted", "clients' connections over TLS", counters.tcp.tls, false },
        { "tls_resumed", "of those, with a session from before", counters.tcp.tls_resumed, false },
        { "tls_failed", "closed: TLS could not begin", counters.tcp.tls_failed, false },
        { "received_too_large", "datagrams dropped: too large", counters.received_too_large,
          false },
        { "receive_errors", "errors that the network reported", counters.receive_errors, false },
        { "log_lines_lost", "lines of the query log that were dropped", counters.tap_lost, false },
        { "dnstap_lost", "messages for dnstap that were dropped", counters.mirror_lost, false },
        { "sends_lost", "datagrams that could not be sent", counters.sends_lost, false },
    };

    for (unsigned int i = 0; i < FORWARDER_COUNTERS; i++) {
        struct operate_statistic statistic = {
            .name = forwarder_counter_name((enum forwarder_counter)i),
            .text = forwarder_counter_text((enum forwarder_counter)i),
            .value = counters.core[i],
        };

        visit(owner, &statistic);
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        visit(owner, &rows[i]);
}
