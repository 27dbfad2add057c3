/* One function for each command, which adds members to the answer. */
#include "operate/command.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/require.h"
#include "forwarder/io/endpoint.h"
#include "operate/statistics.h"

#include <jansson.h>
#include <string.h>
#include <unistd.h>

#define NS_PER_S UINT64_C(1000000000)
#define NS_PER_MS 1e6

typedef void (*command_run)(struct operate_server *server, const struct operate_request *request,
                            json_t *answer);

static void done_json(json_t **json)
{
    json_decref(*json);
}

/* Counts are far below what a JSON integer holds. */
static json_t *number_of(uint64_t value)
{
    return json_integer((json_int_t)value);
}

static void run_ping(struct operate_server *server, const struct operate_request *request,
                     json_t *answer)
{
    (void)server;
    (void)request;
    (void)answer;
}

/* The number under a name. */
static uint64_t statistic_of(const struct operate_report *report, const char *name)
{
    size_t place = 0;

    while (strcmp(operate_statistic_at(place).name, name) != 0)
        place += 1;
    return report->statistics[place];
}

static void run_status(struct operate_server *server, const struct operate_request *request,
                       json_t *answer)
{
    const struct operate_several *several = server->several;
    struct operate_view view;
    struct operate_shard shard;
    uint64_t restarts = 0;

    (void)request;
    operate_server_view(server, &view);
    (void)json_object_set_new(answer, "version", json_string(CUPEL_VERSION));
    (void)json_object_set_new(answer, "pid", number_of((uint64_t)getpid()));
    (void)json_object_set_new(answer, "uptime_s",
                              number_of((clock_monotonic_ns() - server->started_ns) / NS_PER_S));
    (void)json_object_set_new(answer, "queries_waiting",
                              number_of(statistic_of(&view.report, "queries_waiting")));
    (void)json_object_set_new(answer, "cache_entries",
                              number_of(statistic_of(&view.report, "cache_entries")));
    if (several == NULL)
        return;
    for (size_t i = 0; i < several->count; i++) {
        several->shard(several->owner, i, &shard);
        restarts += shard.restarts;
    }
    (void)json_object_set_new(answer, "shards", number_of(several->count));
    (void)json_object_set_new(answer, "restarts", number_of(restarts));
}

static void add_statistic(const struct operate_report *report, size_t place, json_t *rows)
{
    struct operate_statistic statistic = operate_statistic_at(place);
    json_t *row = json_object();

    (void)json_object_set_new(row, "name", json_string(statistic.name));
    (void)json_object_set_new(row, "value", number_of(report->statistics[place]));
    (void)json_object_set_new(row, "text", json_string(statistic.text));
    (void)json_array_append_new(rows, row);
}

/* A shard: who it is, and its numbers. */
static json_t *shard_row(const struct operate_several *several, size_t number)
{
    struct operate_shard shard;
    json_t *row = json_object();
    json_t *numbers = json_object();

    several->shard(several->owner, number, &shard);
    for (size_t i = 0; i < OPERATE_STATISTICS; i++)
        (void)json_object_set_new(numbers, operate_statistic_at(i).name,
                                  number_of(shard.report.statistics[i]));
    (void)json_object_set_new(row, "shard", number_of(number + 1));
    (void)json_object_set_new(row, "pid", number_of((uint64_t)shard.pid));
    (void)json_object_set_new(row, "ready", json_boolean(shard.is_ready && shard.pid > 0));
    (void)json_object_set_new(row, "restarts", number_of(shard.restarts));
    (void)json_object_set_new(row, "stats", numbers);
    return row;
}

static void run_stats(struct operate_server *server, const struct operate_request *request,
                      json_t *answer)
{
    json_t *rows = json_array();
    json_t *shards = json_array();
    struct operate_view view;

    (void)request;
    operate_server_view(server, &view);
    for (size_t i = 0; i < OPERATE_STATISTICS; i++)
        add_statistic(&view.report, i, rows);
    (void)json_object_set_new(answer, "stats", rows);
    for (size_t i = 0; server->several != NULL && i < server->several->count; i++)
        (void)json_array_append_new(shards, shard_row(server->several, i));
    if (server->several != NULL)
        (void)json_object_set(answer, "shards", shards);
    json_decref(shards);
}

