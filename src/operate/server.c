/* Several are added up. */
#include "operate/server.h"

#include "base/clock.h"

#include <string.h>

static void add_all(const struct operate_several *several, struct operate_view *view)
{
    const struct forwarder_config *config = several->config(several->owner);
    struct operate_shard shard;

    for (size_t i = 0; i < several->count; i++) {
        several->shard(several->owner, i, &shard);
        operate_report_add(&view->report, &shard.report);
    }
    view->report.upstreams_count = config->upstreams_count;
    memcpy(view->upstreams, config->upstreams, sizeof(view->upstreams));
}

void operate_server_view(const struct operate_server *server, struct operate_view *ret_view)
{
    const struct forwarder *core;

    memset(ret_view, 0, sizeof(*ret_view));
    if (server->several != NULL) {
        add_all(server->several, ret_view);
        return;
    }
    core = forwarder_loop_view(server->loop);
    operate_report_take(server->loop, &ret_view->report);
    for (size_t i = 0; i < core->members.count; i++)
        ret_view->upstreams[i] = core->config.upstreams[core->members.at[i]];
}

bool operate_view_is_healthy(const struct operate_view *view)
{
    uint64_t now_ns = clock_monotonic_ns();

    for (size_t i = 0; i < view->report.upstreams_count; i++)
        if (view->report.upstreams[i].down_until_ns <= now_ns)
            return true;
    return false;
}
