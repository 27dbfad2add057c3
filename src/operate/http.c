/* The server is a module's; its descriptor is one more in our loop. */
#include "operate/http.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "forwarder/io/endpoint.h"
#include "operate/metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define BACKLOG 16
#define STATUS_OK 200
#define STATUS_NOT_FOUND 404
#define STATUS_NOT_ALLOWED 405
#define STATUS_NO_MEMORY 500
#define STATUS_UNAVAILABLE 503
#define METRICS_BYTES_MAX ((size_t)1 << 20)

struct operate_http {
    struct operate_server *server;
    const struct operate_pages_functions *functions;
    struct operate_pages *pages;
    int epoll_fd; /* theirs */
    int timer_fd;
    int statm_fd;
    bool is_timer_on;
};

static struct forwarder_guests *guests_of(const struct operate_http *http)
{
    return http->server->guests;
}

static const char plain[] = "text/plain; charset=utf-8";

static struct operate_page metrics_page(struct operate_http *http)
{
    struct operate_buffer block = { .max = METRICS_BYTES_MAX };

    if (operate_metrics_write(http->server, http->statm_fd, &block))
        return (struct operate_page){ STATUS_OK, "text/plain; version=0.0.4; charset=utf-8", "",
                                      block.at, block.size };
    operate_buffer_done(&block);
    return (
        struct operate_page){ .status = STATUS_NO_MEMORY, .type = plain, .text = "no memory\n" };
}

/* What a request is answered with. */
static struct operate_page page(void *owner, const char *url, const char *method)
{
    struct operate_http *http = owner;
    struct operate_page page = { .status = STATUS_OK, .type = plain, .text = "ok\n" };
    bool is_metrics = strcmp(url, "/metrics") == 0;

    if (!is_metrics && strcmp(url, "/health") != 0) {
        page.status = STATUS_NOT_FOUND;
        page.text = "there is /metrics and /health\n";
    } else if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
        page.status = STATUS_NOT_ALLOWED;
        page.text = "GET and HEAD alone\n";
    } else if (is_metrics) {
        return metrics_page(http);
    } else if (!operate_metrics_is_healthy(http->server)) {
        page.status = STATUS_UNAVAILABLE;
        page.text = "no upstream answers\n";
    }
    return page;
}

/* The timer ticks each second while there are connections, so that the idle ones are closed. */
static void set_timer(struct operate_http *http, bool is_on)
{
    struct itimerspec each_second = {
        .it_interval.tv_sec = is_on,
        .it_value.tv_sec = is_on,
    };

    if (http->is_timer_on != is_on)
        (void)timerfd_settime(http->timer_fd, 0, &each_second, NULL);
    http->is_timer_on = is_on;
}

static void run_pages(void *owner, uint32_t events)
{
    struct operate_http *http = owner;

    (void)events;
    set_timer(http, http->functions->run(http->pages));
}

static void run_timer(void *owner, uint32_t events)
{
    struct operate_http *http = owner;
    uint64_t ticks;

    (void)!read(http->timer_fd, &ticks, sizeof(ticks));
    run_pages(owner, events);
}

static bool is_loopback(const struct forwarder_address *address)
{
    static const uint8_t ipv6[16] = { [15] = 1 };

    return address->size == 4 ? address->octets[0] == 127
                              : memcmp(address->octets, ipv6, sizeof(ipv6)) == 0;
}

static int read_address(const char *text, struct forwarder_address *ret_address, struct err *err)
{
    if (forwarder_endpoint_parse(text, OPERATE_HTTP_PORT, ret_address, err) < 0)
        return err->number;
    if (!is_loopback(ret_address))
        return err_set(err, -EINVAL,
                       "'%s' is no address of loopback: whoever can reach it may read", text);
    return 0;
}

int operate_http_check(const char *address, struct err *err)
{
    struct forwarder_address read;

    return read_address(address, &read, err);
}

static int listen_on(const char *text, int *ret_fd, struct err *err)
{
    CLEANUP(fd_close) int fd = -1;
    char name[FORWARDER_ENDPOINT_TEXT_MAX];
    struct forwarder_address address;
    struct sockaddr_storage socket_address;
    socklen_t size;
    int on = 1;

    if (read_address(text, &address, err) < 0)
        return err->number;
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
    struct operate_pages_config config = {
        .fd = *fd,
        .clients_max = OPERATE_HTTP_CLIENTS_MAX,
        .page = page,
        .owner = http,
    };
    int number = http->functions->start(&config, &http->pages, err);

    if (number < 0)
        return number;
    (void)fd_take(fd); /* the server closes it */
    http->epoll_fd = http->functions->descriptor(http->pages);
    if (http->epoll_fd < 0)
        return err_set(err, -EINVAL, "the HTTP server has no descriptor to wait for");
    return 0;
}

static int join(struct operate_http *http, int fd, forwarder_guest_run run, struct err *err)
{
    struct forwarder_guest guest = { .fd = fd, .events = EPOLLIN, .run = run, .owner = http };

    return forwarder_guests_join(guests_of(http), &guest, err);
}

int operate_http_open(const char *address, struct operate_server *server,
                      const struct operate_pages_functions *functions,
                      struct operate_http **ret_http, struct err *err)
{
    CLEANUP(operate_http_close_pointer) struct operate_http *http = calloc(1, sizeof(*http));
    CLEANUP(fd_close) int fd = -1;
    int number;

    if (http == NULL)
        return err_set(err, -ENOMEM, "no memory");
    http->server = server;
    http->functions = functions;
    http->epoll_fd = -1;
    http->statm_fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    http->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (http->timer_fd < 0)
        return err_system(err, errno, "cannot measure time");
    number = listen_on(address, &fd, err);
    if (number == 0)
        number = start(http, &fd, err);
    if (number == 0)
        number = join(http, http->epoll_fd, run_pages, err);
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
    if (http->pages != NULL)
        http->functions->stop(http->pages);
    fd_close(&http->timer_fd);
    fd_close(&http->statm_fd);
    free(http);
}

void operate_http_close_pointer(struct operate_http **http)
{
    operate_http_close(*http);
    *http = NULL;
}
