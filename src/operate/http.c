/* libmicrohttpd waits with an epoll of its own, which is one more descriptor in our loop. */
#include "operate/http.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "forwarder/io/endpoint.h"
#include "operate/metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define BACKLOG 16
#define CONNECTION_BYTES ((size_t)32 << 10)
#define TIMEOUT_S 5U
/* An answer is made in few steps of the library's. */
#define STEPS_MAX 8
#define METRICS_BYTES_MAX ((size_t)1 << 20)

struct operate_http {
    struct operate_server *server;
    struct MHD_Daemon *daemon;
    int epoll_fd; /* the daemon's */
    int timer_fd;
    int statm_fd;
    bool is_timer_on;
};

static struct forwarder_guests *guests_of(const struct operate_http *http)
{
    return forwarder_loop_guests(http->server->loop);
}

/* What a request is answered with; static text, but for what `block` is, which was malloc'ed. */
struct reply {
    unsigned int status;
    const char *type;
    const char *text;
    struct operate_buffer block;
};

static const char plain[] = "text/plain; charset=utf-8";

static struct reply reply_to(struct operate_http *http, const char *url, const char *method)
{
    bool is_metrics = strcmp(url, "/metrics") == 0;

    if (!is_metrics && strcmp(url, "/health") != 0)
        return (
            struct reply){ MHD_HTTP_NOT_FOUND, plain, "there is /metrics and /health\n", { 0 } };
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
        return (struct reply){ MHD_HTTP_METHOD_NOT_ALLOWED, plain, "GET and HEAD alone\n", { 0 } };
    if (is_metrics) {
        struct reply reply = { MHD_HTTP_OK,
                               "text/plain; version=0.0.4; charset=utf-8",
                               "",
                               { .max = METRICS_BYTES_MAX } };

        if (operate_metrics_write(http->server, http->statm_fd, &reply.block))
            return reply;
        operate_buffer_done(&reply.block);
        return (struct reply){ MHD_HTTP_INTERNAL_SERVER_ERROR, plain, "no memory\n", { 0 } };
    }
    if (!operate_metrics_is_healthy(http->server))
        return (
            struct reply){ MHD_HTTP_SERVICE_UNAVAILABLE, plain, "no upstream answers\n", { 0 } };
    return (struct reply){ MHD_HTTP_OK, plain, "ok\n", { 0 } };
}

static struct MHD_Response *response_of(struct reply *reply)
{
    struct MHD_Response *response;

    if (reply->block.at == NULL)
        response = MHD_create_response_from_buffer(
            strlen(reply->text), (void *)(uintptr_t)reply->text, MHD_RESPMEM_PERSISTENT);
    else
        response = MHD_create_response_from_buffer(reply->block.size, reply->block.at,
                                                   MHD_RESPMEM_MUST_FREE);
    if (response == NULL)
        operate_buffer_done(&reply->block);
    else
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->type);
    return response;
}

/* Answers a request as soon as its header is there; its form is the library's. */
static enum MHD_Result answer(void *owner, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **request)
{
    struct reply reply = reply_to(owner, url, method);
    struct MHD_Response *response = response_of(&reply);
    enum MHD_Result result;

    (void)version;
    (void)upload;
    (void)upload_size;
    (void)request;
    if (response == NULL)
        return MHD_NO;
    result = MHD_queue_response(connection, reply.status, response);
    MHD_destroy_response(response);
    return result;
}

/* The timer ticks each second while there are connections, so that the idle ones are closed. */
static void set_timer(struct operate_http *http)
{
    const union MHD_DaemonInfo *connections =
        MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
    bool is_on = connections != NULL && connections->num_connections > 0;
    struct itimerspec each_second = {
        .it_interval.tv_sec = is_on,
        .it_value.tv_sec = is_on,
    };

    if (http->is_timer_on != is_on)
        (void)timerfd_settime(http->timer_fd, 0, &each_second, NULL);
    http->is_timer_on = is_on;
}

static void run_daemon(void *owner, uint32_t events)
{
    struct operate_http *http = owner;

    (void)events;
    for (int i = 0; i < STEPS_MAX; i++) {
        MHD_UNSIGNED_LONG_LONG left_ms = 1;

        (void)MHD_run(http->daemon);
        if (MHD_get_timeout(http->daemon, &left_ms) != MHD_YES || left_ms > 0)
            break;
    }
    set_timer(http);
}

