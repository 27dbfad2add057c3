/* An option each. */
#include "cli/dns/operation.h"

#include "base/clock.h"
#include "cli/dns/dnstap.h"
#include "cli/module.h"
#include "operate/cache_file.h"

#include <errno.h>
#include <inttypes.h>

/* A file that cannot be read costs what is in it, and nothing else. */
static void read_cache(const char *path, const struct operate_server *server, bool tells)
{
    struct forwarder *forwarder = forwarder_loop_core(server->loop);
    size_t bytes_max = operate_cache_file_bytes_max(forwarder, server->parts);
    struct operate_cache_file read = { 0 };
    struct err err = { 0 };

    if (operate_cache_file_read(path, bytes_max, forwarder, &read, &err) < 0) {
        (void)err_prefix(&err, "the cache is empty: --cache-file");
        if (tells)
            (void)cli_fail(DNS_PROGRAM, &err, 0);
    } else if (tells && read.kept + read.left_out > 0) {
        printf(DNS_PROGRAM ": %" PRIu64 " answers read from the cache's file, %" PRIu64
                           " left out\n",
               read.kept, read.left_out);
    }
}

static int open_log(struct operate_server *server, const struct dns_options *options, int lines_fd,
                    struct err *err)
{
    struct operate_query_log_config config = {
        .path = options->query_log,
        .handover = lines_fd,
        .is_json = strcmp(options->query_log_format, "json") == 0,
    };
    struct forwarder_tap tap = { .answered = operate_query_log_answered };

    (void)operate_log_level_parse(options->query_log_level, &config.level);
    if (operate_query_log_open(&config, &server->log, err) < 0)
        return err_prefix(err, "--query-log");
    tap.owner = server->log;
    forwarder_loop_set_tap(server->loop, &tap);
    return 0;
}

static int open_dnstap(struct dns_operation *operation, const struct dns_options *options,
                       int frames_fd, struct err *err)
{
    struct dnstap_config config = { 0 };
    char host[DNS_HOST_NAME_MAX];
    struct forwarder_mirror mirror;
    const void *functions = NULL;

    if (dns_dnstap_read(options, host, &config, err) < 0)
        return -EINVAL;
    config.handover = frames_fd;
    if (cli_module_load("cupel-dns-dnstap.so", &functions, err) < 0)
        return err_prefix(err, "--dnstap");
    operation->tap = functions;
    if (operation->tap->open(&config, &operation->dnstap, err) < 0)
        return err_prefix(err, "--dnstap");
    mirror = operation->tap->mirror(operation->dnstap);
    forwarder_loop_set_mirror(operation->server.loop, &mirror);
    return 0;
}

static int open_metrics(struct dns_operation *operation, const char *address, struct err *err)
{
    const void *functions = NULL;

    if (cli_module_load("cupel-dns-http.so", &functions, err) < 0)
        return err->number;
    return operate_http_open(address, &operation->server, functions, &operation->http, err);
}

/* `owner` is the operation. */
static void run_reopen(void *owner)
{
    dns_operation_reopen(owner);
}

static int open_logs(struct dns_operation *operation, const struct dns_options *options,
                     const struct dns_operation_part *part, struct err *err)
{
    struct operate_server *server = &operation->server;

    if (options->query_log != NULL && open_log(server, options, part->lines_fd, err) < 0)
        return err->number;
    if (options->dnstap != NULL && open_dnstap(operation, options, part->frames_fd, err) < 0)
        return err->number;
    if (options->query_log != NULL || options->dnstap != NULL)
        server->reopen = run_reopen;
    server->owner = operation;
    return 0;
}

static struct operate_server server_of(struct forwarder_loop *loop, size_t parts)
{
    return (struct operate_server){ .loop = loop,
                                    .guests = forwarder_loop_guests(loop),
                                    .parts = parts,
                                    .started_ns = clock_monotonic_ns() };
}

int dns_operation_open_shard(struct dns_operation *operation, const struct dns_options *options,
                             const struct dns_operation_part *part, struct err *err)
{
    struct operate_server *server = &operation->server;

    *server = server_of(part->loop, part->parts);
    if (operate_control_new(server, &operation->control, err) < 0 ||
        open_logs(operation, options, part, err) < 0)
        return err->number;
    if (server->log != NULL && part->level != NULL)
        operate_query_log_set_level(server->log, *part->level);
    if (options->cache_file != NULL && part->reads_cache)
        read_cache(options->cache_file, server, part->tells_cache);
    return 0;
}

static int open_service(struct dns_operation *operation, const struct dns_options *options,
                        struct err *err)
{
    if (options->control != NULL &&
        operate_control_open(options->control, &operation->server, &operation->control, err) < 0)
        return err_prefix(err, "--control");
    if (options->metrics != NULL && open_metrics(operation, options->metrics, err) < 0)
        return err_prefix(err, "--metrics");
    return 0;
}

int dns_operation_open_supervisor(struct dns_operation *operation,
                                  const struct dns_options *options,
                                  const struct operate_server *server, struct err *err)
{
    operation->server = *server;
    return open_service(operation, options, err);
}

int dns_operation_open(struct dns_operation *operation, const struct dns_options *options,
                       struct forwarder_loop *loop, struct err *err)
{
    static const struct dns_operation_part whole = { .lines_fd = -1, .frames_fd = -1 };

    operation->server = server_of(loop, 1);
    if (open_service(operation, options, err) < 0)
        return err->number;
    operation->cache_file = options->cache_file;
    if (options->cache_file != NULL)
        read_cache(options->cache_file, &operation->server, true);
    return open_logs(operation, options, &whole, err);
}

int dns_operation_start(struct dns_operation *operation, struct err *err)
{
    if (operation->server.log != NULL && operate_query_log_start(operation->server.log, err) < 0)
        return err_prefix(err, "--query-log");
    if (operation->dnstap != NULL && operation->tap->start(operation->dnstap, err) < 0)
        return err_prefix(err, "--dnstap");
    return 0;
}

void dns_operation_save(const struct dns_operation *operation)
{
    struct forwarder *forwarder = forwarder_loop_core(operation->server.loop);
    struct err err = { 0 };

    if (operation->cache_file == NULL ||
        operate_cache_file_write(operation->cache_file, forwarder, &err) == 0)
        return;
    (void)err_prefix(&err, "--cache-file");
    (void)cli_fail(DNS_PROGRAM, &err, 0);
}

void dns_operation_reopen(const struct dns_operation *operation)
{
    if (operation->server.log != NULL)
        operate_query_log_reopen(operation->server.log);
    if (operation->dnstap != NULL)
        operation->tap->reopen(operation->dnstap);
}

void dns_operation_close(struct dns_operation *operation)
{
    operate_http_close_pointer(&operation->http);
    operate_control_close_pointer(&operation->control);
    if (operation->dnstap != NULL)
        operation->tap->close(operation->dnstap);
    operation->dnstap = NULL;
    operate_query_log_close(operation->server.log);
    operation->server.log = NULL;
}
