/* A family of metrics is its HELP and TYPE lines and then its samples. */
#include "operate/metrics.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fd.h"
#include "forwarder/io/endpoint.h"
#include "operate/statistics.h"

#include <fcntl.h>
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

static void add_statistics(const struct operate_report *report, struct operate_buffer *out)
{
    for (size_t i = 0; i < OPERATE_STATISTICS; i++) {
        struct operate_statistic statistic = operate_statistic_at(i);
        char name[80];

        (void)snprintf(name, sizeof(name), PREFIX "%s%s", statistic.name,
                       statistic.is_now ? "" : "_total");
        (void)begin(out, name, statistic.is_now ? "gauge" : "counter", statistic.text);
        (void)operate_buffer_format(out, "%s %" PRIu64 "\n", name, report->statistics[i]);
    }
}

/* A number of an upstream's. */
struct sample {
    const struct operate_report_upstream *upstream;
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

static void add_upstreams(const struct operate_view *view, struct operate_buffer *out)
{
    struct sample sample = { .now_ns = clock_monotonic_ns() };
    char address[FORWARDER_ENDPOINT_TEXT_MAX];

    for (size_t row = 0; row < sizeof(upstream_rows) / sizeof(upstream_rows[0]); row++) {
        (void)begin(out, upstream_rows[row].name, upstream_rows[row].type, upstream_rows[row].help);
        for (size_t i = 0; i < view->report.upstreams_count; i++) {
            sample.upstream = &view->report.upstreams[i];
            (void)operate_buffer_format(out, "%s{upstream=\"%s\",number=\"%zu\"} %.12g\n",
                                        upstream_rows[row].name,
                                        forwarder_endpoint_format(&view->upstreams[i], address), i,
                                        upstream_rows[row].value(&sample));
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

static void add_latencies(const struct operate_report *report, struct operate_buffer *out)
{
    static const char *const sources[FORWARDER_SOURCES] = {
        [FORWARDER_FROM_HERE] = "here",
        [FORWARDER_FROM_CACHE] = "cache",
        [FORWARDER_FROM_UPSTREAM] = "upstream",
    };

    (void)begin(out, PREFIX "answer_seconds", "histogram",
                "how long clients waited for an answer, by where it comes from");
    for (size_t i = 0; i < FORWARDER_SOURCES; i++)
        add_latency(&report->latencies[i], sources[i], out);
}

/* The resident size that a file of /proc tells, in octets; 0: that is not known. */
static unsigned long long resident_bytes(int statm_fd)
{
    char text[128] = { 0 };
    unsigned long long pages = 0;

    if (statm_fd < 0 || pread(statm_fd, text, sizeof(text) - 1, 0) <= 0 ||
        sscanf(text, "%*u %llu", &pages) != 1)
        return 0;
    return pages * (unsigned long long)sysconf(_SC_PAGESIZE);
}

/* The resident size of another process, likewise. */
static unsigned long long resident_bytes_of(pid_t pid)
{
    CLEANUP(fd_close) int fd = -1;
    char path[40];

    (void)snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    return resident_bytes(fd);
}

/* The processor time of another process. */
static double cpu_seconds_of(pid_t pid)
{
    struct timespec time = { 0 };
    clockid_t clock;

    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) < 0)
        return 0;
    return (double)time.tv_sec + (double)time.tv_nsec / NS_PER_S;
}

/* That of this process, or of its children that have ended. */
static double cpu_seconds(int who)
{
    struct rusage usage = { 0 };

    (void)getrusage(who, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* What all processes have taken. */
struct taken {
    double cpu_s;
    unsigned long long resident;
};

static uint64_t queries_of(const struct operate_report *report)
{
    uint64_t count = 0;

    for (size_t i = 0; i < FORWARDER_SOURCES; i++)
        for (size_t bucket = 0; bucket <= FORWARDER_LATENCY_BOUNDS; bucket++)
            count += report->latencies[i].counts[bucket];
    return count;
}

static uint64_t is_shard_up(const struct operate_shard *shard)
{
    return shard->pid > 0 && shard->is_ready;
}

static uint64_t restarts(const struct operate_shard *shard)
{
    return shard->restarts;
}

static uint64_t answers(const struct operate_shard *shard)
{
    return queries_of(&shard->report);
}

static uint64_t resident(const struct operate_shard *shard)
{
    return shard->pid > 0 ? resident_bytes_of(shard->pid) : 0;
}

static const struct {
    const char *name;
    const char *type;
    const char *help;
    uint64_t (*value)(const struct operate_shard *shard);
} shard_rows[] = {
    { PREFIX "shard_up", "gauge", "0 while it is started anew", is_shard_up },
    { PREFIX "shard_restarts_total", "counter", "how often it was started anew", restarts },
    { PREFIX "shard_answers_total", "counter", "answers to clients whose wait was measured",
      answers },
    { PREFIX "shard_resident_bytes", "gauge", "memory that it has, some of which others have too",
      resident },
};

/* A sample for each shard, of each row; and what they have taken. */
static void add_shards(const struct operate_several *several, struct operate_buffer *out,
                       struct taken *taken)
{
    struct operate_shard shard;

    for (size_t row = 0; row < sizeof(shard_rows) / sizeof(shard_rows[0]); row++) {
        (void)begin(out, shard_rows[row].name, shard_rows[row].type, shard_rows[row].help);
        for (size_t i = 0; i < several->count; i++) {
            several->shard(several->owner, i, &shard);
            (void)operate_buffer_format(out, "%s{shard=\"%zu\"} %" PRIu64 "\n",
                                        shard_rows[row].name, i + 1, shard_rows[row].value(&shard));
        }
    }
    taken->cpu_s += cpu_seconds(RUSAGE_CHILDREN);
    for (size_t i = 0; i < several->count; i++) {
        several->shard(several->owner, i, &shard);
        if (shard.pid == 0)
            continue;
        taken->cpu_s += cpu_seconds_of(shard.pid);
        taken->resident += resident_bytes_of(shard.pid);
    }
}

static void add_process(const struct operate_server *server, const struct taken *taken,
                        struct operate_buffer *out)
{
    uint64_t up_ns = clock_monotonic_ns() - server->started_ns;

    (void)begin(out, "process_cpu_seconds_total", "counter", "processor time, user and system");
    (void)operate_buffer_format(out, "process_cpu_seconds_total %.6f\n", taken->cpu_s);
    (void)begin(out, "process_start_time_seconds", "gauge", "when it began, since 1970");
    (void)operate_buffer_format(out, "process_start_time_seconds %.3f\n",
                                (double)time(NULL) - (double)up_ns / NS_PER_S);
    if (taken->resident > 0) {
        (void)begin(out, "process_resident_memory_bytes", "gauge", "memory that it has");
        (void)operate_buffer_format(out, "process_resident_memory_bytes %llu\n", taken->resident);
    }
    (void)begin(out, PREFIX "build_info", "gauge", "1, with the version as a label");
    (void)operate_buffer_format(out, PREFIX "build_info{version=\"%s\"} 1\n", CUPEL_VERSION);
}

bool operate_metrics_write(const struct operate_server *server, int statm_fd,
                           struct operate_buffer *out)
{
    struct taken taken = { cpu_seconds(RUSAGE_SELF), resident_bytes(statm_fd) };
    struct operate_view view;

    operate_server_view(server, &view);
    add_statistics(&view.report, out);
    add_upstreams(&view, out);
    add_latencies(&view.report, out);
    if (server->several != NULL)
        add_shards(server->several, out, &taken);
    add_process(server, &taken, out);
    return !out->is_cut;
}

bool operate_metrics_is_healthy(const struct operate_server *server)
{
    struct operate_view view;

    operate_server_view(server, &view);
    return operate_view_is_healthy(&view);
}