static json_t *upstream_row(const struct operate_view *view, size_t number)
{
    const struct operate_report_upstream *upstream = &view->report.upstreams[number];
    char address[FORWARDER_ENDPOINT_TEXT_MAX];
    json_t *row = json_object();
    bool is_measured = upstream->smoothed_ns != 0;

    forwarder_endpoint_format(&view->upstreams[number], address);
    (void)json_object_set_new(row, "address", json_string(address));
    (void)json_object_set_new(row, "state",
                              json_string(operate_upstream_state(upstream, clock_monotonic_ns())));
    (void)json_object_set_new(row, "rtt_ms",
                              is_measured ? json_real((double)upstream->smoothed_ns / NS_PER_MS)
                                          : json_null());
    (void)json_object_set_new(row, "queries", number_of(upstream->queries));
    (void)json_object_set_new(row, "replies", number_of(upstream->replies));
    (void)json_object_set_new(row, "timeouts", number_of(upstream->timeouts));
    (void)json_object_set_new(row, "edns",
                              json_boolean(upstream->plain_until_ns <= clock_monotonic_ns()));
    return row;
}

static void run_upstreams(struct operate_server *server, const struct operate_request *request,
                          json_t *answer)
{
    json_t *rows = json_array();
    struct operate_view view;

    (void)request;
    operate_server_view(server, &view);
    for (size_t i = 0; i < view.report.upstreams_count; i++)
        (void)json_array_append_new(rows, upstream_row(&view, i));
    (void)json_object_set_new(answer, "upstreams", rows);
}

static uint32_t flush(struct forwarder_cache *cache, const struct operate_request *request)
{
    if (request->name.size == 0)
        return forwarder_cache_flush_all(cache);
    return request->is_tree ? forwarder_cache_flush_tree(cache, &request->name)
                            : forwarder_cache_flush_name(cache, &request->name);
}

/* Also of what is still to be moved to a cache of another size, where one that was moved already
 * counts once more. */
static void run_flush(struct operate_server *server, const struct operate_request *request,
                      json_t *answer)
{
    struct forwarder *forwarder = forwarder_loop_core(server->loop);
    uint64_t removed = flush(&forwarder->cache, request);

    if (forwarder_is_moving(forwarder))
        removed += flush(&forwarder->cache_before, request);
    (void)json_object_set_new(answer, "removed", number_of(removed));
}

/* It cannot be done. */
static void refuse(json_t *answer, const char *sentence)
{
    (void)json_object_set_new(answer, "ok", json_false());
    (void)json_object_set_new(answer, "error", json_string(sentence));
}

/* Whether there is a query log; else the answer says so. */
static bool has_log(const struct operate_server *server, json_t *answer)
{
    if (server->log != NULL)
        return true;
    refuse(answer, "there is no query log (--query-log)");
    return false;
}

static void run_log(struct operate_server *server, const struct operate_request *request,
                    json_t *answer)
{
    if (has_log(server, answer))
        operate_query_log_set_level(server->log, request->level);
}

static void run_reopen(struct operate_server *server, const struct operate_request *request,
                       json_t *answer)
{
    (void)request;
    if (server->reopen != NULL)
        server->reopen(server->owner);
    else
        refuse(answer, "there is no file to be opened anew (--query-log, --dnstap)");
}

static const command_run commands[OPERATE_COMMANDS] = {
    [OPERATE_PING] = run_ping,           [OPERATE_STATUS] = run_status, [OPERATE_STATS] = run_stats,
    [OPERATE_UPSTREAMS] = run_upstreams, [OPERATE_FLUSH] = run_flush,   [OPERATE_DUMP] = run_ping,
    [OPERATE_SAVE] = run_ping,           [OPERATE_LOAD] = run_ping,     [OPERATE_LOG] = run_log,
    [OPERATE_REOPEN] = run_reopen,
};

static bool put_json(const json_t *json, struct operate_buffer *out)
{
    CLEANUP(free_pointer) char *text = json_dumps(json, JSON_COMPACT | JSON_PRESERVE_ORDER);

    return text != NULL && operate_buffer_append_text(out, text) &&
           operate_buffer_append_text(out, "\n");
}

bool operate_command_run(struct operate_server *server, const struct operate_request *request,
                         struct operate_buffer *out)
{
    CLEANUP(done_json) json_t *answer = json_object();

    REQUIRE(request->command < OPERATE_COMMANDS);
    (void)json_object_set_new(answer, "ok", json_true());
    commands[request->command](server, request, answer);
    return put_json(answer, out);
}

bool operate_command_tell_load(const struct operate_cache_file *read, struct operate_buffer *out)
{
    CLEANUP(done_json) json_t *answer = json_object();

    (void)json_object_set_new(answer, "ok", json_true());
    (void)json_object_set_new(answer, "kept", number_of(read->kept));
    (void)json_object_set_new(answer, "left_out", number_of(read->left_out));
    return put_json(answer, out);
}

bool operate_command_refuse(const struct err *err, struct operate_buffer *out)
{
    CLEANUP(done_json) json_t *answer = json_object();

    (void)json_object_set_new(answer, "ok", json_false());
    (void)json_object_set_new(answer, "error", json_string(err->sentence));
    return put_json(answer, out);
}
