/* The library's forms around one page. */
#include "http/http.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#define CONNECTION_BYTES ((size_t)32 << 10)
#define TIMEOUT_S 5U
/* An answer is made in few steps of the library's. */
#define STEPS_MAX 8

struct operate_pages {
    struct MHD_Daemon *daemon;
    struct operate_pages_config config;
};

static struct MHD_Response *response_of(const struct operate_page *page)
{
    struct MHD_Response *response;

    if (page->block == NULL)
        response = MHD_create_response_from_buffer(
            strlen(page->text), (void *)(uintptr_t)page->text, MHD_RESPMEM_PERSISTENT);
    else
        response =
            MHD_create_response_from_buffer(page->block_size, page->block, MHD_RESPMEM_MUST_FREE);
    if (response == NULL)
        free(page->block);
    else
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, page->type);
    return response;
}

/* Answers a request as soon as its header is there; its form is the library's. */
static enum MHD_Result answer(void *owner, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **request)
{
    struct operate_pages *pages = owner;
    struct operate_page page = pages->config.page(pages->config.owner, url, method);
    struct MHD_Response *response = response_of(&page);
    enum MHD_Result result;

    (void)version;
    (void)upload;
    (void)upload_size;
    (void)request;
    if (response == NULL)
        return MHD_NO;
    result = MHD_queue_response(connection, page.status, response);
    MHD_destroy_response(response);
    return result;
}

static int start(const struct operate_pages_config *config, struct operate_pages **ret_pages,
                 struct err *err)
{
    struct operate_pages *pages = calloc(1, sizeof(*pages));

    if (pages == NULL)
        return err_set(err, -ENOMEM, "no memory");
    pages->config = *config;
    pages->daemon = MHD_start_daemon(
        MHD_USE_EPOLL, 0, NULL, NULL, answer, pages, MHD_OPTION_LISTEN_SOCKET, config->fd,
        MHD_OPTION_CONNECTION_LIMIT, config->clients_max, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        CONNECTION_BYTES, MHD_OPTION_CONNECTION_TIMEOUT, TIMEOUT_S, MHD_OPTION_END);
    if (pages->daemon == NULL) {
        free(pages);
        return err_set(err, -ENOMEM, "the HTTP server does not start");
    }
    *ret_pages = pages;
    return 0;
}

static int descriptor(const struct operate_pages *pages)
{
    const union MHD_DaemonInfo *epoll =
        MHD_get_daemon_info(pages->daemon, MHD_DAEMON_INFO_EPOLL_FD);

    return epoll == NULL ? -1 : epoll->epoll_fd;
}

static bool run(struct operate_pages *pages)
{
    const union MHD_DaemonInfo *connections;

    for (int i = 0; i < STEPS_MAX; i++) {
        MHD_UNSIGNED_LONG_LONG left_ms = 1;

        (void)MHD_run(pages->daemon);
        if (MHD_get_timeout(pages->daemon, &left_ms) != MHD_YES || left_ms > 0)
            break;
    }
    connections = MHD_get_daemon_info(pages->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
    return connections != NULL && connections->num_connections > 0;
}

static void stop(struct operate_pages *pages)
{
    MHD_stop_daemon(pages->daemon);
    free(pages);
}

const struct operate_pages_functions http_functions = { start, descriptor, run, stop };
