/*
 * struct operate_http: metrics and health over HTTP, on an address of loopback.
 *
 * GET /metrics gives operate/metrics.h; GET /health gives 200 and "ok", or 503 where no upstream
 * can be asked. Everything else is 404 or 405. The work is a module's (src/http), in the loop's
 * thread, with at most OPERATE_HTTP_CLIENTS_MAX connections of 32 KiB, each closed after five
 * seconds in which nothing happens. The thread of the loop.
 */
#pragma once

#include "operate/pages.h"
#include "operate/server.h"

#define OPERATE_HTTP_PORT 9153
#define OPERATE_HTTP_CLIENTS_MAX 16

struct operate_http;

/* Whether it could listen at "ADDRESS[:PORT]": 0; -EINVAL with a sentence where that is none of
 * loopback, or no address. */
int operate_http_check(const char *address, struct err *err);

/* Listens at "ADDRESS[:PORT]", which operate_http_check() would take; else as that does. `server`
 * is the caller's, and outlives it. */
int operate_http_open(const char *address, struct operate_server *server,
                      const struct operate_pages_functions *functions,
                      struct operate_http **ret_http, struct err *err);

/* Closes all. NULL is fine. */
void operate_http_close(struct operate_http *http);

/* For CLEANUP: closes what the variable holds. */
void operate_http_close_pointer(struct operate_http **http);
