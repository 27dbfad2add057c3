/*
 * What an HTTP server gives of a forwarder, and what a module has that serves it. The module
 * (src/http) knows sockets and HTTP alone, and is loaded where somebody asks for metrics.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* What a request is answered with: static text, or, where it is not NULL, a block from malloc(),
 * which belongs to who gets the page. */
struct operate_page {
    unsigned int status;
    const char *type;
    const char *text;
    char *block;
    size_t block_size;
};

struct operate_pages_config {
    int fd; /* listens; it is the server's once that has started */
    unsigned int clients_max;
    struct operate_page (*page)(void *owner, const char *url, const char *method);
    void *owner;
};

struct operate_pages; /* a server */

/* What the module has. The thread of the loop. */
struct operate_pages_functions {
    /* Starts a server; -errno with a sentence. */
    int (*start)(const struct operate_pages_config *config, struct operate_pages **ret_pages,
                 struct err *err);
    /* What can be read from when the server is to be run; -1: it has none. */
    int (*descriptor)(const struct operate_pages *pages);
    /* Does what there is to do; whether there are connections now, so that it is to be run each
     * second at least. */
    bool (*run)(struct operate_pages *pages);
    void (*stop)(struct operate_pages *pages);
};
