/*
 * struct operate_server: the forwarder that is operated, as the control socket and metrics see it:
 * one loop in this process, or several in others.
 */
#pragma once

#include "operate/query_log.h"
#include "operate/report.h"
#include "operate/request.h"

#include <sys/types.h>

/* One of several. */
struct operate_shard {
    pid_t pid;                    /* 0: nobody is there just now */
    bool is_ready;                /* it answers */
    uint64_t restarts;            /* since the first */
    struct operate_report report; /* with what those before it counted */
};

/* What is known of several; `owner` is the struct's. */
struct operate_several {
    size_t count;
    void (*shard)(void *owner, size_t number, struct operate_shard *ret_shard);
    /* The configuration that holds, whose upstreams those of reports are. */
    const struct forwarder_config *(*config)(void *owner);
    /* Takes over a client of the control socket, whose request is to be done by all of them: `line`
     * is it, and `behind` what came after it. It answers, and closes the descriptor. */
    void (*hand_over)(void *owner, int fd, const struct operate_request *request, struct bytes line,
                      struct bytes behind);
    void *owner;
};

struct operate_server {
    struct forwarder_loop *loop;           /* NULL: there are several */
    const struct operate_several *several; /* NULL: there is one */
    struct forwarder_guests *guests;       /* of the loop, or whatever waits in its place */
    uint64_t started_ns;                   /* of the monotonic clock */
    size_t parts;                          /* of the cache, of which the loop has one: 1 or more */
    struct operate_query_log *log;         /* NULL: there is none */
    void (*reopen)(void *owner); /* opens files anew that were renamed; NULL: there are none */
    void *owner;                 /* of that */
};

/* All that is counted now, and whose the upstreams are. */
struct operate_view {
    struct operate_report report;
    struct forwarder_address upstreams[FORWARDER_UPSTREAMS_MAX];
};

/* What one forwarder has counted, or several together. */
void operate_server_view(const struct operate_server *server, struct operate_view *ret_view);

/* Whether any upstream can be asked. */
bool operate_view_is_healthy(const struct operate_view *view);
