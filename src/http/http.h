/*
 * Pages over HTTP, by libmicrohttpd: it waits with an epoll of its own, which is one more
 * descriptor for who runs it. Each connection has 32 KiB, and is closed after five seconds in which
 * nothing happens. A module, so that who has no use for it has none of the library's costs.
 */
#pragma once

#include "operate/pages.h"

extern const struct operate_pages_functions http_functions;
