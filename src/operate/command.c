/* One function for each command, which adds members to the answer. */
#include "operate/command.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/require.h"
#include "forwarder/io/endpoint.h"
#include "operate/statistics.h"

#include <jansson.h>
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

static void run_status(struct operate_server *server, const struct operate_request *request,
                       json_t *answer)
{
    struct forwarder_loop_counters counters = forwarder_loop_counters(server->loop);

    (void)request;
    (void)json_object_set_new(answer, "version", json_string(CUPEL_VERSION));
    (void)json_object_set_new(answer, "pid", number_of((uint64_t)getpid()));
    (void)json_object_set_new(answer, "uptime_s",
                              number_of((clock_monotonic_ns() - server->started_ns) / NS_PER_S));
    (void)json_object_set_new(answer, "queries_waiting", number_of(counters.waiting));
    (void)json_object_set_new(answer, "cache_entries", number_of(counters.cache_entries));
}

static void add_statistic(void *owner, const struct operate_statistic *statistic)
{
    json_t *row = json_object();

    (void)json_object_set_new(row, "name", json_string(statistic->name));
    (void)json_object_set_new(row, "value", number_of(statistic->value));
    (void)json_object_set_new(row, "text", json_string(statistic->text));
    (void)json_array_append_new(owner, row);
}

static void run_stats(struct operate_server *server, const struct operate_request *request,
                      json_t *answer)
{
    json_t *rows = json_array();

    (void)request;
    operate_statistics_each(server->loop, add_statistic, rows);
    (void)json_object_set_new(answer, "stats", rows);
}

static json_t *upstream_row(const struct forwarder *forwarder, size_t number)
{
    const struct forwarder_upstream *upstream = &forwarder->upstreams[number];
    char address[FORWARDER_ENDPOINT_TEXT_MAX];
    json_t *row = json_object();
    bool is_measured = upstream->smoothed_ns != 0;

    forwarder_endpoint_format(&forwarder->config.upstreams[number], address);
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
    const struct forwarder *forwarder = forwarder_loop_core(server->loop);
    json_t *rows = json_array();

    (void)request;
    for (size_t i = 0; i < forwarder->members.count; i++)
        (void)json_array_append_new(rows, upstream_row(forwarder, forwarder->members.at[i]));
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

/* Whether there is a query log; else the answer says so. */
static bool has_log(const struct operate_server *server, json_t *answer)
{
    if (server->log != NULL)
        return true;
    (void)json_object_set_new(answer, "ok", json_false());
    (void)json_object_set_new(answer, "error", json_string("there is no query log (--query-log)"));
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
    if (has_log(server, answer))
        operate_query_log_reopen(server->log);
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
