/*
 * struct operate_server: the forwarder that is operated, as the control socket and metrics see it.
 */
#pragma once

#include "forwarder/io/loop.h"
#include "operate/query_log.h"

struct operate_server {
    struct forwarder_loop *loop;
    uint64_t started_ns;           /* of the monotonic clock */
    struct operate_query_log *log; /* NULL: there is none */
};
