/* The core's counters, and then those of the loop around it. */
#include "operate/statistics.h"

#include "base/require.h"

#include <string.h>

/* A number of the loop's: where it is in its counters, and how large. */
#define AT(member)                                                                                 \
    offsetof(struct forwarder_loop_counters, member),                                              \
        sizeof(((struct forwarder_loop_counters *)NULL)->member)

static const struct {
    struct operate_statistic statistic;
    size_t offset;
    size_t size; /* 4 or 8 */
} rows[] = {
    { { "queries_waiting", "wait for an upstream now", true }, AT(waiting) },
    { { "clients_waiting", "wait for those", true }, AT(clients_waiting) },
    { { "cache_entries", "answers in the cache now", true }, AT(cache_entries) },
    { { "cache_bytes_used", "octets that they take", true }, AT(cache_bytes_used) },
    { { "cache_evicted", "left the cache to make room", false }, AT(cache_evicted) },
    { { "local_names", "names that are special, local or blocked", true }, AT(local_names) },
    { { "tcp_clients_now", "clients' connections now", true }, AT(tcp.clients_now) },
    { { "tcp_accepted", "clients' connections", false }, AT(tcp.accepted) },
    { { "tcp_prohibited", "closed at once: from an address that may not ask", false },
      AT(tcp.prohibited) },
    { { "tcp_per_client", "closed at once: too many of one address, and none idle", false },
      AT(tcp.per_client) },
    { { "tcp_idle", "closed: nothing came for too long", false }, AT(tcp.idle) },
    { { "tcp_displaced", "closed: idle, and another one needed the place", false },
      AT(tcp.displaced) },
    { { "tcp_broken", "closed: what came was no query", false }, AT(tcp.broken) },
    { { "tcp_overflows", "closed: answers were not read", false }, AT(tcp.overflows) },
    { { "tcp_paused", "times that no more could be accepted", false }, AT(tcp.paused) },
    { { "tcp_lost", "messages for connections that are gone", false }, AT(tcp.lost) },
    { { "tcp_upstreams", "connections to upstreams", false }, AT(tcp.upstreams) },
    { { "tcp_upstreams_failed", "connections to upstreams that were not to be had", false },
      AT(tcp.upstreams_failed) },
    { { "tcp_upstreams_lost", "closed by an upstream with queries on them", false },
      AT(tcp.upstreams_lost) },
    { { "tls_upstreams", "connections to upstreams over TLS", false }, AT(tcp.upstreams_tls) },
    { { "tls_upstreams_resumed", "of those, with a session from before", false },
      AT(tcp.upstreams_tls_resumed) },
    { { "tls_accepted", "clients' connections over TLS", false }, AT(tcp.tls) },
    { { "tls_resumed", "of those, with a session from before", false }, AT(tcp.tls_resumed) },
    { { "tls_failed", "closed: TLS could not begin", false }, AT(tcp.tls_failed) },
    { { "received_too_large", "datagrams dropped: too large", false }, AT(received_too_large) },
    { { "receive_errors", "errors that the network reported", false }, AT(receive_errors) },
    { { "log_lines_lost", "lines of the query log that were dropped", false }, AT(tap_lost) },
    { { "dnstap_lost", "messages for dnstap that were dropped", false }, AT(mirror_lost) },
    { { "receive_buffer", "octets that may wait on a UDP socket that listens", true },
      AT(receive_buffer) },
    { { "sends_lost", "datagrams that could not be sent", false }, AT(sends_lost) },
};

_Static_assert(sizeof(rows) / sizeof(rows[0]) == OPERATE_LOOP_STATISTICS, "all have their place");

struct operate_statistic operate_statistic_at(size_t place)
{
    REQUIRE(place < OPERATE_STATISTICS);
    if (place >= FORWARDER_COUNTERS)
        return rows[place - FORWARDER_COUNTERS].statistic;
    return (struct operate_statistic){
        .name = forwarder_counter_name((enum forwarder_counter)place),
        .text = forwarder_counter_text((enum forwarder_counter)place),
    };
}

size_t operate_statistic_find(const char *name)
{
    size_t place = 0;

    while (place < OPERATE_STATISTICS && strcmp(operate_statistic_at(place).name, name) != 0)
        place += 1;
    REQUIRE(place < OPERATE_STATISTICS);
    return place;
}

bool operate_statistic_is_common(size_t place)
{
    const char *name = operate_statistic_at(place).name;

    return strcmp(name, "local_names") == 0 || strcmp(name, "receive_buffer") == 0;
}

void operate_statistics_take(const struct forwarder_loop *loop,
                             uint64_t ret_values[static OPERATE_STATISTICS])
{
    struct forwarder_loop_counters counters = forwarder_loop_counters(loop);

    memcpy(ret_values, counters.core, FORWARDER_COUNTERS * sizeof(ret_values[0]));
    for (size_t i = 0; i < OPERATE_LOOP_STATISTICS; i++) {
        const unsigned char *at = (const unsigned char *)&counters + rows[i].offset;
        uint64_t wide = 0;
        uint32_t narrow = 0;

        if (rows[i].size == sizeof(wide))
            memcpy(&wide, at, sizeof(wide));
        else
            memcpy(&narrow, at, sizeof(narrow));
        ret_values[FORWARDER_COUNTERS + i] = wide + narrow;
    }
}
