/*
 * What a forwarder counts as text for Prometheus (text exposition format 0.0.4), and whether it is
 * healthy. The thread of the loop; some ten microseconds.
 */
#pragma once

#include "operate/buffer.h"
#include "operate/server.h"

/* Appends all metrics. `statm_fd` is /proc/self/statm, or -1: then the size of the process is left
 * out. False where there is no room. */
bool operate_metrics_write(const struct operate_server *server, int statm_fd,
                           struct operate_buffer *out);

/* Whether any upstream can be asked. */
bool operate_metrics_is_healthy(const struct operate_server *server);