static void run_timer(void *owner, uint32_t events)
{
    struct operate_http *http = owner;
    uint64_t ticks;

    (void)!read(http->timer_fd, &ticks, sizeof(ticks));
    run_daemon(owner, events);
}

static bool is_loopback(const struct forwarder_address *address)
{
    static const uint8_t ipv6[16] = { [15] = 1 };

    return address->size == 4 ? address->octets[0] == 127
                              : memcmp(address->octets, ipv6, sizeof(ipv6)) == 0;
}

static int listen_on(const char *text, int *ret_fd, struct err *err)
{
    CLEANUP(fd_close) int fd = -1;
    char name[FORWARDER_ENDPOINT_TEXT_MAX];
    struct forwarder_address address;
    struct sockaddr_storage socket_address;
    socklen_t size;
    int on = 1;

    if (forwarder_endpoint_parse(text, OPERATE_HTTP_PORT, &address, err) < 0)
        return err->number;
    if (!is_loopback(&address))
        return err_set(err, -EINVAL,
                       "'%s' is no address of loopback: whoever can reach it may read", text);
    size = forwarder_endpoint_to_socket(&address, &socket_address);
    fd = socket(socket_address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
        bind(fd, (const struct sockaddr *)&socket_address, size) < 0 || listen(fd, BACKLOG) < 0)
        return err_system(err, errno, "cannot listen on %s",
                          forwarder_endpoint_format(&address, name));
    *ret_fd = fd_take(&fd);
    return 0;
}

static int start(struct operate_http *http, int *fd, struct err *err)
{
    const union MHD_DaemonInfo *epoll;

    http->daemon =
        MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, answer, http, MHD_OPTION_LISTEN_SOCKET, *fd,
                         MHD_OPTION_CONNECTION_LIMIT, (unsigned int)OPERATE_HTTP_CLIENTS_MAX,
                         MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_BYTES,
                         MHD_OPTION_CONNECTION_TIMEOUT, TIMEOUT_S, MHD_OPTION_END);
    if (http->daemon == NULL)
        return err_set(err, -ENOMEM, "the HTTP server does not start");
    (void)fd_take(fd); /* the daemon closes it */
    epoll = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (epoll == NULL)
        return err_set(err, -EINVAL, "the HTTP server has no descriptor to wait for");
    http->epoll_fd = epoll->epoll_fd;
    return 0;
}

static int join(struct operate_http *http, int fd, forwarder_guest_run run, struct err *err)
{
    struct forwarder_guest guest = { .fd = fd, .events = EPOLLIN, .run = run, .owner = http };

    return forwarder_guests_join(guests_of(http), &guest, err);
}

int operate_http_open(const char *address, struct operate_server *server,
                      struct operate_http **ret_http, struct err *err)
{
    CLEANUP(operate_http_close_pointer) struct operate_http *http = calloc(1, sizeof(*http));
    CLEANUP(fd_close) int fd = -1;
    int number;

    if (http == NULL)
        return err_set(err, -ENOMEM, "no memory");
    http->server = server;
    http->epoll_fd = -1;
    http->statm_fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    http->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (http->timer_fd < 0)
        return err_system(err, errno, "cannot measure time");
    number = listen_on(address, &fd, err);
    if (number == 0)
        number = start(http, &fd, err);
    if (number == 0)
        number = join(http, http->epoll_fd, run_daemon, err);
    if (number == 0)
        number = join(http, http->timer_fd, run_timer, err);
    if (number < 0)
        return number;
    *ret_http = http;
    http = NULL;
    return 0;
}

void operate_http_close(struct operate_http *http)
{
    if (http == NULL)
        return;
    if (http->epoll_fd >= 0)
        forwarder_guests_leave(guests_of(http), http->epoll_fd);
    if (http->timer_fd >= 0)
        forwarder_guests_leave(guests_of(http), http->timer_fd);
    if (http->daemon != NULL)
        MHD_stop_daemon(http->daemon);
    fd_close(&http->timer_fd);
    fd_close(&http->statm_fd);
    free(http);
}

void operate_http_close_pointer(struct operate_http **http)
{
    operate_http_close(*http);
    *http = NULL;
}
