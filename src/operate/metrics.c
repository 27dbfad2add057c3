/* A family of metrics is its HELP and TYPE lines and then its samples. */
#include "operate/metrics.h"

#include "base/clock.h"
#include "forwarder/io/endpoint.h"
#include "operate/statistics.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define PREFIX "cupel_dns_"
#define NS_PER_S 1e9

static bool begin(struct operate_buffer *out, const char *name, const char *type, const char *help)
{
    return operate_buffer_format(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void add_statistic(void *owner, const struct operate_statistic *statistic)
{
    struct operate_buffer *out = owner;
    char name[80];

    (void)snprintf(name, sizeof(name), PREFIX "%s%s", statistic->name,
                   statistic->is_now ? "" : "_total");
    (void)begin(out, name, statistic->is_now ? "gauge" : "counter", statistic->text);
    (void)operate_buffer_format(out, "%s %" PRIu64 "\n", name, statistic->value);
}

/* A number of an upstream's. */
struct sample {
    const struct forwarder_upstream *upstream;
    uint64_t now_ns;
};

static double is_up(const struct sample *sample)
{
    return sample->upstream->down_until_ns <= sample->now_ns;
}

static double rtt(const struct sample *sample)
{
    return (double)sample->upstream->smoothed_ns / NS_PER_S;
}

static double queries(const struct sample *sample)
{
    return (double)sample->upstream->queries;
}

static double replies(const struct sample *sample)
{
    return (double)sample->upstream->replies;
}

static double timeouts(const struct sample *sample)
{
    return (double)sample->upstream->timeouts;
}

static const struct {
    const char *name;
    const char *type;
    const char *help;
    double (*value)(const struct sample *sample);
} upstream_rows[] = {
    { PREFIX "upstream_up", "gauge", "0 while it is left out since it does not answer", is_up },
    { PREFIX "upstream_rtt_seconds", "gauge", "smoothed round trip; 0 while none was measured",
      rtt },
    { PREFIX "upstream_queries_total", "counter", "queries that were sent to it", queries },
    { PREFIX "upstream_replies_total", "counter", "good replies", replies },
    { PREFIX "upstream_timeouts_total", "counter", "queries that it did not answer in time",
      timeouts },
};

static void add_upstreams(const struct operate_server *server, struct operate_buffer *out)
{
    const struct forwarder *forwarder = forwarder_loop_core(server->loop);
    struct sample sample = { .now_ns = clock_monotonic_ns() };
    char address[FORWARDER_ENDPOINT_TEXT_MAX];

    for (size_t row = 0; row < sizeof(upstream_rows) / sizeof(upstream_rows[0]); row++) {
        (void)begin(out, upstream_rows[row].name, upstream_rows[row].type, upstream_rows[row].help);
        for (size_t i = 0; i < forwarder->members.count; i++) {
            sample.upstream = &forwarder->upstreams[forwarder->members.at[i]];
            (void)operate_buffer_format(
                out, "%s{upstream=\"%s\",number=\"%zu\"} %.12g\n", upstream_rows[row].name,
                forwarder_endpoint_format(&forwarder->config.upstreams[forwarder->members.at[i]],
                                          address),
                i, upstream_rows[row].value(&sample));
        }
    }
}

static void add_latency(const struct forwarder_latency *latency, const char *source,
                        struct operate_buffer *out)
{
    uint64_t count = 0;

    for (size_t i = 0; i < FORWARDER_LATENCY_BOUNDS; i++) {
        count += latency->counts[i];
        (void)operate_buffer_format(
            out, PREFIX "answer_seconds_bucket{source=\"%s\",le=\"%.12g\"} %" PRIu64 "\n", source,
            (double)forwarder_latency_bounds[i] / NS_PER_S, count);
    }
    count += latency->counts[FORWARDER_LATENCY_BOUNDS];
    (void)operate_buffer_format(
        out, PREFIX "answer_seconds_bucket{source=\"%s\",le=\"+Inf\"} %" PRIu64 "\n", source,
        count);
    (void)operate_buffer_format(out, PREFIX "answer_seconds_sum{source=\"%s\"} %.9f\n", source,
                                (double)latency->sum_ns / NS_PER_S);
    (void)operate_buffer_format(out, PREFIX "answer_seconds_count{source=\"%s\"} %" PRIu64 "\n",
                                source, count);
}

static void add_latencies(const struct operate_server *server, struct operate_buffer *out)
{
    static const char *const sources[FORWARDER_SOURCES] = {
        [FORWARDER_FROM_HERE] = "here",
        [FORWARDER_FROM_CACHE] = "cache",
        [FORWARDER_FROM_UPSTREAM] = "upstream",
    };
    const struct forwarder_latency *latencies = forwarder_loop_latencies(server->loop);

    (void)begin(out, PREFIX "answer_seconds", "histogram",
                "how long clients waited for an answer, by where it comes from");
    for (size_t i = 0; i < FORWARDER_SOURCES; i++)
        add_latency(&latencies[i], sources[i], out);
}

/* The resident size of the process, in octets; 0: that is not known. */
static unsigned long long resident_bytes(int statm_fd)
{
    char text[128] = { 0 };
    unsigned long long pages = 0;

    if (statm_fd < 0 || pread(statm_fd, text, sizeof(text) - 1, 0) <= 0 ||
        sscanf(text, "%*u %llu", &pages) != 1)
        return 0;
    return pages * (unsigned long long)sysconf(_SC_PAGESIZE);
}

static void add_process(const struct operate_server *server, int statm_fd,
                        struct operate_buffer *out)
{
    unsigned long long resident = resident_bytes(statm_fd);
    uint64_t up_ns = clock_monotonic_ns() - server->started_ns;
    struct rusage usage = { 0 };

    (void)getrusage(RUSAGE_SELF, &usage);
    (void)begin(out, "process_cpu_seconds_total", "counter", "processor time, user and system");
    (void)operate_buffer_format(out, "process_cpu_seconds_total %.6f\n",
                                (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                                    (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) /
                                        1e6);
    (void)begin(out, "process_start_time_seconds", "gauge", "when it began, since 1970");
    (void)operate_buffer_format(out, "process_start_time_seconds %.3f\n",
                                (double)time(NULL) - (double)up_ns / NS_PER_S);
    if (resident > 0) {
        (void)begin(out, "process_resident_memory_bytes", "gauge", "memory that it has");
        (void)operate_buffer_format(out, "process_resident_memory_bytes %llu\n", resident);
    }
    (void)begin(out, PREFIX "build_info", "gauge", "1, with the version as a label");
    (void)operate_buffer_format(out, PREFIX "build_info{version=\"%s\"} 1\n", CUPEL_VERSION);
}

bool operate_metrics_write(const struct operate_server *server, int statm_fd,
                           struct operate_buffer *out)
{
    operate_statistics_each(server->loop, add_statistic, out);
    add_upstreams(server, out);
    add_latencies(server, out);
    add_process(server, statm_fd, out);
    return !out->is_cut;
}

bool operate_metrics_is_healthy(const struct operate_server *server)
{
    const struct forwarder *forwarder = forwarder_loop_core(server->loop);
    uint64_t now_ns = clock_monotonic_ns();

    for (size_t i = 0; i < forwarder->members.count; i++)
        if (forwarder->upstreams[forwarder->members.at[i]].down_until_ns <= now_ns)
            return true;
    return false;
}
