/*
 * struct operate_server: the forwarder that is operated, as the control socket and metrics see it.
 */
#pragma once

#include "forwarder/io/loop.h"

struct operate_server {
    struct forwarder_loop *loop;
    uint64_t started_ns; /* of the monotonic clock */
};
